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
        for call in &handler.blocking {
            let subject = format!("{}::{}", handler.route, call.callee);
            let severity = match call.through {
                Some(_) => Severity::Warning,
                None => Severity::Error,
            };
            sink.report(severity, call.at, subject, message(call))
                .note("does not give the thread back")
                .label(handler.header, "runs in the event loop")
                .help(help(handler, call));
        }
    }
}

fn message(call: &BlockingCall) -> String {
    let what = match &call.through {
        Some(function) => format!("`{function}` calls `{}`, which", call.callee),
        None => format!("`{}`", call.callee),
    };
    format!(
        "{what} stops the event loop: while it waits, no other request of this process is answered"
    )
}

fn help(handler: &Handler, call: &BlockingCall) -> String {
    let callee = &call.callee;
    let threads = handler.framework == Framework::FastApi;
    match call.kind {
        BlockingKind::Sleep => format!("let others run:{}", code("await asyncio.sleep(…)")),
        BlockingKind::Http if callee.starts_with("requests.") && threads => format!(
            "use a client that waits without blocking:{}\nor leave out `async`: FastAPI then runs the \
             function in a thread",
            code("async with httpx.AsyncClient() as client:\n    response = await client.get(…)")
        ),
        BlockingKind::Http if callee.starts_with("requests.") => format!(
            "use a client that waits without blocking:{}",
            code("async with httpx.AsyncClient() as client:\n    response = await client.get(…)")
        ),
        BlockingKind::Database if !threads => {
            "use the driver that awaits: `asyncpg`, `aiosqlite`, `AsyncSession` for SQLAlchemy"
                .to_owned()
        }
        BlockingKind::Database => {
            "leave out `async` (and `await`): FastAPI then runs the function in \
             a thread; or use the driver that awaits, `AsyncSession` for SQLAlchemy"
                .to_owned()
        }
        _ if !threads => format!(
            "run it in a thread:{}",
            code(&format!("await asyncio.to_thread({callee}, …)"))
        ),
        _ => format!(
            "run it in a thread:{}\nor leave out `async`: FastAPI then does so itself",
            code(&format!("await asyncio.to_thread({callee}, …)"))
        ),
    }
}
