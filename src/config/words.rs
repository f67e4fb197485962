//! The words of the configuration and the command line, and what they mean.

use super::Strictness;
use crate::discover::{MigrationTool, Profile};
use crate::facts::schema::Dialect;
use crate::finding::Severity;

/// The dialects; the first word of each is the one to suggest.
pub(super) const DIALECTS: &[(&str, Dialect)] = &[
    ("postgres", Dialect::Postgres),
    ("mysql", Dialect::Mysql),
    ("sqlite", Dialect::Sqlite),
    ("mssql", Dialect::Mssql),
    ("postgresql", Dialect::Postgres),
    ("mariadb", Dialect::Mysql),
    ("sqlserver", Dialect::Mssql),
];

pub(super) const PROFILES: &[(&str, Profile)] = &[
    ("production", Profile::Production),
    ("test", Profile::Test),
    ("example", Profile::Example),
];

pub(super) const STRICTNESS: &[(&str, Strictness)] = &[
    ("default", Strictness::Default),
    ("strict", Strictness::Strict),
];

pub(super) const SEVERITIES: &[(&str, Severity)] = &[
    ("error", Severity::Error),
    ("warning", Severity::Warning),
    ("info", Severity::Info),
];

/// A word that means nothing here, with what could have been meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The word.
    pub word: String,
    /// The nearest word, or all of them.
    pub help: String,
}

/// A dialect by its name.
pub fn dialect(word: &str) -> Result<Dialect, Unknown> {
    meaning(word, DIALECTS)
}

/// A profile by its name.
pub(super) fn profile(word: &str) -> Result<Profile, Unknown> {
    meaning(word, PROFILES)
}

/// How strictly a run is judged, by the name of the profile.
pub(super) fn strictness(word: &str) -> Result<Strictness, Unknown> {
    meaning(word, STRICTNESS)
}

/// A severity by its name.
pub fn severity(word: &str) -> Result<Severity, Unknown> {
    meaning(word, SEVERITIES)
}

/// A migration tool by its name.
pub(super) fn tool(word: &str) -> Result<MigrationTool, Unknown> {
    let words: Vec<_> = MigrationTool::ALL
        .iter()
        .map(|tool| (tool.name(), *tool))
        .collect();
    meaning(word, &words)
}

/// A rule or family, when it is one of `names`.
pub fn rule(word: &str, names: &[&str]) -> Result<String, Unknown> {
    if names.contains(&word) {
        return Ok(word.to_owned());
    }
    let help = match nearest(word, names) {
        Some(name) => format!("did you mean `{name}`?"),
        None => "`aicheck rules` lists them".to_owned(),
    };
    let word = word.to_owned();
    Err(Unknown { word, help })
}

fn meaning<T: Copy>(word: &str, words: &[(&str, T)]) -> Result<T, Unknown> {
    let found = words.iter().find(|(name, _)| *name == word);
    found.map(|(_, meaning)| *meaning).ok_or_else(|| {
        let names: Vec<_> = words.iter().map(|(name, _)| *name).collect();
        unknown(word, &names)
    })
}

/// Says what could have been meant.
pub(super) fn unknown(word: &str, names: &[&str]) -> Unknown {
    let help = match nearest(word, names) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("known are {}", list(names)),
    };
    let word = word.to_owned();
    Unknown { word, help }
}

/// The name most like a word, when any is like it.
pub fn nearest<'a>(word: &str, names: &[&'a str]) -> Option<&'a str> {
    names
        .iter()
        .map(|name| (strsim::jaro_winkler(word, name), *name))
        .filter(|(likeness, _)| *likeness >= 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, name)| name)
}

fn list(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}
