//! The examples of the pages about secrets, through every command and format: no value is told, as
//! written, decoded or encoded.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use aicheck::config::Settings;
use aicheck::discover::Inputs;
use aicheck::engine;
use aicheck::facts::secrets::ValueClass;
use aicheck::rule::page::{Example, Page};
use aicheck::source::Span;
use camino::Utf8PathBuf;

use super::{COMMANDS, invented, said};
use crate::folder::Files;
use crate::repository::Repository;

const FORMATS: [&str; 8] = [
    "human", "json", "sarif", "github", "gitlab", "junit", "rdjson", "markdown",
];

/// What else looks at a project, or writes into it.
const MORE: [&[&str]; 12] = [
    &["schema", "--format", "sql"],
    &["schema", "--format", "json"],
    &["schema", "--format", "mermaid"],
    &["reviews"],
    &["reviews", "--format", "json"],
    &["rules", "--verbose"],
    &["check", "--show", "info", "--profile", "strict"],
    &["check", "--show", "info", "--jobs", "1", "--stats", "-v"],
    &["baseline", "write"],
    &["check", "--show", "info", "--verbose"],
    &["check", "--no-baseline", "--output", "report.txt"],
    &["init", "--pre-commit", "--github"],
];

/// The files of an example, without what is asserted of them.
fn files(example: &Example) -> Files {
    let named = example.fences.iter().filter(|fence| {
        !fence.path.is_empty() && !["expect", "output"].contains(&fence.language.as_str())
    });
    named
        .map(|fence| {
            let lines = fence
                .body
                .lines()
                .map(|line| format!("{}\n", unasserted(line)));
            let body = invented(&lines.collect::<String>());
            (Utf8PathBuf::from(&fence.path), body.into_bytes())
        })
        .collect()
}

fn unasserted(line: &str) -> &str {
    let said = ["error:", "warning:", "info:", "label:", "note:", "open:"];
    let marks = ["#", "--", "//"];
    let comments = marks
        .iter()
        .flat_map(|mark| said.iter().map(move |word| format!("{mark} {word} ")));
    let cut = comments.filter_map(|comment| line.find(&comment)).min();
    line[..cut.unwrap_or(line.len())].trim_end()
}

/// Every example of the pages about secrets, with the name of its page.
fn examples() -> Vec<Files> {
    let secret = aicheck::rules::all().filter(|rule| rule.family == "secret");
    secret
        .flat_map(|rule| Page::read(rule.page).unwrap().examples)
        .map(|example| files(&example))
        .filter(|files| !files.contains_key(Utf8PathBuf::from("aicheck.toml").as_path()))
        .collect()
}

/// What stands where the facts say that secrets stand, if it stands nowhere else and is no word.
/// Placeholders are public.
fn values(files: &Files) -> BTreeSet<String> {
    let settings = Settings::default();
    let inputs = Inputs::from_memory(files.clone(), &settings);
    let (outcomes, _) = engine::read(&inputs, &settings);
    let mut shown: BTreeMap<u32, Vec<u8>> = BTreeMap::new();
    let mut values = BTreeSet::new();
    for (unit, outcome) in inputs.units.iter().zip(&outcomes) {
        let text = &inputs.files[unit.file.index()].text;
        let shown = shown
            .entry(unit.file.0)
            .or_insert_with(|| text.as_bytes().to_vec());
        let suspects = outcome.facts.secrets.iter();
        let public = suspects.filter(|suspect| suspect.class == ValueClass::Placeholder);
        let public: BTreeSet<Span> = public.map(|suspect| suspect.value).collect();
        for span in outcome.facts.secret_spans() {
            shown[span.start as usize..span.end as usize].fill(b'*');
            if !public.contains(&span) {
                let parts = span.of(text).split(['\n', '\r']);
                let lines = parts.flat_map(|part| part.split("\\n"));
                values.extend(lines.map(|line| line.trim().to_owned()));
            }
        }
    }
    let shown: Vec<String> = shown
        .values()
        .map(|text| String::from_utf8_lossy(text).into_owned())
        .chain(files.keys().map(|path| path.to_string()))
        .collect();
    values.retain(|value| {
        value.len() >= 6
            && !value.starts_with("-----")
            && !value.chars().all(char::is_alphabetic)
            && !shown.iter().any(|text| text.contains(value.as_str()))
    });
    values
}

