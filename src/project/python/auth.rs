//! Who may call a handler: what authenticates its clients, through dependencies, decorators, base
//! classes, permission classes, functions that run before it, and middleware.

mod django;
mod library;

use std::collections::{BTreeMap, BTreeSet};

use super::apps::{Framework, argument, keyword};
use super::decorators::{is_route, parts};
use super::endpoints::Bare;
use super::index::{ClassId, FunctionId, ObjectId, Python, Scope, last_name};
use super::mappings::applications;
use super::mounts::Mounts;
use super::names::Target;
use super::routes::Route;
use super::statuses::Statuses;
use super::summaries::{DEPTH, called};
use crate::facts::Answer;
use crate::facts::python::{Call, Value};
use django::Defaults;
use library::speaks_of_auth;

/// Whether a handler lets nobody in who does not say who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Auth {
    /// Whether.
    pub answer: Answer,
    /// By what, as the code names it; of an unknown answer what may do it.
    pub by: Vec<String>,
    /// The statuses that libraries refuse with.
    pub statuses: BTreeSet<u16>,
}

impl Auth {
    fn none() -> Self {
        Self {
            answer: Answer::No,
            by: Vec::new(),
            statuses: BTreeSet::new(),
        }
    }

    /// Nobody knows.
    pub(super) fn unknown() -> Self {
        Self {
            answer: Answer::Unknown,
            ..Self::none()
        }
    }

    fn by(answer: Answer, name: &str) -> Self {
        Self {
            answer,
            by: vec![name.to_owned()],
            statuses: BTreeSet::new(),
        }
    }

    fn refusing(name: &str, status: u16) -> Self {
        Self {
            statuses: [status].into(),
            ..Self::by(Answer::Yes, name)
        }
    }

    /// Both stand before the handler.
    fn and(&mut self, other: Self) {
        self.statuses.extend(other.statuses);
        match (self.answer, other.answer) {
            (_, Answer::No) => {}
            (Answer::Yes, Answer::Unknown) => {}
            (answer, new) if answer == new => {
                for name in other.by {
                    if !self.by.contains(&name) {
                        self.by.push(name);
                    }
                }
            }
            (_, new) => (self.answer, self.by) = (new, other.by),
        }
    }
}

/// How many dependencies may stand behind each other.
const LEVELS: usize = 6;

/// Judges who may call what.
pub(super) struct Judge<'p, 'a> {
    python: &'p Python<'a>,
    mounts: &'p Mounts<'a>,
    statuses: Statuses<'p, 'a>,
    functions: BTreeMap<FunctionId, Auth>,
    /// Functions that run before those of an application or blueprint; the last tells whether they
    /// are known to run for all of them.
    before: Vec<(ObjectId, FunctionId, bool)>,
    defaults: Defaults,
}

impl<'p, 'a> Judge<'p, 'a> {
    pub(super) fn new(python: &'p Python<'a>, mounts: &'p Mounts<'a>) -> Self {
        Self {
            python,
            mounts,
            statuses: Statuses::new(python),
            functions: BTreeMap::new(),
            before: before(python),
            defaults: Defaults::new(python),
        }
    }

    /// What leaves the functions of the project.
    pub(super) fn statuses(&mut self) -> &mut Statuses<'p, 'a> {
        &mut self.statuses
    }

    /// Who may call a handler.
    pub(super) fn of_route(&mut self, route: &Route) -> Auth {
        let mut auth = match route.framework {
            Framework::FastApi => self.of_dependencies(route),
            Framework::Flask | Framework::Aiohttp | Framework::Starlette => {
                self.of_placement(route)
            }
            Framework::Litestar => self.of_layers(route),
            Framework::Django | Framework::Drf => {
                let class = route.class;
                let function = Some(route.function);
                self.of_django(route.framework, class, function, &route.methods)
            }
        };
        auth.and(self.of_decorators(route.function));
        for (scope, wrapper) in &route.wrappers {
            auth.and(self.of_decorator(*scope, wrapper, None));
        }
        if let Some(class) = route.class {
            auth.and(self.of_class(class));
        }
        if auth.answer == Answer::No {
            auth.and(self.inside(route.function));
        }
        auth
    }

