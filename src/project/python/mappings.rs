//! What answers an exception that leaves a handler: registered handlers, middleware, settings.

use std::collections::BTreeSet;

use super::apps::{AppKind, Framework, argument, constant, keyword};
use super::exceptions::{Failing, catches, is_bare};
use super::index::{ClassId, FunctionId, ObjectId, Python, Scope, last_name};
use super::names::Target;
use super::routes::Route;
use crate::facts::Answer;
use crate::facts::python::{Call, ExitKind, Value};

/// One registration, or one piece of middleware.
#[derive(Clone, Debug)]
pub(super) struct Mapping {
    /// Where the types are read.
    scope: Scope,
    /// The exception types it answers, as written.
    types: Vec<String>,
    reach: Reach,
    /// The function that answers them, and them alone.
    handler: Option<FunctionId>,
}

/// What answers an exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answering {
    /// A function that is registered for it.
    Function(FunctionId),
    /// Something that may answer it, one way or another.
    Unknown,
    /// The framework, if at all.
    Nobody,
}

/// Whose handlers a mapping covers.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Reach {
    /// Those of one application or blueprint.
    Object(ObjectId),
    /// Those of an application that is not known, so perhaps any.
    Any,
    /// Those of Django.
    Django,
    /// Those of REST framework.
    Drf,
    /// Those of one view class and of what descends from it.
    View(ClassId),
}

/// All mappings of the project.
#[derive(Debug, Default)]
pub(super) struct Mappings {
    all: Vec<Mapping>,
    /// The frameworks of which the project builds an application.
    built: BTreeSet<Framework>,
}

/// What becomes of an exception behind a handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Upstream {
    /// It is answered, or may be.
    Handled,
    /// Only a handler for every exception answers it, which is a 500 all the same.
    Bare,
    /// Nothing answers it.
    Unmapped,
}

impl Mappings {
    /// Finds all mappings.
    pub(super) fn new(python: &Python) -> Self {
        let mut mappings = Self::default();
        mappings.decorated(python);
        mappings.called(python);
        mappings.built(python);
        mappings.django(python);
        mappings.aiohttp(python);
        mappings.views(python);
        mappings
    }

    fn push(&mut self, scope: Scope, types: Vec<String>, reach: Reach) {
        if !types.is_empty() {
            self.all.push(Mapping {
                scope,
                types,
                reach,
                handler: None,
            });
        }
    }

    fn push_handler(
        &mut self,
        scope: Scope,
        types: Vec<String>,
        reach: Reach,
        by: Option<FunctionId>,
    ) {
        let before = self.all.len();
        self.push(scope, types, reach);
        for mapping in &mut self.all[before..] {
            mapping.handler = by;
        }
    }

    /// `@app.exception_handler(T)`, `@bp.errorhandler(T)`, `@app.middleware("http")`.
    fn decorated(&mut self, python: &Python) {
        for (id, function) in python.functions() {
            let scope = id.outer(python);
            for decorator in &function.decorators {
                let call = &decorator.call;
                let (object, method) = call.callee.rsplit_once('.').unwrap_or_default();
                let types = match method {
                    "exception_handler" | "errorhandler" => names(call.args.first()),
                    "app_errorhandler" => names(call.args.first()),
                    // What aiohttp calls so is only marked; the application lists it.
                    "middleware" if python.is_of_aiohttp(scope, &call.callee) => continue,
                    "middleware" => caught(python, id),
                    _ => continue,
                };
                let reach = match method {
                    "app_errorhandler" => Reach::Any,
                    _ => reach(python, scope, object),
                };
                match method {
                    "middleware" => self.push(id.scope(), types, reach),
                    _ => self.push_handler(scope, types, reach, Some(id)),
                }
            }
        }
    }

