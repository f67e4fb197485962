//! Handlers of FastAPI and Flask: functions under route decorators, and those registered by calls.

use super::apps::{Framework, Mounts, Placement, argument, constant, keyword};
use super::index::{FunctionId, ObjectId, Python, Scope, last_name};
use super::names::Target;
use super::replies::number;
use crate::facts::Answer;
use crate::facts::python::{Call, Value};
use crate::source::Loc;

/// What a parameter of a handler is to its framework.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Taken from the path.
    Path,
    /// Taken from the query string, a header or a cookie.
    Query,
    /// Taken from the body.
    Body,
    /// Filled by a dependency.
    Dependency,
    /// The request itself.
    Request,
    /// Not known, or nothing of the request.
    Unknown,
}

/// A handler as its framework knows it.
#[derive(Debug)]
pub(super) struct Route {
    /// Whose handler it is.
    pub framework: Framework,
    /// The function.
    pub function: FunctionId,
    /// Upper case; empty = any.
    pub methods: Vec<String>,
    /// The whole path, as far as it is constant.
    pub path: Option<String>,
    /// Its part of the path, as the registration writes it; the whole one for Django.
    pub own_path: Option<String>,
    /// The object it is registered on.
    pub object: Option<ObjectId>,
    /// How many decorators register the function.
    pub registrations: usize,
    /// The constant status that the registration declares.
    pub status: Option<u16>,
    /// The decorator, or the call that registers it.
    pub at: Loc,
    /// What each parameter is.
    pub roles: Vec<Role>,
    /// Where its router ends up.
    pub placement: Placement,
    /// The object it is registered on is known to be a router.
    pub known: bool,
}

/// Decorators that make a function a handler.
const METHODS: [&str; 12] = [
    "get",
    "post",
    "put",
    "patch",
    "delete",
    "head",
    "options",
    "trace",
    "route",
    "api_route",
    "websocket",
    "websocket_route",
];

/// The object of a route decorator.
struct Registrar {
    framework: Framework,
    object: Option<ObjectId>,
    known: bool,
}

impl<'a> Python<'a> {
    /// Handlers under decorators.
    pub(super) fn decorated_routes(&self, mounts: &Mounts<'a>) -> Vec<Route> {
        let functions = self.functions();
        functions
            .filter_map(|(id, _)| self.decorated_route(mounts, id))
            .collect()
    }

    fn decorated_route(&self, mounts: &Mounts<'a>, id: FunctionId) -> Option<Route> {
        let scope = id.outer(self);
        let decorators = &self.function(id).decorators;
        decorators
            .iter()
            .filter(|decorator| decorator.called)
            .find_map(|decorator| {
                let call = &decorator.call;
                let (object, method) = call.callee.rsplit_once('.')?;
                if !METHODS.contains(&method) {
                    return None;
                }
                let path = argument(call, 0, "path").or_else(|| keyword(call, "rule"));
                let path = path.and_then(constant);
                let registrar = self.registrar(scope, object, method, path)?;
                let methods = methods(registrar.framework, method, call);
                Some(self.route(mounts, id, &registrar, methods, path, call))
            })
    }

    fn route(
        &self,
        mounts: &Mounts<'a>,
        function: FunctionId,
        registrar: &Registrar,
        methods: Vec<String>,
        path: Option<&str>,
        call: &Call,
    ) -> Route {
        let placement = match registrar.object {
            Some(object) => self.placement(mounts, object),
            None => Placement {
                open: true,
                ..Placement::default()
            },
        };
        let whole = path.map(|path| joined(&placement.prefix, path));
        let roles = match registrar.framework {
            Framework::FastApi => self.fastapi_roles(function, path),
            _ => self.flask_roles(function, whole.as_deref()),
        };
        let decorators = self.function(function).decorators.iter();
        let registering = decorators.filter(|it| it.called && is_registration(&it.call));
        Route {
            framework: registrar.framework,
            function,
            methods,
            path: whole,
            own_path: path.map(str::to_owned),
            object: registrar.object,
            registrations: registering.count(),
            status: keyword(call, "status_code").and_then(number),
            at: self.loc(function.module, call.span),
            roles,
            placement,
            known: registrar.known,
        }
    }

