//! Who may reach the rows of a table: policies, and grants as far as they take it away.

use serde::{Deserialize, Serialize};

use super::{Expression, Ident, TableName};
use crate::source::Span;

/// A change of who may reach rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccessChange {
    /// `CREATE POLICY`.
    CreatePolicy(Policy),
    /// `ALTER POLICY`; what it does not name stays.
    AlterPolicy {
        /// The policy.
        name: Ident,
        /// Its table.
        table: TableName,
        /// Its new name.
        to: Option<Ident>,
        /// Its new roles; none = everyone.
        roles: Option<Vec<Ident>>,
        /// Its new `USING`.
        using: Option<Expression>,
        /// Its new `WITH CHECK`.
        check: Option<Expression>,
    },
    /// `DROP POLICY`.
    DropPolicy {
        /// The policy.
        name: Ident,
        /// Its table.
        table: TableName,
    },
    /// Rows are secured by a text put together when it runs: nobody knows how.
    Secure(Target),
    /// `REVOKE`: clients lose some right.
    Revoke(Target),
    /// `GRANT … TO PUBLIC`: everyone gets a right.
    GrantPublic(PublicRight),
    /// `REVOKE … FROM PUBLIC`.
    RevokePublic(Held),
}

/// A right that everyone gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicRight {
    /// What may be done.
    pub right: Granted,
    /// To what.
    pub held: Held,
    /// The whole statement.
    pub span: Span,
}

/// What may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Granted {
    /// Rows may be read.
    Read,
    /// Rows may be written.
    Write,
    /// Everything that can be done to rows.
    All,
    /// Tables, functions and schemas may be made.
    Make,
}

/// What a right is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Held {
    /// These tables.
    Tables(Vec<TableName>),
    /// All tables that these schemas have.
    AllTables(Vec<String>),
    /// All tables that are made from here on.
    LaterTables,
    /// These schemas.
    Schemas(Vec<String>),
    /// These databases.
    Databases(Vec<String>),
    /// Whatever a text names that is put together when it runs.
    Anything,
}

/// The tables that a change is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// These.
    Tables(Vec<TableName>),
    /// All there are.
    All,
    /// All that are made from here on.
    Later,
}

/// A row security policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Its name.
    pub name: Ident,
    /// Its table.
    pub table: TableName,
    /// `AS RESTRICTIVE`: rows must pass it whatever the others allow.
    pub restrictive: bool,
    /// What it is for.
    pub command: Command,
    /// `TO …`; none = everyone.
    pub roles: Vec<Ident>,
    /// `USING (…)`: the rows that may be read, changed or deleted.
    pub using: Option<Expression>,
    /// `WITH CHECK (…)`: the rows that may be written.
    pub check: Option<Expression>,
    /// The whole statement.
    pub span: Span,
}

/// What a policy is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Command {
    /// Everything.
    #[default]
    All,
    /// `SELECT`.
    Select,
    /// `INSERT`.
    Insert,
    /// `UPDATE`.
    Update,
    /// `DELETE`.
    Delete,
}

impl AccessChange {
    /// The tables it names.
    pub fn tables(&self) -> Vec<TableName> {
        match self {
            Self::CreatePolicy(policy) => vec![policy.table.clone()],
            Self::AlterPolicy { table, .. } | Self::DropPolicy { table, .. } => vec![table.clone()],
            Self::Secure(target) | Self::Revoke(target) => match target {
                Target::Tables(tables) => tables.clone(),
                Target::All | Target::Later => Vec::new(),
            },
            Self::GrantPublic(_) | Self::RevokePublic(_) => Vec::new(),
        }
    }
}
