//! Repairs that are offered as edits do what they say: applied, they leave nothing to find.

use std::collections::BTreeMap;

use aicheck::config::Settings;
use aicheck::discover::Inputs;
use aicheck::engine;
use aicheck::finding::Edit;
use aicheck::judge::Report;
use aicheck::rule::page::{Example, ExampleKind};

use crate::folder::Files;

fn files(example: &Example) -> Files {
    let fences = example.fences.iter();
    let fences = fences.filter(|fence| !fence.path.is_empty());
    let file = |path: &str, body: &str| (path.into(), body.as_bytes().to_vec());
    fences.map(|fence| file(&fence.path, &fence.body)).collect()
}

fn check(files: &Files) -> Report {
    let settings = Settings::default();
    engine::check(Inputs::from_memory(files.clone(), &settings), &settings)
}

/// The files with the edits that are offered for a rule.
fn repaired(files: &Files, report: &Report, rule: &str) -> (Files, usize) {
    let findings = report
        .findings
        .iter()
        .filter(|finding| finding.rule == rule);
    let fixes = findings.filter_map(|finding| finding.fix.as_ref());
    let mut edits: BTreeMap<_, Vec<&Edit>> = BTreeMap::new();
    for edit in fixes.flat_map(|fix| &fix.edits) {
        edits.entry(edit.at.file).or_default().push(edit);
    }
    let mut files = files.clone();
    let mut count = 0;
    for (file, mut edits) in edits {
        let file = &report.inputs.files[file.index()];
        let mut text = file.text.to_string();
        edits.sort_by_key(|edit| edit.at.span);
        for edit in edits.iter().rev() {
            let span = edit.at.span;
            text.replace_range(span.start as usize..span.end as usize, &edit.text);
        }
        count += edits.len();
        files.insert(file.path.clone(), text.into_bytes());
    }
    (files, count)
}

#[test]
fn what_is_repaired_is_found_no_more() {
    let mut applied = 0;
    for rule in aicheck::rules::all() {
        let page = rule.read_page();
        let flagged = page.examples.iter();
        for example in flagged.filter(|it| it.kind == ExampleKind::Flagged) {
            let before = files(example);
            let (after, edits) = repaired(&before, &check(&before), rule.id);
            if edits == 0 {
                continue;
            }
            applied += edits;
            let report = check(&after);
            let left = report.findings.iter();
            let left = left
                .filter(|it| it.rule == rule.id && it.fix.is_some())
                .count();
            assert_eq!(left, 0, "{}: {}", rule.id, example.name);
            assert_eq!(report.notes, [], "{}: {}", rule.id, example.name);
        }
    }
    assert!(applied > 10, "{applied} edits");
}
