//! Calls of language models that may take and cost anything.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "llm-call-without-limits",
    family: "handler",
    page: include_str!("llm_call_without_limits.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for call in &project.on_request.limitless {
        let handler = &project.handlers[call.handler];
        let message = format!(
            "`{}` has no limit of ours: it may keep the request for {}, and answer at any length",
            call.callee, call.lasts
        );
        let subject = format!("{}::{}", call.function, call.callee);
        sink.report(Severity::Warning, call.at, subject, message)
            .note("neither the call nor its client says how long, how often or how much")
            .label(
                handler.registered,
                format!("`{}` waits for it", handler.route),
            )
            .help(format!(
                "say how long it may take and how much it may answer:{}",
                code(limits(call))
            ));
    }
}

fn limits(call: &LimitlessCall) -> &'static str {
    match call.library.as_str() {
        "google" => "config=types.GenerateContentConfig(max_output_tokens=1000),",
        "mistralai" => "timeout_ms=30_000,\nmax_tokens=1000,",
        "cohere" => "max_tokens=1000,\nrequest_options={\"timeout_in_seconds\": 30},",
        "langchain_openai" => "ChatOpenAI(…, timeout=30, max_retries=1, max_tokens=1000)",
        "openai" if call.callee.contains("responses.") => "timeout=30,\nmax_output_tokens=1000,",
        _ => "timeout=30,\nmax_tokens=1000,",
    }
}
