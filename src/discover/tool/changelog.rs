//! The changelogs of Liquibase, which include each other and the SQL. Only their includes are read,
//! whatever they are written in.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use camino::{Utf8Path, Utf8PathBuf};

use crate::discover::Planned;
use crate::discover::sidecar::Sidecars;

/// What a changelog includes.
#[derive(Debug, PartialEq, Eq)]
enum Include<'a> {
    /// A file.
    File(&'a str),
    /// Everything below a folder, by name.
    Folder(&'a str),
}

/// The changelogs of a project, and all files they may include.
struct Changelogs<'a> {
    texts: BTreeMap<&'a Utf8Path, &'a str>,
    files: BTreeSet<&'a Utf8Path>,
    by_name: BTreeMap<&'a str, Vec<&'a Utf8Path>>,
}

/// The places of the SQL files that changelogs include.
pub(super) fn read(sql: &[&Utf8Path], sidecars: &Sidecars) -> Vec<(Utf8PathBuf, Planned)> {
    let all = Changelogs::new(sql, sidecars.changelogs().collect());
    let included: BTreeSet<&Utf8Path> = all
        .texts
        .iter()
        .flat_map(|(path, text)| includes(text).map(|it| (*path, it)))
        .flat_map(|(path, include)| all.find(path, &include))
        .collect();
    let mut places = Vec::new();
    for root in all.texts.keys().filter(|path| !included.contains(**path)) {
        let mut files = Vec::new();
        all.walk(root, &mut BTreeSet::new(), &mut files);
        let folder = root.parent().unwrap_or(Utf8Path::new(""));
        places.extend((0..).zip(files).map(|(position, path)| {
            let planned = Planned {
                root: folder.to_owned(),
                position: Some(position),
            };
            (path.to_owned(), planned)
        }));
    }
    places
}

impl<'a> Changelogs<'a> {
    fn new(sql: &[&'a Utf8Path], texts: BTreeMap<&'a Utf8Path, &'a str>) -> Self {
        let mut by_name: BTreeMap<&str, Vec<&Utf8Path>> = BTreeMap::new();
        let mut files = BTreeSet::new();
        // Where nothing includes anything, nothing is looked up.
        let sql = if texts.is_empty() { &[] } else { sql };
        for path in sql.iter().chain(texts.keys()) {
            by_name
                .entry(path.file_name().unwrap_or_default())
                .or_default()
                .push(path);
            files.insert(*path);
        }
        Self {
            texts,
            files,
            by_name,
        }
    }

    /// The SQL that a changelog includes, in order; each file is run once.
    fn walk(
        &self,
        path: &'a Utf8Path,
        seen: &mut BTreeSet<&'a Utf8Path>,
        files: &mut Vec<&'a Utf8Path>,
    ) {
        if !seen.insert(path) {
            return;
        }
        let Some(text) = self.texts.get(path) else {
            files.push(path);
            return;
        };
        for include in includes(text) {
            for found in self.find(path, &include) {
                self.walk(found, seen, files);
            }
        }
    }

    /// The files an include means.
    fn find(&self, from: &Utf8Path, include: &Include) -> Vec<&'a Utf8Path> {
        let folder = from.parent().unwrap_or(Utf8Path::new(""));
        match include {
            Include::File(written) => self.file(folder, written).into_iter().collect(),
            Include::Folder(written) => {
                let beside = self.below(&normal(&folder.join(written)));
                let found = match beside.is_empty() {
                    true => self.below(&normal(Utf8Path::new(written))),
                    false => beside,
                };
                found.into_iter().filter(|path| *path != from).collect()
            }
        }
    }

    /// A file beside the changelog, else the only one whose path ends so.
    fn file(&self, folder: &Utf8Path, written: &str) -> Option<&'a Utf8Path> {
        let beside = normal(&folder.join(written));
        if let Some(found) = self.files.get(beside.as_path()) {
            return Some(found);
        }
        let end = normal(Utf8Path::new(written.trim_start_matches("classpath:")));
        let mut found = self
            .by_name
            .get(end.file_name()?)?
            .iter()
            .filter(|path| path.ends_with(&end));
        match (found.next(), found.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        }
    }

    /// Everything below a folder, by name.
    fn below(&self, folder: &Utf8Path) -> Vec<&'a Utf8Path> {
        let behind = (Bound::Excluded(folder), Bound::Unbounded);
        let from = self.files.range::<Utf8Path, _>(behind);
        from.take_while(|path| path.starts_with(folder))
            .copied()
            .collect()
    }
}

/// A path without `.`, `..` and a leading `/`.
fn normal(path: &Utf8Path) -> Utf8PathBuf {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.as_str().split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/").into()
}

/// The includes of a changelog in YAML, JSON or XML: the word, then `file` or `path` with its value.
fn includes(text: &str) -> impl Iterator<Item = Include<'_>> {
    text.match_indices("include").filter_map(|(at, word)| {
        let rest = &text[at + word.len()..];
        let all = rest.strip_prefix("All");
        let attributes = all.unwrap_or(rest);
        // What stands in front of the next include belongs to this one.
        let own = attributes.split("include").next().unwrap_or(attributes);
        Some(match all {
            Some(_) => Include::Folder(value(own, "path")?),
            None => Include::File(value(own, "file")?),
        })
    })
}

/// The value of `name: value`, `"name": "value"` or `name="value"`.
fn value<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let is_letter = |c: char| c.is_ascii_alphanumeric();
    let (at, _) = text.match_indices(name).find(|(at, _)| {
        !text[..*at].ends_with(is_letter) && !text[at + name.len()..].starts_with(is_letter)
    })?;
    let rest = text[at + name.len()..].trim_start_matches(['"', '\'', ' ']);
    let rest = rest.strip_prefix([':', '='])?;
    let value = rest.trim_start_matches(['"', '\'', ' ']);
    let end = value.find(['"', '\'', '\n', '\r', ' ', '>', ',', '}'])?;
    Some(&value[..end]).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn includes_are_read_in_every_format() {
        let xml = "<databaseChangeLog>\n  <include relativeToChangelogFile=\"true\" file=\"a.sql\"/>\n  \
                   <includeAll path=\"db/more\"/>\n</databaseChangeLog>";
        let yaml = "databaseChangeLog:\n  - include:\n      relativeToChangelogFile: true\n      \
                    file: a.sql\n  - includeAll:\n      path: db/more\n";
        let json = r#"{"databaseChangeLog": [{"include": {"file": "a.sql"}}, {"includeAll": {"path": "db/more"}}]}"#;
        for text in [xml, yaml, json] {
            let found: Vec<_> = includes(text).collect();
            assert_eq!(found, [Include::File("a.sql"), Include::Folder("db/more")]);
        }
    }

    #[test]
    fn paths_are_made_plain() {
        assert_eq!(normal(Utf8Path::new("/db/./x/../a.sql")), "db/a.sql");
    }
}
