//! Which functions a request runs, and through which calls: what tells where an exception ends that
//! nobody caught on its way up.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::decorators::{Effect, effect};
use super::exceptions::Failing;
use super::index::{FunctionId, Python, last_name};
use super::mappings::{Mappings, Upstream};
use super::names::Target;
use super::protection::around;
use super::routes::Route;
use super::services::TABLE;
use super::summaries::called;
use crate::facts::python::CallSite;
use crate::source::Span;

/// The functions that requests run.
pub(super) struct Reach<'p, 'a> {
    python: &'p Python<'a>,
    mappings: &'p Mappings,
    routes: &'p [Route],
    /// The calls that run a function: who calls, and its how-manieth call.
    callers: BTreeMap<FunctionId, Vec<(FunctionId, usize)>>,
    /// The handlers, and the dependencies of handlers: function → routes, by number.
    starts: BTreeMap<FunctionId, Vec<usize>>,
}

/// How an exception gets out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Exposed {
    /// How many things on the way are not known.
    pub hops: u32,
    /// How many calls lie between the handler and the place.
    pub calls: u32,
    /// The route it leaves, by number.
    pub route: usize,
    /// It leaves by a dependency of the handler.
    pub in_dependency: bool,
}

impl<'p, 'a> Reach<'p, 'a> {
    /// Follows the calls of all handlers of production code.
    pub(super) fn new(python: &'p Python<'a>, mappings: &'p Mappings, routes: &'p [Route]) -> Self {
        let mut reach = Self {
            python,
            mappings,
            routes,
            callers: BTreeMap::new(),
            starts: BTreeMap::new(),
        };
        for (number, route) in routes.iter().enumerate() {
            let providers = python.route_providers(route).0;
            for id in std::iter::once(route.function).chain(providers) {
                reach.starts.entry(id).or_default().push(number);
            }
        }
        let mut queue: VecDeque<FunctionId> = reach.starts.keys().copied().collect();
        let mut seen: BTreeSet<FunctionId> = queue.iter().copied().collect();
        while let Some(id) = queue.pop_front() {
            for (place, callee) in reach.calls(id) {
                reach.callers.entry(callee).or_default().push((id, place));
                if seen.insert(callee) {
                    queue.push_back(callee);
                }
            }
        }
        reach
    }

    /// The functions of production code that a function waits for.
    fn calls(&self, id: FunctionId) -> Vec<(usize, FunctionId)> {
        let function = self.python.function(id);
        if function.broken || !self.is_production(id) {
            return Vec::new();
        }
        let detached: Vec<Span> = detached(&function.calls);
        let calls = function.calls.iter().enumerate();
        calls
            .filter_map(|(place, call)| {
                let callee = called(self.python, id.scope(), &call.callee)?;
                let mut detached = detached.iter();
                let waits = callee != id && !detached.any(|it| it.contains(call.span));
                (waits && self.is_production(callee)).then_some((place, callee))
            })
            .collect()
    }

    fn is_production(&self, id: FunctionId) -> bool {
        self.python.modules[id.module].production
    }

    /// The functions that requests run, in order.
    pub(super) fn functions(&self) -> BTreeSet<FunctionId> {
        let all = self.callers.keys().chain(self.starts.keys()).copied();
        all.filter(|id| self.is_production(*id)).collect()
    }

    /// Where exceptions of a call end that nothing catches; `None` when something answers one of
    /// them on every way to a client.
    pub(super) fn exposed(
        &self,
        id: FunctionId,
        call: &CallSite,
        library: &str,
        raises: &[String],
    ) -> Option<Exposed> {
        let failing: Vec<Failing> = raises.iter().map(|name| Failing::named(name)).collect();
        let hops = self.passes(id, call, library, &failing)?;
        let mut queue = VecDeque::from([(id, hops, 0)]);
        let mut seen = BTreeSet::from([id]);
        let mut best: Option<Exposed> = None;
        while let Some((id, hops, calls)) = queue.pop_front() {
            let Some(decorated) = self.decorated(id, &failing) else {
                continue;
            };
            let hops = hops + decorated;
            for &route in self.starts.get(&id).into_iter().flatten() {
                if let Some(unmapped) = self.unmapped(route, &failing) {
                    let hops = hops + unmapped;
                    let in_dependency = self.routes[route].function != id;
                    let found = Exposed {
                        hops,
                        calls,
                        route,
                        in_dependency,
                    };
                    best = Some(best.map_or(found, |best| best.min(found)));
                }
            }
            for &(caller, place) in self.callers.get(&id).into_iter().flatten() {
                let call = &self.python.function(caller).calls[place];
                let unknown = self.passes(caller, call, library, &failing);
                if let Some(unknown) = unknown.filter(|_| seen.insert(caller)) {
                    queue.push_back((caller, hops + unknown, calls + 1));
                }
            }
        }
        best
    }

