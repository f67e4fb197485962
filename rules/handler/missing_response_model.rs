//! Rows that are sent as they are.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "missing-response-model",
    family: "handler",
    page: include_str!("missing_response_model.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for handler in &project.handlers {
        let Some((at, model)) = &handler.contract.raw_model else {
            continue;
        };
        let message = format!(
            "rows of `{model}` are sent as they are: every column, those of tomorrow too, and no \
             schema in the documentation"
        );
        sink.report(Severity::Info, *at, handler.route.as_str(), message)
            .note("gives the row itself")
            .label(handler.registered, "declares no `response_model`")
            .help(format!(
                "say what the client may see:{}",
                code(&format!("response_model={model}Out"))
            ));
    }
}
