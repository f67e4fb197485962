//! What the user asked for, validated: the only place that knows aicheck.toml.

use crate::facts::schema::Dialect;
use crate::finding::Severity;

/// Settings of one run. Rules never see them; `judge` and `link` do.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Rules or families to run; empty = all.
    pub select: Vec<String>,
    /// Rules or families not to run.
    pub ignore: Vec<String>,
    /// Severities that replace a rule's own.
    pub severity: Vec<(String, Severity)>,
    /// Reviews recorded in the configuration.
    pub reviewed: Vec<Review>,
    /// The dialect of all SQL, when said.
    pub dialect: Option<Dialect>,
    /// From which severity on the run fails; `None` = never.
    pub fail_on: Option<Severity>,
    /// From which severity on findings are printed.
    pub show: Severity,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            select: Vec::new(),
            ignore: Vec::new(),
            severity: Vec::new(),
            reviewed: Vec::new(),
            dialect: None,
            fail_on: Some(Severity::Error),
            show: Severity::Warning,
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
}
