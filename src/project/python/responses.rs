//! Answers of other services that are taken for successes: nothing asks for their status, and
//! nothing answers when they do not come.

use std::collections::BTreeMap;

use super::index::{FunctionId, Python, last_name};
use super::names::Target;
use super::reach::{Exposed, Reach};
use super::services::{Service, ServiceKind, TABLE};
use super::summaries::call_at;
use crate::facts::python::{CallSite, Received, Returned};
use crate::source::Loc;

/// The answer of another service, taken for a success.
#[derive(Clone, Debug)]
pub struct UncheckedResponse {
    /// Where its content is read; the call itself where that raises.
    pub at: Loc,
    /// How that reads: `response.json()`.
    pub use_text: String,
    /// The call.
    pub call: Loc,
    /// The callee as written.
    pub callee: String,
    /// The package that makes the call.
    pub library: String,
    /// The exceptions that nothing answers, by their full names, the usual one first.
    pub raises: Vec<String>,
    /// The variable that holds the answer.
    pub variable: Option<String>,
    /// The answer holds a status that nobody asks for; otherwise the call raises.
    pub has_status: bool,
    /// The call is awaited.
    pub is_awaited: bool,
    /// It stands in a dependency of the handler, or in what that calls.
    pub in_dependency: bool,
    /// How many things on the way to the client are not known.
    pub hops: u32,
}

/// The unchecked answers in functions that requests run, in order of place, each with the number of
/// the route that answers for it.
pub(super) fn unchecked(python: &Python, reach: &Reach) -> Vec<(usize, UncheckedResponse)> {
    let judge = Judge { python, reach };
    let functions = reach.functions();
    let mut found: BTreeMap<Loc, (usize, UncheckedResponse)> = BTreeMap::new();
    for id in functions {
        let function = python.function(id);
        if function.broken {
            continue;
        }
        let read = function.received.iter().filter_map(|it| judge.read(id, it));
        let raising = function.calls.iter().filter_map(|it| judge.raising(id, it));
        for response in read.chain(raising) {
            found.entry(response.1.at).or_insert(response);
        }
    }
    found.into_values().collect()
}

struct Judge<'p, 'a> {
    python: &'p Python<'a>,
    reach: &'p Reach<'p, 'a>,
}

impl Judge<'_, '_> {
    /// Content that is read although nobody asked for the status.
    fn read(&self, id: FunctionId, received: &Received) -> Option<(usize, UncheckedResponse)> {
        if received.is_returned {
            return None;
        }
        let service = self.http(id, &received.callee)?;
        let call = call_at(self.python, id, received.call)?;
        let exposed = self
            .reach
            .exposed(id, call, &service.library, &service.raises)?;
        let at = self.python.loc(id.module, received.used);
        let response = UncheckedResponse {
            use_text: received.use_text.clone(),
            variable: received.variable.clone(),
            has_status: true,
            ..self.response(id, call, service, at, exposed)
        };
        Some((exposed.route, response))
    }

    /// A call that raises where the service refuses.
    fn raising(&self, id: FunctionId, call: &CallSite) -> Option<(usize, UncheckedResponse)> {
        let (service, _) = self.python.asked_by(id.scope(), &call.callee)?;
        if service.kind == ServiceKind::Http {
            return None;
        }
        let exposed = self
            .reach
            .exposed(id, call, &service.library, &service.raises)?;
        let at = self.python.loc(id.module, call.span);
        let response = self.response(id, call, service, at, exposed);
        Some((exposed.route, response))
    }

    fn response(
        &self,
        id: FunctionId,
        call: &CallSite,
        service: &Service,
        at: Loc,
        exposed: Exposed,
    ) -> UncheckedResponse {
        UncheckedResponse {
            at,
            use_text: String::new(),
            call: self.python.loc(id.module, call.span),
            callee: call.callee.clone(),
            library: service.library.clone(),
            raises: service.raises.clone(),
            variable: None,
            has_status: false,
            is_awaited: self.is_awaited(id, &call.callee),
            in_dependency: exposed.in_dependency,
            hops: exposed.hops,
        }
    }

    /// The service whose answer a call gives as it came, itself or through a function of the
    /// project.
    fn http(&self, id: FunctionId, callee: &str) -> Option<&'static Service> {
        if let Some((service, _)) = self.python.asked_by(id.scope(), callee) {
            return (service.kind == ServiceKind::Http && !self.asks_itself(id, callee))
                .then_some(service);
        }
        let Target::Function(giver) = self.python.resolve(id.scope(), callee) else {
            return None;
        };
        self.handed_on(giver)
    }

    /// The service whose answers a function hands on without a question, and nothing else.
    fn handed_on(&self, giver: FunctionId) -> Option<&'static Service> {
        let function = self.python.function(giver);
        if !function.exits.is_empty() || function.broken || function.is_generator {
            return None;
        }
        let unasked = |callee: &str, span| {
            let kept = function.received.iter();
            let mut kept = kept.filter(|it| it.is_returned);
            let direct = || {
                let returned = function.returned.iter();
                returned.clone().any(|it| it.span.contains(span))
            };
            let service = self.python.asked_by(giver.scope(), callee)?.0;
            let as_it_came = kept.any(|it| it.call == span) || direct();
            let http = service.kind == ServiceKind::Http && !self.asks_itself(giver, callee);
            (as_it_came && http).then_some(service)
        };
        let mut services = function.returned.iter().map(|returned| {
            let Returned::Call(callee, span) = &returned.value else {
                return None;
            };
            unasked(callee, *span)
        });
        let first = services.next()??;
        services.all(|it| it.is_some()).then_some(first)
    }

    fn is_awaited(&self, id: FunctionId, callee: &str) -> bool {
        match self.python.asked_by(id.scope(), callee) {
            Some((_, path)) => TABLE.is_awaited(&path),
            None => match self.python.resolve(id.scope(), callee) {
                Target::Function(giver) => self.python.function(giver).is_async,
                _ => false,
            },
        }
    }

    /// The client raises by itself: `raise_for_status=True`, hooks that look at each answer.
    fn asks_itself(&self, id: FunctionId, callee: &str) -> bool {
        let client = self.python.client_of(id.scope(), callee);
        let keywords = client.into_iter().flat_map(|client| &client.keywords);
        let asks =
            |name: &str| matches!(last_name(name), "raise_for_status" | "event_hooks" | "**");
        keywords.into_iter().any(|keyword| asks(&keyword.name))
    }
}
