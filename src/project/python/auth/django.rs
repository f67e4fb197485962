//! Who may call a view of Django or REST framework: permission classes, mixins, settings.

use super::library::{self, Whom, speaks_of_auth};
use super::{Auth, Judge};
use crate::facts::Answer;
use crate::facts::python::Value;
use crate::project::python::apps::{Framework, constant, keyword};
use crate::project::python::index::{ClassId, FunctionId, Python, Scope, last_name};
use crate::project::python::names::Target;

/// What the settings say of all views.
#[derive(Debug)]
pub(super) struct Defaults {
    /// The permission classes that REST framework takes where a view has none, with the module that
    /// names them; `None` where no settings are seen.
    permissions: Option<Vec<(usize, String)>>,
    /// Middleware that lets nobody in, or may.
    middleware: Vec<(String, Option<u16>)>,
}

impl Defaults {
    pub(super) fn new(python: &Python) -> Self {
        let mut defaults = Self {
            permissions: None,
            middleware: Vec::new(),
        };
        for (module, info) in python.modules.iter().enumerate() {
            let scope = Scope {
                module,
                function: None,
            };
            for global in &info.facts.globals {
                match (global.name.as_str(), &global.value) {
                    ("INSTALLED_APPS", _) => {
                        defaults.permissions.get_or_insert_default();
                    }
                    ("REST_FRAMEWORK", Value::Dict(pairs)) => {
                        let mut pairs = pairs.iter();
                        let listed = pairs
                            .find(|(key, _)| constant(key) == Some("DEFAULT_PERMISSION_CLASSES"));
                        let Some((_, listed)) = listed else { continue };
                        let (items, _) = python.elements(scope, listed);
                        let names = items.iter().filter_map(|(_, it)| constant(it));
                        let names = names.map(|name| (module, name.to_owned()));
                        defaults.permissions.get_or_insert_default().extend(names);
                    }
                    ("MIDDLEWARE", value) => {
                        let (items, _) = python.elements(scope, value);
                        for name in items.iter().filter_map(|(_, it)| constant(it)) {
                            defaults.add_middleware(name);
                        }
                    }
                    _ => {}
                }
            }
        }
        defaults
    }

    fn add_middleware(&mut self, path: &str) {
        let status = library::middleware(path);
        // The project's own may let some paths through; libraries tell who it is, and no more.
        let library = ["django.", "allauth.", "oauth2_provider.", "rest_framework"];
        let own = !library.iter().any(|it| path.starts_with(it)) && speaks_of_auth(path);
        if status.is_some() || own {
            self.middleware.push((last_name(path).to_owned(), status));
        }
    }
}

impl<'a> Judge<'_, 'a> {
    /// Settings and permission classes.
    pub(super) fn of_django(
        &mut self,
        framework: Framework,
        class: Option<ClassId>,
        function: Option<FunctionId>,
        methods: &[String],
    ) -> Auth {
        let mut auth = Auth::none();
        let exempt = function.is_some_and(|id| {
            let decorators = &self.python.function(id).decorators;
            let mut names = decorators.iter().map(|it| last_name(&it.call.callee));
            names.any(|name| name == "login_not_required")
        });
        for (name, status) in &self.defaults.middleware {
            auth.and(match status {
                _ if exempt => Auth::none(),
                Some(status) => Auth::refusing(name, *status),
                None => Auth::by(Answer::Unknown, name),
            });
        }
        if framework == Framework::Drf {
            auth.and(self.of_permissions(class, function, methods));
        }
        auth
    }

    fn of_permissions(
        &self,
        class: Option<ClassId>,
        function: Option<FunctionId>,
        methods: &[String],
    ) -> Auth {
        let python = self.python;
        if let Some((scope, listed)) = function.and_then(|id| self.own_permissions(id)) {
            return self.of_permission_list(scope, listed, methods);
        }
        if let Some(class) = class {
            if python.method(class, "get_permissions").is_some() {
                return Auth::by(Answer::Unknown, "get_permissions");
            }
            if let Some((scope, listed)) = python.field_value(class, "permission_classes") {
                return self.of_permission_list(scope, listed, methods);
            }
            if python.ancestry(class).open {
                return Auth::unknown();
            }
        }
        let Some(defaults) = &self.defaults.permissions else {
            return Auth::unknown();
        };
        let mut auth = Auth::none();
        for (module, path) in defaults {
            auth.and(match library::permission(path) {
                Some(whom) => of_whom(whom, path, methods),
                None => match python.imported_name(*module, path) {
                    Target::Class(class) => self.of_permission_class(class, methods),
                    _ => Auth::by(Answer::Unknown, last_name(path)),
                },
            });
        }
        auth
    }

    /// `@permission_classes([…])` of a function, `permission_classes=` of an action.
    fn own_permissions(&self, id: FunctionId) -> Option<(Scope, &'a Value)> {
        let scope = id.outer(self.python);
        let mut decorators = self.python.function(id).decorators.iter();
        decorators.find_map(|decorator| {
            let call = &decorator.call;
            let listed = match last_name(&call.callee) {
                "permission_classes" => call.args.first(),
                "action" => keyword(call, "permission_classes"),
                _ => None,
            };
            Some((scope, listed?))
        })
    }

    fn of_permission_list(&self, scope: Scope, listed: &'a Value, methods: &[String]) -> Auth {
        let (items, whole) = self.python.elements(scope, listed);
        let mut auth = Auth::none();
        for (scope, item) in items {
            auth.and(self.of_permission(scope, item, methods));
        }
        if !whole && auth.answer == Answer::No {
            auth.answer = Answer::Unknown;
        }
        auth
    }

    fn of_permission(&self, scope: Scope, value: &Value, methods: &[String]) -> Auth {
        match value {
            Value::Name(name, _) => match self.python.resolve(scope, name) {
                Target::Class(class) => self.of_permission_class(class, methods),
                Target::External(path) => match library::permission(&path) {
                    Some(whom) => of_whom(whom, &path, methods),
                    None => Auth::by(Answer::Unknown, last_name(name)),
                },
                _ => Auth::by(Answer::Unknown, last_name(name)),
            },
            Value::Operation(operation) => {
                let operands = operation.operands.iter();
                let mut each = operands.map(|it| self.of_permission(scope, it, methods));
                let Some(mut auth) = each.next() else {
                    return Auth::none();
                };
                for other in each {
                    match operation.operator.as_str() {
                        "&" => auth.and(other),
                        _ if auth.answer == other.answer => auth.by.extend(other.by),
                        _ => auth.answer = Answer::Unknown,
                    }
                }
                auth
            }
            _ => Auth::unknown(),
        }
    }

    /// A permission class of the project is what it descends from; what its own methods ask, nobody
    /// reads.
    fn of_permission_class(&self, class: ClassId, methods: &[String]) -> Auth {
        let name = last_name(&self.python.class(class).name);
        let ancestry = self.python.ancestry(class);
        let mut known = ancestry.external.iter();
        let whom = known.find_map(|path| library::permission(path));
        match whom {
            Some(whom @ (Whom::Everybody | Whom::Writers)) => of_whom(whom, name, methods),
            _ => Auth::by(Answer::Unknown, name),
        }
    }
}

fn of_whom(whom: Whom, name: &str, methods: &[String]) -> Auth {
    let reads = |method: &String| matches!(method.as_str(), "GET" | "HEAD" | "OPTIONS");
    match whom {
        Whom::Nobody => Auth::none(),
        Whom::Writers if !methods.is_empty() && methods.iter().all(reads) => Auth::none(),
        _ => Auth::by(Answer::Yes, last_name(name)),
    }
}
