//! `ON DELETE CASCADE` where rows are marked as deleted instead of being removed.

use super::unreviewed_cascade::{action, place, replacement, sign_off};
use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "cascade-bypasses-soft-delete",
    family: "schema",
    page: include_str!("cascade_bypasses_soft_delete.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for database in &project.databases {
        for (table, fk) in database.cascading_keys() {
            let parent = database.tables.get(&fk.parent);
            let parent = parent.filter(|parent| parent.key != table.key);
            let kept = database.soft_delete(table);
            let parent_kept = parent.and_then(|parent| database.soft_delete(parent));
            let message = match (kept, parent_kept) {
                (Some(column), _) => message(table, fk, column),
                // A row that only pairs two others has nothing to keep without them.
                (None, Some(column)) if !table.is_join_table() => {
                    message_of_parent(table, fk, column)
                }
                _ => continue,
            };
            let subject = project.subject(database, table.subject(&fk.columns));
            let place = place(database, table, fk);
            let help = help(database, table, fk, &subject, database.idiom(&place));
            let finding = sink
                .report(Severity::Error, place, &subject, message)
                .confidence(super::confidence(database, table))
                .help(help);
            for column in [kept, parent_kept].into_iter().flatten() {
                finding.label(column.at, "rows are marked as deleted here, and stay");
            }
        }
    }
}

fn message(table: &Table, fk: &ForeignKey, column: &Column) -> String {
    let (parent, child) = (&fk.parent, &table.key);
    let gone = match parent == child {
        true => format!("every row of `{child}` below it"),
        false => format!("its rows of `{child}`"),
    };
    format!(
        "deleting a row of `{parent}` destroys {gone}, which are meant to be marked \
         as deleted (`{}`), not removed",
        column.name
    )
}

fn message_of_parent(table: &Table, fk: &ForeignKey, column: &Column) -> String {
    let (parent, child) = (&fk.parent, &table.key);
    format!(
        "rows of `{parent}` are meant to be marked as deleted (`{}`), not removed, yet removing one \
         destroys its rows of `{child}` as well",
        column.name
    )
}

fn help(
    database: &Database,
    table: &Table,
    fk: &ForeignKey,
    subject: &str,
    idiom: Idiom,
) -> String {
    format!(
        "let {} refuse the delete, and mark the rows of both tables instead{}\n\
         if these rows must go with a row of `{}` that is purged, sign it off {}",
        action(idiom, "RESTRICT"),
        replacement(database, table, fk, idiom),
        fk.parent,
        sign_off(database, RULE.id, subject, idiom),
    )
}
