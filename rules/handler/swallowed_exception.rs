//! Failures that nobody hears of.

use super::logged;
use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "swallowed-exception",
    family: "handler",
    page: include_str!("swallowed_exception.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for failure in &project.on_request.swallowed {
        let grave = matches!(failure.loss, Loss::Payment(_) | Loss::Identity(_));
        let severity = if grave {
            Severity::Error
        } else {
            Severity::Warning
        };
        let subject = format!("{}::except {}", failure.function, failure.catches);
        let finding = sink
            .report(
                severity,
                failure.clause,
                subject.trim_end(),
                message(failure),
            )
            .note("nobody hears of what is caught here")
            .label(failure.tried, tried(&failure.loss))
            .help(help(failure));
        if let Some(returned) = failure.returned {
            finding.label(returned, "stands for the failure");
        }
    }
}

fn message(failure: &SwallowedFailure) -> String {
    let what = match &failure.loss {
        Loss::Payment(callee) => format!("`{callee}` may have taken no money, or taken it twice"),
        Loss::Identity(callee) => {
            format!("`{callee}` refuses, and the code goes on as if it had not")
        }
        Loss::Write => "what could not be written is lost".to_owned(),
        Loss::Service(callee) => format!("`{callee}` fails"),
        Loss::Read => "the database fails".to_owned(),
    };
    match failure.returned {
        Some(_) => format!("{what}, and what is returned instead reads like a success"),
        None => format!("{what}, and neither a log nor the client is told"),
    }
}

fn tried(loss: &Loss) -> &'static str {
    match loss {
        Loss::Payment(_) => "moves money",
        Loss::Identity(_) => "raises when somebody is not who he says",
        Loss::Write => "raises when it cannot be written",
        Loss::Service(_) => "raises when the service fails",
        Loss::Read => "raises when the database fails",
    }
}

fn help(failure: &SwallowedFailure) -> String {
    let types = match failure.catches.as_str() {
        "" => "Exception",
        types if types.contains(", ") => "Exception",
        types => types,
    };
    let lines = format!(
        "except {types}:\n    {}\n    raise",
        logged(failure.log, &format!("{} failed", failure.function))
    );
    format!("say what happened, and let it be answered:{}", code(&lines))
}