    /// `app.add_exception_handler(T, f)`, `register_error_handler`, `add_middleware(M)`.
    fn called(&mut self, python: &Python) {
        for (scope, call) in python.wiring() {
            let (object, method) = call.callee.rsplit_once('.').unwrap_or_default();
            match method {
                "add_exception_handler" | "register_error_handler" => {
                    let types = names(argument(call, 0, "exc_class_or_status_code"));
                    let by = function(python, scope, call.args.get(1));
                    self.push_handler(scope, types, reach(python, scope, object), by);
                }
                // The decorator as a call: `app.exception_handler(T)(f)`.
                "exception_handler" | "errorhandler" => {
                    self.push(
                        scope,
                        names(call.args.first()),
                        reach(python, scope, object),
                    );
                }
                "add_middleware" => {
                    let reach = reach(python, scope, object);
                    self.middleware(python, scope, argument(call, 0, "middleware_class"), reach);
                }
                _ => {}
            }
        }
    }

    /// `FastAPI(exception_handlers={T: f}, middleware=[Middleware(M)])`.
    fn built(&mut self, python: &Python) {
        for (object, call, framework) in applications(python) {
            self.built.insert(framework);
            if framework == Framework::Litestar {
                continue;
            }
            let reach = || Reach::Object(object);
            if let Some(handlers) = keyword(call, "exception_handlers") {
                self.dictionary(python, object, handlers);
            }
            let listed = keyword(call, "middleware");
            let items = listed.map(|it| python.elements(object.scope, it).0);
            for (scope, item) in items.into_iter().flatten() {
                if let Value::Call(call) = item {
                    self.middleware(python, scope, call.args.first(), reach());
                }
            }
        }
    }

