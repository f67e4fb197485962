//! What breaks when a column goes, asked of the server: views, keys and policies for which it refuses,
//! functions and queries that fail afterwards. What is told must break, and the help must not.

use aicheck::config::Settings;
use aicheck::discover::Inputs;
use aicheck::engine;

use super::server::Server;

/// The tables as an earlier migration made them.
const TABLES: &str = "\
CREATE TABLE customers (id bigint PRIMARY KEY, name text, note text);
CREATE TABLE orders (
    id bigint PRIMARY KEY,
    customer_id bigint REFERENCES customers (id),
    code text UNIQUE,
    note text,
    label text,
    total numeric(12, 2),
    placed_at timestamptz,
    day date
);
";

const COLUMNS: &[&str] = &[
    "customers.id",
    "customers.name",
    "customers.note",
    "orders.id",
    "orders.customer_id",
    "orders.code",
    "orders.note",
    "orders.label",
    "orders.total",
    "orders.placed_at",
    "orders.day",
];

/// Queries that code may send.
const QUERIES: &[&str] = &[
    "SELECT id, note FROM orders",
    "SELECT o.note, c.name FROM orders o JOIN customers AS c ON c.id = o.customer_id",
    "SELECT code, name FROM orders, customers c WHERE c.id = customer_id",
    "SELECT sum(total) AS note FROM orders GROUP BY label ORDER BY note",
    "SELECT total note, label AS day FROM orders ORDER BY note, day",
    "SELECT x.note FROM (SELECT label AS note, day FROM orders) x",
    "WITH recent AS (SELECT id, note FROM orders WHERE placed_at > now()) SELECT id, note FROM recent",
    "WITH orders AS (SELECT id, name AS note FROM customers) SELECT id, note FROM orders",
    "SELECT id FROM customers WHERE EXISTS (SELECT 1 FROM orders WHERE customer_id = customers.id AND label = 'x')",
    "SELECT id FROM customers c WHERE (SELECT max(total) FROM orders WHERE code = name) > 0",
    "SELECT extract(day FROM placed_at), date '2024-01-01', total::text, CAST(label AS varchar) FROM orders",
    "SELECT count(*) FILTER (WHERE note IS NULL), rank() OVER (PARTITION BY label ORDER BY day DESC NULLS LAST) FROM orders GROUP BY label, day",
    "SELECT CASE WHEN note = 'a' THEN total ELSE 0 END AS x FROM orders WHERE label IN ('a', code)",
    "SELECT id FROM orders UNION ALL SELECT id FROM customers ORDER BY id",
    "INSERT INTO orders (id, note) VALUES (1, upper('label'))",
    "INSERT INTO orders (id, note) SELECT id, name FROM customers WHERE note IS NOT NULL",
    "INSERT INTO orders (id, code) VALUES (1, 'a') ON CONFLICT (code) DO UPDATE SET note = excluded.label RETURNING day",
    "UPDATE orders SET note = label, total = total + 1 WHERE id = 1",
    "UPDATE orders o SET note = c.name FROM customers c WHERE c.id = o.customer_id",
    "DELETE FROM orders USING customers c WHERE c.id = customer_id AND c.note = 'x'",
    "SELECT * FROM orders WHERE label = 'x' FOR UPDATE OF orders",
    "SELECT o.* FROM orders o, LATERAL (SELECT name FROM customers WHERE id = o.customer_id) n",
    "SELECT id FROM orders WHERE note IS DISTINCT FROM label LIMIT 5",
    "SELECT position('a' IN code), substring(note FROM 2), trim(both 'x' FROM label) FROM orders",
];

/// What an earlier migration may have made beside the tables.
const BESIDE: &[&str] = &[
    "CREATE VIEW v AS SELECT id, note FROM orders",
    "CREATE VIEW v AS SELECT * FROM orders",
    "CREATE VIEW v AS SELECT o.id, c.name AS label FROM orders o JOIN customers c ON c.id = o.customer_id",
    "CREATE MATERIALIZED VIEW v AS SELECT label, count(*) AS note FROM orders GROUP BY label",
    "CREATE VIEW v AS WITH o AS (SELECT day FROM orders) SELECT * FROM o",
    "CREATE TABLE lines (code text REFERENCES orders (code))",
    "ALTER TABLE orders ADD COLUMN gross numeric GENERATED ALWAYS AS (total * 2) STORED",
    "CREATE POLICY p ON orders USING (label = current_user)",
    "CREATE INDEX i ON orders (note, label)",
    "ALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0)",
];

