//! Handlers of aiohttp: functions and view classes that decorators, calls and lists register, and the
//! middleware around them.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::apps::{Framework, argument, keyword};
use super::decorators::parts;
use super::handed::Handed;
use super::index::{ClassId, FunctionId, ObjectId, Python, Scope, last_name};
use super::mappings::applications;
use super::mounts::{Mounts, Placement};
use super::names::Target;
use super::routes::{Registrar, Role, Route};
use super::summaries::DEPTH;
use crate::facts::Answer;
use crate::facts::python::{Call, Value};

/// The methods of a view class that answer requests.
const VERBS: [&str; 7] = ["get", "post", "put", "patch", "delete", "head", "options"];

/// What is registered.
pub(super) enum Registered {
    Function(FunctionId),
    View(ClassId),
}

/// A registration, as the code writes it.
struct Entry<'a> {
    registrar: Registrar,
    scope: Scope,
    call: &'a Call,
}

/// Middleware, with the application it runs for, where that is known.
pub(super) struct Middleware {
    pub app: Option<ObjectId>,
    /// The functions that it is made of; `None` where they are not known.
    pub parts: Option<Vec<FunctionId>>,
}

impl<'a> Python<'a> {
    /// The handlers that calls and lists register, and the view classes.
    pub(super) fn aiohttp_routes(&self, mounts: &Mounts<'a>) -> Vec<Route> {
        let mut routes = Vec::new();
        for entry in self.entries() {
            let place = usize::from(takes_method(&entry.call.callee)) + 1;
            let Some(handler) = argument(entry.call, place, "handler") else {
                continue;
            };
            let mut wrappers = Vec::new();
            let registered = self.registered(entry.scope, handler, &mut wrappers);
            let own = match registered {
                Some(Registered::Function(id)) => self.registration(mounts, &entry, id, None),
                Some(Registered::View(class)) => self.view_routes(mounts, &entry, class),
                None => continue,
            };
            routes.extend(own.into_iter().map(|route| Route {
                wrappers: wrappers.clone(),
                ..route
            }));
        }
        for (class, entry) in self.decorated_views() {
            routes.extend(self.view_routes(mounts, &entry, class));
        }
        let mut registrations: BTreeMap<FunctionId, usize> = BTreeMap::new();
        for route in &routes {
            *registrations.entry(route.function).or_default() += 1;
        }
        for route in &mut routes {
            route.registrations = registrations[&route.function];
        }
        routes.extend(self.loose_views(&registrations));
        routes
    }

