//! Sessions that are left broken or open.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "broken-session",
    family: "handler",
    page: include_str!("broken_session.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for session in &project.on_request.sessions {
        match &session.fault {
            SessionFault::NotRolledBack {
                tried,
                reused,
                atomic,
            } => not_rolled_back(session, (*tried, *reused, *atomic), sink),
            SessionFault::NotClosed { closed, provided } => {
                not_closed(session, *closed, *provided, sink);
            }
            SessionFault::CommitInLoop { header } => commit_in_loop(session, *header, sink),
        }
    }
}

fn subject(session: &BrokenSession) -> String {
    format!("{}::{}", session.function, session.name)
}

fn not_rolled_back(
    session: &BrokenSession,
    (tried, reused, atomic): (Loc, Loc, Option<Loc>),
    sink: &mut Sink,
) {
    let (name, raised) = match atomic {
        Some(_) => ("the transaction".to_owned(), "TransactionManagementError"),
        None => (format!("`{}`", session.name), "PendingRollbackError"),
    };
    let message = match reused == tried {
        true => {
            format!("after one refused row {name} refuses all that follow: nothing rolls it back")
        }
        false => format!("after a refused write {name} refuses everything: nothing rolls it back"),
    };
    let help = match atomic {
        Some(_) => format!(
            "try the write in a transaction of its own, which alone is rolled back:{}",
            code("try:\n    with transaction.atomic():\n        …\nexcept IntegrityError:\n    …")
        ),
        None => format!(
            "roll back first thing in the clause:{}",
            code(&call(session, "rollback"))
        ),
    };
    let finding = sink
        .report(Severity::Warning, session.at, subject(session), message)
        .note("goes on as if nothing had happened")
        .help(help)
        .confidence(Confidence::Likely);
    if let Some(atomic) = atomic {
        finding.label(atomic, "opens the transaction");
    }
    if reused == tried {
        finding.label(tried, format!("raises {raised} in the next round"));
    } else {
        finding
            .label(tried, "is refused")
            .label(reused, format!("raises {raised} then"));
    }
}

fn not_closed(session: &BrokenSession, closed: Option<Loc>, provided: bool, sink: &mut Sink) {
    let name = &session.name;
    let severity = match (closed, provided) {
        (Some(_), false) => Severity::Info,
        _ => Severity::Warning,
    };
    let message = match closed {
        None => format!("nobody closes what `{name}` is: it keeps its connection"),
        Some(_) if provided => {
            format!("every request that ends in an error leaves `{name}` open, with its connection")
        }
        Some(_) => {
            format!("whatever raises before the end leaves `{name}` open, with its connection")
        }
    };
    let finding = sink
        .report(severity, session.at, subject(session), message)
        .note("takes a connection")
        .help(format!(
            "close it whatever happens:{}",
            code(&closing(session, provided))
        ));
    if let Some(closed) = closed {
        finding.label(closed, "is only reached when nothing fails");
    }
}

/// How a session is closed whatever happens; where a function hands out a new one, that is opened
/// first.
fn closing(session: &BrokenSession, provided: bool) -> String {
    let (name, closes) = (session.name.as_str(), call(session, "close"));
    match (provided, name.starts_with(char::is_uppercase)) {
        (true, true) => format!(
            "db = {name}()\ntry:\n    yield db\nfinally:\n    {}",
            closes.replace(name, "db")
        ),
        (true, false) => format!("try:\n    yield {name}\nfinally:\n    {closes}"),
        (false, _) => format!("try:\n    …\nfinally:\n    {closes}"),
    }
}

/// A call of a method of the session.
fn call(session: &BrokenSession, method: &str) -> String {
    let awaited = if session.awaited { "await " } else { "" };
    format!("{awaited}{}.{method}()", session.name)
}

fn commit_in_loop(session: &BrokenSession, header: Loc, sink: &mut Sink) {
    let message = "when one row is refused, those before it are kept and those behind it are lost, and \
                   each row waits for a commit of its own";
    sink.report(Severity::Warning, session.at, subject(session), message)
        .note("keeps one row")
        .label(header, "for each of these")
        .help(format!(
            "commit once, behind the loop:{}",
            code(&call(session, "commit"))
        ))
        .confidence(Confidence::Likely);
}
