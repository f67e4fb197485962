//! A `Fixed` example is the `Flagged` one of its name after somebody followed the help: it is
//! silent, and the code it adds can be pasted from the help.

use aicheck::rule::Rule;
use aicheck::rule::page::{Example, ExampleKind, Page};

use crate::case::Case;
use crate::seen;

/// What is wrong with a `Fixed` example, besides what it says itself.
pub(crate) fn check(rule: &Rule, page: &Page, fixed: &Example, case: &Case) -> Vec<String> {
    let flagged = page
        .examples
        .iter()
        .find(|example| example.kind == ExampleKind::Flagged && example.name == fixed.name);
    let Some(flagged) = flagged else {
        return vec!["no `Flagged` example has this name".into()];
    };
    let before = match Case::new(flagged) {
        Ok(before) => before,
        Err(fault) => return vec![fault],
    };
    let (_, seen) = seen::run(before.inputs(), &before.settings);
    let helps = seen.helps.iter().filter(|(of, _)| *of == rule.id);
    let help = folded(&helps.map(|(_, help)| help.as_str()).collect::<String>());
    let added = added(&before, case);
    if added.is_empty() {
        return vec!["it adds nothing to the `Flagged` example".into()];
    }
    added
        .into_iter()
        .filter(|code| !help.contains(&folded(code)))
        .map(|code| format!("no help says `{code}`; the help is: {help}"))
        .collect()
}

/// What the lines of a case hold that those of another one do not.
fn added(before: &Case, after: &Case) -> Vec<String> {
    let mut added = Vec::new();
    for (path, text) in &after.files {
        let old = before.files.iter().find(|(name, _)| name == path);
        let old: Vec<&str> = old.map_or_else(Vec::new, |(_, text)| text.lines().collect());
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            if !old.iter().any(|old| old.trim() == line.trim()) {
                let changes = old.iter().map(|old| changed(old, line));
                let least = changes.chain([line.trim()]).min_by_key(|code| code.len());
                added.extend(least.map(str::to_owned));
            }
        }
    }
    added
}

/// The words of `new` between what it has in common with `old` at both ends.
fn changed<'a>(old: &str, new: &'a str) -> &'a str {
    let common = |a: &str, b: &str| -> usize {
        let same = a.split_inclusive(' ').zip(b.split_inclusive(' '));
        same.take_while(|(a, b)| a == b).map(|(a, _)| a.len()).sum()
    };
    let reversed = |text: &str| text.chars().rev().collect::<String>();
    let start = common(old, new);
    let rest = &new[start..];
    let end = common(&reversed(&old[start..]), &reversed(rest));
    rest[..rest.len() - end].trim()
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
