//! What a dotted name means where it is read: through scopes, imports, re-exports, objects and
//! annotations. What the code does not tell is [`Target::Unknown`].

use std::collections::BTreeSet;

use super::index::{ClassId, FunctionId, Member, ObjectId, Python, Scope, last_name};
use super::modules::Place;
use crate::facts::python::{Annotation, Import, Param, Returned, Value};

/// What a name means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::project) enum Target {
    /// A module or folder of the project.
    Place(Place),
    /// A function or method.
    Function(FunctionId),
    /// A class.
    Class(ClassId),
    /// An instance of a class.
    Instance(ClassId),
    /// What stands behind a class in the order of its bases.
    Super(ClassId),
    /// A name bound to a value.
    Object(ObjectId),
    /// Something of a library, by dotted path; `()` behind a segment is a call of it.
    External(String),
    /// Not known.
    Unknown,
}

/// How many names may lead to names before the chain counts as unknown.
const FUEL: u32 = 16;

/// Packages that are never a folder of the project that happens to have their name.
const FRAMEWORKS: [&str; 8] = [
    "aiohttp",
    "fastapi",
    "starlette",
    "flask",
    "litestar",
    "django",
    "rest_framework",
    "sqlalchemy",
];

/// Builtin functions and types that are called by their bare name.
const BUILTINS: &str = " abs all any bool bytes callable chr dict dir divmod enumerate filter float \
    format frozenset getattr hasattr hash hex id int isinstance issubclass iter len list map max min \
    next object open ord pow print range repr reversed round set setattr sorted str sum super tuple \
    type vars zip ";

impl<'a> Python<'a> {
    /// What a dotted name means in a scope.
    pub(in crate::project) fn resolve(&self, scope: Scope, name: &str) -> Target {
        self.resolve_with(scope, name, FUEL)
    }

    fn resolve_with(&self, scope: Scope, name: &str, fuel: u32) -> Target {
        let Some(fuel) = fuel.checked_sub(1) else {
            return Target::Unknown;
        };
        let mut segments = name.split('.');
        let head = segments.next().unwrap_or(name);
        let (bare, suffix) = split_suffix(head);
        let mut target = match (bare, suffix) {
            ("super", "()") => match self.enclosing_class(scope) {
                Some(class) => Target::Super(class),
                None => Target::Unknown,
            },
            _ => self.suffixed(self.lookup(scope, bare, fuel), suffix, fuel),
        };
        for segment in segments {
            let (bare, suffix) = split_suffix(segment);
            target = self.suffixed(self.member(&target, bare, fuel), suffix, fuel);
        }
        target
    }

    fn enclosing_class(&self, scope: Scope) -> Option<ClassId> {
        let index = scope.function?;
        self.class_of(FunctionId {
            module: scope.module,
            index,
        })
    }

    /// A bare name: locals, enclosing functions, the module, other blocks of the draft, builtins.
    fn lookup(&self, scope: Scope, name: &str, fuel: u32) -> Target {
        let mut function = scope.function;
        while let Some(index) = function {
            let id = FunctionId {
                module: scope.module,
                index,
            };
            if let Some(target) = self.local(id, name, fuel) {
                return target;
            }
            function = id.outer(self).function;
        }
        if let Some(target) = self.module_member(scope.module, name, fuel) {
            return target;
        }
        let siblings = &self.modules[scope.module].siblings;
        let mut bound = siblings
            .iter()
            .filter_map(|&block| self.module_member(block, name, fuel));
        match (bound.next(), bound.next()) {
            (Some(target), None) => return target,
            (Some(_), Some(_)) => return Target::Unknown,
            _ => {}
        }
        if BUILTINS.contains(&format!(" {name} ")) {
            return Target::External(format!("builtins.{name}"));
        }
        Target::Unknown
    }

