//! Coroutines that nobody awaits.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "missing-await",
    family: "handler",
    page: include_str!("missing_await.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for call in &project.unawaited {
        let subject = format!("{}::{}", call.function, call.callee);
        let finding = sink
            .report(Severity::Error, call.at, subject, message(call))
            .note("gives a coroutine")
            .help(help(call));
        if let Some(read) = call.read.filter(|read| !read.span.contains(call.at.span)) {
            finding.label(read, "is asked of the coroutine, not of its result");
        }
        if let Some(definition) = call.definition {
            finding.label(definition, "is declared `async def`");
        }
        if !call.can_await {
            finding.label(call.header, "may not await: it is no `async def`");
        }
    }
}

fn message(call: &Unawaited) -> String {
    let callee = &call.callee;
    match (call.read, call.returned) {
        (Some(_), _) => format!(
            "`{callee}` is not awaited: what is read here is the coroutine, not what it gives"
        ),
        (None, true) => format!(
            "`{callee}` is not awaited: the framework is given a coroutine, and the client a 500"
        ),
        (None, false) => format!("`{callee}` is not awaited: it never runs"),
    }
}

fn help(call: &Unawaited) -> String {
    let awaited = match call
        .read
        .is_some_and(|read| read.span.contains(call.at.span))
    {
        true => format!("(await {})", call.written),
        false => format!("await {}", call.written),
    };
    match call.can_await {
        true => format!("await it:{}", code(&awaited)),
        false => format!(
            "make `{}` an `async def`, and await it:{}",
            call.function,
            code(&awaited)
        ),
    }
}
