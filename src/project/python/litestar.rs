//! Handlers of Litestar: functions under `@get`, listed by applications, routers and controllers, and
//! what these layers put around them.

mod layers;

use std::collections::BTreeSet;
use std::rc::Rc;

use super::apps::{Framework, argument, keyword};
use super::index::{ClassId, FunctionId, ObjectId, Python, Scope, last_name};
use super::mappings::applications;
use super::mounts::{Placement, Prefix};
use super::names::Target;
use super::replies::number;
use super::routes::Route;
use crate::facts::python::{Call, Value};
pub(super) use layers::Layers;

/// Where a walk down from an application stands.
#[derive(Clone, Default)]
struct Place {
    prefix: Prefix,
    /// The application and routers above, the nearest first.
    chain: Vec<ObjectId>,
    layers: Layers,
    class: Option<ClassId>,
    /// Nothing is seen to list it.
    loose: bool,
}

/// How many routers may be listed by routers.
const LEVELS: usize = 6;

impl<'a> Python<'a> {
    /// The handlers of all applications, and those that nothing is seen to list.
    pub(super) fn litestar_routes(&self) -> Vec<Route> {
        let mut routes = Vec::new();
        let handlers: Vec<FunctionId> = self
            .functions()
            .filter(|(id, _)| !self.handler_calls(*id).is_empty())
            .map(|(id, _)| id)
            .collect();
        if handlers.is_empty() {
            return routes;
        }
        for (object, scope, call) in self.litestar_apps() {
            let mut place = Place::default();
            place.chain.extend(object);
            self.enter(&place, object, scope, call, LEVELS, &mut routes);
        }
        let covered: BTreeSet<FunctionId> = routes.iter().map(|route| route.function).collect();
        for id in handlers.into_iter().filter(|id| !covered.contains(id)) {
            let mut place = Place {
                loose: true,
                ..Place::default()
            };
            place.prefix.open = true;
            if let Some(class) = self.class_of(id) {
                self.enter_class(&mut place, class);
            }
            self.handler(&place, id, &mut routes);
        }
        routes
    }

    /// The calls that build applications: bound to a name, or given back by a function.
    fn litestar_apps(&self) -> Vec<(Option<ObjectId>, Scope, &'a Call)> {
        let builds = |scope: Scope, call: &Call| {
            let path = self.external(scope, &call.callee);
            path.is_some_and(|path| is_of(&path, "Litestar"))
        };
        let mut found = Vec::new();
        for (object, call, framework) in applications(self) {
            if framework == Framework::Litestar && builds(object.scope, call) {
                found.push((Some(object), object.scope, call));
            }
        }
        for (id, function) in self.functions() {
            if let Some(Value::Call(call)) = function.gives.as_deref()
                && builds(id.scope(), call)
            {
                found.push((None, id.scope(), &**call));
            }
        }
        found
    }

    fn external(&self, scope: Scope, name: &str) -> Option<String> {
        match self.resolve(scope, name) {
            Target::External(path) => Some(path),
            _ => None,
        }
    }

    /// An application or router: what it lists, and what is registered on it later.
    fn enter(
        &self,
        above: &Place,
        object: Option<ObjectId>,
        scope: Scope,
        call: &'a Call,
        levels: usize,
        routes: &mut Vec<Route>,
    ) {
        let Some(levels) = levels.checked_sub(1) else {
            return;
        };
        let mut place = above.clone();
        let is_router = last_name(&call.callee) == "Router";
        let path = match is_router {
            true => argument(call, 0, "path"),
            false => keyword(call, "path"),
        };
        if let Some(path) = path {
            place.prefix = self.below(&place.prefix, scope, path);
        }
        let named = |name: &str| keyword(call, name).map(|value| (scope, value));
        place.layers.add(self, named);
        if let Some(listed) = argument(call, usize::from(is_router), "route_handlers") {
            self.list(&place, scope, listed, levels, routes);
        }
        let Some(object) = object else {
            return;
        };
        for (scope, call) in self.wiring() {
            if let Some((on, "register")) = call.callee.rsplit_once('.')
                && self.app_object(scope, on) == Some(object)
                && let Some(registered) = call.args.first()
            {
                self.listed(&place, scope, registered, levels, routes);
            }
        }
    }

