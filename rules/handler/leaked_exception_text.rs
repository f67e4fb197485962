//! Texts of exceptions that are sent to the client.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "leaked-exception-text",
    family: "handler",
    page: include_str!("leaked_exception_text.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    // Who asks what is wrong is told.
    let handlers = project.handlers.iter();
    for handler in handlers.filter(|it| !it.is_diagnosis()) {
        for leaked in &handler.replies.leaked {
            let LeakedText {
                reply,
                clause,
                name,
                library,
                log,
            } = leaked;
            let (whose, ends) = match library {
                Some(types) => (format!("`{types}`"), "what the library raises ends here"),
                None => ("any exception".to_owned(), "whatever goes wrong ends here"),
            };
            let message = format!(
                "the client is sent the text of {whose}: it may name tables, paths, hosts and \
                 values (`{name}`)"
            );
            let subject = format!("{}::{name}", handler.route);
            sink.report(Severity::Warning, *reply, subject, message)
                .note("puts the exception into the answer")
                .label(*clause, ends)
                .help(format!(
                    "log it, and tell the client only that it failed:{}",
                    code(&logged(handler, *log, name))
                ));
        }
    }
}

/// The body of the `except` clause without the text.
fn logged(handler: &Handler, log: Option<&str>, name: &str) -> String {
    let answer = match handler.framework {
        Framework::FastApi | Framework::Starlette | Framework::Litestar => {
            format!("raise HTTPException(status_code=500, detail=\"Internal error\") from {name}")
        }
        Framework::Flask => "return jsonify(error=\"Internal error\"), 500".to_owned(),
        Framework::Django => {
            "return JsonResponse({\"error\": \"Internal error\"}, status=500)".to_owned()
        }
        Framework::Drf => "return Response({\"error\": \"Internal error\"}, status=500)".to_owned(),
        Framework::Aiohttp => {
            "return web.json_response({\"error\": \"Internal error\"}, status=500)".to_owned()
        }
    };
    format!("{}\n{answer}", super::logged(log, "the request failed"))
}
