//! One test a rule page: every example on it is run, as files, with other line ends, in another
//! order and pasted as a draft, and must say what its comments say and nothing else.

#[path = "rules/assertion.rs"]
mod assertion;
#[path = "rules/case.rs"]
mod case;
#[path = "rules/fixed.rs"]
mod fixed;
#[path = "rules/invented.rs"]
mod invented;
#[path = "rules/output.rs"]
mod output;
#[path = "rules/seen.rs"]
mod seen;

use std::path::Path;

use aicheck::engine;
use aicheck::judge::Report;
use aicheck::rule::page::{Example, ExampleKind, Page};
use aicheck::rule::{Rule, Sink};
use assertion::{Assertion, What};
use case::Case;
use seen::{Found, Seen};

datatest_stable::harness! {
    { test = page, root = "rules", pattern = r"\.md$" },
}

fn page(path: &Path, text: String) -> datatest_stable::Result<()> {
    let page = Page::read(&text)?;
    let stem = path.file_stem().and_then(|stem| stem.to_str());
    let id = stem.ok_or("a page has a name")?.replace('_', "-");
    let rule = aicheck::rules::find(&id).ok_or("no family lists this rule")?;
    let mut faults = Vec::new();
    let mut blessings = Vec::new();
    for example in &page.examples {
        let stale = Case::new(example).map_or_else(|_| Vec::new(), |case| case.stale(example));
        blessings.extend(stale);
        for fault in check(rule, &page, example) {
            faults.push(format!("line {}, {}: {fault}", example.line, example.name));
        }
    }
    if output::blessing() {
        std::fs::write(path, output::apply(&text, &blessings))?;
    } else {
        faults.extend(blessings.iter().map(output::Blessing::fault));
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(faults.join("\n").into())
}

/// What is wrong with an example.
fn check(rule: &'static Rule, page: &Page, example: &Example) -> Vec<String> {
    let case = match Case::new(example) {
        Ok(case) => case,
        Err(fault) => return vec![fault],
    };
    let (report, seen) = seen::run(case.inputs(), &case.settings);
    let mut faults = compare(rule, example.kind, &case, &seen);
    faults.extend(as_promised(rule, page, &case));
    faults.extend(leaks(&report));
    if example.kind == ExampleKind::Fixed {
        faults.extend(fixed::check(rule, page, example, &case));
    }
    let others = [
        ("with CRLF line ends", case.with_crlf()),
        ("with the files in another order", case.reordered()),
    ];
    for (way, inputs) in others {
        let (_, other) = seen::run(inputs, &case.settings);
        if seen != other {
            faults.push(differs(way, &other, &seen));
        }
    }
    if case.options.draft.is_none() {
        let (_, draft) = seen::run(case.drafted(), &case.settings);
        let draft = draft.at(|line| case.undrafted(line));
        if seen.findings != draft.findings || seen.labels != draft.labels {
            faults.push(differs("as a draft", &draft, &seen));
        }
    }
    faults
}

fn differs(way: &str, other: &Seen, seen: &Seen) -> String {
    format!("{way} it says\n{other:#?}\ninstead of\n{seen:#?}")
}

/// Holds what was seen against what the comments say.
fn compare(rule: &Rule, kind: ExampleKind, case: &Case, seen: &Seen) -> Vec<String> {
    let mut faults = Vec::new();
    let mut findings = seen.findings.clone();
    let mut notes = seen.notes.clone();
    let open = seen::open_tables(&engine::read(&case.inputs(), &case.settings).1);
    let mut flagged = false;
    for assertion in &case.assertions {
        let line = (assertion.path.clone(), assertion.line);
        let found = match &assertion.what {
            What::Finding(_, id, _) => {
                flagged |= id == rule.id;
                let found = findings
                    .iter()
                    .find(|found| agrees(assertion, found))
                    .cloned();
                found.is_some_and(|found| findings.remove(&found))
            }
            What::Label(id) => seen
                .labels
                .iter()
                .any(|(at, rule)| *at == line && rule == id),
            What::Note(id) => notes.remove(&(line.clone(), id.clone())),
            What::Open(table) => {
                notes.remove(&(line.clone(), "open-table".into()));
                open.contains(table)
            }
        };
        if !found {
            faults.push(format!(
                "line {}: missing {:?}",
                assertion.page_line, assertion.what
            ));
        }
    }
    let also = |id: &str| case.options.also.iter().any(|also| also == id);
    let unexpected = findings.iter().filter(|found| !also(found.rule));
    faults.extend(unexpected.map(|found| format!("unexpected {found:?}")));
    let unexpected = notes.iter().filter(|(_, id)| !also(id));
    faults.extend(unexpected.map(|note| format!("unexpected note {note:?}")));
    if also(rule.id) {
        faults.push("`also` is for other rules".into());
    }
    if flagged != (kind == ExampleKind::Flagged) {
        faults.push(format!("{kind:?} does not go with its assertions"));
    }
    faults
}

fn agrees(assertion: &Assertion, found: &Found) -> bool {
    let What::Finding(severity, id, text) = &assertion.what else {
        return false;
    };
    found.line == (assertion.path.clone(), assertion.line)
        && found.severity == *severity
        && found.rule == id
        && text.as_ref().is_none_or(|text| *text == found.text)
}

/// What a rule reports keeps what its page says, before anybody judges it.
fn as_promised(rule: &Rule, page: &Page, case: &Case) -> Vec<String> {
    let (_, project) = engine::read(&case.inputs(), &case.settings);
    let mut sink = Sink::new(rule.id);
    (rule.check)(&project, &mut sink);
    let mut faults = Vec::new();
    for finding in sink.into_findings() {
        let mut claim = |holds: bool, fault: &str| {
            if !holds {
                faults.push(format!("{fault}: {finding:?}"));
            }
        };
        let listed = page.meta.severities.contains(&finding.severity);
        claim(listed, "the page does not list this severity");
        claim(!finding.subject.is_empty(), "a finding without a subject");
        claim(!finding.help.is_empty(), "a finding without help");
        let one_sentence = !finding.message.is_empty() && !finding.message.contains('\n');
        claim(one_sentence, "a message is one sentence");
    }
    faults
}

/// No secret value stands in anything that is said.
fn leaks(report: &Report) -> Vec<String> {
    let secret = |at: &aicheck::source::Loc| at.span.of(&report.inputs.files[at.file.index()].text);
    let secrets: Vec<&str> = report.masks.iter().map(secret).collect();
    let said = report.findings.iter().flat_map(|finding| {
        let labels = finding.labels.iter().map(|label| &label.message);
        labels.chain([
            &finding.message,
            &finding.note,
            &finding.help,
            &finding.subject,
        ])
    });
    said.chain(report.notes.iter().map(|note| &note.message))
        .filter(|text| {
            secrets
                .iter()
                .any(|secret| !secret.is_empty() && text.contains(secret))
        })
        .map(|text| format!("this tells a secret: {text}"))
        .collect()
}
