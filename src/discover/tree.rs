//! Lists and reads what a [`Tree`] holds, leaving out what nobody wrote by hand.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use ignore::WalkBuilder;

use super::LeftOut;
use super::git::{self, Snapshot};
use crate::facts::{Note, NoteId};

/// Where files come from. Everything behind discovery is the same for all of them.
#[derive(Clone, Debug)]
pub enum Tree {
    /// A folder on disk.
    Disk(Utf8PathBuf),
    /// A commit, or the index.
    Git(Arc<Snapshot>),
    /// Paths and bytes in memory: drafts from standard input, rule pages, tests.
    Memory(BTreeMap<Utf8PathBuf, Vec<u8>>),
}

/// The files of a tree, in path order.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub(super) paths: Vec<Utf8PathBuf>,
    pub(super) left_out: Vec<LeftOut>,
    pub(super) notes: Vec<Note>,
}

impl Tree {
    /// The files below the folders, which are relative to the root.
    pub(super) fn list(&self, folders: &[Utf8PathBuf]) -> Listing {
        let mut listing = Listing::default();
        match self {
            Self::Disk(root) => {
                for folder in folders {
                    walk(root, folder, &mut listing);
                }
                // What git tracks belongs to the project whatever .gitignore says, on disk as in
                // a commit.
                let exists = |path: &Utf8Path| root.join(path).exists();
                let tracked = git::tracked_though_ignored(root);
                let tracked = tracked.iter().filter(|path| root.join(path).is_file());
                listing.paths.extend(own(tracked, folders, &exists));
            }
            Self::Git(snapshot) => {
                let exists = |path: &Utf8Path| snapshot.holds(path);
                let paths = own(snapshot.paths(), folders, &exists);
                listing.paths.extend(paths);
            }
            Self::Memory(files) => listing.paths.extend(
                files
                    .keys()
                    .filter(|path| folders.iter().any(|folder| path.starts_with(folder)))
                    .cloned(),
            ),
        }
        listing.paths.sort();
        listing.paths.dedup();
        listing.left_out.sort_by(|a, b| a.path.cmp(&b.path));
        listing.notes.sort_by(|a, b| a.message.cmp(&b.message));
        listing
    }

    /// The bytes of one file.
    pub(super) fn read(&self, path: &Utf8Path) -> io::Result<Cow<'_, [u8]>> {
        match self {
            Self::Disk(root) => std::fs::read(root.join(path)).map(Cow::Owned),
            Self::Git(snapshot) => snapshot.read(path).map(Cow::Owned),
            Self::Memory(files) => files
                .get(path)
                .map(|bytes| Cow::Borrowed(bytes.as_slice()))
                .ok_or_else(|| io::ErrorKind::NotFound.into()),
        }
    }

    /// How many bytes a file has.
    pub(super) fn size(&self, path: &Utf8Path) -> io::Result<u64> {
        match self {
            Self::Disk(root) => std::fs::metadata(root.join(path)).map(|data| data.len()),
            Self::Git(_) | Self::Memory(_) => self.read(path).map(|bytes| bytes.len() as u64),
        }
    }

    pub(super) fn is_folder(&self, path: &Utf8Path) -> bool {
        match self {
            Self::Disk(root) => root.join(path).is_dir(),
            Self::Git(snapshot) => !snapshot.holds(path),
            Self::Memory(files) => !files.contains_key(path),
        }
    }
}

