//! Exceptions that are returned where they were to be raised.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "returned-http-exception",
    family: "handler",
    page: include_str!("returned_http_exception.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for handler in &project.handlers {
        for (at, name) in &handler.replies.returned {
            let message = match handler.framework {
                Framework::FastApi => format!(
                    "`{name}` is returned, not raised: it is turned into a body, and the client \
                     gets a 200"
                ),
                _ => format!(
                    "`{name}` is returned, not raised: it is no response, and the client gets a 500"
                ),
            };
            sink.report(Severity::Error, *at, handler.route.as_str(), message)
                .note("an exception only works when it is raised")
                .help(format!("raise it:{}", code(&format!("raise {name}(…)"))))
                .fix("Raise it", vec![raise(*at)]);
        }
    }
}

/// The statement begins with the word that is wrong.
fn raise(statement: Loc) -> Edit {
    let start = statement.span.start;
    let end = start + "return".len() as u32;
    Edit {
        at: Loc {
            span: Span { start, end },
            ..statement
        },
        text: "raise".to_owned(),
    }
}
