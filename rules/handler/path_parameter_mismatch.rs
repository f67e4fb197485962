//! Parameters of a path that its function does not take, and those it demands and never gets.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "path-parameter-mismatch",
    family: "handler",
    page: include_str!("path_parameter_mismatch.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for handler in &project.handlers {
        let Contract {
            unused, missing, ..
        } = &handler.contract;
        if unused.is_empty() && missing.is_empty() {
            continue;
        }
        let message = message(handler, unused, missing);
        sink.report(
            Severity::Error,
            handler.header,
            handler.route.as_str(),
            message,
        )
        .note(match missing.as_slice() {
            [] => format!("does not take `{}`", unused.join("`, `")),
            missing => format!("takes `{}`", missing.join("`, `")),
        })
        .label(handler.registered, "the path is declared here")
        .help("give both the same names");
    }
}

fn message(handler: &Handler, unused: &[String], missing: &[String]) -> String {
    let given = format!("`{}`", unused.join("`, `"));
    let demanded = format!("`{}`", missing.join("`, `"));
    let name = handler.name.rsplit('.').next().unwrap_or_default();
    match (handler.framework, unused, missing) {
        (Framework::FastApi | Framework::Litestar, ..) => format!(
            "`{}` names {given}, which `{name}` does not take: what the client asks for is not looked \
             at",
            handler.route
        ),
        (_, [], _) => format!(
            "`{name}` demands {demanded}, which `{}` does not give: every request ends in a 500",
            handler.route
        ),
        (_, _, []) => format!(
            "`{}` gives {given}, which `{name}` does not take: every request ends in a 500",
            handler.route
        ),
        _ => format!(
            "`{}` gives {given}, and `{name}` takes {demanded}: every request ends in a 500",
            handler.route
        ),
    }
}
