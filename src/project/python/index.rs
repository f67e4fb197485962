//! The facts of all Python modules with the tables that make names findable. Knows no framework.

use std::collections::BTreeMap;

use camino::Utf8Path;

use super::modules::Tree;
use crate::discover::{Profile, Unit};
use crate::facts::FileOutcome;
use crate::facts::python::{Class, Function, Global, Module};
use crate::source::{FileId, Loc, Span};

/// All Python of the project, while it is being linked.
#[derive(Debug, Default)]
pub(in crate::project) struct Python<'a> {
    /// The modules, in path order.
    pub modules: Vec<PyModule<'a>>,
    /// Which file a module name means.
    pub tree: Tree,
    /// Methods by their own name, for calls on receivers of unknown type.
    pub methods: BTreeMap<&'a str, Vec<FunctionId>>,
}

/// One module with what it binds.
#[derive(Debug)]
pub(in crate::project) struct PyModule<'a> {
    /// The unit it was mapped from.
    pub unit: usize,
    /// The file that findings point into.
    pub file: FileId,
    /// Where it begins in the file.
    start: usize,
    /// The unit's own path.
    pub path: &'a Utf8Path,
    /// No test and no example.
    pub production: bool,
    /// A test.
    pub test: bool,
    /// A block of a pasted draft.
    pub draft: bool,
    /// What it says.
    pub facts: &'a Module,
    /// What its top-level names are bound to.
    pub names: BTreeMap<&'a str, Member>,
    /// Functions by qualified name.
    pub functions: BTreeMap<&'a str, usize>,
    /// Classes by qualified name.
    pub classes: BTreeMap<&'a str, usize>,
    /// The other blocks of the same draft, which share its names.
    pub siblings: Vec<usize>,
}

impl PyModule<'_> {
    /// What it calls its log.
    pub(super) fn log(&self) -> Option<&'static str> {
        let usual = ["logger", "log", "_logger", "LOGGER", "LOG", "logging"];
        usual.into_iter().find(|name| self.names.contains_key(name))
    }
}

/// What a module binds a name to, as an index into its facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::project) enum Member {
    /// A function.
    Function(usize),
    /// A class.
    Class(usize),
    /// An assignment.
    Global(usize),
    /// An import.
    Import(usize),
}

/// A function of the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::project) struct FunctionId {
    /// Its module.
    pub module: usize,
    /// Its position in the module's facts.
    pub index: usize,
}

/// A class of the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::project) struct ClassId {
    /// Its module.
    pub module: usize,
    /// Its position in the module's facts.
    pub index: usize,
}

/// A name bound to a value: a global, or a local of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::project) struct ObjectId {
    /// Where it is bound.
    pub scope: Scope,
    /// Its position among the globals, or among the locals of the function.
    pub index: usize,
}

/// Where a name is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::project) struct Scope {
    /// The module.
    pub module: usize,
    /// The function, unless it is read at module level.
    pub function: Option<usize>,
}

impl FunctionId {
    /// The scope of its body.
    pub(in crate::project) fn scope(self) -> Scope {
        Scope {
            module: self.module,
            function: Some(self.index),
        }
    }

    /// The scope it is defined in, where its decorators and defaults are read.
    pub(in crate::project) fn outer(self, python: &Python) -> Scope {
        let name = &python.function(self).name;
        let enclosing = name.rsplit_once('.').map(|(outer, _)| outer);
        let function = enclosing
            .and_then(|outer| python.modules[self.module].functions.get(outer))
            .copied();
        Scope {
            module: self.module,
            function,
        }
    }
}

