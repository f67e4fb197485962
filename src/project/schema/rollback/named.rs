//! The names in a statement: what a trial must know of.

use crate::facts::schema::{
    AlterKind, CodeChange, Column, Constraint, ConstraintKind, CreateTable, Derived, SchemaChange,
    TableName, TypeName,
};

/// The names of everything that a statement speaks of; `None` where nobody can tell.
pub(super) fn names(change: &SchemaChange) -> Option<Vec<String>> {
    let mut names = Names(Vec::new());
    match change {
        SchemaChange::CreateTable(create) => names.create(create),
        SchemaChange::AlterTable { table, actions, .. } => {
            names.add(table);
            for action in actions {
                names.action(&action.kind);
            }
        }
        SchemaChange::DropTable { tables, .. } | SchemaChange::Truncate { tables } => {
            names.all(tables);
        }
        SchemaChange::RenameTable { table, to } => {
            names.add(table);
            names.add(to);
        }
        SchemaChange::CreateIndex(index) => {
            names.add(&index.table);
            names
                .0
                .extend(index.name.as_ref().map(|it| it.name.clone()));
        }
        SchemaChange::DropIndex {
            names: indexes,
            table,
            ..
        } => {
            names.all(indexes);
            names.0.extend(table.as_ref().map(|it| it.name.clone()));
        }
        SchemaChange::RenameIndex { name, .. }
        | SchemaChange::CreateType { name, .. }
        | SchemaChange::AlterType { name, .. }
        | SchemaChange::AlterView { name, .. } => names.add(name),
        SchemaChange::CreateView(view) => {
            names.add(&view.name);
            names.all(&view.sources);
        }
        SchemaChange::DropType { names: dropped, .. }
        | SchemaChange::DropView { names: dropped, .. } => names.all(dropped),
        SchemaChange::Access(change) => names.all(&change.tables()),
        SchemaChange::Code(CodeChange::CreateFunction(function)) => names.add(&function.name),
        SchemaChange::Code(CodeChange::DropFunctions { functions }) => {
            functions.iter().for_each(|(name, _)| names.add(name));
        }
        SchemaChange::Code(_) | SchemaChange::SetSearchPath { .. } => {}
        SchemaChange::Opaque { tables } if !tables.is_empty() => names.all(tables),
        SchemaChange::Opaque { .. }
        | SchemaChange::Unread { .. }
        | SchemaChange::Doubt { .. }
        | SchemaChange::CreateSchema { .. }
        | SchemaChange::RenameSchema { .. }
        | SchemaChange::DropSchema { .. } => return None,
    }
    Some(names.0)
}

/// The last part of the name of a type.
pub(super) fn type_name(ty: &TypeName) -> &str {
    ty.base.rsplit('.').next().unwrap_or(&ty.base)
}

struct Names(Vec<String>);

impl Names {
    fn add(&mut self, name: &TableName) {
        self.0.push(name.name.clone());
    }

    fn all(&mut self, names: &[TableName]) {
        names.iter().for_each(|name| self.add(name));
    }

    fn create(&mut self, create: &CreateTable) {
        self.add(&create.table);
        create.columns.iter().for_each(|column| self.column(column));
        for constraint in &create.constraints {
            self.constraint(constraint);
        }
        match &create.derived {
            Some(Derived::PartitionOf { parent, .. }) => self.add(parent),
            Some(Derived::Inherits(parents)) => self.all(parents),
            Some(Derived::Like(like)) => self.add(&like.table),
            Some(Derived::Query(_) | Derived::Foreign) | None => {}
        }
    }

    fn column(&mut self, column: &Column) {
        let ty = column.ty.as_ref();
        self.0.extend(ty.map(|ty| type_name(ty).to_owned()));
    }

    fn constraint(&mut self, constraint: &Constraint) {
        if let ConstraintKind::ForeignKey(fk) = &constraint.kind {
            self.add(&fk.parent);
        }
    }

    fn action(&mut self, kind: &AlterKind) {
        match kind {
            AlterKind::AddColumn {
                column,
                constraints,
                ..
            } => {
                self.column(column);
                constraints.iter().for_each(|it| self.constraint(it));
            }
            AlterKind::ReplaceColumn { column, .. } => self.column(column),
            AlterKind::SetType { ty, .. } => self.0.push(type_name(ty).to_owned()),
            AlterKind::AddConstraint(constraint) => self.constraint(constraint),
            AlterKind::RenameTable { to: table }
            | AlterKind::AttachPartition {
                partition: table, ..
            }
            | AlterKind::DetachPartition { partition: table }
            | AlterKind::Inherit { parent: table, .. } => self.add(table),
            _ => {}
        }
    }
}
