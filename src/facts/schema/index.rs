//! Indexes as they are written.

use serde::{Deserialize, Serialize};

use super::{Expression, Ident, TableName};
use crate::source::Span;

/// An index, also a unique one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// Its name, when written.
    pub name: Option<Ident>,
    /// The table.
    pub table: TableName,
    /// Its keys, in order.
    pub keys: Vec<IndexKey>,
    /// Columns carried along (`INCLUDE`).
    pub include: Vec<Ident>,
    /// `UNIQUE`.
    pub unique: bool,
    /// `USING method`, lower case; `None` = the default of the dialect.
    pub method: Option<String>,
    /// `WHERE …`: a partial index.
    pub predicate: Option<Expression>,
    /// `CONCURRENTLY`.
    pub concurrently: bool,
    /// An existing index makes it a no-op.
    pub if_not_exists: bool,
    /// `ON ONLY`: invalid until the partitions attach theirs.
    pub only: bool,
    /// The whole clause.
    pub span: Span,
}

impl Index {
    /// An index with no keys yet.
    pub fn new(name: Option<Ident>, table: TableName, span: Span) -> Self {
        Index {
            name,
            table,
            keys: Vec::new(),
            include: Vec::new(),
            unique: false,
            method: None,
            predicate: None,
            concurrently: false,
            if_not_exists: false,
            only: false,
            span,
        }
    }
}

/// One key of an index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexKey {
    /// The column, or `None` for an expression.
    pub column: Option<String>,
    /// The key as written, with operator class and direction.
    pub text: String,
    /// Where.
    pub span: Span,
}
