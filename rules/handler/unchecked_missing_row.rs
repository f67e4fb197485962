//! Rows that may be None, used as if they never were.

use super::none_returned_as_success::is_handed_out;
use super::{Unhandled, chosen_by, confidence, own_steps, remedy, when};
use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unchecked-missing-row",
    family: "handler",
    page: include_str!("unchecked_missing_row.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for (handler, step) in project.unhandled_steps() {
        if step.failure != Failure::None || is_handed_out(step) {
            continue;
        }
        let row = named(step);
        let subject = format!(
            "{}::{}",
            handler.route,
            step.variable.as_deref().unwrap_or(&step.use_text)
        );
        sink.report(Severity::Error, step.at, subject, message(step))
            .note(format!("raises {} when {row} is None", step.exception))
            .label(step.lookup, "gives None when nothing is found")
            .label(handler.registered, chosen_by(handler))
            .help(remedy(handler, step))
            .confidence(confidence(step));
    }
}

/// The lookups of a handler that find nothing, also those that raise then.
pub(super) fn steps(handler: &Handler) -> Vec<Unhandled> {
    let looked_up = |step: &&UnhandledStep| {
        !is_handed_out(step) && !matches!(step.failure, Failure::Malformed(_))
    };
    let used = own_steps(handler).filter(looked_up);
    let steps = used.map(|step| Unhandled {
        at: step.at,
        when: when(step),
        happens: format!("raises {}", step.exception),
        client: "a 500 where 404 was due".to_owned(),
        remedy: remedy(handler, step),
        severity: Severity::Error,
        confidence: confidence(step),
    });
    steps.collect()
}

fn message(step: &UnhandledStep) -> String {
    let row = named(step);
    format!(
        "{row} is None when {}; `{}` then raises {}: the client gets a 500 where 404 was due",
        when(step),
        step.use_text,
        step.exception
    )
}

fn named(step: &UnhandledStep) -> String {
    match &step.variable {
        Some(variable) => format!("`{variable}`"),
        None => "the row".to_owned(),
    }
}
