//! What people decided about findings, as text: a list for people, JSON for programs.

pub mod human;
pub mod json;

use serde::Serialize;

use crate::discover::Written;
use crate::judge::{Decision, DecisionKind};

/// A decision as it is listed.
#[derive(Debug)]
pub struct Review<'a> {
    /// What was decided.
    pub decision: &'a Decision,
    /// Who wrote it; none where git does not tell.
    pub written: Option<Written>,
    /// What it is good for now.
    pub state: State,
}

/// What a decision is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It settles findings.
    Settles,
    /// It settles findings or did, and the clause it covers has changed since it was written.
    Stale,
    /// There is nothing for it to settle.
    Unused,
    /// It is written so that it does not work.
    Invalid,
    /// It settles nothing, and not everything it may be about was looked at.
    Unknown,
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            Self::Settles => "settles",
            Self::Stale => "stale",
            Self::Unused => "unused",
            Self::Invalid => "invalid",
            Self::Unknown => "unknown",
        }
    }
}

/// As people write it.
fn verb(kind: DecisionKind) -> &'static str {
    match kind {
        DecisionKind::Allow => "allow",
        DecisionKind::Reviewed | DecisionKind::Entry => "reviewed",
        DecisionKind::AllowFile => "allow-file",
    }
}
