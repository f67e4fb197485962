//! Statements that change or remove every row of a table, where nothing says that they are meant to.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "write-without-where",
    family: "migration",
    page: include_str!("write_without_where.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
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
