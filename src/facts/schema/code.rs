//! Code that expressions call: extensions and functions.

use serde::{Deserialize, Serialize};

use super::{Expression, Ident, Reads, TableName};

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
    /// `ALTER FUNCTION`, as far as it says with whose rights the function runs.
    AlterFunction {
        /// The function.
        name: TableName,
        /// What stands in the parentheses, where written.
        arguments: Option<String>,
        /// What it says.
        rights: Rights,
    },
    /// A text put together when it runs gives functions a path: nobody knows which.
    SettlePaths,
    /// `DROP FUNCTION`, and whatever else takes it its name.
    DropFunctions {
        /// The functions, with their arguments where they are written.
        functions: Vec<(TableName, Option<String>)>,
    },
}

/// With whose rights a function runs, and where it looks names up; `None` where it does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rights {
    /// `SECURITY DEFINER`: with those of its owner.
    pub definer: Option<bool>,
    /// It says itself where its names are looked up, or needs no path.
    pub path: Option<bool>,
}

/// `CREATE FUNCTION` and `CREATE PROCEDURE`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateFunction {
    /// The function.
    pub name: TableName,
    /// What stands in the parentheses: functions of one name differ in it.
    pub arguments: String,
    /// It is a procedure.
    pub procedure: bool,
    /// Expressions of tables may call it: it is no procedure and returns something.
    pub callable: bool,
    /// With whose rights it runs.
    pub rights: Rights,
    /// What the statements of its body need, names that may be those of variables left out.
    pub reads: Vec<Reads>,
    /// Its body may name a table without a schema.
    pub unqualified: bool,
    /// The whole statement.
    pub definition: Expression,
}
