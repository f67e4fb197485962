//! Clients of other services: made anew for every request, asked without a limit, asked again for
//! ever.

use super::index::{FunctionId, Python, Scope, last_name};
use super::names::Target;
use super::reach::Reach;
use super::services::{ServiceKind, TABLE};
use crate::facts::python::{Call, CallSite, Decorator, Function, Origin, Value, is_limit};
use crate::source::Loc;

/// A client that is made for one request.
#[derive(Clone, Debug)]
pub struct RequestClient {
    /// The call that makes it.
    pub at: Loc,
    /// The callee as written.
    pub callee: String,
    /// What it holds.
    pub holds: String,
    /// It speaks HTTP, whatever the host.
    pub is_http: bool,
    /// The function it is made in.
    pub function: String,
    /// The handler whose requests make it, by place among the handlers.
    pub handler: usize,
}

/// A call of a language model without a limit.
#[derive(Clone, Debug)]
pub struct LimitlessCall {
    /// The call.
    pub at: Loc,
    /// The callee as written.
    pub callee: String,
    /// The package.
    pub library: String,
    /// How long it may take.
    pub lasts: String,
    /// The function it stands in.
    pub function: String,
    /// The handler whose requests run it, by place among the handlers.
    pub handler: usize,
}

/// Something that is tried again for ever.
#[derive(Clone, Debug)]
pub struct EndlessRetry {
    /// The loop or the decorator.
    pub at: Loc,
    /// What is tried, where it stands apart.
    pub tried: Option<Loc>,
    /// The decorator's library.
    pub library: Option<String>,
    /// The function.
    pub function: String,
    /// The handler whose requests run it, by place among the handlers.
    pub handler: usize,
}

/// The clients that requests make for themselves, in order of place.
pub(super) fn made(python: &Python, reach: &Reach) -> Vec<RequestClient> {
    let mut found = Vec::new();
    for id in reach.functions() {
        let function = python.function(id);
        for call in function.calls.iter().filter(|call| !call.kept) {
            let Some(holds) = holding(python, id, call) else {
                continue;
            };
            if !is_fixed_call(python, id, call) || needs_its_own(python, id) {
                continue;
            }
            if let Some(handler) = reach.per_request(id) {
                found.push(RequestClient {
                    at: python.loc(id.module, call.span),
                    callee: call.callee.clone(),
                    holds: holds.to_owned(),
                    is_http: holds.contains("host"),
                    function: last_name(&function.name).to_owned(),
                    handler,
                });
            }
        }
    }
    found.sort_by_key(|it| it.at);
    found
}

fn holding(python: &Python, id: FunctionId, call: &CallSite) -> Option<&'static str> {
    if !TABLE.may_make(&call.callee) {
        return None;
    }
    match python.resolve(id.scope(), &call.callee) {
        Target::External(path) => TABLE.holding(&path),
        _ => None,
    }
}

/// Whether a function must have a client to itself: it asks whether one can connect, or migrates.
fn needs_its_own(python: &Python, id: FunctionId) -> bool {
    let function = python.function(id);
    let name = last_name(&function.name);
    let probes = ["health", "ready", "readiness", "liveness", "ping"];
    let migrates = |callee: &str| match python.resolve(id.scope(), callee) {
        Target::External(path) => path.starts_with("alembic."),
        _ => false,
    };
    probes.iter().any(|probe| name.contains(probe))
        || function.calls.iter().any(|call| migrates(&call.callee))
}

/// Whether the arguments of a call are the same for every request, as far as can be seen.
fn is_fixed_call(python: &Python, id: FunctionId, site: &CallSite) -> bool {
    let given = site.keywords.iter().map(|(_, roots)| roots);
    let mut roots = site.args.iter().chain(given).flatten();
    if roots.clone().all(|root| *root == Origin::Constant) {
        return true;
    }
    let outside = |root: &Origin| {
        matches!(
            root,
            Origin::Parameter(_) | Origin::Field(_) | Origin::Request | Origin::Row
        )
    };
    let own = |root: &Origin| match root {
        Origin::Parameter(name) | Origin::Field(name) => name != "self" && name != "cls",
        other => outside(other),
    };
    if roots.any(own) {
        return false;
    }
    let function = python.function(id);
    let locals = function.locals.iter().map(|local| &local.value);
    let class = python.class_of(id).map(|class| python.class(class));
    let attributes = class.into_iter().flat_map(|class| &class.attributes);
    let attributes = attributes.filter_map(|it| it.value.as_ref());
    let given = function.gives.iter().map(|it| &**it);
    let mut values = locals.chain(attributes).chain(given);
    let written = values.find_map(|value| written(value, site));
    written.is_some_and(|call| {
        let keywords = call.keywords.iter().map(|keyword| &keyword.value);
        let mut all = call.args.iter().chain(keywords);
        all.all(|value| is_fixed(python, id.scope(), value, 4))
    })
}

/// The call with its arguments, where a value holds it.
fn written<'v>(value: &'v Value, site: &CallSite) -> Option<&'v Call> {
    let call = value.call()?;
    let receiver = call.receiver.as_deref();
    [Some(call), receiver]
        .into_iter()
        .flatten()
        .find(|call| call.span == site.span)
}