    /// Who may call what a library answers.
    pub(super) fn of_bare(&mut self, bare: &Bare) -> Auth {
        let mut auth = Auth::none();
        for (scope, wrapper) in &bare.wrappers {
            auth.and(self.of_decorator(*scope, wrapper, None));
        }
        match bare.class {
            Some(class) => {
                let django = self.of_django(bare.framework, Some(class), None, &bare.methods);
                auth.and(django);
                auth.and(self.of_class(class));
            }
            // What a view of a library asks is known where the view is.
            None if bare.statuses.is_some() => {
                auth.and(self.of_django(bare.framework, None, None, &bare.methods));
            }
            None if auth.answer == Answer::No => auth.answer = Answer::Unknown,
            None => {}
        }
        auth
    }

    /// The dependencies of a handler, its decorator, its routers and the applications above.
    fn of_dependencies(&mut self, route: &Route) -> Auth {
        let python = self.python;
        let mut auth = self.of_parameters(route.function, LEVELS);
        for (scope, call) in python.class_depends(route.function) {
            auth.and(self.of_dependency(scope, call, LEVELS));
        }
        let scope = route.function.outer(python);
        let decorators = python.function(route.function).decorators.iter();
        let own = decorators.filter_map(|it| Some((scope, keyword(&it.call, "dependencies")?)));
        let above = python.configured(self.mounts, &route.placement, "dependencies");
        let lists: Vec<(Scope, &Value)> = own.chain(above).collect();
        for (scope, list) in lists {
            let (items, whole) = python.elements(scope, list);
            for (scope, item) in items {
                if let Some((scope, call)) = python.depends_call(scope, item) {
                    auth.and(self.of_dependency(scope, call, LEVELS));
                }
            }
            if !whole {
                auth.and(Auth::unknown());
            }
        }
        auth.and(self.of_placement(route));
        auth
    }

    fn of_parameters(&mut self, id: FunctionId, levels: usize) -> Auth {
        let mut auth = Auth::none();
        let Some(levels) = levels.checked_sub(1) else {
            return auth;
        };
        let python = self.python;
        let scope = id.outer(python);
        for param in &python.function(id).params {
            if let Some((scope, call)) = python.parameter_depends(scope, param) {
                let annotated = param.annotation.as_ref();
                let found = match argument(call, 0, "dependency") {
                    Some(_) => self.of_dependency(scope, call, levels),
                    None => match annotated.map(|it| python.annotated_class(scope, it)) {
                        Some(Target::Instance(class)) => self.of_called(class, levels),
                        _ => Auth::none(),
                    },
                };
                auth.and(found);
            }
        }
        auth
    }

    /// `Depends(f)`.
    fn of_dependency(&mut self, scope: Scope, call: &'a Call, levels: usize) -> Auth {
        let python = self.python;
        let Some(dependency) = argument(call, 0, "dependency") else {
            return Auth::none();
        };
        let (scope, value) = match dependency {
            Value::Name(name, _) => match python.resolve(scope, name) {
                Target::Object(object) => (object.scope, &python.object(object).value),
                Target::Function(id) => return self.of_function(id, levels),
                Target::Class(class) => return self.of_called(class, levels),
                Target::External(path) => return of_library(&path, name, None),
                _ if speaks_of_auth(name) => return Auth::by(Answer::Unknown, last_name(name)),
                _ => return Auth::none(),
            },
            value => (scope, value),
        };
        let Value::Call(made) = value else {
            return Auth::none();
        };
        let shown = match dependency {
            Value::Name(name, _) => name,
            _ => &made.callee,
        };
        match python.resolve(scope, &made.callee) {
            Target::External(path) => of_library(&path, shown, Some(made)),
            Target::Class(class) => match python.method(class, "__call__") {
                Some(method) => self.of_function(method, levels).named(shown),
                None => Auth::none(),
            },
            target @ Target::Function(_) => self.of_parts(&target, shown, levels),
            _ if speaks_of_auth(shown) => Auth::by(Answer::Unknown, last_name(shown)),
            _ => Auth::none(),
        }
    }

