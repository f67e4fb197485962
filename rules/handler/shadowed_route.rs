//! Routes that an earlier route of the same router answers.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "shadowed-route",
    family: "handler",
    page: include_str!("shadowed_route.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for duplicate in &project.on_request.duplicates {
        repeats(duplicate, sink);
    }
    for handler in &project.handlers {
        let Some((earlier, path)) = &handler.contract.shadowed_by else {
            continue;
        };
        let (_, own) = handler.route.rsplit_once(' ').unwrap_or_default();
        let help = match shape(own) == shape(path) {
            true => "remove one of the two, or give it a path of its own",
            false => "declare the route with the fixed path in front of the one with the parameter",
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
        .help(help);
    }
}

/// A path without the names of its parameters.
fn shape(path: &str) -> String {
    let parts = path.split('{');
    let parts = parts.map(|part| part.split_once('}').map_or(part, |(_, rest)| rest));
    parts.collect::<Vec<_>>().join("{}")
}

fn repeats(duplicate: &DuplicateRoute, sink: &mut Sink) {
    let DuplicateRoute { path, function, .. } = duplicate;
    let message = format!(
        "`{function}` is never called: another route has the same method and path, `{path}`, and is \
         registered first"
    );
    let subject = format!("{path}::{function}");
    sink.report(Severity::Error, duplicate.at, subject, message)
        .note("is never reached")
        .label(duplicate.first, "this is tried first")
        .help("give one of them another path, or remove it")
        .confidence(Confidence::Likely);
}
