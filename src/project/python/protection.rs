//! What stands around and before a step, in its function and in those that lead to it: guarding
//! calls, `except`, `with`, and questions about the same key that were answered.

use std::collections::BTreeSet;

use super::exceptions::{Failing, catches};
use super::index::{FunctionId, Python, Scope, last_name};
use super::mappings::caught;
use super::names::Target;
use super::steps::Frame;
use super::summaries::{
    DEPTH, GivesNone, Known, bind, gives_none, guards, known, methods_named, raises,
};
use crate::facts::Answer;
use crate::facts::python::{CallSite, ExitKind, Step};

/// How many things around a step are not known; `None` when it is protected, or may well be.
pub(super) fn protected(
    python: &Python,
    frame: &Frame,
    step: &Step,
    failing: &Failing,
) -> Option<u32> {
    let scope = frame.function.scope();
    let guarded = |call| guards(python, scope, call) != Answer::No;
    if step.unless.iter().any(guarded) {
        return None;
    }
    let mut hops = around(python, scope, &step.catches, &step.contexts, failing)?;
    for (above, call) in frame.path().filter_map(|frame| frame.caller) {
        let scope = above.function.scope();
        hops += around(python, scope, &call.catches, &call.contexts, failing)?;
    }
    Some(hops)
}

/// How many things around a call are not known; `None` when one of them catches.
pub(super) fn around(
    python: &Python,
    scope: Scope,
    caught: &[String],
    contexts: &[String],
    failing: &Failing,
) -> Option<u32> {
    if caught
        .iter()
        .any(|written| catches(python, failing, scope, written) != Answer::No)
    {
        return None;
    }
    let mut hops = 0;
    for context in contexts {
        match context_catches(python, scope, context, failing) {
            Answer::Yes => return None,
            Answer::Unknown => hops += 1,
            Answer::No => {}
        }
    }
    Some(hops)
}

/// Whether a context manager swallows or answers the failing.
fn context_catches(python: &Python, scope: Scope, context: &str, failing: &Failing) -> Answer {
    let by_function = |id: FunctionId| {
        let types = caught(python, id);
        types.iter().fold(Answer::No, |all, written| {
            all.or(catches(python, failing, id.scope(), written))
        })
    };
    match python.resolve(scope, context) {
        Target::Function(id) => by_function(id),
        Target::Class(class) | Target::Instance(class) => {
            let exits = ["__exit__", "__aexit__"];
            let exit = exits.iter().find_map(|name| python.method(class, name));
            match exit.map(|id| python.function(id)) {
                Some(exit) if !exit.exits.is_empty() || exit.returned.len() > 1 => Answer::Unknown,
                _ => Answer::No,
            }
        }
        Target::External(_) => Answer::No,
        _ if context.contains('.') => {
            match methods_named(python, context).any(|id| by_function(id) != Answer::No) {
                true => Answer::Unknown,
                false => Answer::No,
            }
        }
        _ => Answer::Unknown,
    }
}

/// Whether a call before the step, or before the calls that lead to it, took the same parameters of
/// the handler and the case that there is nothing was answered: by the callee, or between that
/// call and the next.
pub(super) fn asked_before(
    python: &Python,
    frame: &Frame,
    step: &Step,
    cause: &GivesNone,
    roots: &BTreeSet<&str>,
) -> bool {
    let before = step.call.start;
    let here = asking(python, frame, before, roots).any(|call| {
        is_checked(python, frame, call)
            || exits_between(python, frame.function, call.span.end, before)
                && asks_for(python, frame, call, cause)
    });
    here || frame
        .path()
        .filter_map(|frame| frame.caller)
        .any(|(above, call)| {
            let before = call.span.start;
            asking(python, above, before, roots).any(|earlier| {
                is_checked(python, above, earlier)
                    || exits_between(python, above.function, earlier.span.end, before)
            })
        })
}

/// The calls before a place that take all the parameters.
fn asking<'p>(
    python: &'p Python<'p>,
    frame: &'p Frame<'p>,
    before: u32,
    roots: &'p BTreeSet<&str>,
) -> impl Iterator<Item = &'p CallSite> {
    let calls = python.function(frame.function).calls.iter();
    calls
        .filter(move |call| call.span.end <= before)
        .filter(move |call| {
            let keywords = call.keywords.iter().map(|(_, origins)| origins);
            let taken: Vec<Known> = call
                .args
                .iter()
                .chain(keywords)
                .map(|origins| known(python, frame.function, &frame.env, origins))
                .collect();
            roots
                .iter()
                .all(|root| taken.iter().any(|it| it.roots.contains(*root)))
        })
}

/// The callee gives None for the same kind of row.
fn asks_for(python: &Python, frame: &Frame, call: &CallSite, cause: &GivesNone) -> bool {
    let id = frame.function;
    let Target::Function(callee) = python.resolve(id.scope(), &call.callee) else {
        return false;
    };
    let env = bind(python, id, &frame.env, call, callee);
    let class = |gives: &GivesNone| gives.entity.as_deref().map(|it| last_name(it).to_owned());
    gives_none(python, callee, &env, DEPTH)
        .is_some_and(|earlier| earlier.entity.is_none() || class(&earlier) == class(cause))
}

/// The callee raises when there is nothing.
fn is_checked(python: &Python, frame: &Frame, call: &CallSite) -> bool {
    match python.resolve(frame.function.scope(), &call.callee) {
        Target::Function(callee) => raises(python, callee),
        _ => false,
    }
}

fn exits_between(python: &Python, id: FunctionId, start: u32, end: u32) -> bool {
    python.function(id).exits.iter().any(|exit| {
        start <= exit.span.start
            && exit.span.end <= end
            && !matches!(exit.kind, ExitKind::Catch(_) | ExitKind::MappedLookup(_))
    })
}
