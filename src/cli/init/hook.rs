//! The entry of pre-commit's configuration: a new file, or a few lines at the end of one.

use std::fs::{self, File};
use std::io::{self, Write};

use camino::Utf8Path;

use super::Outcome;
use crate::cli::failure::Failure;

/// Where pre-commit is configured.
pub(super) const FILE: &str = ".pre-commit-config.yaml";

const HOOK: &str = include_str!("hook.yaml");

/// Adds the hook for a project below the top of its repository, unless it is there.
pub(super) fn add(top: &Utf8Path, below: &Utf8Path) -> Result<Outcome, Failure> {
    let path = top.join(FILE);
    let failure = |source| Failure::Output {
        option: "init",
        path: path.clone(),
        source,
    };
    let hook = hook(below);
    let there = match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return super::write(&path, &hook),
        read => read.map_err(failure)?,
    };
    if there.contains("aicheck") {
        return Ok(Outcome::Kept);
    }
    let (_, entry) = hook.split_once('\n').expect("it begins with `repos:`");
    let Some(indent) = indent_of_entries(&there) else {
        return Ok(Outcome::ByHand(entry.to_owned()));
    };
    let lines = entry
        .lines()
        .map(|line| format!("{indent}{}\n", &line[2..]));
    let gap = if there.ends_with('\n') { "" } else { "\n" };
    let more = format!("{gap}{}", lines.collect::<String>());
    let file = File::options().append(true).open(&path);
    let added = file.and_then(|mut file| file.write_all(more.as_bytes()));
    added.map(|()| Outcome::Added).map_err(failure)
}

fn hook(below: &Utf8Path) -> String {
    match below.as_str() {
        "" => HOOK.to_owned(),
        below => format!("{HOOK}        args: [{below:?}]\n"),
    }
}

/// What stands before the entries of `repos:`, where the file ends with them: then, and only then,
/// another entry can be written behind the last.
fn indent_of_entries(text: &str) -> Option<&str> {
    let mut indent = None;
    let mut in_repos = false;
    for line in text.lines() {
        let code = line.trim_start();
        let before = &line[..line.len() - code.len()];
        if code.is_empty() || code.starts_with('#') {
            continue;
        }
        if before.is_empty() && !code.starts_with('-') {
            in_repos = code.trim_end() == "repos:";
            indent = None;
        } else if in_repos && indent.is_none() {
            indent = code.starts_with("- repo:").then_some(before);
        }
    }
    indent
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_added_only_where_the_file_ends_with_them() {
        let entries = "repos:\n  - repo: a\n    hooks: []\n";
        assert_eq!(indent_of_entries(entries), Some("  "));
        assert_eq!(
            indent_of_entries("repos:\n# x\n- repo: a\n  hooks: []\n"),
            Some("")
        );
        let first = format!("fail_fast: true\n{entries}\n");
        assert_eq!(indent_of_entries(&first), Some("  "));
        for other in [
            "repos: []\n",
            "",
            "a: 1\n",
            &format!("{entries}ci:\n  skip: [a]\n"),
        ] {
            assert_eq!(indent_of_entries(other), None, "{other}");
        }
    }
}
