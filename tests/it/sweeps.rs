//! Statements about every row, against what SQLAlchemy and Django really send: who is found sends a
//! statement without a condition, and nobody else does.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use aicheck::config::Settings;
use aicheck::discover::Inputs;
use aicheck::engine;
use aicheck::finding::{Finding, Severity};

use camino::Utf8Path;

use crate::folder::{Files, read};
use crate::venv;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it")
}

#[test]
fn sqlalchemy_sends_no_condition() {
    hold_to("sqlalchemy", "app/main.py");
}

#[test]
fn django_sends_no_condition() {
    hold_to("django", "shop/views.py");
}

/// Handlers that meet every row are called so; their framework shows that they do.
fn hold_to(framework: &str, handlers: &str) {
    let project = folder().join("sweeps").join(framework);
    let files = read(&project);
    let text = String::from_utf8(files[Utf8Path::new(handlers)].clone()).unwrap();
    let names = text.split("\ndef ").map(|it| it.split('(').next().unwrap());
    let whole: BTreeSet<&str> = names.filter(|name| name.starts_with("all_")).collect();
    let found = found(files, &text);
    assert_eq!(
        found.iter().map(String::as_str).collect::<BTreeSet<_>>(),
        whole
    );

    let Some(python) = venv::python(&folder().join("handlers/requirements.txt")) else {
        return;
    };
    let mut command = Command::new(python);
    let asked = command.arg("-B").arg(project.join("ask.py")).arg(&project);
    let sent: BTreeMap<String, Vec<String>> = serde_json::from_str(&venv::run(asked)).unwrap();
    assert!(sent.len() > whole.len());
    for (handler, statements) in &sent {
        let writes = |it: &&String| it.starts_with("UPDATE") || it.starts_with("DELETE");
        let mut writes = statements.iter().filter(writes);
        let sweeps = writes.any(|it| !it.contains("WHERE"));
        let is_whole = whole.contains(handler.as_str());
        // What stands under a test may be whole; here the test holds.
        assert_eq!(sweeps, is_whole, "{handler}: {statements:?}");
    }
}

/// The functions in which the rule finds a statement about every row, as an error.
fn found(files: Files, text: &str) -> BTreeSet<String> {
    let settings = Settings::default();
    let inputs = Inputs::from_memory(files, &settings);
    let report = engine::check(inputs, &settings);
    let ours = |it: &&Finding| it.rule == "write-without-where" && it.severity == Severity::Error;
    let found = report.findings.iter().filter(ours).map(|finding| {
        let before = &text[..finding.at.span.start as usize];
        let header = before.rsplit("\ndef ").next().unwrap();
        header.split('(').next().unwrap().to_owned()
    });
    found.collect()
}
