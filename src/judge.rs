//! Which findings count: selection, severity, precedence, directives, reviews, thresholds.

use crate::config::Settings;
use crate::discover::Inputs;
use crate::facts::FileOutcome;
use crate::finding::Finding;
use crate::project::Project;
use crate::source::Loc;

/// The outcome of a run, ready to be rendered.
#[derive(Debug)]
pub struct Report {
    /// The files, for names and snippets.
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
    pub show: crate::finding::Severity,
    /// From which severity on the run fails; `None` = never.
    pub fail_on: Option<crate::finding::Severity>,
}

/// A note with its place.
#[derive(Clone, Debug)]
pub struct ReportNote {
    /// What kind.
    pub id: crate::facts::NoteId,
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