    fn local(&self, id: FunctionId, name: &str, fuel: u32) -> Option<Target> {
        let function = self.function(id);
        if let Some(import) = function.imports.iter().find(|import| import.name == name) {
            return Some(self.imported(id.module, import, fuel));
        }
        if let Some(index) = function.locals.iter().position(|local| local.name == name) {
            return Some(self.bound(
                ObjectId {
                    scope: id.scope(),
                    index,
                },
                fuel,
            ));
        }
        if let Some(place) = function.params.iter().position(|param| param.name == name) {
            if place == 0
                && !function.nested
                && !self.is_static(id)
                && let Some(class) = self.class_of(id)
            {
                return Some(Target::Instance(class));
            }
            return Some(self.parameter(id.outer(self), &function.params[place], fuel));
        }
        let inner = format!("{}.{name}", function.name);
        let index = *self.modules[id.module].functions.get(inner.as_str())?;
        Some(Target::Function(FunctionId {
            module: id.module,
            index,
        }))
    }

    /// What a parameter holds, by its annotation or the dependency that fills it.
    fn parameter(&self, scope: Scope, param: &Param, fuel: u32) -> Target {
        match (&param.annotation, &param.default) {
            (Some(annotation), _) => self.instance_of(scope, annotation, fuel),
            (None, Some(Value::Call(call))) if last_name(&call.callee) == "Depends" => {
                match call.args.first() {
                    Some(Value::Name(name, _)) => match self.resolve_with(scope, name, fuel) {
                        Target::Function(id) => self.dependency(id, fuel),
                        target => self.suffixed(target, "()", fuel),
                    },
                    _ => Target::Unknown,
                }
            }
            _ => Target::Unknown,
        }
    }

    /// Whether a method takes no receiver.
    pub(in crate::project) fn is_static(&self, id: FunctionId) -> bool {
        let decorators = &self.function(id).decorators;
        decorators
            .iter()
            .any(|decorator| decorator.call.callee == "staticmethod")
    }

    fn module_member(&self, module: usize, name: &str, fuel: u32) -> Option<Target> {
        let fuel = fuel.checked_sub(1)?;
        let info = &self.modules[module];
        let scope = Scope {
            module,
            function: None,
        };
        if let Some(&member) = info.names.get(name) {
            return Some(match member {
                Member::Function(index) => Target::Function(FunctionId { module, index }),
                Member::Class(index) => Target::Class(ClassId { module, index }),
                Member::Global(index) => self.bound(ObjectId { scope, index }, fuel),
                Member::Import(index) => self.imported(module, &info.facts.imports[index], fuel),
            });
        }
        let mut open = false;
        for star in &info.facts.star_imports {
            match self.tree.find(module, star) {
                Place::Module(other) if other != module => {
                    if let Some(target) = self.module_member(other, name, fuel) {
                        return Some(target);
                    }
                }
                _ => open = true,
            }
        }
        let builtin = BUILTINS.contains(&format!(" {name} "));
        (open && !builtin).then_some(Target::Unknown)
    }

    /// An object, or what it is another name of.
    fn bound(&self, id: ObjectId, fuel: u32) -> Target {
        match &self.object(id).value {
            Value::Name(name, _) if *name != self.object(id).name => {
                self.resolve_with(id.scope, name, fuel)
            }
            _ => Target::Object(id),
        }
    }

    fn imported(&self, module: usize, import: &Import, fuel: u32) -> Target {
        self.imported_path(module, &import.path, fuel)
    }

    /// What a dotted path in a setting means to a module.
    pub(in crate::project) fn imported_name(&self, module: usize, path: &str) -> Target {
        self.imported_path(module, path, FUEL)
    }

    fn imported_path(&self, module: usize, path: &str, fuel: u32) -> Target {
        if let Some((parent, name)) = split_import(path)
            && let Place::Module(owner) = self.tree.find(module, parent)
            && owner != module
            && let Some(target) = self.module_member(owner, name, fuel)
        {
            return target;
        }
        let head = path.split('.').next().unwrap_or(path);
        match self.tree.find(module, path) {
            Place::Module(other) => Target::Place(Place::Module(other)),
            Place::External => Target::External(path.into()),
            _ if FRAMEWORKS.contains(&head) => Target::External(path.into()),
            Place::Folder(folder) => Target::Place(Place::Folder(folder)),
            Place::Missing => Target::Unknown,
        }
    }