    /// A class as a dependency: its constructor is called.
    fn of_called(&mut self, class: ClassId, levels: usize) -> Auth {
        match self.python.method(class, "__init__") {
            Some(init) => self.of_function(init, levels),
            None => Auth::none(),
        }
    }

    /// A function made by another one, like a decorator or `require_role("admin")`.
    fn of_parts(&mut self, target: &Target, name: &str, levels: usize) -> Auth {
        let name = last_name(name);
        let Some(parts) = parts(self.python, target, DEPTH) else {
            let auth = match target {
                Target::Function(id) => self.of_function(*id, levels),
                _ => Auth::none(),
            };
            return match (auth.answer, speaks_of_auth(name)) {
                (Answer::No, true) => Auth::by(Answer::Unknown, name),
                _ => auth.named(name),
            };
        };
        let mut auth = Auth::none();
        for part in parts {
            auth.and(self.of_function(part, levels));
            auth.and(self.of_decorators(part));
        }
        match (auth.answer, speaks_of_auth(name)) {
            (Answer::No, true) => Auth::by(Answer::Unknown, name),
            (Answer::No, false) => auth,
            _ => auth.named(name),
        }
    }

    /// A function that runs before the handler: it authenticates when it refuses with 401 or 403.
    fn of_function(&mut self, id: FunctionId, levels: usize) -> Auth {
        if let Some(known) = self.functions.get(&id) {
            return known.clone();
        }
        let name = last_name(&self.python.function(id).name).to_owned();
        let outcomes = self.statuses.of(id);
        let refusals = outcomes.refusals();
        let refuses = refusals.contains(&401) || refusals.contains(&403);
        let redirects = speaks_of_auth(&name) && refusals.iter().any(|it| *it < 400);
        let own = outcomes.thrown.iter();
        let mut own = own.filter(|it| !it.is_answer && it.statuses.is_empty());
        let throws = own.any(|it| speaks_of_auth(&it.name) || is_refusal(&it.name));
        let auth = if refuses || redirects || throws {
            Auth::by(Answer::Yes, &name)
        } else {
            self.of_parameters(id, levels)
        };
        self.functions.insert(id, auth.clone());
        auth
    }

    /// The decorators of a function.
    fn of_decorators(&mut self, id: FunctionId) -> Auth {
        let python = self.python;
        let mut auth = Auth::none();
        for decorator in &python.function(id).decorators {
            if !is_route(python, id, decorator) {
                let scope = id.outer(python);
                let call = &decorator.call;
                auth.and(self.of_decorator(scope, &call.callee, Some(call)));
            }
        }
        auth
    }

    fn of_decorator(&mut self, scope: Scope, callee: &str, call: Option<&'a Call>) -> Auth {
        let name = last_name(callee.trim_end_matches("()"));
        // `@method_decorator(login_required, name="dispatch")`
        if name == "method_decorator" {
            let mut auth = Auth::none();
            for value in call.into_iter().flat_map(|call| call.args.first()) {
                auth.and(self.of_listed(scope, value));
            }
            return auth;
        }
        match self.python.resolve(scope, callee) {
            Target::External(path) => match library::decorator(&path) {
                Some(_) if call.is_some_and(is_optional) => Auth::none(),
                Some(status) => Auth::refusing(name, status),
                // Those that refuse stand in the table.
                None if path.starts_with("django.") || path.starts_with("rest_framework.") => {
                    Auth::none()
                }
                None => of_unknown(name),
            },
            Target::Unknown => of_unknown(name),
            target => self.of_parts(&target, name, LEVELS),
        }
    }

