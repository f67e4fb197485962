//! Django and REST framework handlers: views of `urlpatterns`, view classes, viewsets.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::apps::{Framework, argument, constant, keyword};
use super::endpoints::Bare;
use super::flask::takes;
use super::index::{ClassId, FunctionId, Python, last_name};
use super::library_views;
use super::mounts::Placement;
use super::names::Target;
use super::routes::{Role, Route};
use super::urls::{Entry, Foreign, Registered, Urls};
use crate::facts::Answer;
use crate::facts::python::{Call, Function, Param, ParamKind, Value};

/// What the URL configurations lead to.
#[derive(Debug, Default)]
pub(super) struct DjangoRoutes {
    /// Functions of the project.
    pub routes: Vec<Route>,
    /// What libraries answer.
    pub bare: Vec<Bare>,
}

/// Methods of a view class that answer requests, with the HTTP method.
const VERBS: [(&str, &str); 5] = [
    ("get", "GET"),
    ("post", "POST"),
    ("put", "PUT"),
    ("patch", "PATCH"),
    ("delete", "DELETE"),
];

/// Methods of a viewset that do, and whether they are about one object.
const ACTIONS: [(&str, &str, bool); 6] = [
    ("list", "GET", false),
    ("create", "POST", false),
    ("retrieve", "GET", true),
    ("update", "PUT", true),
    ("partial_update", "PATCH", true),
    ("destroy", "DELETE", true),
];

impl<'a> Python<'a> {
    /// All handlers of Django and REST framework.
    pub(super) fn django_routes(&self) -> DjangoRoutes {
        let urls = self.urls();
        let mut found = DjangoRoutes::default();
        for (&class, entries) in &urls.classes {
            for entry in entries {
                self.class_entry(class, entry, entries, &mut found);
            }
        }
        for (&class, places) in &urls.viewsets {
            for place in places {
                self.viewset(class, place, &mut found);
            }
        }
        found.bare.extend(urls.foreign.iter().map(foreign));
        let covered: BTreeSet<FunctionId> = found.routes.iter().map(|it| it.function).collect();
        let called = self.called();
        for (id, function) in self.functions() {
            if function.nested || covered.contains(&id) {
                continue;
            }
            match self.class_of(id) {
                Some(class) => found.routes.extend(self.unnamed_method(id, class)),
                None => found
                    .routes
                    .extend(self.function_routes(&urls, &called, id, function)),
            }
        }
        found
    }

    fn function_routes(
        &self,
        urls: &Urls<'a>,
        called: &BTreeSet<FunctionId>,
        id: FunctionId,
        function: &Function,
    ) -> Vec<Route> {
        let scope = id.outer(self);
        let api_view = function.decorators.iter().find(|decorator| {
            is_library(
                &self.resolve(scope, &decorator.call.callee),
                "rest_framework",
                "api_view",
            )
        });
        let entries = urls.functions.get(&id);
        let module = &self.modules[id.module];
        let known = entries.is_some() || api_view.is_some() || module.draft;
        let named = entries.is_some() || api_view.is_some();
        if !named && !self.looks_like_view(urls, called, id, function) {
            return Vec::new();
        }
        let framework = if api_view.is_some() {
            Framework::Drf
        } else {
            Framework::Django
        };
        let methods = match api_view {
            Some(decorator) => api_view_methods(&decorator.call),
            None => function
                .decorators
                .iter()
                .find_map(required_methods)
                .unwrap_or_default(),
        };
        let mut route = self.django_route(framework, id, methods);
        route.known = known;
        match entries {
            Some(entries) => entries
                .iter()
                .map(|it| self.placed(&route, it, entries))
                .collect(),
            None => vec![route],
        }
    }

    /// A function of a views module that takes `request` first, where no URL configuration tells.
    fn looks_like_view(
        &self,
        urls: &Urls,
        called: &BTreeSet<FunctionId>,
        id: FunctionId,
        function: &Function,
    ) -> bool {
        let module = &self.modules[id.module];
        let first = function
            .params
            .first()
            .is_some_and(|param| param.name == "request");
        let in_views = module
            .path
            .as_str()
            .split('/')
            .any(|part| matches!(part.strip_suffix(".py").unwrap_or(part), "views" | "view"));
        let django = ["django", "rest_framework"].map(|it| self.imports(id.module, it));
        let task = function
            .decorators
            .iter()
            .any(|decorator| last_name(&decorator.call.callee).ends_with("task"));
        let private = function.name.starts_with('_');
        first
            && (in_views || module.draft)
            && django.contains(&Answer::Yes)
            && !task
            && !private
            && !urls.modules.contains(&id.module)
            && !called.contains(&id)
    }

