//! Errors that go out with a status of success.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "error-as-success",
    family: "handler",
    page: include_str!("error_as_success.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for handler in project.handlers.iter().filter(|it| !it.is_webhook()) {
        for &at in &handler.replies.successes {
            let message = "this body tells of an error and the status of success: clients, caches and \
                 monitoring take it for a success";
            sink.report(Severity::Warning, at, handler.route.as_str(), message)
                .note("goes out as 200")
                .help(format!(
                    "answer with the status that fits:{}",
                    code(with_status(handler.framework))
                ));
        }
    }
    for answer in &project.silent_errors {
        let message = format!(
            "`{}` answers errors with a body and no status: the client gets a 200",
            answer.function
        );
        sink.report(
            Severity::Warning,
            answer.reply,
            answer.function.as_str(),
            message,
        )
        .note("goes out as 200")
        .label(answer.registered, "is called when something failed")
        .help(format!(
            "say the status:{}",
            code(status_of(answer.framework))
        ));
    }
}

fn status_of(framework: Framework) -> &'static str {
    match framework {
        Framework::FastApi | Framework::Starlette => "JSONResponse(…, status_code=500)",
        Framework::Aiohttp => "web.json_response(…, status=500)",
        Framework::Litestar => "Response(…, status_code=500)",
        _ => "return jsonify(error=\"…\"), 500",
    }
}

fn with_status(framework: Framework) -> &'static str {
    match framework {
        Framework::FastApi | Framework::Starlette | Framework::Litestar => {
            "raise HTTPException(status_code=400, detail=\"…\")"
        }
        Framework::Flask => "return jsonify(error=\"…\"), 400",
        Framework::Django => "return JsonResponse({\"error\": \"…\"}, status=400)",
        Framework::Drf => "return Response({\"error\": \"…\"}, status=400)",
        Framework::Aiohttp => "return web.json_response({\"error\": \"…\"}, status=400)",
    }
}
