//! Routes that an earlier route of the same router answers.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "shadowed-route",
    family: "handler",
    page: include_str!("shadowed_route.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for handler in &project.handlers {
        let Some((earlier, path)) = &handler.contract.shadowed_by else {
            continue;
        };
        let message = format!(
            "`{}` is never called: `{path}` above it matches every request for it",
            handler.name.rsplit('.').next().unwrap_or_default()
        );
        sink.report(
            Severity::Error,
            handler.registered,
            handler.route.as_str(),
            message,
        )
        .note("is never reached")
        .label(*earlier, "this is tried first")
        .help("declare the route with the fixed path in front of the one with the parameter");
    }
}