    /// Functions that take `request` and are called by others: helpers.
    fn called(&self) -> BTreeSet<FunctionId> {
        let takes_request = |function: &Function| {
            function
                .params
                .first()
                .is_some_and(|param| param.name == "request")
        };
        let names: BTreeSet<&str> = self
            .functions()
            .filter(|(_, function)| takes_request(function))
            .map(|(_, function)| function.name.as_str())
            .collect();
        let mut called = BTreeSet::new();
        for (caller, function) in self.functions() {
            for call in function
                .calls
                .iter()
                .filter(|call| names.contains(last_name(&call.callee)))
            {
                if let Target::Function(id) = self.resolve(caller.scope(), &call.callee) {
                    called.insert(id);
                }
            }
        }
        called
    }

    /// What a class answers that stands at a path.
    fn class_entry(
        &self,
        class: ClassId,
        entry: &Entry<'a>,
        all: &[Entry<'a>],
        found: &mut DjangoRoutes,
    ) {
        let framework = self.view_framework(class);
        let known = framework.is_some();
        let framework = framework.unwrap_or(Framework::Django);
        let actions = entry.made.and_then(|(_, call)| match call.args.first()? {
            Value::Dict(pairs) => Some(pairs),
            _ => None,
        });
        let allowed = self.allowed_methods(class);
        let verbs = match actions {
            Some(pairs) => {
                let named = pairs.iter().filter_map(|(verb, action)| {
                    Some((constant(action)?, constant(verb)?.to_uppercase()))
                });
                named.collect::<Vec<_>>()
            }
            None => VERBS.map(|(name, verb)| (name, verb.to_owned())).into(),
        };
        for (name, verb) in verbs {
            if !allowed.as_ref().is_none_or(|it| it.contains(&verb)) {
                continue;
            }
            if let Some(id) = self.method(class, name) {
                let mut route =
                    self.placed(&self.django_route(framework, id, vec![verb]), entry, all);
                route.class = Some(class);
                route.known = known;
                found.routes.push(route);
            } else if let Some(statuses) = self.given_answer(class, name, &verb) {
                let bare = self.bare(framework, class, name, verb, statuses);
                found.bare.push(Bare {
                    path: Some(entry.path.clone()),
                    open: entry.open,
                    wrappers: wrappers(entry),
                    ..bare
                });
            }
        }
    }

    /// What a viewset answers that stands in a router.
    fn viewset(&self, class: ClassId, place: &Registered, found: &mut DjangoRoutes) {
        let allowed = self.allowed_methods(class);
        let slash = if place.slash { "/" } else { "" };
        let one = format!("{}/<{}>", place.path, self.lookup_name(class));
        let path_of = |detail: bool, rest: &str| {
            let base = if detail { &one } else { &place.path };
            let between = if rest.is_empty() { "" } else { "/" };
            // A router at the root has no slash before its own.
            let path = format!("{base}{between}{rest}{slash}");
            path.trim_start_matches('/').to_owned()
        };
        let mut add = |id: Option<FunctionId>, name: &str, verb: &str, path: String| {
            if !allowed
                .as_ref()
                .is_none_or(|it| it.iter().any(|it| it == verb))
            {
                return;
            }
            if let Some(id) = id {
                let mut route = self.django_route(Framework::Drf, id, vec![verb.to_owned()]);
                route.path = Some(joined_root(&path));
                route.own_path = Some(path);
                route.open = place.open;
                route.at = place.at;
                route.class = Some(class);
                found.routes.push(route);
            } else if let Some(statuses) = self.given_answer(class, name, verb) {
                let bare = self.bare(Framework::Drf, class, name, verb.to_owned(), statuses);
                let (path, open) = (Some(path), place.open);
                found.bare.push(Bare { path, open, ..bare });
            }
        };
        for (name, verb, detail) in ACTIONS {
            add(self.method(class, name), name, verb, path_of(detail, ""));
        }
        for (id, call) in self.extra_actions(class) {
            let name = last_name(&self.function(id).name);
            let detail = argument(call, 1, "detail") == Some(&Value::Bool(true));
            let own = keyword(call, "url_path").and_then(constant).unwrap_or(name);
            for verb in api_view_methods(call) {
                add(Some(id), name, &verb, path_of(detail, own));
            }
        }
    }

    /// The methods under `@action` of a class and of what it descends from.
    fn extra_actions(&self, class: ClassId) -> Vec<(FunctionId, &'a Call)> {
        let mut found: Vec<(FunctionId, &'a Call)> = Vec::new();
        for class in self.ancestry(class).classes {
            let prefix = format!("{}.", self.class(class).name);
            let functions = self.modules[class.module]
                .facts
                .functions
                .iter()
                .enumerate();
            for (index, function) in functions {
                let own = function.name.strip_prefix(&prefix);
                let (Some(own), false) = (own, function.nested) else {
                    continue;
                };
                let id = FunctionId {
                    module: class.module,
                    index,
                };
                let same = |other: &FunctionId| last_name(&self.function(*other).name) == own;
                let known = found.iter().any(|(other, _)| same(other));
                found.extend(self.action_call(id).filter(|_| !known).map(|it| (id, it)));
            }
        }
        found
    }

    fn action_call(&self, id: FunctionId) -> Option<&'a Call> {
        let scope = id.outer(self);
        let decorators = self.function(id).decorators.iter();
        let mut calls = decorators.map(|decorator| &decorator.call);
        calls.find(|call| {
            let target = self.resolve(scope, &call.callee);
            is_library(&target, "rest_framework", "action")
        })
    }

    /// The parameter of the path that tells the objects of a viewset apart.
    pub(super) fn lookup_name(&self, class: ClassId) -> String {
        let named = |name: &str| {
            let (scope, value) = self.field_value(class, name)?;
            self.text(scope, value)
        };
        let given = named("lookup_url_kwarg").or_else(|| named("lookup_field"));
        given.unwrap_or_else(|| "pk".to_owned())
    }

    /// `http_method_names` of a class, where it has them.
    fn allowed_methods(&self, class: ClassId) -> Option<Vec<String>> {
        let (scope, value) = self.field_value(class, "http_method_names")?;
        let (items, whole) = self.elements(scope, value);
        let names = items.iter().map(|(scope, item)| self.text(*scope, item));
        let names: Option<Vec<String>> = names.collect();
        let names = names.filter(|_| whole)?;
        Some(names.iter().map(|name| name.to_uppercase()).collect())
    }

    /// The statuses of what a class of a library behind this one answers.
    fn given_answer(&self, class: ClassId, name: &str, verb: &str) -> Option<&'static [u16]> {
        let bases = self.ancestry(class).external;
        let mut answers = bases.iter().filter_map(|path| {
            let own = library_views::answers(path, verb).filter(|_| is_verb(name));
            own.or_else(|| library_views::action(path, name))
        });
        answers.next()
    }