    /// The object before `.get("/path")`, when it is a router or when nothing else can be meant.
    fn registrar(
        &self,
        scope: Scope,
        object: &str,
        method: &str,
        path: Option<&str>,
    ) -> Option<Registrar> {
        let target = self.resolve(scope, object);
        if let Some(kind) = self.app_kind(&target) {
            let object = match target {
                Target::Object(object) => Some(self.built(object)),
                _ => None,
            };
            return Some(Registrar {
                framework: kind.framework,
                object,
                known: true,
            });
        }
        let path = path?;
        let unmistakable = path.is_empty() || path.starts_with('/');
        let undefined = matches!(target, Target::Unknown);
        let foreign = !matches!(
            target,
            Target::Unknown | Target::Object(_) | Target::External(_)
        );
        if !unmistakable || foreign {
            return None;
        }
        let fastapi = self.imports(scope.module, "fastapi") == Answer::Yes;
        let flask = self.imports(scope.module, "flask") == Answer::Yes;
        let framework = match (fastapi, flask) {
            (true, false) => Framework::FastApi,
            (false, true) => Framework::Flask,
            (true, true) => return None,
            _ if !undefined || !self.modules[scope.module].draft => return None,
            _ if method == "route" || path.contains('<') => Framework::Flask,
            _ => Framework::FastApi,
        };
        let object = match target {
            Target::Object(object) => Some(self.built(object)),
            _ => None,
        };
        let known = self.modules[scope.module].draft;
        Some(Registrar {
            framework,
            object,
            known,
        })
    }

    /// Handlers registered by `add_api_route` and `add_url_rule`.
    pub(super) fn registered_routes(&self, mounts: &Mounts<'a>) -> Vec<Route> {
        let mut routes = Vec::new();
        for (scope, call) in self.wiring() {
            let Some((object, method)) = call.callee.rsplit_once('.') else {
                continue;
            };
            let endpoint = match method {
                "add_api_route" | "add_route" => argument(call, 1, "endpoint"),
                "add_url_rule" => argument(call, 2, "view_func"),
                _ => None,
            };
            let Some(Value::Name(endpoint, _)) = endpoint else {
                continue;
            };
            let Target::Function(function) = self.resolve(scope, endpoint) else {
                continue;
            };
            let path = argument(call, 0, "path").or_else(|| keyword(call, "rule"));
            let path = path.and_then(constant);
            if let Some(registrar) = self.registrar(scope, object, method, path) {
                let methods = methods(registrar.framework, "route", call);
                let mut route = self.route(mounts, function, &registrar, methods, path, call);
                route.at = self.loc(scope.module, call.span);
                routes.push(route);
            }
        }
        routes
    }
}

/// Whether a decorator has the name of one that makes a handler.
pub(super) fn is_registration(call: &Call) -> bool {
    let name = call.callee.rsplit_once('.');
    name.is_some_and(|(_, method)| METHODS.contains(&method))
}

/// The methods of a route: by the decorator's name, or its `methods`, or the framework's default.
fn methods(framework: Framework, decorator: &str, call: &Call) -> Vec<String> {
    if !matches!(decorator, "route" | "api_route") {
        return vec![
            last_name(decorator)
                .trim_end_matches("_route")
                .to_uppercase(),
        ];
    }
    let listed: Vec<String> = match keyword(call, "methods") {
        Some(Value::List(items)) => items
            .iter()
            .filter_map(constant)
            .map(str::to_uppercase)
            .collect(),
        Some(_) => return Vec::new(),
        None => Vec::new(),
    };
    match (listed.is_empty(), framework) {
        (true, Framework::FastApi | Framework::Flask) => vec!["GET".to_owned()],
        _ => listed,
    }
}

/// A prefix and a path, with one slash between them.
pub(super) fn joined(prefix: &str, path: &str) -> String {
    if prefix.is_empty() {
        return path.to_owned();
    }
    match (prefix.ends_with('/'), path.starts_with('/')) {
        (true, true) => format!("{prefix}{}", &path[1..]),
        (false, false) if !path.is_empty() => format!("{prefix}/{path}"),
        _ => format!("{prefix}{path}"),
    }
}