    /// `{T: f}`, also by its name; nobody knows what stands in any other.
    fn dictionary<'a>(&mut self, python: &Python<'a>, object: ObjectId, handlers: &'a Value) {
        let (scope, handlers) = match handlers {
            Value::Name(name, _) => match python.bound_value(object.scope, name) {
                Some(bound) => bound,
                None => (object.scope, handlers),
            },
            handlers => (object.scope, handlers),
        };
        let reach = Reach::Object(object);
        match handlers {
            Value::Dict(pairs) => {
                for (key, handler) in pairs {
                    let by = function(python, scope, Some(handler));
                    self.push_handler(scope, names(Some(key)), reach.clone(), by);
                }
            }
            _ => self.push(scope, vec!["unknown".to_owned()], reach),
        }
    }

    /// Whether the application above a handler is seen, so that what it does not map is unmapped.
    pub(super) fn see(&self, route: &Route) -> bool {
        !route.placement.open || self.built.contains(&route.framework)
    }

    fn middleware(&mut self, python: &Python, scope: Scope, class: Option<&Value>, reach: Reach) {
        let Some(class) = python.named_class(scope, class) else {
            return;
        };
        let method = ["dispatch", "__call__"]
            .iter()
            .find_map(|name| python.method(class, name));
        if let Some(method) = method {
            self.push(method.scope(), caught(python, method), reach);
        }
    }

    /// `handle_exception` and `dispatch` of view classes.
    fn views(&mut self, python: &Python) {
        for (id, function) in python.functions() {
            let types = match last_name(&function.name) {
                "handle_exception" => tested(python, id),
                "dispatch" => caught(python, id),
                _ => continue,
            };
            if let Some(class) = python.class_of(id) {
                self.push(id.scope(), types, Reach::View(class));
            }
        }
    }

    /// `process_exception` of middleware, and `EXCEPTION_HANDLER` of REST framework.
    fn django(&mut self, python: &Python) {
        for (id, function) in python.functions() {
            let name = last_name(&function.name);
            let takes_response = function.class.is_some() && name == "__call__" && {
                let init = python
                    .class_of(id)
                    .and_then(|class| python.method(class, "__init__"));
                init.is_some_and(|init| {
                    python
                        .function(init)
                        .params
                        .iter()
                        .any(|param| param.name == "get_response")
                })
            };
            if function.class.is_some() && name == "process_exception" {
                self.push(id.scope(), tested(python, id), Reach::Django);
            } else if takes_response {
                self.push(id.scope(), caught(python, id), Reach::Django);
            }
        }
        for (module, info) in python.modules.iter().enumerate() {
            let settings = info
                .facts
                .globals
                .iter()
                .filter(|it| it.name == "REST_FRAMEWORK");
            for global in settings {
                let Value::Dict(pairs) = &global.value else {
                    continue;
                };
                let handler = pairs
                    .iter()
                    .find(|(key, _)| constant(key) == Some("EXCEPTION_HANDLER"));
                if let Some(path) = handler.and_then(|(_, value)| constant(value)) {
                    match python.imported_name(module, path) {
                        Target::Function(id) => {
                            self.push(id.scope(), tested(python, id), Reach::Drf);
                        }
                        Target::External(_) if path.starts_with("rest_framework.") => {}
                        _ => self.push(
                            Scope {
                                module,
                                function: None,
                            },
                            vec!["unknown".to_owned()],
                            Reach::Drf,
                        ),
                    }
                }
            }
        }
    }

    /// Middleware of aiohttp; nobody knows what one does that is not of the project.
    fn aiohttp(&mut self, python: &Python) {
        for middleware in python.aiohttp_middleware() {
            let reach = || middleware.app.map_or(Reach::Any, Reach::Object);
            let top = Scope {
                module: 0,
                function: None,
            };
            match &middleware.parts {
                Some(parts) => {
                    for part in parts {
                        let mut types = caught(python, *part);
                        if types.iter().any(|it| is_bare(it)) {
                            types.extend(python.function(*part).tested_types.iter().cloned());
                        }
                        self.push(part.scope(), types, reach());
                    }
                }
                None => self.push(top, vec!["unknown".to_owned()], reach()),
            }
        }
    }

    /// The mappings around a handler.
    fn around<'m>(
        &'m self,
        python: &'m Python<'_>,
        route: &'m Route,
    ) -> impl Iterator<Item = &'m Mapping> {
        let all = self.all.iter();
        let all = all.filter(|mapping| mapping.covers(python, route));
        all.chain(&route.layers.mappings)
    }

    /// Whether something answers a database that is away, or whatever goes wrong.
    pub(super) fn mind_outages(&self, routes: &[Route]) -> bool {
        const FAILURES: [&str; 7] = [
            "DBAPIError",
            "DatabaseError",
            "Error",
            "InterfaceError",
            "OSError",
            "OperationalError",
            "SQLAlchemyError",
        ];
        let layers = routes.iter().flat_map(|route| &route.layers.mappings);
        let all = self.all.iter().chain(layers);
        let mut types = all.flat_map(|mapping| &mapping.types);
        types.any(|written| is_bare(written) || FAILURES.contains(&last_name(written)))
    }

    /// What becomes of an exception that leaves a handler.
    pub(super) fn upstream(&self, python: &Python, route: &Route, failing: &Failing) -> Upstream {
        if route.layers.open {
            return Upstream::Handled;
        }
        let mut upstream = Upstream::Unmapped;
        for mapping in self.around(python, route) {
            for written in &mapping.types {
                if is_bare(written) {
                    upstream = Upstream::Bare;
                } else if catches(python, failing, mapping.scope, written) != Answer::No {
                    return Upstream::Handled;
                }
            }
        }
        upstream
    }

    /// What answers an exception of this name or class that leaves a handler.
    pub(super) fn answering(
        &self,
        python: &Python,
        route: &Route,
        name: &str,
        class: Option<ClassId>,
    ) -> Answering {
        let mut found = Answering::Nobody;
        for mapping in self.around(python, route) {
            let about = mapping.types.iter().any(|written| {
                match (python.resolve(mapping.scope, written), class) {
                    (Target::Class(caught), Some(class)) => {
                        python.ancestry(class).classes.contains(&caught)
                    }
                    (Target::Class(_), None) => false,
                    _ => last_name(written) == name,
                }
            });
            if about {
                match mapping.handler {
                    Some(handler) => return Answering::Function(handler),
                    None => found = Answering::Unknown,
                }
            }
        }
        found
    }
}

