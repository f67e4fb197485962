//! Statuses that forbid what is sent with them.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "wrong-status-code",
    family: "handler",
    page: include_str!("wrong_status_code.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for handler in &project.handlers {
        for &at in &handler.contract.lost_bodies {
            let message = "a 204 has no body: what is returned here never reaches the client";
            sink.report(Severity::Error, at, handler.route.as_str(), message)
                .note("is thrown away")
                .label(handler.registered, "answers 204")
                .help("return nothing, or answer 200");
        }
    }
}
