//! Types that statements make: enums, domains, and what only its name is known of.

use serde::{Deserialize, Serialize};

use super::{Constraint, Expression, Ident, TypeName};

/// What a type is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TypeDefinition {
    /// `AS ENUM`.
    Enum {
        /// The labels, in order.
        labels: Vec<String>,
    },
    /// `CREATE DOMAIN`, and SQL Server's `CREATE TYPE … FROM`.
    Domain(Domain),
    /// A composite type, a range, …
    Other {
        /// What follows the name, as written.
        definition: Expression,
    },
}

/// Another name for a type, with conditions of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Domain {
    /// The type it stands for.
    pub base: TypeName,
    /// `NOT NULL`.
    pub not_null: bool,
    /// The default, as written.
    pub default: Option<Expression>,
    /// Its checks.
    pub checks: Vec<Constraint>,
}

/// What `ALTER TYPE` and `ALTER DOMAIN` do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TypeChange {
    /// `ADD VALUE`.
    AddValue {
        /// The new label.
        label: String,
        /// The label it stands beside; none = it is the last.
        beside: Option<Beside>,
    },
    /// `RENAME VALUE`.
    RenameValue {
        /// The label.
        label: String,
        /// Its new name.
        to: String,
    },
    /// `RENAME TO`.
    Rename {
        /// The new name.
        to: Ident,
    },
    /// `SET SCHEMA`.
    SetSchema {
        /// The new schema.
        schema: Ident,
    },
    /// `SET NOT NULL`, `DROP NOT NULL` of a domain.
    SetNotNull(bool),
    /// `SET DEFAULT`, `DROP DEFAULT` of a domain.
    SetDefault(Option<Expression>),
    /// `ADD CONSTRAINT` of a domain.
    AddConstraint(Constraint),
    /// `DROP CONSTRAINT` of a domain.
    DropConstraint(Ident),
    /// `RENAME CONSTRAINT` of a domain.
    RenameConstraint {
        /// The constraint.
        name: Ident,
        /// Its new name.
        to: Ident,
    },
    /// Its definition is not known any more.
    Opaque,
}

/// The place of a new label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Beside {
    /// `BEFORE 'label'`.
    Before(String),
    /// `AFTER 'label'`.
    After(String),
}
