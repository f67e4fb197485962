//! The statuses that a route may answer with: those of its handler, of what runs before it, and of
//! what answers the exceptions that leave it.

use std::collections::BTreeSet;

use super::{Outcomes, Thrown};
use crate::facts::python::{Param, Value};
use crate::project::python::apps::{Framework, keyword};
use crate::project::python::auth::{Auth, Judge};
use crate::project::python::decorators::{is_route, parts};
use crate::project::python::index::{FunctionId, Python};
use crate::project::python::mappings::{Answering, Mappings};
use crate::project::python::mounts::Mounts;
use crate::project::python::names::Target;
use crate::project::python::routes::{Role, Route};
use crate::project::python::summaries::DEPTH;

/// The statuses of a route.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::project::python) struct RouteStatuses {
    pub known: BTreeSet<u16>,
    /// There may be others.
    pub open: bool,
}

/// What a route is judged with.
pub(in crate::project::python) struct Around<'p, 'a> {
    pub python: &'p Python<'a>,
    pub mounts: &'p Mounts<'a>,
    pub mappings: &'p Mappings,
}

impl Around<'_, '_> {
    /// The statuses that a route may answer with.
    pub(in crate::project::python) fn statuses(
        &self,
        judge: &mut Judge,
        route: &Route,
        auth: &Auth,
    ) -> RouteStatuses {
        let mut found = RouteStatuses::default();
        found.known.extend(&auth.statuses);
        let outcomes = judge.statuses().of(route.function);
        found.known.extend(&outcomes.returned);
        found.known.extend(&outcomes.set);
        found.open |= outcomes.open;
        let function = self.python.function(route.function);
        let says_nothing = outcomes.returned.is_empty() && !function.never_returns;
        if outcomes.plain || says_nothing && !outcomes.open {
            match self.success(route) {
                Some(status) => found.known.extend([status]),
                None => found.open = true,
            }
        }
        self.thrown(judge, route, &outcomes, &mut found);
        for id in self.before(route) {
            let outcomes = judge.statuses().of(id);
            found.known.extend(&outcomes.set);
            self.thrown(judge, route, &outcomes, &mut found);
        }
        for id in self.around(route) {
            let outcomes = judge.statuses().of(id);
            let refusals = outcomes.returned.iter().filter(|status| **status >= 300);
            found.known.extend(refusals);
            self.thrown(judge, route, &outcomes, &mut found);
        }
        if self.validates(route) {
            match route.framework {
                Framework::FastApi => found.known.extend([422]),
                Framework::Litestar => found.known.extend([400]),
                _ => {}
            }
        }
        found
    }

    /// The status of what a handler returns plainly; `None` where the route tells it by something
    /// that is no constant.
    fn success(&self, route: &Route) -> Option<u16> {
        let decorators = &self.python.function(route.function).decorators;
        let mut declared = decorators.iter();
        let declares = declared.any(|it| keyword(&it.call, "status_code").is_some());
        let is_websocket = route.methods.iter().any(|it| it == "WEBSOCKET");
        match (route.status, route.framework) {
            (Some(status), _) => Some(status),
            (None, Framework::FastApi | Framework::Litestar) if declares => None,
            _ if is_websocket => Some(101),
            _ => Some(200),
        }
    }

    /// What answers the exceptions that leave a function.
    fn thrown(
        &self,
        judge: &mut Judge,
        route: &Route,
        outcomes: &Outcomes,
        found: &mut RouteStatuses,
    ) {
        for thrown in &outcomes.thrown {
            match self.answering(route, thrown) {
                Answering::Function(id) => {
                    let answer = judge.statuses().of(id);
                    // One for many exceptions says what they say.
                    let told = match answer.returned.is_empty() {
                        true => thrown.statuses.iter(),
                        false => [].iter(),
                    };
                    found.known.extend(told.chain(&answer.returned));
                    let silent = answer.returned.is_empty() && thrown.statuses.is_empty();
                    found.open |= answer.open && thrown.statuses.is_empty() || silent;
                }
                Answering::Unknown => found.open = true,
                Answering::Nobody if thrown.statuses.is_empty() && thrown.is_answer => {
                    found.open = true;
                }
                Answering::Nobody if thrown.statuses.is_empty() => {
                    found.known.insert(500);
                }
                Answering::Nobody => found.known.extend(&thrown.statuses),
            }
        }
    }

