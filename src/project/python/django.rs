//! Django and REST framework handlers: views of `urlpatterns`, view classes, viewsets.

use std::collections::{BTreeMap, BTreeSet};

use super::apps::{Framework, Placement, argument, constant};
use super::index::{ClassId, FunctionId, Python, Scope, last_name};
use super::modules::Place;
use super::names::Target;
use super::routes::{Role, Route, joined};
use crate::facts::Answer;
use crate::facts::python::{Call, Function, ParamKind, Value};
use crate::source::Loc;

/// One entry of a `urlpatterns` that leads to a view.
#[derive(Clone, Debug)]
struct Entry {
    path: String,
    at: Loc,
    /// More is given to the view than the path holds.
    extended: bool,
}

/// The views that the URL configuration names.
#[derive(Debug, Default)]
struct Urls {
    functions: BTreeMap<FunctionId, Entry>,
    classes: BTreeMap<ClassId, Entry>,
    /// Modules of which some view is named: their other functions are helpers.
    modules: BTreeSet<usize>,
    /// Functions that other functions call.
    called: BTreeSet<FunctionId>,
}

/// Methods of a view class that answer requests, with the HTTP method.
const VERBS: [(&str, &str); 11] = [
    ("get", "GET"),
    ("post", "POST"),
    ("put", "PUT"),
    ("patch", "PATCH"),
    ("delete", "DELETE"),
    ("list", "GET"),
    ("retrieve", "GET"),
    ("create", "POST"),
    ("update", "PUT"),
    ("partial_update", "PATCH"),
    ("destroy", "DELETE"),
];

/// How deep `include` may nest.
const LEVELS: usize = 6;

impl<'a> Python<'a> {
    /// All handlers of Django and REST framework.
    pub(super) fn django_routes(&self) -> Vec<Route> {
        let urls = self.urls();
        let mut routes = Vec::new();
        for (id, function) in self.functions() {
            if function.nested {
                continue;
            }
            let route = match self.class_of(id) {
                Some(class) => self.class_route(&urls, id, class),
                None => self.function_route(&urls, id, function),
            };
            routes.extend(route);
        }
        routes
    }

