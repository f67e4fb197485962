//! What the user asked for, validated: the only place that knows aicheck.toml.

mod baseline;
mod error;
mod file;
mod pattern;
mod words;

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::Utf8PathBuf;

use crate::discover::{FileKind, MigrationTool, Profile};
use crate::facts::schema::Dialect;
use crate::finding::Severity;
use crate::source::{SourceFile, Span};
pub use baseline::{BASELINE, Baseline, BaselineError, Known};
pub use error::{ConfigError, Fault};
pub use file::parse;
pub use pattern::Pattern;
pub use words::{Unknown, dialect, nearest, rule, severity};

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
    /// The file of known findings, relative to the root, where the settings name one.
    pub baseline_file: Option<Utf8PathBuf>,
    /// The known findings, which are not reported.
    pub baseline: Option<Arc<Baseline>>,
    /// The file all this was read from, so that findings can point into it.
    pub file: Option<Arc<SourceFile>>,
    /// The dialect of all SQL, when said.
    pub dialect: Option<Dialect>,
    /// The oldest version of PostgreSQL that the migrations run on, when said.
    pub postgres_version: Option<u32>,
    /// Folders of migrations with the tool that applies them; later entries win.
    pub migrations: Vec<(Pattern, MigrationTool)>,
    /// Paths that are not read, relative to the root.
    pub exclude: Vec<Pattern>,
    /// Exclude also files that were named.
    pub force_exclude: bool,
    /// The name that standard input goes by.
    pub stdin_name: Option<Utf8PathBuf>,
    /// What standard input and named files without a known extension are; `None` = by content.
    pub language: Option<FileKind>,
    /// From which severity on the run fails; `None` = never.
    pub fail_on: Option<Severity>,
    /// From which severity on findings are printed.
    pub show: Severity,
    /// How many threads to use; 0 = one per core.
    pub jobs: usize,
    /// What is to be said of rules that go by another name now.
    pub renamed: Vec<String>,
}

/// How strictly a run is judged, where neither the settings nor the command line say more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// Errors fail, warnings are printed.
    Default,
    /// Warnings fail too, infos are printed.
    Strict,
}

impl Settings {
    /// Puts the present ids of rules in the place of former ones, and remembers to say so.
    pub fn rename(&mut self, former: &BTreeMap<String, &'static str>) {
        let mut names: Vec<&mut String> = Vec::new();
        names.extend(self.select.iter_mut().chain(&mut self.ignore));
        names.extend(self.severity.iter_mut().map(|(name, _)| name));
        for entry in &mut self.per_path {
            names.extend(&mut entry.ignore);
            names.extend(entry.severity.iter_mut().map(|(name, _)| name));
        }
        names.extend(self.reviewed.iter_mut().map(|review| &mut review.rule));
        for name in names {
            if let Some(now) = former.get(name) {
                self.renamed.push(format!("`{name}` is called `{now}` now"));
                *name = (*now).to_owned();
            }
        }
    }

    /// Judges by a profile.
    pub fn judge(&mut self, strictness: Strictness) {
        (self.fail_on, self.show) = match strictness {
            Strictness::Default => (Some(Severity::Error), Severity::Warning),
            Strictness::Strict => (Some(Severity::Warning), Severity::Info),
        };
    }
}

/// A `[per-path]` entry.
#[derive(Clone, Debug)]
pub struct PerPath {
    /// The paths it is about, relative to the root.
    pub paths: Pattern,
    /// Rules or families not to run there.
    pub ignore: Vec<String>,
    /// Severities that replace a rule's own there.
    pub severity: Vec<(String, Severity)>,
    /// The dialect of the SQL there.
    pub dialect: Option<Dialect>,
    /// How strictly they are judged.
    pub profile: Option<Profile>,
}

impl PerPath {
    /// An entry that changes nothing yet.
    pub fn new(paths: Pattern) -> Self {
        Self {
            paths,
            ignore: Vec::new(),
            severity: Vec::new(),
            dialect: None,
            profile: None,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            select: Vec::new(),
            ignore: Vec::new(),
            severity: Vec::new(),
            per_path: Vec::new(),
            reviewed: Vec::new(),
            baseline_file: None,
            baseline: None,
            file: None,
            dialect: None,
            postgres_version: None,
            migrations: Vec::new(),
            exclude: Vec::new(),
            force_exclude: false,
            stdin_name: None,
            language: None,
            fail_on: Some(Severity::Error),
            show: Severity::Warning,
            jobs: 0,
            renamed: Vec::new(),
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
    /// The header of the entry in [`Settings::file`].
    pub span: Span,
    /// All of the entry.
    pub text: Span,
}

#[cfg(test)]
mod tests;
