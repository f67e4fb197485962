//! What a request tries again for ever.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unbounded-retry",
    family: "handler",
    page: include_str!("unbounded_retry.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for retry in &project.on_request.retries {
        let handler = &project.handlers[retry.handler];
        let message = format!(
            "`{}` tries again for ever: while the other side is down, so is the request",
            retry.function
        );
        let finding = sink
            .report(Severity::Info, retry.at, retry.function.as_str(), message)
            .note("has no end but success")
            .label(
                handler.registered,
                format!("`{}` waits for it", handler.route),
            )
            .help(help(retry));
        if let Some(tried) = retry.tried {
            finding.label(tried, "may never work");
        }
    }
}

fn help(retry: &EndlessRetry) -> String {
    match retry.library.as_deref() {
        Some("tenacity") => format!(
            "say when to give up:{}",
            code("stop=stop_after_attempt(3),\nreraise=True,")
        ),
        Some(_) => format!("say when to give up:{}", code("max_tries=3,")),
        None => format!(
            "count the tries, and raise after the last:{}",
            code(
                "for attempt in range(3):\n    try:\n        …\n        break\n    except Exception:\n        if attempt == 2:\n            raise"
            )
        ),
    }
}