    fn bare(
        &self,
        framework: Framework,
        class: ClassId,
        name: &str,
        verb: String,
        statuses: &[u16],
    ) -> Bare {
        let facts = self.class(class);
        Bare {
            framework,
            methods: vec![verb],
            path: None,
            open: true,
            rest: false,
            handler: format!("{}.{name}", facts.name),
            at: self.loc(class.module, facts.name_span),
            statuses: Some(statuses.to_vec()),
            class: Some(class),
            wrappers: Vec::new(),
        }
    }

    /// Whose view a class is.
    fn view_framework(&self, class: ClassId) -> Option<Framework> {
        let bases = self.ancestry(class).external;
        let drf = |path: &String| path.starts_with("rest_framework.") && !is_serializer(path);
        let django = |path: &String| path.starts_with("django.") && path.ends_with("View");
        if bases.iter().any(drf) {
            Some(Framework::Drf)
        } else {
            bases.iter().any(django).then_some(Framework::Django)
        }
    }

    /// A method of a view class that no configuration names.
    fn unnamed_method(&self, id: FunctionId, class: ClassId) -> Option<Route> {
        let name = last_name(&self.function(id).name);
        let action = self.action_call(id);
        let verb = VERBS.iter().find(|(method, _)| *method == name);
        let verb = verb.map(|(_, verb)| *verb);
        let mut actions = ACTIONS.iter();
        let verb = verb.or_else(|| Some(actions.find(|(method, ..)| *method == name)?.1));
        let methods = match (action, verb) {
            (Some(call), _) => api_view_methods(call),
            (None, Some(verb)) => vec![verb.to_owned()],
            (None, None) => return None,
        };
        let mut route = self.django_route(self.view_framework(class)?, id, methods);
        route.class = Some(class);
        Some(route)
    }

    fn django_route(&self, framework: Framework, id: FunctionId, methods: Vec<String>) -> Route {
        Route {
            framework,
            function: id,
            methods,
            roles: self.django_roles(id),
            at: self.loc(id.module, self.function(id).header),
            own_path: None,
            object: None,
            registrations: 1,
            status: None,
            path: None,
            open: true,
            placement: Placement::default(),
            known: true,
            class: None,
            wrappers: Vec::new(),
            name: None,
            layers: Rc::default(),
        }
    }

