//! What the tool says of an example, in a form that can be compared between the ways to run it.

use std::collections::BTreeSet;

use aicheck::discover::Inputs;
use aicheck::engine;
use aicheck::finding::Severity;
use aicheck::judge::Report;
use aicheck::project::Project;
use aicheck::source::Loc;
use aicheck::{config::Settings, facts::NoteId};

/// A line of a file.
pub(crate) type Line = (String, u32);

/// Everything that is compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Place, rule, severity, underlined text.
    pub(crate) findings: BTreeSet<Found>,
    /// Place, rule.
    pub(crate) labels: BTreeSet<(Line, &'static str)>,
    /// Place, kind. A note without a place has the path `-`.
    pub(crate) notes: BTreeSet<(Line, String)>,
    /// The help of each finding, in report order.
    pub(crate) helps: Vec<(&'static str, String)>,
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    pub(crate) line: Line,
    pub(crate) rule: &'static str,
    pub(crate) severity: Severity,
    pub(crate) text: String,
    pub(crate) message: String,
}

/// Runs the tool.
pub(crate) fn run(inputs: Inputs, settings: &Settings) -> (Report, Seen) {
    let report = engine::check(inputs, settings);
    let seen = Seen::of(&report);
    (report, seen)
}

impl Seen {
    fn of(report: &Report) -> Self {
        let line = |at: Loc| -> Line {
            let file = &report.inputs.files[at.file.index()];
            (file.path.to_string(), file.lines.line(at.span.start) + 1)
        };
        let mut seen = Self::default();
        for finding in &report.findings {
            let file = &report.inputs.files[finding.at.file.index()];
            seen.findings.insert(Found {
                line: line(finding.at),
                rule: finding.rule,
                severity: finding.severity,
                text: finding.at.span.of(&file.text).replace("\r\n", "\n"),
                message: finding.message.clone(),
            });
            let labels = finding.labels.iter().map(|label| line(label.at));
            seen.labels.extend(labels.map(|line| (line, finding.rule)));
            seen.helps.push((finding.rule, finding.help.clone()));
        }
        for note in &report.notes {
            let place = note.at.map_or_else(|| ("-".to_owned(), 0), line);
            seen.notes.insert((place, word(note.id)));
        }
        seen
    }
}

impl Seen {
    /// The same with other lines: a draft told in the lines of the files it was made of.
    pub(crate) fn at(self, moved: impl Fn(Line) -> Line) -> Self {
        let found = |found: Found| Found {
            line: moved(found.line),
            ..found
        };
        Self {
            findings: self.findings.into_iter().map(found).collect(),
            labels: (self.labels.into_iter())
                .map(|(line, rule)| (moved(line), rule))
                .collect(),
            notes: (self.notes.into_iter())
                .map(|(line, id)| (moved(line), id))
                .collect(),
            helps: self.helps,
        }
    }
}

/// The word of a note's kind.
fn word(id: NoteId) -> String {
    let word = serde_json::to_value(id).expect("a note's kind is a word");
    word.as_str().expect("a note's kind is a word").to_owned()
}

/// Tables about which nothing may be argued from absence.
pub(crate) fn open_tables(project: &Project) -> BTreeSet<String> {
    let databases = project.databases.iter();
    databases
        .flat_map(|database| database.open.iter().cloned())
        .collect()
}
