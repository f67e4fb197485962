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
    let bare = match handler.framework {
        Framework::FastApi => {
            "\nor leave out `async` of the handler: FastAPI then runs it in a thread"
        }
        Framework::Starlette => {
            "\nor leave out `async` of the handler: Starlette then runs it in a thread"
        }
        _ => "",
    };
    let method = call.callee.rsplit('.').next().unwrap_or_default();
    let speaks = |libraries: [&str; 2]| libraries.iter().any(|it| call.callee.starts_with(it));
    if let Some(function) = &call.inside {
        return format!(
            "run `{function}` in a thread where a coroutine calls it:{}{bare}",
            code(&format!("await asyncio.to_thread({function}, …)"))
        );
    }
    match call.kind {
        BlockingKind::Sleep => format!("let others run:{}", code("await asyncio.sleep(…)")),
        BlockingKind::Http if speaks(["requests.", "httpx."]) => format!(
            "use a client that waits without blocking:{}{bare}",
            code(&format!(
                "async with httpx.AsyncClient() as client:\n    response = await client.{method}(…)"
            ))
        ),
        BlockingKind::Http if speaks(["smtplib.", "imaplib."]) => format!(
            "put all that talks to the server into a function, and run that in a thread:{}{bare}",
            code("await asyncio.to_thread(send, …)")
        ),
        BlockingKind::Database if bare.is_empty() => {
            "use the driver that awaits: `asyncpg`, `aiosqlite`, `AsyncSession` for SQLAlchemy"
                .to_owned()
        }
        BlockingKind::Database => {
            "leave out `async` (and `await`): the framework then runs the function in \
             a thread; or use the driver that awaits, `AsyncSession` for SQLAlchemy"
                .to_owned()
        }
        _ => format!(
            "run it in a thread:{}{bare}",
            code(&format!("await asyncio.to_thread({}, …)", call.written))
        ),
    }
}
