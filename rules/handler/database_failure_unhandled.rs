//! Applications that do not mind that their database may be away.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "database-failure-unhandled",
    family: "handler",
    page: include_str!("database_failure_unhandled.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    let Some(outage) = &project.on_request.outage else {
        return;
    };
    let message = "when the database is away or has dropped its connections, nothing is prepared: they \
                   are used unchecked, nothing answers 503, and no route tells others of it";
    let finding = sink
        .report(Severity::Info, outage.at, outage.by.as_str(), message)
        .note("takes the database for granted")
        .help(help(outage));
    if let Some(application) = outage.application {
        finding.label(application, "answers no OperationalError");
    }
    if let Some((probe, route)) = &outage.probe {
        finding.label(*probe, format!("`{route}` asks no database"));
    }
}

fn help(outage: &Outage) -> String {
    let (first, answered) = match outage.framework {
        Framework::Django | Framework::Drf => (
            "CONN_HEALTH_CHECKS = True  # of each entry, beside OPTIONS = {\"connect_timeout\": 5}",
            "class Unavailable:\n    def process_exception(self, request, error):\n        if \
             isinstance(error, OperationalError):\n            return HttpResponse(status=503)",
        ),
        Framework::Flask => (
            "SQLALCHEMY_ENGINE_OPTIONS = {\"pool_pre_ping\": True, \"pool_timeout\": 5}",
            "@app.errorhandler(OperationalError)\ndef unavailable(error):\n    return {\"error\": \
             \"unavailable\"}, 503",
        ),
        _ => (
            "engine = create_engine(url, pool_pre_ping=True, pool_timeout=5)",
            "@app.exception_handler(OperationalError)\ndef unavailable(request, error):\n    return \
             JSONResponse({\"detail\": \"unavailable\"}, status_code=503)",
        ),
    };
    format!(
        "check connections before they are used, and let nobody wait for ever:{}\nanswer once for the \
         whole application, not by a `try` around each query:{}\nand let a route `/ready` send `select 1`",
        code(first),
        code(answered)
    )
}
