//! Machine formats, held to programs and documents of those who read them.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use aicheck::finding::Edit;
use aicheck::judge::Report;
use aicheck::report::{github, gitlab, junit, markdown, rdjson, sarif};
use camino::Utf8Path;
use serde_json::Value;

use crate::cli::Outcome;
use crate::report::{at, finding, report, settled};
use crate::venv::{self, run};

type Write = fn(&Report, &Utf8Path, &mut dyn io::Write) -> io::Result<()>;

const FIXTURES: [&str; 3] = ["shop-fastapi", "booking-flask", "clinic-django"];

/// What a format makes of a report that lies in a folder of its repository.
fn written(write: Write, report: &Report) -> String {
    let mut out = Vec::new();
    write(report, Utf8Path::new("services/shop"), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn json(write: Write, report: &Report) -> Value {
    serde_json::from_str(&written(write, report)).unwrap()
}

/// Names and messages that mean something to one format or another.
fn hostile() -> Report {
    let mut report = report(&[("a,b:c%/é <x>.sql", "créer 'ö' -- fin\nsecond\n")]);
    for (nth, message) in ["100% ::error:: `<b>`\nnext", "a ]]> b", "c @team #1"]
        .iter()
        .enumerate()
    {
        let mut finding = finding("missing-fk-index", at(&report, 0, "'ö'"), message);
        finding.label(at(&report, 0, "second"), "& <there>");
        finding.help("do this:\n    CREATE INDEX x;\nthen that");
        finding.subject = format!("orders.{nth}");
        finding.fingerprint = format!("{nth:016x}");
        let edits = vec![Edit {
            at: at(&report, 0, "'ö'"),
            text: "« \"x\" »".into(),
        }];
        finding.fix("Quote <it>", edits);
        report.findings.push(finding);
    }
    report.settled = settled(1);
    report
}

/// What the program prints over a fixture in a format.
fn of_fixture(fixture: &str, format: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aicheck"));
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    let folder = format!("fixtures/{fixture}");
    command.args(["--format", format, "--show", "info", "--fail-on", "never"]);
    run(command.arg(folder).env_remove("GITHUB_STEP_SUMMARY"))
}

/// The folder with the packages of `package.json`, as npm has them.
fn packages() -> Option<PathBuf> {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let asked = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/formats/package.json");
    let asked = fs::read_to_string(asked).unwrap();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("formats");
    let complete = folder.join("complete");
    if fs::read_to_string(&complete).is_ok_and(|installed| installed == asked) {
        return Some(folder.join("node_modules"));
    }
    if std::env::var_os("AICHECK_ORACLES").is_none_or(|value| value != "1") {
        // Past what the test harness captures.
        let mut terminal = io::stderr();
        writeln!(terminal, "skipped: no packages of npm").unwrap();
        return None;
    }
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("package.json"), &asked).unwrap();
    let install = [
        "install",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--silent",
    ];
    run(Command::new("npm").args(install).current_dir(&folder));
    fs::write(complete, asked).unwrap();
    Some(folder.join("node_modules"))
}

/// Microsoft's validator of SARIF.
fn validator() -> Option<PathBuf> {
    let program = packages()?.join("@microsoft/sarif-multitool-linux/Sarif.Multitool");
    run(Command::new("chmod").arg("u+x").arg(&program));
    Some(program)
}

#[test]
fn the_validator_of_sarif_has_nothing_to_say() {
    let Some(validator) = validator() else { return };
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("hostile.sarif"),
        written(sarif::write, &hostile()),
    )
    .unwrap();
    for fixture in FIXTURES {
        let path = folder.path().join(format!("{fixture}.sarif"));
        fs::write(path, of_fixture(fixture, "sarif")).unwrap();
    }
    let judged = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let said = judged.path().join("said.sarif");
        let mut command = Command::new(&validator);
        command.env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1");
        command
            .arg("validate")
            .arg(&path)
            .arg("--output")
            .arg(&said);
        run(command.args(["--rule-kind", "Sarif;Ghas", "--log", "ForceOverwrite"]));
        let said: Value = serde_json::from_str(&fs::read_to_string(&said).unwrap()).unwrap();
        let run = &said["runs"][0];
        assert_eq!(run["results"], serde_json::json!([]), "{}", path.display());
        assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    }
}

