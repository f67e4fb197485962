//! Statements of migrations that change or remove every row of a table in use.

use super::replay::Replay;
use super::{LiveKind, Table, TableKey};
use crate::facts::schema::{AlterKind, Ident, SchemaChange, SchemaStatement, Section, TableName};
use crate::facts::sweep::Sweep;
use crate::source::Loc;

/// A statement that changes or removes every row of a table that was there before.
#[derive(Clone, Debug)]
pub struct SweptTable {
    /// The table.
    pub table: TableKey,
    /// The columns that are written; none where rows are removed.
    pub columns: Vec<String>,
    /// The statement.
    pub at: Loc,
    /// Other migrations of its history follow.
    pub followed: bool,
}

impl Replay {
    /// Looks at what the document at hand, which was applied, does to all rows. A change of what it
    /// writes, new rows for it or a reason beside the statement explain it; so does a column that
    /// came after the table and was not filled yet.
    pub(super) fn sweep(
        &mut self,
        said: &[Sweep],
        changes: &[SchemaStatement],
        seeded: &[TableName],
    ) {
        self.forget_rows(said);
        for sweep in said.iter().filter(|it| it.section == Section::Up) {
            let key = self.resolve(&sweep.table);
            let Some(table) = self.table(&key) else {
                continue;
            };
            let explaining = changes.iter().filter(|it| may_explain(&it.change, sweep));
            let is_changed = explaining
                .flat_map(|statement| statement.change.tables())
                .any(|name| self.resolve(&name) == key);
            let is_filled = seeded.iter().any(|name| self.resolve(name) == key);
            let is_new = !table.created || self.is_here(table.at);
            let explained = sweep.explained || is_changed || is_filled || is_new || table.seeded;
            if !explained && !self.fills(table, sweep) {
                let swept = SweptTable {
                    table: key.clone(),
                    columns: sweep.columns.clone(),
                    at: self.at(sweep.span),
                    followed: false,
                };
                self.database.swept.push(swept);
            }
            let filled = sweep.columns.iter();
            self.filled
                .extend(filled.map(|column| (key.clone(), column.clone())));
        }
    }

    /// Forgets what rows that the document removed before could not meet.
    fn forget_rows(&mut self, said: &[Sweep]) {
        let removals = said.iter().filter(|it| it.section == Section::Up);
        let removals = removals.filter(|sweep| sweep.columns.is_empty());
        let mut emptied: Vec<(TableKey, Loc)> = removals
            .map(|sweep| (self.resolve(&sweep.table), self.at(sweep.span)))
            .collect();
        let live = &self.database.live;
        let truncated = live
            .iter()
            .filter(|change| self.is_here(change.at) && matches!(change.kind, LiveKind::Truncate));
        emptied.extend(truncated.map(|change| (change.table.clone(), change.at)));
        self.database.live.retain(|change| {
            let mut before = emptied.iter().filter(|(table, at)| {
                at.file == change.at.file
                    && at.span.start < change.at.span.start
                    && *table == change.table
            });
            before.next().is_none() || !change.kind.meets_rows()
        });
    }

    /// Whether the columns that are written came after their table, and hold nothing yet.
    fn fills(&self, table: &Table, sweep: &Sweep) -> bool {
        let is_empty = |name: &String| {
            let column = table.column(name);
            let came = column.is_none_or(|column| {
                let added = |kind: &LiveKind| matches!(kind, LiveKind::AddColumn { column } if column.name == *name);
                let mut live = self.database.live.iter();
                live.any(|change| change.at == column.at || change.table == table.key && added(&change.kind))
            });
            came && !self.filled.contains(&(table.key.clone(), name.clone()))
        };
        !sweep.columns.is_empty() && sweep.columns.iter().any(is_empty)
    }
}

/// Whether a change of the table may be why all its rows are changed or removed: it is about a column
/// that is written, or demands something of the rows.
fn may_explain(change: &SchemaChange, sweep: &Sweep) -> bool {
    match change {
        SchemaChange::AlterTable { actions, .. } => {
            actions.iter().any(|it| action_may_explain(&it.kind, sweep))
        }
        SchemaChange::CreateIndex(index) => index.unique,
        SchemaChange::DropIndex { .. } | SchemaChange::RenameIndex { .. } => false,
        _ => true,
    }
}

fn action_may_explain(action: &AlterKind, sweep: &Sweep) -> bool {
    let removes = sweep.columns.is_empty();
    let is_written = |column: &Ident| sweep.columns.contains(&column.name);
    match action {
        AlterKind::AddColumn {
            column,
            constraints,
            ..
        } => {
            let demands = column.not_null || !constraints.is_empty();
            is_written(&column.name) || removes && demands
        }
        AlterKind::SetType { column, .. } | AlterKind::SetNotNull { column, .. } => {
            is_written(column) || removes
        }
        AlterKind::DropColumn { name: column, .. } | AlterKind::SetDefault { column, .. } => {
            is_written(column)
        }
        AlterKind::AddIndex(index) => index.unique,
        AlterKind::DropIndex { .. } | AlterKind::RenameIndex { .. } => false,
        _ => true,
    }
}
