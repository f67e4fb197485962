//! What a rule reports, as plain data. Knows nothing of parsing, configuration or rendering.

use serde::{Deserialize, Serialize};

use crate::source::Loc;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Hidden unless asked for.
    Info,
    /// Printed; fails the run only when asked to.
    Warning,
    /// Fails the run.
    Error,
}

impl Severity {
    /// The word users read and write.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// How far the evidence carries; it caps the severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Unknowns on the way: at most info.
    Possible,
    /// One unknown hop: at most a warning.
    Likely,
    /// Proved from the code.
    Certain,
}

impl Confidence {
    /// The highest severity that this much evidence carries.
    pub fn cap(self) -> Severity {
        match self {
            Self::Certain => Severity::Error,
            Self::Likely => Severity::Warning,
            Self::Possible => Severity::Info,
        }
    }

    /// The word used in machine formats.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Likely => "likely",
            Self::Possible => "possible",
        }
    }
}

/// Code to paste, as help holds it: on lines of its own, indented by four spaces.
pub fn code(text: &str) -> String {
    text.lines().flat_map(|line| ["\n    ", line]).collect()
}

/// A second place that proves or explains a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place, in any file.
    pub at: Loc,
    /// What is to be seen there.
    pub message: String,
}

/// A repair that can be applied as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does.
    pub title: String,
    /// What is written anew, in one file; no two share a place.
    pub edits: Vec<Edit>,
}

/// A text that takes the place of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What goes; empty where something is put in.
    pub at: Loc,
    /// What comes.
    pub text: String,
}

/// One thing to look at, with its evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Id of the rule.
    pub rule: &'static str,
    /// As the rule chose it; `judge` applies overrides and caps.
    pub severity: Severity,
    /// How far the evidence carries.
    pub confidence: Confidence,
    /// The line a developer would edit.
    pub at: Loc,
    /// What is wrong, in one sentence. Never holds a secret value.
    pub message: String,
    /// The text under the primary place; empty = underline only.
    pub note: String,
    /// Evidence elsewhere.
    pub labels: Vec<Label>,
    /// What to do, with the code to paste as [`code`] gives it, which is never wrapped.
    pub help: String,
    /// It is about a step of a history that other steps follow: most likely it ran long ago, and
    /// nobody will change it.
    pub past: bool,
    /// The same as edits, where nothing is left to fill in.
    pub fix: Option<Fix>,
    /// A stable name of what the finding is about: `orders.customer_id`, `GET /x::order`.
    pub subject: String,
    /// Other subjects of which the same clause makes the same; given by `judge`.
    pub also: Vec<String>,
    /// Names the finding across runs; given by `judge`, empty before.
    pub fingerprint: String,
    /// What it was named while its rule had other ids.
    pub former: Vec<String>,
}

impl Finding {
    /// The name it has across runs, then those it had.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.fingerprint).chain(&self.former)
    }

    /// Adds evidence.
    pub fn label(&mut self, at: Loc, message: impl Into<String>) -> &mut Self {
        self.labels.push(Label {
            at,
            message: message.into(),
        });
        self
    }

    /// Says what to do.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = help.into();
        self
    }

    /// Offers edits that do what the help says.
    pub fn fix(&mut self, title: impl Into<String>, edits: Vec<Edit>) -> &mut Self {
        let title = title.into();
        self.fix = Some(Fix { title, edits });
        self
    }

    /// Puts words under the primary place.
    pub fn note(&mut self, note: impl Into<String>) -> &mut Self {
        self.note = note.into();
        self
    }

    /// Lowers the confidence, which is certain unless said otherwise.
    pub fn confidence(&mut self, confidence: Confidence) -> &mut Self {
        self.confidence = confidence;
        self
    }
}
