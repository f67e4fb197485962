//! Whether rows are found through an index, and why an index does not help.

use std::collections::BTreeSet;

use super::{Database, ForeignKey, Index, Table, expression};
use crate::facts::Answer;
use crate::facts::schema::Dialect;
use crate::source::Loc;

/// An index that holds the columns in question and does not help to find their rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearMiss {
    /// The index or key.
    pub name: String,
    /// Its clause; for a dropped one the statement that dropped it.
    pub at: Loc,
    /// Why it does not help.
    pub why: Why,
}

/// Why an index does not help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// It begins with another column, or with an expression.
    Behind(String),
    /// It holds only the rows of this predicate.
    Partial(String),
    /// Its method does not find equal values.
    Method(String),
    /// It was dropped.
    Dropped,
}

/// Methods that do not serve `column = value` on plain columns.
const UNSUITED_METHODS: &[&str] = &[
    "bloom", "brin", "fulltext", "gin", "gist", "hnsw", "ivfflat", "spatial", "spgist",
];

impl Database {
    /// Foreign keys whose rows no index finds: one for each set of columns, none where it is not
    /// known for certain.
    pub fn unindexed_foreign_keys(&self) -> Vec<(&Table, &ForeignKey)> {
        // InnoDB makes the index itself.
        if self.dialect == Dialect::Mysql {
            return Vec::new();
        }
        let tenants = self.tenant_columns();
        let mut found = Vec::new();
        for table in self.tables.values() {
            let mut seen = BTreeSet::new();
            for fk in &table.foreign_keys {
                let columns: BTreeSet<&String> = fk.columns.iter().collect();
                if seen.insert(columns) && self.finds_by(table, &fk.columns, &tenants) == Answer::No
                {
                    found.push((table, fk));
                }
            }
        }
        found
    }

    /// Whether rows with given values of the columns are found through an index: its leading
    /// columns are these, in any order, behind at most one of the tenant columns.
    pub fn finds_by(&self, table: &Table, columns: &[String], tenants: &[String]) -> Answer {
        if table.finds_by(columns, tenants) {
            return Answer::Yes;
        }
        // An index that was never read is older than the table's first mention, so it cannot hold
        // a column that was added since.
        let added = |name: &String| table.column(name).is_some_and(|column| column.created);
        let hidden = !table.created && !columns.iter().any(added);
        // The index of a partition does nothing for the others, but they may have their own.
        let in_a_partition = self.partitions.values().any(|partition| {
            partition.partition_of.as_ref() == Some(&table.key)
                && partition.finds_by(columns, tenants)
        });
        if table.opaque || hidden || in_a_partition {
            Answer::Unknown
        } else {
            Answer::No
        }
    }

    /// The index that the model of a table declares for finding rows with given values of the
    /// columns, where the database has none.
    pub fn declared_index(&self, table: &Table, columns: &[String]) -> Option<Loc> {
        let declared = self.models.as_deref()?.tables.get(&table.key)?;
        let found = declared.indexes.iter().find(|it| it.finds(columns, &[]));
        found.map(|index| index.at)
    }

    /// Columns by which this schema keeps its tenants apart: never null, named so, and leading the
    /// indexes of at least three tables. An index may begin with one and still find a foreign key.
    pub fn tenant_columns(&self) -> Vec<String> {
        const NAMES: [&str; 5] = ["tenant", "org", "organization", "account", "workspace"];
        let names = NAMES
            .iter()
            .flat_map(|name| [(*name).to_owned(), format!("{name}_id")]);
        names
            .filter(|name| self.tables.values().filter(|t| t.leads_with(name)).count() >= 3)
            .collect()
    }
}

impl Table {
    fn finds_by(&self, columns: &[String], tenants: &[String]) -> bool {
        let keys = self.keys().map(|key| leads(&key.columns, columns, tenants));
        let indexes = self
            .indexes
            .iter()
            .map(|index| index.finds(columns, tenants));
        keys.chain(indexes).any(|found| found)
    }

    /// Whether the column is never null and comes first in some index.
    fn leads_with(&self, column: &str) -> bool {
        let never_null = self.column(column).is_some_and(|column| !column.nullable);
        let keys = self.keys().map(|key| key.columns.first());
        let indexes = self
            .indexes
            .iter()
            .map(|index| index.columns.first().and_then(Option::as_ref));
        never_null && keys.chain(indexes).flatten().any(|first| first == column)
    }

    /// Indexes that hold the columns and do not help, and those that did and are gone.
    pub fn near_misses(&self, columns: &[String]) -> Vec<NearMiss> {
        let keys = self
            .keys()
            .filter(|key| columns.iter().all(|column| key.columns.contains(column)))
            .map(|key| NearMiss {
                name: key.name.clone(),
                at: key.at,
                why: Why::Behind(key.columns[0].clone()),
            });
        let holds = |index: &&Index| {
            let held: Vec<&String> = index.columns.iter().flatten().collect();
            columns.iter().all(|column| held.contains(&column))
        };
        let indexes = self.indexes.iter().filter(holds).map(|index| NearMiss {
            name: index.name.clone(),
            at: index.at,
            why: index.why_not(),
        });
        let dropped = self
            .dropped
            .iter()
            .filter(|(index, _)| index.finds(columns, &[]))
            .map(|(index, at)| NearMiss {
                name: index.name.clone(),
                at: *at,
                why: Why::Dropped,
            });
        keys.chain(indexes).chain(dropped).collect()
    }

    /// Whether an index or key begins with these columns in this order, as InnoDB wants it.
    pub(super) fn index_begins_with(&self, columns: &[String]) -> bool {
        let keys = self.keys().map(|key| key.columns.starts_with(columns));
        let indexes = self
            .indexes
            .iter()
            .map(|index| index.leading_columns().starts_with(columns));
        keys.chain(indexes).any(|found| found)
    }
}

impl Index {
    /// The plain columns it begins with.
    pub(super) fn leading_columns(&self) -> Vec<String> {
        self.columns.iter().map_while(Clone::clone).collect()
    }

    fn finds(&self, columns: &[String], tenants: &[String]) -> bool {
        self.is_suited()
            && self.holds_all_rows_with(columns)
            && leads(&self.leading_columns(), columns, tenants)
    }

    fn is_suited(&self) -> bool {
        !UNSUITED_METHODS.contains(&self.method.as_str())
    }

    /// Rows without the columns have no parent; every other predicate leaves children out.
    fn holds_all_rows_with(&self, columns: &[String]) -> bool {
        let predicate = self.predicate.as_deref();
        predicate.is_none_or(|predicate| expression::demands_only(predicate, columns))
    }

    /// Why it does not find rows by columns that it holds.
    fn why_not(&self) -> Why {
        if !self.is_suited() {
            Why::Method(self.method.clone())
        } else if let Some(predicate) = &self.predicate {
            Why::Partial(predicate.clone())
        } else {
            let column = self.columns.first().cloned().flatten();
            Why::Behind(column.or(self.keys.first().cloned()).unwrap_or_default())
        }
    }
}

/// Whether the columns stand first in the index, as a set, behind at most one tenant column.
fn leads(index: &[String], columns: &[String], tenants: &[String]) -> bool {
    let at_start = |index: &[String]| {
        let start = index.get(..columns.len());
        start.is_some_and(|start| columns.iter().all(|column| start.contains(column)))
    };
    let behind_tenant = index
        .split_first()
        .is_some_and(|(first, rest)| tenants.contains(first) && at_start(rest));
    at_start(index) || behind_tenant
}
