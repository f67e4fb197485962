//! What rules ask of a table.

use super::{Column, Index, Key, Table};
use crate::facts::Answer;
use crate::source::Loc;

/// Why an index that holds the columns does not help to find their rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NearMiss {
    /// Another column comes first.
    Behind {
        /// The index.
        name: String,
        /// Its clause.
        at: Loc,
        /// The column it begins with, or the expression.
        first: String,
    },
    /// It holds only some rows.
    Partial {
        /// The index.
        name: String,
        /// Its clause.
        at: Loc,
        /// Which rows it holds.
        predicate: String,
    },
    /// Its method does not find equal values.
    Method {
        /// The index.
        name: String,
        /// Its clause.
        at: Loc,
        /// The method.
        method: String,
    },
    /// It was dropped.
    Dropped {
        /// The index.
        name: String,
        /// The statement that dropped it.
        at: Loc,
    },
}

/// Methods that do not serve `column = value` on plain columns.
const UNSUITED_METHODS: &[&str] = &[
    "bloom", "brin", "fulltext", "gin", "gist", "hnsw", "ivfflat", "spatial", "spgist",
];

impl Table {
    /// Whether what it lacks is unknown: it was only altered, or changed by what nobody understood.
    pub fn is_open(&self) -> bool {
        !self.created || self.opaque
    }

    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The primary key and the unique constraints.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.primary_key.iter().chain(&self.uniques)
    }

    /// The table or `table.column` or `table(a,b)`: what findings are about.
    pub fn subject(&self, columns: &[String]) -> String {
        match columns {
            [] => self.key.to_string(),
            [column] => format!("{}.{column}", self.key),
            _ => format!("{}({})", self.key, columns.join(",")),
        }
    }

    /// Whether rows with given values of the columns are found through an index: its leading
    /// columns are these, in any order. `tenants` may stand before them.
    pub fn finds_by(&self, columns: &[String], tenants: &[String]) -> Answer {
        let keys = self.keys().map(|key| leads(&key.columns, columns, tenants));
        let indexes = self
            .indexes
            .iter()
            .map(|index| index.finds(columns, tenants));
        if keys.chain(indexes).any(|found| found) {
            return Answer::Yes;
        }
        // An index that was never read is older than the table's first mention, so it cannot hold
        // a column that was added since.
        let added = |name: &String| self.column(name).is_some_and(|column| column.created);
        if self.opaque || !self.created && !columns.iter().any(added) {
            Answer::Unknown
        } else {
            Answer::No
        }
    }

    /// Whether an index or key begins with these columns in this order, as InnoDB wants it.
    pub(super) fn index_begins_with(&self, columns: &[String]) -> bool {
        let keys = self.keys().map(|key| key.columns.starts_with(columns));
        let indexes = self.indexes.iter().map(|index| {
            let plain: Vec<String> = index.columns.iter().map_while(Clone::clone).collect();
            plain.starts_with(columns)
        });
        keys.chain(indexes).any(|found| found)
    }

    /// Indexes that hold the columns and do not help, and those that did and are gone.
    pub fn near_misses(&self, columns: &[String]) -> Vec<NearMiss> {
        let holds = |index: &&Index| {
            columns
                .iter()
                .all(|column| index.columns.iter().flatten().any(|held| held == column))
        };
        let keys = self.keys().filter(|key| key.columns.len() > columns.len());
        let behind_in_key = keys.filter(|key| columns.iter().all(|c| key.columns.contains(c)));
        let behind_in_key = behind_in_key.map(|key| NearMiss::Behind {
            name: key.name.clone(),
            at: key.at,
            first: key.columns[0].clone(),
        });
        let useless = self.indexes.iter().filter(holds).map(Index::near_miss);
        let dropped = self
            .dropped
            .iter()
            .filter(|(index, _)| index.finds(columns, &[]))
            .map(|(index, at)| NearMiss::Dropped {
                name: index.name.clone(),
                at: *at,
            });
        behind_in_key.chain(useless).chain(dropped).collect()
    }

    /// Whether it does nothing but pair rows of other tables: every column belongs to a foreign key
    /// or the primary key, or is a timestamp.
    pub fn is_join_table(&self) -> bool {
        let in_foreign_key =
            |name: &String| self.foreign_keys.iter().any(|fk| fk.columns.contains(name));
        let in_primary_key = |name: &String| {
            self.primary_key
                .iter()
                .any(|key| key.columns.contains(name))
        };
        !self.is_open()
            && self.columns_known
            && self.foreign_keys.len() >= 2
            && self.columns.iter().all(|column| {
                in_foreign_key(&column.name)
                    || in_primary_key(&column.name)
                    || column.is_timestamp()
            })
    }
}

impl Column {
    fn is_timestamp(&self) -> bool {
        let base = self.ty.as_ref().map_or("", |(ty, _)| ty.base.as_str());
        base.starts_with("timestamp") || base.starts_with("datetime") || self.name.ends_with("_at")
    }
}

impl Index {
    /// Whether it finds rows by these columns.
    fn finds(&self, columns: &[String], tenants: &[String]) -> bool {
        let plain: Vec<String> = self.columns.iter().map_while(Clone::clone).collect();
        self.is_suited() && self.holds_all_rows_with(columns) && leads(&plain, columns, tenants)
    }

    fn is_suited(&self) -> bool {
        !UNSUITED_METHODS.contains(&self.method.as_str())
    }

    /// Rows without the columns have no parent; every other predicate leaves children out.
    fn holds_all_rows_with(&self, columns: &[String]) -> bool {
        self.predicate.as_deref().is_none_or(|predicate| {
            super::expression::not_null_columns(predicate)
                .is_some_and(|named| named.iter().all(|name| columns.contains(name)))
        })
    }

    /// Why it does not find rows by columns it holds; it is known not to.
    fn near_miss(&self) -> NearMiss {
        let (name, at) = (self.name.clone(), self.at);
        if !self.is_suited() {
            let method = self.method.clone();
            NearMiss::Method { name, at, method }
        } else if let Some(predicate) = self.predicate.clone() {
            NearMiss::Partial {
                name,
                at,
                predicate,
            }
        } else {
            let first = self.columns.first().cloned().flatten();
            NearMiss::Behind {
                name,
                at,
                first: first.or(self.keys.first().cloned()).unwrap_or_default(),
            }
        }
    }
}

/// Whether the columns stand first in the index, as a set, behind at most one tenant column.
fn leads(index: &[String], columns: &[String], tenants: &[String]) -> bool {
    let at_start = |index: &[String]| {
        index.len() >= columns.len()
            && index[..columns.len()]
                .iter()
                .all(|column| columns.contains(column))
    };
    at_start(index)
        || index
            .split_first()
            .is_some_and(|(first, rest)| tenants.contains(first) && at_start(rest))
}
