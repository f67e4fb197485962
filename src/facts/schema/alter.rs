//! Actions of `ALTER TABLE`.

use serde::{Deserialize, Serialize};

use super::{Column, Constraint, Expression, Ident, Identity, Index, TableName, TypeName};
use crate::source::Span;

/// One action of `ALTER TABLE`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlterAction {
    /// The whole action.
    pub span: Span,
    /// What it does.
    pub kind: AlterKind,
}

/// What an action of `ALTER TABLE` does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AlterKind {
    /// `ADD COLUMN`, with the constraints of the clause.
    AddColumn {
        /// The column.
        column: Column,
        /// Its inline constraints.
        constraints: Vec<Constraint>,
        /// An existing column makes it a no-op.
        if_not_exists: bool,
    },
    /// `DROP COLUMN`.
    DropColumn {
        /// The column.
        name: Ident,
        /// A missing column is no error.
        if_exists: bool,
        /// Dependent constraints of other tables go too.
        cascade: bool,
    },
    /// `RENAME COLUMN`.
    RenameColumn {
        /// The column.
        name: Ident,
        /// Its new name.
        to: Ident,
    },
    /// MySQL `MODIFY` / `CHANGE`: the whole column anew.
    ReplaceColumn {
        /// The column.
        name: Ident,
        /// What it becomes.
        column: Column,
    },
    /// `ALTER COLUMN … TYPE`.
    SetType {
        /// The column.
        column: Ident,
        /// Its new type.
        ty: TypeName,
    },
    /// `ALTER COLUMN … SET/DROP NOT NULL`.
    SetNotNull {
        /// The column.
        column: Ident,
        /// Set or dropped.
        not_null: bool,
    },
    /// `ALTER COLUMN … SET/DROP DEFAULT`.
    SetDefault {
        /// The column.
        column: Ident,
        /// The new default; `None` drops it.
        default: Option<Expression>,
    },
    /// `ALTER COLUMN … ADD GENERATED AS IDENTITY`, `DROP IDENTITY`.
    SetIdentity {
        /// The column.
        column: Ident,
        /// What is added or set; `None` drops it.
        identity: Option<Identity>,
    },
    /// `ALTER COLUMN … DROP EXPRESSION`.
    DropExpression {
        /// The column.
        column: Ident,
    },
    /// `ADD CONSTRAINT`, `ADD PRIMARY KEY`, `ADD FOREIGN KEY`, …
    AddConstraint(Constraint),
    /// `DROP CONSTRAINT`, MySQL's `DROP FOREIGN KEY` too.
    DropConstraint {
        /// The constraint.
        name: Ident,
        /// A missing constraint is no error.
        if_exists: bool,
        /// Dependent foreign keys go too.
        cascade: bool,
    },
    /// `VALIDATE CONSTRAINT`: rows that were there before are checked.
    ValidateConstraint {
        /// The constraint.
        name: Ident,
    },
    /// MySQL `DROP PRIMARY KEY`.
    DropPrimaryKey,
    /// `RENAME CONSTRAINT`.
    RenameConstraint {
        /// The constraint.
        name: Ident,
        /// Its new name.
        to: Ident,
    },
    /// MySQL `ADD INDEX` / `ADD KEY`.
    AddIndex(Index),
    /// MySQL `DROP INDEX` / `DROP KEY`.
    DropIndex {
        /// The index.
        name: Ident,
    },
    /// MySQL `RENAME INDEX` / `RENAME KEY`.
    RenameIndex {
        /// The index.
        name: Ident,
        /// Its new name.
        to: Ident,
    },
    /// `RENAME TO`.
    RenameTable {
        /// The new name.
        to: TableName,
    },
    /// `SET SCHEMA`.
    SetSchema {
        /// The new schema.
        schema: Ident,
    },
    /// `ATTACH PARTITION`.
    AttachPartition {
        /// The table that becomes a partition.
        partition: TableName,
        /// What follows that name: `FOR VALUES …`.
        bounds: Option<Expression>,
    },
    /// `DETACH PARTITION`.
    DetachPartition {
        /// The partition that becomes a table.
        partition: TableName,
    },
    /// `INHERIT`, `NO INHERIT`.
    Inherit {
        /// The parent.
        parent: TableName,
        /// Begun or ended.
        inherits: bool,
    },
    /// `ENABLE` or `DISABLE ROW LEVEL SECURITY`.
    RowSecurity {
        /// Enabled or disabled.
        enabled: bool,
    },
    /// Understood, and of no interest to any rule (owner, storage, statistics, …).
    Nothing,
    /// Not understood: the table becomes open.
    Opaque,
}
