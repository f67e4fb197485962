//! What the user asked for, validated: the only place that knows aicheck.toml.

use std::sync::Arc;

use crate::facts::schema::Dialect;
use crate::finding::Severity;
use crate::source::{SourceFile, Span};

/// Settings of one run. Rules never see them; `judge` and `link` do.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Rules or families to run; empty = all.
    pub select: Vec<String>,
    /// Rules or families not to run.
    pub ignore: Vec<String>,
    /// Severities that replace a rule's own.
    pub severity: Vec<(String, Severity)>,
    /// What differs below some paths; where several match, later entries win.
    pub per_path: Vec<PerPath>,
    /// Reviews recorded in the configuration.
    pub reviewed: Vec<Review>,
    /// The file all this was read from, so that findings can point into it.
    pub file: Option<Arc<SourceFile>>,
    /// The dialect of all SQL, when said.
    pub dialect: Option<Dialect>,
    /// From which severity on the run fails; `None` = never.
    pub fail_on: Option<Severity>,
    /// From which severity on findings are printed.
    pub show: Severity,
    /// How many threads to use; 0 = one per core.
    pub jobs: usize,
}

/// A `[per-path]` entry.
#[derive(Clone, Debug)]
pub struct PerPath {
    /// The paths it is about, relative to the root.
    pub paths: globset::GlobSet,
    /// Rules or families not to run there.
    pub ignore: Vec<String>,
    /// Severities that replace a rule's own there.
    pub severity: Vec<(String, Severity)>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            select: Vec::new(),
            ignore: Vec::new(),
            severity: Vec::new(),
            per_path: Vec::new(),
            reviewed: Vec::new(),
            file: None,
            dialect: None,
            fail_on: Some(Severity::Error),
            show: Severity::Warning,
            jobs: 0,
        }
    }
}

/// A `[[reviewed]]` entry: a decision about something whose file must not be edited any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// The rule.
    pub rule: String,
    /// The subject of the finding.
    pub subject: String,
    /// Why.
    pub reason: String,
    /// The clause that was reviewed; the entry is stale when the clause says something else.
    pub action: Option<String>,
    /// The entry in [`Settings::file`].
    pub span: Span,
}
