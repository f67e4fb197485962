//! Output of handlers that goes past the log.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unstructured-logging",
    family: "handler",
    page: include_str!("unstructured_logging.md"),
    check,
};

/// How many more places are shown.
const SHOWN: usize = 5;

fn check(project: &Project, sink: &mut Sink) {
    for handler in &project.handlers {
        let Some((first, others)) = handler.prints.split_first() else {
            continue;
        };
        let message = format!(
            "`{}` prints: no level, no time, no request; nobody can switch it off or search for it",
            handler.name
        );
        let finding = sink
            .report(Severity::Info, *first, handler.route.as_str(), message)
            .note("goes past the log")
            .help(format!(
                "ask the log:{}",
                code("logger = logging.getLogger(__name__)\nlogger.info(\"…\")")
            ));
        for other in others.iter().take(SHOWN) {
            finding.label(*other, "and so does this");
        }
    }
}
