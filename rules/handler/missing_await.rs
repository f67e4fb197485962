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
        if call.can_await {
            finding.fix("Await it", edits(call));
        } else {
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

/// What is read of it directly binds closer than `await`.
fn is_read_in_place(call: &Unawaited) -> bool {
    let read = call.read;
    read.is_some_and(|read| read.span.contains(call.at.span))
}

fn edits(call: &Unawaited) -> Vec<Edit> {
    let insert = |offset: u32, text: &str| Edit {
        at: Loc {
            span: Span {
                start: offset,
                end: offset,
            },
            ..call.at
        },
        text: text.to_owned(),
    };
    let Span { start, end } = call.at.span;
    match is_read_in_place(call) {
        true => vec![insert(start, "(await "), insert(end, ")")],
        false => vec![insert(start, "await ")],
    }
}

fn help(call: &Unawaited) -> String {
    let awaited = match is_read_in_place(call) {
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
