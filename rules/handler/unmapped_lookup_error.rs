//! Lookups that raise when nothing is found, where nothing answers the exception.

use super::{chosen_by, confidence, entity, guard, not_found, when};
use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unmapped-lookup-error",
    family: "handler",
    page: include_str!("unmapped_lookup_error.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for (handler, step) in project.unhandled_steps() {
        if !matches!(step.failure, Failure::Raises(_)) {
            continue;
        }
        let message = format!(
            "this raises {} when {}, and nothing answers that: the client gets a 500 where 404 was due",
            step.exception,
            when(step),
        );
        let about = step.variable.clone().or_else(|| entity(step));
        let about = about.as_deref().unwrap_or(&step.use_text);
        let subject = format!("{}::{about}", handler.route);
        let finding = sink
            .report(Severity::Warning, step.at, subject, message)
            .note(format!("{} leaves the handler", step.exception))
            .label(handler.registered, chosen_by(handler))
            .help(remedy(handler, step))
            .confidence(confidence(step));
        if let Some(entered) = step.entered {
            finding.label(entered, "leads there, outside of any `except` that answers");
        }
    }
}

/// What to do about a lookup that raises.
pub(super) fn remedy(handler: &Handler, step: &UnhandledStep) -> String {
    let row = step.variable.as_deref().unwrap_or("row");
    let django = matches!(handler.framework, Framework::Django | Framework::Drf);
    if step.use_kind == UseKind::Raised && step.place == StepPlace::Handler {
        return format!(
            "raise what the framework answers:\n    {}",
            not_found(handler, step)
        );
    }
    match (step.exception.as_str(), step.use_text.split_once(".get(")) {
        ("DoesNotExist", Some((queryset, arguments))) if django => format!(
            "let Django answer 404:\n    {}get_object_or_404({}, {}",
            match &step.variable {
                Some(row) => format!("{row} = "),
                None => String::new(),
            },
            queryset.strip_suffix(".objects").unwrap_or(queryset),
            match arguments {
                ")" => "…)",
                arguments => arguments,
            }
        ),
        ("NoResultFound", _) => match step.use_text.strip_suffix("one()") {
            Some(query) => format!(
                "ask so that nothing found is None, and test it:\n    {row} = {query}one_or_none()\n{}",
                guard(handler, step)
            ),
            None => format!(
                "ask with `one_or_none`, and test it:\n{}",
                guard(handler, step)
            ),
        },
        _ => format!(
            "answer it where the row is missing:\n    except {}:\n        {}",
            step.exception,
            not_found(handler, step)
        ),
    }
}
