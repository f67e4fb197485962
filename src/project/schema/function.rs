//! Functions that expressions of tables call; kept as text, so that a script can make them again.

use std::collections::BTreeSet;

use super::replay::Replay;
use super::{Database, Table, TableKey, TypeKind, expression};
use crate::facts::schema::{CodeChange, CreateFunction, TableName};
use crate::source::Loc;

/// A function.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its key.
    pub key: TableKey,
    /// The name in the statement that made it.
    pub at: Loc,
    /// The statement that makes it.
    pub definition: String,
    /// What tells it from others of its name.
    arguments: String,
}

impl Database {
    /// The functions that expressions of tables, types and views call, and those that they call.
    pub fn called_functions(&self) -> Vec<&Function> {
        let mut called: BTreeSet<String> = BTreeSet::new();
        let tables = self.tables.values().chain(self.partitions.values());
        let mut texts: Vec<&str> = tables.flat_map(expressions).collect();
        for own in self.types.values() {
            if let TypeKind::Domain(domain) = &own.kind {
                texts.extend(domain.default.as_ref().map(|default| default.text.as_str()));
                texts.extend(domain.checks.iter().map(|check| check.condition.as_str()));
            }
        }
        let views = self.views.values();
        texts.extend(views.filter_map(|view| view.definition.as_deref()));
        while let Some(text) = texts.pop() {
            for name in expression::called(text) {
                if self.functions.keys().any(|key| key.name == name) && !called.contains(&name) {
                    let of_name = self.functions.values().flatten();
                    let of_name = of_name.filter(|function| function.key.name == name);
                    texts.extend(of_name.map(|function| function.definition.as_str()));
                    called.insert(name);
                }
            }
        }
        let functions = self.functions.values().flatten();
        functions
            .filter(|function| called.contains(&function.key.name))
            .collect()
    }
}

/// The texts of a table that may call functions.
fn expressions(table: &Table) -> impl Iterator<Item = &str> {
    let columns = table.columns.iter();
    let columns = columns.flat_map(|column| column.default.iter().chain(&column.generated));
    let checks = table.checks.iter().map(|check| check.condition.as_str());
    let indexes = table.indexes.iter().chain(&table.exclusions);
    let indexes = indexes.flat_map(|index| index.keys.iter().chain(&index.predicate));
    columns
        .map(|expression| expression.text.as_str())
        .chain(checks)
        .chain(indexes.map(String::as_str))
}

impl Replay {
    pub(super) fn change_code(&mut self, change: &CodeChange) {
        match change {
            CodeChange::CreateExtension { name } => {
                self.database.extensions.insert(name.name.clone());
            }
            CodeChange::DropExtensions { names } => {
                for name in names {
                    self.database.extensions.remove(&name.name);
                }
            }
            CodeChange::CreateFunction(clause) => self.create_function(clause),
            CodeChange::DropFunctions { functions } => {
                for (name, arguments) in functions {
                    self.drop_function(name, arguments.as_deref());
                }
            }
        }
    }

    fn create_function(&mut self, clause: &CreateFunction) {
        let key = self.target(&clause.name);
        let function = Function {
            key: key.clone(),
            at: self.at(clause.name.span),
            definition: clause.definition.text.clone(),
            arguments: clause.arguments.clone(),
        };
        let of_name = self.database.functions.entry(key).or_default();
        of_name.retain(|other| other.arguments != clause.arguments);
        of_name.push(function);
    }

    /// Of several functions of a name those with as many arguments go.
    fn drop_function(&mut self, name: &TableName, arguments: Option<&str>) {
        let key = self.find(name, |key| self.database.functions.contains_key(key));
        let Some(of_name) = self.database.functions.get_mut(&key) else {
            return;
        };
        if let (Some(arguments), true) = (arguments, of_name.len() > 1) {
            let number = |text: &str| text.matches(',').count() + usize::from(!text.is_empty());
            of_name.retain(|function| number(&function.arguments) != number(arguments));
        } else {
            self.database.functions.remove(&key);
        }
    }
}
