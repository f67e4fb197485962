//! What the pages say of labels and names that do not fit, asked of the server.

use aicheck::config::Settings;
use aicheck::discover::Inputs;
use aicheck::engine;

use super::server::Server;

const BEFORE: &str = "\
CREATE TYPE status AS ENUM ('open', 'paid');
CREATE TABLE orders (id bigint PRIMARY KEY, state status, note text);
INSERT INTO orders VALUES (1, 'open', 'a');
";

/// What a migration does with a label that it adds.
const USES: &[&str] = &[
    "UPDATE orders SET state = 'sent' WHERE id = 1;",
    "UPDATE orders SET note = 'sent' WHERE state = 'open';",
    "UPDATE orders SET note = 'b' WHERE state IN ('open', 'sent');",
    "UPDATE orders SET note = 'b' WHERE state::text = 'sent';",
    "UPDATE orders SET state = CASE WHEN id = 1 THEN 'sent'::status ELSE state END WHERE id = 1;",
    "INSERT INTO orders (id, state) VALUES (2, 'sent');",
    "INSERT INTO orders (id, note) VALUES (2, 'sent');",
    "ALTER TABLE orders ALTER COLUMN state SET DEFAULT 'sent';",
    "ALTER TABLE orders ALTER COLUMN note SET DEFAULT 'lost';",
    "ALTER TABLE orders ADD CHECK (state <> 'sent');",
    "CREATE INDEX ON orders (id) WHERE state = 'sent';",
    "CREATE VIEW sent AS SELECT * FROM orders WHERE state = 'sent';",
    "SELECT 'sent'::status;",
    "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN UPDATE orders SET state = 'sent' WHERE id = 1; END $$;",
    "DO $$ BEGIN UPDATE orders SET state = 'sent' WHERE id = 1; END $$;",
    "COMMIT; BEGIN; UPDATE orders SET state = 'sent' WHERE id = 1;",
];

fn finds(script: &str) -> bool {
    let file = |name: &str, text: &str| {
        (
            format!("migrations/{name}").into(),
            text.as_bytes().to_vec(),
        )
    };
    let files = [file("001.sql", BEFORE), file("002.sql", script)].into();
    let settings = Settings::default();
    let report = engine::check(Inputs::from_memory(files, &settings), &settings);
    let mut findings = report.findings.iter();
    findings.any(|finding| finding.rule == "enum-value-used-too-early")
}

#[test]
fn labels_are_refused_in_the_transaction_that_adds_them() {
    let Some(server) = Server::shared() else {
        return;
    };
    let mut wrong = Vec::new();
    for used in USES {
        let script = format!("BEGIN; ALTER TYPE status ADD VALUE 'sent'; {used} COMMIT;");
        let database = server.database();
        server.psql(&database, BEFORE).unwrap();
        let refused = match server.psql(&database, &script) {
            Ok(_) => false,
            Err(why) if why.contains("unsafe use of new value") => true,
            Err(why) => panic!("{used}: {why}"),
        };
        if finds(&script) != refused {
            wrong.push(format!("{used}: refused: {refused}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_name_of_33_characters_does_not_fit() {
    let Some(server) = Server::shared() else {
        return;
    };
    let database = server.database();
    let table = "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);";
    server.psql(&database, table).unwrap();
    for (length, fits) in [(32, true), (33, false)] {
        let name = "x".repeat(length);
        let script = format!("INSERT INTO alembic_version VALUES ('{name}');");
        assert_eq!(server.psql(&database, &script).is_ok(), fits);
    }
}
