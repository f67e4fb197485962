//! Applications and routers: which object is one, and which application a router is mounted on.

use std::collections::BTreeMap;

use super::index::{FunctionId, ObjectId, Python, Scope, last_name};
use super::names::Target;
use crate::facts::Answer;
use crate::facts::python::{Call, Value};

/// The frameworks whose handlers are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Framework {
    /// FastAPI and Starlette.
    FastApi,
    /// Flask and its class-based extensions.
    Flask,
    /// Django.
    Django,
    /// Django REST framework.
    Drf,
}

/// What an object is to its framework.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AppKind {
    /// Whose object it is.
    pub framework: Framework,
    /// An application; otherwise a router or blueprint.
    pub is_app: bool,
}

/// One `include_router` or `register_blueprint`.
#[derive(Debug)]
struct Mount<'a> {
    /// The application or router it is mounted on; `None` = not known.
    parent: Option<ObjectId>,
    scope: Scope,
    call: &'a Call,
}

/// All mounts of the project.
#[derive(Debug, Default)]
pub(super) struct Mounts<'a> {
    by_child: BTreeMap<ObjectId, Vec<Mount<'a>>>,
}

/// Where an object ends up.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Placement {
    /// The prefixes before a route's own path, as far as they are constant.
    pub prefix: String,
    /// The applications above it.
    pub apps: Vec<ObjectId>,
    /// It is also, or only, mounted on something unknown, or nowhere.
    pub open: bool,
    /// The object and the routers above it, each with the calls that configure it.
    pub chain: Vec<ObjectId>,
}

/// How many routers may be mounted on routers.
const LEVELS: usize = 6;

impl<'a> Python<'a> {
    /// What kind of application object something is.
    pub(super) fn app_kind(&self, target: &Target) -> Option<AppKind> {
        match target {
            Target::Object(object) => self.app_kind(&self.constructed(*object)),
            Target::External(path) => external_kind(path.strip_suffix("()")?),
            Target::Instance(class) => {
                let ancestry = self.ancestry(*class);
                ancestry
                    .external
                    .iter()
                    .find_map(|path| external_kind(path))
            }
            _ => None,
        }
    }

    fn constructed(&self, object: ObjectId) -> Target {
        match self.value_of(object, 8) {
            Target::Object(_) => Target::Unknown,
            target => target,
        }
    }

    /// The object itself, or the local that a factory builds and returns: `app = create_app()`.
    pub(super) fn built(&self, object: ObjectId) -> ObjectId {
        let Value::Call(call) = &self.object(object).value else {
            return object;
        };
        let Target::Function(factory) = self.resolve(object.scope, &call.callee) else {
            return object;
        };
        self.app_in(factory).unwrap_or(object)
    }

    /// The application that a function builds.
    fn app_in(&self, factory: FunctionId) -> Option<ObjectId> {
        let scope = factory.scope();
        let locals = 0..self.function(factory).locals.len();
        locals
            .map(|index| ObjectId { scope, index })
            .find(|&local| {
                self.app_kind(&Target::Object(local))
                    .is_some_and(|kind| kind.is_app)
            })
    }

    /// The object that a name means; the application itself where a factory built it.
    pub(super) fn app_object(&self, scope: Scope, name: &str) -> Option<ObjectId> {
        match self.resolve(scope, name) {
            Target::Object(object) => Some(self.built(object)),
            _ => None,
        }
    }

    /// Calls that wire applications together, at module level and inside functions.
    pub(super) fn wiring(&self) -> impl Iterator<Item = (Scope, &'a Call)> {
        self.modules.iter().enumerate().flat_map(|(module, info)| {
            let scope = Scope {
                module,
                function: None,
            };
            let at_top = info.facts.calls.iter().map(move |call| (scope, call));
            let functions = info.facts.functions.iter().enumerate();
            let inside = functions.flat_map(move |(index, function)| {
                let scope = Scope {
                    module,
                    function: Some(index),
                };
                function.wiring.iter().map(move |call| (scope, call))
            });
            at_top.chain(inside)
        })
    }