    /// A route whose requests run a function, by number: the nearest.
    pub(super) fn run_by(&self, id: FunctionId) -> Option<usize> {
        let mut queue = VecDeque::from([id]);
        let mut seen = BTreeSet::from([id]);
        while let Some(id) = queue.pop_front() {
            if let Some(routes) = self.starts.get(&id) {
                return routes.first().copied();
            }
            let callers = self.callers.get(&id).into_iter().flatten();
            queue.extend(
                callers
                    .map(|(caller, _)| *caller)
                    .filter(|it| seen.insert(*it)),
            );
        }
        None
    }

    /// The route whose every request runs a function anew, by number; `None` where what the function
    /// gives is kept on every way.
    pub(super) fn per_request(&self, id: FunctionId) -> Option<usize> {
        let mut queue = VecDeque::from([id]);
        let mut seen = BTreeSet::from([id]);
        while let Some(id) = queue.pop_front() {
            if self.is_kept(id) {
                continue;
            }
            if let Some(routes) = self.starts.get(&id) {
                return routes.first().copied();
            }
            for &(caller, place) in self.callers.get(&id).into_iter().flatten() {
                let kept = self.python.function(caller).calls[place].kept;
                if !kept && seen.insert(caller) {
                    queue.push_back(caller);
                }
            }
        }
        None
    }

    /// Whether a function gives what it gave before: a cache decorates it, or its class decides how
    /// many objects there are.
    fn is_kept(&self, id: FunctionId) -> bool {
        let python = self.python;
        let function = python.function(id);
        let keeps = |callee: &str| {
            let keeping = &TABLE.keeping.decorators;
            keeping.iter().any(|it| it == last_name(callee))
        };
        let mut decorated = function.decorators.iter();
        let counted = || {
            let class = python.class_of(id);
            let whole = function.name.ends_with(".__init__");
            class.is_some_and(|class| {
                let decorators = &python.class(class).decorators;
                whole
                    && (python.method(class, "__new__").is_some()
                        || decorators.iter().any(|it| keeps(&it.call.callee)))
            })
        };
        // What a function binds outside of itself, it makes when it is not there yet.
        let binds = !function.globals.is_empty();
        binds || decorated.any(|it| keeps(&it.call.callee)) || counted()
    }

    /// How many things around a call are not known; `None` when one of them answers.
    fn passes(
        &self,
        id: FunctionId,
        call: &CallSite,
        library: &str,
        failing: &[Failing],
    ) -> Option<u32> {
        let own = |written: &String| match self.python.resolve(id.scope(), written) {
            Target::External(path) => {
                let caught = path.split('.').next().unwrap_or_default();
                caught == library || is_retrying(caught)
            }
            _ => false,
        };
        if call.catches.iter().any(own) {
            return None;
        }
        let each = failing.iter().map(|failing| {
            around(
                self.python,
                id.scope(),
                &call.catches,
                &call.contexts,
                failing,
            )
        });
        each.collect::<Option<Vec<u32>>>()?.into_iter().max()
    }

    fn decorated(&self, id: FunctionId, failing: &[Failing]) -> Option<u32> {
        let decorators = &self.python.function(id).decorators;
        let retries = !decorators.is_empty()
            && decorators.iter().all(|decorator| {
                match self
                    .python
                    .resolve(id.outer(self.python), &decorator.call.callee)
                {
                    Target::External(path) => {
                        is_retrying(path.split('.').next().unwrap_or_default())
                    }
                    _ => false,
                }
            });
        if retries {
            return Some(0);
        }
        let effects = failing
            .iter()
            .map(|failing| effect(self.python, id, failing, &[]));
        match effects.max()? {
            Effect::None => Some(0),
            Effect::Unknown => Some(1),
            Effect::Handled => None,
        }
    }

    fn unmapped(&self, route: usize, failing: &[Failing]) -> Option<u32> {
        let route = &self.routes[route];
        let mut hops = u32::from(!self.mappings.see(route));
        for failing in failing {
            match self.mappings.upstream(self.python, route, failing) {
                Upstream::Handled => return None,
                Upstream::Bare => hops = hops.max(2),
                Upstream::Unmapped => {}
            }
        }
        Some(hops)
    }
}

fn is_retrying(library: &str) -> bool {
    TABLE.retrying.libraries.iter().any(|it| it == library)
}

/// The calls of a function that take what they are given out of the request.
fn detached(calls: &[CallSite]) -> Vec<Span> {
    let names = &TABLE.detached.names;
    let detach = |call: &&CallSite| names.iter().any(|it| it == last_name(&call.callee));
    calls.iter().filter(detach).map(|call| call.span).collect()
}
