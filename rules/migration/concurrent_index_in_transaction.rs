//! Statements that PostgreSQL runs in no transaction, inside one.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "concurrent-index-in-transaction",
    family: "migration",
    page: include_str!("concurrent_index_in_transaction.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for database in &project.databases {
        for transacted in &database.transacted {
            let Mistake::Refused(name, around) = &transacted.kind else {
                continue;
            };
            let subject = project.step(database, transacted.at, name);
            let finding = sink
                .report(
                    Severity::Error,
                    transacted.at,
                    subject,
                    message(database, name, *around),
                )
                .note("PostgreSQL refuses it here")
                .help(help(database, *around));
            finding.past = transacted.followed;
            if let Around::Begin(at) = around {
                finding.label(*at, "the transaction begins here");
            }
        }
    }
}

fn message(database: &Database, name: &str, around: Around) -> String {
    let why = match around {
        Around::Begin(_) => "and this one begins one itself".to_owned(),
        Around::Tool => format!("and {} runs each migration in one", database.tool.title()),
        Around::Together => format!(
            "and {} sends the statements of a file together, which makes one of them",
            database.tool.title()
        ),
    };
    format!("`{name}` cannot run inside a transaction, {why}: the migration fails")
}

fn help(database: &Database, around: Around) -> String {
    match (around, database.wrapping()) {
        (Around::Begin(_), _) => "take it out of the transaction".to_owned(),
        (Around::Together, _) => "give it a migration of its own".to_owned(),
        (Around::Tool, Wrapping::Transaction(Some(out))) => {
            format!("give it a migration of its own, with {out}")
        }
        (Around::Tool, _) => format!(
            "{} knows no migration without a transaction: build the index by hand before, and write \
             `IF NOT EXISTS` without `CONCURRENTLY` here",
            database.tool.title()
        ),
    }
}
