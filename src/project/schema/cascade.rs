//! What a delete takes along: the tables that foreign keys with `ON DELETE CASCADE` lead to.

use std::collections::BTreeMap;

use super::{Database, ForeignKey, Table, TableKey};
use crate::facts::schema::Action;

/// Which tables lose rows when those of another do. Tables are numbered, because a delete can
/// reach all of them and every cascade is asked for.
#[derive(Debug)]
pub struct Cascades<'a> {
    tables: Vec<&'a Table>,
    numbers: BTreeMap<&'a TableKey, usize>,
    /// The tables that go with each.
    children: Vec<Vec<usize>>,
    precious: Vec<Option<Precious>>,
}

/// A table that loses rows.
#[derive(Clone, Copy, Debug)]
pub struct Reached<'a> {
    /// The table.
    pub table: &'a Table,
    /// What it holds that would be missed.
    pub precious: Option<Precious>,
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
            let keys = table.foreign_keys.iter();
            let cascading = keys.filter(|fk| self.takes_along(table, fk));
            cascading.map(move |fk| (table, fk))
        })
    }

    /// Whether rows go with their parent. What the application does its models say, not the
    /// migrations.
    fn takes_along(&self, table: &Table, fk: &ForeignKey) -> bool {
        let models = self.models.as_deref().filter(|_| fk.emulated);
        let model = models.and_then(|models| models.tables.get(&table.key));
        let declared = model.and_then(|model| model.foreign_key(&fk.columns, &fk.parent));
        declared.unwrap_or(fk).cascades()
    }

    /// Who loses rows with whom.
    pub fn cascades(&self) -> Cascades<'_> {
        let tables: Vec<&Table> = self.tables.values().collect();
        let numbers: BTreeMap<&TableKey, usize> =
            tables.iter().map(|table| &table.key).zip(0..).collect();
        let mut children = vec![Vec::new(); tables.len()];
        for (table, fk) in self.cascading_keys() {
            if let Some(parent) = numbers.get(&fk.parent) {
                children[*parent].push(numbers[&table.key]);
            }
        }
        Cascades {
            precious: tables.iter().map(|table| table.precious()).collect(),
            tables,
            numbers,
            children,
        }
    }
}

impl<'a> Cascades<'a> {
    /// The tables that lose rows when those of `child` go: itself, then what hangs below it,
    /// nearest first.
    pub fn reach(&self, child: &Table) -> Vec<Reached<'a>> {
        let mut seen = vec![false; self.tables.len()];
        let mut reached = vec![self.numbers[&child.key]];
        seen[reached[0]] = true;
        let mut next = 0;
        while let Some(&parent) = reached.get(next) {
            for &child in &self.children[parent] {
                if !seen[child] {
                    seen[child] = true;
                    reached.push(child);
                }
            }
            next += 1;
        }
        reached
            .into_iter()
            .map(|number| Reached {
                table: self.tables[number],
                precious: self.precious[number],
            })
            .collect()
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
