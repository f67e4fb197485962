//! `aicheck rules`: what there is to find.

use std::io;

use serde::Serialize;

use super::args::Format;
use super::failure::Failure;
use super::terminal::Terminal;
use super::to_stdout;
use crate::finding::{Confidence, Severity};
use crate::report;
use crate::report::prose::Paint;

/// A rule as `--format json` lists it.
#[derive(Serialize)]
struct Entry {
    id: &'static str,
    family: &'static str,
    severity: Severity,
    confidence: Confidence,
    languages: Vec<String>,
    since: String,
    reviewable: bool,
    title: String,
    url: String,
}

pub(super) fn run(format: Format, terminal: Terminal) -> Result<u8, Failure> {
    let entries: Vec<Entry> = crate::rules::all()
        .map(|rule| {
            let page = rule.read_page();
            Entry {
                id: rule.id,
                family: rule.family,
                severity: page.meta.severities[0],
                confidence: page.meta.confidence,
                languages: page.meta.languages,
                since: page.meta.since,
                reviewable: page.meta.reviewable,
                title: page.title,
                url: report::url(rule),
            }
        })
        .collect();
    to_stdout(|out| match format {
        Format::Human => list(&entries, Paint(terminal.output().color), out),
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, &entries)?;
            writeln!(out)
        }
    })?;
    Ok(0)
}

fn list(entries: &[Entry], paint: Paint, out: &mut dyn io::Write) -> io::Result<()> {
    let column = entries.iter().map(|entry| entry.id.len()).max();
    let column = column.unwrap_or_default();
    let mut family = "";
    for entry in entries {
        if entry.family != family {
            if !family.is_empty() {
                writeln!(out)?;
            }
            family = entry.family;
            writeln!(out, "{}", paint.bold(family))?;
        }
        let severity = format!("{:<7}", entry.severity.as_str());
        let severity = paint.severity(entry.severity, &severity);
        writeln!(out, "  {:<column$}  {severity}  {}", entry.id, entry.title)?;
    }
    writeln!(out)?;
    writeln!(
        out,
        "`aicheck explain RULE` says why, and how to settle a finding."
    )
}
