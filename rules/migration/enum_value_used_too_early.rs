//! Labels of enums that are used before they are committed.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "enum-value-used-too-early",
    family: "migration",
    page: include_str!("enum_value_used_too_early.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for database in &project.databases {
        for transacted in &database.transacted {
            let Mistake::Early {
                label,
                key,
                added,
                around,
            } = &transacted.kind
            else {
                continue;
            };
            let object = format!("{key}.{label}");
            let subject = project.step(database, transacted.at, &object);
            let message = format!(
                "`{label}` is used in the transaction that adds it to `{key}`, {}: PostgreSQL refuses \
                 it until that is committed, and the migration fails",
                why(database, *around)
            );
            // Applied one at a time, both go through.
            let severity = match around {
                Around::Upgrade => Severity::Warning,
                _ => Severity::Error,
            };
            let finding = sink
                .report(severity, transacted.at, subject, message)
                .confidence(super::confidence(database, key))
                .note(format!("`{label}` is used here"))
                .help(help(database, *around, key, label));
            finding.past = transacted.followed;
            finding.label(*added, "it is added here");
        }
    }
}

fn why(database: &Database, around: Around) -> String {
    let tool = database.tool.title();
    match around {
        Around::Begin(_) => "which the migration begins itself".to_owned(),
        Around::Tool => format!("as {tool} runs each migration in one"),
        Around::Together => {
            format!("as {tool} sends the statements of a file together, which makes one of them")
        }
        Around::Upgrade => {
            format!("as {tool} runs all revisions that one upgrade applies in one")
        }
    }
}

fn help(database: &Database, around: Around, key: &TableKey, label: &str) -> String {
    let add = format!(
        "ALTER TYPE {} ADD VALUE '{}'",
        database.write_table(key),
        label.replace('\'', "''")
    );
    match (around, database.migration_idiom()) {
        (Around::Begin(_), _) => "end the transaction before the label is used".to_owned(),
        (_, Idiom::Alembic) => format!(
            "add it outside the transaction:{}",
            code(&format!(
                "with op.get_context().autocommit_block():\n    op.execute({})",
                operation::string(&add)
            ))
        ),
        _ => format!(
            "add it in a migration of its own, before this one:{}",
            super::run(database, &[add])
        ),
    }
}
