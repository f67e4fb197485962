//! The Python project: which functions the framework calls, and which of their steps fail unhandled.
//!
//! Knows no syntax tree and no rule.

mod absent;
mod aiohttp;
mod answers;
mod apps;
mod attributes;
mod auth;
mod awaits;
mod blocking;
mod bodies;
mod classes;
mod clients;
mod conflicts;
mod constants;
mod contract;
mod decorators;
mod dependencies;
mod django;
mod duplicates;
mod effects;
mod endpoints;
mod error_handlers;
mod exceptions;
mod flask;
mod handed;
mod index;
mod library_views;
mod litestar;
mod mappings;
mod modules;
mod mounts;
mod names;
mod outage;
mod protection;
mod reach;
mod registries;
mod replies;
mod responses;
mod routes;
mod safety;
mod scans;
mod services;
mod sessions;
mod split;
mod starlette;
mod statuses;
mod steps;
mod summaries;
mod swallowed;
mod sweeps;
mod tables;
#[cfg(test)]
mod tests;
mod unchecked;
mod urls;
mod waits;
mod writes;

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::Answer;
use crate::project::Project;
use crate::project::schema::{Database, Table};
use crate::source::Loc;
pub use apps::Framework;
pub(super) use attributes::unheld;
pub use attributes::{Asking, Unheld};
pub use auth::Auth;
pub use awaits::Unawaited;
pub use blocking::{BlockingCall, BlockingKind};
pub use bodies::TextField;
pub use clients::{EndlessRetry, LimitlessCall, RequestClient};
pub use conflicts::Conflict;
pub use contract::Contract;
pub use duplicates::DuplicateRoute;
pub use effects::DatabaseEffect;
use effects::Walk;
use endpoints::Bare;
pub use endpoints::{Endpoint, Touched};
pub use error_handlers::SilentError;
pub(super) use index::{ClassId, FunctionId, ObjectId, Python, Scope, last_name};
use mappings::Mappings;
pub(super) use modules::Place;
use mounts::Mounts;
pub(super) use names::Target;
pub use outage::Outage;
use reach::Reach;
use registries::Registries;
pub use replies::{LeakedText, Replies, SwallowedRefusal};
pub use responses::UncheckedResponse;
pub use routes::Role;
use routes::Route;
pub use scans::QuadraticLoop;
pub use sessions::{BrokenSession, SessionFault};
pub use split::SplitWrite;
use statuses::route::Around;
use steps::Judge;
pub use steps::{StepPlace, UnhandledStep};
use summaries::{DEPTH, has_exit};
pub use swallowed::{Loss, SwallowedFailure};
pub use sweeps::{Ignored, SweepingWrite};
pub use tables::TableId;
use tables::Tables;
pub use unchecked::UncheckedWrite;
pub use waits::Wait;
pub use writes::WriteFaults;
use writes::Writes;

/// A function that the framework calls per request.
#[derive(Clone, Debug)]
pub struct Handler {
    /// Whose handler it is.
    pub framework: Framework,
    /// `GET /orders/{order_id}`; the function's name where no path is known.
    pub route: String,
    /// The function's name, qualified by its classes.
    pub name: String,
    /// Its unit.
    pub unit: usize,
    /// `def name(…):`.
    pub header: Loc,
    /// What makes it a handler: the decorator, the URL entry, or the header.
    pub registered: Loc,
    /// Its parameters and what they are to the framework.
    pub parameters: Vec<(String, Role)>,
    /// Whether it, or what it calls, has an exit for the case that something fails.
    pub has_failure_exit: Answer,
    /// The steps whose failing nothing handles, in order of place.
    pub unhandled: Vec<UnhandledStep>,
    /// Answers of other services that are taken for successes, in order of place; where several
    /// handlers share one, it is that of the nearest.
    pub responses: Vec<UncheckedResponse>,
    /// Calls that stop every other request of the process while they wait.
    pub blocking: Vec<BlockingCall>,
    /// It answers every method alike: a function of Django that asks for none.
    pub any_method: bool,
    /// Calls of `print`, in order.
    pub prints: Vec<Loc>,
    /// What its declaration and its function disagree about.
    pub contract: Contract,
    /// Fields of the model of its body that take text of any length.
    pub unlimited_texts: Vec<TextField>,
    /// What is wrong with the answers it writes out.
    pub replies: Replies,
    /// Who may call it.
    pub auth: Auth,
    /// What a request does to databases, in order; what its dependencies do comes first.
    pub effects: Vec<DatabaseEffect>,
    /// What is wrong with what it writes to databases.
    pub writes: WriteFaults,
}

