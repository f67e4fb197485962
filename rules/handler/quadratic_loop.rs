//! Work that grows with the square of what a database holds.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "quadratic-loop",
    family: "handler",
    page: include_str!("quadratic_loop.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for found in &project.on_request.quadratic {
        let list = &found.list;
        let message = format!(
            "`{list}` is looked through again for each row: with 10,000 rows on both sides that is \
             100 million comparisons for one request"
        );
        let help = match found.joins {
            true => format!(
                "let the database join them, or find them by their key:{}",
                code(&format!("by_key = {{it.…: it for it in {list}}}"))
            ),
            false => format!(
                "ask a set, which is made once:{}",
                code(&format!("known = set({list})\nfor …:\n    if … in known:"))
            ),
        };
        let subject = format!("{}::{list}", found.function);
        sink.report(Severity::Info, found.at, subject, message)
            .note("looks at one after the other")
            .label(found.outer, "for each of these")
            .label(
                found.source,
                format!("fills `{list}`, as many as there are"),
            )
            .help(help);
    }
}
