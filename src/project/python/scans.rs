//! Work that grows with the square of what a database holds: rows that a loop looks for in a list of
//! rows, one after the other.

use super::index::{FunctionId, Python, last_name};
use super::names::Target;
use super::reach::Reach;
use crate::facts::python::{CallSite, Effect, EffectKind, Scan};
use crate::source::{Loc, Span};

/// Rows that are looked for one after the other.
#[derive(Clone, Debug)]
pub struct QuadraticLoop {
    /// Where they are looked for.
    pub at: Loc,
    /// The loop around it.
    pub outer: Loc,
    /// What fills the list.
    pub source: Loc,
    /// The list.
    pub list: String,
    /// A loop inside picks what is equal.
    pub joins: bool,
    /// The function it stands in, by its own name.
    pub function: String,
}

/// The loops in functions that requests run, in order of place.
pub(super) fn quadratic(python: &Python, reach: &Reach) -> Vec<QuadraticLoop> {
    let mut found = Vec::new();
    for id in reach.functions() {
        let function = python.function(id);
        let scans = function.scans.iter().filter(|_| !function.broken);
        let growing = scans.filter(|it| {
            fetches(python, id, it.outer_source) && fetches(python, id, it.inner_source)
        });
        found.extend(growing.map(|scan| told(python, id, scan)));
    }
    found.sort_by_key(|it| it.at);
    found
}

/// Whether a call fetches rows, as many as there are; queries of Django do once somebody loops.
fn fetches(python: &Python, id: FunctionId, call: Span) -> bool {
    let function = python.function(id);
    let reads = |it: &Effect| {
        let same = call.contains(it.span) || it.span.contains(call);
        it.kind == EffectKind::Read && same
    };
    let lazy = |it: &CallSite| {
        let model = it.callee.split_once(".objects.").map(|(model, _)| model);
        let model = model.filter(|_| it.span == call);
        model.is_some_and(|it| matches!(python.resolve(id.scope(), it), Target::Class(_)))
    };
    function.effects.iter().any(reads) || function.calls.iter().any(lazy)
}

fn told(python: &Python, id: FunctionId, scan: &Scan) -> QuadraticLoop {
    let loc = |span| python.loc(id.module, span);
    QuadraticLoop {
        at: loc(scan.inner),
        outer: loc(scan.outer),
        source: loc(scan.inner_source),
        list: scan.list.clone(),
        joins: scan.joins,
        function: last_name(&python.function(id).name).to_owned(),
    }
}
