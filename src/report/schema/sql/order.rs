//! The order in which tables and views can be made: parents before children, and in a circle one of
//! them without its foreign keys, which follow when all tables stand.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::schema::Dialect;
use crate::project::schema::{Database, ForeignKey, Table, TableKey, Type, TypeKind, View};

/// The order of tables.
pub(super) struct Order<'a> {
    /// All tables.
    pub(super) tables: Vec<&'a Table>,
    place: BTreeMap<&'a TableKey, usize>,
    dialect: Dialect,
}

impl<'a> Order<'a> {
    /// Whether a foreign key of the table must wait until all tables stand. SQLite adds none to a
    /// table, and lets it lead to one that comes later.
    pub(super) fn is_late(&self, table: &Table, fk: &ForeignKey) -> bool {
        if self.dialect == Dialect::Sqlite {
            return false;
        }
        if fk.parent == table.key {
            return !table.keys().any(|key| key.columns == fk.parent_columns);
        }
        let parent = self.place.get(&fk.parent);
        parent.is_none_or(|parent| *parent > self.place[&table.key])
    }

    /// The foreign keys that must wait, with their tables.
    pub(super) fn late(&self) -> impl Iterator<Item = (&'a Table, &'a ForeignKey)> {
        let of = |table: &'a Table| table.foreign_keys.iter().map(move |fk| (table, fk));
        let all = self.tables.iter().flat_map(move |table| of(table));
        all.filter(|(table, fk)| self.is_late(table, fk))
    }
}

/// Orders the tables of a database.
pub(super) fn tables(database: &Database) -> Order<'_> {
    let tables = &database.tables;
    let parents = |table: &'_ Table| -> BTreeSet<&TableKey> {
        let keys = table.foreign_keys.iter().map(|fk| &fk.parent);
        let keys = keys
            .chain(&table.inherits)
            .filter(|parent| **parent != table.key);
        keys.filter_map(|parent| tables.get_key_value(parent).map(|(key, _)| key))
            .collect()
    };
    let waits = tables.iter().map(|(key, table)| (key, parents(table)));
    let order = makers_first(waits.collect());
    Order {
        place: order.iter().copied().zip(0..).collect(),
        tables: order.into_iter().map(|key| &tables[key]).collect(),
        dialect: database.dialect,
    }
}

/// Types, each behind those it is made of.
pub(super) fn types(database: &Database) -> Vec<&Type> {
    let types = &database.types;
    let waits = types.iter().map(|(key, own)| {
        let parts: BTreeSet<&TableKey> = match &own.kind {
            TypeKind::Enum { .. } => BTreeSet::new(),
            TypeKind::Domain(domain) => {
                let base = database.type_of(&domain.base.0);
                base.map(|base| &base.key).into_iter().collect()
            }
            TypeKind::Other { definition } => {
                let text = definition.as_deref().unwrap_or_default();
                let is_word = |c: char| c.is_alphanumeric() || c == '_';
                let words: BTreeSet<&str> = text.split(|c| !is_word(c)).collect();
                let named = |part: &&TableKey| words.contains(part.name.as_str());
                types.keys().filter(named).collect()
            }
        };
        (key, parts.into_iter().filter(|part| *part != key).collect())
    });
    let order = makers_first(waits.collect());
    order.into_iter().map(|key| &types[key]).collect()
}

/// Partitions, each behind the table it is a part of.
pub(super) fn partitions(database: &Database) -> Vec<&Table> {
    let partitions = &database.partitions;
    let waits = partitions.iter().map(|(key, table)| {
        let parent = table.partition_of.as_ref();
        let parent = parent.and_then(|parent| partitions.get_key_value(parent));
        (key, parent.map(|(key, _)| key).into_iter().collect())
    });
    let order = makers_first(waits.collect());
    order.into_iter().map(|key| &partitions[key]).collect()
}

/// Views, each behind those it reads from.
pub(super) fn views(database: &Database) -> Vec<&View> {
    let views = &database.views;
    let waits = views.iter().map(|(key, view)| {
        let sources = view.sources.iter().filter(|source| *source != key);
        let sources = sources.filter_map(|source| views.get_key_value(source));
        (key, sources.map(|(key, _)| key).collect())
    });
    let order = makers_first(waits.collect());
    order.into_iter().map(|key| &views[key]).collect()
}

/// Each behind those it waits for, of several the first by name; a circle is cut open at its first.
fn makers_first<'a>(
    mut waits: BTreeMap<&'a TableKey, BTreeSet<&'a TableKey>>,
) -> Vec<&'a TableKey> {
    let mut followers: BTreeMap<&TableKey, Vec<&TableKey>> = BTreeMap::new();
    for (key, makers) in &waits {
        for maker in makers {
            followers.entry(*maker).or_default().push(*key);
        }
    }
    let ready = waits.iter().filter(|(_, makers)| makers.is_empty());
    let mut ready: BTreeSet<&TableKey> = ready.map(|(key, _)| *key).collect();
    let mut order = Vec::with_capacity(waits.len());
    while let Some(key) = ready.pop_first().or_else(|| in_circle(&waits)) {
        waits.remove(key);
        order.push(key);
        for follower in followers.remove(key).unwrap_or_default() {
            if let Some(makers) = waits.get_mut(follower) {
                makers.remove(key);
                if makers.is_empty() {
                    ready.insert(follower);
                }
            }
        }
    }
    order
}

/// The first of a circle that is left: who waits for others waits for a circle in the end.
fn in_circle<'a>(waits: &BTreeMap<&'a TableKey, BTreeSet<&'a TableKey>>) -> Option<&'a TableKey> {
    let mut key = *waits.keys().next()?;
    let mut path = Vec::new();
    let mut seen = BTreeSet::new();
    while seen.insert(key) {
        path.push(key);
        key = waits[key].first()?;
    }
    let start = path.iter().position(|other| *other == key)?;
    path[start..].iter().min().copied()
}
