//! Types of columns in use that change so that the database writes the whole table anew.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "column-type-rewrite",
    family: "migration",
    page: include_str!("column_type_rewrite.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    super::check(project, sink, |database, change| {
        let LiveKind::Retype { column, from, to } = &change.kind else {
            return None;
        };
        let name = super::column(change, column);
        let (from_text, to_text) = (database.write_type(from), database.write_type(to));
        (database.rewrites(from, to) == Answer::Yes).then(|| super::Report {
            severity: Severity::Warning,
            message: format!(
                "`{name}` becomes `{to_text}`, which writes all of `{}` anew: nobody can read or \
                 write it meanwhile",
                change.table
            ),
            note: format!("it was `{from_text}` before"),
            help: help(database, change, column, &to_text),
            object: name,
        })
    });
}

fn help(database: &Database, change: &LiveChange, column: &str, to: &str) -> String {
    let table = database.write_table(&change.table);
    let name = database.write_name(column);
    let new = database.write_name(&format!("{column}_new"));
    let steps = super::run(
        database,
        &[format!("ALTER TABLE {table} ADD COLUMN {new} {to}")],
    );
    format!(
        "add a column of that type, write both, fill the new one in small parts, read it, and drop \
         `{name}` in a later migration:{steps}"
    )
}
