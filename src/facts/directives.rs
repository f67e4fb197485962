//! Decisions that people write into comments: `aicheck: allow RULE: reason`.

use serde::{Deserialize, Serialize};

use crate::source::Span;

/// A comment that settles findings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directive {
    /// What kind of decision.
    pub kind: DirectiveKind,
    /// The rules or families it names, each with its place.
    pub rules: Vec<(String, Span)>,
    /// Why; mandatory for the directive to work.
    pub reason: Option<String>,
    /// The text from `aicheck:` to the end of the reason.
    pub span: Span,
    /// What it covers: a statement, a clause, or for `allow-file` the document.
    pub covers: Span,
}

/// The kinds of directives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DirectiveKind {
    /// The finding is accepted.
    Allow,
    /// A person signed the decision off; only for reviewable rules.
    Reviewed,
    /// The rule does not apply to this file.
    AllowFile,
    /// Begins with `aicheck:` and is none of these.
    Unknown,
}
