//! `[[reviewed]]` entries: decisions about code that must not be edited any more. Each settles the
//! findings of its rule and subject, as long as the clause still says what was reviewed.

use super::{Judge, Settlement, directives};
use crate::config::Review;
use crate::discover::Inputs;
use crate::finding::{Finding, Severity};
use crate::rule::{Catalogue, Rule, Sink};
use crate::source::{FileId, Loc};

/// What the entries settle, and what is to be said of them.
pub(super) struct Reviews {
    /// The entry that settles each finding, where there is one.
    pub settled: Vec<Option<Settlement>>,
    /// About entries that do not work or settle nothing.
    pub said: Vec<Finding>,
}

/// Holds the entries against the findings. `config` is the file the entries stand in.
pub(super) fn settle(judge: &Judge, config: FileId, findings: &[Finding]) -> Reviews {
    let mut settled = vec![None; findings.len()];
    let mut invalid = Sink::new("invalid-directive");
    let mut unused = Sink::new("unused-directive");
    for review in &judge.settings.reviewed {
        let at = Loc {
            file: config,
            span: review.span,
        };
        let rules = judge.catalogue.named(&review.rule);
        if let Some((message, help)) = objection(review, &rules, judge.catalogue) {
            invalid
                .report(Severity::Warning, at, &review.subject, message)
                .help(help);
            continue;
        }
        let about = |finding: &Finding| {
            let is_named =
                finding.subject == review.subject || finding.also.contains(&review.subject);
            is_named && rules.iter().any(|rule| rule.id == finding.rule)
        };
        let mut changed = None;
        let mut found = false;
        for (finding, settled) in findings.iter().zip(&mut settled) {
            if about(finding) && holds(review, finding, judge.inputs) {
                found = true;
                *settled = Some(Settlement {
                    at,
                    in_source: false,
                    reason: review.reason.trim().to_owned(),
                });
            } else if about(finding) {
                changed = Some(finding.at);
            }
        }
        let had_a_chance =
            judge.understood.everything() && rules.iter().all(|rule| judge.has_run(rule.id));
        if let Some(place) = changed {
            let message = "the clause is no longer what was reviewed";
            unused
                .report(Severity::Warning, at, &review.subject, message)
                .label(place, "it now says this")
                .help("review it again and correct `action`, or remove the entry");
        } else if !found && had_a_chance {
            let message = "nothing is left that this entry could settle";
            unused
                .report(Severity::Warning, at, &review.subject, message)
                .help("remove the entry");
        }
    }
    let mut said = invalid.into_findings();
    said.extend(unused.into_findings());
    Reviews { settled, said }
}

/// Why an entry cannot work, with what to do.
fn objection(
    review: &Review,
    rules: &[&'static Rule],
    catalogue: &Catalogue,
) -> Option<(&'static str, String)> {
    if rules.is_empty() {
        let help = directives::meant(&review.rule, catalogue);
        return Some(("no rule has this name", help));
    }
    if review.reason.trim().is_empty() {
        let help = "add `reason = \"…\"`".into();
        return Some(("a decision without a reason does not count", help));
    }
    let reviewable = |rule: &Rule| catalogue.meta(rule.id).reviewable;
    if !rules.iter().any(|rule| reviewable(rule)) {
        let help = format!(
            "write `aicheck: allow {}: reason` at the place, or ignore the rule below the path",
            review.rule
        );
        return Some(("this rule asks for no review", help));
    }
    None
}

/// Whether the clause still says what was reviewed: `cascade` for `ON DELETE CASCADE`.
fn holds(review: &Review, finding: &Finding, inputs: &Inputs) -> bool {
    let Some(action) = &review.action else {
        return true;
    };
    let file = &inputs.files[finding.at.file.index()];
    let fold = |text: &str| {
        text.split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .to_lowercase()
    };
    fold(finding.at.span.of(&file.text)).contains(&fold(action))
}