    fn list(
        &self,
        place: &Place,
        scope: Scope,
        listed: &'a Value,
        levels: usize,
        routes: &mut Vec<Route>,
    ) {
        let (scope, listed) = self.given_list(scope, listed);
        for (scope, item) in self.elements(scope, listed).0 {
            self.listed(place, scope, item, levels, routes);
        }
    }

    /// The list that a function gives back: `route_handlers=get_routes()`.
    fn given_list(&self, scope: Scope, listed: &'a Value) -> (Scope, &'a Value) {
        if let Value::Call(call) = listed
            && let Target::Function(id) = self.resolve(scope, &call.callee)
            && let Some(result) = self.function(id).result.as_deref()
        {
            return (id.scope(), result);
        }
        (scope, listed)
    }

    /// A handler, a controller or a router.
    fn listed(
        &self,
        place: &Place,
        scope: Scope,
        item: &'a Value,
        levels: usize,
        routes: &mut Vec<Route>,
    ) {
        let call = match item {
            Value::Name(name, _) => match self.resolve(scope, name) {
                Target::Function(id) => return self.handler(place, id, routes),
                Target::Class(class) => return self.controller(place, class, routes),
                Target::Object(object) => {
                    let object = self.built(object);
                    if let Value::Call(call) = &self.object(object).value {
                        let mut place = place.clone();
                        place.chain.insert(0, object);
                        self.enter(&place, Some(object), object.scope, call, levels, routes);
                    }
                    return;
                }
                _ => return,
            },
            Value::Call(call) => call,
            _ => return,
        };
        match self.resolve(scope, &call.callee) {
            Target::External(path) if is_of(&path, "Router") => {
                self.enter(place, None, scope, call, levels, routes);
            }
            Target::Function(id) => {
                if let Some(Value::Call(call)) = self.function(id).gives.as_deref() {
                    self.enter(place, None, id.scope(), call, levels, routes);
                }
            }
            _ => {}
        }
    }

    fn controller(&self, place: &Place, class: ClassId, routes: &mut Vec<Route>) {
        let mut place = place.clone();
        self.enter_class(&mut place, class);
        for owner in self.ancestry(class).classes {
            let prefix = format!("{}.", self.class(owner).name);
            let functions = self.modules[owner.module].facts.functions.iter();
            for (index, function) in functions.enumerate() {
                if function.name.starts_with(&prefix) && !function.nested {
                    let module = owner.module;
                    self.handler(&place, FunctionId { module, index }, routes);
                }
            }
        }
    }

    fn enter_class(&self, place: &mut Place, class: ClassId) {
        place.class = Some(class);
        if let Some((scope, path)) = self.field_value(class, "path") {
            place.prefix = self.below(&place.prefix, scope, path);
        }
        place.layers.add(self, |name| self.field_value(class, name));
    }

    /// The routes of a function under its decorators.
    fn handler(&self, place: &Place, id: FunctionId, routes: &mut Vec<Route>) {
        let scope = id.outer(self);
        let calls = self.handler_calls(id);
        for call in &calls {
            let mut layers = place.layers.clone();
            layers.add(self, |name| keyword(call, name).map(|value| (scope, value)));
            let layers = Rc::new(layers);
            let methods = self.handler_methods(scope, call);
            for own in self.own_paths(scope, call) {
                let prefix = match &own {
                    Some(own) => join(&place.prefix, own),
                    None => place.prefix.clone(),
                };
                let path = own.as_ref().map(|_| prefix.text.clone());
                routes.push(Route {
                    framework: Framework::Litestar,
                    function: id,
                    status: self.declared_status(call, &methods),
                    methods: methods.clone(),
                    open: prefix.open,
                    own_path: path.clone(),
                    roles: self.litestar_roles(id, path.as_deref(), &layers),
                    path,
                    object: place.chain.first().copied(),
                    registrations: calls.len(),
                    at: self.loc(id.module, call.span),
                    placement: Placement {
                        prefixes: vec![prefix],
                        open: place.loose,
                        chain: place.chain.clone(),
                    },
                    known: true,
                    class: place.class,
                    wrappers: Vec::new(),
                    name: None,
                    layers: Rc::clone(&layers),
                });
            }
        }
    }

