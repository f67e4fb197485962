//! Statuses that forbid what is sent with them, or say less than their siblings do.

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
    created(project, sink);
}

/// Routes that make a row and answer 200, where most others of the project answer 201.
fn created(project: &Project, sink: &mut Sink) {
    let makers: Vec<&Handler> = project.handlers.iter().filter(|it| it.creates()).collect();
    let answers = |status| move |it: &&&Handler| it.contract.status == Some(status);
    let siblings = makers.iter().filter(answers(201));
    let plain = || makers.iter().filter(answers(200));
    let Some(sibling) = siblings.clone().next() else {
        return;
    };
    if siblings.count() < plain().count() {
        return;
    }
    for handler in plain() {
        let message = format!(
            "`{}` makes a row and answers 200, where `{}` answers 201",
            handler.route, sibling.route
        );
        let subject = handler.route.as_str();
        sink.report(Severity::Info, handler.registered, subject, message)
            .note("declares no status")
            .label(sibling.registered, "answers 201")
            .help(format!(
                "say that something was made:{}",
                code("status_code=201")
            ));
    }
}
