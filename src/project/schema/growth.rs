//! Which tables can grow, and which keys end too early for them.

use std::collections::BTreeMap;

use super::replay::Replay;
use super::{Column, Database, ForeignKey, Table, TableKey, Typed, habit, names};
use crate::facts::schema::{Dialect, TableName};

/// A key that numbers rows in 32 bits.
#[derive(Clone, Debug)]
pub struct NarrowKey<'a> {
    /// The column, with its table and type.
    pub key: Typed<'a>,
    /// The columns that refer to it and are as narrow.
    pub children: Vec<Typed<'a>>,
}

impl Database {
    /// Primary keys that number the rows of a table that can grow in 32 bits: by
    /// table, or together where that is the habit of the schema. Those of SQLite always have 64.
    pub fn narrow_keys(&self) -> Vec<Vec<NarrowKey<'_>>> {
        if self.dialect == Dialect::Sqlite {
            return Vec::new();
        }
        let keys = self.tables.values().filter(|table| !table.opaque);
        let keys = keys.filter_map(|table| self.typed(table, table.numbered_key()?));
        let (narrow, other): (Vec<Typed>, Vec<Typed>) = keys.partition(is_narrow);
        let mut children = self.references_of_one_column();
        let grow = narrow
            .into_iter()
            .filter(|key| self.can_grow(key.table, key.column));
        let found = grow
            .map(|key| NarrowKey {
                children: children
                    .remove(&(&key.table.key, key.column.name.as_str()))
                    .unwrap_or_default(),
                key,
            })
            .map(|narrow| vec![narrow])
            .collect();
        habit::once(found, other.iter().any(|key| key.ty.base == "bigint"))
    }

    /// Whether a table may get ever more rows. Rows that migrations write out are the labels of
    /// something, unless they belong to rows of a table that grows; a check may bound the key.
    fn can_grow(&self, table: &Table, key: &Column) -> bool {
        let brought = |key: &TableKey| self.tables.get(key).is_some_and(|table| table.seeded);
        let fixed = brought(&table.key) && table.foreign_keys.iter().all(|fk| brought(&fk.parent));
        !fixed
            && !table
                .checks
                .iter()
                .any(|check| bounds(&check.condition, &key.name))
    }

    /// Narrow columns with a foreign key of their own, by what they refer to.
    fn references_of_one_column(&self) -> BTreeMap<(&TableKey, &str), Vec<Typed<'_>>> {
        let mut children: BTreeMap<(&TableKey, &str), Vec<Typed>> = BTreeMap::new();
        for table in self.tables.values() {
            for fk in &table.foreign_keys {
                if let ([column], [parent]) = (&fk.columns[..], &fk.parent_columns[..])
                    && let Some(column) = table.column(column)
                    && let Some(typed) = self.typed(table, column).filter(is_narrow)
                {
                    let of = (&fk.parent, parent.as_str());
                    children.entry(of).or_default().push(typed);
                }
            }
        }
        children
    }

    /// The sequence that numbers a column of PostgreSQL, as statements name it.
    pub fn sequence(&self, table: &Table, column: &Column) -> String {
        let name = names::choose(&table.key.name, Some(&column.name), "seq", |_| false);
        self.write_table(&table.key.sibling(&name))
    }
}

fn is_narrow(typed: &Typed) -> bool {
    matches!(typed.ty.base.as_str(), "integer" | "mediumint")
}

impl Replay {
    /// Rows whose values are written out come into these tables.
    pub(super) fn seed(&mut self, tables: &[TableName]) {
        for name in tables {
            let key = self.resolve(name);
            if let Some(table) = self.table_mut(&key) {
                table.seeded = true;
            }
        }
    }
}

impl Table {
    /// The column that is its whole primary key and numbers itself.
    fn numbered_key(&self) -> Option<&Column> {
        let [name] = self.primary_key.as_ref()?.columns.as_slice() else {
            return None;
        };
        let refers = |fk: &ForeignKey| fk.columns.contains(name);
        self.column(name)
            .filter(|column| column.numbers_itself() && !self.foreign_keys.iter().any(refers))
    }
}

impl Column {
    fn numbers_itself(&self) -> bool {
        let default = self
            .default
            .as_ref()
            .map(|default| default.text.to_ascii_lowercase());
        self.auto_increment || default.is_some_and(|text| text.starts_with("nextval("))
    }
}

/// Whether a condition leaves a column only some values: `id = 1`, `id in (1, 2)`, `id <= 10`.
fn bounds(condition: &str, column: &str) -> bool {
    let text: String = condition
        .to_ascii_lowercase()
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '(' | ')' | '"' | '`' | '[' | ']'))
        .collect();
    let Some(rest) = text.strip_prefix(&column.to_ascii_lowercase()) else {
        return false;
    };
    let number = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    ["<=", "<", "=any", "=", "in", "between"]
        .iter()
        .find_map(|sign| rest.strip_prefix(sign))
        .is_some_and(|rest| number(rest) || rest.starts_with("array"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_that_bound() {
        for text in [
            "id = 1",
            "(\"id\" IN (1, 2))",
            "id <= 10",
            "id between 1 and 9",
        ] {
            assert!(bounds(text, "id"), "{text}");
        }
        for text in ["id > 0", "identity = 1", "id = other", "amount < 10"] {
            assert!(!bounds(text, "id"), "{text}");
        }
    }
}
