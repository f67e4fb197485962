//! Which tables belong to one application: those of one metadata, those that refer to each other.
//! A name stands for one table, so that what declares it twice are two applications.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::classes::Root;
use super::lower;
use super::mapping::{Member, module_scope};
use super::tables::{Owner, Table};
use super::terms::Terms;
use crate::facts::python::Value;
use crate::facts::schema::Dialect;
use crate::project::python::{Place, Python, Target};

/// Sets that grow together.
#[derive(Default)]
struct Sets {
    above: Vec<usize>,
}

impl Sets {
    fn new(count: usize) -> Self {
        Self {
            above: (0..count).collect(),
        }
    }

    fn find(&mut self, mut member: usize) -> usize {
        while self.above[member] != member {
            self.above[member] = self.above[self.above[member]];
            member = self.above[member];
        }
        member
    }

    fn join(&mut self, left: usize, right: usize) {
        let (left, right) = (self.find(left), self.find(right));
        self.above[left.max(right)] = left.min(right);
    }
}

/// The tables by application, in order.
pub(super) fn groups(terms: &Terms, tables: Vec<Table>) -> Vec<Vec<Table>> {
    let mut sets = Sets::new(tables.len());
    let components = components(terms.python);
    let mut owners: BTreeMap<Owner, usize> = BTreeMap::new();
    for (nth, table) in tables.iter().enumerate() {
        let owner = match terms.metadata_owner(table.owner) {
            Owner::Module(module) => Owner::Module(components[module]),
            owner => owner,
        };
        let first = *owners.entry(owner).or_insert(nth);
        sets.join(first, nth);
    }
    join_by_reference(&tables, &mut sets);
    let mut groups: BTreeMap<usize, Vec<Table>> = BTreeMap::new();
    for (nth, table) in tables.into_iter().enumerate() {
        groups.entry(sets.find(nth)).or_default().push(table);
    }
    let groups = groups.into_values();
    groups
        .flat_map(|group| apart(terms.python, group, 0))
        .collect()
}

/// A foreign key leads to a table of the same application, if only one other has it.
fn join_by_reference(tables: &[Table], sets: &mut Sets) {
    let mut named: BTreeMap<(Option<String>, String), BTreeSet<usize>> = BTreeMap::new();
    for (nth, table) in tables.iter().enumerate() {
        let name = lower::name(table, Dialect::Postgres);
        named
            .entry((name.schema, name.name))
            .or_default()
            .insert(nth);
    }
    for (nth, table) in tables.iter().enumerate() {
        for parent in lower::parents(table) {
            let Some(found) = named.get(&(parent.schema, parent.name)) else {
                continue;
            };
            let own = sets.find(nth);
            let others: BTreeSet<usize> = found.iter().map(|it| sets.find(*it)).collect();
            if let (false, Some(other), 1) = (others.contains(&own), others.first(), others.len()) {
                sets.join(own, *other);
            }
        }
    }
}

/// Splits what declares a table twice, at the topmost folder that keeps the two apart.
fn apart(python: &Python, group: Vec<Table>, depth: usize) -> Vec<Vec<Table>> {
    let mut seen = BTreeSet::new();
    let twice = group.iter().any(|table| {
        let name = lower::name(table, Dialect::Postgres);
        !seen.insert((name.schema, name.name))
    });
    let deepest = group
        .iter()
        .map(|it| parts_of(python, it).len())
        .max()
        .unwrap_or_default();
    if !twice || depth > deepest {
        return vec![group];
    }
    let mut folders: BTreeMap<String, Vec<Table>> = BTreeMap::new();
    for table in group {
        let parts = parts_of(python, &table);
        let part = parts.get(depth).cloned().unwrap_or_default();
        folders.entry(part).or_default().push(table);
    }
    let folders = folders.into_values();
    folders
        .flat_map(|group| apart(python, group, depth + 1))
        .collect()
}

fn parts_of(python: &Python, table: &Table) -> Vec<String> {
    let path = python.modules[table.module].path;
    path.components().map(|part| part.to_string()).collect()
}

/// The folder that holds all tables of a group.
pub(super) fn root(python: &Python, group: &[Table]) -> Utf8PathBuf {
    let mut folders = group.iter().map(|table| {
        let path = python.modules[table.module].path;
        path.parent().unwrap_or(Utf8Path::new(""))
    });
    let first = folders.next().unwrap_or(Utf8Path::new("")).to_owned();
    folders.fold(first, |common, folder| {
        let shared = common.components().zip(folder.components());
        shared
            .take_while(|(a, b)| a == b)
            .map(|(part, _)| part.as_str())
            .collect()
    })
}

/// By module the first of those that it is connected with by imports.
fn components(python: &Python) -> Vec<usize> {
    let mut sets = Sets::new(python.modules.len());
    for (number, module) in python.modules.iter().enumerate() {
        let stars = module.facts.star_imports.iter().map(String::as_str);
        let imports = module
            .facts
            .imports
            .iter()
            .map(|import| import.path.as_str());
        for path in stars.chain(imports) {
            let above = path.rsplit_once('.').map(|(above, _)| above);
            for path in std::iter::once(path).chain(above.filter(|it| !it.is_empty())) {
                if let Place::Module(other) = python.tree.find(number, path) {
                    sets.join(number, other);
                }
            }
        }
        for &sibling in &module.siblings {
            sets.join(number, sibling);
        }
    }
    (0..python.modules.len())
        .map(|module| sets.find(module))
        .collect()
}

impl Terms<'_> {
    /// Bases that say `metadata = metadata` own what that object owns.
    fn metadata_owner(&self, owner: Owner) -> Owner {
        let Owner::Root(Root::Class(class)) = owner else {
            return owner;
        };
        let Some((holder, Member::Field(field))) = self.inherited(class, "metadata") else {
            return owner;
        };
        let Some(Value::Name(name, _)) = &field.value else {
            return owner;
        };
        match self.python.resolve(module_scope(holder), name) {
            Target::Object(object) => Owner::Metadata(object),
            _ => owner,
        }
    }
}
