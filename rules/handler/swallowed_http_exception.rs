//! Refusals that the handler raises and its own `except` catches.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "swallowed-http-exception",
    family: "handler",
    page: include_str!("swallowed_http_exception.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for handler in &project.handlers {
        for swallowed in &handler.replies.swallowed {
            let subject = format!("{}::except {}", handler.route, swallowed.catches);
            let finding = sink
                .report(
                    Severity::Error,
                    swallowed.clause,
                    subject.trim_end(),
                    message(swallowed),
                )
                .note("catches the refusals of this handler too")
                .help(help(handler));
            for (at, name, status) in &swallowed.refusals {
                let status = status.map_or(String::new(), |status| format!(" ({status})"));
                finding.label(*at, format!("`{name}`{status} is meant for the client"));
            }
            finding.label(swallowed.reply, sent(swallowed));
        }
    }
}

fn message(swallowed: &SwallowedRefusal) -> String {
    let meant: Vec<String> = {
        let statuses = swallowed.refusals.iter().filter_map(|it| it.2);
        let mut statuses: Vec<u16> = statuses.collect();
        statuses.sort_unstable();
        statuses.dedup();
        statuses.iter().map(u16::to_string).collect()
    };
    let meant = match meant.as_slice() {
        [] => "refusal".to_owned(),
        meant => meant.join(" or "),
    };
    let sent = swallowed
        .status
        .map_or("another answer".to_owned(), |status| status.to_string());
    let clause = match swallowed.catches.as_str() {
        "BaseException" => "this `except`".to_owned(),
        types => format!("`except {types}`"),
    };
    format!("the client never sees the {meant} raised here: {clause} catches it and gives {sent}")
}

fn sent(swallowed: &SwallowedRefusal) -> String {
    match swallowed.status {
        Some(status) => format!("the client gets this {status} instead"),
        None => "the client gets this instead".to_owned(),
    }
}

fn help(handler: &Handler) -> String {
    let refusal = match handler.framework {
        Framework::FastApi | Framework::Flask | Framework::Litestar | Framework::Starlette => {
            "HTTPException"
        }
        Framework::Django => "(Http404, PermissionDenied)",
        Framework::Drf => "(APIException, Http404)",
        Framework::Aiohttp => "web.HTTPException",
    };
    let before = code(&format!("except {refusal}:\n    raise"));
    format!("let refusals pass, in front of this clause:{before}")
}
