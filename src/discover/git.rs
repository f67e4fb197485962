//! What git keeps of a project: the files of a commit or of the index, and what changed since.
//!
//! Asks the `git` program, which is there wherever people or CI work on a repository, and reads its
//! settings, worktrees and submodules as it does itself.

mod blame;

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;

use camino::{Utf8Path, Utf8PathBuf};

pub use blame::{History, Written};

/// A project inside a repository.
#[derive(Debug)]
pub struct Repository {
    /// The root of the project.
    root: Utf8PathBuf,
}

/// Why git could not tell.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// The program is not there.
    #[error("cannot run git: {0}")]
    Missing(#[source] io::Error),
    /// Not inside a repository.
    #[error("{0} is in no git repository")]
    NoRepository(Utf8PathBuf),
    /// A name that stands for no commit.
    #[error("git knows no commit `{0}`")]
    Unknown(String),
    /// Two commits without a common ancestor.
    #[error("`{reference}` and this commit have no common ancestor here")]
    NoMergeBase {
        /// As typed.
        reference: String,
        /// The history was cut off when it was fetched.
        shallow: bool,
    },
    /// Anything else.
    #[error("git {command} failed: {said}")]
    Failed {
        /// The subcommand.
        command: String,
        /// What it said.
        said: String,
    },
}

/// What changed between two states of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The lines that were added, from 1, by path; empty for a file that only lost some.
    pub added: BTreeMap<Utf8PathBuf, Vec<Lines>>,
    /// The old path of files that moved, by the new one.
    pub renamed: BTreeMap<Utf8PathBuf, Utf8PathBuf>,
}

/// Neighbouring lines, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lines {
    /// The first of them.
    pub first: u32,
    /// How many there are.
    pub count: u32,
}

/// The two states that a change lies between.
#[derive(Clone, Copy, Debug)]
pub enum Since<'a> {
    /// From a commit to the files on disk.
    Commit(&'a str),
    /// From the last commit to what is staged for the next.
    Staged,
}

impl Repository {
    /// The repository around the root of a project.
    pub fn around(root: &Utf8Path) -> Result<Self, GitError> {
        let repository = Self {
            root: root.to_owned(),
        };
        match repository.ask(&["rev-parse", "--is-inside-work-tree"]) {
            Ok(_) => Ok(repository),
            Err(GitError::Missing(error)) => Err(GitError::Missing(error)),
            Err(_) => Err(GitError::NoRepository(root.to_owned())),
        }
    }

    /// The commit that the present one and another have grown from.
    pub fn merge_base(&self, reference: &str) -> Result<String, GitError> {
        if self.commit(reference).is_none() {
            return Err(GitError::Unknown(reference.to_owned()));
        }
        let found = self.ask(&["merge-base", reference, "HEAD"]);
        let shallow = || {
            let told = self.ask(&["rev-parse", "--is-shallow-repository"]);
            told.is_ok_and(|told| told.trim() == "true")
        };
        let base = found.map_err(|_| GitError::NoMergeBase {
            reference: reference.to_owned(),
            shallow: shallow(),
        })?;
        Ok(base.trim().to_owned())
    }

    /// The commit a name stands for.
    fn commit(&self, reference: &str) -> Option<String> {
        let name = format!("{reference}^{{commit}}");
        let found = self.ask(&[
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &name,
        ]);
        Some(found.ok()?.trim().to_owned())
    }

    /// The files of a commit.
    pub fn at(&self, commit: &str) -> Result<Snapshot, GitError> {
        let mut snapshot = Snapshot::default();
        snapshot.add_commit(&self.root, Utf8Path::new(""), commit)?;
        Ok(snapshot)
    }

    /// The files of the last commit; none before the first.
    pub fn head(&self) -> Result<Snapshot, GitError> {
        match self.commit("HEAD") {
            Some(head) => self.at(&head),
            None => Ok(Snapshot::default()),
        }
    }

