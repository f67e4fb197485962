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
        let message = format!(
            "`{}` waits for ever where the other host does not answer, and keeps its worker as long",
            wait.callee
        );
        let subject = format!("{}::{}", wait.function, wait.callee);
        sink.report(Severity::Warning, wait.at, subject, message)
            .note("has no limit of its own")
            .help(format!(
                "say how long it may take, in seconds:{}",
                code("timeout=10,")
            ));
    }
}
