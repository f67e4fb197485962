//! What still uses what migrations take away and nothing brings back. Knows the schema and what
//! linking found in the code, no syntax.

use std::collections::BTreeMap;

use super::{Column, Database, Dependent, LiveChange, LiveKind, Table, TableKey};
use crate::project::python::Asking;
use crate::project::statements::Index;
use crate::source::Loc;

/// A change that takes something away, with what still uses it.
#[derive(Clone, Debug)]
pub struct StillUsed<'a> {
    /// The change.
    pub change: &'a LiveChange,
    /// The places that use it, those that the database knows first.
    pub users: Vec<User>,
}

/// A place that uses a table or a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Where it names it.
    pub at: Loc,
    /// What it is.
    pub kind: UserKind,
}

/// What uses a table or a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserKind {
    /// Something for which PostgreSQL refuses to drop it.
    Dependent(Dependent),
    /// A model that declares it.
    Model,
    /// A statement of SQL that code sends.
    Statement,
    /// Code that asks a model for a name that it has no more.
    Code {
        /// The class of the model.
        model: String,
        /// How it asks.
        how: Asking,
    },
    /// A function of the database, by name.
    Function(String),
}

/// What is gone in the end, and what is left of its table.
enum Lost<'a> {
    Table,
    Column(&'a str, &'a Table),
}

impl crate::project::Project {
    /// The changes of a database that take away what something still uses.
    pub fn still_used<'a>(&'a self, database: &'a Database) -> Vec<StillUsed<'a>> {
        let tables = database.tables.values();
        let made: BTreeMap<Loc, &Table> = tables.map(|table| (table.at, table)).collect();
        let code = Index::new(self, database);
        let used = database.live.iter().filter_map(|change| {
            let lost = database.lost(change, &made)?;
            let places = match &lost {
                Lost::Table => code.of_table(&change.table.name),
                Lost::Column(column, table) => {
                    let mut places = code.of_column(&table.key.name, column);
                    places.extend(code.asked(&table.key, column));
                    places
                }
            };
            let model = database.model_of(change, &lost);
            let users = dependents(&change.kind).chain(model).chain(places);
            let users: Vec<User> = users.collect();
            (!users.is_empty()).then_some(StillUsed { change, users })
        });
        used.collect()
    }
}

impl Database {
    /// Its tables with their partitions.
    pub(in crate::project) fn every_table(&self) -> impl Iterator<Item = &Table> {
        self.tables.values().chain(self.partitions.values())
    }

    /// Whether something in it bears a name, whatever its schema and case, or may do so.
    pub(in crate::project) fn may_have(&self, name: &str) -> bool {
        let is_it = |key: &TableKey| key.name.to_lowercase() == name;
        !self.complete
            || self.every_table().any(|table| is_it(&table.key))
            || self.views.keys().any(is_it)
            || self.open.iter().any(|open| open.to_lowercase() == name)
    }

    /// What a change takes away for good; `None` where it comes back, or may do so.
    fn lost<'a>(
        &'a self,
        change: &'a LiveChange,
        made: &BTreeMap<Loc, &'a Table>,
    ) -> Option<Lost<'a>> {
        match &change.kind {
            LiveKind::DropColumn { column, .. } | LiveKind::RenameColumn { column, .. } => {
                let same = change.made.and_then(|at| made.get(&at).copied());
                let table = same.or_else(|| self.tables.get(&change.table))?;
                let is_back = table.column_like(column).is_some();
                (!is_back && !table.opaque).then_some(Lost::Column(column, table))
            }
            LiveKind::DropTable { .. } | LiveKind::RenameTable { .. } => {
                let key = &change.table;
                let is_back = self.tables.contains_key(key)
                    || self.partitions.contains_key(key)
                    || self.views.contains_key(key)
                    || self.open.contains(&key.to_string());
                (!is_back && self.complete).then_some(Lost::Table)
            }
            _ => None,
        }
    }

    /// The model that declares what the last migration takes away. Of older steps the difference
    /// between models and migrations is told where the model stands.
    fn model_of(&self, change: &LiveChange, lost: &Lost) -> Option<User> {
        let models = self.models.as_deref().filter(|_| !change.followed)?;
        let settled = |key: &TableKey| {
            let model = models.tables.get(key);
            model.filter(|model| !model.is_open() && model.columns_known)
        };
        let at = match lost {
            Lost::Table => settled(&change.table)?.at,
            Lost::Column(column, table) => {
                let declared: &Column = settled(&table.key)?.column_like(column)?;
                declared.at
            }
        };
        let kind = UserKind::Model;
        Some(User { at, kind })
    }

    /// Whether the application makes its tables itself, so that nobody knows whether migrations run.
    pub fn is_made_by_code(&self) -> bool {
        self.made_by_code
    }
}

/// What the database refuses to let the change go for.
fn dependents(kind: &LiveKind) -> impl Iterator<Item = User> {
    let kept_by = match kind {
        LiveKind::DropTable { kept_by } | LiveKind::DropColumn { kept_by, .. } => &kept_by[..],
        _ => &[],
    };
    kept_by.iter().map(|dependent| User {
        at: dependent.at,
        kind: UserKind::Dependent(dependent.clone()),
    })
}