    /// `target.name`.
    pub(in crate::project) fn member(&self, target: &Target, name: &str, fuel: u32) -> Target {
        let Some(fuel) = fuel.checked_sub(1) else {
            return Target::Unknown;
        };
        match target {
            Target::Place(place) => {
                if let Place::Module(module) = place
                    && let Some(target) = self.module_member(*module, name, fuel)
                {
                    return target;
                }
                match self.tree.below(place, name) {
                    Place::Missing | Place::External => Target::Unknown,
                    below => Target::Place(below),
                }
            }
            Target::Class(class) => self.class_member(*class, name, false, fuel),
            Target::Instance(class) => self.class_member(*class, name, true, fuel),
            Target::Super(class) => self.super_member(*class, name),
            Target::Object(object) => match self.value_of(*object, fuel) {
                Target::Object(_) => Target::Unknown,
                value => self.member(&value, name, fuel),
            },
            Target::External(path) => Target::External(format!("{path}.{name}")),
            Target::Function(_) | Target::Unknown => Target::Unknown,
        }
    }

    fn suffixed(&self, mut target: Target, suffix: &str, fuel: u32) -> Target {
        for call in suffix
            .split_inclusive(['(', '['])
            .filter(|part| part.ends_with(['(', '[']))
        {
            target = match target {
                Target::Object(object) => self.value_of(object, fuel),
                other => other,
            };
            target = match (target, call.ends_with('(')) {
                (Target::Class(class), true) => Target::Instance(class),
                (Target::Class(class), false) => Target::Class(class),
                (Target::Function(id), true) => self.returned_by(id, fuel),
                (Target::External(path), true) => match entered(&path) {
                    Some(manager) => Target::External(manager.to_owned()),
                    None => Target::External(path + "()"),
                },
                (Target::External(path), false) => Target::External(path + "[]"),
                _ => Target::Unknown,
            };
        }
        target
    }

    pub(in crate::project) fn returned_by(&self, id: FunctionId, fuel: u32) -> Target {
        match &self.function(id).returns {
            Some(annotation) => self.instance_of(id.outer(self), annotation, fuel),
            None => self.given_by(id, fuel),
        }
    }

    /// What the one thing is that a function without an annotation returns.
    fn given_by(&self, id: FunctionId, fuel: u32) -> Target {
        let function = self.function(id);
        let Some(fuel) = fuel.checked_sub(1) else {
            return Target::Unknown;
        };
        if function.is_generator || function.broken {
            return Target::Unknown;
        }
        let Some(given) = &function.gives else {
            return self.passed_on_by(id, fuel);
        };
        match self.value_in(id.scope(), given, fuel) {
            Target::Object(object) => self.value_of(object, fuel),
            Target::Function(_) => Target::Unknown,
            value => value,
        }
    }

    /// What a function gives that returns what another function of the project gives.
    fn passed_on_by(&self, id: FunctionId, fuel: u32) -> Target {
        let [only] = self.function(id).returned.as_slice() else {
            return Target::Unknown;
        };
        let Returned::Call(callee, _) = &only.value else {
            return Target::Unknown;
        };
        match self.resolve_with(id.scope(), callee, fuel) {
            Target::Function(next) if next != id => match self.returned_by(next, fuel) {
                Target::Instance(class) => Target::Instance(class),
                _ => Target::Unknown,
            },
            _ => Target::Unknown,
        }
    }

