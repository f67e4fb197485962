//! What the pages of the rules about migrations say of SQLite, against SQLite itself, which comes with
//! Python: the newest migration of a flagged example fails once each table holds a row, others do not.

use std::io::Write;
use std::process::{Command, Stdio};

use aicheck::rule::page::{Example, ExampleKind};
use serde_json::json;

/// The rules that say that SQLite refuses a migration.
const RULES: [&str; 3] = [
    "not-null-without-default",
    "transaction-in-migration",
    "volatile-default",
];

/// What goes up of a migration.
fn up(text: &str) -> String {
    let text = text.split("-- +goose Down").next().unwrap();
    text.to_owned()
}

/// The migrations of an example, and whether their tool runs each in a transaction. Each flagged
/// statement of the newest runs alone, but for those that tell of others.
fn scripts(rule: &str, example: &Example) -> Vec<(Vec<String>, bool)> {
    let files = example.fences.iter();
    let files = files.filter(|fence| fence.language == "sql");
    let scripts: Vec<String> = files.map(|file| up(&file.body)).collect();
    let is_goose = scripts.iter().any(|text| text.contains("-- +goose Up"));
    let declined = scripts.iter().any(|text| text.contains("NO TRANSACTION"));
    let is_wrapped = is_goose && !declined;
    let Some((newest, before)) = scripts.split_last() else {
        return Vec::new();
    };
    let flagged = newest.lines().filter(|line| line.contains("-- error: ["));
    let alone = |line: &str| [before, &[format!("{line}\n")]].concat();
    match rule == "transaction-in-migration" || example.kind != ExampleKind::Flagged {
        true => vec![(scripts, is_wrapped)],
        false => flagged.map(|line| (alone(line), is_wrapped)).collect(),
    }
}

#[test]
fn the_pages_say_what_sqlite_does() {
    let python = Command::new("python3")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/sqlite.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut python) = python else {
        return;
    };
    let mut given = Vec::new();
    let mut told = Vec::new();
    for rule in RULES {
        let page = aicheck::rules::find(rule).unwrap().read_page();
        let examples = page.examples.iter();
        for example in examples.filter(|example| example.name.contains("SQLite")) {
            for script in scripts(rule, example) {
                given.push(script);
                told.push((example.name.clone(), example.kind == ExampleKind::Flagged));
            }
        }
    }
    let mut input = python.stdin.take().unwrap();
    input
        .write_all(json!(given).to_string().as_bytes())
        .unwrap();
    drop(input);
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success());
    let refused: Vec<Option<String>> = serde_json::from_slice(&output.stdout).unwrap();
    for ((name, is_flagged), refused) in told.iter().zip(&refused) {
        assert_eq!(refused.is_some(), *is_flagged, "{name}: {refused:?}");
    }
    assert!(refused.len() >= 8, "only {}", refused.len());
}