#[test]
fn sarif_tells_evidence_decisions_and_names_that_last() {
    let log = json(sarif::write, &hostile());
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 4);
    let first = &results[0];
    let place = &first["locations"][0]["physicalLocation"];
    assert_eq!(
        place["artifactLocation"]["uri"],
        "services/shop/a,b%3Ac%25/%C3%A9%20%3Cx%3E.sql"
    );
    assert_eq!(place["region"]["startColumn"], 7);
    assert_eq!(first["relatedLocations"][0]["message"]["text"], "& <there>");
    let change = &first["fixes"][0]["artifactChanges"][0];
    assert_eq!(change["artifactLocation"], place["artifactLocation"]);
    let replacement = &change["replacements"][0];
    assert_eq!(replacement["deletedRegion"], place["region"]);
    assert_eq!(replacement["insertedContent"]["text"], "« \"x\" »");
    let prints: BTreeSet<&str> = results[..3]
        .iter()
        .map(|it| {
            it["partialFingerprints"]["primaryLocationLineHash"]
                .as_str()
                .unwrap()
        })
        .collect();
    assert_eq!(prints.len(), 3);
    assert_eq!(results[3]["suppressions"][0]["kind"], "inSource");
    assert_eq!(results[3]["suppressions"][0]["justification"], "measured");
    let rules = log["runs"][0]["tool"]["driver"]["rules"]
        .as_array()
        .unwrap();
    let named = first["ruleIndex"].as_u64().unwrap() as usize;
    assert_eq!(rules[named]["id"], first["ruleId"]);
}

/// A workflow command as GitHub's runner reads it: level, properties, message.
fn command(line: &str) -> (String, Vec<(String, String)>, String) {
    let unescape = |text: &str| {
        let text = text.replace("%0D", "\r").replace("%0A", "\n");
        text.replace("%3A", ":")
            .replace("%2C", ",")
            .replace("%25", "%")
    };
    let (head, message) = line[2..].split_once("::").unwrap();
    let (level, properties) = head.split_once(' ').unwrap();
    let properties = properties.split(',').map(|property| {
        let (name, value) = property.split_once('=').unwrap();
        (name.to_owned(), unescape(value))
    });
    let message = message
        .replace("%0D", "\r")
        .replace("%0A", "\n")
        .replace("%25", "%");
    (level.to_owned(), properties.collect(), message)
}

#[test]
fn annotations_say_what_was_found() {
    let text = written(github::write, &hostile());
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 4, "{text}");
    let (level, properties, message) = command(lines[0]);
    assert_eq!(level, "error");
    let value = |name: &str| &properties.iter().find(|(key, _)| key == name).unwrap().1;
    assert_eq!(value("file"), "services/shop/a,b:c%/é <x>.sql");
    assert_eq!((value("line").as_str(), value("col").as_str()), ("1", "7"));
    assert_eq!(value("title"), "aicheck: missing-fk-index");
    assert!(
        message.starts_with("100% ::error:: `<b>`\nnext\n"),
        "{message}"
    );
    assert!(
        message.contains("a,b:c%/é <x>.sql:2: & <there>"),
        "{message}"
    );
}

#[test]
fn annotations_keep_within_what_github_shows() {
    let mut report = hostile();
    let one = report.findings[0].clone();
    report.findings = vec![one; 25];
    let text = written(github::write, &report);
    assert_eq!(
        text.lines().filter(|line| line.starts_with("::")).count(),
        10
    );
    assert!(
        text.contains("15 findings more than GitHub shows"),
        "{text}"
    );
}

#[test]
fn the_summary_of_a_github_job_has_everything() {
    let folder = tempfile::tempdir().unwrap();
    let summary = folder.path().join("summary.md");
    fs::write(&summary, "# Another step\n").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_aicheck"));
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command.args([
        "--format",
        "github",
        "--fail-on",
        "never",
        "fixtures/shop-fastapi",
    ]);
    run(command.env("GITHUB_STEP_SUMMARY", &summary));
    let text = fs::read_to_string(&summary).unwrap();
    assert!(text.starts_with("# Another step\n## aicheck: "), "{text}");
    let findings = of_fixture("shop-fastapi", "markdown");
    assert!(text.contains("#### error [float-money]"), "{text}");
    assert!(findings.contains("```\nCREATE INDEX"), "{findings}");
}

#[test]
fn a_summary_has_no_more_than_github_takes() {
    let mut report = hostile();
    let one = report.findings[0].clone();
    report.findings = vec![one; 10_000];
    let text = written(markdown::write, &report);
    assert!(text.len() < 1 << 20);
    assert!(text.contains(" findings more than fit here."));
}

