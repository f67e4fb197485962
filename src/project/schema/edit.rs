//! Changes inside one table, with what a database does unasked: keys and indexes follow a renamed
//! column and go with a dropped one.

use super::{Check, Column, Index, Key, RowSecurity, Table, TableKey, expression};
use crate::source::Loc;

impl Table {
    pub(super) fn new(key: TableKey, at: Loc) -> Self {
        Self {
            key,
            at,
            columns: Vec::new(),
            primary_key: None,
            uniques: Vec::new(),
            checks: Vec::new(),
            exclusions: Vec::new(),
            indexes: Vec::new(),
            foreign_keys: Vec::new(),
            dropped: Vec::new(),
            created: true,
            columns_known: true,
            opaque: false,
            partition_of: None,
            bounds: None,
            partitioning: None,
            inherits: Vec::new(),
            derived: false,
            seeded: false,
            row_security: RowSecurity::default(),
        }
    }

    pub(super) fn column_mut(&mut self, name: &str) -> Option<&mut Column> {
        self.columns.iter_mut().find(|column| column.name == name)
    }

    /// Adds a column, or replaces the one of that name.
    pub(super) fn put_column(&mut self, column: Column) {
        match self.column_mut(&column.name) {
            Some(existing) => *existing = column,
            None => self.columns.push(column),
        }
    }

    pub(super) fn has_index_named(&self, name: &str) -> bool {
        self.keys().any(|key| key.name == name)
            || self.exclusions.iter().any(|key| key.name == name)
            || self.indexes.iter().any(|index| index.name == name)
    }

    pub(super) fn has_constraint_named(&self, name: &str) -> bool {
        self.keys().any(|key| key.name == name)
            || self.exclusions.iter().any(|key| key.name == name)
            || self.checks.iter().any(|check| check.name == name)
            || self.foreign_keys.iter().any(|fk| fk.name == name)
    }

    /// Takes an index away to make a constraint of it.
    pub(super) fn take_index(&mut self, name: &str) -> Option<Index> {
        let at = self.indexes.iter().position(|index| index.name == name)?;
        Some(self.indexes.remove(at))
    }

