//! Which tables the statements of one file make, need and change: enough to tell whether the order
//! of two files matters.

use std::collections::BTreeSet;

use super::TableKey;
use crate::facts::schema::{
    AlterKind, ConstraintKind, CreateTable, Derived, Like, SchemaChange, SchemaStatement, Section,
    TableName,
};

/// Tables by what a file does to them.
#[derive(Debug, Default)]
pub(super) struct Touch {
    /// Made.
    pub(super) makes: BTreeSet<TableKey>,
    /// Made without `IF NOT EXISTS`.
    pub(super) insists: BTreeSet<TableKey>,
    /// Altered, indexed or copied, and not made here: they must be there before.
    pub(super) needs: BTreeSet<TableKey>,
    /// Referenced and not made here.
    pub(super) refers: BTreeSet<TableKey>,
    /// Changed by more than an addition, so that the order of two changes matters.
    changes: BTreeSet<TableKey>,
}

impl Touch {
    /// Reads the statements of one file.
    pub(super) fn of(statements: &[SchemaStatement]) -> Self {
        let mut touch = Self::default();
        let up = statements
            .iter()
            .filter(|statement| statement.section == Section::Up);
        for statement in up {
            touch.read(&statement.change);
        }
        touch.needs.retain(|key| !touch.makes.contains(key));
        touch.refers.retain(|key| !touch.makes.contains(key));
        touch
    }

    /// The tables for which the order of two files decides what they leave behind.
    pub(super) fn conflicts<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a TableKey> {
        let one_way = |left: &'a Self, right: &'a Self| {
            left.changes.iter().filter(|key| {
                right.needs.contains(key)
                    || right.makes.contains(key)
                    || right.changes.contains(key)
            })
        };
        let both_make = self.makes.intersection(&other.makes);
        both_make
            .chain(one_way(self, other))
            .chain(one_way(other, self))
    }

    /// All tables the file makes, needs or changes.
    pub(super) fn all(&self) -> impl Iterator<Item = &TableKey> {
        self.makes.iter().chain(&self.needs).chain(&self.changes)
    }

    /// Whether both files speak of one table.
    pub(super) fn shares(&self, other: &Self) -> bool {
        let theirs: BTreeSet<&TableKey> = other.all().chain(&other.refers).collect();
        self.all()
            .chain(&self.refers)
            .any(|key| theirs.contains(key))
    }

    fn read(&mut self, change: &SchemaChange) {
        match change {
            SchemaChange::CreateTable(create) => self.read_create(create),
            SchemaChange::AlterTable { table, actions, .. } => {
                let key = TableKey::of(table);
                for action in actions {
                    self.read_action(&key, &action.kind);
                }
                self.needs.insert(key);
            }
            SchemaChange::Access(change) => {
                self.needs.extend(change.tables().iter().map(TableKey::of));
            }
            SchemaChange::CreateIndex(index) => {
                self.needs.insert(TableKey::of(&index.table));
            }
            SchemaChange::DropTable { tables, .. }
            | SchemaChange::Opaque { tables }
            | SchemaChange::Doubt { tables } => {
                self.changes.extend(tables.iter().map(TableKey::of));
            }
            SchemaChange::RenameTable { table, to } => {
                self.rename(TableKey::of(table), to);
            }
            SchemaChange::CreateSchema { .. }
            | SchemaChange::RenameSchema { .. }
            | SchemaChange::SetSearchPath { .. }
            | SchemaChange::DropSchema { .. }
            | SchemaChange::Truncate { .. }
            | SchemaChange::DropIndex { .. }
            | SchemaChange::RenameIndex { .. }
            | SchemaChange::CreateType { .. }
            | SchemaChange::AlterType { .. }
            | SchemaChange::DropType { .. }
            | SchemaChange::CreateView(_)
            | SchemaChange::AlterView { .. }
            | SchemaChange::DropView { .. }
            | SchemaChange::Unread { .. }
            | SchemaChange::Code(_) => {}
        }
    }

    fn read_create(&mut self, create: &CreateTable) {
        if create.temporary {
            return;
        }
        let key = TableKey::of(&create.table);
        if !create.if_not_exists {
            self.insists.insert(key.clone());
        }
        self.makes.insert(key);
        for constraint in &create.constraints {
            self.read_constraint(&constraint.kind);
        }
        let sources: &[TableName] = match &create.derived {
            Some(
                Derived::PartitionOf { parent: table, .. } | Derived::Like(Like { table, .. }),
            ) => std::slice::from_ref(table),
            Some(Derived::Inherits(tables)) => tables,
            Some(Derived::Query(_) | Derived::Foreign) | None => &[],
        };
        self.needs.extend(sources.iter().map(TableKey::of));
    }

    fn read_action(&mut self, key: &TableKey, kind: &AlterKind) {
        match kind {
            AlterKind::AddColumn { constraints, .. } => {
                for constraint in constraints {
                    self.read_constraint(&constraint.kind);
                }
            }
            AlterKind::AddConstraint(constraint) => self.read_constraint(&constraint.kind),
            AlterKind::RenameTable { to } => self.rename(key.clone(), to),
            AlterKind::AttachPartition { partition, .. } => {
                self.needs.insert(TableKey::of(partition));
            }
            AlterKind::AddIndex(_)
            | AlterKind::RowSecurity { .. }
            | AlterKind::ValidateConstraint { .. }
            | AlterKind::Nothing => {}
            _ => {
                self.changes.insert(key.clone());
            }
        }
    }

    fn read_constraint(&mut self, kind: &ConstraintKind) {
        if let ConstraintKind::ForeignKey(fk) = kind {
            self.refers.insert(TableKey::of(&fk.parent));
        }
    }

    fn rename(&mut self, from: TableKey, to: &TableName) {
        let to = TableKey {
            schema: to.schema.clone().unwrap_or_else(|| from.schema.clone()),
            name: to.name.clone(),
        };
        self.needs.insert(from.clone());
        self.changes.insert(from);
        self.makes.insert(to);
    }
}
