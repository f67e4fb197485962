//! Which findings count: selection, severity, precedence, directives, reviews, thresholds.

use std::collections::BTreeSet;

use crate::config::Settings;
use crate::discover::Inputs;
use crate::facts::{FileOutcome, NoteId};
use crate::finding::{Finding, Severity};
use crate::project::Project;
use crate::source::{FileId, Loc};

/// The outcome of a run, ready to be rendered.
#[derive(Debug)]
pub struct Report {
    /// The files, for names and snippets; a configuration file that a finding points into comes last.
    pub inputs: Inputs,
    /// Findings in path order: those that are printed and those below `show`.
    pub findings: Vec<Finding>,
    /// What could not be read.
    pub notes: Vec<ReportNote>,
    /// Bytes that no report may show, by file: sorted, without overlap.
    pub masks: Vec<Loc>,
    /// How many findings a directive or review settled.
    pub suppressed: usize,
    /// Findings below this are not printed.
    pub show: Severity,
    /// From which severity on the run fails; `None` = never.
    pub fail_on: Option<Severity>,
}

impl Report {
    /// The findings that are printed.
    pub fn shown(&self) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(|finding| finding.severity >= self.show)
    }

    /// How many findings of a severity there are, printed or not.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    }

    /// How many files were read.
    pub fn files(&self) -> usize {
        let files: BTreeSet<FileId> = self.inputs.units.iter().map(|unit| unit.file).collect();
        files.len()
    }

    /// What the process exits with: 0 clean, 1 findings, 2 something could not be checked.
    pub fn exit_status(&self) -> u8 {
        if self
            .notes
            .iter()
            .any(|note| note.id == NoteId::InternalError)
        {
            return 2;
        }
        let fails = |finding: &Finding| self.fail_on.is_some_and(|least| finding.severity >= least);
        u8::from(self.findings.iter().any(fails))
    }
}

/// A note with its place.
#[derive(Clone, Debug)]
pub struct ReportNote {
    /// What kind.
    pub id: NoteId,
    /// Where, when it has a place.
    pub at: Option<Loc>,
    /// One sentence for the user.
    pub message: String,
}

/// Decides about what the rules reported.
pub fn judge(
    inputs: Inputs,
    outcomes: &[FileOutcome],
    project: &Project,
    findings: Vec<Finding>,
    settings: &Settings,
) -> Report {
    let _ = (outcomes, project);
    Report {
        inputs,
        findings,
        notes: Vec::new(),
        masks: Vec::new(),
        suppressed: 0,
        show: settings.show,
        fail_on: settings.fail_on,
    }
}