    /// The names of everything it owns.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let keys = self.keys().map(|key| key.name.as_str());
        let indexes = self.indexes.iter().chain(&self.exclusions);
        let indexes = indexes.map(|index| index.name.as_str());
        let checks = self.checks.iter().map(|check| check.name.as_str());
        let fks = self.foreign_keys.iter().map(|fk| fk.name.as_str());
        keys.chain(indexes).chain(checks).chain(fks)
    }

    /// What foreign keys may lean on, with its place in the order of making.
    pub(super) fn referable(&self) -> impl Iterator<Item = (Vec<String>, u32)> {
        let keys = self.keys().map(|key| (key.columns.clone(), key.made));
        let is_key = |index: &&Index| {
            index.unique && index.predicate.is_none() && index.columns.iter().all(Option::is_some)
        };
        let indexes = self.indexes.iter().filter(is_key);
        keys.chain(indexes.map(|index| (index.leading_columns(), index.made)))
    }

    /// The checks that speak of a column.
    pub(super) fn checks_of(&self, name: &str) -> impl Iterator<Item = &Check> {
        let speaks = move |check: &&Check| expression::mentions(&check.condition, name);
        self.checks.iter().filter(speaks)
    }

    /// The columns that are computed from one.
    pub(super) fn computed_from(&self, name: &str) -> Vec<String> {
        let is_from = |column: &&Column| {
            let expression = column.generated.as_ref();
            expression.is_some_and(|generated| expression::mentions(&generated.text, name))
        };
        let computed = self.columns.iter().filter(is_from);
        computed.map(|column| column.name.clone()).collect()
    }

    /// Takes a constraint away; its index where it is a key.
    pub(super) fn take_constraint(&mut self, name: &str, at: Loc) -> Option<Index> {
        if let Some(key) = self.take_key(name) {
            let index = Index::of_key(key);
            self.dropped.push((index.clone(), at));
            return Some(index);
        }
        let dropped = self.foreign_keys.extract_if(.., |fk| fk.name == name);
        let released: Vec<String> = dropped.flat_map(|fk| fk.columns).collect();
        let columns = self.columns.iter_mut();
        for column in columns.filter(|column| released.contains(&column.name)) {
            column.released = true;
        }
        self.checks.retain(|check| check.name != name);
        self.exclusions.retain(|key| key.name != name);
        None
    }

    /// All rows pass the check from now on.
    pub(super) fn validate_check(&mut self, name: &str) {
        let mut checks = self.checks.iter_mut();
        if let Some(check) = checks.find(|check| check.name == name) {
            check.valid = true;
        }
    }

    fn take_key(&mut self, name: &str) -> Option<Key> {
        if self
            .primary_key
            .as_ref()
            .is_some_and(|key| key.name == name)
        {
            return self.primary_key.take();
        }
        let at = self.uniques.iter().position(|key| key.name == name)?;
        Some(self.uniques.remove(at))
    }

    pub(super) fn drop_primary_key(&mut self, at: Loc) {
        if let Some(key) = self.primary_key.take() {
            self.dropped.push((Index::of_key(key), at));
        }
    }

    /// Drops an index; in MySQL a unique constraint is one.
    pub(super) fn drop_index(&mut self, name: &str, at: Loc) -> Option<Index> {
        let Some(index) = self.take_index(name) else {
            return self.take_constraint(name, at);
        };
        self.dropped.push((index.clone(), at));
        Some(index)
    }

    /// Renames an index; that of a constraint takes the constraint along, and the other way round.
    pub(super) fn rename_index(&mut self, name: &str, to: &str) {
        let keys = self.primary_key.iter_mut().chain(&mut self.uniques);
        let indexes = self.indexes.iter_mut().chain(&mut self.exclusions);
        let names = keys
            .map(|key| &mut key.name)
            .chain(indexes.map(|index| &mut index.name));
        rename(names, name, to);
    }

    pub(super) fn rename_constraint(&mut self, name: &str, to: &str) {
        let keys = self.primary_key.iter_mut().chain(&mut self.uniques);
        let names = keys
            .map(|key| &mut key.name)
            .chain(self.exclusions.iter_mut().map(|index| &mut index.name))
            .chain(self.checks.iter_mut().map(|check| &mut check.name))
            .chain(self.foreign_keys.iter_mut().map(|fk| &mut fk.name));
        rename(names, name, to);
    }

    /// Keys, indexes, checks and foreign keys follow.
    pub(super) fn rename_column(&mut self, name: &str, to: &str, spelled: &str) {
        if let Some(column) = self.column_mut(name) {
            to.clone_into(&mut column.name);
        }
        let keys = self.primary_key.iter_mut().chain(&mut self.uniques);
        let columns = keys
            .flat_map(|key| &mut key.columns)
            .chain(self.foreign_keys.iter_mut().flat_map(|fk| &mut fk.columns));
        for column in columns.filter(|column| *column == name) {
            to.clone_into(column);
        }
        for index in self.indexes_mut() {
            let columns = index.columns.iter_mut().flatten().chain(&mut index.include);
            for column in columns.filter(|column| *column == name) {
                to.clone_into(column);
            }
        }
        for text in self.expressions_mut() {
            *text = expression::rename(text, name, spelled);
        }
    }

    /// Casts to a renamed type follow.
    pub(super) fn rename_type(&mut self, from: &TableKey, spelled: &str) {
        let defaults = self.columns.iter_mut().filter_map(|c| c.default.as_mut());
        for default in defaults {
            default.text = expression::rename_cast(&default.text, from, spelled);
        }
        for text in self.expressions_mut() {
            *text = expression::rename_cast(text, from, spelled);
        }
    }

    /// Texts that compare the meant columns with a label follow where the label is renamed.
    pub(super) fn rename_label(
        &mut self,
        is_meant: impl Fn(&Column) -> bool,
        from: &str,
        to: &str,
    ) {
        let mut meant = Vec::new();
        for column in self.columns.iter_mut().filter(|column| is_meant(column)) {
            if let Some(default) = &mut column.default {
                default.text = default.text.replace(from, to);
            }
            meant.push(column.name.clone());
        }
        for text in self.expressions_mut() {
            if meant
                .iter()
                .any(|column| expression::mentions(text, column))
            {
                *text = text.replace(from, to);
            }
        }
    }

    /// Every index, those of exclusions and those that are gone included.
    fn indexes_mut(&mut self) -> impl Iterator<Item = &mut Index> {
        let dropped = self.dropped.iter_mut().map(|(index, _)| index);
        let indexes = self.indexes.iter_mut().chain(&mut self.exclusions);
        indexes.chain(dropped)
    }

    /// Every text that names columns.
    fn expressions_mut(&mut self) -> impl Iterator<Item = &mut String> {
        let checks = self.checks.iter_mut().map(|check| &mut check.condition);
        let computed = self.columns.iter_mut().filter_map(|c| c.generated.as_mut());
        let dropped = self.dropped.iter_mut().map(|(index, _)| index);
        let indexes = self.indexes.iter_mut().chain(&mut self.exclusions);
        let of_indexes = indexes.chain(dropped);
        let of_indexes = of_indexes.flat_map(|it| it.keys.iter_mut().chain(&mut it.predicate));
        checks
            .chain(computed.map(|it| &mut it.text))
            .chain(of_indexes)
    }

    /// Takes a column away, with every key, index, check and foreign key that holds it.
    pub(super) fn drop_column(&mut self, name: &str, at: Loc) {
        self.forget_column(name);
        let mut kept = Vec::new();
        for index in self.indexes.drain(..) {
            if index.mentions(name) {
                self.dropped.push((index, at));
            } else {
                kept.push(index);
            }
        }
        self.indexes = kept;
        self.exclusions.retain(|index| !index.mentions(name));
        let holds = |key: &Key| key.columns.iter().any(|column| column == name);
        let primary = self.primary_key.take_if(|key| holds(key));
        let uniques = self.uniques.extract_if(.., |key| holds(key));
        for key in primary.into_iter().chain(uniques) {
            self.dropped.push((Index::of_key(key), at));
        }
    }

    /// MySQL takes the column out of the keys that hold it, and drops those left empty.
    pub(super) fn drop_column_from_keys(&mut self, name: &str, at: Loc) {
        self.forget_column(name);
        for key in self.primary_key.iter_mut().chain(&mut self.uniques) {
            key.columns.retain(|column| column != name);
        }
        self.primary_key.take_if(|key| key.columns.is_empty());
        self.uniques.retain(|key| !key.columns.is_empty());
        for index in &mut self.indexes {
            let gone = |column: &Option<String>| column.as_deref() == Some(name);
            if index.columns.iter().all(gone) {
                self.dropped.push((index.clone(), at));
            }
            let mut keep = index.columns.iter().map(|column| !gone(column));
            index.keys.retain(|_| keep.next().unwrap_or(true));
            index.columns.retain(|column| !gone(column));
        }
        self.indexes.retain(|index| !index.columns.is_empty());
    }

    fn forget_column(&mut self, name: &str) {
        self.columns.retain(|column| column.name != name);
        self.checks
            .retain(|check| !expression::mentions(&check.condition, name));
        self.foreign_keys
            .retain(|fk| fk.columns.iter().all(|column| column != name));
    }

    /// MySQL's index for a foreign key goes when a written one begins with its columns.
    pub(super) fn drop_superseded(&mut self) {
        let written: Vec<Vec<String>> = self
            .indexes
            .iter()
            .filter(|index| !index.implicit)
            .map(Index::leading_columns)
            .chain(self.keys().map(|key| key.columns.clone()))
            .collect();
        self.indexes.retain(|index| {
            let columns: Vec<String> = index.columns.iter().flatten().cloned().collect();
            !index.implicit || !written.iter().any(|written| written.starts_with(&columns))
        });
    }
}

