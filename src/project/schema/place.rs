//! Where things are declared: in a model, where there is one, because that is what people edit.

use super::{Database, Table};
use crate::source::Loc;

/// A declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line a developer would edit.
    pub at: Loc,
    /// The clause of the migration that does what the model at `at` declares.
    pub migration: Option<Loc>,
}

impl From<Loc> for Place {
    fn from(at: Loc) -> Self {
        Self {
            at,
            migration: None,
        }
    }
}

impl Database {
    /// Where a table is declared: by its model, where it has one, else by the statement that made it.
    pub fn declared_at(&self, table: &Table) -> Loc {
        let declared = self.place(table, |table| Some(table.at));
        declared.map_or(table.at, |place| place.at)
    }

    /// Where something of a table is declared: where `find` sees it in the model of the table, else
    /// where it sees it in the table itself. `None` where it sees it nowhere.
    pub fn place(&self, table: &Table, find: impl Fn(&Table) -> Option<Loc>) -> Option<Place> {
        let own = find(table);
        let models = self.models.as_deref();
        let declared = models.and_then(|models| find(models.tables.get(&table.key)?));
        match (declared, own) {
            (Some(at), migration) => Some(Place { at, migration }),
            (None, own) => own.map(Place::from),
        }
    }
}