    /// `app.router.add_get("/x", f)`, `app.add_routes([web.get("/x", f)])`.
    fn entries(&self) -> Vec<Entry<'a>> {
        let handed = self.handed();
        let mut found = Vec::new();
        for (scope, call) in self.wiring() {
            let Some((object, method)) = call.callee.rsplit_once('.') else {
                continue;
            };
            let lists = method == "add_routes";
            if !lists && !registers(method) {
                continue;
            }
            let own_name = !lists && method != "add_route";
            let Some(registrar) = self.router(&handed, scope, object, own_name) else {
                continue;
            };
            if !lists {
                found.push(Entry {
                    registrar,
                    scope,
                    call,
                });
                continue;
            }
            let listed = argument(call, 0, "routes");
            let items = listed.map(|it| self.elements(scope, it).0);
            for (scope, item) in items.into_iter().flatten() {
                if let Value::Call(call) = item
                    && self.is_of_aiohttp(scope, &call.callee)
                {
                    found.push(Entry {
                        registrar,
                        scope,
                        call,
                    });
                }
            }
        }
        found
    }

    /// Whether a callee is something of aiohttp.
    pub(super) fn is_of_aiohttp(&self, scope: Scope, callee: &str) -> bool {
        matches!(self.resolve(scope, callee), Target::External(path) if path.starts_with("aiohttp."))
    }

    /// The application before `.router.add_get(…)` and `.add_routes(…)`; whether no other framework has
    /// a method of this name, the last argument tells.
    fn router(
        &self,
        handed: &Handed<'a>,
        scope: Scope,
        written: &str,
        own_name: bool,
    ) -> Option<Registrar> {
        if let Some(named) = self.named_router(scope, written) {
            return self.router(handed, scope, named, own_name);
        }
        let of_router = written.strip_suffix(".router");
        let name = of_router.unwrap_or(written);
        let target = self.resolve(scope, name);
        let kind = self.app_kind(&target);
        let object = self.application(handed, scope, name, Some(Framework::Aiohttp));
        // Only aiohttp has `router.add_get` and its like.
        let by_name = of_router.is_some() && target == Target::Unknown;
        let known = match kind {
            Some(kind) => kind.framework == Framework::Aiohttp,
            None => by_name && (object.is_some() || own_name),
        };
        if !known {
            return None;
        }
        Some(Registrar {
            framework: Framework::Aiohttp,
            object,
            known: true,
        })
    }

    /// What `router` stands for: `router = app.router`.
    fn named_router(&self, scope: Scope, written: &str) -> Option<&'a str> {
        let function = &self.modules[scope.module].facts.functions[scope.function?];
        let bound = function.locals.iter().find(|local| local.name == written)?;
        match &bound.value {
            Value::Name(name, _) if name.ends_with(".router") => Some(name),
            _ => None,
        }
    }

    fn registration(
        &self,
        mounts: &Mounts<'a>,
        entry: &Entry<'a>,
        id: FunctionId,
        class: Option<ClassId>,
    ) -> Vec<Route> {
        let Entry {
            registrar,
            scope,
            call,
        } = entry;
        let path = argument(call, usize::from(takes_method(&call.callee)), "path");
        let path = path.and_then(|path| self.text(*scope, path));
        let mut routes = self.routes(mounts, id, registrar, *scope, path, call);
        for route in &mut routes {
            route.class = class;
        }
        routes
    }

    /// The methods of a view class, as far as the registration lets them answer.
    fn view_routes(&self, mounts: &Mounts<'a>, entry: &Entry<'a>, class: ClassId) -> Vec<Route> {
        let mut routes = Vec::new();
        for verb in VERBS {
            let Some(id) = self.method(class, verb) else {
                continue;
            };
            let method = verb.to_uppercase();
            for route in self.registration(mounts, entry, id, Some(class)) {
                if route.methods.is_empty() || route.methods.contains(&method) {
                    let methods = vec![method.clone()];
                    routes.push(Route { methods, ..route });
                }
            }
        }
        routes
    }

    /// `@routes.view("/x")` above a class.
    fn decorated_views(&self) -> Vec<(ClassId, Entry<'a>)> {
        let handed = self.handed();
        let decorated = self.class_decorators().filter_map(|(class, scope, call)| {
            let (object, _) = call.callee.rsplit_once('.').filter(|it| it.1 == "view")?;
            let entry = Entry {
                registrar: self.router(&handed, scope, object, false)?,
                scope,
                call,
            };
            Some((class, entry))
        });
        decorated.collect()
    }

    /// The methods of view classes that nothing is seen to register.
    fn loose_views(&self, covered: &BTreeMap<FunctionId, usize>) -> Vec<Route> {
        let mut routes = Vec::new();
        for (id, function) in self.functions() {
            let is_verb = VERBS.contains(&last_name(&function.name)) && !function.nested;
            let class = is_verb.then(|| self.class_of(id)).flatten();
            let Some(class) = class.filter(|_| !covered.contains_key(&id)) else {
                continue;
            };
            if self.descends(class, is_view) != Answer::Yes {
                continue;
            }
            routes.push(Route {
                framework: Framework::Aiohttp,
                function: id,
                methods: vec![last_name(&function.name).to_uppercase()],
                path: None,
                open: true,
                own_path: None,
                object: None,
                registrations: 1,
                status: None,
                at: self.loc(id.module, function.header),
                roles: self.request_roles(id),
                placement: Placement::unknown(),
                known: true,
                class: Some(class),
                wrappers: Vec::new(),
                name: None,
                layers: Rc::default(),
            });
        }
        routes
    }

    /// What a registration names: through what wraps it, which is noted.
    pub(super) fn registered(
        &self,
        scope: Scope,
        value: &'a Value,
        wrappers: &mut Vec<(Scope, String)>,
    ) -> Option<Registered> {
        match value {
            Value::Name(name, _) => match self.resolve(scope, name) {
                Target::Function(id) => Some(Registered::Function(id)),
                Target::Class(class) => Some(Registered::View(class)),
                Target::Object(object) => match &self.object(object).value {
                    Value::Call(call) => self.wrapped(object.scope, call, wrappers),
                    _ => None,
                },
                _ => None,
            },
            Value::Call(call) => self.wrapped(scope, call, wrappers),
            _ => None,
        }
    }

    /// `login_required(f)`; an object that is called.
    fn wrapped(
        &self,
        scope: Scope,
        call: &'a Call,
        wrappers: &mut Vec<(Scope, String)>,
    ) -> Option<Registered> {
        if let Target::Class(class) = self.resolve(scope, &call.callee)
            && let Some(id) = self.method(class, "__call__")
        {
            return Some(Registered::Function(id));
        }
        let inner = match call.args.as_slice() {
            [Value::Name(name, _)] => self.resolve(scope, name),
            _ => Target::Unknown,
        };
        if let Target::Function(id) = inner {
            wrappers.push((scope, call.callee.clone()));
            return Some(Registered::Function(id));
        }
        self.made_handler(scope, call).map(Registered::Function)
    }

    /// `show_order(service)`, which gives the function inside of it.
    fn made_handler(&self, scope: Scope, call: &Call) -> Option<FunctionId> {
        let Target::Function(maker) = self.resolve(scope, &call.callee) else {
            return None;
        };
        let Some(Value::Name(given, _)) = self.function(maker).gives.as_deref() else {
            return None;
        };
        match self.resolve(maker.scope(), given) {
            Target::Function(id) if self.function(id).nested => Some(id),
            _ => None,
        }
    }

    /// What each parameter of a handler is: the first is the request.
    pub(super) fn request_roles(&self, id: FunctionId) -> Vec<Role> {
        let function = self.function(id);
        let receiver = function.class.is_some() && !function.nested && !self.is_static(id);
        let places = 0..function.params.len();
        places
            .map(|place| match place == usize::from(receiver) {
                true => Role::Request,
                false => Role::Unknown,
            })
            .collect()
    }

    /// The methods of a registration; none where it takes any, or where they are not known.
    pub(super) fn aiohttp_methods(&self, scope: Scope, call: &Call) -> Vec<String> {
        let verb = last_name(&call.callee).trim_start_matches("add_");
        let method = match verb {
            "view" => return Vec::new(),
            "route" => argument(call, 0, "method").and_then(|it| self.text(scope, it)),
            verb => Some(verb.to_owned()),
        };
        let named = method.filter(|method| method != "*");
        named.map(|it| it.to_uppercase()).into_iter().collect()
    }

    /// All middleware of applications.
    pub(super) fn aiohttp_middleware(&self) -> Vec<Middleware> {
        let mut found = Vec::new();
        for (object, call, framework) in applications(self) {
            if framework == Framework::Aiohttp
                && let Some(listed) = keyword(call, "middlewares")
            {
                self.listed_middleware(Some(object), object.scope, listed, &mut found);
            }
        }
        let handed = self.handed();
        for (scope, call) in self.wiring() {
            let (object, method) = call.callee.rsplit_once('.').unwrap_or_default();
            let (Some(app), Some(added)) = (object.strip_suffix(".middlewares"), call.args.last())
            else {
                continue;
            };
            let app = self.application(&handed, scope, app, Some(Framework::Aiohttp));
            match method {
                "append" | "insert" => found.push(Middleware {
                    app,
                    parts: self.middleware_parts(scope, added),
                }),
                "extend" => self.listed_middleware(app, scope, added, &mut found),
                _ => {}
            }
        }
        found
    }

    fn listed_middleware(
        &self,
        app: Option<ObjectId>,
        scope: Scope,
        listed: &'a Value,
        found: &mut Vec<Middleware>,
    ) {
        let (items, whole) = self.elements(scope, listed);
        found.extend(items.into_iter().map(|(scope, item)| Middleware {
            app,
            parts: self.middleware_parts(scope, item),
        }));
        if !whole {
            let parts = None;
            found.push(Middleware { app, parts });
        }
    }

    /// The functions that a piece of middleware is made of. What a library makes answers none of the
    /// project's exceptions.
    fn middleware_parts(&self, scope: Scope, value: &Value) -> Option<Vec<FunctionId>> {
        let target = match value {
            Value::Name(name, _) => self.resolve(scope, name),
            Value::Call(call) => self.resolve(scope, &call.callee),
            _ => return None,
        };
        let target = match target {
            Target::Object(object) => self.value_of(object, 8),
            target => target,
        };
        match target {
            Target::Class(class) | Target::Instance(class) => {
                self.method(class, "__call__").map(|id| vec![id])
            }
            Target::Function(id) => {
                let parts = parts(self, &target, DEPTH);
                Some(parts.unwrap_or_else(|| vec![id]))
            }
            Target::External(_) => Some(Vec::new()),
            _ => None,
        }
    }
}

/// Whether a method of a router registers a handler.
fn registers(method: &str) -> bool {
    let verb = method.strip_prefix("add_");
    verb.is_some_and(|verb| VERBS.contains(&verb) || matches!(verb, "route" | "view"))
}

/// `add_route("GET", "/x", f)` and `web.route("GET", "/x", f)`, whose path comes second.
pub(super) fn takes_method(callee: &str) -> bool {
    last_name(callee).trim_start_matches("add_") == "route"
}

fn is_view(path: &str) -> bool {
    path.starts_with("aiohttp.") && last_name(path) == "View"
}
