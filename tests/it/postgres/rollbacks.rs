//! Migrations there and back on the server: where the catalogue is another one afterwards, and only
//! there, `incomplete-rollback` must say so.

use aicheck::config::Settings;
use aicheck::discover::Inputs;
use aicheck::engine;
use serde_json::Value;

use super::catalogue;
use super::server::Server;

const PAGE: &str = include_str!("../../../rules/migration/incomplete_rollback.md");

/// What an earlier migration made.
const BEFORE: &str = "\
CREATE TYPE state AS ENUM ('open', 'paid');
CREATE TABLE customers (id bigint PRIMARY KEY, name text);
CREATE TABLE orders (
    id bigserial PRIMARY KEY,
    customer_id bigint REFERENCES customers (id) ON DELETE CASCADE,
    code varchar(20) NOT NULL DEFAULT 'none',
    state state,
    total numeric(12, 2) CHECK (total > 0),
    UNIQUE (customer_id, code)
);
CREATE INDEX orders_total_idx ON orders (total);
CREATE VIEW paid AS SELECT id FROM orders;
";

/// Migrations and their ways back.
const PAIRS: &[(&str, &str)] = &[
    (
        "CREATE TABLE a (id bigint PRIMARY KEY, order_id bigint REFERENCES orders (id))",
        "DROP TABLE a",
    ),
    (
        "CREATE TABLE a (id bigserial PRIMARY KEY); CREATE INDEX a_idx ON a (id)",
        "DROP TABLE a",
    ),
    (
        "CREATE TABLE a (id int); CREATE TABLE b (id int)",
        "DROP TABLE a",
    ),
    (
        "CREATE TYPE mood AS ENUM ('a'); CREATE TABLE a (mood mood)",
        "DROP TABLE a",
    ),
    (
        "CREATE TYPE mood AS ENUM ('a'); CREATE TABLE a (mood mood)",
        "DROP TABLE a; DROP TYPE mood",
    ),
    (
        "CREATE TYPE mood AS ENUM ('a'); CREATE TABLE a (mood mood)",
        "DROP TYPE mood CASCADE; DROP TABLE a",
    ),
    (
        "ALTER TYPE state ADD VALUE 'late'; ALTER TABLE orders ADD COLUMN a int",
        "ALTER TABLE orders DROP COLUMN a",
    ),
    (
        "ALTER TABLE orders ADD COLUMN a int, ADD COLUMN b int",
        "ALTER TABLE orders DROP COLUMN a",
    ),
    (
        "ALTER TABLE orders ADD COLUMN a int UNIQUE REFERENCES customers (id)",
        "ALTER TABLE orders DROP COLUMN a",
    ),
    (
        "ALTER TABLE orders ADD COLUMN a int",
        "ALTER TABLE orders DROP COLUMN a, DROP COLUMN total",
    ),
    (
        "ALTER TABLE orders DROP COLUMN total",
        "ALTER TABLE orders ADD COLUMN total numeric(12, 2) CHECK (total > 0)",
    ),
    (
        "ALTER TABLE orders DROP COLUMN total",
        "ALTER TABLE orders ADD COLUMN total numeric(12, 2) CHECK (total > 0); CREATE INDEX ON orders (total)",
    ),
    (
        "ALTER TABLE orders DROP COLUMN state",
        "ALTER TABLE orders ADD COLUMN state state",
    ),
    (
        "ALTER TABLE orders DROP COLUMN state",
        "ALTER TABLE orders ADD COLUMN state text",
    ),
    (
        "ALTER TABLE orders DROP COLUMN code",
        "ALTER TABLE orders ADD COLUMN code varchar(20) NOT NULL DEFAULT 'none'",
    ),
    (
        "ALTER TABLE orders DROP COLUMN code",
        "ALTER TABLE orders ADD COLUMN code varchar(20) NOT NULL DEFAULT 'none'; ALTER TABLE orders ADD UNIQUE (customer_id, code)",
    ),
    (
        "ALTER TABLE orders DROP COLUMN code",
        "ALTER TABLE orders ADD COLUMN code varchar(20); ALTER TABLE orders ADD UNIQUE (customer_id, code)",
    ),
    (
        "ALTER TABLE orders ALTER COLUMN code DROP DEFAULT",
        "ALTER TABLE orders ALTER COLUMN code SET DEFAULT 'none'",
    ),
    (
        "ALTER TABLE orders ALTER COLUMN code SET DEFAULT 'x'",
        "ALTER TABLE orders ALTER COLUMN code SET DEFAULT 'y'",
    ),
    (
        "ALTER TABLE orders ALTER COLUMN code SET DEFAULT 'x'",
        "ALTER TABLE orders ALTER COLUMN code DROP DEFAULT",
    ),
    (
        "ALTER TABLE orders ALTER COLUMN code DROP NOT NULL",
        "ALTER TABLE orders ALTER COLUMN code SET NOT NULL",
    ),
    (
        "ALTER TABLE orders ALTER COLUMN state SET NOT NULL",
        "ALTER TABLE orders ALTER COLUMN state SET DEFAULT NULL",
    ),
    (
        "ALTER TABLE orders ALTER COLUMN code TYPE text",
        "ALTER TABLE orders ALTER COLUMN code TYPE varchar(20)",
    ),
    (
        "ALTER TABLE orders ALTER COLUMN code TYPE text",
        "ALTER TABLE orders ALTER COLUMN code TYPE varchar",
    ),
    (
        "ALTER TABLE orders ALTER COLUMN id DROP DEFAULT",
        "ALTER TABLE orders ALTER COLUMN id SET DEFAULT nextval('orders_id_seq')",
    ),
    (
        "ALTER TABLE orders ALTER COLUMN id DROP DEFAULT",
        "ALTER TABLE orders ALTER COLUMN id SET NOT NULL",
    ),
    (
        "ALTER TABLE orders RENAME COLUMN state TO status",
        "ALTER TABLE orders RENAME COLUMN status TO state",
    ),
    (
        "ALTER TABLE orders RENAME COLUMN state TO status",
        "ALTER TABLE orders ALTER COLUMN status DROP NOT NULL",
    ),
    (
        "ALTER TABLE orders RENAME TO purchases",
        "ALTER TABLE purchases RENAME TO orders",
    ),
    (
        "ALTER TABLE orders RENAME TO purchases",
        "ALTER TABLE purchases ALTER COLUMN state DROP NOT NULL",
    ),
    (
        "DROP INDEX orders_total_idx",
        "CREATE INDEX orders_total ON orders (total)",
    ),
    (
        "DROP INDEX orders_total_idx",
        "CREATE INDEX orders_total ON orders (total DESC NULLS LAST)",
    ),
    (
        "DROP INDEX orders_total_idx",
        "CREATE INDEX orders_total_idx ON orders (total) WHERE total > 1",
    ),
    (
        "DROP INDEX orders_total_idx",
        "CREATE UNIQUE INDEX orders_total_idx ON orders (total)",
    ),
    ("CREATE INDEX i ON orders (code)", "DROP INDEX IF EXISTS i"),
    ("CREATE INDEX i ON orders (code)", "DROP INDEX IF EXISTS j"),
    (
        "CREATE INDEX i ON orders (code)",
        "DROP INDEX i; DROP INDEX orders_total_idx",
    ),
    (
        "ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey",
        "ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE",
    ),
    (
        "ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey",
        "ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers (id)",
    ),
    (
        "ALTER TABLE orders DROP CONSTRAINT orders_customer_id_fkey",
        "ALTER TABLE orders ALTER COLUMN customer_id DROP NOT NULL",
    ),
    (
        "ALTER TABLE orders DROP CONSTRAINT orders_total_check",
        "ALTER TABLE orders ADD CHECK (total > 0)",
    ),
    (
        "ALTER TABLE orders DROP CONSTRAINT orders_total_check",
        "ALTER TABLE orders ALTER COLUMN total DROP NOT NULL",
    ),
    (
        "ALTER TABLE orders DROP CONSTRAINT orders_customer_id_code_key",
        "ALTER TABLE orders ADD CONSTRAINT k UNIQUE (customer_id, code)",
    ),
    (
        "ALTER TABLE orders DROP CONSTRAINT orders_customer_id_code_key",
        "ALTER TABLE orders ADD CONSTRAINT k UNIQUE (code)",
    ),
    (
        "ALTER TABLE customers DROP CONSTRAINT customers_pkey CASCADE",
        "ALTER TABLE customers ADD PRIMARY KEY (id)",
    ),
    (
        "ALTER TABLE customers DROP CONSTRAINT customers_pkey CASCADE",
        "ALTER TABLE customers ADD PRIMARY KEY (id); ALTER TABLE orders ADD FOREIGN KEY (customer_id) REFERENCES customers ON DELETE CASCADE",
    ),
    (
        "DROP VIEW paid",
        "CREATE VIEW paid AS SELECT id FROM orders",
    ),
    (
        "DROP VIEW paid",
        "ALTER TABLE orders ALTER COLUMN code SET NOT NULL",
    ),
    ("CREATE VIEW v AS SELECT 1 AS a", "DROP VIEW v"),
    (
        "CREATE VIEW v AS SELECT 1 AS a; CREATE VIEW w AS SELECT a FROM v",
        "DROP VIEW w",
    ),
    (
        "DROP VIEW paid; DROP TABLE orders",
        "CREATE TABLE orders (id bigint)",
    ),
    (
        "DROP VIEW paid; DROP TABLE orders; CREATE TABLE orders (id int)",
        "DROP TABLE orders",
    ),
    (
        "ALTER TABLE orders RENAME CONSTRAINT orders_pkey TO p",
        "ALTER TABLE orders RENAME CONSTRAINT p TO orders_pkey",
    ),
    (
        "ALTER TABLE customers ADD COLUMN a int GENERATED ALWAYS AS IDENTITY",
        "ALTER TABLE customers DROP COLUMN a",
    ),
    (
        "CREATE TABLE a (id int); INSERT INTO a VALUES (1)",
        "DROP TABLE IF EXISTS a CASCADE",
    ),
    (
        "CREATE TYPE state_new AS ENUM ('open'); ALTER TABLE orders ALTER COLUMN state TYPE state_new USING state::text::state_new; DROP TYPE state; ALTER TYPE state_new RENAME TO state",
        "CREATE TYPE state_old AS ENUM ('open', 'paid'); ALTER TABLE orders ALTER COLUMN state TYPE state_old USING state::text::state_old; DROP TYPE state; ALTER TYPE state_old RENAME TO state",
    ),
    (
        "CREATE TYPE state_new AS ENUM ('open'); ALTER TABLE orders ALTER COLUMN state TYPE state_new USING state::text::state_new; DROP TYPE state; ALTER TYPE state_new RENAME TO state",
        "CREATE TYPE state_old AS ENUM ('open', 'paid'); ALTER TABLE orders ALTER COLUMN state TYPE state_old USING state::text::state_old; DROP TYPE state",
    ),
];

