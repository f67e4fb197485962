//! Answers of other services that are taken for successes.

use super::Unhandled;
use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unchecked-response",
    family: "handler",
    page: include_str!("unchecked_response.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for handler in &project.handlers {
        for response in &handler.responses {
            let about = response.variable.as_ref().unwrap_or(&response.callee);
            let subject = format!("{}::{about}", handler.route);
            let finding = sink
                .report(Severity::Warning, response.at, subject, message(response))
                .confidence(confidence(response));
            if response.has_status {
                finding
                    .note("an error of the other service goes on as data")
                    .label(response.call, failing(response));
            } else {
                finding.note(failing(response));
            }
            let client = format!("`{}` answers 500 then", handler.route);
            finding
                .label(handler.registered, client)
                .help(help(handler, response));
        }
    }
}

/// The calls of other services that a handler, or what it calls, takes for successes.
pub(super) fn steps(handler: &Handler) -> Vec<Unhandled> {
    let own = handler.responses.iter().filter(|it| !it.in_dependency);
    let steps = own.map(|response| Unhandled {
        at: response.at,
        when: format!("`{}` fails", response.callee),
        happens: raises(response),
        client: "a 500 where 502 was due".to_owned(),
        remedy: help(handler, response),
        severity: Severity::Warning,
        confidence: confidence(response),
    });
    steps.collect()
}

fn message(response: &UncheckedResponse) -> String {
    match response.has_status {
        true => format!(
            "`{}` is read whatever the other service answered: nothing asks for the status, and \
             nothing answers where the call fails",
            response.use_text
        ),
        false => format!(
            "nothing answers where `{}` fails: the service is down, slow, or refuses, and the client \
             gets a 500",
            response.callee
        ),
    }
}

fn failing(response: &UncheckedResponse) -> String {
    format!("{}, which nothing catches", raises(response))
}

fn raises(response: &UncheckedResponse) -> String {
    let named = response.raises.iter().filter(|name| name.contains('.'));
    let named: Vec<&str> = named.take(2).map(String::as_str).collect();
    format!("raises {}", named.join(" or "))
}

fn confidence(response: &UncheckedResponse) -> Confidence {
    match response.hops {
        0 => Confidence::Certain,
        1 => Confidence::Likely,
        _ => Confidence::Possible,
    }
}

/// What to write, in the idiom of the library and of the framework.
fn help(handler: &Handler, response: &UncheckedResponse) -> String {
    let error = match response.library.as_str() {
        "requests" => "requests.RequestException",
        "httpx" => "httpx.HTTPError",
        "aiohttp" => "aiohttp.ClientError",
        "urllib" => "urllib.error.URLError",
        "openai" | "litellm" => "openai.APIError",
        "anthropic" => "anthropic.APIError",
        "groq" => "groq.APIError",
        "cohere" => "cohere.core.ApiError",
        "mistralai" => "mistralai.SDKError",
        _ => "Exception",
    };
    let lines = format!(
        "try:\n    {}\nexcept {error} as error:\n    {}",
        tried(response),
        refusal(handler)
    );
    format!(
        "answer for the other service where it fails:{}",
        code(&lines)
    )
}

/// The call, and the question how it went.
fn tried(response: &UncheckedResponse) -> String {
    let callee = &response.callee;
    let waits = if response.is_awaited { "await " } else { "" };
    let name = response.variable.as_deref().unwrap_or("response");
    match response.library.as_str() {
        "aiohttp" => {
            format!("async with {callee}(…) as {name}:\n        {name}.raise_for_status()")
        }
        _ if response.has_status => {
            format!("{name} = {waits}{callee}(…)\n    {name}.raise_for_status()")
        }
        _ => format!("… = {waits}{callee}(…)"),
    }
}

fn refusal(handler: &Handler) -> &'static str {
    match handler.framework {
        Framework::FastApi | Framework::Starlette | Framework::Litestar => {
            "raise HTTPException(status_code=502, detail=\"Service unavailable\") from error"
        }
        Framework::Flask => "abort(502)",
        Framework::Aiohttp => "raise web.HTTPBadGateway()",
        Framework::Django => {
            "return JsonResponse({\"detail\": \"Service unavailable\"}, status=502)"
        }
        Framework::Drf => "return Response({\"detail\": \"Service unavailable\"}, status=502)",
    }
}