    /// Finds all mounts.
    pub(super) fn mounts(&self) -> Mounts<'a> {
        let mut mounts = Mounts::default();
        for (scope, call) in self.wiring() {
            let Some((parent, method)) = call.callee.rsplit_once('.') else {
                continue;
            };
            let child = match method {
                "include_router" => argument(call, 0, "router"),
                "register_blueprint" => argument(call, 0, "blueprint"),
                _ => None,
            };
            if let Some(Value::Name(child, _)) = child
                && let Some(child) = self.app_object(scope, child)
            {
                let parent = self.app_object(scope, parent);
                mounts.by_child.entry(child).or_default().push(Mount {
                    parent,
                    scope,
                    call,
                });
            }
        }
        mounts
    }

    /// Where an application object ends up.
    pub(super) fn placement(&self, mounts: &Mounts<'a>, object: ObjectId) -> Placement {
        let mut placement = Placement::default();
        self.climb(mounts, object, LEVELS, true, &mut placement);
        placement.apps.sort();
        placement.apps.dedup();
        placement
    }

    fn climb(
        &self,
        mounts: &Mounts<'a>,
        object: ObjectId,
        levels: usize,
        first: bool,
        placement: &mut Placement,
    ) {
        let kind = self.app_kind(&Target::Object(object));
        if placement.chain.contains(&object) || levels == 0 {
            return;
        }
        placement.chain.push(object);
        let own = self.own_prefix(object);
        let above = mounts
            .by_child
            .get(&object)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let mounted = above.first().and_then(|mount| mounted_prefix(mount.call));
        if first {
            let flask = kind.is_some_and(|kind| kind.framework == Framework::Flask);
            let prefix = match (mounted, flask) {
                // Flask's `register_blueprint(url_prefix=)` replaces the blueprint's own.
                (Some(mounted), true) => mounted.to_owned(),
                (mounted, _) => format!("{}{own}", mounted.unwrap_or_default()),
            };
            placement.prefix.insert_str(0, &prefix);
        }
        if kind.is_some_and(|kind| kind.is_app) {
            placement.apps.push(object);
        } else if above.is_empty() {
            placement.open = true;
        }
        for (number, mount) in above.iter().enumerate() {
            match mount.parent {
                Some(parent) => {
                    self.climb(mounts, parent, levels - 1, first && number == 0, placement);
                }
                None => placement.open = true,
            }
        }
    }

    fn own_prefix(&self, object: ObjectId) -> &'a str {
        match &self.object(object).value {
            Value::Call(call) => ["prefix", "url_prefix"]
                .iter()
                .find_map(|name| constant(keyword(call, name)?))
                .unwrap_or_default(),
            _ => "",
        }
    }

    /// The values of a keyword of the calls that build and mount an object and what is above it.
    pub(super) fn configured(
        &self,
        mounts: &Mounts<'a>,
        placement: &Placement,
        name: &str,
    ) -> Vec<(Scope, &'a Value)> {
        let mut found = Vec::new();
        for &object in &placement.chain {
            if let Value::Call(call) = &self.object(object).value {
                found.extend(keyword(call, name).map(|value| (object.scope, value)));
            }
            for mount in mounts.by_child.get(&object).into_iter().flatten() {
                found.extend(keyword(mount.call, name).map(|value| (mount.scope, value)));
            }
        }
        found
    }

    /// Whether `module` imports something of a package.
    pub(super) fn imports(&self, module: usize, package: &str) -> Answer {
        let facts = self.modules[module].facts;
        let inside = |path: &str| path.split('.').next() == Some(package);
        let inner = facts
            .functions
            .iter()
            .flat_map(|function| &function.imports);
        let paths = facts
            .imports
            .iter()
            .chain(inner)
            .map(|import| import.path.as_str());
        let mut all = paths.chain(facts.star_imports.iter().map(String::as_str));
        if all.any(inside) {
            Answer::Yes
        } else {
            Answer::No
        }
    }
}

fn external_kind(path: &str) -> Option<AppKind> {
    let (framework, is_app) = match (path.split('.').next()?, last_name(path)) {
        ("fastapi", "FastAPI") | ("starlette", "Starlette") => (Framework::FastApi, true),
        ("fastapi", "APIRouter") | ("starlette", "Router") => (Framework::FastApi, false),
        ("flask", "Flask") | ("flask_openapi3", "OpenAPI") | ("apiflask", "APIFlask") => {
            (Framework::Flask, true)
        }
        ("flask" | "flask_smorest", "Blueprint")
        | ("apiflask", "APIBlueprint")
        | ("flask_restx", "Namespace") => (Framework::Flask, false),
        _ => return None,
    };
    Some(AppKind { framework, is_app })
}

fn mounted_prefix(call: &Call) -> Option<&str> {
    let value = keyword(call, "prefix").or_else(|| keyword(call, "url_prefix"));
    value.and_then(constant)
}

/// A keyword argument.
pub(super) fn keyword<'c>(call: &'c Call, name: &str) -> Option<&'c Value> {
    let mut keywords = call.keywords.iter();
    keywords
        .find(|keyword| keyword.name == name)
        .map(|keyword| &keyword.value)
}

/// An argument by position or keyword.
pub(super) fn argument<'c>(call: &'c Call, place: usize, name: &str) -> Option<&'c Value> {
    call.args.get(place).or_else(|| keyword(call, name))
}

/// The text of a constant string.
pub(super) fn constant(value: &Value) -> Option<&str> {
    match value {
        Value::Str(text, _) => Some(text),
        _ => None,
    }
}
