//! The report for machines, version 1. Fields may be added to a version, never changed or removed.

use std::io;

use camino::Utf8Path;
use serde::Serialize;

use super::Summary;
use super::machine::{Machine, Place, Told, ToldFix};
use crate::facts::NoteId;
use crate::finding::{Confidence, Severity};
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
    /// A repair that can be applied as it is; null where something is left to decide.
    fix: Option<FixEntry>,
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

/// A repair. All its edits belong together.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct FixEntry {
    /// What it does.
    title: String,
    safety: Safety,
    /// What is written anew; no two share a place.
    edits: Vec<EditEntry>,
}

/// Whether a repair keeps what the code does.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
enum Safety {
    /// It does not: a person should look at it.
    Unsafe,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct EditEntry {
    /// Relative to the checked root, with `/`.
    path: String,
    /// The first byte in the file on disk that goes.
    start: u32,
    /// One past the last byte that goes.
    end: u32,
    /// What comes in their place.
    replacement: String,
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
        let machine = Machine::new(report, Utf8Path::new(""));
        let notes = report.notes.iter().map(|note| NoteEntry {
            id: note.id,
            location: note.at.map(|at| machine.place(at).into()),
            message: machine.text(&note.message),
        });
        Self {
            version: 1,
            tool: Tool::this(),
            summary: Summary::of(report),
            findings: machine.shown().into_iter().map(entry).collect(),
            notes: notes.collect(),
        }
    }
}

fn entry(told: Told) -> Entry {
    let labels = told.labels.into_iter();
    Entry {
        rule: told.rule,
        family: told.by.map_or("", |rule| rule.family),
        severity: told.severity,
        confidence: told.confidence,
        message: told.message,
        help: told.help,
        subject: told.subject,
        location: told.place.into(),
        labels: labels
            .map(|(place, message)| LabelEntry {
                location: place.into(),
                message,
            })
            .collect(),
        fix: told.fix.map(fix),
        fingerprint: told.fingerprint,
        url: told.by.map(super::url).unwrap_or_default(),
    }
}

fn fix(fix: ToldFix) -> FixEntry {
    let edits = fix.edits.into_iter().map(|(place, replacement)| EditEntry {
        path: place.path,
        start: place.start.offset,
        end: place.end.offset,
        replacement,
    });
    FixEntry {
        title: fix.title,
        safety: Safety::Unsafe,
        edits: edits.collect(),
    }
}

impl From<Place> for Location {
    fn from(place: Place) -> Self {
        Self {
            path: place.path,
            start: place.start,
            end: place.end,
        }
    }
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