/// What the catalogue does not keep: defaults, and what stands behind the columns of an index.
pub(crate) const MORE: &str = "\
SELECT json_build_array('default', adrelid::regclass, attname, pg_get_expr(adbin, adrelid))
FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum;
SELECT json_build_array('keys', indrelid::regclass, regexp_replace(pg_get_indexdef(indexrelid), '^.* USING', ''), indisunique)
FROM pg_index WHERE indrelid::regclass::text !~ '^pg_';
";

/// The catalogue without what a way back need not restore: names of keys and constraints, the order
/// of columns, labels of enums. A unique index serves like a constraint, and shows among the keys.
pub(crate) fn restored(printed: &str) -> Vec<String> {
    let lines = printed.lines().filter_map(|line| {
        let mut values: Vec<Value> = serde_json::from_str(line).unwrap();
        match values[0].as_str().unwrap() {
            "unique" | "index" => return None,
            "column" | "primary key" | "check" | "foreign key" | "enum" => values[2] = Value::Null,
            _ => {}
        }
        Some(Value::Array(values).to_string())
    });
    let mut lines: Vec<String> = lines.collect();
    lines.sort();
    lines
}

/// Whether a way back leads elsewhere; `None` where the server refuses something.
fn leads_elsewhere(
    server: &Server,
    database: &str,
    before: &str,
    up: &str,
    down: &str,
) -> Option<bool> {
    const MARK: &str = "way back";
    let look = format!("{}{MORE}", catalogue::QUERY);
    let script =
        format!("BEGIN;\n{before};\n{look}\\echo {MARK}\n{up};\n{down};\n{look}ROLLBACK;\n");
    let printed = server.psql(database, &script).ok()?;
    let (start, end) = printed.split_once(MARK).unwrap();
    Some(restored(start.trim()) != restored(end.trim()))
}