    fn function_route(&self, urls: &Urls, id: FunctionId, function: &Function) -> Option<Route> {
        let scope = id.outer(self);
        let api_view = function.decorators.iter().find(|decorator| {
            is_library(
                &self.resolve(scope, &decorator.call.callee),
                "rest_framework",
                "api_view",
            )
        });
        let entry = urls.functions.get(&id);
        let module = &self.modules[id.module];
        let known = entry.is_some() || api_view.is_some() || module.draft;
        if entry.is_none() && api_view.is_none() && !self.looks_like_view(urls, id, function) {
            return None;
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
        Some(self.django_route(framework, id, methods, entry.cloned(), known))
    }

    /// A function of a views module that takes `request` first, where no URL configuration tells.
    fn looks_like_view(&self, urls: &Urls, id: FunctionId, function: &Function) -> bool {
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
            && !urls.called.contains(&id)
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

    fn class_route(&self, urls: &Urls, id: FunctionId, class: ClassId) -> Option<Route> {
        let function = self.function(id);
        let name = last_name(&function.name);
        let action = function.decorators.iter().find(|decorator| {
            let target = self.resolve(id.outer(self), &decorator.call.callee);
            is_library(&target, "rest_framework", "action")
        });
        let verb = VERBS.iter().find(|(method, _)| *method == name);
        if verb.is_none() && action.is_none() {
            return None;
        }
        let ancestry = self.ancestry(class);
        let bases = &ancestry.external;
        let drf = bases
            .iter()
            .any(|path| path.starts_with("rest_framework.") && !is_serializer(path));
        let django = bases
            .iter()
            .any(|path| path.starts_with("django.") && path.ends_with("View"));
        let framework = match (drf, django) {
            (true, _) => Framework::Drf,
            (false, true) => Framework::Django,
            _ => return None,
        };
        let methods = match (action, verb) {
            (Some(decorator), _) => api_view_methods(&decorator.call),
            (None, Some((_, method))) => vec![(*method).to_owned()],
            (None, None) => Vec::new(),
        };
        let mut entry = urls.classes.get(&class).cloned();
        if let (Some(entry), Some(_)) = (&mut entry, action) {
            entry.path = joined(&entry.path, &format!("{name}/"));
        }
        Some(self.django_route(framework, id, methods, entry, true))
    }

    fn django_route(
        &self,
        framework: Framework,
        id: FunctionId,
        methods: Vec<String>,
        entry: Option<Entry>,
        known: bool,
    ) -> Route {
        let at = self.loc(id.module, self.function(id).header);
        Route {
            framework,
            function: id,
            methods,
            roles: self.django_roles(id),
            at: entry.as_ref().map_or(at, |entry| entry.at),
            own_path: entry
                .as_ref()
                .filter(|it| !it.extended)
                .map(|it| it.path.clone()),
            object: None,
            registrations: 1,
            status: None,
            path: entry.map(|entry| joined("/", &entry.path)),
            placement: Placement::default(),
            known,
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

    /// Reads every `urlpatterns` and every `router.register`.
    fn urls(&self) -> Urls {
        let mut prefixes = BTreeMap::new();
        for (module, _) in self.modules.iter().enumerate() {
            self.includes(module, &mut prefixes);
        }
        let mut urls = Urls {
            called: self.called(),
            ..Urls::default()
        };
        for (module, info) in self.modules.iter().enumerate() {
            let prefix = whole_prefix(&prefixes, module);
            let scope = Scope {
                module,
                function: None,
            };
            for call in info
                .facts
                .globals
                .iter()
                .flat_map(|global| match global.name.as_str() {
                    "urlpatterns" => entries(&global.value),
                    _ => Vec::new(),
                })
            {
                self.entry(scope, &prefix, call, &mut urls);
            }
            for call in info
                .facts
                .calls
                .iter()
                .filter(|call| last_name(&call.callee) == "register")
            {
                let path = call.args.first().and_then(constant);
                let class = self.named_class(scope, call.args.get(1));
                if let (Some(path), Some(class)) = (path, class) {
                    let path = joined(&prefix, &format!("{path}/"));
                    let at = self.loc(module, call.span);
                    let extended = false;
                    let entry = Entry { path, at, extended };
                    urls.classes.entry(class).or_insert(entry);
                }
            }
        }
        urls
    }

    fn entry(&self, scope: Scope, prefix: &str, call: &Call, urls: &mut Urls) {
        let pattern = argument(call, 0, "route")
            .and_then(constant)
            .unwrap_or_default();
        let path = joined(
            prefix,
            pattern.trim_start_matches('^').trim_end_matches('$'),
        );
        let at = self.loc(scope.module, call.span);
        let extended = argument(call, 2, "kwargs").is_some();
        let entry = Entry { path, at, extended };
        let Some(view) = argument(call, 1, "view") else {
            return;
        };
        if let Some(class) = self.viewed_class(scope, Some(view)) {
            urls.modules.insert(class.module);
            urls.classes.entry(class).or_insert(entry);
        } else if let Some(function) = self.viewed_function(scope, view) {
            urls.modules.insert(function.module);
            urls.functions.entry(function).or_insert(entry);
        }
    }

    /// The view function, through wrappers: `login_required(views.orders)`.
    fn viewed_function(&self, scope: Scope, view: &Value) -> Option<FunctionId> {
        match view {
            Value::Name(name, _) => match self.resolve(scope, name) {
                Target::Function(id) => Some(id),
                _ => None,
            },
            Value::Call(call) => self.viewed_function(scope, call.args.first()?),
            _ => None,
        }
    }

    /// Notes which modules the patterns of a module include, and below which prefix.
    fn includes(&self, module: usize, prefixes: &mut BTreeMap<usize, (usize, String)>) {
        let globals = self.modules[module].facts.globals.iter();
        for call in globals
            .filter(|it| it.name == "urlpatterns")
            .flat_map(|it| entries(&it.value))
        {
            let Some(Value::Call(include)) = argument(call, 1, "view") else {
                continue;
            };
            if last_name(&include.callee) != "include" {
                continue;
            }
            let included = match include.args.first() {
                Some(Value::Str(name, _)) => self.tree.find(module, name),
                Some(Value::Name(name, _)) => {
                    match self.resolve(
                        Scope {
                            module,
                            function: None,
                        },
                        name,
                    ) {
                        Target::Place(place) => place,
                        _ => Place::Missing,
                    }
                }
                _ => Place::Missing,
            };
            if let Place::Module(included) = included {
                let prefix = call.args.first().and_then(constant).unwrap_or_default();
                prefixes
                    .entry(included)
                    .or_insert((module, prefix.to_owned()));
            }
        }
    }
}

fn whole_prefix(prefixes: &BTreeMap<usize, (usize, String)>, module: usize) -> String {
    let mut whole = String::new();
    let mut at = module;
    for _ in 0..LEVELS {
        let Some((parent, prefix)) = prefixes.get(&at) else {
            break;
        };
        whole.insert_str(0, prefix.trim_start_matches('^'));
        at = *parent;
    }
    whole
}

/// The calls of a list of patterns, also inside `i18n_patterns(…)` and the like.
fn entries(value: &Value) -> Vec<&Call> {
    match value {
        Value::List(items) => items.iter().flat_map(entries).collect(),
        Value::Call(call) if matches!(last_name(&call.callee), "path" | "re_path" | "url") => {
            vec![&**call]
        }
        Value::Call(call) => call.args.iter().flat_map(entries).collect(),
        _ => Vec::new(),
    }
}

fn api_view_methods(call: &Call) -> Vec<String> {
    let listed = argument(call, 0, "http_method_names")
        .filter(|value| matches!(value, Value::List(_)))
        .or_else(|| super::apps::keyword(call, "methods"));
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

fn is_library(target: &Target, library: &str, name: &str) -> bool {
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
