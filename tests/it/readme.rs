//! What the README shows is what happens.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use aicheck::source::{Encoding, SourceFile};
use clap::Parser;

/// Tests that rewrite the README take turns.
pub(crate) static TURN: Mutex<()> = Mutex::new(());

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).unwrap()
}

/// The bodies of the fences of a language.
fn fences<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let opening = format!("```{language}\n");
    let bodies = text.split(&opening).skip(1);
    bodies
        .map(|rest| rest.split("```").next().unwrap())
        .collect()
}

#[test]
fn the_settings_are_valid() {
    let readme = readme();
    let [settings] = fences(&readme, "toml")[..] else {
        panic!("one block of settings");
    };
    let names: Vec<_> = aicheck::rules::all()
        .flat_map(|rule| [rule.id, rule.family])
        .collect();
    let file = SourceFile::new("aicheck.toml", settings, Encoding::Utf8);
    let settings = aicheck::config::parse(file, &names).unwrap().unwrap();
    assert_eq!(settings.reviewed.len(), 1);
    assert_eq!(settings.migrations.len(), 1);
}

#[test]
fn the_commands_can_be_typed() {
    let readme = readme();
    let lines: Vec<&str> = fences(&readme, "sh")
        .into_iter()
        .flat_map(str::lines)
        .map(|line| line.split(" #").next().unwrap().trim())
        .collect();
    let commands = lines
        .iter()
        .filter_map(|line| Some(&line[line.find("aicheck")?..]));
    let mut typed = 0;
    for command in commands {
        let parsed = aicheck::cli::args::Cli::try_parse_from(command.split_whitespace());
        assert!(parsed.is_ok(), "{command}");
        typed += 1;
    }
    assert!(typed > 10, "{typed} commands");
    assert!(lines.contains(&"cargo test"), "what .ci/run runs");
    assert!(lines.contains(&"cargo run --release -- fixtures/shop-fastapi"));
}

/// A draft has more findings than a front page should show.
const SHOWN: [&str; 3] = ["missing-fk-index", "happy-path-only", "hardcoded-secret"];

#[test]
fn the_example_is_real() {
    let example = example();
    shows(
        "example",
        &format!("```console\n$ aicheck fixtures/draft.md\n{example}```\n"),
    );
}

#[test]
fn the_schema_is_real() {
    let sql = said(&["schema", "fixtures/shop-fastapi"]);
    let mut statements = sql
        .split("\n\n")
        .filter(|it| it.contains("CREATE TABLE orders "));
    let orders = statements.next().expect("the shop has orders");
    let diagram = said(&["schema", "fixtures/shop-fastapi", "--format", "mermaid"]);
    shows(
        "schema",
        &format!(
            "```console\n$ aicheck schema fixtures/shop-fastapi\n…\n\n{orders}\n\n…\n```\n\n\
             As a diagram:\n\n```mermaid\n{diagram}```\n"
        ),
    );
}

#[test]
fn the_routes_are_real() {
    let table = said(&["routes", "fixtures/shop-fastapi"]);
    shows(
        "routes",
        &format!("```console\n$ aicheck routes fixtures/shop-fastapi\n{table}```\n"),
    );
}

/// Holds the part of the README between two marks to what it has to show.
#[track_caller]
fn shows(mark: &str, wanted: &str) {
    let (begin, end) = (
        format!("<!-- {mark}:begin -->\n"),
        format!("<!-- {mark}:end -->"),
    );
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let readme = readme();
    let (before, rest) = readme.split_once(&begin).expect("README.md marks the part");
    let (shown, after) = rest.split_once(&end).expect("README.md marks its end");
    if std::env::var_os("AICHECK_BLESS").is_some() {
        let blessed = format!("{before}{begin}{wanted}{end}{after}");
        fs::write(root().join("README.md"), blessed).unwrap();
    } else {
        assert_eq!(shown, wanted, "AICHECK_BLESS=1 rewrites it");
    }
}

/// What a command prints.
fn said(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_aicheck"))
        .args(arguments)
        .args(["--color", "never"])
        .current_dir(root())
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// What the tool says of the draft, with some findings left out.
fn example() -> String {
    let output = said(&["fixtures/draft.md"]);
    let (findings, summary) = output.split_once("✗ ").expect("the draft has faults");
    let mut example = String::new();
    let mut left_out = false;
    for block in blocks(findings) {
        let shown = SHOWN
            .iter()
            .any(|rule| block.starts_with(&format!("error[{rule}]")));
        if shown {
            example += &block;
        } else if !left_out {
            example += "…\n\n";
        }
        left_out = !shown;
    }
    example + "✗ " + summary
}

/// One text per finding.
fn blocks(findings: &str) -> Vec<String> {
    let mut blocks: Vec<String> = Vec::new();
    for line in findings.split_inclusive('\n') {
        let begins = ["error[", "warning["]
            .iter()
            .any(|word| line.starts_with(word));
        if begins {
            blocks.push(String::new());
        }
        if let Some(block) = blocks.last_mut() {
            block.push_str(line);
        }
    }
    blocks
}
