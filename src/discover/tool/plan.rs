//! Plans: what says in which order a tool applies its migrations, where their names do not.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::changelog;
use super::recognise::folder;
use crate::discover::Planned;
use crate::discover::sidecar::Sidecars;

/// What all plans say.
#[derive(Debug, Default)]
pub(super) struct Plans {
    places: BTreeMap<Utf8PathBuf, Planned>,
    roots: BTreeSet<Utf8PathBuf>,
}

impl Plans {
    /// Reads the plans of all folders that hold SQL.
    pub(super) fn read(files: &[(&Utf8Path, &str)], sidecars: &Sidecars) -> Self {
        let paths: Vec<&Utf8Path> = files.iter().map(|(path, _)| *path).collect();
        let mut plans = Self::default();
        plans.add(changelog::read(&paths, sidecars));
        let mut folders: BTreeMap<Utf8PathBuf, Vec<&Utf8Path>> = BTreeMap::new();
        for path in paths {
            folders.entry(folder(path)).or_default().push(path);
        }
        for (root, members) in &folders {
            let members = members.iter();
            if let Some(journal) = sidecars.text(&root.join("meta"), "_journal.json") {
                let listed = drizzle(journal).unwrap_or_default();
                plans.add(members.filter_map(|path| journaled(path, root, &listed)));
            } else if let Some(plan) = sqitch_plan(root, sidecars) {
                let listed = sqitch(plan);
                plans.add(members.filter_map(|path| {
                    let position = position(path, &listed)?;
                    Some(place(path, root, Some(position)))
                }));
            }
        }
        plans
    }

    fn add(&mut self, places: impl IntoIterator<Item = (Utf8PathBuf, Planned)>) {
        for (path, planned) in places {
            self.roots.insert(planned.root.clone());
            self.places.entry(path).or_insert(planned);
        }
    }

    /// What is planned for a file.
    pub(super) fn of(&self, path: &Utf8Path) -> Option<&Planned> {
        self.places.get(path)
    }

    /// Whether there is a plan for the files of a folder.
    pub(super) fn rule(&self, folder: &Utf8Path) -> bool {
        self.roots.contains(folder)
    }
}

fn place(path: &Utf8Path, root: &Utf8Path, position: Option<u32>) -> (Utf8PathBuf, Planned) {
    let root = root.to_owned();
    (path.to_owned(), Planned { root, position })
}

fn position(path: &Utf8Path, listed: &[String]) -> Option<u32> {
    let name = path.file_stem()?;
    let nth = listed.iter().position(|planned| planned == name)?;
    Some(nth as u32)
}

fn drizzle(journal: &str) -> Option<Vec<String>> {
    let journal: serde_json::Value = serde_json::from_str(journal).ok()?;
    let tag = |entry: &serde_json::Value| entry.get("tag")?.as_str().map(str::to_owned);
    let entries = journal.get("entries")?.as_array()?;
    Some(entries.iter().filter_map(tag).collect())
}

/// What the journal does not list is not applied; but what is newer than all of it is about to be
/// listed.
fn journaled(
    path: &Utf8Path,
    root: &Utf8Path,
    listed: &[String],
) -> Option<(Utf8PathBuf, Planned)> {
    let number = |name: &str| {
        let end = name
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(name.len());
        name[..end].parse::<u64>().ok()
    };
    let position = position(path, listed);
    let newest = listed.iter().filter_map(|tag| number(tag)).max();
    let is_newer = number(path.file_stem()?) > newest;
    (position.is_some() || !is_newer).then(|| place(path, root, position))
}

/// The plan beside the folder of its scripts.
fn sqitch_plan<'a>(root: &Utf8Path, sidecars: &'a Sidecars) -> Option<&'a str> {
    (root.file_name() == Some("deploy"))
        .then(|| sidecars.text(root.parent()?, "sqitch.plan"))
        .flatten()
}

/// The names of the scripts. A line is `name [dependencies] time planner # note`; `%` starts a
/// pragma, `@` a tag. A change that is planned again leaves its earlier script under the next tag.
fn sqitch(plan: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut untagged: BTreeMap<&str, usize> = BTreeMap::new();
    let mut tagged: BTreeMap<&str, (usize, String)> = BTreeMap::new();
    for line in plan.lines().map(str::trim) {
        let Some(word) = line.split_whitespace().next() else {
            continue;
        };
        if word.starts_with('@') {
            for (name, nth) in std::mem::take(&mut untagged) {
                tagged.insert(name, (nth, format!("{name}{word}")));
            }
        } else if !word.starts_with(['%', '#']) {
            if let Some((nth, earlier)) = tagged.remove(word) {
                names[nth] = earlier;
            }
            untagged.insert(word, names.len());
            names.push(word.to_owned());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_are_read() {
        let journal =
            r#"{"dialect": "pg", "entries": [{"idx": 0, "tag": "0000_b"}, {"tag": "0001_a"}]}"#;
        assert_eq!(drizzle(journal).unwrap(), ["0000_b", "0001_a"]);
        assert_eq!(drizzle("broken"), None);
        let plan =
            "%project=shop\n\nusers 2024-01-01T00:00:00Z A <a@b> # x\n@v1\norders [users] 2024\n";
        assert_eq!(sqitch(plan), ["users", "orders"]);
        let plan = "a 1\nb 2\n@v1 3\na 4\n@v2 5\nc 6\na 7\n";
        assert_eq!(sqitch(plan), ["a@v1", "b", "a@v2", "c", "a"]);
    }

    #[test]
    fn a_journal_passes_over_what_it_does_not_list() {
        let listed = ["0000_b".to_owned(), "0002_a".to_owned()];
        let of = |name: &str| {
            let found = journaled(&Utf8Path::new("d").join(name), Utf8Path::new("d"), &listed);
            found.map(|(_, planned)| planned.position)
        };
        assert_eq!(of("0002_a.sql"), Some(Some(1)));
        assert_eq!(of("0001_x.sql"), Some(None));
        assert_eq!(of("0003_new.sql"), None);
    }
}
