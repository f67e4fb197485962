//! What statements do to a table in use, asked of the server: which lock they hold, and whether they
//! read or write all its rows meanwhile. The rules about migrations must say just that.

use std::time::Duration;

use aicheck::config::Settings;
use aicheck::discover::Inputs;
use aicheck::engine;

use super::server::Server;

/// The tables as an earlier migration made them, with rows.
const BEFORE: &str = "\
CREATE TABLE customers (id bigint PRIMARY KEY, name text);
CREATE TABLE orders (
    id bigint PRIMARY KEY,
    customer_id bigint,
    code varchar(20),
    label text,
    remark text,
    total numeric(12, 2) NOT NULL,
    quantity integer,
    paid boolean,
    placed_on date,
    placed_at timestamptz,
    extras json,
    CONSTRAINT orders_label_there CHECK (label IS NOT NULL)
);
ALTER TABLE orders ADD CONSTRAINT orders_code_there CHECK (code IS NOT NULL) NOT VALID;
";

const ROWS: &str = "\
INSERT INTO customers SELECT g, 'c' FROM generate_series(1, 100) g;
INSERT INTO orders SELECT g, g, g::text, 'l', 'r', 1, 1, true, current_date, now(), '{}'
    FROM generate_series(1, 100) g;
";

/// Statements that a migration may hold, harmless and harmful ones.
const STATEMENTS: &[&str] = &[
    "CREATE INDEX i ON orders (placed_at)",
    "CREATE UNIQUE INDEX i ON orders (code) WHERE code IS NOT NULL",
    "CREATE INDEX i ON orders USING hash (code)",
    "CREATE INDEX ON ONLY orders (lower(code))",
    "ALTER TABLE orders ADD COLUMN note text",
    "ALTER TABLE orders ADD COLUMN note text NOT NULL DEFAULT 'none'",
    "ALTER TABLE orders ADD COLUMN made_at timestamptz NOT NULL DEFAULT now()",
    "ALTER TABLE orders ADD COLUMN made_at timestamptz DEFAULT current_timestamp",
    "ALTER TABLE orders ADD COLUMN made_at timestamptz DEFAULT clock_timestamp()",
    "ALTER TABLE orders ADD COLUMN token uuid DEFAULT gen_random_uuid()",
    "ALTER TABLE orders ADD COLUMN luck double precision DEFAULT random()",
    "ALTER TABLE orders ADD COLUMN number bigserial",
    "ALTER TABLE orders ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY",
    "ALTER TABLE orders ADD COLUMN gross numeric GENERATED ALWAYS AS (total * 2) STORED",
    "ALTER TABLE orders ADD COLUMN payer_id bigint REFERENCES customers (id)",
    "ALTER TABLE orders ADD COLUMN payer_id bigint DEFAULT 1 REFERENCES customers (id)",
    "ALTER TABLE orders ADD COLUMN size integer CHECK (size > 0)",
    "ALTER TABLE orders ADD COLUMN slug text UNIQUE",
    "ALTER TABLE orders ALTER COLUMN placed_at SET NOT NULL",
    "ALTER TABLE orders ALTER COLUMN label SET NOT NULL",
    "ALTER TABLE orders ALTER COLUMN code SET NOT NULL",
    "ALTER TABLE orders ALTER COLUMN total SET NOT NULL",
    "ALTER TABLE orders ALTER COLUMN total DROP NOT NULL",
    "ALTER TABLE orders ALTER COLUMN placed_at SET DEFAULT now()",
    "ALTER TABLE orders ADD CONSTRAINT c FOREIGN KEY (customer_id) REFERENCES customers (id)",
    "ALTER TABLE orders ADD CONSTRAINT c FOREIGN KEY (customer_id) REFERENCES customers (id) NOT VALID",
    "ALTER TABLE orders ADD CONSTRAINT c CHECK (total >= 0)",
    "ALTER TABLE orders ADD CONSTRAINT c CHECK (total >= 0) NOT VALID",
    "ALTER TABLE orders ADD CONSTRAINT c UNIQUE (code)",
    "ALTER TABLE orders VALIDATE CONSTRAINT orders_code_there",
    "ALTER TABLE orders DROP COLUMN code",
    "ALTER TABLE orders RENAME COLUMN code TO sku",
    "ALTER TABLE orders DROP CONSTRAINT orders_code_there",
];

/// Types that the columns are given, and how.
const TYPES: &[&str] = &[
    "varchar(10)",
    "varchar(20)",
    "varchar(40)",
    "varchar",
    "text",
    "char(20)",
    "char(40)",
    "smallint",
    "integer",
    "bigint",
    "numeric",
    "numeric(12, 2)",
    "numeric(20, 2)",
    "numeric(20, 4)",
    "real",
    "double precision",
    "boolean",
    "date",
    "timestamptz(3)",
    "timestamptz(6)",
    "json",
    "jsonb",
];

