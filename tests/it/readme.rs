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

const BEGIN: &str = "<!-- example:begin -->\n";
const END: &str = "<!-- example:end -->";
/// A draft has more findings than a front page should show.
const SHOWN: [&str; 3] = ["missing-fk-index", "happy-path-only", "hardcoded-secret"];

#[test]
fn the_example_is_real() {
    let wanted = format!(
        "```console\n$ aicheck fixtures/draft.md\n{}```\n",
        example()
    );
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let readme = readme();
    let (before, rest) = readme
        .split_once(BEGIN)
        .expect("README.md marks the example");
    let (shown, after) = rest.split_once(END).expect("README.md marks its end");
    if std::env::var_os("AICHECK_BLESS").is_some() {
        let blessed = format!("{before}{BEGIN}{wanted}{END}{after}");
        fs::write(root().join("README.md"), blessed).unwrap();
    } else {
        assert_eq!(shown, wanted, "AICHECK_BLESS=1 rewrites it");
    }
}

/// What the tool says of the draft, with some findings left out.
fn example() -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_aicheck"))
        .arg("fixtures/draft.md")
        .args(["--color", "never"])
        .current_dir(root())
        .output()
        .unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
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
