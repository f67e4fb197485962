//! What a migration does to a database in use.

mod blocking_constraint;
mod blocking_index_build;
mod blocking_set_not_null;
mod branching_history;
mod column_type_rewrite;
mod concurrent_index_in_transaction;
mod destructive_change;
mod drop_still_used;
mod enum_value_used_too_early;
mod incomplete_rollback;
mod irreversible_migration;
mod not_null_without_default;
mod public_grant;
mod revision_id_too_long;
mod transaction_in_migration;
mod unsafe_security_definer;
mod volatile_default;
mod write_without_where;

use crate::rule::prelude::*;

pub(super) const RULES: &[Rule] = &[
    blocking_constraint::RULE,
    blocking_index_build::RULE,
    blocking_set_not_null::RULE,
    branching_history::RULE,
    column_type_rewrite::RULE,
    concurrent_index_in_transaction::RULE,
    destructive_change::RULE,
    drop_still_used::RULE,
    enum_value_used_too_early::RULE,
    incomplete_rollback::RULE,
    irreversible_migration::RULE,
    not_null_without_default::RULE,
    public_grant::RULE,
    revision_id_too_long::RULE,
    transaction_in_migration::RULE,
    unsafe_security_definer::RULE,
    volatile_default::RULE,
    write_without_where::RULE,
];

/// A finding about a change of a table that was there before.
struct Report {
    severity: Severity,
    /// What of the table changes.
    object: String,
    message: String,
    /// What the clause does, in a few words.
    note: String,
    help: String,
}

/// Reports what a rule finds among the changes of tables that were there before.
fn check(
    project: &Project,
    sink: &mut Sink,
    find: impl Fn(&Database, &LiveChange) -> Option<Report>,
) {
    for database in &project.databases {
        for change in &database.live {
            let Some(report) = find(database, change) else {
                continue;
            };
            let subject = project.step(database, change.at, &report.object);
            let finding = sink
                .report(report.severity, change.at, subject, report.message)
                .confidence(confidence(database, &change.table))
                .note(report.note)
                .help(report.help);
            finding.past = change.followed;
            if let Some(made) = change.made {
                finding.label(
                    made,
                    "an earlier migration made it: it may hold rows by now",
                );
            }
        }
    }
}

/// What was there before holds for certain only where the order of the files does.
fn confidence(database: &Database, table: &TableKey) -> Confidence {
    if database.unordered.contains(table) {
        Confidence::Likely
    } else {
        Confidence::Certain
    }
}

/// `table.column`.
fn column(change: &LiveChange, column: &str) -> String {
    format!("{}.{column}", change.table)
}

/// A call that runs a statement of SQL in the words of the migration.
fn run(database: &Database, statements: &[String]) -> String {
    let statements = statements.iter();
    let lines: Vec<String> = match database.migration_idiom() {
        Idiom::Alembic => {
            let call = |sql: &String| format!("op.execute({})", operation::string(sql));
            statements.map(call).collect()
        }
        Idiom::DjangoMigration => {
            let call = |sql: &String| format!("migrations.RunSQL({}),", operation::string(sql));
            statements.map(call).collect()
        }
        Idiom::Sql | Idiom::Model(_) => statements.map(|sql| format!("{sql};")).collect(),
    };
    code(&lines.join("\n"))
}

/// The same in place of an operation, of which Django must go on to know.
fn run_instead(database: &Database, statement: &str) -> String {
    match database.migration_idiom() {
        Idiom::DjangoMigration => {
            let sql = operation::string(statement);
            let lines = format!(
                "migrations.SeparateDatabaseAndState(\n    \
                 database_operations=[migrations.RunSQL({sql})],\n    \
                 state_operations=[…],  # the operation that stands here\n),"
            );
            code(&lines)
        }
        _ => run(database, &[statement.to_owned()]),
    }
}

/// The same outside a transaction, and how that is had.
fn run_apart(database: &Database, statement: &str) -> (String, String) {
    let run = || run(database, &[statement.to_owned()]);
    match (database.migration_idiom(), database.wrapping()) {
        (Idiom::Alembic, _) => {
            let call = operation::string(statement);
            let block =
                format!("with op.get_context().autocommit_block():\n    op.execute({call})");
            ("outside the transaction".to_owned(), code(&block))
        }
        (_, Wrapping::Transaction(Some(out))) => {
            (format!("in a migration of its own with {out}"), run())
        }
        (_, Wrapping::Transaction(None)) => {
            let tool = database.tool.title();
            let place = format!("by hand, as {tool} runs each migration in a transaction");
            (place, run())
        }
        _ => ("in a migration of its own".to_owned(), run()),
    }
}
