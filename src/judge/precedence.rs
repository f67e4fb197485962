//! One fault, one finding: duplicates are folded, and of two rules that see the same fault the one
//! that names its root cause speaks.

use std::collections::BTreeMap;

use crate::finding::Finding;
use crate::source::{FileId, Loc, Span};

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
    let spoken_for = spoken_for(&findings);
    findings.into_iter().partition(|loser| {
        let spans = spoken_for.get(&(loser.rule, loser.at.file));
        !spans.is_some_and(|spans| is_touched(spans, loser.at.span))
    })
}

/// Where findings of a rule in a file are spoken for: in order, without overlap, so that one look
/// settles each of them.
fn spoken_for(findings: &[Finding]) -> BTreeMap<(&'static str, FileId), Vec<Span>> {
    let mut places: BTreeMap<(&'static str, FileId), Vec<Span>> = BTreeMap::new();
    for finding in findings {
        let losers = |table: &'static [(&str, &'static str)]| {
            let won = table.iter().filter(|(winner, _)| *winner == finding.rule);
            won.map(|(_, loser)| *loser)
        };
        let evidence = finding.labels.iter().map(|label| label.at);
        let same = losers(&SAME_PLACE).map(|loser| (loser, finding.at));
        let cited = evidence.flat_map(|at| losers(&EVIDENCE).map(move |loser| (loser, at)));
        for (loser, at) in same.chain(cited) {
            places.entry((loser, at.file)).or_default().push(at.span);
        }
    }
    places.values_mut().for_each(merge);
    places
}

fn merge(spans: &mut Vec<Span>) {
    spans.sort();
    spans.dedup_by(|next, kept| {
        let touches = kept.touches(*next);
        if touches {
            *kept = kept.to(*next);
        }
        touches
    });
}

fn is_touched(spans: &[Span], place: Span) -> bool {
    let next = spans.partition_point(|span| span.end <= place.start && !span.touches(place));
    spans.get(next).is_some_and(|span| span.touches(place))
}