impl<'a> Python<'a> {
    /// Indexes the facts.
    pub(in crate::project) fn new(units: &'a [Unit], outcomes: &'a [FileOutcome]) -> Self {
        let mut python = Self::default();
        for (number, (unit, outcome)) in units.iter().zip(outcomes).enumerate() {
            if let Some(facts) = &outcome.facts.python {
                python.modules.push(PyModule::new(number, unit, facts));
            }
        }
        // By path, so that the order of the units decides nothing.
        python
            .modules
            .sort_by_key(|module| (module.path, module.start));
        python.tree = Tree::new(python.modules.iter().map(|module| module.path));
        let imports = python
            .modules
            .iter()
            .enumerate()
            .flat_map(|(number, module)| {
                let inner = module.facts.functions.iter().flat_map(|it| &it.imports);
                let all = module.facts.imports.iter().chain(inner);
                all.map(move |import| (number, import.path.as_str()))
            });
        let defines = |module: usize, name: &str| {
            let member = python.modules[module].names.get(name);
            member.is_some_and(|member| !matches!(member, Member::Import(_)))
        };
        python.tree.learn_starts(imports, defines);
        let mut by_file: BTreeMap<FileId, Vec<usize>> = BTreeMap::new();
        for (number, module) in python.modules.iter().enumerate() {
            by_file.entry(module.file).or_default().push(number);
        }
        for blocks in by_file.values().filter(|blocks| blocks.len() > 1) {
            for &block in blocks {
                let others = blocks.iter().copied().filter(|&other| other != block);
                python.modules[block].siblings = others.collect();
            }
        }
        for (module, info) in python.modules.iter().enumerate() {
            for (index, function) in info.facts.functions.iter().enumerate() {
                if function.class.is_some() && !function.nested {
                    let id = FunctionId { module, index };
                    python
                        .methods
                        .entry(last_name(&function.name))
                        .or_default()
                        .push(id);
                }
            }
        }
        python
    }

    /// The facts of a function.
    pub(in crate::project) fn function(&self, id: FunctionId) -> &'a Function {
        &self.modules[id.module].facts.functions[id.index]
    }

    /// The facts of a class.
    pub(in crate::project) fn class(&self, id: ClassId) -> &'a Class {
        &self.modules[id.module].facts.classes[id.index]
    }

    /// The assignment that binds an object.
    pub(in crate::project) fn object(&self, id: ObjectId) -> &'a Global {
        let facts = self.modules[id.scope.module].facts;
        match id.scope.function {
            Some(function) => &facts.functions[function].locals[id.index],
            None => &facts.globals[id.index],
        }
    }

    /// The class a method belongs to.
    pub(in crate::project) fn class_of(&self, id: FunctionId) -> Option<ClassId> {
        let module = &self.modules[id.module];
        let class = self.function(id).class.as_deref()?;
        let index = *module.classes.get(class)?;
        Some(ClassId {
            module: id.module,
            index,
        })
    }

    /// A place in a module.
    pub(in crate::project) fn loc(&self, module: usize, span: Span) -> Loc {
        Loc {
            file: self.modules[module].file,
            span,
        }
    }

    /// All functions, in order.
    pub(in crate::project) fn functions(&self) -> impl Iterator<Item = (FunctionId, &'a Function)> {
        self.modules.iter().enumerate().flat_map(|(module, info)| {
            let functions = info.facts.functions.iter().enumerate();
            functions.map(move |(index, function)| (FunctionId { module, index }, function))
        })
    }
}

impl<'a> PyModule<'a> {
    fn new(number: usize, unit: &'a Unit, facts: &'a Module) -> Self {
        let mut module = Self {
            unit: number,
            file: unit.file,
            start: unit.range.start,
            path: &unit.path,
            production: unit.profile == Profile::Production,
            test: unit.profile == Profile::Test,
            draft: unit.draft,
            facts,
            names: BTreeMap::new(),
            functions: BTreeMap::new(),
            classes: BTreeMap::new(),
            siblings: Vec::new(),
        };
        for (index, import) in facts.imports.iter().enumerate() {
            module
                .names
                .entry(&import.name)
                .or_insert(Member::Import(index));
        }
        for (index, global) in facts.globals.iter().enumerate().rev() {
            if global.value != crate::facts::python::Value::None {
                module.names.insert(&global.name, Member::Global(index));
            }
        }
        for (index, class) in facts.classes.iter().enumerate() {
            module.classes.insert(&class.name, index);
            if !class.name.contains('.') {
                module.names.insert(&class.name, Member::Class(index));
            }
        }
        for (index, function) in facts.functions.iter().enumerate() {
            module.functions.insert(&function.name, index);
            if !function.name.contains('.') {
                module.names.insert(&function.name, Member::Function(index));
            }
        }
        module
    }
}

/// The part behind the last dot.
pub(in crate::project) fn last_name(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}
