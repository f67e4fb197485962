//! Code that asks models for columns that are gone against the frameworks themselves: what
//! drop-still-used labels are the lines that raise when the code runs, no more and no fewer.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use aicheck::config::Settings;
use aicheck::discover::Inputs;
use aicheck::engine;

use crate::folder::read;
use crate::venv;

/// A file and a line of it.
type Place = (String, u64);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/readers")
}

/// The lines that findings label.
fn labelled(project: &str) -> BTreeSet<Place> {
    let settings = Settings::default();
    let inputs = Inputs::from_memory(read(&folder().join(project)), &settings);
    let (_, linked) = engine::read(&inputs, &settings);
    let mut found = BTreeSet::new();
    for database in &linked.databases {
        for used in linked.still_used(database) {
            for user in used.users {
                let file = &inputs.files[user.at.file.index()];
                let before = &file.text[..user.at.span.start as usize];
                let line = before.matches('\n').count() as u64 + 1;
                let name = file.path.file_name().unwrap().to_owned();
                found.insert((name, line));
            }
        }
    }
    found
}

/// The lines that raise.
fn raising(python: &Path, script: &str, project: &str) -> BTreeSet<Place> {
    let mut command = Command::new(python);
    let command = command.arg("-B").arg(folder().join(script));
    let printed = venv::run(command.arg(folder().join(project)));
    let printed = printed.lines().last().unwrap().to_owned();
    let raising: Vec<(String, String, u64)> = serde_json::from_str(&printed).unwrap();
    raising
        .into_iter()
        .map(|(_, file, line)| (file, line))
        .collect()
}

fn hold(requirements: &str, script: &str, project: &str) {
    let labelled = labelled(project);
    assert!(!labelled.is_empty());
    let requirements = folder().parent().unwrap().join(requirements);
    let Some(python) = venv::python(&requirements.join("requirements.txt")) else {
        return;
    };
    let raising = raising(&python, script, project);
    let missed: Vec<&Place> = raising.difference(&labelled).collect();
    let wrong: Vec<&Place> = labelled.difference(&raising).collect();
    assert!(
        missed.is_empty() && wrong.is_empty(),
        "missed {missed:?}, wrong {wrong:?}"
    );
}

#[test]
fn what_sqlalchemy_raises_on_is_labelled() {
    hold("sqlalchemy", "ask_sqlalchemy.py", "orders");
}

#[test]
fn what_django_raises_on_is_labelled() {
    hold("django", "ask_django.py", "shop");
}
