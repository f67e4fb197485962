//! Statements read from text that stands nowhere as such (a string put together by code): all they
//! say stands where that code stands.

use super::{
    AccessChange, AlterAction, AlterKind, CodeChange, Column, Constraint, ConstraintKind,
    CreateTable, CreateView, Derived, Expression, ForeignKey, Held, Ident, Index, Like, Query,
    QueryColumn, Reads, SchemaChange, SchemaStatement, TableName, Target, TypeChange,
    TypeDefinition, TypeName, ViewChange,
};
use crate::source::Span;

impl SchemaStatement {
    /// Moves the statement and all its parts to one place.
    pub fn move_to(&mut self, at: Span) {
        self.span = at;
        match &mut self.change {
            SchemaChange::CreateTable(create) => create.move_to(at),
            SchemaChange::AlterTable { table, actions, .. } => {
                table.span = at;
                for action in actions {
                    action.move_to(at);
                }
            }
            SchemaChange::DropTable { tables, .. }
            | SchemaChange::Truncate { tables }
            | SchemaChange::Opaque { tables }
            | SchemaChange::Doubt { tables } => {
                tables.move_to(at);
            }
            SchemaChange::DropSchema { names } | SchemaChange::SetSearchPath { schemas: names } => {
                names.move_to(at);
            }
            SchemaChange::CreateSchema { name } => name.move_to(at),
            SchemaChange::RenameSchema { name, to } => {
                name.move_to(at);
                to.move_to(at);
            }
            SchemaChange::RenameTable { table, to } => {
                table.span = at;
                to.span = at;
            }
            SchemaChange::CreateIndex(index) => index.move_to(at),
            SchemaChange::DropIndex { names, table, .. } => {
                names.move_to(at);
                table.iter_mut().for_each(|table| table.span = at);
            }
            SchemaChange::RenameIndex { name, to, .. } => {
                name.span = at;
                to.span = at;
            }
            SchemaChange::CreateType { name, definition } => {
                name.span = at;
                definition.move_to(at);
            }
            SchemaChange::AlterType { name, change } => {
                name.span = at;
                change.move_to(at);
            }
            SchemaChange::DropType { names, .. } | SchemaChange::DropView { names, .. } => {
                names.move_to(at);
            }
            SchemaChange::Unread { .. } => {}
            SchemaChange::Access(change) => change.move_to(at),
            SchemaChange::Code(change) => change.move_to(at),
            SchemaChange::CreateView(view) => view.move_to(at),
            SchemaChange::AlterView { name, change } => {
                name.span = at;
                change.move_to(at);
            }
        }
    }
}

/// A part of a statement that has places.
trait Placed {
    fn move_to(&mut self, at: Span);
}

impl<T: Placed> Placed for Vec<T> {
    fn move_to(&mut self, at: Span) {
        for part in self {
            part.move_to(at);
        }
    }
}

impl<T: Placed> Placed for Option<T> {
    fn move_to(&mut self, at: Span) {
        if let Some(part) = self {
            part.move_to(at);
        }
    }
}

macro_rules! leaves {
    ($($type:ty),*) => {
        $(impl Placed for $type {
            fn move_to(&mut self, at: Span) {
                self.span = at;
            }
        })*
    };
}

leaves!(Ident, TableName, TypeName, Expression);

impl Placed for CreateTable {
    fn move_to(&mut self, at: Span) {
        self.table.move_to(at);
        self.partitioning.move_to(at);
        self.columns.move_to(at);
        self.constraints.move_to(at);
        self.indexes.move_to(at);
        match &mut self.derived {
            Some(Derived::PartitionOf { parent, bounds }) => {
                parent.move_to(at);
                bounds.move_to(at);
            }
            Some(Derived::Like(Like { table, .. })) => table.move_to(at),
            Some(Derived::Inherits(tables)) => tables.move_to(at),
            Some(Derived::Query(query)) => query.iter_mut().for_each(|query| query.move_to(at)),
            Some(Derived::Foreign) | None => {}
        }
    }
}

