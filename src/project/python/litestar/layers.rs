//! What the layers of Litestar put around a handler: dependencies by name, guards, exception handlers.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::python::{Param, Value};
use crate::project::python::apps::{Framework, argument};
use crate::project::python::exceptions::is_bare;
use crate::project::python::index::{FunctionId, Python, Scope, last_name};
use crate::project::python::mappings::Mapping;
use crate::project::python::names::{Target, type_name};
use crate::project::python::routes::{Role, Route};

/// The layers around a handler, the application's first.
#[derive(Clone, Debug, Default)]
pub(in crate::project::python) struct Layers {
    /// What fills parameters by their names; `None` where the function is not known.
    pub provided: BTreeMap<String, Option<FunctionId>>,
    /// What may refuse a request before the handler is called, as written.
    pub guards: Vec<(Scope, String)>,
    /// The same for middleware, which may let some requests through.
    pub middleware: Vec<(Scope, String)>,
    /// What answers exceptions.
    pub mappings: Vec<Mapping>,
    /// Something else may add to all of this.
    pub open: bool,
}

impl Layers {
    /// Adds a layer, whose settings are told by name.
    pub(super) fn add<'a>(
        &mut self,
        python: &Python<'a>,
        named: impl Fn(&str) -> Option<(Scope, &'a Value)>,
    ) {
        if let Some((scope, value)) = named("dependencies") {
            self.add_dependencies(python, scope, value);
        }
        if let Some((scope, value)) = named("exception_handlers") {
            self.add_mappings(python, scope, value);
        }
        if let Some((scope, value)) = named("guards") {
            let found = callees(python, scope, value);
            self.guards.extend(found);
        }
        for name in ["middleware", "on_app_init"] {
            if let Some((scope, value)) = named(name) {
                let found = callees(python, scope, value);
                self.middleware.extend(found);
            }
        }
        // What starts with the application may register handlers of exceptions; plugins of libraries
        // do so for exceptions of their own.
        let (init, plugins) = (named("on_app_init"), named("plugins"));
        let own = plugins.is_some_and(|(scope, value)| {
            let names = callees(python, scope, value);
            names.is_empty()
                || names
                    .iter()
                    .any(|(scope, name)| !is_external(python, *scope, name))
        });
        let by_start = init.is_some_and(|(scope, value)| {
            let names = callees(python, scope, value);
            names
                .iter()
                .any(|(_, name)| !name.to_ascii_lowercase().contains("auth"))
        });
        self.open |= own || by_start;
    }

    fn add_dependencies<'a>(&mut self, python: &Python<'a>, scope: Scope, value: &'a Value) {
        let Some((scope, entries)) = dictionary(python, scope, value) else {
            self.open = true;
            return;
        };
        for (key, value) in entries {
            if let Some(name) = python.text(scope, key) {
                self.provided.insert(name, provider(python, scope, value));
            }
        }
    }

    fn add_mappings<'a>(&mut self, python: &Python<'a>, scope: Scope, value: &'a Value) {
        let Some((scope, entries)) = dictionary(python, scope, value) else {
            self.open = true;
            return;
        };
        for (key, handler) in entries {
            let Value::Name(name, _) = key else {
                continue;
            };
            let by = match handler {
                Value::Name(handler, _) => match python.resolve(scope, handler) {
                    Target::Function(id) => Some(id),
                    _ => None,
                },
                _ => None,
            };
            let status = last_name(name).strip_prefix("HTTP_");
            let types = match status {
                // Every exception without a status has this one.
                Some(status) if status.starts_with("500") => vec!["Exception".to_owned()],
                Some(_) => continue,
                None => vec![name.clone()],
            };
            if let Some(by) = by.filter(|_| types.iter().any(|it| is_bare(it))) {
                let tested = python.function(by).tested_types.clone();
                self.mappings
                    .push(Mapping::beside(by.scope(), tested, None));
            }
            self.mappings.push(Mapping::beside(scope, types, by));
        }
    }
}

impl<'a> Python<'a> {
    /// What each parameter of a handler or dependency is to Litestar.
    pub(in crate::project::python) fn litestar_roles(
        &self,
        id: FunctionId,
        path: Option<&str>,
        layers: &Layers,
    ) -> Vec<Role> {
        let function = self.function(id);
        let receiver = function.class.is_some() && !function.nested && !self.is_static(id);
        let params = function.params.iter().enumerate();
        params
            .map(|(place, param)| match receiver && place == 0 {
                true => Role::Unknown,
                false => self.litestar_role(id.outer(self), param, path, layers),
            })
            .collect()
    }

