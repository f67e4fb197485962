//! Handlers of Starlette: functions and endpoint classes in the lists of applications, routers and
//! mounts.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::aiohttp::Registered;
use super::apps::{Framework, argument, keyword};
use super::index::{ClassId, FunctionId, ObjectId, Python, Scope, last_name};
use super::litestar::Layers;
use super::mappings::wired;
use super::mounts::{Mounts, Prefix};
use super::names::Target;
use super::routes::{Registrar, Route};
use crate::facts::Answer;
use crate::facts::python::{Call, Value};
use crate::source::Loc;

/// The methods of an endpoint class that answer requests.
const VERBS: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];

/// How many mounts may stand in mounts.
const LEVELS: usize = 6;

/// A `Route(…)` or `Mount(…)` of a list.
#[derive(Clone, Debug)]
pub(super) struct Listed<'a> {
    /// The application or router whose list it is.
    pub object: Option<ObjectId>,
    /// What the mounts around it put before its path.
    pub prefix: Prefix,
    pub scope: Scope,
    pub call: &'a Call,
    /// What the call makes.
    made: &'static str,
    /// The mounts around it, or the route itself, may answer exceptions.
    layered: bool,
}

impl<'a> Python<'a> {
    /// What applications and routers list, and what stands in lists that none is seen to take.
    pub(super) fn listed_routes(&self) -> Vec<Listed<'a>> {
        let mut found = Vec::new();
        for (object, call, kind) in wired(self, |call| routes_of(call).is_some()) {
            if is_of_starlette(kind.framework) {
                let list = routes_of(call);
                self.enter_list(Some(object), object.scope, list, &mut found);
            }
        }
        self.given_lists(&mut found);
        for (scope, call) in self.wiring() {
            let Some((list, "append" | "extend" | "insert")) = call.callee.rsplit_once('.') else {
                continue;
            };
            let Some(name) = list.strip_suffix(".routes") else {
                continue;
            };
            let name = name.strip_suffix(".router").unwrap_or(name);
            if let Some(object) = self.app_object(scope, name) {
                self.enter_list(Some(object), scope, call.args.last(), &mut found);
            }
        }
        self.loose_lists(&mut found);
        found
    }

    /// `return Starlette(routes=[…])`
    fn given_lists(&self, found: &mut Vec<Listed<'a>>) {
        for (id, function) in self.functions() {
            let Some(Value::Call(call)) = function.gives.as_deref() else {
                continue;
            };
            let list = routes_of(call);
            if list.is_some() && self.starlette_name(id.scope(), call) == Some("Starlette") {
                let before = found.len();
                self.enter_list(None, id.scope(), list, found);
                let handles = ["exception_handlers", "middleware"];
                let layered = handles.iter().any(|it| keyword(call, it).is_some());
                for listed in &mut found[before..] {
                    listed.layered |= layered;
                }
            }
        }
    }

    /// `routes = [Route(…)]` of a module, taken by nobody that is known.
    fn loose_lists(&self, found: &mut Vec<Listed<'a>>) {
        let at = |listed: &Listed| self.loc(listed.scope.module, listed.call.span);
        let taken: BTreeSet<Loc> = found.iter().map(at).collect();
        let mut loose = Vec::new();
        for (module, info) in self.modules.iter().enumerate() {
            let scope = Scope {
                module,
                function: None,
            };
            if self.imports(module, "starlette") != Answer::Yes {
                continue;
            }
            let globals = info.facts.globals.iter();
            for global in globals.filter(|it| matches!(it.value, Value::List(_))) {
                self.enter_list(None, scope, Some(&global.value), &mut loose);
            }
        }
        loose.retain(|listed| !taken.contains(&at(listed)));
        for listed in &mut loose {
            listed.prefix.open = true;
        }
        found.extend(loose);
    }

    fn enter_list(
        &self,
        object: Option<ObjectId>,
        scope: Scope,
        list: Option<&'a Value>,
        found: &mut Vec<Listed<'a>>,
    ) {
        let around = Around {
            object,
            prefix: Prefix::default(),
            layered: false,
        };
        self.enter_routes(&around, scope, list, LEVELS, found);
    }

    fn enter_routes(
        &self,
        around: &Around,
        scope: Scope,
        list: Option<&'a Value>,
        levels: usize,
        found: &mut Vec<Listed<'a>>,
    ) {
        let (Some(list), Some(levels)) = (list, levels.checked_sub(1)) else {
            return;
        };
        let items = match list {
            Value::Call(_) => vec![(scope, list)],
            list => self.elements(scope, list).0,
        };
        for (scope, item) in items {
            let Value::Call(call) = item else {
                continue;
            };
            let Some(made) = self.starlette_name(scope, call) else {
                continue;
            };
            let layered = around.layered || keyword(call, "middleware").is_some();
            found.push(Listed {
                object: around.object,
                prefix: around.prefix.clone(),
                scope,
                call,
                made,
                layered,
            });
            if made == "Mount" {
                let path = argument(call, 0, "path").map(|it| self.prefix(scope, it));
                let inside = Around {
                    object: around.object,
                    prefix: around.prefix.before(&path.unwrap_or_default()),
                    layered,
                };
                let inner = match argument(call, 1, "app") {
                    Some(Value::Call(app)) => routes_of(app),
                    _ => keyword(call, "routes"),
                };
                self.enter_routes(&inside, scope, inner, levels, found);
            }
        }
    }

    /// What a call of Starlette or FastAPI makes.
    fn starlette_name(&self, scope: Scope, call: &Call) -> Option<&'static str> {
        const MADE: [&str; 5] = ["APIRoute", "Mount", "Route", "Starlette", "WebSocketRoute"];
        let Target::External(path) = self.resolve(scope, &call.callee) else {
            return None;
        };
        let library = path.split('.').next().unwrap_or_default();
        let known = MADE.into_iter().find(|it| *it == last_name(&path));
        known.filter(|_| matches!(library, "starlette" | "fastapi"))
    }

    /// The handlers of all lists, and the endpoint classes that calls register.
    pub(super) fn starlette_routes(&self, mounts: &Mounts<'a>) -> Vec<Route> {
        let mut routes = Vec::new();
        for listed in self.listed_routes() {
            let mut wrappers = Vec::new();
            let endpoint = argument(listed.call, 1, "endpoint");
            let endpoint = endpoint.filter(|_| listed.made != "Mount");
            let registered =
                endpoint.and_then(|it| self.registered(listed.scope, it, &mut wrappers));
            let own = match registered {
                Some(Registered::Function(id)) => self.listed_route(mounts, &listed, id, None),
                Some(Registered::View(class)) => self.endpoint_routes(mounts, &listed, class),
                None => continue,
            };
            routes.extend(own.into_iter().map(|route| Route {
                wrappers: wrappers.clone(),
                ..route
            }));
        }
        routes
    }

    fn listed_route(
        &self,
        mounts: &Mounts<'a>,
        listed: &Listed<'a>,
        id: FunctionId,
        class: Option<ClassId>,
    ) -> Vec<Route> {
        let own = argument(listed.call, 0, "path").map(|it| self.prefix(listed.scope, it));
        let whole = listed.prefix.before(&own.unwrap_or_default());
        let registrar = Registrar {
            framework: match listed.made {
                "APIRoute" => Framework::FastApi,
                _ => Framework::Starlette,
            },
            object: listed.object,
            known: true,
        };
        let path = (!whole.open || listed.object.is_none()).then_some(whole.text);
        let mut routes = self.routes(mounts, id, &registrar, listed.scope, path, listed.call);
        for route in &mut routes {
            route.registrations += 1;
            route.class = class;
            // What a function gives is an application of its own.
            route.open &= listed.object.is_some() || listed.prefix.open;
            route.layers = Rc::new(Layers {
                open: listed.layered,
                ..Layers::default()
            });
        }
        routes
    }

    /// The methods of an endpoint class, as far as the registration lets them answer.
    fn endpoint_routes(
        &self,
        mounts: &Mounts<'a>,
        listed: &Listed<'a>,
        class: ClassId,
    ) -> Vec<Route> {
        let mut routes = Vec::new();
        let websocket = ["on_receive", "on_connect"].iter();
        if let Some(id) = websocket.clone().find_map(|it| self.method(class, it)) {
            return self.listed_route(mounts, listed, id, Some(class));
        }
        let declares = keyword(listed.call, "methods").is_some();
        for verb in VERBS {
            let Some(id) = self.method(class, verb) else {
                continue;
            };
            let method = verb.to_uppercase();
            for route in self.listed_route(mounts, listed, id, Some(class)) {
                if !declares || route.methods.is_empty() || route.methods.contains(&method) {
                    let methods = vec![method.clone()];
                    routes.push(Route { methods, ..route });
                }
            }
        }
        routes
    }
}

/// What stands around a list.
struct Around {
    object: Option<ObjectId>,
    prefix: Prefix,
    layered: bool,
}

/// The list that an application or router is built with.
fn routes_of(call: &Call) -> Option<&Value> {
    let place = match last_name(&call.callee) {
        "Starlette" => 1,
        "Router" => 0,
        _ => return keyword(call, "routes"),
    };
    argument(call, place, "routes")
}

fn is_of_starlette(framework: Framework) -> bool {
    matches!(framework, Framework::Starlette | Framework::FastApi)
}
