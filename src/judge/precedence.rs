//! One fault, one finding: duplicates are folded, and of two rules that see the same fault the one
//! that names its root cause speaks.

use std::collections::BTreeMap;

use crate::finding::Finding;
use crate::source::Loc;

/// The first speaks where both stand on the same place.
const SAME_PLACE: [(&str, &str); 5] = [
    ("sql-injection", "unsafe-identifier"),
    ("cascade-bypasses-soft-delete", "unreviewed-cascade"),
    ("leaked-token", "hardcoded-secret"),
    ("leaked-token", "secret-in-config"),
    ("hardcoded-secret", "secret-in-config"),
];

/// The first cites the places of the second as its evidence.
const EVIDENCE: [(&str, &str); 6] = [
    ("happy-path-only", "unchecked-missing-row"),
    ("happy-path-only", "unmapped-lookup-error"),
    ("happy-path-only", "none-returned-as-success"),
    ("happy-path-only", "unvalidated-request"),
    ("happy-path-only", "unhandled-conflict"),
    ("happy-path-only", "unchecked-response"),
];

/// Folds what is said twice: the same clause read for two databases is one finding.
pub(super) fn fold(findings: Vec<Finding>, databases: &[&str]) -> Vec<Finding> {
    let mut kept: BTreeMap<(&'static str, Loc, String), Finding> = BTreeMap::new();
    for finding in findings {
        let subject = without_database(&finding.subject, databases).to_owned();
        let key = (finding.rule, finding.at, subject);
        match kept.get_mut(&key) {
            Some(other) if rank(other) <= rank(&finding) => {}
            Some(other) => *other = finding,
            None => {
                kept.insert(key, finding);
            }
        }
    }
    kept.into_values().collect()
}

/// The strongest first; between equals any order, as long as it is the same in every run.
fn rank(finding: &Finding) -> impl Ord + '_ {
    let weight = (
        finding.severity.min(finding.confidence.cap()),
        finding.confidence,
    );
    (
        std::cmp::Reverse(weight),
        &finding.subject,
        &finding.message,
    )
}

fn without_database<'a>(subject: &'a str, databases: &[&str]) -> &'a str {
    let named = databases
        .iter()
        .find_map(|name| subject.strip_prefix(name)?.strip_prefix('/'));
    named.unwrap_or(subject)
}

/// Parts the findings into those that speak and those that another one speaks for.
pub(super) fn root_causes(findings: Vec<Finding>) -> (Vec<Finding>, Vec<Finding>) {
    let table = || SAME_PLACE.iter().chain(&EVIDENCE);
    let winners: Vec<Finding> = findings
        .iter()
        .filter(|finding| table().any(|(winner, _)| *winner == finding.rule))
        .cloned()
        .collect();
    findings
        .into_iter()
        .partition(|loser| !winners.iter().any(|winner| speaks_for(winner, loser)))
}

fn speaks_for(winner: &Finding, loser: &Finding) -> bool {
    let pair = (winner.rule, loser.rule);
    let meets = |at: Loc| at.file == loser.at.file && at.span.touches(loser.at.span);
    (meets(winner.at) && SAME_PLACE.contains(&pair))
        || (winner.labels.iter().any(|label| meets(label.at)) && EVIDENCE.contains(&pair))
}
