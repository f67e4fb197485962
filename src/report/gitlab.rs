//! GitLab's code quality report, shown in the widget and the changes of a merge request.

use std::io;

use camino::Utf8Path;
use serde_json::{Value, json};

use super::machine::{Machine, Told};
use crate::finding::Severity;
use crate::judge::Report;

/// Writes the report; `below` is the way from the top of the repository to the checked root.
pub fn write(report: &Report, below: &Utf8Path, out: &mut dyn io::Write) -> io::Result<()> {
    let told = Machine::new(report, below).shown();
    let entries: Vec<Value> = told.iter().map(entry).collect();
    serde_json::to_writer_pretty(&mut *out, &entries)?;
    writeln!(out)
}

fn entry(told: &Told) -> Value {
    let severity = match told.severity {
        Severity::Error => "major",
        Severity::Warning => "minor",
        Severity::Info => "info",
    };
    json!({
        "type": "issue",
        // One line, says the specification.
        "description": told.message.replace('\n', " "),
        "content": { "body": told.in_full() },
        "check_name": told.rule,
        "fingerprint": told.fingerprint,
        "severity": severity,
        "categories": ["Bug Risk"],
        "location": {
            "path": told.place.path,
            "lines": { "begin": told.place.start.line, "end": told.place.end.line },
        },
    })
}