    /// What a dependency gives: a generator gives what it yields.
    fn dependency(&self, id: FunctionId, fuel: u32) -> Target {
        const GENERATORS: [&str; 4] = ["AsyncGenerator", "AsyncIterator", "Generator", "Iterator"];
        let function = self.function(id);
        let Some(annotation) = &function.returns else {
            return self.returned_by(id, fuel);
        };
        let yielded = annotation
            .text
            .split_once('[')
            .filter(|(outer, _)| function.is_generator && GENERATORS.contains(&last_name(outer)));
        match yielded.and_then(|(_, inner)| top_level(inner.strip_suffix(']')?, ',').next()) {
            Some(inner) => {
                let text = inner.trim().to_owned();
                let inner = Annotation {
                    text,
                    metadata: Vec::new(),
                    span: annotation.span,
                };
                self.instance_of(id.outer(self), &inner, fuel)
            }
            None => self.returned_by(id, fuel),
        }
    }

    /// The modules that another one imports, or something of them.
    pub(in crate::project) fn imported_modules(&self) -> BTreeSet<usize> {
        let mut imported = BTreeSet::new();
        for (number, module) in self.modules.iter().enumerate() {
            let functions = module.facts.functions.iter();
            let inside = functions.flat_map(|function| &function.imports);
            let paths = module
                .facts
                .imports
                .iter()
                .chain(inside)
                .map(|it| it.path.as_str());
            for path in paths.chain(module.facts.star_imports.iter().map(String::as_str)) {
                let whole = self.tree.find(number, path);
                let parent = split_import(path).map(|(parent, _)| self.tree.find(number, parent));
                for place in parent.into_iter().chain([whole]) {
                    if let Place::Module(other) = place
                        && other != number
                    {
                        imported.insert(other);
                    }
                }
            }
        }
        imported
    }

    /// What the value of an object is.
    pub(in crate::project) fn value_of(&self, id: ObjectId, fuel: u32) -> Target {
        let Some(fuel) = fuel.checked_sub(1) else {
            return Target::Unknown;
        };
        let global = self.object(id);
        let target = match &global.value {
            Value::Name(name, _) if *name == global.name => Target::Unknown,
            value => self.value_in(id.scope, value, fuel),
        };
        match (&target, &global.annotation) {
            (Target::Unknown, Some(annotation)) => self.instance_of(id.scope, annotation, fuel),
            _ => target,
        }
    }

    /// What a value read in a scope is.
    pub(in crate::project) fn value_in(&self, scope: Scope, value: &Value, fuel: u32) -> Target {
        match value {
            Value::Call(call) => {
                self.suffixed(self.resolve_with(scope, &call.callee, fuel), "()", fuel)
            }
            Value::Name(name, _) => self.resolve_with(scope, name, fuel),
            _ => Target::Unknown,
        }
    }

    /// An instance of the type that an annotation names.
    fn instance_of(&self, scope: Scope, annotation: &Annotation, fuel: u32) -> Target {
        let Some(name) = type_name(&annotation.text) else {
            return self.instance_of_generic(scope, &annotation.text, fuel);
        };
        match self.resolve_with(scope, name, fuel) {
            Target::Class(class) => Target::Instance(class),
            Target::External(path) => Target::External(path + "()"),
            Target::Object(alias) => match &self.object(alias).value {
                Value::Type(inner) if fuel > 0 => self.instance_of(alias.scope, inner, fuel - 1),
                _ => Target::Unknown,
            },
            _ => Target::Unknown,
        }
    }

    /// An instance of a class of the project that takes types: `Repository[Order]`.
    fn instance_of_generic(&self, scope: Scope, text: &str, fuel: u32) -> Target {
        let text = text.trim().trim_matches(['"', '\'']);
        let mut types = alternatives(text)
            .into_iter()
            .filter(|part| *part != "None");
        let (Some(only), None) = (types.next(), types.next()) else {
            return Target::Unknown;
        };
        match only.split_once('[').filter(|_| only.ends_with(']')) {
            Some((outer, _)) => match self.resolve_with(scope, outer, fuel) {
                Target::Class(class) => Target::Instance(class),
                _ => Target::Unknown,
            },
            None => Target::Unknown,
        }
    }

