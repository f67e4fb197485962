//! Where to look: which tables may bear a name, and which may lean on another. More may than do, so
//! whoever asks looks at the tables; but nobody need look at all of them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Table, TableKey};

/// Names and dependencies of everything that is or was.
#[derive(Clone, Debug, Default)]
pub(super) struct Links {
    bearers: BTreeMap<String, BTreeSet<TableKey>>,
    leaning: BTreeMap<TableKey, BTreeSet<TableKey>>,
}

impl Links {
    /// Remembers all names and dependencies of a table.
    pub(super) fn add(&mut self, table: &Table) {
        let key = &table.key;
        self.give(key, &key.name);
        for name in table.names() {
            self.give(key, name);
        }
        for parent in table.foreign_keys.iter().map(|fk| &fk.parent) {
            self.lean(parent, key);
        }
        for parent in table.parents() {
            self.lean(parent, key);
        }
    }

    /// Remembers a name that a table, or something of it, bears.
    pub(super) fn give(&mut self, owner: &TableKey, name: &str) {
        match self.bearers.get_mut(name) {
            Some(owners) if owners.contains(owner) => {}
            Some(owners) => {
                owners.insert(owner.clone());
            }
            None => {
                let owners = BTreeSet::from([owner.clone()]);
                self.bearers.insert(name.to_owned(), owners);
            }
        }
    }

    /// Whether anything ever bore the name.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.bearers.contains_key(name)
    }

    /// The tables that bear the name, or own what does.
    pub(super) fn bearers(&self, name: &str) -> impl Iterator<Item = &TableKey> {
        self.bearers.get(name).into_iter().flatten()
    }

    /// Remembers a foreign key or an inheritance.
    pub(super) fn lean(&mut self, parent: &TableKey, child: &TableKey) {
        let children = self.leaning.entry(parent.clone()).or_default();
        children.insert(child.clone());
    }

    /// The tables that refer to the table or inherit from it.
    pub(super) fn leaning(&self, parent: &TableKey) -> Vec<TableKey> {
        self.leaning
            .get(parent)
            .into_iter()
            .flatten()
            .cloned()
            .collect()
    }
}
