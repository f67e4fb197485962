//! What migrations destroy for good: tables, columns, rows, digits.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "destructive-change",
    family: "migration",
    page: include_str!("destructive_change.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    super::check(project, sink, |database, change| {
        let table = change.table.to_string();
        let (object, message, note) = match &change.kind {
            LiveKind::DropTable { .. } => (
                table.clone(),
                format!("`{table}` is dropped with all its rows"),
                "no way back brings them again",
            ),
            LiveKind::Truncate => (
                table.clone(),
                format!("all rows of `{table}` are deleted"),
                "no way back brings them again",
            ),
            LiveKind::DropColumn { column, .. } => {
                let name = super::column(change, column);
                let message = format!("`{name}` is dropped with what all rows hold in it");
                (name, message, "no way back brings it again")
            }
            LiveKind::Retype { column, from, to } if database.rounds(from, to) => {
                let name = super::column(change, column);
                let (from, to) = (database.write_type(from), database.write_type(to));
                let message = format!(
                    "`{name}` becomes `{to}`: what `{from}` holds beyond that is cut off in all rows"
                );
                (name, message, "no way back brings it again")
            }
            _ => return None,
        };
        Some(super::Report {
            severity: Severity::Info,
            message,
            note: note.to_owned(),
            help: help(database, change),
            object,
        })
    });
}

fn help(database: &Database, change: &LiveChange) -> String {
    let table = database.write_table(&change.table);
    let keep = |name: &str, query: String| {
        let copy = database.write_table(&TableKey {
            schema: change.table.schema.clone(),
            name: format!("{}_{name}", change.table.name),
        });
        super::run(database, &[format!("CREATE TABLE {copy} AS {query}")])
    };
    let copy = match &change.kind {
        LiveKind::DropColumn { column, .. } | LiveKind::Retype { column, .. } => {
            let made = change.made.and(database.tables.get(&change.table));
            let key = made.and_then(|table| table.primary_key.as_ref());
            let mut columns = key.map_or(Vec::new(), |key| key.columns.clone());
            columns.push(column.clone());
            let columns = database.write_columns(&columns);
            keep(column, format!("SELECT {columns} FROM {table}"))
        }
        _ => keep("old", format!("SELECT * FROM {table}")),
    };
    format!("if anybody may want it later, keep a copy first:{copy}")
}
