//! One fault, one finding: duplicates are folded, and of two rules that see the same fault the one
//! that names its root cause speaks.

use std::collections::BTreeMap;

use crate::finding::Finding;
use crate::source::{FileId, Loc, Span};

/// The first speaks where both stand on the same place.
const SAME_PLACE: [(&str, &str); 13] = [
    ("drop-still-used", "destructive-change"),
    ("duplicate-index", "blocking-index-build"),
    ("unknown-reference", "missing-fk-index"),
    ("sql-injection", "unsafe-identifier"),
    ("cascade-bypasses-soft-delete", "unreviewed-cascade"),
    ("leaked-token", "default-secret"),
    ("leaked-token", "hardcoded-secret"),
    ("private-key", "default-secret"),
    ("private-key", "hardcoded-secret"),
    ("private-key", "secret-in-config"),
    ("leaked-token", "secret-in-config"),
    ("hardcoded-secret", "secret-in-config"),
    ("swallowed-exception", "broken-session"),
];

/// The first cites the places of the second as its evidence.
const EVIDENCE: [(&str, &str); 8] = [
    // The model that still declares what the last migration takes away.
    ("drop-still-used", "model-migration-drift"),
    // The index that the model asks for and no migration makes.
    ("missing-fk-index", "model-migration-drift"),
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

/// Folds what one clause does to several tables, which take it over from there (an abstract model, a
/// copied table): the finding about one of them names the others.
pub(super) fn fold_tables(findings: Vec<Finding>) -> Vec<Finding> {
    let mut clauses: BTreeMap<(&'static str, Loc, String), Vec<Finding>> = BTreeMap::new();
    let mut kept = Vec::new();
    for finding in findings {
        match finding.subject.rsplit_once('.') {
            Some((_, column)) => {
                let key = (finding.rule, finding.at, column.to_owned());
                clauses.entry(key).or_default().push(finding);
            }
            None => kept.push(finding),
        }
    }
    for mut of_clause in clauses.into_values() {
        of_clause.sort_by(|a, b| rank(a).cmp(&rank(b)));
        let mut of_clause = of_clause.into_iter();
        kept.extend(of_clause.next().map(|mut first| {
            first.also.extend(of_clause.map(|finding| finding.subject));
            if let Some(others) = others(&first.also) {
                first.message.push_str(&others);
            }
            first
        }));
    }
    kept
}

/// How many tables are named before the rest is only counted.
const NAMED: usize = 3;

fn others(subjects: &[String]) -> Option<String> {
    let named = subjects.iter().take(NAMED).map(|it| format!("`{it}`"));
    let named = named.collect::<Vec<_>>().join(", ");
    match subjects.len() {
        0 => None,
        1..=NAMED => Some(format!("; the same holds for {named}")),
        all => Some(format!(
            "; the same holds for {named} and {} more",
            all - NAMED
        )),
    }
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
