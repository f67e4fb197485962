//! Writes that a constraint refuses for what the client sends.

use super::{Unhandled, carried, own_steps};
use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unhandled-conflict",
    family: "handler",
    page: include_str!("unhandled_conflict.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for (handler, conflict) in project.conflicts() {
        let subject = format!("{}::{}", handler.route, conflict.columns.join(","));
        let message = format!(
            "this raises {} when {}, and nothing answers that: the client gets {}",
            conflict.exception,
            when(conflict),
            client(conflict),
        );
        let finding = sink
            .report(Severity::Warning, conflict.at, subject, message)
            .note(match conflict.inserts {
                true => format!("adds a row to `{}`", conflict.table.key),
                false => format!("changes a row of `{}`", conflict.table.key),
            })
            .label(
                handler.registered,
                format!("`{}` lets the client choose it", handler.route),
            )
            .help(remedy(handler, conflict))
            .confidence(carried(conflict.hops));
        if let Some(sent) = conflict.sent {
            finding.label(sent, "sent here, outside of any `except` that answers");
        }
        if let Some(place) = constraint(project, conflict) {
            finding.label(place.at, refuses(conflict));
        }
    }
}

/// The writes of a handler that may be refused, beside its other steps: alone they are told with
/// the constraint as evidence.
pub(super) fn steps(handler: &Handler) -> Vec<Unhandled> {
    if own_steps(handler).next().is_none() {
        return Vec::new();
    }
    let steps = handler.writes.conflicts.iter().map(|conflict| Unhandled {
        at: conflict.at,
        when: when(conflict),
        happens: format!("raises {}", conflict.exception),
        client: client(conflict).to_owned(),
        remedy: remedy(handler, conflict),
        severity: Severity::Warning,
        confidence: carried(conflict.hops),
    });
    steps.collect()
}

/// `email`, `user_id` and `name`
fn columns(conflict: &Conflict) -> String {
    let named: Vec<String> = conflict
        .columns
        .iter()
        .map(|name| format!("`{name}`"))
        .collect();
    named.join(" and ")
}

fn when(conflict: &Conflict) -> String {
    match (&conflict.parent, conflict.columns.as_slice()) {
        (Some(parent), _) => {
            format!("no row of `{parent}` has this {}", columns(conflict))
        }
        (None, [_]) => format!("another row has this {}", columns(conflict)),
        (None, _) => format!("another row has these {}", columns(conflict)),
    }
}

fn client(conflict: &Conflict) -> &'static str {
    match conflict.parent {
        Some(_) => "a 500 where 404 was due",
        None => "a 500 where 409 was due",
    }
}

fn refuses(conflict: &Conflict) -> String {
    match &conflict.parent {
        Some(parent) => format!("{} must be that of a row of `{parent}`", columns(conflict)),
        None => format!("no two rows share {}", columns(conflict)),
    }
}

/// The clause of the schema that refuses the row.
fn constraint(project: &Project, conflict: &Conflict) -> Option<Place> {
    let database = project.databases.get(conflict.table.database)?;
    let table = project.table(&conflict.table)?;
    database.place(table, |table| match &conflict.parent {
        Some(parent) => {
            let key = table.foreign_key(&conflict.columns, parent)?;
            Some(key.at)
        }
        None => table.unique_place(&conflict.columns),
    })
}

fn remedy(handler: &Handler, conflict: &Conflict) -> String {
    let names = conflict.columns.join(" and ");
    let (status, text) = match &conflict.parent {
        Some(parent) => (404, format!("No {} with this {names}", parent.name)),
        None => (409, format!("This {names} is taken")),
    };
    let answer = match handler.framework {
        Framework::FastApi | Framework::Starlette | Framework::Litestar => {
            format!("raise HTTPException(status_code={status}, detail=\"{text}\")")
        }
        Framework::Flask => format!("abort({status}, \"{text}\")"),
        Framework::Django => {
            format!("return JsonResponse({{\"detail\": \"{text}\"}}, status={status})")
        }
        Framework::Drf => format!("return Response({{\"detail\": \"{text}\"}}, status={status})"),
        Framework::Aiohttp if conflict.parent.is_some() => {
            format!("raise web.HTTPNotFound(text=\"{text}\")")
        }
        Framework::Aiohttp => format!("raise web.HTTPConflict(text=\"{text}\")"),
    };
    let wait = if conflict.awaited { "await " } else { "" };
    let sender = &conflict.sender;
    let (arguments, undo) = match sender.rsplit_once('.') {
        Some((session, "commit" | "flush")) => ("", format!("    {wait}{session}.rollback()\n")),
        Some((_, "save")) => ("", String::new()),
        _ => ("…", String::new()),
    };
    let caught = format!(
        "try:\n    {wait}{sender}({arguments})\nexcept {}:\n{undo}    {answer}",
        conflict.exception
    );
    format!("catch it, or look for the row first:{}", code(&caught))
}
