//! What the names of a module stand for, as far as following a function needs it.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::python::library::LIBRARY;
use crate::facts::python::{Function, Module, Value};
use crate::parse::python::{Field, Kind, Node};

/// The names of one module.
pub(in crate::facts::python) struct Names<'m> {
    imports: FxHashMap<&'m str, &'m str>,
    texts: FxHashMap<&'m str, &'m str>,
    defined: FxHashSet<&'m str>,
    /// It imports from FastAPI, whose parameters dependencies fill.
    pub(super) has_dependencies: bool,
}

impl<'m> Names<'m> {
    /// The names of a module whose functions at top level are these.
    pub(in crate::facts::python) fn new(
        module: &'m Module,
        functions: impl Iterator<Item = Node<'m>>,
    ) -> Self {
        let imports: FxHashMap<_, _> = module
            .imports
            .iter()
            .map(|import| (import.name.as_str(), import.path.as_str()))
            .collect();
        let constants = module
            .globals
            .iter()
            .filter_map(|global| match &global.value {
                Value::Str(text, _) => Some((global.name.as_str(), text.as_str())),
                _ => None,
            });
        let functions = functions.filter_map(|node| Some(node.child(Field::Name)?.text()));
        let classes = module.classes.iter().map(|class| class.name.as_str());
        let globals = module.globals.iter().map(|global| global.name.as_str());
        Self {
            texts: constants.collect(),
            defined: functions.chain(classes).chain(globals).collect(),
            has_dependencies: imports
                .values()
                .any(|path| path.starts_with("fastapi") || path.starts_with("litestar")),
            imports,
        }
    }

    /// The path that a name was imported from, in the module or in the function.
    pub(super) fn imported<'n>(&'n self, function: &'n Function, name: &str) -> Option<&'n str> {
        let own = function.imports.iter().find(|import| import.name == name);
        own.map(|import| import.path.as_str())
            .or_else(|| self.imports.get(name).copied())
    }

    /// The text that a module-level name stands for.
    pub(super) fn text(&self, name: &str) -> Option<&'m str> {
        self.texts.get(name).copied()
    }

    /// Whether the module itself defines the name.
    pub(super) fn defines(&self, name: &str) -> bool {
        self.defined.contains(name)
    }
}

/// Whether a name reads like that of a class.
pub(in crate::facts::python) fn is_class_like(name: &str) -> bool {
    name.starts_with(|first: char| first.is_uppercase())
}

/// `logger.info`, `print`: tells somebody and goes on.
pub(in crate::facts::python) fn is_logging(callee: &str) -> bool {
    let names = &LIBRARY.passing;
    let holder = callee.rsplit('.').nth(1);
    names.logging.contains(last(callee))
        && holder.is_none_or(|holder| names.loggers.contains(holder) || holder == "()")
}

/// The class that a name or a dotted name stands for, by how it reads.
pub(super) fn class_name(node: Node<'_>) -> Option<&str> {
    let own = match node.kind() {
        Kind::Identifier => node,
        Kind::Attribute => node.child(Field::Attribute)?,
        _ => return None,
    };
    Some(own.text()).filter(|name| is_class_like(name))
}

/// The part of a dotted name behind the last dot.
pub(in crate::facts::python) fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// The part of a dotted name before the first dot.
pub(in crate::facts::python) fn root(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}
