//! What a function does to a database: rows it reads and writes, transactions it ends.

use serde::{Deserialize, Serialize};

use super::{Origin, Ran};
use crate::facts::schema::Reads;
use crate::source::Span;

/// Something that one call, or an assignment to an attribute of a row, does to a database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// What it does.
    pub kind: EffectKind,
    /// The class or table as written; `None` where the code does not name it.
    pub entity: Option<String>,
    /// The entity is the name of a table, not of a class.
    pub by_table: bool,
    /// It is one only where the entity is a model: other classes have methods of these names.
    pub if_model: bool,
    /// The call or the assignment.
    pub span: Span,
    /// The roots of everything that picks the rows.
    pub key: Vec<Origin>,
    /// The columns that the picked rows must have equal to something.
    pub conditions: Vec<Cell>,
    /// The columns that are written.
    pub values: Vec<Cell>,
    /// What the SQL text needs that it sends.
    pub reads: Option<Box<Reads>>,
    /// It is about every row of its table; `None` where something picks rows, or may.
    pub whole: Option<Whole>,
    /// Somebody looks at its result, or may.
    pub used: bool,
    /// The call is awaited.
    pub awaited: bool,
    /// The calls that ran before it, itself included.
    pub after: Ran,
    /// Inside a loop.
    pub in_loop: bool,
}

/// What the code around it says of a statement that is about every row of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whole {
    /// How a condition is added to it.
    pub clause: Clause,
    /// Each row gets what its own values say.
    pub converts: bool,
    /// A comment beside it speaks of all rows.
    pub explained: bool,
    /// The function speaks of all rows where it says what it does.
    pub announced: bool,
    /// The function asks what the caller may do.
    pub privileged: bool,
    /// The function names the user who calls it.
    pub personal: bool,
}

/// How a condition is added to a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Clause {
    /// `WHERE id = …`
    Text,
    /// `.where(Order.id == …)`
    Where,
    /// `.where(orders.c.id == …)`
    Columns,
    /// `.filter(Order.id == …)`
    Filter,
    /// `.filter(id=…)`
    Keywords,
}

/// A column with the roots of its value. The column `*` stands for columns that nobody can see, `**`
/// for those that the client names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// The column or attribute as written.
    pub column: String,
    /// The roots of the value.
    pub origins: Vec<Origin>,
}

/// What an effect does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum EffectKind {
    /// Reads rows.
    Read,
    /// Makes rows; one that is there already is an error.
    Insert,
    /// Makes rows, or leaves or changes those that are there already.
    Upsert,
    /// Changes rows that are there.
    Update,
    /// Removes rows.
    Delete,
    /// Makes or changes a row: `form.save()`.
    Save,
    /// Sends what has been written so far.
    Flush,
    /// Begins a transaction: `begin()`, `atomic()`.
    Begin,
    /// Ends a transaction and keeps what was written.
    Commit,
    /// Ends a transaction and forgets what was written.
    Rollback,
    /// Closes a session or connection.
    Close,
}

impl EffectKind {
    /// Whether it changes what the database holds.
    pub fn writes(self) -> bool {
        matches!(
            self,
            Self::Insert | Self::Upsert | Self::Update | Self::Delete | Self::Save
        )
    }
}
