//! Keeps the folder, the lists, the layers and the documents together.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use aicheck::rule::page::{ExampleKind, Page};
use aicheck::rule::{Meta, Rule};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder with one of the extensions, as paths from the root.
fn files(folder: &str, extensions: &[&str]) -> Vec<PathBuf> {
    let mut folders = vec![root().join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let extension = path.extension().and_then(|extension| extension.to_str());
            if path.is_dir() {
                folders.push(path);
            } else if extension.is_some_and(|extension| extensions.contains(&extension)) {
                files.push(path.strip_prefix(root()).unwrap().to_owned());
            }
        }
    }
    files.sort();
    files
}

fn read(path: &Path) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

fn pages() -> Vec<(&'static Rule, Page)> {
    let rules = aicheck::rules::all();
    rules
        .map(|rule| (rule, Page::read(rule.page).unwrap()))
        .collect()
}

#[test]
fn the_folder_is_the_list() {
    let listed: BTreeSet<PathBuf> = aicheck::rules::all()
        .flat_map(|rule| {
            let stem = format!("rules/{}/{}", rule.family, rule.id.replace('-', "_"));
            [format!("{stem}.md").into(), format!("{stem}.rs").into()]
        })
        .collect();
    let present = files("rules", &["md", "rs"]);
    let is_list = |path: &Path| path.ends_with("mod.rs");
    let present: BTreeSet<PathBuf> = present.into_iter().filter(|path| !is_list(path)).collect();
    assert_eq!(listed, present);
}

#[test]
fn rules_stand_in_the_order_of_their_families_and_ids() {
    let order = [
        "schema",
        "migration",
        "query",
        "handler",
        "security",
        "secret",
        "deploy",
        "draft",
        "directive",
    ];
    let place = |rule: &Rule| {
        let family = order.iter().position(|family| *family == rule.family);
        (family.expect("a known family"), rule.id)
    };
    assert!(aicheck::rules::all().map(place).is_sorted());
}

#[test]
fn every_page_is_complete() {
    for (rule, page) in pages() {
        let has = |kind| page.examples.iter().any(|example| example.kind == kind);
        assert_eq!(page.id, rule.id, "the title names the rule");
        assert!(!page.why.is_empty(), "{}: why?", rule.id);
        assert!(!page.meta.severities.is_empty(), "{}: no severity", rule.id);
        assert!(has(ExampleKind::Flagged), "{}: nothing is flagged", rule.id);
        assert!(has(ExampleKind::Passes), "{}: nothing passes", rule.id);
    }
}

/// Which other modules each module of the crate may name.
const LAYERS: [(&str, &[&str]); 11] = [
    ("source", &[]),
    ("finding", &["source"]),
    ("config", &["discover", "facts", "finding", "source"]),
    ("parse", &["facts", "source"]),
    ("facts", &["discover", "parse", "source"]),
    ("discover", &["config", "facts", "parse", "source"]),
    ("project", &["config", "discover", "facts", "source"]),
    ("rule", &["facts", "finding", "project", "source"]),
    (
        "judge",
        &[
            "config", "discover", "facts", "finding", "project", "rule", "source",
        ],
    ),
    (
        "report",
        &[
            "discover", "facts", "finding", "judge", "project", "rule", "rules", "source",
        ],
    ),
    ("rules", &["rule"]),
];

#[test]
fn layers_import_downwards() {
    let layers: BTreeMap<&str, &[&str]> = LAYERS.into_iter().collect();
    let mut wrong = Vec::new();
    for path in files("src", &["rs"]) {
        let module = path
            .components()
            .nth(1)
            .unwrap()
            .as_os_str()
            .to_str()
            .unwrap();
        let module = module.trim_end_matches(".rs");
        let Some(allowed) = layers.get(module) else {
            continue;
        };
        for name in imports(&path) {
            if name != module && !allowed.contains(&name.as_str()) {
                wrong.push(format!("{}: crate::{name}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The modules of the crate that the code of a file names, its tests left out.
fn imports(path: &Path) -> BTreeSet<String> {
    if path.ends_with("tests.rs") || path.components().any(|part| part.as_os_str() == "tests") {
        return BTreeSet::new();
    }
    let text = read(path);
    let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let code = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| line.split("crate::").skip(1))
        .map(|rest| {
            rest.chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect()
        })
        .collect()
}

#[test]
fn rules_import_the_prelude_only() {
    for path in files("rules", &["rs"]) {
        let text = read(&path);
        let uses = text.lines().filter(|line| line.contains("crate::"));
        for line in uses.filter(|line| !line.trim_start().starts_with("//")) {
            let allowed = match path == Path::new("rules/mod.rs") {
                true => "use crate::rule::Rule;",
                false => "use crate::rule::prelude::*;",
            };
            assert_eq!(line, allowed, "{}", path.display());
        }
    }
}

#[test]
fn files_stay_short() {
    let folders = ["src", "rules", "tests"];
    let all = folders.iter().flat_map(|folder| files(folder, &["rs"]));
    let long: Vec<String> = all
        .map(|path| (read(&path).lines().count(), path))
        .filter(|(lines, _)| *lines > 600)
        .map(|(lines, path)| format!("{}: {lines} lines", path.display()))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn functions_stay_short() {
    let mut long = Vec::new();
    for path in files("src", &["rs"])
        .into_iter()
        .chain(files("rules", &["rs"]))
    {
        let text = read(&path);
        let lines: Vec<&str> = text.lines().collect();
        for (start, line) in lines.iter().enumerate() {
            let indent = line.len() - line.trim_start().len();
            let is_function = line.split_once("fn ").is_some_and(|(before, _)| {
                before
                    .split_whitespace()
                    .all(|word| word.starts_with("pub") || word == "const")
            });
            let end = format!("{:indent$}}}", "");
            let rest = lines[start..].iter();
            let length = rest.take_while(|line| **line != end).count() + 1;
            if is_function && length > 60 && !path.ends_with("tests.rs") {
                long.push(format!("{}:{}: {length} lines", path.display(), start + 1));
            }
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn modules_say_what_they_are() {
    for path in files("src", &["rs"])
        .into_iter()
        .chain(files("rules", &["rs"]))
    {
        let is_test = path.ends_with("tests.rs");
        let said = is_test || read(&path).starts_with("//! ");
        assert!(said, "{}", path.display());
    }
}

const BEGIN: &str = "<!-- rules:begin -->\n";
const END: &str = "<!-- rules:end -->";

#[test]
fn the_readme_lists_the_rules() {
    let turn = crate::readme::TURN.lock();
    let _turn = turn.unwrap_or_else(std::sync::PoisonError::into_inner);
    let path = root().join("README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once(BEGIN).expect("README.md marks the table");
    let (table, after) = rest.split_once(END).expect("README.md marks its end");
    let wanted = rules_table();
    if std::env::var_os("AICHECK_BLESS").is_some() {
        fs::write(path, format!("{before}{BEGIN}{wanted}{END}{after}")).unwrap();
    } else {
        assert_eq!(table, wanted, "AICHECK_BLESS=1 rewrites it");
    }
}

fn rules_table() -> String {
    let mut table = "| rule | severity | finds |\n|---|---|---|\n".to_owned();
    for (rule, page) in pages() {
        let Meta { severities, .. } = page.meta;
        let words: Vec<&str> = severities
            .iter()
            .map(|severity| severity.as_str())
            .collect();
        let file = format!("rules/{}/{}.md", rule.family, rule.id.replace('-', "_"));
        table += &format!(
            "| [{}]({file}) | {} | {} |\n",
            rule.id,
            words.join(", "),
            page.title
        );
    }
    table
}
