//! Errors that go out with a status of success.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "error-as-success",
    family: "handler",
    page: include_str!("error_as_success.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for handler in &project.handlers {
        for &at in &handler.replies.successes {
            let message = "this body tells of an error and the status of success: clients, caches and \
                 monitoring take it for a success";
            sink.report(Severity::Warning, at, handler.route.as_str(), message)
                .note("goes out as 200")
                .help(format!(
                    "answer with the status that fits:{}",
                    code(with_status(handler))
                ));
        }
    }
}

fn with_status(handler: &Handler) -> &'static str {
    match handler.framework {
        Framework::FastApi => "raise HTTPException(status_code=400, detail=\"…\")",
        Framework::Flask => "return jsonify(error=\"…\"), 400",
        Framework::Django => "return JsonResponse({\"error\": \"…\"}, status=400)",
        Framework::Drf => "return Response({\"error\": \"…\"}, status=400)",
    }
}