/// What happens in functions that requests run, whoever's handler it is.
#[derive(Debug, Default)]
pub struct OnRequest {
    /// Failures that nobody hears of, in order of place.
    pub swallowed: Vec<SwallowedFailure>,
    /// Clients that are made for one request, in order of place.
    pub clients: Vec<RequestClient>,
    /// Calls of language models without a limit, in order of place.
    pub limitless: Vec<LimitlessCall>,
    /// What is tried again for ever, in order of place.
    pub retries: Vec<EndlessRetry>,
    /// Sessions that are left broken or open, in order of place.
    pub sessions: Vec<BrokenSession>,
    /// Rows that are looked for one after the other, in order of place.
    pub quadratic: Vec<QuadraticLoop>,
    /// Routes that repeat another of their application, in order of place.
    pub duplicates: Vec<DuplicateRoute>,
    /// Nothing in the project minds that its database may be away.
    pub outage: Option<Outage>,
}

/// Every route of the project, and what libraries answer for it.
fn all_routes<'a>(python: &Python<'a>, mounts: &Mounts<'a>) -> (Vec<Route>, Vec<Bare>) {
    let mut all = python.decorated_routes(mounts);
    all.extend(python.registered_routes(mounts));
    all.extend(python.flask_class_routes(mounts));
    all.extend(python.aiohttp_routes(mounts));
    all.extend(python.litestar_routes());
    all.extend(python.starlette_routes(mounts));
    let django = python.django_routes();
    all.extend(django.routes);
    (all, django.bare)
}

/// Finds the handlers of the project, in order of place, and judges those of production code; then
/// the endpoints that lead to them, the coroutines that nobody awaits, handlers or not, and what
/// happens on requests whoever's handler it is.
pub(super) fn handlers(
    python: &Python,
    databases: &[Database],
) -> (Vec<Handler>, Vec<Endpoint>, Vec<Unawaited>, OnRequest) {
    let mounts = python.mounts();
    let mappings = Mappings::new(python);
    let (all, bare) = all_routes(python, &mounts);
    let mut seen = BTreeSet::new();
    let firsts = all.iter().filter(|route| seen.insert(route.function));
    let mut routes: Vec<Route> = firsts.cloned().collect();
    routes.sort_by_key(|route| route.function);
    let functions: Vec<_> = routes.iter().map(|route| route.function).collect();
    let around = Around {
        python,
        mounts: &mounts,
        mappings: &mappings,
    };
    let mut judge = auth::Judge::new(python, &mounts);
    let endpoints = endpoints::endpoints(&around, &mut judge, &all, &bare, &functions);
    let contracts = contract::judge(python, &mounts, &routes);
    let tables = Tables::new(python, databases);
    let registries = Registries::new(python);
    let handlers = routes.iter().zip(contracts).map(|(route, contract)| {
        let mut handler = Handler::new(python, route);
        if python.modules[route.function.module].production {
            handler.has_failure_exit = has_exit(python, route.function, DEPTH);
            handler.contract = answers::declared(python, &tables, route, contract);
            handler.prints = prints(python, route.function);
            handler.unlimited_texts = python.unlimited_texts(route);
            handler.replies = replies::judge(python, route.framework, route.function);
            let happenings = Walk::of(python, &tables, route);
            handler.effects = effects::shown(python, &happenings);
            let writes = Writes {
                python,
                databases,
                mappings: &mappings,
                mounts: &mounts,
                route,
                happenings: &happenings,
            };
            handler.auth = judge.of_route(route);
            handler.writes = writes.faults(&handler.auth);
            handler.unhandled = Judge::unhandled(&around, &registries, route);
        }
        handler
    });
    let mut handlers: Vec<Handler> = handlers.collect();
    let on_request = OnRequest {
        duplicates: duplicates::duplicates(python, &mounts, &all),
        ..on_request(python, &mappings, &routes, &mut handlers)
    };
    let unawaited = awaits::unawaited(python, &routes);
    (handlers, endpoints, unawaited, on_request)
}