    /// The class an annotation names, through `Optional`, `Annotated` and aliases.
    pub(in crate::project) fn annotated_class(
        &self,
        scope: Scope,
        annotation: &Annotation,
    ) -> Target {
        self.instance_of(scope, annotation, FUEL)
    }
}

/// The one type an annotation names: `Order` of `Order | None`, `Optional[Order]`,
/// `Annotated[Order, …]`, `"Order"`. Containers and unions of several types have none.
pub(in crate::project) fn type_name(text: &str) -> Option<&str> {
    let text = text.trim().trim_matches(['"', '\'']);
    let mut types = alternatives(text)
        .into_iter()
        .filter(|part| *part != "None");
    let (only, None) = (types.next()?, types.next()) else {
        return None;
    };
    let Some((outer, inner)) = only.strip_suffix(']').and_then(|rest| rest.split_once('[')) else {
        return only
            .chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == '.')
            .then_some(only);
    };
    let first = top_level(inner, ',').next()?;
    match outer.rsplit('.').next()? {
        "Optional" | "Annotated" => type_name(first),
        "Union" => {
            let mut types = top_level(inner, ',')
                .map(str::trim)
                .filter(|part| *part != "None");
            let only = types.next()?;
            types.next().is_none().then_some(only).and_then(type_name)
        }
        _ => None,
    }
}

/// Whether an annotation admits None.
pub(in crate::project) fn admits_none(text: &str) -> bool {
    let text = text.trim().trim_matches(['"', '\'']);
    let inner = |prefix: &str| {
        let rest = text.strip_prefix("typing.").unwrap_or(text);
        rest.strip_prefix(prefix)
            .and_then(|rest| rest.strip_suffix(']'))
    };
    if let Some(inner) = inner("Annotated[") {
        return top_level(inner, ',').next().is_some_and(admits_none);
    }
    if let Some(inner) = inner("Union[") {
        return top_level(inner, ',').any(|part| part.trim() == "None");
    }
    inner("Optional[").is_some() || alternatives(text).contains(&"None")
}

/// Whether an annotation names a list: where there is nothing, that is empty, and no None.
pub(in crate::project) fn is_list(text: &str) -> bool {
    const LISTS: [&str; 8] = [
        "Iterable", "List", "Sequence", "Set", "Tuple", "list", "set", "tuple",
    ];
    let text = text.trim().trim_matches(['"', '\'']);
    let inner = text
        .rsplit_once("Optional[")
        .map_or(text, |(_, inner)| inner);
    let names = alternatives(inner).into_iter();
    let mut outer = names.map(|part| last_name(part.split('[').next().unwrap_or(part)));
    outer.any(|name| LISTS.contains(&name))
}

fn alternatives(text: &str) -> Vec<&str> {
    top_level(text, '|').map(str::trim).collect()
}

/// Splits where `separator` stands outside of brackets.
fn top_level(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut depth = 0i32;
    text.split(move |c| {
        match c {
            '[' | '(' => depth += 1,
            ']' | ')' => depth -= 1,
            _ => {}
        }
        c == separator && depth == 0
    })
}

/// The context manager behind `manager.__enter__`: those of libraries give themselves.
fn entered(path: &str) -> Option<&str> {
    path.strip_suffix(".__enter__")
}

/// `query()` → (`query`, `()`).
fn split_suffix(segment: &str) -> (&str, &str) {
    let at = segment.find(['(', '[']).unwrap_or(segment.len());
    segment.split_at(at)
}

/// `a.b.c` → (`a.b`, `c`); `.x` → (`.`, `x`).
fn split_import(path: &str) -> Option<(&str, &str)> {
    let at = path.rfind('.')?;
    let parent = &path[..at];
    if parent.trim_start_matches('.').is_empty() {
        return Some((&path[..=at], &path[at + 1..]));
    }
    Some((parent, &path[at + 1..]))
}
