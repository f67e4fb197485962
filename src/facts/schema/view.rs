//! Views: queries with a name.

use serde::{Deserialize, Serialize};

use super::{Expression, Ident, Reads, TableName};

/// `CREATE VIEW`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateView {
    /// The view.
    pub name: TableName,
    /// `MATERIALIZED`.
    pub materialized: bool,
    /// A temporary view: not part of the schema.
    pub temporary: bool,
    /// It takes the place of a view of that name.
    pub replace: bool,
    /// An existing view makes it a no-op.
    pub if_not_exists: bool,
    /// Its columns; `None` where the query does not name them all.
    pub columns: Option<Vec<Ident>>,
    /// The names it reads from; those of its own common table expressions too.
    pub sources: Vec<TableName>,
    /// What its query needs.
    pub reads: Reads,
    /// What follows the name, as written.
    pub definition: Expression,
}

/// What `ALTER VIEW` does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ViewChange {
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
    /// `RENAME COLUMN`.
    RenameColumn {
        /// The column.
        name: Ident,
        /// Its new name.
        to: Ident,
    },
}