/// Whether a value is the same for every request.
fn is_fixed(python: &Python, scope: Scope, value: &Value, fuel: u32) -> bool {
    let Some(fuel) = fuel.checked_sub(1) else {
        return false;
    };
    let all = |values: &[Value]| values.iter().all(|it| is_fixed(python, scope, it, fuel));
    match value {
        Value::Str(..) | Value::Int(_) | Value::Bool(_) | Value::None => true,
        Value::Other(_) | Value::Spread(_) => false,
        Value::Joined(parts) | Value::List(parts) => all(parts),
        Value::Dict(pairs) => pairs
            .iter()
            .all(|(_, value)| is_fixed(python, scope, value, fuel)),
        Value::Call(call) => {
            let known = !matches!(python.resolve(scope, &call.callee), Target::Unknown);
            let keywords = call.keywords.iter().map(|keyword| &keyword.value);
            known
                && all(&call.args)
                && keywords
                    .into_iter()
                    .all(|it| is_fixed(python, scope, it, fuel))
        }
        Value::Name(name, _) => match python.resolve(scope, name) {
            Target::Object(object) if object.scope.function.is_some() => {
                is_fixed(python, object.scope, &python.object(object).value, fuel)
            }
            Target::Object(_) | Target::External(_) => true,
            _ => {
                let root = name.split('.').next().unwrap_or(name);
                matches!(
                    python.resolve(scope, root),
                    Target::Object(object) if object.scope.function.is_none()
                ) || matches!(
                    python.resolve(scope, root),
                    Target::External(_) | Target::Place(_) | Target::Class(_)
                )
            }
        },
        _ => false,
    }
}

/// The calls of language models without any limit, in order of place.
pub(super) fn limitless(python: &Python, reach: &Reach) -> Vec<LimitlessCall> {
    let mut found = Vec::new();
    for id in reach.functions() {
        let function = python.function(id);
        for call in &function.calls {
            let Some((service, path)) = python.asked_by(id.scope(), &call.callee) else {
                continue;
            };
            let is_model = service.kind == ServiceKind::Llm;
            if !is_model || !call.limits.is_empty() || is_timed(function, call) {
                continue;
            }
            let client = python.client_of(id.scope(), &call.callee);
            let unseen = client.is_none() && !service.is_function(&path);
            if unseen || client.is_some_and(limits) {
                continue;
            }
            if let Some(handler) = reach.run_by(id) {
                found.push(LimitlessCall {
                    at: python.loc(id.module, call.span),
                    callee: call.callee.clone(),
                    library: service.library.clone(),
                    lasts: service.lasts.clone(),
                    function: last_name(&function.name).to_owned(),
                    handler,
                });
            }
        }
    }
    found.sort_by_key(|it| it.at);
    found
}

fn limits(client: &Call) -> bool {
    let mut keywords = client.keywords.iter();
    keywords.any(|keyword| is_limit(&keyword.name) || keyword.name == "**")
}

/// Whether something around a call ends it in time: `asyncio.wait_for(call(), 10)`,
/// `async with asyncio.timeout(10):`.
fn is_timed(function: &Function, call: &CallSite) -> bool {
    const TIMING: [&str; 5] = [
        "wait_for",
        "timeout",
        "timeout_at",
        "fail_after",
        "move_on_after",
    ];
    let times = |callee: &str| TIMING.contains(&last_name(callee));
    call.contexts.iter().any(|it| times(it))
        || function
            .calls
            .iter()
            .any(|outer| outer.span.contains(call.span) && times(&outer.callee))
}

/// What requests try again for ever, in order of place.
pub(super) fn retried(python: &Python, reach: &Reach) -> Vec<EndlessRetry> {
    let mut found = Vec::new();
    for id in reach.functions() {
        let Some(handler) = reach.run_by(id) else {
            continue;
        };
        let function = python.function(id);
        let name = last_name(&function.name).to_owned();
        for retry in &function.retries {
            let mut calls = function.calls.iter();
            if calls.any(|call| retry.tried.contains(call.span)) {
                found.push(EndlessRetry {
                    at: python.loc(id.module, retry.header),
                    tried: Some(python.loc(id.module, retry.tried)),
                    library: None,
                    function: name.clone(),
                    handler,
                });
            }
        }
        for decorator in &function.decorators {
            if let Some(library) = endless(python, id, decorator) {
                found.push(EndlessRetry {
                    at: python.loc(id.module, decorator.call.span),
                    tried: None,
                    library: Some(library.to_owned()),
                    function: name.clone(),
                    handler,
                });
            }
        }
    }
    found.sort_by_key(|it| it.at);
    found
}

/// The library of a decorator that tries again without an end.
fn endless(python: &Python, id: FunctionId, decorator: &Decorator) -> Option<&'static str> {
    let Target::External(path) = python.resolve(id.outer(python), &decorator.call.callee) else {
        return None;
    };
    let given = |name: &str| {
        let mut keywords = decorator.call.keywords.iter();
        keywords.any(|it| it.name == name || it.name == "**")
    };
    match path.as_str() {
        "tenacity.retry" if !given("stop") && decorator.call.args.is_empty() => Some("tenacity"),
        "backoff.on_exception" | "backoff.on_predicate"
            if !given("max_tries") && !given("max_time") =>
        {
            Some("backoff")
        }
        _ => None,
    }
}