/// The ways that a value may be told in.
fn forms(value: &str) -> BTreeSet<String> {
    let json = serde_json::to_string(value).unwrap();
    let mut forms = BTreeSet::from([
        value.to_owned(),
        json[1..json.len() - 1].to_owned(),
        value.replace('&', "&amp;").replace('<', "&lt;"),
        encoded(value),
        decoded(value),
        to_base64(value),
    ]);
    forms.extend(from_base64(value));
    forms.retain(|form| form.len() >= 6);
    forms
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Without the last digits, which depend on what follows.
fn to_base64(value: &str) -> String {
    let digits = |three: &[u8]| {
        let bits = three
            .iter()
            .fold(0, |bits, byte| bits << 8 | u32::from(*byte));
        [18, 12, 6, 0].map(|shift| char::from(DIGITS[(bits >> shift) as usize & 63]))
    };
    value.as_bytes().chunks_exact(3).flat_map(digits).collect()
}

fn from_base64(value: &str) -> Option<String> {
    let (mut bits, mut count, mut bytes) = (0u32, 0, Vec::new());
    for digit in value.trim_end_matches('=').bytes() {
        let place = DIGITS.iter().position(|other| *other == digit)?;
        (bits, count) = ((bits << 6 | place as u32) & 0xffff, count + 6);
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    String::from_utf8(bytes).ok()
}

/// As in a URL.
fn encoded(value: &str) -> String {
    let one = |byte: u8| match byte {
        b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'-' | b'_' | b'.' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    value.bytes().map(one).collect()
}

/// As out of a URL.
fn decoded(value: &str) -> String {
    let mut parts = value.split('%');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let byte = part
            .get(..2)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match byte {
            Some(byte) => text + &char::from(byte).to_string() + &part[2..],
            None => text + "%" + part,
        }
    })
}

#[track_caller]
fn assert_silent(said: &str, values: &BTreeSet<String>, how: &[&str]) {
    for value in values {
        for form in forms(value) {
            assert!(!said.contains(&form), "{how:?} tells {form}:\n{said}");
        }
    }
}

/// All that a folder holds besides the files that were put there.
fn written(folder: &Path, files: &Files) -> String {
    let other = crate::folder::read(folder);
    let other = other.iter().filter(|(path, _)| !files.contains_key(*path));
    other
        .map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned())
        .collect()
}

#[test]
fn no_command_tells_the_secrets_of_a_page() {
    let repository = Repository::empty();
    repository.commit("nothing");
    let mut all = Files::new();
    let mut values_of_all = BTreeSet::new();
    for (nth, files) in examples().iter().enumerate() {
        values_of_all.extend(values(files));
        for (path, text) in files {
            let path = Utf8PathBuf::from(format!("e{nth:03}/{path}"));
            repository.write(path.as_str(), &String::from_utf8_lossy(text));
            all.insert(path, text.clone());
        }
    }
    let values = values_of_all;
    assert!(values.len() >= 50, "{} {values:?}", values.len());
    repository.git(&["add", "--all", "--force"]);
    let changed = |how: &[&str]| {
        for format in FORMATS {
            let how = [how, &["--show", "info", "--format", format]].concat();
            let said = said(repository.path(), &how, "");
            assert!(said.contains("hardcoded-secret"), "{how:?}\n{said}");
            assert_silent(&said, &values, &how);
        }
    };
    changed(&["check", "--staged"]);
    changed(&["check", "--diff", "HEAD"]);
    changed(&["check"]);
    for how in COMMANDS.into_iter().chain(MORE) {
        assert_silent(&said(repository.path(), how, ""), &values, how);
    }
    let written = written(repository.path(), &all);
    assert!(written.contains("fingerprint"), "a baseline is written");
    assert_silent(&written, &values, &["what was written"]);
}

#[test]
fn no_draft_of_a_page_tells_its_secrets() {
    let folder = tempfile::tempdir().unwrap();
    for files in examples() {
        let values = values(&files);
        if values.is_empty() {
            continue;
        }
        let text = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).into_owned();
        let fence = |(path, bytes): (&Utf8PathBuf, &Vec<u8>)| {
            let language = path.extension().unwrap_or_default();
            format!("~~~~{language} {path}\n{}~~~~\n", text(bytes))
        };
        let draft: String = files.iter().map(fence).collect();
        let added = text(files.values().next().unwrap()).replace('\n', "\n+");
        let patch = format!(
            "```diff\n+++ b/{}\n@@ -0,0 +1 @@\n+{added}\n```\n",
            files.keys().next().unwrap()
        );
        for draft in [draft, patch] {
            for how in [
                ["check", "--show", "info", "--verbose", "-"],
                ["check", "--show", "info", "--format=json", "-"],
            ] {
                assert_silent(&said(folder.path(), &how, &draft), &values, &how);
            }
        }
    }
}

#[test]
fn no_explanation_tells_a_secret() {
    let folder = tempfile::tempdir().unwrap();
    let tokens: BTreeSet<String> = examples()
        .iter()
        .flat_map(values)
        .filter(|value| value.len() >= 36)
        .collect();
    for rule in aicheck::rules::all().filter(|rule| rule.family == "secret") {
        let how = ["explain", rule.id];
        let said = said(folder.path(), &how, "");
        assert!(said.contains(rule.id), "{said}");
        assert_silent(&said, &tokens, &how);
    }
}
