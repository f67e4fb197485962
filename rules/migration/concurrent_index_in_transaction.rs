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
        let refused = database.transacted.iter().filter_map(|it| match &it.kind {
            Mistake::Refused(name, around) => Some((it, name, *around)),
            _ => None,
        });
        let refused: Vec<(&Transacted, &String, Around)> = refused.collect();
        // PostgreSQL comes no further than the first of them.
        let together = refused.chunk_by(|(one, _, around), (next, _, same)| {
            one.at.file == next.at.file && around == same
        });
        for statements in together {
            let &[(first, name, around), ref others @ ..] = statements else {
                continue;
            };
            let subject = project.step(database, first.at, name);
            let mut message = message(database, name, around);
            if !others.is_empty() {
                message += &format!("; the same holds for {} more", others.len());
            }
            let finding = sink
                .report(Severity::Error, first.at, subject, message)
                .note("PostgreSQL refuses it here")
                .help(help(database, around));
            finding.past = first.followed;
            if let Around::Begin(at) = around {
                finding.label(at, "the transaction begins here");
            }
        }
    }
}

fn message(database: &Database, name: &str, around: Around) -> String {
    let why = match around {
        Around::Begin(_) => "and this one begins one itself".to_owned(),
        Around::Tool | Around::Upgrade => {
            format!("and {} runs each migration in one", database.tool.title())
        }
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
        (Around::Tool | Around::Upgrade, _) => format!(
            "{} knows no migration without a transaction: build the index by hand before, and write \
             `IF NOT EXISTS` without `CONCURRENTLY` here",
            database.tool.title()
        ),
    }
}