/// What requests do in whatever function they run; each handler is told what it answers for.
fn on_request(
    python: &Python,
    mappings: &Mappings,
    routes: &[Route],
    handlers: &mut [Handler],
) -> OnRequest {
    let reach = Reach::new(python, mappings, routes);
    let blocking = blocking::blocking(python, routes);
    for (handler, blocking) in handlers.iter_mut().zip(blocking) {
        handler.blocking = blocking;
    }
    for (handler, response) in responses::unchecked(python, &reach) {
        handlers[handler].responses.push(response);
    }
    let is_handler = |id| routes.binary_search_by_key(&id, |it| it.function).is_ok();
    OnRequest {
        swallowed: swallowed::swallowed(python, &reach, is_handler),
        clients: clients::made(python, &reach),
        limitless: clients::limitless(python, &reach),
        retries: clients::retried(python, &reach),
        sessions: sessions::broken(python, &reach, routes),
        quadratic: scans::quadratic(python, &reach),
        outage: outage::outage(python, mappings, routes, handlers),
        duplicates: Vec::new(),
    }
}

/// The calls of the builtin `print` in a function.
fn prints(python: &Python, id: FunctionId) -> Vec<Loc> {
    let printed = python.function(id).prints.iter();
    match python.resolve(id.scope(), "print") {
        Target::External(path) if path == "builtins.print" => {
            printed.map(|span| python.loc(id.module, *span)).collect()
        }
        _ => Vec::new(),
    }
}

/// The answers to errors that go out as successes.
pub(super) fn silent_errors(python: &Python) -> Vec<SilentError> {
    error_handlers::silent(python)
}

/// The calls of production code that wait without a limit.
pub(super) fn endless(python: &Python, handlers: &[Handler]) -> Vec<Wait> {
    waits::endless(python, handlers)
}

impl Project {
    /// A table by what the code means by it.
    pub fn table(&self, id: &TableId) -> Option<&Table> {
        self.databases.get(id.database)?.tables.get(&id.key)
    }

    /// Every unhandled step once, under the first handler that reaches it; the fewest hops win.
    pub fn unhandled_steps(&self) -> Vec<(&Handler, &UnhandledStep)> {
        let mut by_place: BTreeMap<Loc, (&Handler, &UnhandledStep)> = BTreeMap::new();
        for handler in &self.handlers {
            for step in &handler.unhandled {
                let first = by_place.entry(step.at).or_insert((handler, step));
                if step.hops < first.1.hops {
                    *first = (handler, step);
                }
            }
        }
        by_place.into_values().collect()
    }
}

impl Handler {
    fn new(python: &Python, route: &Route) -> Self {
        let function = python.function(route.function);
        let module = route.function.module;
        let params = function.params.iter().map(|param| param.name.clone());
        let name = match (&route.path, route.methods.as_slice()) {
            (Some(path), []) => path.clone(),
            (Some(path), methods) => format!("{} {path}", methods.join("|")),
            (None, _) => function.name.clone(),
        };
        Self {
            framework: route.framework,
            route: name,
            name: function.name.clone(),
            unit: python.modules[module].unit,
            header: python.loc(module, function.header),
            registered: route.at,
            parameters: params.zip(route.roles.iter().copied()).collect(),
            has_failure_exit: Answer::Unknown,
            unhandled: Vec::new(),
            responses: Vec::new(),
            blocking: Vec::new(),
            any_method: answers::any_method(python, route),
            prints: Vec::new(),
            contract: Contract::default(),
            unlimited_texts: Vec::new(),
            replies: Replies::default(),
            auth: Auth::unknown(),
            effects: Vec::new(),
            writes: WriteFaults::default(),
        }
    }
}