    /// The files as they are staged.
    pub fn index(&self) -> Result<Snapshot, GitError> {
        let mut snapshot = Snapshot::default();
        let store = snapshot.open(&self.root)?;
        let listed = self.ask(&["ls-files", "--stage", "-z"])?;
        for entry in listed.split_terminator('\0') {
            // `100644 <object> 0\tpath`; a file in conflict has three of other stages.
            let Some((about, path)) = entry.split_once('\t') else {
                continue;
            };
            if let [mode, object, "0"] = about.split(' ').collect::<Vec<_>>()[..] {
                match mode {
                    SUBMODULE => snapshot.add_submodule(&self.root, path.into(), object)?,
                    mode => snapshot.add(mode, path.into(), store, object),
                }
            }
        }
        Ok(snapshot)
    }

    /// What changed below the root.
    pub fn changes(&self, since: Since) -> Result<Changes, GitError> {
        let mut arguments = vec![
            "-c",
            "core.quotePath=false",
            "diff",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            "--unified=0",
            "--find-renames",
            "--ignore-submodules",
            "--src-prefix=a/",
            "--dst-prefix=b/",
            "--relative",
        ];
        match since {
            Since::Commit(commit) => arguments.push(commit),
            Since::Staged => arguments.push("--cached"),
        }
        arguments.push("--");
        let mut changes = read_patch(&self.ask(&arguments)?);
        if let Since::Commit(_) = since {
            let new = self.ask(&["ls-files", "--others", "--exclude-standard", "-z"])?;
            let new = new.split_terminator('\0');
            let all = Lines {
                first: 1,
                count: u32::MAX,
            };
            changes
                .added
                .extend(new.map(|path| (path.into(), vec![all])));
        }
        Ok(changes)
    }

    fn ask(&self, arguments: &[&str]) -> Result<String, GitError> {
        ask(&self.root, arguments)
    }
}

/// The files below a folder that git tracks although its settings tell it to ignore them; none
/// outside a repository.
pub(super) fn tracked_though_ignored(root: &Utf8Path) -> Vec<Utf8PathBuf> {
    if !root.ancestors().any(|above| above.join(".git").exists()) {
        return Vec::new();
    }
    let listed = [
        "ls-files",
        "--cached",
        "--ignored",
        "--exclude-standard",
        "-z",
    ];
    let listed = ask(root, &listed).unwrap_or_default();
    let paths = listed.split_terminator('\0');
    paths.map(Utf8PathBuf::from).collect()
}

const SUBMODULE: &str = "160000";
const SYMBOLIC_LINK: &str = "120000";

/// A program that is asked by a hook finds the repository of the hook in its environment, which is
/// not the one of a submodule.
const OF_A_HOOK: [&str; 4] = ["GIT_DIR", "GIT_WORK_TREE", "GIT_PREFIX", "GIT_INDEX_FILE"];

fn git(folder: &Utf8Path, own: bool) -> Command {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).env("LC_ALL", "C");
    // The only program that these questions would have git start.
    command.args(["-c", "core.fsmonitor=false"]);
    if !own {
        for name in OF_A_HOOK {
            command.env_remove(name);
        }
    }
    command
}

fn ask(folder: &Utf8Path, arguments: &[&str]) -> Result<String, GitError> {
    let output = git(folder, true).args(arguments).output();
    let output = output.map_err(GitError::Missing)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let is_command = |it: &&&str| !it.starts_with('-') && !it.contains('=');
    Err(GitError::Failed {
        command: arguments
            .iter()
            .find(is_command)
            .map_or_else(String::new, |it| (*it).to_owned()),
        said: said.lines().next().unwrap_or_default().to_owned(),
    })
}

