//! What everyone who may log in is granted and keeps.

use super::replay::Replay;
use super::{Database, TableKey};
use crate::facts::schema::{Granted, Held, PublicRight, TableName};
use crate::source::{FileId, Loc};

/// A right that everyone has.
#[derive(Clone, Debug)]
pub struct PublicGrant {
    /// What may be done.
    pub right: Granted,
    /// To what.
    pub on: Holding,
    /// The statement.
    pub at: Loc,
}

/// What a right is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holding {
    /// This table.
    Table(TableKey),
    /// All tables that this schema had; the default one has no name.
    AllTables(String),
    /// All tables that are made from here on.
    LaterTables,
    /// This schema.
    Schema(String),
    /// This database.
    Database(String),
}

/// The schema where names go that have none.
const DEFAULT: &str = "public";

impl Database {
    /// What everyone may do. A table that is not there was dropped, or is made elsewhere.
    pub fn public_grants(&self) -> impl Iterator<Item = &PublicGrant> {
        self.public.iter().filter(|grant| match &grant.on {
            Holding::Table(key) => {
                self.tables.contains_key(key)
                    || self.partitions.contains_key(key)
                    || self.views.contains_key(key)
            }
            _ => true,
        })
    }
}

impl Replay {
    pub(super) fn grant_public(&mut self, given: &PublicRight) {
        let at = self.at(given.span);
        for on in self.holdings(&given.held) {
            // A dump takes what PostgreSQL gave before version 15 away, to give it again.
            let gives_back =
                matches!(on, Holding::Schema(_)) && self.taken.contains(&(self.file, on.clone()));
            if !gives_back {
                let right = given.right;
                self.database.public.push(PublicGrant { right, on, at });
            }
        }
    }

    pub(super) fn revoke_public(&mut self, held: &Held) {
        if *held == Held::Anything {
            self.database.public.clear();
        }
        for taken in self.holdings(held) {
            let grants = &mut self.database.public;
            grants.retain(|grant| !taken.covers(&grant.on));
            self.taken.push((self.file, taken));
        }
    }

    fn holdings(&self, held: &Held) -> Vec<Holding> {
        let each = |names: &[String], make: fn(String) -> Holding| -> Vec<Holding> {
            names.iter().cloned().map(make).collect()
        };
        let table = |name: &TableName| {
            let relation =
                |key: &TableKey| self.exists(key) || self.database.views.contains_key(key);
            Holding::Table(self.find(name, relation))
        };
        match held {
            Held::Tables(names) => names.iter().map(table).collect(),
            Held::AllTables(schemas) => each(schemas, Holding::AllTables),
            Held::LaterTables => vec![Holding::LaterTables],
            Held::Schemas(schemas) => each(schemas, Holding::Schema),
            Held::Databases(names) => each(names, Holding::Database),
            Held::Anything => Vec::new(),
        }
    }
}

impl Holding {
    /// Whether what is taken from everyone holds what was given.
    fn covers(&self, given: &Self) -> bool {
        match (self, given) {
            (Self::AllTables(schema), Self::Table(key)) => {
                key.schema == *schema || key.schema.is_empty() && schema == DEFAULT
            }
            _ => self == given,
        }
    }
}

/// What was taken from everyone, by file.
pub(super) type Taken = Vec<(FileId, Holding)>;
