//! Flask handlers: parameters by URL rule, and class-based views of Flask and its extensions.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::apps::{Framework, argument, keyword};
use super::index::{ClassId, FunctionId, Python, Scope, last_name};
use super::mounts::{Mounts, Placement, joined};
use super::names::Target;
use super::routes::{Role, Route};
use crate::facts::Answer;
use crate::facts::python::{Call, ParamKind, Value};

/// The methods of a view class that answer requests.
const VERBS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Where a class-based view is registered.
struct Registration<'a> {
    /// The object it is registered on, as written.
    object: &'a str,
    scope: Scope,
    path: &'a Value,
    call: &'a Call,
}

/// View classes with every rule they are registered under.
type Registered<'a> = BTreeMap<ClassId, Vec<Registration<'a>>>;

impl<'a> Python<'a> {
    /// What each parameter of a view is: the URL rule names those of the path.
    pub(super) fn flask_roles(&self, id: FunctionId, path: Option<&str>) -> Vec<Role> {
        let function = self.function(id);
        let receiver = function.class.is_some() && !function.nested && !self.is_static(id);
        let params = function.params.iter().enumerate();
        params
            .map(|(place, param)| {
                let taken = match path {
                    Some(path) => takes(path, &param.name),
                    None => function.class.is_some() && param.kind == ParamKind::Normal,
                };
                if taken && !(receiver && place == 0) {
                    Role::Path
                } else {
                    Role::Unknown
                }
            })
            .collect()
    }

    /// The methods of `MethodView` and `Resource` classes.
    pub(super) fn flask_class_routes(&self, mounts: &Mounts<'a>) -> Vec<Route> {
        let mut routes = Vec::new();
        let mut covered = BTreeSet::new();
        for (class, registrations) in self.registered_classes() {
            if self.descends(class, is_view) != Answer::Yes {
                continue;
            }
            for verb in VERBS {
                let Some(id) = self.method(class, verb) else {
                    continue;
                };
                let route = self.verb_route(id, class);
                let of_verb = registrations.iter().filter(|it| self.admits(it, verb));
                for registration in of_verb {
                    covered.insert(id);
                    routes.extend(self.class_registration(mounts, &route, registration));
                }
            }
        }
        for (id, function) in self.functions() {
            let is_verb = VERBS.contains(&last_name(&function.name)) && !function.nested;
            let class = is_verb.then(|| self.class_of(id)).flatten();
            if let Some(class) = class.filter(|_| !covered.contains(&id))
                && self.descends(class, is_view) == Answer::Yes
            {
                routes.push(self.verb_route(id, class));
            }
        }
        routes
    }

    /// A method of a view class, wherever that is registered.
    fn verb_route(&self, id: FunctionId, class: ClassId) -> Route {
        let function = self.function(id);
        Route {
            framework: Framework::Flask,
            function: id,
            methods: vec![last_name(&function.name).to_uppercase()],
            path: None,
            open: true,
            own_path: None,
            object: None,
            registrations: 1,
            status: None,
            at: self.loc(id.module, function.header),
            roles: self.flask_roles(id, None),
            placement: Placement::unknown(),
            known: true,
            class: Some(class),
            wrappers: Vec::new(),
            name: None,
            layers: Rc::default(),
        }
    }

    /// Whether a registration is for requests of a method: `methods=["GET"]` leaves others out.
    fn admits(&self, registration: &Registration<'a>, verb: &str) -> bool {
        let Some(listed) = keyword(registration.call, "methods") else {
            return true;
        };
        let (items, whole) = self.elements(registration.scope, listed);
        let mut texts = items.iter().map(|(scope, it)| self.text(*scope, it));
        !whole || texts.any(|it| it.is_none_or(|it| it.eq_ignore_ascii_case(verb)))
    }

