//! Reviewdog's diagnostic format (`reviewdog -f=rdjson`), for comments on other hosts.

use std::io;

use camino::Utf8Path;
use serde_json::{Value, json};

use super::machine::{Machine, Place, Told};
use crate::finding::Severity;
use crate::judge::Report;

/// Writes the report; `below` is the way from the top of the repository to the checked root.
pub fn write(report: &Report, below: &Utf8Path, out: &mut dyn io::Write) -> io::Result<()> {
    let told = Machine::new(report, below).shown();
    let result = json!({
        "source": source(),
        "diagnostics": told.iter().map(diagnostic).collect::<Vec<_>>(),
    });
    serde_json::to_writer_pretty(&mut *out, &result)?;
    writeln!(out)
}

fn source() -> Value {
    json!({ "name": env!("CARGO_PKG_NAME"), "url": env!("CARGO_PKG_REPOSITORY") })
}

fn diagnostic(told: &Told) -> Value {
    let severity = match told.severity {
        Severity::Error => "ERROR",
        Severity::Warning => "WARNING",
        Severity::Info => "INFO",
    };
    let related = told.labels.iter();
    let related =
        related.map(|(place, message)| json!({ "message": message, "location": location(place) }));
    let message = match told.help.as_str() {
        "" => told.message.clone(),
        help => format!("{}\n\n{help}", told.message),
    };
    let edits = told.fix.iter().flat_map(|fix| &fix.edits);
    let suggestions =
        edits.map(|(place, text)| json!({ "range": location(place)["range"], "text": text }));
    json!({
        "message": message,
        "location": location(&told.place),
        "severity": severity,
        "source": source(),
        "code": { "value": told.rule, "url": told.by.map(super::url).unwrap_or_default() },
        "suggestions": suggestions.collect::<Vec<_>>(),
        "related_locations": related.collect::<Vec<_>>(),
    })
}

/// Its columns count bytes.
fn location(place: &Place) -> Value {
    let (start, end) = place.byte_columns;
    json!({
        "path": place.path,
        "range": {
            "start": { "line": place.start.line, "column": start },
            "end": { "line": place.end.line, "column": end },
        },
    })
}
