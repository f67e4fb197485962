//! Handlers of FastAPI, Flask and aiohttp: functions under route decorators, and those registered by
//! calls.

use std::rc::Rc;

use super::aiohttp::takes_method;
use super::apps::{Framework, argument, keyword};
use super::index::{ClassId, FunctionId, ObjectId, Python, Scope, last_name};
use super::litestar::Layers;
use super::mounts::{Mounts, Placement, joined};
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

/// A handler as its framework knows it, at one path.
#[derive(Clone, Debug)]
pub(super) struct Route {
    /// Whose handler it is.
    pub framework: Framework,
    /// The function.
    pub function: FunctionId,
    /// Upper case; empty = any.
    pub methods: Vec<String>,
    /// The whole path, as far as it is constant.
    pub path: Option<String>,
    /// There may be more before the path.
    pub open: bool,
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
    /// The view class that is registered, where it is a method of it or of what it descends from.
    pub class: Option<ClassId>,
    /// The decorators that the registration puts around the handler, as written.
    pub wrappers: Vec<(Scope, String)>,
    /// What the layers of Litestar put around it.
    pub layers: Rc<Layers>,
    /// What the configuration of Django calls it.
    pub name: Option<String>,
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
#[derive(Clone, Copy, Debug)]
pub(super) struct Registrar {
    /// Whose it is.
    pub framework: Framework,
    /// `None` where it is not known which.
    pub object: Option<ObjectId>,
    /// It is known to be a router.
    pub known: bool,
}

impl<'a> Python<'a> {
    /// Handlers under decorators.
    pub(super) fn decorated_routes(&self, mounts: &Mounts<'a>) -> Vec<Route> {
        let functions = self.functions();
        functions
            .flat_map(|(id, function)| {
                let decorators = function.decorators.iter().filter(|it| it.called);
                decorators.flat_map(move |it| self.decorated_route(mounts, id, &it.call))
            })
            .collect()
    }

    fn decorated_route(&self, mounts: &Mounts<'a>, id: FunctionId, call: &'a Call) -> Vec<Route> {
        let scope = id.outer(self);
        let Some((object, method)) = call.callee.rsplit_once('.') else {
            return Vec::new();
        };
        if !METHODS.contains(&method) {
            return Vec::new();
        }
        let path = argument(call, 0, "path").or_else(|| keyword(call, "rule"));
        let path = path.and_then(|path| self.text(scope, path));
        let Some(registrar) = self.registrar(scope, object, method, path.as_deref()) else {
            return Vec::new();
        };
        let second = registrar.framework == Framework::Aiohttp && takes_method(&call.callee);
        let path = match second {
            true => argument(call, 1, "path").and_then(|path| self.text(scope, path)),
            false => path,
        };
        self.routes(mounts, id, &registrar, scope, path, call)
    }

    /// The routes that one decorator or call registers: one for each place of its router.
    pub(super) fn routes(
        &self,
        mounts: &Mounts<'a>,
        function: FunctionId,
        registrar: &Registrar,
        scope: Scope,
        path: Option<String>,
        call: &'a Call,
    ) -> Vec<Route> {
        let placement = match registrar.object {
            Some(object) => self.placement(mounts, object),
            None => Placement::unknown(),
        };
        let framework = registrar.framework;
        let verb = last_name(&call.callee);
        let decorators = self.function(function).decorators.iter();
        let registering = decorators.filter(|it| it.called && is_registration(&it.call));
        let mut route = Route {
            framework,
            function,
            methods: self.methods(framework, verb, scope, call),
            path: None,
            open: true,
            own_path: path.clone(),
            object: registrar.object,
            registrations: registering.count(),
            status: keyword(call, "status_code").and_then(number),
            at: self.loc(scope.module, call.span),
            roles: Vec::new(),
            placement,
            known: registrar.known,
            class: None,
            wrappers: Vec::new(),
            name: None,
            layers: Rc::default(),
        };
        let mut routes = Vec::new();
        for prefix in route.placement.prefixes.clone() {
            route.path = path.as_ref().map(|path| joined(&prefix.text, path));
            route.open = prefix.open;
            route.roles = match framework {
                Framework::FastApi => self.fastapi_roles(function, path.as_deref()),
                Framework::Aiohttp | Framework::Starlette => self.request_roles(function),
                _ => self.flask_roles(function, route.path.as_deref()),
            };
            routes.push(route.clone());
        }
        routes
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
            let path = path.and_then(|path| self.text(scope, path));
            if let Some(registrar) = self.registrar(scope, object, method, path.as_deref()) {
                routes.extend(self.routes(mounts, function, &registrar, scope, path, call));
            }
        }
        routes
    }

    /// The methods of a route: by the decorator's name, or its `methods`, or the framework's
    /// default; none where they are not known.
    fn methods(
        &self,
        framework: Framework,
        verb: &str,
        scope: Scope,
        call: &'a Call,
    ) -> Vec<String> {
        if framework == Framework::Aiohttp {
            return self.aiohttp_methods(scope, call);
        }
        if matches!(verb, "WebSocketRoute" | "add_websocket_route") {
            return vec!["WEBSOCKET".to_owned()];
        }
        let by_list = [
            "route",
            "Route",
            "APIRoute",
            "api_route",
            "add_route",
            "add_api_route",
            "add_url_rule",
        ];
        if !by_list.contains(&verb) {
            return vec![verb.trim_end_matches("_route").to_uppercase()];
        }
        match keyword(call, "methods") {
            Some(Value::None) | None => match framework {
                Framework::FastApi | Framework::Flask | Framework::Starlette => {
                    vec!["GET".to_owned()]
                }
                _ => Vec::new(),
            },
            Some(listed) => {
                let (items, whole) = self.elements(scope, listed);
                let texts = items.iter().map(|(scope, item)| self.text(*scope, item));
                let texts: Option<Vec<String>> = texts.collect();
                let mut methods = texts.filter(|_| whole).unwrap_or_default();
                methods.iter_mut().for_each(|it| it.make_ascii_uppercase());
                methods
            }
        }
    }
}

/// Whether a decorator has the name of one that makes a handler.
pub(super) fn is_registration(call: &Call) -> bool {
    let name = call.callee.rsplit_once('.');
    name.is_some_and(|(_, method)| METHODS.contains(&method))
}