    /// The routes of one registration: one for each place of the object it is made on.
    fn class_registration(
        &self,
        mounts: &Mounts<'a>,
        route: &Route,
        registration: &Registration<'a>,
    ) -> Vec<Route> {
        let scope = registration.scope;
        let object = self.app_object(scope, registration.object);
        let placement = match object {
            Some(object) => self.placement(mounts, object),
            None => Placement::unknown(),
        };
        let own = self.text(scope, registration.path);
        let prefixes = placement.prefixes.clone().into_iter();
        prefixes
            .map(|prefix| {
                let path = own.as_ref().map(|path| joined(&prefix.text, path));
                Route {
                    roles: self.flask_roles(route.function, path.as_deref()),
                    own_path: path.clone(),
                    path,
                    open: prefix.open,
                    at: self.loc(scope.module, registration.call.span),
                    placement: placement.clone(),
                    ..route.clone()
                }
            })
            .collect()
    }

    fn registered_classes(&self) -> Registered<'a> {
        let mut registered = Registered::new();
        for (scope, call) in self.wiring() {
            let (object, method) = call.callee.rsplit_once('.').unwrap_or_default();
            let (class, paths) = match method {
                "add_url_rule" => {
                    let view = argument(call, 2, "view_func");
                    let path = argument(call, 0, "rule");
                    (self.viewed_class(scope, view), path.into_iter().collect())
                }
                "add_resource" => {
                    let class = self.named_class(scope, call.args.first());
                    (class, call.args.iter().skip(1).collect::<Vec<_>>())
                }
                _ => continue,
            };
            let Some(class) = class else {
                continue;
            };
            let all = registered.entry(class).or_default();
            all.extend(paths.into_iter().map(|path| Registration {
                object,
                scope,
                path,
                call,
            }));
        }
        self.decorated_classes(&mut registered);
        registered
    }

    /// `@ns.route("/orders")` above a class.
    fn decorated_classes(&self, registered: &mut Registered<'a>) {
        for (class, scope, call) in self.class_decorators() {
            if let Some((object, "route")) = call.callee.rsplit_once('.') {
                let all = registered.entry(class).or_default();
                all.extend(call.args.iter().map(|path| Registration {
                    object,
                    scope,
                    path,
                    call,
                }));
            }
        }
    }

    /// The class of `Orders.as_view("orders")`, also through a name.
    pub(super) fn viewed_class(&self, scope: Scope, view: Option<&Value>) -> Option<ClassId> {
        match view? {
            Value::Call(call) => self.class_named(scope, call.callee.strip_suffix(".as_view")?),
            Value::Name(name, _) => match self.resolve(scope, name) {
                Target::Object(object) => match &self.object(object).value {
                    value @ Value::Call(_) => self.viewed_class(object.scope, Some(value)),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }

    /// The class that a name means.
    pub(super) fn named_class(&self, scope: Scope, value: Option<&Value>) -> Option<ClassId> {
        match value? {
            Value::Name(name, _) => self.class_named(scope, name),
            _ => None,
        }
    }

    fn class_named(&self, scope: Scope, name: &str) -> Option<ClassId> {
        match self.resolve(scope, name) {
            Target::Class(class) => Some(class),
            _ => None,
        }
    }
}

fn is_view(path: &str) -> bool {
    let library = path.split('.').next().unwrap_or_default();
    matches!(
        (library, last_name(path)),
        (
            "flask" | "flask_smorest" | "flask_classful",
            "MethodView" | "FlaskView"
        ) | (
            "flask_restful" | "flask_restx" | "flask_restplus",
            "Resource"
        )
    )
}

/// Whether a URL rule has the parameter: `<name>` or `<int:name>`.
pub(super) fn takes(path: &str, name: &str) -> bool {
    path.split('<').skip(1).any(|part| {
        let inner = part.split('>').next().unwrap_or_default();
        last_of(inner) == name
    })
}

fn last_of(converter: &str) -> &str {
    converter.rsplit(':').next().unwrap_or(converter)
}
