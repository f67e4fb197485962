//! Migrations that begin what they do not end, or end what they did not begin.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "transaction-in-migration",
    family: "migration",
    page: include_str!("transaction_in_migration.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for database in &project.databases {
        for transacted in &database.transacted {
            let tool = database.tool.title();
            let (message, note, help) = match &transacted.kind {
                Mistake::Refused(..) | Mistake::Early { .. } => continue,
                Mistake::Unfinished => (
                    "this transaction never ends: what the migration does is undone when the \
                     connection closes, and its locks are kept until then"
                        .to_owned(),
                    "no `COMMIT` follows",
                    format!(
                        "write `COMMIT` behind the last statement:{}",
                        code("COMMIT;")
                    ),
                ),
                Mistake::Nested(_) => (
                    "PostgreSQL knows no transaction inside another one: the first `COMMIT` ends \
                     both"
                        .to_owned(),
                    "one is open already",
                    "take this `BEGIN` and its `COMMIT` away, or set a `SAVEPOINT`".to_owned(),
                ),
                Mistake::Clash => (
                    format!(
                        "{tool} runs the migration in a transaction: SQLite begins none inside \
                         another one, and ends none twice, so that it fails"
                    ),
                    "one is open already",
                    help_outside(database),
                ),
                Mistake::Ended => (
                    format!(
                        "this ends the transaction in which {tool} runs the migration: when a later \
                         statement fails, what stands before is kept and the migration counts as \
                         not applied"
                    ),
                    "what follows runs without it",
                    help_outside(database),
                ),
            };
            let subject = project.step(database, transacted.at, "transaction");
            let finding = sink
                .report(Severity::Error, transacted.at, subject, message)
                .note(note)
                .help(help);
            finding.past = transacted.followed;
            if let Mistake::Nested(at) = &transacted.kind {
                finding.label(*at, "it was begun here");
            }
        }
    }
}

fn help_outside(database: &Database) -> String {
    match database.wrapping() {
        Wrapping::Transaction(Some(out)) => format!(
            "take it away; where the migration must run without a transaction, say so by {out}"
        ),
        _ => "take it away".to_owned(),
    }
}
