//! Statements that change or remove every row of a table, where nothing says that they are meant to.

use std::collections::BTreeSet;

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "write-without-where",
    family: "migration",
    page: include_str!("write_without_where.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    in_migrations(project, sink);
    in_handlers(project, sink);
}

fn in_migrations(project: &Project, sink: &mut Sink) {
    for database in &project.databases {
        for swept in &database.swept {
            let table = &swept.table;
            let (done, object) = match swept.columns.as_slice() {
                [] => ("removes", table.to_string()),
                columns => ("changes", format!("{table}.{}", columns.join(","))),
            };
            let subject = project.step(database, swept.at, &object);
            let finding = sink
                .report(
                    Severity::Warning,
                    swept.at,
                    subject,
                    format!(
                        "this {done} every row of `{table}`, and nothing says that it is meant to"
                    ),
                )
                .confidence(super::confidence(database, table))
                .note("no condition picks rows")
                .help(
                    "say which rows with `WHERE`; where all are meant, a comment above the \
                     statement says why",
                );
            finding.past = swept.followed;
        }
    }
}

fn in_handlers(project: &Project, sink: &mut Sink) {
    let mut seen = BTreeSet::new();
    for handler in &project.handlers {
        for write in &handler.writes.sweeping {
            if !seen.insert(write.at) {
                continue;
            }
            let done = if write.deletes { "removes" } else { "changes" };
            let severity = match write.ignored {
                Some(_) => Severity::Error,
                None => Severity::Warning,
            };
            let table = &write.table;
            let message = format!("this {done} every row of `{table}`, {}", reason(write));
            let subject = format!("{}::{table}", handler.route);
            let finding = sink.report(severity, write.at, subject, message);
            finding
                .confidence(confidence(write))
                .note("no condition picks rows")
                .label(handler.registered, format!("`{}` runs it", handler.route))
                .help(format!(
                    "say which rows:{}\nwhere all are meant, a comment on the statement says so",
                    code(&write.condition)
                ));
        }
    }
}

/// Why not all rows are meant.
fn reason(write: &SweepingWrite) -> String {
    match &write.ignored {
        Some(Ignored::Key(name)) => format!("and `{name}` names the one that is meant"),
        Some(Ignored::Column(name)) => format!("whatever `{name}` is"),
        Some(Ignored::Owner(column)) => format!("whoever owns them by `{column}`"),
        None => "and nothing says that it is meant to".to_owned(),
    }
}

fn confidence(write: &SweepingWrite) -> Confidence {
    match (write.hops, &write.ignored) {
        (0, Some(_)) => Confidence::Certain,
        (0, None) | (1, Some(_)) => Confidence::Likely,
        _ => Confidence::Possible,
    }
}
