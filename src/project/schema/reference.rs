//! Columns that name rows of another table without a foreign key.

use std::collections::BTreeMap;

use super::words::{fold, nouns, words};
use super::{Column, Database, Family, ForeignKey, Table};

/// A column that is named after a table and has no foreign key.
#[derive(Clone, Copy, Debug)]
pub struct Unreferenced<'a> {
    /// The table.
    pub table: &'a Table,
    /// The column.
    pub column: &'a Column,
    /// The table it is named after.
    pub parent: &'a Table,
    /// The key of that table.
    pub key: &'a Column,
}

/// Rows of such tables tell what was and are meant to outlive what they speak of; rows of the
/// last few come before it is there.
const RECORDS: &[&str] = &[
    "activities",
    "activity",
    "analytics",
    "archive",
    "archived",
    "audit",
    "audits",
    "backup",
    "changelog",
    "deleted",
    "event",
    "events",
    "histories",
    "history",
    "import",
    "imports",
    "log",
    "logs",
    "metric",
    "metrics",
    "outbox",
    "snapshot",
    "snapshots",
    "staging",
    "stat",
    "statistics",
    "stats",
    "telemetry",
    "tmp",
    "tombstone",
    "tombstones",
    "trace",
    "traces",
    "usage",
    "version",
    "versions",
];

impl Database {
    /// Columns that are named after a table, hold values of its key and have no foreign key: none
    /// where foreign keys are not the habit of the schema.
    pub fn unreferenced(&self) -> Vec<Unreferenced<'_>> {
        let by_name = self.tables_by_name();
        let mut found = Vec::new();
        let mut referenced = 0;
        for table in self.tables.values() {
            for column in &table.columns {
                let Some((parent, key)) = self.named_after(table, column, &by_name) else {
                    continue;
                };
                let refers = |fk: &ForeignKey| fk.columns.contains(&column.name);
                if table.foreign_keys.iter().any(refers) {
                    referenced += 1;
                } else if !table.is_record() && !column.released {
                    found.push(Unreferenced {
                        table,
                        column,
                        parent,
                        key,
                    });
                }
            }
        }
        if referenced < found.len() {
            return Vec::new();
        }
        found
    }

    /// Whether values of a key fit into a column. Text of another length is of another kind.
    fn holds_keys(&self, column: &Column, key: &Column) -> bool {
        let (Some((ty, _)), Some((of_key, _))) = (&column.ty, &key.ty) else {
            return false;
        };
        match (self.family(ty), self.family(of_key)) {
            (Some(Family::Text), Some(Family::Text)) => ty.args == of_key.args,
            (family, of_key) => family.is_some() && family == of_key,
        }
    }

    /// The tables by their folded names; nothing where two have one.
    fn tables_by_name(&self) -> BTreeMap<String, Option<&Table>> {
        let mut by_name: BTreeMap<String, Option<&Table>> = BTreeMap::new();
        for table in self.tables.values() {
            by_name
                .entry(fold(&table.key.name))
                .and_modify(|other| *other = None)
                .or_insert(Some(table));
        }
        by_name
    }

    /// The table that a column `<table>_id` is named after, with its key of one column.
    fn named_after<'a>(
        &self,
        table: &Table,
        column: &Column,
        by_name: &BTreeMap<String, Option<&'a Table>>,
    ) -> Option<(&'a Table, &'a Column)> {
        let stem = stem(&column.name)?;
        let nouns = nouns(&stem);
        let mut named = nouns.iter().filter_map(|noun| by_name.get(noun));
        let (Some(Some(parent)), None) = (named.next(), named.next()) else {
            return None;
        };
        let [key] = &parent.primary_key.as_ref()?.columns[..] else {
            return None;
        };
        let key = parent.column(key)?;
        let own_key = table.primary_key.as_ref().map(|key| &key.columns[..]);
        let is_own = own_key.is_some_and(|key| matches!(key, [only] if *only == column.name));
        let is_known = !table.is_open() && !parent.is_open() && table.columns_known;
        let fits = self.holds_keys(column, key);
        let is_polymorphic = table.has_discriminator(&stem);
        (is_known && fits && !is_own && !is_polymorphic && parent.key != table.key)
            .then_some((parent, key))
    }
}

impl Table {
    /// Whether its rows tell what was: they are meant to outlive what they speak of.
    pub(super) fn is_record(&self) -> bool {
        let words = words(&self.key.name);
        words.iter().any(|word| RECORDS.contains(&word.as_str()))
    }

    /// Whether a column beside `<stem>_id` tells which table it means.
    fn has_discriminator(&self, stem: &str) -> bool {
        self.columns.iter().any(|column| {
            let name = fold(&column.name);
            let ends = ["type", "table", "model", "kind"];
            ends.iter().any(|end| name.strip_suffix(end) == Some(stem))
        })
    }
}

/// What stands before `_id` or `Id`, folded.
fn stem(column: &str) -> Option<String> {
    let is_camel = |stem: &&str| stem.ends_with(|c: char| c.is_lowercase());
    let stem = column
        .strip_suffix("_id")
        .or_else(|| column.strip_suffix("_ID"))
        .or_else(|| column.strip_suffix("Id").filter(is_camel))?;
    (!stem.is_empty()).then(|| fold(stem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_after_tables() {
        let named = |column: &str, table: &str| {
            stem(column).is_some_and(|stem| nouns(&stem).contains(&fold(table)))
        };
        assert!(named("user_id", "users"));
        assert!(named("userId", "User"));
        assert!(named("category_id", "categories"));
        assert!(named("user_profile_id", "UserProfiles"));
        assert!(named("address_id", "addresses"));
        assert!(!named("userid", "users"));
        assert!(!named("owner_user_id", "users"));
        assert!(!named("_id", "s"));
        assert!(!named("user", "users"));
    }
}