/// Whether aicheck finds that of the newest migration.
fn is_found(before: &str, up: &str, down: &str) -> bool {
    let file = |name: &str, text: &str| {
        (
            format!("migrations/{name}.sql").into(),
            text.as_bytes().to_vec(),
        )
    };
    let files = [
        file("000001_a.up", before),
        file("000002_b.up", up),
        file("000002_b.down", down),
    ];
    let settings = Settings::default();
    let report = engine::check(Inputs::from_memory(files.into(), &settings), &settings);
    let mut findings = report.findings.iter();
    findings.any(|finding| finding.rule == "incomplete-rollback")
}

#[test]
fn ways_back_that_lead_elsewhere_are_found_and_no_others() {
    let Some(server) = Server::shared() else {
        return;
    };
    let database = server.database();
    let mut tried = [0, 0];
    let mut wrong = Vec::new();
    for (up, down) in PAIRS {
        let Some(elsewhere) = leads_elsewhere(&server, &database, BEFORE, up, down) else {
            wrong.push(format!("refused: {up} | {down}"));
            continue;
        };
        tried[usize::from(elsewhere)] += 1;
        if is_found(BEFORE, up, down) != elsewhere {
            wrong.push(format!("{up} | {down}: leads elsewhere: {elsewhere}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(tried.iter().all(|tried| *tried > 20), "{tried:?}");
}

/// The fences of an example by the ends of their paths.
fn fence<'a>(example: &'a str, end: &str) -> Option<&'a str> {
    let fences = example.split("\n```sql ").skip(1);
    let mut fences = fences.filter_map(|fence| fence.split_once('\n'));
    let (_, text) = fences.find(|(path, _)| path.ends_with(end))?;
    text.split("\n```").next()
}

#[test]
fn the_page_says_what_the_server_does() {
    let Some(server) = Server::shared() else {
        return;
    };
    let database = server.database();
    let mut tried = 0;
    for example in PAGE.split("\n## ").skip(1) {
        let title = example.lines().next().unwrap();
        let fences = ["1_orders.up.sql", "2_change.up.sql", "2_change.down.sql"];
        let [Some(before), Some(up), Some(down)] = fences.map(|end| fence(example, end)) else {
            continue;
        };
        // What the server decides, nobody else can know.
        if title.contains("conditions decide") {
            continue;
        }
        if let Some(elsewhere) = leads_elsewhere(&server, &database, before, up, down) {
            assert_eq!(elsewhere, title.starts_with("Flagged"), "{title}");
            tried += 1;
        }
    }
    assert!(tried >= 12, "only {tried}");
}
