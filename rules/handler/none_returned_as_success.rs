//! Rows that may be None, handed out as the answer or to something that takes no None.

use super::{Unhandled, chosen_by, confidence, own_steps, remedy, when};
use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "none-returned-as-success",
    family: "handler",
    page: include_str!("none_returned_as_success.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for (handler, step) in project.unhandled_steps() {
        if !is_handed_out(step) {
            continue;
        }
        let name = step.variable.as_deref();
        let row = name.map_or("the row".to_owned(), |name| format!("`{name}`"));
        let subject = format!("{}::{}", handler.route, name.unwrap_or(&step.use_text));
        let message = format!(
            "{row} is None when {}: {}",
            when(step),
            outcome(handler, step)
        );
        let finding = sink.report(severity(step), step.at, subject, message);
        finding.note(note(step));
        if !step.at.span.contains(step.lookup.span) || step.at.file != step.lookup.file {
            finding.label(step.lookup, "gives None when nothing is found");
        }
        finding
            .label(handler.registered, chosen_by(handler))
            .help(remedy(handler, step))
            .confidence(confidence(step));
    }
}

/// The steps of a handler that hand out None.
pub(super) fn steps(handler: &Handler) -> Vec<Unhandled> {
    let handed_out = own_steps(handler).filter(|step| is_handed_out(step));
    let steps = handed_out.map(|step| Unhandled {
        at: step.at,
        when: when(step),
        happens: note(step),
        client: client(step).to_owned(),
        remedy: remedy(handler, step),
        severity: severity(step),
        confidence: confidence(step),
    });
    steps.collect()
}

/// In a function that others call too, or of a row of no known table, None may well be an answer.
fn severity(step: &UnhandledStep) -> Severity {
    match step.place == StepPlace::Handler && step.entity.is_some() {
        true => Severity::Warning,
        false => Severity::Info,
    }
}

/// Whether the None leaves the function whole, by the answer or through a call.
pub(super) fn is_handed_out(step: &UnhandledStep) -> bool {
    matches!(
        step.use_kind,
        UseKind::Answered
            | UseKind::Dumped
            | UseKind::Validated
            | UseKind::Stored
            | UseKind::Returned
    )
}

fn note(step: &UnhandledStep) -> String {
    match step.exception.as_str() {
        "" => "answers with it".to_owned(),
        exception => format!("raises {exception}"),
    }
}

fn outcome(handler: &Handler, step: &UnhandledStep) -> String {
    let client = client(step);
    match (step.use_kind, handler.framework) {
        (UseKind::Returned, Framework::FastApi) => format!(
            "the declared answer admits no None, so that FastAPI raises {}: the client gets {client}",
            step.exception
        ),
        (UseKind::Returned, _) => {
            format!("Flask takes no None for an answer: the client gets {client}")
        }
        (UseKind::Validated | UseKind::Stored, _) => format!(
            "`{}` then raises {}: the client gets {client}",
            step.use_text, step.exception
        ),
        _ => format!("the client gets {client}"),
    }
}

/// What the client gets.
fn client(step: &UnhandledStep) -> &'static str {
    match step.use_kind {
        UseKind::Answered => "200 with `null` where 404 was due",
        UseKind::Dumped => "200 with a record without values where 404 was due",
        _ => "a 500 where 404 was due",
    }
}