    fn litestar_role(
        &self,
        scope: Scope,
        param: &Param,
        path: Option<&str>,
        layers: &Layers,
    ) -> Role {
        match param.name.as_str() {
            "request" | "socket" | "scope" => return Role::Request,
            "data" | "body" => return Role::Body,
            "headers" | "cookies" | "query" => return Role::Query,
            "state" => return Role::Unknown,
            _ => {}
        }
        if path.is_some_and(|path| takes(path, &param.name)) {
            return Role::Path;
        }
        if layers.provided.contains_key(&param.name) {
            return Role::Dependency;
        }
        match &param.annotation {
            Some(annotation) if is_plain(&annotation.text) => Role::Query,
            Some(annotation) => match self.annotated_class(scope, annotation) {
                Target::External(path) if path.starts_with("litestar.") => Role::Unknown,
                // A class that nothing is seen to give: a plugin does.
                _ => Role::Dependency,
            },
            None => Role::Unknown,
        }
    }

    /// The functions that fill the parameters of a handler, and theirs in turn; the flag says that
    /// some are not known.
    pub(in crate::project::python) fn route_providers(
        &self,
        route: &Route,
    ) -> (BTreeSet<FunctionId>, bool) {
        let layers = &route.layers;
        if layers.provided.is_empty() {
            return self.providers(route.function);
        }
        let mut found = BTreeSet::new();
        let mut open = layers.open;
        let mut queue = vec![route.function];
        while let Some(id) = queue.pop() {
            for param in &self.function(id).params {
                match layers.provided.get(&param.name) {
                    Some(Some(provider)) if found.insert(*provider) => queue.push(*provider),
                    Some(None) => open = true,
                    _ => {}
                }
            }
        }
        (found, open)
    }

    /// What the parameters of a function are that fills one of a route.
    pub(in crate::project::python) fn provider_roles(
        &self,
        route: &Route,
        provider: FunctionId,
    ) -> Vec<Role> {
        match route.framework {
            Framework::Litestar => {
                self.litestar_roles(provider, route.path.as_deref(), &route.layers)
            }
            _ => self.fastapi_roles(provider, None),
        }
    }
}

/// The entries of a dictionary, also through a name.
fn dictionary<'a>(
    python: &Python<'a>,
    scope: Scope,
    value: &'a Value,
) -> Option<(Scope, &'a [(Value, Value)])> {
    let (scope, value) = match value {
        Value::Name(name, _) => python.bound_value(scope, name)?,
        value => (scope, value),
    };
    match value {
        Value::Dict(entries) => Some((scope, entries)),
        _ => None,
    }
}

/// The function of `Provide(f)`, or of `f` alone.
fn provider(python: &Python, scope: Scope, value: &Value) -> Option<FunctionId> {
    let given = match value {
        Value::Call(call) if last_name(&call.callee) == "Provide" => {
            argument(call, 0, "dependency")?
        }
        value => value,
    };
    let Value::Name(name, _) = given else {
        return None;
    };
    match python.resolve(scope, name) {
        Target::Function(id) => Some(id),
        Target::Class(class) => python.method(class, "__init__"),
        _ => None,
    }
}

/// The names of what a list holds, or of what it is called to make.
fn callees<'a>(python: &Python<'a>, scope: Scope, listed: &'a Value) -> Vec<(Scope, String)> {
    let (items, _) = python.elements(scope, listed);
    let named = items.into_iter().filter_map(|(scope, item)| match item {
        Value::Name(name, _) => Some((scope, name.clone())),
        Value::Call(call) => Some((scope, call.callee.clone())),
        _ => None,
    });
    named.collect()
}

/// Whether a name is that of a library, or of an object that one of its classes makes.
fn is_external(python: &Python, scope: Scope, name: &str) -> bool {
    match python.resolve(scope, name) {
        Target::External(_) => true,
        Target::Object(object) => matches!(python.value_of(object, 8), Target::External(_)),
        _ => false,
    }
}

/// Types that a query string gives.
fn is_plain(annotation: &str) -> bool {
    const PLAIN: [&str; 12] = [
        "Decimal", "Literal", "Path", "UUID", "bool", "bytes", "date", "datetime", "float", "int",
        "list", "str",
    ];
    let one = type_name(annotation).unwrap_or(annotation);
    let base = one.split('[').next().unwrap_or(one);
    PLAIN.contains(&last_name(base.trim()))
}

/// Whether a path has the parameter: `{name:int}`.
fn takes(path: &str, name: &str) -> bool {
    let mut parts = path.split('{').skip(1);
    parts.any(|part| part.split([':', '}']).next() == Some(name))
}