impl Placed for Query {
    fn move_to(&mut self, at: Span) {
        for column in &mut self.columns {
            match column {
                QueryColumn::All { span, .. } => *span = at,
                QueryColumn::Of { name, .. } => name.move_to(at),
                QueryColumn::Other { name, ty } => {
                    name.move_to(at);
                    ty.move_to(at);
                }
            }
        }
        for source in &mut self.sources {
            source.table.move_to(at);
        }
    }
}

impl Placed for TypeDefinition {
    fn move_to(&mut self, at: Span) {
        match self {
            Self::Enum { .. } => {}
            Self::Domain(domain) => {
                domain.base.move_to(at);
                domain.default.move_to(at);
                domain.checks.move_to(at);
            }
            Self::Other { definition } => definition.move_to(at),
        }
    }
}

impl Placed for TypeChange {
    fn move_to(&mut self, at: Span) {
        match self {
            Self::Rename { to: name }
            | Self::SetSchema { schema: name }
            | Self::DropConstraint(name) => name.move_to(at),
            Self::SetDefault(default) => default.move_to(at),
            Self::AddConstraint(constraint) => constraint.move_to(at),
            Self::RenameConstraint { name, to } => {
                name.move_to(at);
                to.move_to(at);
            }
            Self::AddValue { .. }
            | Self::RenameValue { .. }
            | Self::SetNotNull(_)
            | Self::Opaque => {}
        }
    }
}

impl Placed for CodeChange {
    fn move_to(&mut self, at: Span) {
        match self {
            Self::CreateExtension { name } => name.move_to(at),
            Self::DropExtensions { names } => names.move_to(at),
            Self::CreateFunction(function) => {
                function.reads.move_to(at);
                function.name.move_to(at);
                function.definition.move_to(at);
            }
            Self::AlterFunction { name, .. } => name.move_to(at),
            Self::SettlePaths => {}
            Self::DropFunctions { functions } => {
                functions.iter_mut().for_each(|(name, _)| name.move_to(at));
            }
        }
    }
}

impl Placed for ViewChange {
    fn move_to(&mut self, at: Span) {
        match self {
            Self::Rename { to: name } | Self::SetSchema { schema: name } => name.move_to(at),
            Self::RenameColumn { name, to } => {
                name.move_to(at);
                to.move_to(at);
            }
        }
    }
}

impl Placed for Column {
    fn move_to(&mut self, at: Span) {
        self.name.move_to(at);
        self.ty.move_to(at);
        self.default.move_to(at);
        self.generated.move_to(at);
        self.span = at;
    }
}

impl Placed for Constraint {
    fn move_to(&mut self, at: Span) {
        self.name.move_to(at);
        self.span = at;
        match &mut self.kind {
            ConstraintKind::PrimaryKey {
                columns,
                using_index,
            }
            | ConstraintKind::Unique {
                columns,
                using_index,
            } => {
                columns.move_to(at);
                using_index.move_to(at);
            }
            ConstraintKind::ForeignKey(fk) => fk.move_to(at),
            ConstraintKind::Check { condition } => condition.move_to(at),
            ConstraintKind::Exclude(exclusion) => {
                exclusion.keys.iter_mut().for_each(|key| key.span = at);
                exclusion.predicate.move_to(at);
            }
        }
    }
}

impl Placed for ForeignKey {
    fn move_to(&mut self, at: Span) {
        self.columns.move_to(at);
        self.parent.move_to(at);
        self.parent_columns.move_to(at);
        for (_, span) in self.on_delete.iter_mut().chain(&mut self.on_update) {
            *span = at;
        }
    }
}

