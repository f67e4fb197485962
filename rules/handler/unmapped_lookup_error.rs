//! Lookups that raise when nothing is found, where nothing answers the exception.

use super::{chosen_by, confidence, entity, not_found, when};
use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unmapped-lookup-error",
    family: "handler",
    page: include_str!("unmapped_lookup_error.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for (handler, step) in project.unhandled_steps() {
        if step.failure == Failure::None {
            continue;
        }
        let message = format!(
            "this raises {} when {}, and nothing answers that: the client gets a 500 where 404 was due",
            step.exception,
            when(step),
        );
        let about = step
            .variable
            .as_deref()
            .or(entity(step))
            .unwrap_or(&step.use_text);
        let subject = format!("{}::{about}", handler.route);
        sink.report(Severity::Warning, step.at, subject, message)
            .note(format!("{} leaves the handler", step.exception))
            .label(handler.registered, chosen_by(handler))
            .help(remedy(handler, step))
            .confidence(confidence(step));
    }
}

/// What to do about a lookup that raises.
pub(super) fn remedy(handler: &Handler, step: &UnhandledStep) -> String {
    let row = step.variable.as_deref().unwrap_or("row");
    let by_shortcut = matches!(handler.framework, Framework::Django | Framework::Drf)
        && step.exception == "DoesNotExist";
    match (by_shortcut, entity(step), step.key_text.as_str()) {
        (true, Some(entity), key) if !key.is_empty() => {
            format!("let Django answer 404:\n    {row} = get_object_or_404({entity}, pk={key})")
        }
        _ => format!(
            "answer it where the row is missing:\n    except {}:\n        {}",
            step.exception,
            not_found(handler, step)
        ),
    }
}