/// Reads a patch without context lines.
fn read_patch(patch: &str) -> Changes {
    let mut changes = Changes::default();
    let mut from = None;
    let mut path: Option<Utf8PathBuf> = None;
    // Lines of a hunk are counted, because an added line may look like a header.
    let mut left = 0;
    for line in patch.lines() {
        if left > 0 && line.starts_with(['+', '-']) {
            left -= 1;
        } else if let Some(old) = line.strip_prefix("rename from ") {
            from = Some(Utf8PathBuf::from(unquoted(old)));
        } else if let Some(new) = line.strip_prefix("rename to ") {
            let new = Utf8PathBuf::from(unquoted(new));
            changes.added.entry(new.clone()).or_default();
            changes.renamed.extend(from.take().map(|old| (new, old)));
        } else if let Some(new) = line.strip_prefix("+++ ") {
            // A name with a blank ends with a tab.
            let new = unquoted(new.trim_end_matches('\t'));
            path = new.strip_prefix("b/").map(Utf8PathBuf::from);
            if let Some(path) = &path {
                changes.added.entry(path.clone()).or_default();
            }
        } else if let Some(hunk) = line.strip_prefix("@@ -") {
            let Some((removed, added)) = hunk_sizes(hunk) else {
                continue;
            };
            left = removed + added.count;
            if let Some(path) = path.as_ref().filter(|_| added.count > 0) {
                changes.added.entry(path.clone()).or_default().push(added);
            }
        }
    }
    changes
}

/// `12,3 +14,2 @@ …`: how many lines went, and which came.
fn hunk_sizes(hunk: &str) -> Option<(u32, Lines)> {
    let (old, rest) = hunk.split_once(" +")?;
    let (new, _) = rest.split_once(" @@")?;
    let count = |range: &str| match range.split_once(',') {
        Some((_, count)) => count.parse().ok(),
        None => Some(1),
    };
    let lines = Lines {
        first: new.split(',').next()?.parse().ok()?,
        count: count(new)?,
    };
    Some((count(old)?, lines))
}

/// A name as git writes it: in quotes with escapes where it holds a quote, a backslash or a control.
fn unquoted(name: &str) -> String {
    let Some(inner) = name.strip_prefix('"').and_then(|it| it.strip_suffix('"')) else {
        return name.to_owned();
    };
    let mut out = String::new();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, false) => out.push(c),
            _ => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some(other) => out.push(other),
                None => {}
            },
        }
    }
    out
}

/// The files of one state of a repository, read when they are asked for.
#[derive(Debug, Default)]
pub struct Snapshot {
    files: BTreeMap<Utf8PathBuf, (usize, String)>,
    stores: Vec<Mutex<Store>>,
}

/// A running `git cat-file --batch`.
#[derive(Debug)]
struct Store {
    child: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Snapshot {
    /// Its paths, in order.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Utf8PathBuf> {
        self.files.keys()
    }

    /// Whether a path is a file of it.
    pub(super) fn holds(&self, path: &Utf8Path) -> bool {
        self.files.contains_key(path)
    }

    /// The bytes of a file.
    pub(super) fn read(&self, path: &Utf8Path) -> io::Result<Vec<u8>> {
        let (store, object) = self.files.get(path).ok_or(io::ErrorKind::NotFound)?;
        let mut store = self.stores[*store]
            .lock()
            .unwrap_or_else(|broken| broken.into_inner());
        store.read(object)
    }

    fn open(&mut self, folder: &Utf8Path) -> Result<usize, GitError> {
        let own = self.stores.is_empty();
        let store = Store::open(folder, own).map_err(GitError::Missing)?;
        self.stores.push(Mutex::new(store));
        Ok(self.stores.len() - 1)
    }

    fn add(&mut self, mode: &str, path: Utf8PathBuf, store: usize, object: &str) {
        if mode != SYMBOLIC_LINK {
            self.files.insert(path, (store, object.to_owned()));
        }
    }

