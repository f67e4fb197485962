//! Flask handlers: parameters by URL rule, and class-based views of Flask and its extensions.

use std::collections::BTreeMap;

use super::apps::{Framework, Placement, argument, constant, keyword};
use super::index::{ClassId, FunctionId, Python, Scope, last_name};
use super::names::Target;
use super::routes::{Role, Route, joined};
use crate::facts::Answer;
use crate::facts::python::{Call, ParamKind, Value};
use crate::source::Loc;

/// The methods of a view class that answer requests.
const VERBS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Where a class-based view is registered.
struct Registration {
    path: String,
    at: Loc,
}

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
    pub(super) fn flask_class_routes(&self) -> Vec<Route> {
        let registered = self.registered_classes();
        let mut routes = Vec::new();
        for (id, function) in self.functions() {
            let verb = last_name(&function.name);
            let is_verb = VERBS.contains(&verb) && !function.nested;
            let Some(class) = is_verb.then(|| self.class_of(id)).flatten() else {
                continue;
            };
            if self.descends(class, is_view) != Answer::Yes {
                continue;
            }
            let registration = registered.get(&class);
            let path = registration.map(|it| it.path.clone());
            routes.push(Route {
                framework: Framework::Flask,
                function: id,
                methods: vec![verb.to_uppercase()],
                roles: self.flask_roles(id, path.as_deref()),
                own_path: path.clone(),
                object: None,
                registrations: 1,
                status: None,
                path,
                at: registration.map_or(self.loc(id.module, function.header), |it| it.at),
                placement: Placement {
                    open: true,
                    ..Placement::default()
                },
                known: true,
            });
        }
        routes
    }

    /// View classes with the first rule each is registered under.
    fn registered_classes(&self) -> BTreeMap<ClassId, Registration> {
        let mut registered = BTreeMap::new();
        for (scope, call) in self.wiring() {
            let (class, path) = match last_name(&call.callee) {
                "add_url_rule" => (
                    self.viewed_class(scope, argument(call, 2, "view_func")),
                    argument(call, 0, "rule"),
                ),
                "add_resource" => (self.named_class(scope, call.args.first()), call.args.get(1)),
                _ => continue,
            };
            if let (Some(class), Some(path)) = (class, path.and_then(constant)) {
                let prefix = self.prefix_of(scope, call);
                let path = joined(&prefix, path);
                let at = self.loc(scope.module, call.span);
                registered.entry(class).or_insert(Registration { path, at });
            }
        }
        self.decorated_classes(&mut registered);
        registered
    }

    /// `@ns.route("/orders")` above a class.
    fn decorated_classes(&self, registered: &mut BTreeMap<ClassId, Registration>) {
        for (module, info) in self.modules.iter().enumerate() {
            for (index, class) in info.facts.classes.iter().enumerate() {
                for decorator in &class.decorators {
                    let call = &decorator.call;
                    let path = call.args.first().and_then(constant);
                    if let (Some(path), "route") = (path, last_name(&call.callee)) {
                        let path = path.to_owned();
                        let at = self.loc(module, call.span);
                        let id = ClassId { module, index };
                        registered.entry(id).or_insert(Registration { path, at });
                    }
                }
            }
        }
    }

    fn prefix_of(&self, scope: Scope, call: &Call) -> String {
        let object = call
            .callee
            .rsplit_once('.')
            .map_or("", |(object, _)| object);
        match self
            .app_object(scope, object)
            .map(|object| &self.object(object).value)
        {
            Some(Value::Call(call)) => {
                let prefix = keyword(call, "url_prefix").or_else(|| keyword(call, "prefix"));
                prefix.and_then(constant).unwrap_or_default().to_owned()
            }
            _ => String::new(),
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
fn takes(path: &str, name: &str) -> bool {
    path.split('<').skip(1).any(|part| {
        let inner = part.split('>').next().unwrap_or_default();
        last_of(inner) == name
    })
}

fn last_of(converter: &str) -> &str {
    converter.rsplit(':').next().unwrap_or(converter)
}
