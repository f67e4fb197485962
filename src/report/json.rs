//! The report for machines, version 1. Fields may be added to a version, never changed or removed.

use std::io;

use serde::Serialize;

use super::Summary;
use super::clean::Masks;
use crate::facts::NoteId;
use crate::finding::{Confidence, Finding, Severity};
use crate::judge::Report;
use crate::source::{Loc, Position, SourceFile};

/// A report, as it is written.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Document {
    /// The version of this format.
    version: u32,
    /// What wrote it.
    tool: Tool,
    /// The run in numbers, before `--show` hides anything.
    summary: Summary,
    /// What was found, after `--show`, in path order.
    findings: Vec<Entry>,
    /// What could not be read or understood.
    notes: Vec<NoteEntry>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Tool {
    name: &'static str,
    version: &'static str,
}

/// One finding.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Entry {
    /// Id of the rule.
    rule: &'static str,
    /// Family of the rule.
    family: &'static str,
    severity: Severity,
    confidence: Confidence,
    /// What is wrong.
    message: String,
    /// What to do, with the code to paste; may be empty.
    help: String,
    /// A stable name of what the finding is about.
    subject: String,
    /// The line a developer would edit.
    location: Location,
    /// The words under the location, when there are any, and evidence elsewhere.
    labels: Vec<LabelEntry>,
    /// A repair that can be applied; none is offered yet, so always null.
    fix: (),
    /// Names the finding across runs.
    fingerprint: String,
    /// The page of the rule.
    url: String,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct LabelEntry {
    location: Location,
    message: String,
}

/// A place in a file.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Location {
    /// Relative to the checked root, with `/`.
    path: String,
    start: Position,
    /// One past the last character.
    end: Position,
}

/// Something that could not be read or understood.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct NoteEntry {
    id: NoteId,
    /// Null where the note has no place.
    location: Option<Location>,
    message: String,
}

/// Writes the report.
pub fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Document::new(report))?;
    writeln!(out)
}

impl Tool {
    pub(super) fn this() -> Self {
        Self {
            name: env!("CARGO_PKG_NAME"),
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

impl Location {
    pub(super) fn of(files: &[SourceFile], at: Loc) -> Self {
        let file = &files[at.file.index()];
        Self {
            path: file.path.to_string(),
            start: file.position(at.span.start),
            end: file.position(at.span.end),
        }
    }
}

impl Document {
    /// What is written of a report.
    pub fn new(report: &Report) -> Self {
        let masks = Masks::new(report);
        let notes = report.notes.iter().map(|note| NoteEntry {
            id: note.id,
            location: note.at.map(|at| location(report, at)),
            message: masks.redact(&note.message).into_owned(),
        });
        Self {
            version: 1,
            tool: Tool::this(),
            summary: Summary::of(report),
            findings: report
                .shown()
                .map(|finding| entry(report, &masks, finding))
                .collect(),
            notes: notes.collect(),
        }
    }
}

fn entry(report: &Report, masks: &Masks, finding: &Finding) -> Entry {
    let text = |text: &str| masks.redact(text).into_owned();
    let primary = (!finding.note.is_empty()).then_some((finding.at, &finding.note));
    let evidence = finding
        .labels
        .iter()
        .map(|label| (label.at, &label.message));
    let labels = primary.into_iter().chain(evidence);
    let rule = crate::rules::find(finding.rule);
    Entry {
        rule: finding.rule,
        family: rule.map_or("", |rule| rule.family),
        severity: finding.severity,
        confidence: finding.confidence,
        message: text(&finding.message),
        help: text(&finding.help),
        subject: text(&finding.subject),
        location: location(report, finding.at),
        labels: labels
            .map(|(at, message)| LabelEntry {
                location: location(report, at),
                message: text(message),
            })
            .collect(),
        fix: (),
        fingerprint: finding.fingerprint.clone(),
        url: rule.map(super::url).unwrap_or_default(),
    }
}

fn location(report: &Report, at: Loc) -> Location {
    Location::of(&report.inputs.files, at)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    #[test]
    fn the_published_schema_is_current() {
        is_published::<Document>("report", "aicheck report, version 1");
    }

    /// The published schema is the one the types give; `AICHECK_BLESS=1` writes it.
    pub(in crate::report) fn is_published<T: schemars::JsonSchema>(name: &str, title: &str) {
        let path = format!("{}/schemas/{name}.schema.json", env!("CARGO_MANIFEST_DIR"));
        let mut schema = schemars::schema_for!(T);
        schema.insert("title".into(), title.into());
        let current = serde_json::to_string_pretty(&schema).expect("a schema is JSON") + "\n";
        if std::env::var_os("AICHECK_BLESS").is_some() {
            std::fs::write(&path, &current).expect("the schema can be written");
        }
        let published = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            published == current,
            "run `AICHECK_BLESS=1 cargo test` and look at the change"
        );
    }
}
