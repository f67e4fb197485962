//! What a statement asks of tables by name, as far as its text alone tells.

use serde::{Deserialize, Serialize};

use super::{Ident, TableName};

/// The tables and columns that a statement needs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reads {
    /// The tables it reads or writes, in order; those that it makes for itself by `WITH` left out.
    pub tables: Vec<TableName>,
    /// The columns it names, in order; those that nobody can tell from aliases left out.
    pub columns: Vec<ColumnRead>,
    /// The tables of which it takes all columns.
    pub whole: Vec<TableName>,
}

/// A column that a statement names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnRead {
    /// The column.
    pub name: Ident,
    /// The tables of which one has it, if they are tables at all: only one where its name says which.
    pub among: Vec<TableName>,
}
