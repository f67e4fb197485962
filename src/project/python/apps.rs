//! Applications and routers: which object is one, and the calls that wire them together.

use super::index::{FunctionId, ObjectId, Python, Scope, last_name};
use super::names::Target;
use crate::facts::Answer;
use crate::facts::python::{Call, Value};

/// The frameworks whose handlers are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Framework {
    /// FastAPI.
    FastApi,
    /// Starlette without FastAPI.
    Starlette,
    /// Flask and its class-based extensions.
    Flask,
    /// Django.
    Django,
    /// Django REST framework.
    Drf,
    /// aiohttp.
    Aiohttp,
    /// Litestar.
    Litestar,
}

impl Framework {
    /// Its name in machine formats.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FastApi => "fastapi",
            Self::Starlette => "starlette",
            Self::Flask => "flask",
            Self::Django => "django",
            Self::Drf => "django-rest-framework",
            Self::Aiohttp => "aiohttp",
            Self::Litestar => "litestar",
        }
    }
}

/// What an object is to its framework.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AppKind {
    /// Whose object it is.
    pub framework: Framework,
    /// An application; otherwise a router or blueprint.
    pub is_app: bool,
}

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
        self.made_by(factory).unwrap_or(object)
    }

    /// The application that a function builds, or its only router.
    pub(super) fn made_by(&self, factory: FunctionId) -> Option<ObjectId> {
        let scope = factory.scope();
        let locals = 0..self.function(factory).locals.len();
        let locals = locals.map(|index| ObjectId { scope, index });
        let made: Vec<(ObjectId, AppKind)> = locals
            .filter_map(|local| Some((local, self.app_kind(&Target::Object(local))?)))
            .collect();
        let app = made.iter().find(|(_, kind)| kind.is_app);
        match (app, made.as_slice()) {
            (Some((app, _)), _) => Some(*app),
            (None, [(router, _)]) => Some(*router),
            _ => None,
        }
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
        ("fastapi", "FastAPI") => (Framework::FastApi, true),
        ("fastapi", "APIRouter") => (Framework::FastApi, false),
        ("starlette", "Starlette") => (Framework::Starlette, true),
        ("starlette", "Router") => (Framework::Starlette, false),
        ("flask", "Flask") | ("flask_openapi3", "OpenAPI") | ("apiflask", "APIFlask") => {
            (Framework::Flask, true)
        }
        ("flask" | "flask_smorest", "Blueprint")
        | ("apiflask", "APIBlueprint")
        | ("flask_restx" | "flask_restplus", "Namespace" | "namespace")
        | ("flask_restful" | "flask_restx" | "flask_restplus" | "flask_smorest", "Api") => {
            (Framework::Flask, false)
        }
        ("litestar", "Litestar") => (Framework::Litestar, true),
        ("litestar", "Router") => (Framework::Litestar, false),
        ("aiohttp", "Application") => (Framework::Aiohttp, true),
        ("aiohttp", "RouteTableDef") => (Framework::Aiohttp, false),
        _ => return None,
    };
    Some(AppKind { framework, is_app })
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