    /// Decorators in a list, or one alone.
    fn of_listed(&mut self, scope: Scope, value: &'a Value) -> Auth {
        let (mut items, _) = self.python.elements(scope, value);
        if items.is_empty() {
            items.push((scope, value));
        }
        let mut auth = Auth::none();
        for (scope, item) in items {
            auth.and(match item {
                Value::Name(name, _) => self.of_decorator(scope, name, None),
                Value::Call(call) => self.of_decorator(scope, &call.callee, Some(call)),
                _ => Auth::none(),
            });
        }
        auth
    }

    /// The bases and decorators of a view class, and the decorators that it lists for its methods.
    fn of_class(&mut self, class: ClassId) -> Auth {
        let python = self.python;
        let ancestry = python.ancestry(class);
        let mut auth = Auth::none();
        for path in &ancestry.external {
            if let Some(status) = library::base(path) {
                auth.and(Auth::refusing(last_name(path), status));
            }
        }
        for field in ["decorators", "method_decorators"] {
            if let Some((scope, value)) = python.field_value(class, field) {
                auth.and(self.of_listed(scope, value));
            }
        }
        for class in ancestry.classes {
            let scope = Scope {
                module: class.module,
                function: None,
            };
            for decorator in &python.class(class).decorators {
                let call = &decorator.call;
                if !call.callee.ends_with(".route") {
                    auth.and(self.of_decorator(scope, &call.callee, Some(call)));
                }
            }
            let dispatch = python.own_method(class, "dispatch");
            for id in dispatch.into_iter() {
                auth.and(self.of_decorators(id));
                auth.and(self.of_function(id, LEVELS));
            }
        }
        auth
    }

    /// The guards, dependencies and middleware of Litestar's layers.
    fn of_layers(&mut self, route: &Route) -> Auth {
        let python = self.python;
        let mut auth = Auth::none();
        for (scope, guard) in &route.layers.guards {
            auth.and(self.of_decorator(*scope, guard, None));
        }
        for id in python.route_providers(route).0 {
            auth.and(self.of_function(id, LEVELS));
        }
        for (scope, name) in &route.layers.middleware {
            let by_itself = match python.resolve(*scope, name) {
                Target::Class(class) | Target::Instance(class) => {
                    let mut names = ["authenticate_request", "__call__"].iter();
                    let method = names.find_map(|name| python.method(class, name));
                    method.map_or(Auth::none(), |id| self.of_function(id, LEVELS).named(name))
                }
                _ => of_unknown(name.trim_end_matches(".on_app_init")),
            };
            auth.and(match by_itself.answer {
                // It may let some paths through.
                Answer::Yes => Auth {
                    answer: Answer::Unknown,
                    ..by_itself
                },
                _ => by_itself,
            });
        }
        auth
    }

    /// What runs before all handlers of an application or blueprint.
    fn of_placement(&mut self, route: &Route) -> Auth {
        let mut auth = Auth::none();
        for (object, id, always) in self.before.clone() {
            if !route.placement.chain.contains(&object) || id == route.function {
                continue;
            }
            let decorated = self.of_decorators(id);
            let by_itself = self.of_function(id, LEVELS);
            auth.and(decorated);
            auth.and(match by_itself.answer {
                // It may let some paths through.
                Answer::Yes if !always => Auth {
                    answer: Answer::Unknown,
                    ..by_itself
                },
                _ => by_itself,
            });
        }
        auth
    }

