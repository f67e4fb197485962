//! Recall and precision on what other scanners' own tests call a secret, and what they call none.
//!
//! `AICHECK_LABELLED_PATHS` (checkouts of gitleaks, detect-secrets and Nosey Parker, separated by
//! `:`) has their cases read by `labelled/cases.py`; `labelled/covered` lists the rules whose kind
//! of token is in our table. A token is looked for in a text of no language; a generic case must
//! stay silent in every kind of file it may stand in.
//!
//! A positive is literal if its authors wrote it down: no part of it comes out of a call that makes
//! random text (`secrets.NewSecret`, as `cases.py` runs it), because such a call follows the pattern of
//! their own rule, which is wider than what the provider hands out. All others count, those
//! that someone typed by hand as well; of what gitleaks wrote down for the kinds we cover, 98 of a
//! hundred values must be found, each in every frame that it stands in.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use aicheck::config::Settings;
use aicheck::discover::Inputs;
use aicheck::engine;
use aicheck::finding::Severity;
use camino::Utf8PathBuf;
use serde::Deserialize;

use crate::venv::run;

/// What a generic case may stand in.
const PLACES: [&str; 11] = [
    "case.py",
    "case.yaml",
    ".env",
    "case.toml",
    "case.json",
    "case.ini",
    "case.tf",
    "case.sh",
    "case.sql",
    "case.md",
    "case.txt",
];

#[derive(Deserialize)]
struct Case {
    set: String,
    rule: String,
    /// It is one, by its authors.
    secret: bool,
    /// Parts of it are random, by a format of theirs.
    generated: bool,
    /// The secret; equal ones in other frames are one.
    value: String,
    path: String,
    text: String,
}

impl Case {
    /// `gitleaks github-pat`.
    fn kind(&self) -> String {
        format!("{} {}", self.set, self.rule)
    }

    /// The names of the files that it is tried in.
    fn places(&self) -> Vec<&str> {
        match (self.set.as_str(), self.rule.as_str(), self.path.as_str()) {
            ("gitleaks", "generic-api-key", _) => PLACES.to_vec(),
            (_, _, "") => vec!["case.txt"],
            (_, _, path) => vec![path],
        }
    }
}

#[test]
fn what_others_label_is_judged_alike() {
    let Some(paths) = env::var_os("AICHECK_LABELLED_PATHS") else {
        return;
    };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/labelled");
    let mut script = Command::new("python3");
    script
        .arg(folder.join("cases.py"))
        .args(env::split_paths(&paths));
    let cases: Vec<Case> = serde_json::from_str(&run(&mut script)).unwrap();
    let covered = fs::read_to_string(folder.join("covered")).unwrap();
    let covered: BTreeSet<&str> = covered.lines().collect();
    let found = found(&cases);
    let is_covered = |case: &Case| covered.contains(case.kind().as_str());
    let is_read = |case: &Case| ["py", "conf", "tf"].contains(&case.rule.as_str());
    let is_generic = |case: &Case| case.rule == "generic-api-key";
    let share = |set: &str, what: &str, secret: bool, is: &dyn Fn(&Case) -> bool| {
        let all = cases.iter().zip(&found);
        let which = all
            .filter(|(case, _)| case.set == set && case.secret == secret && is(case))
            .map(|(case, found)| (case, *found == secret));
        share(&format!("{set}: {what}"), &which.collect::<Vec<_>>())
    };
    for (set, floor) in [("gitleaks", 0.98), ("noseyparker", 0.9)] {
        let literal = share(set, "tokens found", true, &|case| {
            !case.generated && is_covered(case)
        });
        assert!(literal >= floor, "{set}: {literal}");
        share(set, "tokens by their formats found", true, &|case| {
            case.generated && is_covered(case)
        });
        share(set, "none, silent", false, &is_covered);
    }
    let generic = share("gitleaks", "generic, silent", false, &is_generic);
    share("detect-secrets", "found", true, &is_read);
    let keywords = share("detect-secrets", "none, silent", false, &is_read);
    assert!(generic >= 0.97 && keywords >= 0.97, "{generic} {keywords}");
}

/// Which cases have a finding, in any of their places.
fn found(cases: &[Case]) -> Vec<bool> {
    let settings = Settings {
        show: Severity::Info,
        select: vec!["secret".into()],
        ..Settings::default()
    };
    let mut files = BTreeMap::new();
    for (nth, case) in cases.iter().enumerate() {
        for place in case.places() {
            let path = Utf8PathBuf::from(format!("{nth:05}/{place}"));
            files.insert(path, case.text.clone().into_bytes());
        }
    }
    let inputs = Inputs::from_memory(files, &settings);
    let paths: Vec<Utf8PathBuf> = inputs.files.iter().map(|file| file.path.clone()).collect();
    let report = engine::check(inputs, &settings);
    let mut found = vec![false; cases.len()];
    for finding in &report.findings {
        let folder = paths[finding.at.file.index()].components().next().unwrap();
        found[folder.as_str().parse::<usize>().unwrap()] = true;
    }
    found
}

/// Says how many are judged alike, by value and by text, and which are not.
fn share(name: &str, which: &[(&Case, bool)]) -> f64 {
    let mut values: BTreeMap<(&str, &str), bool> = BTreeMap::new();
    for (case, alike) in which {
        *values.entry((&case.rule, &case.value)).or_insert(true) &= alike;
    }
    let count = values.len();
    let texts = which.iter().filter(|(_, alike)| *alike).count();
    values.retain(|_, alike| !*alike);
    let alike = count - values.len();
    let mut terminal = io::stderr();
    let all = which.len();
    writeln!(
        terminal,
        "{name}: {alike} of {count} values, {texts} of {all} texts"
    )
    .unwrap();
    for (rule, value) in values.keys() {
        writeln!(terminal, "    {rule}: {value:.150?}").unwrap();
    }
    if count == 0 {
        return 1.0;
    }
    alike as f64 / count as f64
}