impl Placed for Index {
    fn move_to(&mut self, at: Span) {
        self.name.move_to(at);
        self.table.move_to(at);
        self.keys.iter_mut().for_each(|key| key.span = at);
        self.include.move_to(at);
        self.predicate.move_to(at);
        self.span = at;
    }
}

impl Placed for AlterAction {
    fn move_to(&mut self, at: Span) {
        self.span = at;
        match &mut self.kind {
            AlterKind::AddColumn {
                column,
                constraints,
                ..
            } => {
                column.move_to(at);
                constraints.move_to(at);
            }
            AlterKind::ReplaceColumn { name, column } => {
                name.move_to(at);
                column.move_to(at);
            }
            AlterKind::SetType { column, ty } => {
                column.move_to(at);
                ty.move_to(at);
            }
            AlterKind::SetDefault { column, default } => {
                column.move_to(at);
                default.move_to(at);
            }
            AlterKind::AddConstraint(constraint) => constraint.move_to(at),
            AlterKind::AddIndex(index) => index.move_to(at),
            AlterKind::RenameColumn { name, to }
            | AlterKind::RenameConstraint { name, to }
            | AlterKind::RenameIndex { name, to } => {
                name.move_to(at);
                to.move_to(at);
            }
            AlterKind::DropColumn { name, .. }
            | AlterKind::SetNotNull { column: name, .. }
            | AlterKind::SetIdentity { column: name, .. }
            | AlterKind::DropExpression { column: name }
            | AlterKind::ValidateConstraint { name }
            | AlterKind::DropConstraint { name, .. }
            | AlterKind::DropIndex { name }
            | AlterKind::SetSchema { schema: name } => name.move_to(at),
            AlterKind::RenameTable { to: table }
            | AlterKind::DetachPartition { partition: table }
            | AlterKind::Inherit { parent: table, .. } => table.move_to(at),
            AlterKind::AttachPartition { partition, bounds } => {
                partition.move_to(at);
                bounds.move_to(at);
            }
            AlterKind::DropPrimaryKey
            | AlterKind::RowSecurity { .. }
            | AlterKind::Nothing
            | AlterKind::Opaque => {}
        }
    }
}

impl Placed for AccessChange {
    fn move_to(&mut self, at: Span) {
        match self {
            Self::CreatePolicy(policy) => {
                policy.name.move_to(at);
                policy.table.move_to(at);
                policy.roles.move_to(at);
                policy.using.move_to(at);
                policy.check.move_to(at);
                policy.span = at;
            }
            Self::AlterPolicy {
                name,
                table,
                to,
                roles,
                using,
                check,
            } => {
                name.move_to(at);
                table.move_to(at);
                to.move_to(at);
                roles.move_to(at);
                using.move_to(at);
                check.move_to(at);
            }
            Self::DropPolicy { name, table } => {
                name.move_to(at);
                table.move_to(at);
            }
            Self::GrantPublic(given) => {
                given.held.move_to(at);
                given.span = at;
            }
            Self::RevokePublic(held) => held.move_to(at),
            Self::Secure(target) | Self::Revoke(target) => {
                if let Target::Tables(tables) = target {
                    tables.move_to(at);
                }
            }
        }
    }
}

impl Reads {
    /// Moves all its parts to one place.
    pub fn move_to(&mut self, at: Span) {
        Placed::move_to(self, at);
    }
}

impl Placed for Reads {
    fn move_to(&mut self, at: Span) {
        self.tables.move_to(at);
        self.whole.move_to(at);
        for column in &mut self.columns {
            column.name.span = at;
            column.among.move_to(at);
        }
    }
}

impl Placed for Held {
    fn move_to(&mut self, at: Span) {
        if let Self::Tables(tables) = self {
            tables.move_to(at);
        }
    }
}

impl Placed for CreateView {
    fn move_to(&mut self, at: Span) {
        self.name.move_to(at);
        self.columns.move_to(at);
        self.sources.move_to(at);
        self.reads.move_to(at);
        self.definition.move_to(at);
    }
}