    fn add_commit(
        &mut self,
        root: &Utf8Path,
        below: &Utf8Path,
        commit: &str,
    ) -> Result<(), GitError> {
        let own = below.as_str().is_empty();
        let folder = root.join(below);
        let store = self.open(&folder)?;
        let arguments = ["ls-tree", "-r", "-z", commit];
        let output = git(&folder, own).args(arguments).output();
        let output = output.map_err(GitError::Missing)?;
        // A submodule may not have fetched the commit: then nothing of it is known.
        let listed = String::from_utf8_lossy(&output.stdout).into_owned();
        if own && !output.status.success() {
            return Err(GitError::Unknown(commit.to_owned()));
        }
        for entry in listed.split_terminator('\0') {
            let Some((about, path)) = entry.split_once('\t') else {
                continue;
            };
            if let [mode, _, object] = about.split(' ').collect::<Vec<_>>()[..] {
                match mode {
                    SUBMODULE => self.add_submodule(root, below.join(path), object)?,
                    mode => self.add(mode, below.join(path), store, object),
                }
            }
        }
        Ok(())
    }

    /// Submodules that were checked out are read like the rest, at the commit that is recorded.
    fn add_submodule(
        &mut self,
        root: &Utf8Path,
        path: Utf8PathBuf,
        commit: &str,
    ) -> Result<(), GitError> {
        match root.join(&path).join(".git").exists() {
            true => self.add_commit(root, &path, commit),
            false => Ok(()),
        }
    }
}

impl Store {
    fn open(folder: &Utf8Path, own: bool) -> io::Result<Self> {
        let mut child = git(folder, own)
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let asks = child.stdin.take().expect("it was piped");
        let answers = BufReader::new(child.stdout.take().expect("it was piped"));
        Ok(Self {
            child,
            asks,
            answers,
        })
    }

    fn read(&mut self, object: &str) -> io::Result<Vec<u8>> {
        writeln!(self.asks, "{object}")?;
        self.asks.flush()?;
        // `<object> blob <size>`, or `<object> missing`.
        let mut about = String::new();
        self.answers.read_line(&mut about)?;
        let size = about.trim_end().rsplit(' ').next();
        let size: usize = size
            .and_then(|size| size.parse().ok())
            .ok_or(io::ErrorKind::NotFound)?;
        let mut bytes = vec![0; size + 1];
        self.answers.read_exact(&mut bytes)?;
        bytes.pop();
        Ok(bytes)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // It ends by itself when nothing more is asked; nobody has to wait for it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Changes {
    /// Whether a line was added between these two, both included and from 1.
    pub fn touch(&self, path: &Utf8Path, first: u32, last: u32) -> bool {
        let Some(added) = self.added.get(path) else {
            return false;
        };
        let meets = |lines: &Lines| {
            let after = lines.first.saturating_add(lines.count);
            lines.first <= last && first < after
        };
        added.iter().any(meets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_tells_the_lines_that_came() {
        let patch = "diff --git a/a.sql b/a.sql\n--- a/a.sql\n+++ b/a.sql\n\
                     @@ -3 +3,2 @@ create\n-old\n+++ b/none.sql\n+new\n@@ -9,2 +10,0 @@\n-a\n-b\n\
                     diff --git a/old.py b/new.py\nsimilarity index 90%\nrename from old.py\n\
                     rename to new.py\n--- a/old.py\n+++ b/new.py\n@@ -0,0 +1 @@\n+x = 1\n\
                     diff --git a/gone.py b/gone.py\n--- a/gone.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n";
        let changes = read_patch(patch);
        let told: Vec<(&str, Vec<(u32, u32)>)> = changes
            .added
            .iter()
            .map(|(path, lines)| {
                let lines = lines.iter().map(|lines| (lines.first, lines.count));
                (path.as_str(), lines.collect())
            })
            .collect();
        assert_eq!(told, [("a.sql", vec![(3, 2)]), ("new.py", vec![(1, 1)])]);
        let renamed: Vec<_> = changes.renamed.iter().collect();
        assert_eq!(renamed, [(&"new.py".into(), &"old.py".into())]);
        assert!(changes.touch("a.sql".into(), 4, 9));
        assert!(!changes.touch("a.sql".into(), 5, 9));
    }

    #[test]
    fn names_are_unquoted() {
        assert_eq!(unquoted("plain name"), "plain name");
        assert_eq!(unquoted(r#""a \"b\"\t\\.sql""#), "a \"b\"\t\\.sql");
    }
}
