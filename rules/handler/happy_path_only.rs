//! Handlers with steps that can fail and no exit for that case.

use super::{confidence, remedy, when};
use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "happy-path-only",
    family: "handler",
    page: include_str!("happy_path_only.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for handler in &project.handlers {
        let own = |step: &&UnhandledStep| !matches!(step.place, StepPlace::Dependency(_));
        let steps: Vec<&UnhandledStep> = handler.unhandled.iter().filter(own).collect();
        let (Answer::No, false) = (handler.has_failure_exit, steps.is_empty()) else {
            continue;
        };
        let confidence = steps
            .iter()
            .map(|step| confidence(step))
            .max()
            .unwrap_or(Confidence::Possible);
        let severity = if confidence == Confidence::Certain {
            Severity::Error
        } else {
            Severity::Warning
        };
        let finding = sink
            .report(
                severity,
                handler.header,
                handler.route.as_str(),
                message(handler, &steps),
            )
            .note("has no exit for the case that something fails")
            .help(remedies(handler, &steps))
            .confidence(confidence);
        for step in steps {
            finding.label(
                step.at,
                format!("raises {} when {}", step.exception, when(step)),
            );
        }
    }
}

fn remedies(handler: &Handler, steps: &[&UnhandledStep]) -> String {
    let each: Vec<String> = steps.iter().map(|step| remedy(handler, step)).collect();
    each.join("\n")
}

fn message(handler: &Handler, steps: &[&UnhandledStep]) -> String {
    let trouble = match steps {
        [step] => format!("when {}, the client gets a 500", when(step)),
        _ => format!(
            "{} of its steps can fail by what the client asks for, and the client then gets a 500",
            steps.len()
        ),
    };
    format!("`{}` knows only the happy path: {trouble}", handler.name)
}
