//! Rights that everyone who may log in is given.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "public-grant",
    family: "migration",
    page: include_str!("public_grant.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for database in &project.databases {
        let grants: Vec<&PublicGrant> = database.public_grants().collect();
        // One statement may name many tables.
        for grants in grants.chunk_by(|one, next| one.at == next.at) {
            let grant = grants[0];
            let named: Vec<String> = grants.iter().map(|grant| name(&grant.on)).collect();
            let subject = project.step(database, grant.at, &named.join(","));
            let message = format!(
                "everyone who may log in {} {}",
                may(grant.right),
                named.join(", ")
            );
            sink.report(Severity::Warning, grant.at, subject, message)
                .note("`PUBLIC` is every role, also those of other applications")
                .help(help(database, grants));
        }
    }
}

fn may(right: Granted) -> &'static str {
    match right {
        Granted::Read => "may read",
        Granted::Write => "may write",
        Granted::All => "may read, write and empty",
        Granted::Make => "may make tables and functions in",
    }
}

fn name(on: &Holding) -> String {
    let schema = |schema: &String| match schema.as_str() {
        "" => "the schema `public`".to_owned(),
        schema => format!("the schema `{schema}`"),
    };
    match on {
        Holding::Table(key) => format!("`{key}`"),
        Holding::AllTables(name) => format!("all tables of {}", schema(name)),
        Holding::LaterTables => "all tables to come".to_owned(),
        Holding::Schema(name) => schema(name),
        Holding::Database(name) => format!("the database `{name}`"),
    }
}

fn help(database: &Database, grants: &[&PublicGrant]) -> String {
    let revoke = |grant: &&PublicGrant| match &grant.on {
        Holding::Table(key) => format!("REVOKE ALL ON {} FROM PUBLIC", database.write_table(key)),
        Holding::AllTables(schema) => format!(
            "REVOKE ALL ON ALL TABLES IN SCHEMA {} FROM PUBLIC",
            database.write_name(schema)
        ),
        Holding::LaterTables => {
            "ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM PUBLIC".to_owned()
        }
        Holding::Schema(schema) => format!(
            "REVOKE CREATE ON SCHEMA {} FROM PUBLIC",
            database.write_name(schema)
        ),
        Holding::Database(name) => format!(
            "REVOKE CREATE ON DATABASE {} FROM PUBLIC",
            database.write_name(name)
        ),
    };
    let statements: Vec<String> = grants.iter().map(revoke).collect();
    format!(
        "name the role of the application instead of `PUBLIC`; where this ran already, take it \
         back:{}",
        super::run(database, &statements)
    )
}
