//! What the pages say of rights, asked of the server: whose tables a function of its owner reads, and
//! what everyone may do.

use aicheck::config::Settings;
use aicheck::discover::Inputs;
use aicheck::engine;

use super::server::Server;

/// What aicheck finds in a migration.
fn found(script: &str) -> Vec<&'static str> {
    let files = [("migrations/001.sql".into(), script.as_bytes().to_vec())].into();
    let settings = Settings::default();
    let report = engine::check(Inputs::from_memory(files, &settings), &settings);
    report.findings.iter().map(|finding| finding.rule).collect()
}

const TABLE: &str = "CREATE TABLE admins (user_id bigint PRIMARY KEY);\n";

#[test]
fn a_function_of_its_owner_reads_tables_of_its_caller() {
    let Some(server) = Server::shared() else {
        return;
    };
    let body = "LANGUAGE sql SECURITY DEFINER";
    let query = "AS $$ SELECT EXISTS (SELECT 1 FROM admins WHERE user_id = 7) $$;\n";
    for (path, is_fooled) in [
        ("", true),
        ("SET search_path = public", true),
        ("SET search_path = public, pg_temp", false),
    ] {
        let script =
            format!("{TABLE}CREATE FUNCTION is_admin() RETURNS boolean {body} {path} {query}");
        let database = server.database();
        server.psql(&database, &script).unwrap();
        let attack = "CREATE ROLE caller;\nSET ROLE caller;\nCREATE TEMP TABLE admins (user_id bigint);\n\
             INSERT INTO admins VALUES (7);\nGRANT SELECT ON admins TO PUBLIC;\nSELECT is_admin();\n\
             RESET ROLE;\nDROP OWNED BY caller;\nDROP ROLE caller;";
        let said = server.psql(&database, attack).unwrap();
        assert_eq!(said.contains('t'), is_fooled, "{path}: {said}");
        // A path without temporary tables is half of it, and a decision.
        let is_found = found(&script).contains(&"unsafe-security-definer");
        assert_eq!(is_found, path.is_empty(), "{path}");
    }
}

#[test]
fn what_is_granted_to_everyone_is_what_they_could_not_do_before() {
    let Some(server) = Server::shared() else {
        return;
    };
    let table = "CREATE TABLE orders (id bigint PRIMARY KEY);\n";
    for (grant, act) in [
        ("GRANT ALL ON orders TO PUBLIC;", "DELETE FROM orders;"),
        (
            "GRANT INSERT ON ALL TABLES IN SCHEMA public TO PUBLIC;",
            "INSERT INTO orders VALUES (1);",
        ),
        (
            "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;\nCREATE TABLE more (id int PRIMARY KEY);",
            "SELECT * FROM more;",
        ),
        (
            "GRANT ALL ON SCHEMA public TO PUBLIC;",
            "CREATE TABLE x ();",
        ),
        (
            "GRANT EXECUTE ON FUNCTION one() TO PUBLIC;",
            "SELECT one();",
        ),
        ("GRANT ALL ON TYPE mood TO PUBLIC;", "SELECT 'good'::mood;"),
    ] {
        let made = format!(
            "{table}CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';\n\
             CREATE TYPE mood AS ENUM ('good');\n"
        );
        let may = |script: &str| {
            let database = server.database();
            let stranger =
                format!("{script}\nBEGIN;\nCREATE ROLE stranger;\nSET ROLE stranger;\n{act}");
            match server.psql(&database, &stranger) {
                Ok(_) => true,
                Err(why) if why.contains("permission denied") => false,
                Err(why) if why.contains("\"more\" does not exist") => false,
                Err(why) => panic!("{why}"),
            }
        };
        let script = format!("{made}{grant}");
        let opens = may(&script) && !may(&made);
        let is_found = found(&script).contains(&"public-grant");
        assert_eq!(is_found, opens, "{grant}");
    }
}
