//! Calls that stop the event loop.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "blocking-call-in-async",
    family: "handler",
    page: include_str!("blocking_call_in_async.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for handler in &project.handlers {
        for (at, callee) in &handler.blocking {
            let message = format!(
                "`{callee}` stops the event loop: while it waits, no other request of this process is \
                 answered"
            );
            let subject = format!("{}::{callee}", handler.route);
            sink.report(Severity::Error, *at, subject, message)
                .note("does not give the thread back")
                .label(handler.header, "runs in the event loop")
                .help(help(callee));
        }
    }
}

fn help(callee: &str) -> String {
    match callee {
        "time.sleep" => format!("let others run:{}", code("await asyncio.sleep(…)")),
        _ if callee.starts_with("requests.") => format!(
            "use a client that waits without blocking:{}\nor leave out `async`: FastAPI then runs the \
             function in a thread",
            code("async with httpx.AsyncClient() as client:\n    response = await client.get(…)")
        ),
        _ => format!(
            "run it in a thread:{}\nor leave out `async`: FastAPI then does so itself",
            code(&format!("await asyncio.to_thread({callee}, …)"))
        ),
    }
}
