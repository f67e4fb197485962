//! Decisions for machines, version 1. Fields may be added to a version, never changed or removed.

use serde::Serialize;

use super::{Review, State};
use crate::judge::DecisionKind;
use crate::report::Masks;
use crate::report::json::{Location, Tool};
use crate::source::SourceFile;

/// Decisions, as they are written.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Document {
    /// The version of this format.
    version: u32,
    /// What wrote it.
    tool: Tool,
    /// What people decided, in path order.
    decisions: Vec<Entry>,
}

/// A decision about one rule or family.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Entry {
    kind: Kind,
    /// The rule or family, as it is written.
    rule: String,
    /// What an entry of the settings is about; null for a comment.
    subject: Option<String>,
    /// Why, in the words of whoever decided; empty where nobody says.
    reason: String,
    /// The name of the rule in a comment, or the entry.
    location: Location,
    /// The clause it is about; null where that is a whole file, or where there is nothing.
    clause: Option<Location>,
    /// Who wrote it, when and in which commit; null where git does not tell.
    written: Option<WrittenEntry>,
    state: State,
    /// The subjects of the findings it settles.
    settles: Vec<String>,
}

/// How a decision is written down.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
enum Kind {
    /// `aicheck: allow` in a comment.
    Allow,
    /// `aicheck: reviewed` in a comment.
    Reviewed,
    /// `aicheck: allow-file` in a comment.
    AllowFile,
    /// `[[reviewed]]` in the settings.
    Entry,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct WrittenEntry {
    author: String,
    /// `2026-11-21`, in the author's time.
    date: String,
    commit: String,
}

/// The decisions, whose places lie in the files.
pub fn write(reviews: &[Review], files: &[SourceFile], masks: &Masks) -> String {
    let document = Document::new(reviews, files, masks);
    serde_json::to_string_pretty(&document).expect("plain data is JSON") + "\n"
}

impl Document {
    /// What is written of decisions.
    pub fn new(reviews: &[Review], files: &[SourceFile], masks: &Masks) -> Self {
        let decisions = reviews.iter().map(|review| entry(review, files, masks));
        Self {
            version: 1,
            tool: Tool::this(),
            decisions: decisions.collect(),
        }
    }
}

fn entry(review: &Review, files: &[SourceFile], masks: &Masks) -> Entry {
    let decision = review.decision;
    let clean = |text: &String| masks.redact(text).into_owned();
    Entry {
        kind: match decision.kind {
            DecisionKind::Allow => Kind::Allow,
            DecisionKind::Reviewed => Kind::Reviewed,
            DecisionKind::AllowFile => Kind::AllowFile,
            DecisionKind::Entry => Kind::Entry,
        },
        rule: decision.rule.clone(),
        subject: decision.subject.as_ref().map(clean),
        reason: clean(&decision.reason),
        location: Location::of(files, decision.at),
        clause: decision.clause.map(|at| Location::of(files, at)),
        written: review.written.as_ref().map(|written| WrittenEntry {
            author: written.author.clone(),
            date: written.date.clone(),
            commit: written.commit.clone(),
        }),
        state: review.state,
        settles: decision.settles.iter().map(clean).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_schema_is_current() {
        let title = "aicheck reviews, version 1";
        crate::report::json::tests::is_published::<Document>("reviews", title);
    }
}