/// What is said of dropping a column: the message, and the code of the help.
fn told(beside: &str, column: &str, query: &str) -> Option<(String, String)> {
    let (table, column) = column.split_once('.').unwrap();
    let file = |name: &str, text: String| (name.into(), text.into_bytes());
    let files = [
        file("migrations/001_orders.sql", format!("{TABLES}{beside};\n")),
        file(
            "migrations/002_drop.sql",
            format!("ALTER TABLE {table} DROP COLUMN {column};\n"),
        ),
        file(
            "app/orders.py",
            format!("async def run(conn):\n    await conn.execute(\"{query}\")\n"),
        ),
    ]
    .into();
    let settings = Settings::default();
    let report = engine::check(Inputs::from_memory(files, &settings), &settings);
    let mut findings = report.findings.into_iter();
    let found = findings.find(|finding| finding.rule == "drop-still-used")?;
    let code = found
        .help
        .lines()
        .filter_map(|line| line.strip_prefix("    "));
    Some((found.message, code.collect::<Vec<_>>().join("\n")))
}

/// Whether a statement fails once a column is gone.
fn fails(server: &Server, database: &str, column: &str, statement: &str) -> bool {
    let (table, column) = column.split_once('.').unwrap();
    let script = format!(
        "BEGIN; ALTER TABLE {table} DROP COLUMN {column} CASCADE; SAVEPOINT gone;\n\
         PREPARE q AS {statement}; ROLLBACK;"
    );
    let said = server.client(database, &script);
    String::from_utf8_lossy(&said.stderr).contains("ERROR")
}

#[test]
fn queries_that_are_told_fail_once_the_column_is_gone() {
    let Some(server) = Server::shared() else {
        return;
    };
    let database = server.database();
    server.psql(&database, TABLES).unwrap();
    let (mut breaks, mut found) = (0, 0);
    for query in QUERIES {
        for column in COLUMNS {
            let fails = fails(&server, &database, column, query);
            let says = told("", column, query);
            // A key that others refer to is told for that.
            let says = says.filter(|(message, _)| message.contains("query"));
            assert!(
                fails || says.is_none(),
                "{column} is told, but works: {query}"
            );
            breaks += u32::from(fails);
            found += u32::from(fails && says.is_some());
        }
    }
    assert!(breaks > 70, "only {breaks} break");
    assert!(found * 4 >= breaks * 3, "{found} of {breaks} are told");
}

#[test]
fn what_the_server_refuses_is_told_and_the_help_is_taken() {
    let Some(server) = Server::shared() else {
        return;
    };
    for beside in BESIDE {
        let database = server.database();
        server
            .psql(&database, &format!("{TABLES}{beside};"))
            .unwrap();
        for column in COLUMNS {
            let (table, name) = column.split_once('.').unwrap();
            let drop = format!("BEGIN; ALTER TABLE {table} DROP COLUMN {name}; ROLLBACK;");
            let refuses = server.psql(&database, &drop).is_err();
            let says = told(beside, column, "SELECT 1");
            assert_eq!(says.is_some(), refuses, "{column}: {beside}: {says:?}");
            // One thing at a time.
            let others = beside.contains("customers") || *column == "customers.id";
            if let Some((_, help)) = says.filter(|_| !others) {
                let taken = server.psql(&database, &format!("BEGIN;\n{help}\nROLLBACK;"));
                assert!(taken.is_ok(), "{beside}\n{help}\n{taken:?}");
            }
        }
    }
}

#[test]
fn a_function_fails_at_its_next_call() {
    let Some(server) = Server::shared() else {
        return;
    };
    for body in [
        "LANGUAGE sql AS $$ SELECT note FROM orders $$",
        "LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT 'x'); UPDATE orders SET label = 'x'; END $$",
        "LANGUAGE plpgsql AS $$ BEGIN UPDATE orders SET note = 'x'; RETURN 'x'; END $$",
    ] {
        let database = server.database();
        let function = format!("CREATE FUNCTION f() RETURNS text {body}");
        server
            .psql(&database, &format!("{TABLES}{function};"))
            .unwrap();
        let drop = "ALTER TABLE orders DROP COLUMN note;";
        server.psql(&database, drop).unwrap();
        let fails = server.psql(&database, "SELECT f();").is_err();
        let says = told(&function, "orders.note", "SELECT 1");
        assert_eq!(says.is_some(), fails, "{function}");
    }
}
