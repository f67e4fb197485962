//! Handlers with steps that can fail and no exit for that case.

use super::{Unhandled, unhandled};
use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "happy-path-only",
    family: "handler",
    page: include_str!("happy_path_only.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for handler in &project.handlers {
        let steps = unhandled(handler);
        let (Answer::No, Some((severity, confidence))) = (handler.has_failure_exit, weight(&steps))
        else {
            continue;
        };
        let subject = handler.route.as_str();
        let finding = sink
            .report(severity, handler.header, subject, message(handler, &steps))
            .note("has no exit for the case that something fails")
            .help(remedies(&steps))
            .confidence(confidence);
        for step in &steps {
            let Unhandled {
                happens,
                when,
                client,
                ..
            } = step;
            finding.label(
                step.at,
                format!("{happens} when {when}: the client gets {client}"),
            );
        }
    }
}

/// How much the strongest step carries: an error must rest on one that is proved.
fn weight(steps: &[Unhandled]) -> Option<(Severity, Confidence)> {
    let carries = |step: &Unhandled| (step.severity.min(step.confidence.cap()), step.confidence);
    steps.iter().map(carries).max()
}

fn remedies(steps: &[Unhandled]) -> String {
    let mut each: Vec<&str> = steps.iter().map(|step| step.remedy.as_str()).collect();
    each.dedup();
    each.join("\n")
}

fn message(handler: &Handler, steps: &[Unhandled]) -> String {
    let trouble = match steps {
        [step] => format!("when {}, the client gets {}", step.when, step.client),
        _ => format!(
            "{} of its steps can fail, and it has an answer for none of them",
            steps.len()
        ),
    };
    format!("`{}` knows only the happy path: {trouble}", handler.name)
}
