//! All decisions that people wrote down, in comments and in the settings, with what each does.

use std::collections::BTreeMap;

use super::{Judge, Settled};
use crate::facts::FileOutcome;
use crate::facts::directives::DirectiveKind;
use crate::finding::Finding;
use crate::source::{FileId, Loc, Span};

/// A decision about one rule or family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// How it is written down.
    pub kind: DecisionKind,
    /// The rule or family, as it is written.
    pub rule: String,
    /// What an entry is about.
    pub subject: Option<String>,
    /// Why, in the words of whoever decided; empty where nobody says.
    pub reason: String,
    /// Where it is written: the rule's name in a comment, or the entry.
    pub at: Loc,
    /// All of the comment's words or of the entry.
    pub text: Span,
    /// The clause it is about; none where that is a whole file, or where there is nothing.
    pub clause: Option<Loc>,
    /// The subjects of the findings it settles.
    pub settles: Vec<String>,
    /// Whether it works.
    pub state: DecisionState,
}

/// How a decision is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecisionKind {
    /// `aicheck: allow`.
    Allow,
    /// `aicheck: reviewed`.
    Reviewed,
    /// `aicheck: allow-file`.
    AllowFile,
    /// `[[reviewed]]`.
    Entry,
}

/// Whether a decision works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecisionState {
    /// It settles findings.
    Settles,
    /// There is nothing for it to settle.
    Unused,
    /// The clause is no longer the one that was reviewed.
    Changed,
    /// It is written so that it does not work.
    Invalid,
    /// It settles nothing, and not everything it may be about was looked at.
    Unknown,
}

/// The decisions, in path order, by what they settled and what was said of them.
pub(super) fn all(
    judge: &Judge,
    outcomes: &[FileOutcome],
    config: FileId,
    settled: &[Settled],
    said: &[Finding],
) -> Vec<Decision> {
    let mut settles: BTreeMap<Loc, Vec<&Finding>> = BTreeMap::new();
    for settled in settled {
        let by = settles.entry(settled.by.at).or_default();
        by.push(&settled.finding);
    }
    let said = said.iter().map(|finding| (finding.at, finding)).collect();
    let mut decisions: Vec<Decision> = in_comments(judge, outcomes)
        .chain(in_settings(judge, config))
        .collect();
    for decision in &mut decisions {
        become_known(decision, &settles, &said);
    }
    let path = |at: Loc| (judge.inputs.files[at.file.index()].path.as_str(), at.span);
    decisions.sort_by(|a, b| path(a.at).cmp(&path(b.at)));
    decisions
}

fn in_comments<'a>(
    judge: &'a Judge,
    outcomes: &'a [FileOutcome],
) -> impl Iterator<Item = Decision> + 'a {
    let units = judge.inputs.units.iter().zip(outcomes);
    units.flat_map(|(unit, outcome)| {
        let place = |span| Loc {
            file: unit.file,
            span,
        };
        outcome.directives.iter().flat_map(move |directive| {
            let kind = match directive.kind {
                DirectiveKind::Allow => Some(DecisionKind::Allow),
                DirectiveKind::Reviewed => Some(DecisionKind::Reviewed),
                DirectiveKind::AllowFile => Some(DecisionKind::AllowFile),
                DirectiveKind::Unknown => None,
            };
            let is_file = directive.kind == DirectiveKind::AllowFile;
            let rules = directive.rules.iter();
            rules.filter_map(move |(name, span)| {
                Some(Decision {
                    kind: kind?,
                    rule: name.clone(),
                    subject: None,
                    reason: directive.reason.clone().unwrap_or_default(),
                    at: place(*span),
                    text: directive.span,
                    clause: (!is_file).then(|| place(directive.covers)),
                    settles: Vec::new(),
                    state: DecisionState::Unknown,
                })
            })
        })
    })
}

fn in_settings<'a>(judge: &'a Judge, config: FileId) -> impl Iterator<Item = Decision> + 'a {
    judge.settings.reviewed.iter().map(move |review| Decision {
        kind: DecisionKind::Entry,
        rule: review.rule.clone(),
        subject: Some(review.subject.clone()),
        reason: review.reason.trim().to_owned(),
        at: Loc {
            file: config,
            span: review.span,
        },
        text: review.text,
        clause: None,
        settles: Vec::new(),
        state: DecisionState::Unknown,
    })
}

fn become_known(
    decision: &mut Decision,
    settles: &BTreeMap<Loc, Vec<&Finding>>,
    said: &BTreeMap<Loc, &Finding>,
) {
    let settled = settles.get(&decision.at).map_or(&[][..], Vec::as_slice);
    let told = said.get(&decision.at);
    decision.settles = settled.iter().map(|it| it.subject.clone()).collect();
    decision.settles.dedup();
    // What is said of an entry whose clause has changed cites the clause.
    let cited = told.and_then(|told| told.labels.first());
    let about = settled.first().map(|it| it.at);
    decision.clause = decision.clause.or(about).or(cited.map(|it| it.at));
    decision.state = match told {
        Some(told) if told.rule == "invalid-directive" => DecisionState::Invalid,
        Some(_) if cited.is_some() => DecisionState::Changed,
        Some(_) => DecisionState::Unused,
        None if settled.is_empty() => DecisionState::Unknown,
        None => DecisionState::Settles,
    };
}