/// Columns that no check names: checks on a column are made again with it, for all rows.
const COLUMNS: &[&str] = &[
    "code",
    "remark",
    "total",
    "quantity",
    "paid",
    "placed_on",
    "placed_at",
    "extras",
];

/// Whether the server holds writers of a table off while it reads or writes all rows; `None` where
/// it refuses the statement.
pub(super) fn makes_wait(server: &Server, database: &str, statement: &str) -> Option<bool> {
    let script = format!(
        "SET client_min_messages = debug1;\nBEGIN;\n{statement};\nSET client_min_messages = error;\n\
         SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND granted\n\
         AND relation IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)\n\
         AND mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock');\n\
         ROLLBACK;\n"
    );
    let output = server.client(database, &script);
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains("ERROR") {
        return None;
    }
    let locks: u32 = String::from_utf8_lossy(&output.stdout)
        .trim()
        .parse()
        .unwrap();
    let works = [
        "rewriting table",
        "verifying table",
        " on table \"",
        "validating foreign key",
    ];
    Some(locks > 0 && works.iter().any(|work| said.contains(work)))
}

/// What aicheck says of the statement in a migration of its own.
fn findings(statement: &str) -> Vec<String> {
    let file = |name: &str, text: String| (format!("migrations/{name}").into(), text.into_bytes());
    let files = [
        file("001_orders.sql", BEFORE.to_owned()),
        file("002_change.sql", format!("{statement};\n")),
    ]
    .into();
    let settings = Settings::default();
    let report = engine::check(Inputs::from_memory(files, &settings), &settings);
    let blocking = report.findings.iter().filter(|finding| {
        ["blocking-", "column-type-rewrite", "volatile-default"]
            .iter()
            .any(|rule| finding.rule.starts_with(rule))
    });
    let told = blocking.filter(|finding| {
        report.inputs.files[finding.at.file.index()]
            .path
            .ends_with("002_change.sql")
    });
    told.map(|finding| finding.rule.to_owned()).collect()
}

#[test]
fn what_makes_others_wait_is_told_and_nothing_else() {
    let Some(server) = Server::shared() else {
        return;
    };
    let database = server.database();
    server.psql(&database, &format!("{BEFORE}{ROWS}")).unwrap();
    let retyped = COLUMNS.iter().flat_map(|column| {
        TYPES.iter().map(move |ty| {
            format!("ALTER TABLE orders ALTER COLUMN {column} TYPE {ty} USING {column}::{ty}")
        })
    });
    let statements: Vec<String> = STATEMENTS
        .iter()
        .map(|statement| (*statement).to_owned())
        .chain(retyped)
        .collect();
    let mut tried = 0;
    let mut wrong = Vec::new();
    for statement in &statements {
        let Some(waits) = makes_wait(&server, &database, statement) else {
            continue;
        };
        tried += 1;
        let found = findings(statement);
        if found.is_empty() == waits {
            wrong.push(format!("{statement}: waits: {waits}, found {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(tried > 90, "the server took only {tried} statements");
}

/// Waits until the index of the table is being built.
fn is_being_built(server: &Server, database: &str) -> bool {
    let ask = "SELECT count(*) FROM pg_locks WHERE granted AND relation = 'orders'::regclass\n\
               AND mode IN ('ShareLock', 'ShareUpdateExclusiveLock')";
    (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        server.psql(database, ask).unwrap().trim() != "0"
    })
}

/// Whether another client can write to the table while `build` runs, which takes a second at least.
fn can_write_during(server: &Server, build: &str) -> bool {
    let database = server.database();
    server.psql(&database, &format!("{BEFORE}{ROWS}")).unwrap();
    let write = "SET lock_timeout = '200ms';\n\
                 INSERT INTO orders (id, code, label, total) VALUES (500, 'c', 'l', 1);";
    std::thread::scope(|scope| {
        // A build waits for the transactions that it meets, so that there is time to look.
        let reader = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM customers LIMIT 1;\n\
                      SELECT pg_sleep(1); COMMIT;";
        let reader = scope.spawn(|| server.psql(&database, reader).unwrap());
        std::thread::sleep(Duration::from_millis(100));
        let build = scope.spawn(|| server.psql(&database, build).unwrap());
        assert!(is_being_built(server, &database));
        let written = server.psql(&database, write);
        build.join().unwrap();
        reader.join().unwrap();
        match written {
            Ok(_) => true,
            Err(why) if why.contains("lock timeout") => false,
            Err(why) => panic!("{why}"),
        }
    })
}

#[test]
fn writers_wait_for_an_index_unless_it_is_built_concurrently() {
    let Some(server) = Server::shared() else {
        return;
    };
    let plain = "BEGIN; CREATE INDEX i ON orders (code); SELECT pg_sleep(1); COMMIT;";
    assert!(!can_write_during(&server, plain));
    assert!(can_write_during(
        &server,
        "CREATE INDEX CONCURRENTLY i ON orders (code);"
    ));
}