    /// Behind the receiver stands the request, the rest comes from the URL.
    fn django_roles(&self, id: FunctionId) -> Vec<Role> {
        let function = self.function(id);
        let receiver = usize::from(function.class.is_some() && !self.is_static(id));
        let params = function.params.iter().enumerate();
        params
            .map(
                |(place, param)| match (place.checked_sub(receiver), param.kind) {
                    (None, _) | (_, ParamKind::Args) => Role::Unknown,
                    (Some(0), _) => Role::Request,
                    _ => Role::Path,
                },
            )
            .collect()
    }

    /// A route at an entry of the configuration.
    fn placed(&self, route: &Route, entry: &Entry, all: &[Entry]) -> Route {
        Route {
            roles: self.roles_at(route, all),
            own_path: (!entry.extended).then(|| entry.path.clone()),
            path: Some(joined_root(&entry.path)),
            open: entry.open,
            at: entry.at,
            name: entry.name.clone(),
            wrappers: wrappers(entry),
            ..route.clone()
        }
    }

    /// What none of the paths holds comes from elsewhere: a default, or a decorator that fills it. What has
    /// no default may stand in the part before a path.
    fn roles_at(&self, route: &Route, entries: &[Entry]) -> Vec<Role> {
        let is_left_out = |entry: &Entry, param: &Param| {
            !entry.path.contains(['(', '^', '$', '*'])
                && !takes(&entry.path, &param.name)
                && (!entry.open || param.default.is_some())
        };
        let is_filled = |param: &Param| {
            param.kind != ParamKind::KeywordArgs
                && entries.iter().all(|entry| is_left_out(entry, param))
        };
        let params = self.function(route.function).params.iter();
        let roles = params.zip(&route.roles);
        roles
            .map(|(param, role)| match role {
                Role::Path if is_filled(param) => Role::Unknown,
                role => *role,
            })
            .collect()
    }
}

fn wrappers(entry: &Entry) -> Vec<(super::Scope, String)> {
    let wrappers = entry.wrappers.iter();
    wrappers
        .map(|(scope, it)| (*scope, (*it).to_owned()))
        .collect()
}

fn foreign(foreign: &Foreign) -> Bare {
    let methods = library_views::methods(&foreign.name);
    let answers = methods.iter().flatten();
    let answers = answers.filter_map(|it| library_views::answers(&foreign.name, it));
    let statuses = answers.flatten().copied().collect();
    let methods = methods.iter().flatten().map(|it| (*it).to_owned());
    Bare {
        framework: Framework::Django,
        methods: methods.collect(),
        path: Some(foreign.entry.path.clone()),
        open: foreign.entry.open,
        rest: foreign.rest,
        handler: foreign.name.clone(),
        at: foreign.entry.at,
        statuses: library_views::methods(&foreign.name).map(|_| statuses),
        class: None,
        wrappers: wrappers(&foreign.entry),
    }
}

/// Paths of Django begin behind the slash.
pub(super) fn joined_root(path: &str) -> String {
    match path.starts_with('/') {
        true => path.to_owned(),
        false => format!("/{path}"),
    }
}

fn is_verb(name: &str) -> bool {
    VERBS.iter().any(|(verb, _)| *verb == name)
}

fn api_view_methods(call: &Call) -> Vec<String> {
    let listed = argument(call, 0, "http_method_names")
        .filter(|value| matches!(value, Value::List(_)))
        .or_else(|| keyword(call, "methods"));
    match listed {
        Some(Value::List(items)) => items
            .iter()
            .filter_map(constant)
            .map(str::to_uppercase)
            .collect(),
        _ => vec!["GET".to_owned()],
    }
}

fn required_methods(decorator: &crate::facts::python::Decorator) -> Option<Vec<String>> {
    match last_name(&decorator.call.callee) {
        "require_GET" | "require_safe" => Some(vec!["GET".to_owned()]),
        "require_POST" => Some(vec!["POST".to_owned()]),
        "require_http_methods" => Some(api_view_methods(&decorator.call)),
        _ => None,
    }
}

pub(super) fn is_library(target: &Target, library: &str, name: &str) -> bool {
    let Target::External(path) = target else {
        return false;
    };
    path.split('.').next() == Some(library) && last_name(path.trim_end_matches("()")) == name
}

fn is_serializer(path: &str) -> bool {
    ![
        "rest_framework.views.",
        "rest_framework.viewsets.",
        "rest_framework.generics.",
        "rest_framework.mixins.",
    ]
    .iter()
    .any(|module| path.starts_with(module))
}