/// Renames what bears the name.
fn rename<'a>(names: impl Iterator<Item = &'a mut String>, name: &str, to: &str) {
    for found in names.filter(|found| *found == name) {
        to.clone_into(found);
    }
}

impl Index {
    /// A plain index over columns.
    pub(super) fn plain(name: String, columns: &[String], at: Loc) -> Self {
        Self {
            name,
            columns: columns.iter().cloned().map(Some).collect(),
            keys: columns.to_vec(),
            unique: false,
            method: "btree".into(),
            predicate: None,
            include: Vec::new(),
            implicit: false,
            at,
            made: 0,
        }
    }

    fn of_key(key: Key) -> Self {
        Self {
            unique: true,
            made: key.made,
            ..Self::plain(key.name, &key.columns, key.at)
        }
    }

    fn mentions(&self, name: &str) -> bool {
        let predicate = self.predicate.as_ref();
        self.columns.iter().flatten().any(|column| column == name)
            || self.include.iter().any(|column| column == name)
            || predicate.is_some_and(|text| expression::mentions(text, name))
            || self
                .expressions()
                .any(|text| expression::mentions(text, name))
    }

    /// The keys that are no plain columns.
    fn expressions(&self) -> impl Iterator<Item = &str> {
        self.columns
            .iter()
            .zip(&self.keys)
            .filter(|(column, _)| column.is_none())
            .map(|(_, text)| text.as_str())
    }
}
