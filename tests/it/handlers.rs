//! What the findings about handlers claim, seen: the fixtures run under the test clients of their
//! frameworks, as they are and with the help pasted in.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::venv;

/// Of all claims, in `claims.toml`, which says what they mean.
#[derive(Deserialize)]
struct Claims {
    claim: Vec<Claim>,
}

/// That the code a finding is about answers a request with a status, and fixed code with another.
#[derive(Deserialize, Serialize)]
struct Claim {
    fixture: String,
    rule: String,
    subject: String,
    /// What the help takes for granted that the file imports.
    #[serde(default)]
    imports: Vec<String>,
    /// What stands for each `…` of the help.
    #[serde(default)]
    holes: Vec<String>,
    /// Texts and what replaces them, where the help is in words or about several places.
    #[serde(default)]
    edits: Vec<[String; 2]>,
    /// The label of the place that the help is about, where that is not where the finding stands.
    #[serde(default)]
    label: usize,
    json: Option<Value>,
    /// What the request that works sends, where it has to be something else.
    works_json: Option<Value>,
    form: Option<BTreeMap<String, String>>,
    works: String,
    request: String,
    /// What another service does meanwhile instead of answering.
    peer: Option<String>,
    /// The table that refuses rows meanwhile.
    refused: Option<String>,
    status: u16,
    /// What is seen where the status alone tells nothing: a part of the body, or what `ask.py` tells.
    seen: Option<String>,
    fixed: u16,
}

/// What comes back.
#[derive(Debug, Deserialize)]
struct Answer {
    status: u16,
    raised: Vec<String>,
    /// The body, and what happened besides.
    seen: Vec<String>,
}

/// Fixture, rule and subject.
type Name = (String, String, String);

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/handlers")
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn claims() -> Vec<Claim> {
    let text = fs::read_to_string(here().join("claims.toml")).unwrap();
    toml::from_str::<Claims>(&text).unwrap().claim
}

fn name(claim: &Claim) -> Name {
    let Claim {
        fixture,
        rule,
        subject,
        ..
    } = claim;
    (fixture.clone(), rule.clone(), subject.clone())
}

/// Every finding about a handler in every fixture.
fn findings() -> BTreeMap<Name, Value> {
    let mut findings = BTreeMap::new();
    for entry in fs::read_dir(fixtures()).unwrap() {
        let fixture = entry.unwrap().file_name().into_string().unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_aicheck"))
            .current_dir(fixtures())
            .args(["check", "--show", "info", "--format", "json", &fixture])
            .output()
            .unwrap();
        let mut report: Value = serde_json::from_slice(&output.stdout).unwrap();
        for finding in report["findings"].as_array_mut().unwrap() {
            if finding["family"] == "handler" {
                let text = |key: &str| finding[key].as_str().unwrap().to_owned();
                let name = (fixture.clone(), text("rule"), text("subject"));
                assert!(findings.insert(name, finding.take()).is_none());
            }
        }
    }
    findings
}

#[test]
fn every_finding_about_a_handler_has_a_claim() {
    let claimed: BTreeSet<Name> = claims().iter().map(name).collect();
    let found: BTreeSet<Name> = findings().into_keys().collect();
    assert_eq!(found, claimed);
}

#[test]
fn every_rule_about_handlers_has_a_claim() {
    let claimed: BTreeSet<String> = claims().into_iter().map(|it| it.rule).collect();
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/handler");
    for entry in fs::read_dir(rules).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|it| it == "md") {
            let stem = path.file_stem().unwrap().to_str().unwrap();
            let id = stem.replace('_', "-");
            // No single answer shows what a whole project lacks, or what grows with its data.
            let unseen = ["database-failure-unhandled", "quadratic-loop"].contains(&id.as_str());
            assert!(unseen || claimed.contains(&id), "no fixture shows {id}");
        }
    }
}