    /// The decorators that make a function a handler.
    fn handler_calls(&self, id: FunctionId) -> Vec<&'a Call> {
        let scope = id.outer(self);
        let decorators = self.function(id).decorators.iter().map(|it| &it.call);
        decorators
            .filter(|call| {
                // Names first: nearly all decorators are of others.
                HANDLERS.contains(&last_name(&call.callee))
                    && self
                        .external(scope, &call.callee)
                        .is_some_and(|path| path.starts_with("litestar."))
            })
            .collect()
    }

    /// The paths of a decorator: one, several, or `/`.
    fn own_paths(&self, scope: Scope, call: &'a Call) -> Vec<Option<String>> {
        match argument(call, 0, "path") {
            None | Some(Value::None) => vec![Some("/".to_owned())],
            Some(Value::List(items)) => items.iter().map(|it| self.text(scope, it)).collect(),
            Some(path) => vec![self.text(scope, path)],
        }
    }

    fn handler_methods(&self, scope: Scope, call: &'a Call) -> Vec<String> {
        let verb = last_name(&call.callee);
        if verb.starts_with("websocket") {
            return vec!["WEBSOCKET".to_owned()];
        }
        if verb != "route" {
            return vec![verb.to_uppercase()];
        }
        let Some(listed) = keyword(call, "http_method") else {
            return Vec::new();
        };
        let (mut items, _) = self.elements(scope, listed);
        if items.is_empty() {
            items.push((scope, listed));
        }
        let named = items.into_iter().filter_map(|(scope, item)| match item {
            Value::Name(name, _) if name.contains("HttpMethod.") => {
                Some(last_name(name).to_owned())
            }
            item => self.text(scope, item),
        });
        named.map(|it| it.to_uppercase()).collect()
    }

    /// The status when all goes well: by the method, where the decorator says none.
    fn declared_status(&self, call: &Call, methods: &[String]) -> Option<u16> {
        if let Some(declared) = keyword(call, "status_code") {
            return number(declared);
        }
        let has = |method: &str| methods.iter().any(|it| it == method);
        Some(match () {
            () if has("WEBSOCKET") => 101,
            () if has("POST") => 201,
            () if has("DELETE") => 204,
            () => 200,
        })
    }

    fn below(&self, prefix: &Prefix, scope: Scope, path: &Value) -> Prefix {
        match self.text(scope, path) {
            Some(path) => join(prefix, &path),
            None => Prefix {
                open: true,
                ..prefix.clone()
            },
        }
    }
}

/// Decorators that make a function a handler.
const HANDLERS: [&str; 10] = [
    "delete",
    "get",
    "head",
    "patch",
    "post",
    "put",
    "route",
    "websocket",
    "websocket_listener",
    "websocket_stream",
];

/// Whether a path is that of a class of Litestar.
fn is_of(path: &str, class: &str) -> bool {
    path.starts_with("litestar.") && last_name(path.trim_end_matches("()")) == class
}

/// A path below a prefix: one slash between their parts, none at the end.
fn join(prefix: &Prefix, path: &str) -> Prefix {
    let parts = prefix.text.split('/').chain(path.split('/'));
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    Prefix {
        text: format!("/{}", parts.join("/")),
        open: prefix.open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_by_one_slash() {
        let at = |text: &str, path: &str| {
            let text = text.to_owned();
            join(&Prefix { text, open: false }, path).text
        };
        assert_eq!(at("", "/"), "/");
        assert_eq!(at("/api/", "orders"), "/api/orders");
        assert_eq!(at("/api", "/"), "/api");
        assert_eq!(at("/", "/{id:int}/"), "/{id:int}");
    }
}