    /// The handler asks by itself: a function that speaks of it refuses, or it answers 401 or 403.
    fn inside(&mut self, id: FunctionId) -> Auth {
        let python = self.python;
        for call in &python.function(id).calls {
            if !speaks_of_auth(&call.callee) {
                continue;
            }
            if let Some(callee) = called(python, id.scope(), &call.callee) {
                let refusals = self.statuses.of(callee).refusals();
                if refusals.contains(&401) || refusals.contains(&403) {
                    return Auth::by(Answer::Yes, last_name(&call.callee));
                }
            }
        }
        let refusals = self.statuses.of(id).refusals();
        match refusals.contains(&401) || refusals.contains(&403) {
            true => Auth::unknown(),
            false => Auth::none(),
        }
    }
}

impl Auth {
    /// The same, by the name that the reader of the handler sees.
    fn named(mut self, name: &str) -> Self {
        if self.answer != Answer::No {
            self.by = vec![last_name(name).to_owned()];
        }
        self
    }
}

fn of_library(path: &str, name: &str, call: Option<&Call>) -> Auth {
    let name = last_name(name.trim_end_matches("()"));
    match library::dependency(path) {
        Some(_) if call.is_some_and(is_optional) => Auth::none(),
        Some(status) => Auth::refusing(name, status),
        None => of_unknown(name),
    }
}

/// Something that nobody can look into.
fn of_unknown(name: &str) -> Auth {
    match speaks_of_auth(name) {
        true => Auth::by(Answer::Unknown, name),
        false => Auth::none(),
    }
}

/// `jwt_required(optional=True)`, `HTTPBearer(auto_error=False)`.
fn is_optional(call: &Call) -> bool {
    keyword(call, "optional") == Some(&Value::Bool(true))
        || keyword(call, "auto_error") == Some(&Value::Bool(false))
}

/// Whether an exception is named for turning somebody away.
fn is_refusal(name: &str) -> bool {
    ["Unauthorized", "Unauthorised", "Forbidden", "AccessDenied"]
        .iter()
        .any(|word| name.contains(word))
}

/// `@bp.before_request`, `@app.middleware("http")`, `add_middleware(M)`, `middleware=[Middleware(M)]`
/// and `middlewares=[m]`.
fn before(python: &Python) -> Vec<(ObjectId, FunctionId, bool)> {
    let mut found = Vec::new();
    for (id, function) in python.functions() {
        let scope = id.outer(python);
        for decorator in &function.decorators {
            let callee = &decorator.call.callee;
            let Some((object, "before_request" | "middleware")) = callee.rsplit_once('.') else {
                continue;
            };
            if let Some(object) = python.app_object(scope, object) {
                let kind = python.app_kind(&Target::Object(object));
                found.push((object, id, kind.is_some_and(|kind| !kind.is_app)));
            }
        }
    }
    for (scope, call) in python.wiring() {
        let Some((object, "add_middleware")) = call.callee.rsplit_once('.') else {
            continue;
        };
        let method = dispatcher(python, scope, call);
        if let (Some(object), Some(method)) = (python.app_object(scope, object), method) {
            found.push((object, method, false));
        }
    }
    for (object, call, framework) in applications(python) {
        let listed = keyword(call, "middleware").filter(|_| framework != Framework::Litestar);
        let items = listed.map(|it| python.elements(object.scope, it).0);
        for (scope, item) in items.into_iter().flatten() {
            if let Value::Call(made) = item
                && let Some(method) = dispatcher(python, scope, made)
            {
                found.push((object, method, false));
            }
        }
    }
    for middleware in python.aiohttp_middleware() {
        if let (Some(app), Some(parts)) = (middleware.app, middleware.parts) {
            let app = python.built(app);
            found.extend(parts.into_iter().map(|part| (app, part, false)));
        }
    }
    found
}

/// The method of a class that is named first, which requests go through.
fn dispatcher(python: &Python, scope: Scope, call: &Call) -> Option<FunctionId> {
    let class = python.named_class(scope, call.args.first())?;
    let mut names = ["dispatch", "__call__"].iter();
    names.find_map(|name| python.method(class, name))
}