/// What GitLab's documents ask of an entry.
#[test]
fn gitlab_gets_what_it_asks_for() {
    let entries = json(gitlab::write, &hostile());
    let entries = entries.as_array().unwrap();
    let prints: BTreeSet<&str> = entries
        .iter()
        .map(|entry| entry["fingerprint"].as_str().unwrap())
        .collect();
    assert_eq!(prints.len(), 3);
    for entry in entries {
        assert!(entry["description"].is_string() && entry["check_name"].is_string());
        let severities = ["info", "minor", "major", "critical", "blocker"];
        assert!(severities.contains(&entry["severity"].as_str().unwrap()));
        let path = entry["location"]["path"].as_str().unwrap();
        assert_eq!(path, "services/shop/a,b:c%/é <x>.sql");
        assert_eq!(entry["location"]["lines"]["begin"], 1);
    }
}

/// The types of Code Climate's specification, of which GitLab's report is a part.
#[test]
fn gitlab_gets_the_issues_of_code_climate() {
    let Some(packages) = packages() else { return };
    let folder = tempfile::tempdir_in(packages.parent().unwrap()).unwrap();
    let check = |entries: &str| -> Outcome {
        let text = format!(
            "import type {{ Issue }} from 'codeclimate-types'\nexport const issues: Issue[] = {entries}"
        );
        fs::write(folder.path().join("report.ts"), text).unwrap();
        let mut tsc = Command::new("node");
        tsc.arg(packages.join("typescript/bin/tsc"));
        tsc.args(["--strict", "--noEmit", "--module", "nodenext", "report.ts"]);
        tsc.current_dir(folder.path()).output().unwrap().into()
    };
    for fixture in FIXTURES {
        let outcome = check(&of_fixture(fixture, "gitlab"));
        assert_eq!(outcome.status, 0, "{}", outcome.out);
    }
    let outcome = check(&written(gitlab::write, &hostile()));
    assert_eq!(outcome.status, 0, "{}", outcome.out);
    let entries = of_fixture(FIXTURES[0], "gitlab");
    let wrong = check(&entries.replace("\"major\"", "\"fatal\""));
    assert_ne!(wrong.status, 0, "the types know the severities");
}

#[test]
fn the_validator_of_reviewdogs_format_has_nothing_to_say() {
    let Some(packages) = packages() else { return };
    let validator = packages.join("@umbrelladocs/rdformat-validator/bin/rdformat-validator.js");
    let folder = tempfile::tempdir().unwrap();
    let judge = |text: &str| -> Outcome {
        let path = folder.path().join("report.json");
        fs::write(&path, text).unwrap();
        let mut command = Command::new("node");
        command
            .arg(&validator)
            .args(["--strict", "--no-extra-fields"]);
        command.arg(path).output().unwrap().into()
    };
    for fixture in FIXTURES {
        let outcome = judge(&of_fixture(fixture, "rdjson"));
        assert_eq!(outcome.status, 0, "{}", outcome.out);
    }
    let hostile = written(rdjson::write, &hostile());
    let outcome = judge(&hostile);
    assert_eq!(outcome.status, 0, "{}", outcome.out);
    assert_ne!(judge(&hostile.replace("\"ERROR\"", "\"FATAL\"")).status, 0);
}

#[test]
fn reviewdog_counts_bytes() {
    let result = json(rdjson::write, &hostile());
    let first = &result["diagnostics"][0];
    assert_eq!(first["severity"], "ERROR");
    assert_eq!(first["code"]["value"], "missing-fk-index");
    let range = &first["location"]["range"];
    // `créer 'ö'`: two letters of two bytes each.
    assert_eq!(
        (&range["start"]["column"], &range["end"]["column"]),
        (&8.into(), &12.into())
    );
    assert_eq!(first["related_locations"][0]["message"], "& <there>");
    assert_eq!(&first["suggestions"][0]["range"], range);
    assert_eq!(first["suggestions"][0]["text"], "« \"x\" »");
}

#[test]
fn a_reader_of_junit_finds_every_finding() {
    let requirements =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/formats/requirements.txt");
    let Some(python) = venv::python(&requirements) else {
        return;
    };
    let reader = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/formats/junit.py");
    let folder = tempfile::tempdir().unwrap();
    let read = |text: &str| -> Value {
        let path = folder.path().join("report.xml");
        fs::write(&path, text).unwrap();
        let told = run(Command::new(&python).arg("-B").arg(&reader).arg(&path));
        serde_json::from_str(&told).unwrap()
    };
    let told = read(&written(junit::write, &hostile()));
    assert_eq!((&told["tests"], &told["failures"]), (&3.into(), &3.into()));
    let first = &told["cases"][0];
    assert_eq!(first["suite"], "services/shop/a,b:c%/é <x>.sql");
    assert_eq!(first["failures"][0][0], "error");
    assert_eq!(told["cases"][1]["failures"][0][1], "a ]]> b");
    let clean = read(&written(junit::write, &report(&[])));
    assert_eq!(
        (&clean["tests"], &clean["failures"]),
        (&1.into(), &0.into())
    );
}
