//! What a project answers: every method and path, with the function behind it.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::apps::Framework;
use super::auth::{Auth, Judge};
use super::django::joined_root;
use super::index::{ClassId, FunctionId, Python, Scope, last_name};
use super::routes::Route;
use super::statuses::route::Around;
use super::tables::TableId;
use crate::facts::python::EffectKind;
use crate::project::Project;
use crate::source::{FileId, Loc};

/// A path that the project answers.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Whose it is.
    pub framework: Framework,
    /// Upper case; none where it answers any, or where they are not known.
    pub methods: Vec<String>,
    /// As the framework writes it; `None` where it is not known.
    pub path: Option<String>,
    /// There may be more before the path.
    pub prefix_unknown: bool,
    /// There are more paths below it, which are not known.
    pub more_below: bool,
    /// The function that answers, qualified by its classes; for what a library answers, its path.
    pub handler: String,
    /// The header of that function; the class or registration where a library answers.
    pub at: Loc,
    /// Its place among the handlers of the project.
    pub index: Option<usize>,
    /// Who may call it.
    pub auth: Auth,
    /// The statuses that it may answer with.
    pub statuses: BTreeSet<u16>,
    /// There may be others.
    pub statuses_open: bool,
}

/// The tables that a request to an endpoint touches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// With what is done to each.
    pub tables: BTreeMap<TableId, BTreeSet<EffectKind>>,
    /// There are others, whose names are not known.
    pub open: bool,
}

impl Project {
    /// The tables that a request to an endpoint touches.
    pub fn touched(&self, endpoint: &Endpoint) -> Touched {
        let Some(handler) = endpoint.index.and_then(|index| self.handlers.get(index)) else {
            return Touched {
                open: true,
                ..Touched::default()
            };
        };
        let mut touched = Touched::default();
        for effect in &handler.effects {
            match &effect.table {
                Some(table) => {
                    let kinds = touched.tables.entry(table.clone()).or_default();
                    kinds.insert(effect.kind);
                }
                None => touched.open |= effect.kind == EffectKind::Read || effect.kind.writes(),
            }
        }
        touched
    }
}

/// A path that a library answers for the project.
#[derive(Clone, Debug)]
pub(super) struct Bare {
    pub framework: Framework,
    pub methods: Vec<String>,
    pub path: Option<String>,
    /// There may be more before the path.
    pub open: bool,
    /// More paths may follow.
    pub rest: bool,
    pub handler: String,
    pub at: Loc,
    /// What it answers with; `None` where that is not known.
    pub statuses: Option<Vec<u16>>,
    /// The class of the project that it is a method of.
    pub class: Option<ClassId>,
    /// The decorators that the registration puts around it, as written.
    pub wrappers: Vec<(Scope, String)>,
}

/// All endpoints of production code, by path and method.
pub(super) fn endpoints(
    around: &Around,
    judge: &mut Judge,
    routes: &[Route],
    bare: &[Bare],
    handlers: &[FunctionId],
) -> Vec<Endpoint> {
    let python = around.python;
    let production = |module: usize| python.modules[module].production;
    let mut all = Vec::new();
    for route in routes.iter().filter(|it| production(it.function.module)) {
        let mut endpoint = of_route(python, route, handlers);
        endpoint.auth = judge.of_route(route);
        let statuses = around.statuses(judge, route, &endpoint.auth);
        (endpoint.statuses, endpoint.statuses_open) = (statuses.known, statuses.open);
        all.push(endpoint);
    }
    let files = python.modules.iter().filter(|it| it.production);
    let files: BTreeSet<FileId> = files.map(|it| it.file).collect();
    for bare in bare.iter().filter(|it| files.contains(&it.at.file)) {
        let mut endpoint = of_bare(bare);
        endpoint.auth = judge.of_bare(bare);
        endpoint.statuses.extend(&endpoint.auth.statuses);
        all.push(endpoint);
    }
    all.sort_by(order);
    all.dedup_by(|one, other| {
        (&one.path, &one.methods, &one.handler, one.at)
            == (&other.path, &other.methods, &other.handler, other.at)
    });
    all
}

fn of_route(python: &Python, route: &Route, handlers: &[FunctionId]) -> Endpoint {
    let function = python.function(route.function);
    // What an inherited method answers is told by the class that is registered.
    let handler = match route.class {
        Some(class) => format!("{}.{}", python.class(class).name, last_name(&function.name)),
        None => function.name.clone(),
    };
    Endpoint {
        framework: route.framework,
        methods: route.methods.clone(),
        path: route.path.clone(),
        prefix_unknown: route.open,
        more_below: false,
        handler,
        at: python.loc(route.function.module, function.header),
        index: handlers.binary_search(&route.function).ok(),
        auth: Auth::unknown(),
        statuses: BTreeSet::new(),
        statuses_open: false,
    }
}

fn of_bare(bare: &Bare) -> Endpoint {
    Endpoint {
        framework: bare.framework,
        methods: bare.methods.clone(),
        path: bare.path.as_deref().map(joined_root),
        prefix_unknown: bare.open,
        more_below: bare.rest,
        handler: bare.handler.clone(),
        at: bare.at,
        index: None,
        auth: Auth::unknown(),
        statuses: bare.statuses.iter().flatten().copied().collect(),
        statuses_open: bare.statuses.is_none(),
    }
}

fn order(one: &Endpoint, other: &Endpoint) -> Ordering {
    let key = |it: &Endpoint| {
        let path = it.path.as_ref();
        let path = path.map(|path| path.replace('/', "\u{1}"));
        let methods: Vec<usize> = it.methods.iter().map(|it| place(it)).collect();
        (path.is_none(), path, methods, it.at, it.handler.clone())
    };
    key(one).cmp(&key(other))
}

/// Where a method stands among those of a path.
fn place(method: &str) -> usize {
    const ORDER: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];
    let found = ORDER.iter().position(|it| *it == method);
    found.unwrap_or(ORDER.len())
}

#[cfg(test)]
mod tests;
