//! What tells the rows of a table apart.

use super::{Database, Index, MigrationTool, Orm, Table};
use crate::source::Loc;

impl Database {
    /// Tables that no statement gives a primary key, and that need one.
    pub fn tables_without_primary_key(&self) -> impl Iterator<Item = &Table> {
        self.tables.values().filter(|table| {
            table.primary_key.is_none()
                && !table.derived
                && !table.is_open()
                && !self.unordered.contains(&table.key)
                && !self.is_hidden_join(table)
        })
    }

    /// Whether Prisma made the table for a relation: no model shows it, so nobody can edit it.
    pub fn is_hidden_join(&self, table: &Table) -> bool {
        let models = self.models.as_deref();
        let orm = self.orm.or(models.and_then(|models| models.orm));
        let columns = table.columns.iter().map(|column| column.name.as_str());
        (orm == Some(Orm::Prisma) || self.tool == MigrationTool::Prisma)
            && table.key.name.starts_with('_')
            && columns.map(str::to_ascii_uppercase).eq(["A", "B"])
    }

    /// Whether the rows of a table are kept in partitions.
    pub fn has_partitions(&self, table: &Table) -> bool {
        let mut partitions = self.partitions.values();
        partitions.any(|partition| partition.partition_of.as_ref() == Some(&table.key))
    }
}

impl Table {
    /// Columns that tell all rows apart: unique and never null, or unique and the foreign keys of a
    /// table that pairs rows of others.
    pub fn row_key(&self) -> Option<Vec<String>> {
        let never_null = |name: &String| self.column(name).is_some_and(|c| !c.nullable);
        let tells_apart = |columns: &Vec<String>| {
            !columns.is_empty() && (columns.iter().all(never_null) || self.are_its_parents(columns))
        };
        self.unique_columns().find(tells_apart)
    }

    /// The columns that could be its primary key: those that tell its rows apart, a column called
    /// `id`, or what a join table pairs.
    pub fn natural_key(&self) -> Option<Vec<String>> {
        let named = || self.column("id").map(|id| vec![id.name.clone()]);
        let paired = || self.is_join_table().then(|| self.parent_columns());
        self.row_key().or_else(named).or_else(paired)
    }

    /// The sets of columns that a new row must not share with another; what numbers itself is none.
    pub fn unique_keys(&self) -> Vec<Vec<String>> {
        let numbered = |column: &String| {
            let column = self.column(column);
            column.is_none_or(|it| it.auto_increment || it.identity.is_some())
        };
        let primary = self.primary_key.iter().map(|key| key.columns.clone());
        let primary = primary.filter(|columns| !columns.iter().any(numbered));
        primary.chain(self.unique_columns()).collect()
    }

    /// The clause that keeps rows from sharing these columns.
    pub fn unique_place(&self, columns: &[String]) -> Option<Loc> {
        let mut keys = self.keys();
        let key = keys.find(|key| key.columns == columns).map(|key| key.at);
        key.or_else(|| {
            let same = |index: &&Index| index.columns.iter().flatten().eq(columns);
            let mut unique = self.indexes.iter().filter(|index| index.unique);
            unique.find(same).map(|index| index.at)
        })
    }

    /// Sets of columns in which no two rows agree.
    fn unique_columns(&self) -> impl Iterator<Item = Vec<String>> {
        let keys = self.uniques.iter().map(|key| key.columns.clone());
        let indexes = self
            .indexes
            .iter()
            .filter(|index| index.unique && index.predicate.is_none())
            .filter_map(|index| index.columns.iter().cloned().collect());
        keys.chain(indexes)
    }

    fn are_its_parents(&self, columns: &[String]) -> bool {
        let parents = self.parent_columns();
        self.foreign_keys.len() >= 2
            && parents.len() == columns.len()
            && parents.iter().all(|parent| columns.contains(parent))
    }

    /// The columns of all foreign keys, each once.
    fn parent_columns(&self) -> Vec<String> {
        let mut columns: Vec<String> = Vec::new();
        for column in self.foreign_keys.iter().flat_map(|fk| &fk.columns) {
            if !columns.contains(column) {
                columns.push(column.clone());
            }
        }
        columns
    }
}
