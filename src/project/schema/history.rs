//! Which migrations a schema file holds already: those up to the last one whose additions are all
//! in it. What came before may have been renamed or dropped since.

use super::{Database, Table, TableKey};
use crate::facts::schema::{AlterKind, SchemaChange, SchemaStatement, Section};

/// How many of the migrations, given in order, the schema holds.
pub(super) fn held<'a>(
    schema: &Database,
    migrations: impl Iterator<Item = &'a [SchemaStatement]>,
) -> usize {
    let held = (1..).zip(migrations).filter(|(_, statements)| {
        let up = statements
            .iter()
            .filter(|statement| statement.section == Section::Up);
        let mut additions = up
            .flat_map(|statement| additions(schema, &statement.change))
            .peekable();
        additions.peek().is_some() && additions.all(|present| present)
    });
    held.map(|(nth, _)| nth).last().unwrap_or(0)
}

/// Whether each thing that a statement adds is there.
fn additions(schema: &Database, change: &SchemaChange) -> Vec<bool> {
    let table = |name| schema.tables.get(&TableKey::of(name));
    match change {
        SchemaChange::CreateTable(create) if create.temporary => Vec::new(),
        SchemaChange::CreateTable(create) => vec![table(&create.table).is_some()],
        SchemaChange::CreateIndex(index) => {
            let name = index.name.iter();
            let present = name.map(|name| {
                table(&index.table).is_some_and(|table| table.has_index_named(&name.name))
            });
            present.collect()
        }
        SchemaChange::AlterTable {
            table: name,
            actions,
            ..
        } => {
            let table = table(name);
            let kinds = actions.iter().map(|action| &action.kind);
            kinds.filter_map(|kind| is_added(table, kind)).collect()
        }
        _ => Vec::new(),
    }
}

fn is_added(table: Option<&Table>, kind: &AlterKind) -> Option<bool> {
    let name = match kind {
        AlterKind::AddColumn { column, .. } => &column.name.name,
        AlterKind::AddConstraint(constraint) => &constraint.name.as_ref()?.name,
        _ => return None,
    };
    let has = |table: &Table| match kind {
        AlterKind::AddColumn { .. } => table.column(name).is_some(),
        _ => table.has_constraint_named(name),
    };
    Some(table.is_some_and(has))
}
