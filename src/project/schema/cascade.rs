//! What a delete takes along: the tables that foreign keys with `ON DELETE CASCADE` lead to.

use std::collections::BTreeSet;

use super::{Database, TableKey};
use crate::facts::schema::Action;

/// The tables a delete reaches through cascades.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// The child itself, then what hangs below it, nearest first.
    pub tables: Vec<TableKey>,
}

impl Database {
    /// Everything that goes when rows of `child` go, `child` first.
    pub fn reach(&self, child: &TableKey) -> Reach {
        let mut seen: BTreeSet<&TableKey> = BTreeSet::from([child]);
        let mut tables = vec![child.clone()];
        let mut next = 0;
        while let Some(parent) = tables.get(next).cloned() {
            next += 1;
            for (key, table) in &self.tables {
                let cascades = table
                    .foreign_keys
                    .iter()
                    .any(|fk| fk.parent == parent && fk.on_delete == Action::Cascade);
                if cascades && seen.insert(key) {
                    tables.push(key.clone());
                }
            }
        }
        Reach { tables }
    }

    /// Columns by which this schema keeps its tenants apart: never null, named so, and leading the
    /// indexes of at least three tables. An index may begin with one and still find a foreign key.
    pub fn tenant_columns(&self) -> Vec<String> {
        const NAMES: [&str; 5] = ["tenant", "org", "organization", "account", "workspace"];
        let names = NAMES
            .iter()
            .flat_map(|name| [(*name).to_owned(), format!("{name}_id")]);
        names
            .filter(|name| self.leading_tables(name) >= 3)
            .collect()
    }

    fn leading_tables(&self, column: &str) -> usize {
        let leads = |table: &&super::Table| {
            let never_null = table.column(column).is_some_and(|column| !column.nullable);
            let keys = table.keys().map(|key| key.columns.first());
            let indexes = table
                .indexes
                .iter()
                .map(|index| index.columns.first().and_then(Option::as_ref));
            never_null && keys.chain(indexes).flatten().any(|first| first == column)
        };
        self.tables.values().filter(leads).count()
    }
}
