//! Code that expressions call: extensions and functions.

use serde::{Deserialize, Serialize};

use super::{Expression, Ident, TableName};

/// What becomes of extensions and functions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CodeChange {
    /// `CREATE EXTENSION`.
    CreateExtension {
        /// The extension.
        name: Ident,
    },
    /// `DROP EXTENSION`.
    DropExtensions {
        /// The extensions.
        names: Vec<Ident>,
    },
    /// `CREATE FUNCTION`.
    CreateFunction(CreateFunction),
    /// `DROP FUNCTION`, and whatever else takes it its name.
    DropFunctions {
        /// The functions, with their arguments where they are written.
        functions: Vec<(TableName, Option<String>)>,
    },
}

/// `CREATE FUNCTION`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateFunction {
    /// The function.
    pub name: TableName,
    /// What stands in the parentheses: functions of one name differ in it.
    pub arguments: String,
    /// The whole statement.
    pub definition: Expression,
}
