//! Calls of other hosts that may never come back.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "no-request-timeout",
    family: "handler",
    page: include_str!("no_request_timeout.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for wait in &project.waits {
        let decided = wait.is_waived && wait.is_awaited;
        let (severity, cost) = match wait.by_hand || wait.is_client || decided {
            false => (Severity::Warning, ", and keeps its worker as long"),
            true => (Severity::Info, ""),
        };
        let note = match wait.is_waived {
            false => "has no limit of its own",
            true => "the limit of the library is waived here",
        };
        let message = format!(
            "`{}` waits for ever where the other host does not answer{cost}",
            wait.callee
        );
        let subject = format!("{}::{}", wait.function, wait.callee);
        sink.report(severity, wait.at, subject, message)
            .note(note)
            .help(format!(
                "say how long it may take, in seconds:{}",
                code(&format!("{}=10,", wait.limit))
            ));
    }
}
