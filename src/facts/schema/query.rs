//! Queries whose rows make a table: what is told of the columns.

use serde::{Deserialize, Serialize};

use super::{Ident, TableName, TypeName};
use crate::source::Span;

/// A query; of a `UNION` its first part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    /// What it selects, in order.
    pub columns: Vec<QueryColumn>,
    /// What it selects from, in order.
    pub sources: Vec<QuerySource>,
}

/// One item of what a query selects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum QueryColumn {
    /// `*`, `t.*`.
    All {
        /// The source, where written.
        source: Option<String>,
        /// Where it stands.
        span: Span,
    },
    /// A column of a source.
    Of {
        /// What it is called in the result.
        name: Ident,
        /// The source, where written.
        source: Option<String>,
        /// The column.
        column: String,
    },
    /// Anything else.
    Other {
        /// What it is called in the result; `None` where that is not written.
        name: Option<Ident>,
        /// Its type, where a cast tells it.
        ty: Option<TypeName>,
    },
}

/// A table, or something else with rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuerySource {
    /// What columns may be qualified with.
    pub alias: String,
    /// The table; `None` for a query or a function.
    pub table: Option<TableName>,
}

impl QueryColumn {
    /// What it is called in the result, where it is one column and that is written.
    pub fn name(&self) -> Option<&Ident> {
        match self {
            Self::All { .. } => None,
            Self::Of { name, .. } => Some(name),
            Self::Other { name, .. } => name.as_ref(),
        }
    }
}