impl Mapping {
    /// One that stands beside the handlers that it is for.
    pub(super) fn beside(scope: Scope, types: Vec<String>, handler: Option<FunctionId>) -> Self {
        Self {
            scope,
            types,
            reach: Reach::Any,
            handler,
        }
    }

    fn covers(&self, python: &Python, route: &Route) -> bool {
        let django = matches!(route.framework, Framework::Django | Framework::Drf);
        // Litestar's stand in its layers.
        let others = !django && route.framework != Framework::Litestar;
        match self.reach {
            Reach::Object(object) => {
                others && (route.placement.open || route.placement.chain.contains(&object))
            }
            Reach::Any => others,
            Reach::Django => django,
            Reach::Drf => route.framework == Framework::Drf,
            Reach::View(view) => {
                let own = route.class.map(|class| python.ancestry(class).classes);
                own.is_some_and(|classes| classes.contains(&view))
            }
        }
    }
}

fn function(python: &Python, scope: Scope, value: Option<&Value>) -> Option<FunctionId> {
    match value? {
        Value::Name(name, _) => match python.resolve(scope, name) {
            Target::Function(id) => Some(id),
            _ => None,
        },
        _ => None,
    }
}

fn reach(python: &Python, scope: Scope, object: &str) -> Reach {
    match python.app_object(scope, object) {
        Some(object) if python.app_kind(&Target::Object(object)).is_some() => Reach::Object(object),
        _ => Reach::Any,
    }
}

/// Every application with the call that builds it.
pub(super) fn applications<'a>(python: &Python<'a>) -> Vec<(ObjectId, &'a Call, Framework)> {
    let wired = wired(python, |_| true).into_iter();
    let apps = wired.filter(|(_, _, kind)| kind.is_app);
    apps.map(|(object, call, kind)| (object, call, kind.framework))
        .collect()
}

/// The applications and routers that are bound to names by calls of a form.
pub(super) fn wired<'a>(
    python: &Python<'a>,
    wanted: impl Fn(&Call) -> bool,
) -> Vec<(ObjectId, &'a Call, AppKind)> {
    let mut found = Vec::new();
    for (module, info) in python.modules.iter().enumerate() {
        let top = (0..info.facts.globals.len()).map(|index| (None, index));
        let functions = info.facts.functions.iter().enumerate();
        let inside = functions.flat_map(|(number, function)| {
            (0..function.locals.len()).map(move |index| (Some(number), index))
        });
        for (function, index) in top.chain(inside) {
            let scope = Scope { module, function };
            let object = ObjectId { scope, index };
            let Value::Call(call) = &python.object(object).value else {
                continue;
            };
            if wanted(call)
                && let Some(kind) = python.app_kind(&Target::Object(object))
            {
                found.push((object, &**call, kind));
            }
        }
    }
    found
}

/// The names of a type or of a tuple of types; status codes are none.
fn names(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Name(name, _)) => vec![name.clone()],
        Some(Value::List(items)) => items.iter().flat_map(|item| names(Some(item))).collect(),
        _ => Vec::new(),
    }
}

/// The types that a function catches and answers.
pub(super) fn caught(python: &Python, id: FunctionId) -> Vec<String> {
    let exits = python.function(id).exits.iter();
    exits
        .flat_map(|exit| match &exit.kind {
            ExitKind::Catch(types) => types.clone(),
            _ => Vec::new(),
        })
        .collect()
}

/// The types that an exception handler tells apart; without a test it may answer any.
fn tested(python: &Python, id: FunctionId) -> Vec<String> {
    let tested = &python.function(id).tested_types;
    if tested.is_empty() {
        vec!["Exception".to_owned()]
    } else {
        tested.clone()
    }
}
