//! Recall: what keeps a sound handler off the happy path is missed when it is taken away, once and
//! in place.
//!
//! `AICHECK_RECALL_PATHS` (folders, separated by `:`) takes from other projects too.

mod losses;
mod refusals;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use aicheck::config::Settings;
use aicheck::discover::Inputs;
use aicheck::engine;
use aicheck::finding::{Finding, Severity};
use camino::Utf8PathBuf;
use losses::Kept;

use crate::folder::{Files, read};
use crate::recall::{Key, key};

/// How many places of one kind are tried in one project.
const PLACES: usize = 20;

#[test]
fn what_is_taken_away_is_missed_once() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let entries = fs::read_dir(fixtures).unwrap();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.retain(|path| path.is_dir());
    folders.sort();
    if let Some(more) = env::var_os("AICHECK_RECALL_PATHS") {
        folders.extend(env::split_paths(&more));
    }
    let mut tried = 0;
    let mut failures = Vec::new();
    for folder in folders {
        let files = read(&folder);
        let known = check(files.clone());
        let refusals = refusals::Refusals::new(&files);
        let mut places = BTreeMap::<Kept, usize>::new();
        for (path, loss) in losses::of(&files) {
            if !refusals.may_miss(&path, &loss) {
                continue;
            }
            let place = places.entry(loss.kept).or_default();
            *place += 1;
            if *place > PLACES {
                continue;
            }
            let mut files = files.clone();
            files.insert(path.clone(), loss.text.into_bytes());
            let mut new = check(files);
            new.retain(|key, _| !known.contains_key(key));
            let in_place =
                |(file, line): &(Utf8PathBuf, u32)| *file == path && loss.missed.contains(line);
            tried += 1;
            if new.len() != 1 || !new.values().flatten().any(in_place) {
                let name = folder.file_name().unwrap().to_string_lossy();
                let (kept, line) = (loss.kept, loss.line);
                failures.push(format!("{name}/{path}:{line}: {kept:?}, then {new:?}"));
            }
        }
    }
    eprintln!(
        "{} of {tried} losses are missed once and in place; not:\n{}",
        tried - failures.len(),
        failures.join("\n")
    );
    let share = failures.len() * 10;
    assert!(
        share <= tried,
        "{} of {tried} losses are not missed once and in place",
        failures.len()
    );
    assert!(tried >= 8, "only {tried} things to take away");
}

/// What is found about handlers, and the lines that each finding cites.
fn check(files: Files) -> BTreeMap<Key, Vec<(Utf8PathBuf, u32)>> {
    let settings = Settings {
        show: Severity::Info,
        select: vec!["handler".into()],
        ..Settings::default()
    };
    let inputs = Inputs::from_memory(files.clone(), &settings);
    let report = engine::check(Inputs::from_memory(files, &settings), &settings);
    let cited = |finding: &Finding| {
        let labels = finding.labels.iter().map(|label| label.at);
        let places = labels.chain([finding.at]).map(|at| {
            let file = &inputs.files[at.file.index()];
            (file.path.clone(), file.position(at.span.start).line)
        });
        (key(&inputs, finding), places.collect())
    };
    report.findings.iter().map(cited).collect()
}