#[test]
fn clients_see_what_the_findings_claim() {
    let Some(python) = venv::python(&here().join("requirements.txt")) else {
        return;
    };
    let findings = findings();
    let mut by_fixture = BTreeMap::<String, Vec<Claim>>::new();
    for claim in claims() {
        let fixture = claim.fixture.clone();
        by_fixture.entry(fixture).or_default().push(claim);
    }
    let wrong: Vec<String> = thread::scope(|scope| {
        let runs: Vec<_> = by_fixture
            .iter()
            .map(|(fixture, claims)| scope.spawn(|| wrong(&python, fixture, claims, &findings)))
            .collect();
        let said = runs.into_iter().map(|run| run.join().unwrap());
        said.flatten().collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the claims about a fixture say that is not seen.
fn wrong(
    python: &Path,
    fixture: &str,
    claims: &[Claim],
    findings: &BTreeMap<Name, Value>,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let folder = copy(fixture);
    let before = ask(python, fixture, folder.path(), claims);
    paste(python, folder.path(), claims, findings);
    let after = ask(python, fixture, folder.path(), claims);
    for ((claim, before), after) in claims.iter().zip(before).zip(after) {
        if let Some(text) = &claim.seen {
            let shows = |answer: &Answer| answer.seen.iter().any(|it| it.contains(text));
            if !shows(&before[1]) || claim.status == claim.fixed && shows(&after[1]) {
                let (before, after) = (&before[1], &after[1]);
                wrong.push(format!("{}: {text}: {before:?} {after:?}", claim.request));
            }
        }
        let told = [(before, claim.status), (after, claim.fixed)];
        for ([works, fails], expected) in told {
            if works.status >= 400 || !works.raised.is_empty() {
                wrong.push(format!("{}: {works:?}", claim.works));
            }
            if fails.status != expected {
                wrong.push(format!("{}: {expected} not in {fails:?}", claim.request));
            }
            let names = raises(&findings[&name(claim)]);
            let raised = fails.raised.iter().any(|it| names.contains(it));
            if expected == 500 && raised == names.is_empty() {
                wrong.push(format!("{}: {names:?} not in {fails:?}", claim.request));
            }
        }
    }
    wrong
}

/// A copy of a fixture to run and to change; of a draft its Python, line for line.
fn copy(fixture: &str) -> tempfile::TempDir {
    let to = tempfile::tempdir().unwrap();
    let from = fixtures().join(fixture);
    if from.is_dir() {
        let contents = from.join(".");
        let mut command = Command::new("cp");
        venv::run(command.arg("-r").arg(contents).arg(to.path()));
    } else {
        let mut in_python = false;
        let text = fs::read_to_string(from).unwrap();
        let code = text.lines().map(|line| {
            let fence = line.starts_with("```");
            in_python = if fence {
                line == "```python"
            } else {
                in_python
            };
            let line = if in_python && !fence { line } else { "" };
            format!("{line}\n")
        });
        fs::write(to.path().join("draft_code.py"), code.collect::<String>()).unwrap();
    }
    to
}

/// What the two requests of each claim get.
fn ask(python: &Path, fixture: &str, folder: &Path, claims: &[Claim]) -> Vec<[Answer; 2]> {
    let module = fixture.trim_end_matches(".md").replace('-', "_");
    let mut command = Command::new(python);
    command.arg("-B").arg(here().join("ask.py")).arg(module);
    command.arg(folder).arg(json!(claims).to_string());
    serde_json::from_str(&venv::run(&mut command)).unwrap()
}

/// Puts the code that the findings offer where it belongs.
fn paste(python: &Path, folder: &Path, claims: &[Claim], findings: &BTreeMap<Name, Value>) {
    let mut pastes = Vec::new();
    for claim in claims {
        let finding = &findings[&name(claim)];
        let labels = finding["labels"].as_array().unwrap();
        // One finding about several steps offers code for each.
        let places: Vec<&Value> = match claim.rule.as_str() {
            "happy-path-only" => labels[1..].iter().map(|it| &it["location"]).collect(),
            _ => vec![&labels[claim.label]["location"]],
        };
        let mut code = code(finding["help"].as_str().unwrap());
        if !claim.edits.is_empty() {
            code.fill(String::new());
        } else if code.len() < places.len() || code[0].is_empty() {
            panic!("no code for each place: {finding:#}");
        }
        for (place, code) in places.into_iter().zip(code) {
            let path = place["path"].as_str().unwrap();
            pastes.push(json!({
                "path": path.replace("fixtures/draft.md", "draft_code.py"),
                "line": place["start"]["line"],
                "column": place["start"]["column"],
                "code": code,
                "holes": claim.holes,
                "edits": claim.edits,
                "imports": claim.imports,
            }));
        }
    }
    let pastes = Value::from(pastes).to_string();
    let mut command = Command::new(python);
    command.arg("-B").arg(here().join("paste.py"));
    venv::run(command.arg(folder).arg(pastes));
}

/// The code in a help: what is indented below each line of prose.
fn code(help: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    for line in help.lines() {
        match (line.starts_with("    "), blocks.last_mut()) {
            (false, _) => blocks.push(String::new()),
            (true, Some(block)) => *block += &format!("{line}\n"),
            (true, None) => panic!("code without prose: {help}"),
        }
    }
    blocks
}

/// The exceptions a finding says are raised.
fn raises(finding: &Value) -> Vec<String> {
    let labels = finding["labels"].as_array().unwrap().iter();
    let said = labels
        .chain([finding])
        .map(|it| it["message"].as_str().unwrap());
    let names = said.flat_map(|text| text.split("raises ").skip(1));
    let words = names.flat_map(|text| text.split([',', ':']).next().unwrap().split(" or "));
    words
        .filter_map(|text| text.split(' ').next()?.rsplit('.').next())
        .filter(|name| name.starts_with(char::is_uppercase))
        .map(str::to_owned)
        .collect()
}