/// Symbolic links are never followed: those that stay inside lead to files that are read anyway.
fn walk(root: &Utf8Path, folder: &Utf8Path, listing: &mut Listing) {
    let start = root.join(folder);
    let (skipped, left_out) = std::sync::mpsc::channel();
    let walk = WalkBuilder::new(&start)
        .hidden(false)
        .ignore(false)
        .require_git(false)
        .git_global(false)
        .filter_entry(move |entry| {
            let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            if entry.depth() == 0 || !is_folder {
                return true;
            }
            let Some(path) = Utf8Path::from_path(entry.path()) else {
                return true;
            };
            match foreign(path, &|path| path.exists()) {
                None => true,
                Some(why) => {
                    // The receiver lives as long as the walk.
                    let _ = skipped.send((path.to_owned(), why));
                    false
                }
            }
        })
        .build();
    for entry in walk {
        match entry {
            Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
                match Utf8Path::from_path(entry.path()) {
                    Some(path) => listing.paths.push(relative(path, root)),
                    None => listing.notes.push(unreadable(&format!(
                        "{}: the name is no text",
                        entry
                            .path()
                            .strip_prefix(root)
                            .unwrap_or(entry.path())
                            .display()
                    ))),
                }
            }
            Ok(_) => {}
            Err(error) => listing.notes.push(unreadable(&hide_root(&error, root))),
        }
    }
    listing
        .left_out
        .extend(
            left_out
                .try_iter()
                .filter(|(_, why)| !why.is_empty())
                .map(|(path, why)| LeftOut {
                    path: relative(&path, root),
                    why: why.to_owned(),
                }),
        );
}

/// The paths below the folders, but for what nobody wrote by hand.
fn own<'p>(
    paths: impl Iterator<Item = &'p Utf8PathBuf>,
    folders: &[Utf8PathBuf],
    exists: &dyn Fn(&Utf8Path) -> bool,
) -> Vec<Utf8PathBuf> {
    let mut known: BTreeMap<&Utf8Path, bool> = BTreeMap::new();
    let mut own = Vec::new();
    for path in paths {
        let Some(folder) = folders.iter().find(|folder| path.starts_with(folder)) else {
            continue;
        };
        let between = path.ancestors().skip(1);
        let mut between = between.take_while(|above| *above != folder.as_path());
        let is_foreign = between.any(|above| {
            *known
                .entry(above)
                .or_insert_with(|| foreign(above, exists).is_some())
        });
        if !is_foreign {
            own.push(path.clone());
        }
    }
    own
}

/// Why nobody wrote the files in a folder by hand; empty where it goes without saying.
fn foreign(path: &Utf8Path, exists: &dyn Fn(&Utf8Path) -> bool) -> Option<&'static str> {
    const SILENT: &[&str] = &[".git", ".hg", ".svn", ".bzr", "__pycache__"];
    const VENDORED: &[&str] = &[
        "node_modules",
        "bower_components",
        "site-packages",
        "__pypackages__",
        "vendor",
        "vendored",
        "_vendor",
        "third_party",
        "third-party",
    ];
    const CACHES: &[&str] = &[
        ".cache",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".pytype",
        ".hypothesis",
        ".tox",
        ".nox",
        ".eggs",
        ".ipynb_checkpoints",
        ".next",
        ".nuxt",
        ".turbo",
        ".terraform",
        ".gradle",
        ".serverless",
    ];
    const BUILT: &[&str] = &["_build", "buck-out", "dist", "htmlcov"];
    let name = path.file_name()?;
    let beside = |file: &str| exists(&path.with_file_name(file));
    if SILENT.contains(&name) {
        Some("")
    } else if VENDORED.contains(&name) {
        Some("vendored code")
    } else if matches!(name, ".venv" | "venv") || exists(&path.join("pyvenv.cfg")) {
        Some("a virtual environment")
    } else if CACHES.contains(&name) || exists(&path.join("CACHEDIR.TAG")) {
        Some("a cache")
    } else if BUILT.contains(&name)
        || name.ends_with(".egg-info")
        || name == "target" && beside("Cargo.toml")
        || name == "build"
            && ["pyproject.toml", "setup.py", "package.json"]
                .into_iter()
                .any(beside)
    {
        Some("build output")
    } else {
        None
    }
}

fn relative(path: &Utf8Path, root: &Utf8Path) -> Utf8PathBuf {
    let path = path.strip_prefix(root).unwrap_or(path);
    if cfg!(windows) {
        path.as_str().replace('\\', "/").into()
    } else {
        path.to_owned()
    }
}

fn unreadable(message: &str) -> Note {
    Note {
        id: NoteId::Unreadable,
        span: None,
        message: message.to_owned(),
    }
}

/// No absolute path stands in results.
fn hide_root(error: &ignore::Error, root: &Utf8Path) -> String {
    let message = error.to_string();
    match root.parent() {
        Some(_) => message
            .replace(&format!("{root}/"), "")
            .replace(root.as_str(), "."),
        None => message,
    }
}
