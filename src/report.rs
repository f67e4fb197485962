//! Renders a report; decides nothing. Each format is one function from the report to text.

pub mod github;
pub mod gitlab;
pub mod human;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod rdjson;
pub mod sarif;

mod block;
mod clean;
mod excerpt;
mod machine;
pub(crate) mod prose;
pub mod reviews;
pub mod routes;
pub mod schema;

use serde::Serialize;

use crate::finding::Severity;
use crate::judge::Report;
use crate::rule::Rule;

pub use clean::{Masks, neutralise};

/// What a run found, in numbers; counted before `--show` hides anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Summary {
    /// Files that were read and understood as something to check.
    pub files: usize,
    /// Other texts, which were only looked through for tokens.
    pub texts: usize,
    /// Findings that are errors.
    pub errors: usize,
    /// Findings that are warnings.
    pub warnings: usize,
    /// Findings that are infos.
    pub infos: usize,
    /// Findings that a directive or a review settled.
    pub suppressed: usize,
    /// Known findings that a baseline hides.
    pub baselined: usize,
    /// Findings that do not belong to the change that was asked about.
    pub unchanged: usize,
    /// What could not be read or understood.
    pub notes: usize,
}

impl Summary {
    /// Counts a report.
    pub fn of(report: &Report) -> Self {
        Self {
            files: report.files(),
            texts: report.texts(),
            errors: report.count(Severity::Error),
            warnings: report.count(Severity::Warning),
            infos: report.count(Severity::Info),
            suppressed: report.settled.len(),
            baselined: report.baselined,
            unchanged: report.unchanged,
            notes: report.notes.len(),
        }
    }
}

impl Summary {
    /// `3 files`; texts, if there is nothing else.
    fn checked(self) -> String {
        match (self.files, self.texts) {
            (0, texts) if texts > 0 => prose::count(texts, "text"),
            (files, _) => prose::count(files, "file"),
        }
    }
}

/// The page of a rule on the web.
pub fn url(rule: &Rule) -> String {
    let repository = env!("CARGO_PKG_REPOSITORY");
    let file = rule.id.replace('-', "_");
    format!("{repository}/blob/main/rules/{}/{file}.md", rule.family)
}
