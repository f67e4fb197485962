//! What a delete takes along: the tables that foreign keys with `ON DELETE CASCADE` lead to.

use std::collections::{BTreeMap, BTreeSet};

use super::{Database, ForeignKey, Table, TableKey};
use crate::facts::schema::Action;

/// Which tables lose rows when those of another do.
#[derive(Debug)]
pub struct Cascades<'a> {
    children: BTreeMap<&'a TableKey, Vec<&'a Table>>,
    precious: BTreeMap<&'a TableKey, Precious>,
}

/// Data that is missed when it is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precious {
    /// Amounts of money.
    Money,
    /// Who did what and when.
    Audit,
    /// People.
    People,
}

impl Database {
    /// Foreign keys that delete their rows with the parent.
    pub fn cascading_keys(&self) -> impl Iterator<Item = (&Table, &ForeignKey)> {
        self.tables.values().flat_map(|table| {
            let cascading = table.foreign_keys.iter().filter(|fk| fk.cascades());
            cascading.map(move |fk| (table, fk))
        })
    }

    /// Who loses rows with whom.
    pub fn cascades(&self) -> Cascades<'_> {
        let mut children: BTreeMap<&TableKey, Vec<&Table>> = BTreeMap::new();
        for (table, fk) in self.cascading_keys() {
            children.entry(&fk.parent).or_default().push(table);
        }
        let tables = self.tables.values();
        Cascades {
            children,
            precious: tables
                .filter_map(|table| Some((&table.key, table.precious()?)))
                .collect(),
        }
    }
}

impl<'a> Cascades<'a> {
    /// The tables that lose rows when those of `child` go: itself, then what hangs below it,
    /// nearest first.
    pub fn reach(&self, child: &'a Table) -> Vec<&'a Table> {
        let mut seen: BTreeSet<&TableKey> = BTreeSet::from([&child.key]);
        let mut tables = vec![child];
        let mut next = 0;
        while let Some(parent) = tables.get(next) {
            let children = self.children.get(&parent.key).into_iter().flatten();
            tables.extend(children.filter(|table| seen.insert(&table.key)));
            next += 1;
        }
        tables
    }

    /// What a table holds that would be missed.
    pub fn precious(&self, table: &Table) -> Option<Precious> {
        self.precious.get(&table.key).copied()
    }
}

impl ForeignKey {
    fn cascades(&self) -> bool {
        self.on_delete == Action::Cascade
    }
}

impl Table {
    /// What it holds that would be missed, by the names of its columns and its own.
    fn precious(&self) -> Option<Precious> {
        const AUDIT: [&str; 8] = [
            "audit",
            "audits",
            "changelog",
            "history",
            "ledger",
            "log",
            "logs",
            "trail",
        ];
        const PEOPLE: [&str; 20] = [
            "account",
            "accounts",
            "customer",
            "customers",
            "employee",
            "employees",
            "member",
            "members",
            "patient",
            "patients",
            "people",
            "person",
            "persons",
            "profile",
            "profiles",
            "student",
            "students",
            "tenant",
            "user",
            "users",
        ];
        let name = self.key.name.to_lowercase();
        let mut words = name.split(|c: char| !c.is_alphanumeric());
        // `user_settings` are no people: the last word says what a row is.
        let last = words.clone().next_back().unwrap_or_default();
        if self.money_columns().next().is_some() {
            Some(Precious::Money)
        } else if words.any(|word| AUDIT.contains(&word)) {
            Some(Precious::Audit)
        } else if PEOPLE.contains(&last) {
            Some(Precious::People)
        } else {
            None
        }
    }
}
