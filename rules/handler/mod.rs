//! What happens when the request is not the happy path.

mod blocking_call_in_async;
mod broken_session;
mod client_per_request;
mod database_failure_unhandled;
mod error_as_success;
mod happy_path_only;
mod leaked_exception_text;
mod llm_call_without_limits;
mod missing_await;
mod missing_response_model;
mod no_request_timeout;
mod non_atomic_writes;
mod none_returned_as_success;
mod path_parameter_mismatch;
mod quadratic_loop;
mod returned_http_exception;
mod shadowed_route;
mod swallowed_exception;
mod swallowed_http_exception;
mod unbounded_retry;
mod unchecked_missing_row;
mod unchecked_response;
mod unchecked_write;
mod unhandled_conflict;
mod unmapped_lookup_error;
mod unsafe_get;
mod unstructured_logging;
mod unvalidated_request;
mod wrong_status_code;

use crate::rule::prelude::*;

pub(super) const RULES: &[Rule] = &[
    blocking_call_in_async::RULE,
    broken_session::RULE,
    client_per_request::RULE,
    database_failure_unhandled::RULE,
    error_as_success::RULE,
    happy_path_only::RULE,
    leaked_exception_text::RULE,
    llm_call_without_limits::RULE,
    missing_await::RULE,
    missing_response_model::RULE,
    no_request_timeout::RULE,
    non_atomic_writes::RULE,
    none_returned_as_success::RULE,
    path_parameter_mismatch::RULE,
    quadratic_loop::RULE,
    returned_http_exception::RULE,
    shadowed_route::RULE,
    swallowed_exception::RULE,
    swallowed_http_exception::RULE,
    unbounded_retry::RULE,
    unchecked_missing_row::RULE,
    unchecked_response::RULE,
    unchecked_write::RULE,
    unhandled_conflict::RULE,
    unmapped_lookup_error::RULE,
    unsafe_get::RULE,
    unstructured_logging::RULE,
    unvalidated_request::RULE,
    wrong_status_code::RULE,
];

/// A step of a handler whose failing nothing handles, as the rule about steps of its kind tells it.
///
/// Where a handler has no exit for failure at all, `happy-path-only` tells of its steps together.
struct Unhandled {
    /// Where it fails.
    at: Loc,
    /// When it fails: ``no Order has this `order_id` ``.
    when: String,
    /// What then happens: `raises AttributeError`.
    happens: String,
    /// What the client sees: `a 500 where 404 was due`.
    client: String,
    /// What to do, with the code to paste.
    remedy: String,
    /// What a handler without any exit is that has no other step.
    severity: Severity,
    confidence: Confidence,
}

/// The rules that know of steps, by what they tell of one handler. A step in a dependency is none of
/// the handler's.
const KINDS: [fn(&Handler) -> Vec<Unhandled>; 5] = [
    none_returned_as_success::steps,
    unchecked_missing_row::steps,
    unchecked_response::steps,
    unhandled_conflict::steps,
    unvalidated_request::steps,
];

/// The steps of a handler whose failing nothing handles, in order of place.
fn unhandled(handler: &Handler) -> Vec<Unhandled> {
    let mut steps: Vec<Unhandled> = KINDS.iter().flat_map(|kind| kind(handler)).collect();
    steps.sort_by_key(|step| step.at);
    steps
}

/// What is looked up, as one would say it: `Order` of `Order.objects`, `row of orders`.
fn entity(step: &UnhandledStep) -> Option<String> {
    let named = step.entity.as_deref()?;
    let mut parts = named.rsplit('.').map(|part| part.trim_end_matches("()"));
    let class = parts
        .clone()
        .find(|part| part.starts_with(char::is_uppercase));
    class
        .map(str::to_owned)
        .or_else(|| Some(format!("row of {}", parts.next()?)))
}

/// When the step fails.
fn when(step: &UnhandledStep) -> String {
    match (&step.giver, entity(step), step.key_text.as_str()) {
        (Some(giver), Some(entity), _) => format!("`{giver}` finds no {entity}"),
        (Some(giver), None, _) => format!("`{giver}` gives None"),
        (None, Some(entity), "") => format!("there is no such {entity}"),
        (None, Some(entity), key) => format!("no {entity} has this `{key}`"),
        (None, None, "") => "there is no such row".to_owned(),
        (None, None, key) => format!("nothing has this `{key}`"),
    }
}

/// The steps in the handler and in what it calls.
fn own_steps(handler: &Handler) -> impl Iterator<Item = &UnhandledStep> {
    let own = |step: &&UnhandledStep| !matches!(step.place, StepPlace::Dependency(_));
    handler.unhandled.iter().filter(own)
}

/// The line that answers 404, in the idiom of the handler's framework.
fn not_found(handler: &Handler, step: &UnhandledStep) -> String {
    let missing = match entity(step) {
        Some(entity) if entity.starts_with(char::is_uppercase) => format!("{entity} not found"),
        _ => "Not found".to_owned(),
    };
    match handler.framework {
        Framework::FastApi | Framework::Starlette => {
            format!("raise HTTPException(status_code=404, detail=\"{missing}\")")
        }
        Framework::Flask => "abort(404)".to_owned(),
        Framework::Django => format!("raise Http404(\"{missing}\")"),
        Framework::Drf => format!("raise NotFound(\"{missing}\")"),
        Framework::Litestar => format!("raise NotFoundException(detail=\"{missing}\")"),
        Framework::Aiohttp => format!("raise web.HTTPNotFound(text=\"{missing}\")"),
    }
}

/// The guard to paste before the first use of a row that may be None.
fn guard(handler: &Handler, step: &UnhandledStep) -> String {
    let row = step.variable.as_deref().unwrap_or("row");
    format!(
        "    if {row} is None:\n        {}",
        not_found(handler, step)
    )
}

/// What to do about a step.
fn remedy(handler: &Handler, step: &UnhandledStep) -> String {
    match &step.failure {
        Failure::None => match &step.variable {
            Some(row) => format!(
                "test `{row}` before its first use:\n{}",
                guard(handler, step)
            ),
            None => format!(
                "give the row a name, and test it:\n{}",
                guard(handler, step)
            ),
        },
        Failure::Raises(_) | Failure::Malformed(_) => unmapped_lookup_error::remedy(handler, step),
    }
}

/// How far the evidence of a step carries.
fn confidence(step: &UnhandledStep) -> Confidence {
    carried(step.hops)
}

/// How far evidence carries that rests on so many things that are not known.
fn carried(hops: u32) -> Confidence {
    match hops {
        0 => Confidence::Certain,
        1 => Confidence::Likely,
        _ => Confidence::Possible,
    }
}

/// Who lets the client choose the key.
fn chosen_by(handler: &Handler) -> String {
    format!("`{}` takes the key from the client", handler.route)
}

/// Tells the log of a module of the exception at hand; `None` where the module has none yet.
fn logged(log: Option<&str>, text: &str) -> String {
    match log {
        Some(log) => format!("{log}.exception(\"{text}\")"),
        None => format!("logging.exception(\"{text}\")  # import logging"),
    }
}
