//! The end state of each database: migrations replayed in their tool's order.

use std::collections::BTreeMap;

use super::LinkNote;
use crate::config::Settings;
use crate::discover::{MigrationTool, Unit};
use crate::facts::FileOutcome;
use crate::facts::schema::{Action, Dialect, Expression, TypeName};
use crate::source::Loc;

/// One database: a migration root in one dialect.
#[derive(Clone, Debug)]
pub struct Database {
    /// The migration root.
    pub name: String,
    /// Its dialect.
    pub dialect: Dialect,
    /// The tool whose migrations built it.
    pub tool: MigrationTool,
    /// The tables, by key.
    pub tables: BTreeMap<TableKey, Table>,
    /// Names of tables that some statement nobody understood may have made or changed.
    pub open: Vec<String>,
}

/// A table's identity: schema (empty = the default one) and name, both as stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableKey {
    /// The schema; empty for the default schema.
    pub schema: String,
    /// The name.
    pub name: String,
}

impl std::fmt::Display for TableKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.schema.is_empty() {
            out.write_str(&self.name)
        } else {
            write!(out, "{}.{}", self.schema, self.name)
        }
    }
}

/// A table at the end of replay.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its key.
    pub key: TableKey,
    /// The name in the statement that made it.
    pub at: Loc,
    /// The columns, in order.
    pub columns: Vec<Column>,
    /// The primary key.
    pub primary_key: Option<Key>,
    /// Unique constraints.
    pub uniques: Vec<Key>,
    /// Indexes that are not made by a constraint.
    pub indexes: Vec<Index>,
    /// Foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
    /// Indexes and keys that existed and were dropped, with the place of the drop.
    pub dropped: Vec<(Key, Loc)>,
    /// Not fully understood: nothing may be argued from what it lacks.
    pub open: bool,
}

/// A column at the end of replay.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// The name in the clause that made it.
    pub at: Loc,
    /// Its type, with the place that gave it its present form.
    pub ty: Option<(TypeName, Loc)>,
    /// Accepts NULL.
    pub nullable: bool,
    /// The default.
    pub default: Option<Expression>,
    /// Numbers itself.
    pub auto_increment: bool,
}

/// A primary key, a unique constraint, or the columns of a dropped index.
#[derive(Clone, Debug)]
pub struct Key {
    /// Its name, written or given by the database.
    pub name: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// Its clause.
    pub at: Loc,
}

/// An index.
#[derive(Clone, Debug)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// Columns in order; `None` for an expression.
    pub columns: Vec<Option<String>>,
    /// The keys as written.
    pub keys: Vec<String>,
    /// Unique.
    pub unique: bool,
    /// The method, `btree` unless written.
    pub method: String,
    /// The predicate of a partial index.
    pub predicate: Option<String>,
    /// Included columns.
    pub include: Vec<String>,
    /// Its clause.
    pub at: Loc,
}

/// A foreign key.
#[derive(Clone, Debug)]
pub struct ForeignKey {
    /// Its name.
    pub name: String,
    /// The referencing columns.
    pub columns: Vec<String>,
    /// The parent.
    pub parent: TableKey,
    /// The referenced columns.
    pub parent_columns: Vec<String>,
    /// What deleting a parent does.
    pub on_delete: Action,
    /// What updating a parent's key does.
    pub on_update: Action,
    /// Its clause.
    pub at: Loc,
    /// The `ON DELETE` clause, where written.
    pub on_delete_at: Option<Loc>,
}

/// Replays all migrations.
pub fn replay(
    _units: &[Unit],
    _outcomes: &[FileOutcome],
    _settings: &Settings,
) -> (Vec<Database>, Vec<LinkNote>) {
    (Vec::new(), Vec::new())
}