    fn answering(&self, route: &Route, thrown: &Thrown) -> Answering {
        self.mappings
            .answering(self.python, route, &thrown.name, thrown.class)
    }

    /// The dependencies of a handler, with those of its routers and applications.
    fn before(&self, route: &Route) -> BTreeSet<FunctionId> {
        let python = self.python;
        match route.framework {
            Framework::FastApi => {}
            Framework::Litestar => return self.litestar_before(route),
            _ => return BTreeSet::new(),
        }
        let (mut found, _) = python.providers(route.function);
        let scope = route.function.outer(python);
        let decorators = python.function(route.function).decorators.iter();
        let own = decorators.filter_map(|it| Some((scope, keyword(&it.call, "dependencies")?)));
        let above = python.configured(self.mounts, &route.placement, "dependencies");
        let lists = own.chain(above);
        let listed = lists.flat_map(|(scope, list)| python.elements(scope, list).0);
        let listed = listed.filter_map(|(scope, item)| python.depends_call(scope, item));
        let of_class = python.class_depends(route.function).into_iter();
        for (scope, call) in listed.chain(of_class).collect::<Vec<_>>() {
            if let Some(id) = python.dependency_function(scope, call) {
                found.extend(python.providers(id).0);
                found.insert(id);
            }
        }
        found
    }

    /// The dependencies of a handler of Litestar, and its guards.
    fn litestar_before(&self, route: &Route) -> BTreeSet<FunctionId> {
        let python = self.python;
        let (mut found, _) = python.route_providers(route);
        let guards = route.layers.guards.iter();
        let guards = guards.map(|(scope, name)| python.resolve(*scope, name));
        found.extend(guards.filter_map(|target| match target {
            Target::Function(id) => Some(id),
            _ => None,
        }));
        found
    }

    /// The parts of the project's decorators around a handler.
    fn around(&self, route: &Route) -> BTreeSet<FunctionId> {
        let python = self.python;
        let id = route.function;
        let scope = id.outer(python);
        let decorators = python.function(id).decorators.iter();
        let decorators = decorators.filter(|it| !is_route(python, id, it));
        let targets = decorators.map(|it| python.resolve(scope, &it.call.callee));
        let wrappers = route.wrappers.iter();
        let wrappers = wrappers.map(|(scope, callee)| python.resolve(*scope, callee));
        let parts = targets
            .chain(wrappers)
            .filter_map(|target| parts(python, &target, DEPTH));
        parts.flatten().collect()
    }

    /// Whether FastAPI or Litestar checks something before it calls the handler that can turn out wrong.
    fn validates(&self, route: &Route) -> bool {
        let python = self.python;
        let own = route.own_path.as_deref();
        let function = python.function(route.function);
        let mut params = function.params.iter().zip(&route.roles);
        // The path of Litestar is only theirs where its types fit.
        let by_path = route.framework != Framework::Litestar;
        let can_fail =
            |param: &Param, role| (by_path || role != Role::Path) && can_fail(param, role);
        if params.any(|(param, role)| can_fail(param, *role)) {
            return true;
        }
        self.before(route).iter().any(|id| {
            let roles = match route.framework {
                Framework::Litestar => python.provider_roles(route, *id),
                _ => python.fastapi_roles(*id, own),
            };
            let params = python.function(*id).params.iter().zip(roles);
            params
                .into_iter()
                .any(|(param, role)| can_fail(param, role))
        })
    }
}

/// Whether a parameter demands something that a request may not give.
fn can_fail(param: &Param, role: Role) -> bool {
    let written = param.annotation.as_ref().map_or("", |it| &it.text);
    let plain = written.replace("Optional[", "").replace([']', ' '], "");
    let is_text = matches!(
        plain.trim_end_matches("|None"),
        "" | "str" | "Any" | "typing.Any"
    );
    let constrained =
        matches!(&param.default, Some(Value::Call(call)) if !call.keywords.is_empty());
    let has_default = match &param.default {
        Some(Value::Call(call)) => call.args.first().is_some_and(|it| *it != Value::Ellipsis),
        default => default.is_some(),
    };
    match role {
        Role::Body => true,
        Role::Path => !is_text || constrained,
        Role::Query => !is_text || constrained || !has_default,
        _ => false,
    }
}
