//! Functions that expressions of tables call; kept as text, so that a script can make them again.

use std::collections::BTreeSet;

use super::replay::Replay;
use super::{Database, Table, TableKey, TypeKind, expression};
use crate::facts::schema::{CodeChange, CreateFunction, Reads, Rights, TableName};
use crate::source::Loc;

/// A function.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its key.
    pub key: TableKey,
    /// The name in the statement that made it.
    pub at: Loc,
    /// What the statements of its body need.
    pub reads: Vec<Reads>,
    /// Its body may name a table without a schema.
    pub unqualified: bool,
    /// The statement that makes it.
    pub definition: String,
    /// What tells it from others of its name.
    pub arguments: String,
    /// `FUNCTION` or `PROCEDURE`.
    pub routine: &'static str,
    /// Expressions of tables may call it.
    callable: bool,
    /// It runs with the rights of its owner.
    definer: bool,
    /// It says itself where its names are looked up, or may do so.
    path: bool,
}

impl Database {
    /// The functions that run with the rights of their owners and look names up where their callers
    /// say.
    pub fn unsafe_definers(&self) -> impl Iterator<Item = &Function> {
        let functions = self.functions.values().flatten();
        functions.filter(|function| function.definer && !function.path)
    }

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
            .filter(|function| function.callable && called.contains(&function.key.name))
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
            CodeChange::AlterFunction {
                name,
                arguments,
                rights,
            } => self.alter_function(name, arguments.as_deref(), *rights),
            CodeChange::SettlePaths => {
                let functions = self.database.functions.values_mut().flatten();
                functions.for_each(|function| function.path = true);
            }
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
            reads: clause.reads.clone(),
            unqualified: clause.unqualified,
            definition: clause.definition.text.clone(),
            arguments: without_defaults(&clause.arguments),
            routine: match clause.procedure {
                true => "PROCEDURE",
                false => "FUNCTION",
            },
            callable: clause.callable,
            definer: clause.rights.definer == Some(true),
            path: clause.rights.path == Some(true),
        };
        let of_name = self.database.functions.entry(key).or_default();
        of_name.retain(|other| other.arguments != function.arguments);
        of_name.push(function);
    }

    /// Of several functions of a name those with as many arguments are meant, else any of them.
    fn alter_function(&mut self, name: &TableName, arguments: Option<&str>, rights: Rights) {
        let key = self.find(name, |key| self.database.functions.contains_key(key));
        let Some(of_name) = self.database.functions.get_mut(&key) else {
            return;
        };
        let meant = |function: &Function| {
            arguments.is_none_or(|arguments| number(&function.arguments) == number(arguments))
        };
        let any = !of_name.iter().any(meant);
        for function in of_name.iter_mut().filter(|function| any || meant(function)) {
            function.definer = rights.definer.unwrap_or(function.definer);
            function.path = rights.path.unwrap_or(function.path);
        }
    }

    /// Of several functions of a name those with as many arguments go.
    fn drop_function(&mut self, name: &TableName, arguments: Option<&str>) {
        let key = self.find(name, |key| self.database.functions.contains_key(key));
        let Some(of_name) = self.database.functions.get_mut(&key) else {
            return;
        };
        if let (Some(arguments), true) = (arguments, of_name.len() > 1) {
            of_name.retain(|function| number(&function.arguments) != number(arguments));
        } else {
            self.database.functions.remove(&key);
        }
    }
}

/// How many arguments a list has.
fn number(arguments: &str) -> usize {
    arguments.matches(',').count() + usize::from(!arguments.is_empty())
}

/// A list of arguments as a database tells functions of one name apart.
fn without_defaults(arguments: &str) -> String {
    let mut kept = String::new();
    let mut depth = 0_u32;
    let mut in_default = false;
    for word in arguments.split_inclusive([' ', ',', '(', ')']) {
        let bare = word.trim_end_matches([' ', ',', '(', ')']);
        in_default |= depth == 0 && matches!(bare, "default" | "=" | ":=");
        depth += u32::from(word.ends_with('('));
        let ends = depth == 0 && word.ends_with(',');
        if !in_default {
            kept.push_str(word);
        } else if ends {
            kept.truncate(kept.trim_end().len());
            kept.push(',');
        }
        depth = depth.saturating_sub(u32::from(word.ends_with(')')));
        in_default &= !ends;
    }
    kept.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_tell_no_functions_apart() {
        for (written, kept) in [
            ("a int default 1, b text", "a int, b text"),
            (
                "a numeric(10, 2) = 0, b text = 'x'",
                "a numeric(10, 2), b text",
            ),
            ("a int default f(1, 2)", "a int"),
            ("", ""),
        ] {
            assert_eq!(without_defaults(written), kept);
        }
    }
}
