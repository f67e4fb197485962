//! From what the user named to what is read: a folder is the world, a file a focus in its project.

use std::io::{self, Read};

use camino::{Utf8Path, Utf8PathBuf};

use super::load::{self, Loaded};
use super::{DiscoverError, FileKind, select};
use crate::config::Settings;
use crate::source::SourceFile;

/// What a run reads.
///
/// A folder is the world: it is the root, and nothing outside it is looked at. A file is a focus:
/// the project around it is read (the nearest folder above that holds `aicheck.toml`,
/// `pyproject.toml` or `.git`, else its own folder) and only findings that touch the file are
/// kept. Several paths are read together below their common folder; if a file is among them, all
/// of them are the focus. Standard input, Markdown files and files of no known kind are drafts: a closed world of their
/// own, or laid over the project that other paths or `--project` name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// The folder all paths are relative to, and where the configuration lies.
    pub root: Utf8PathBuf,
    /// The folders that are read, relative to the root; empty for a draft alone.
    pub walks: Vec<Utf8PathBuf>,
    /// The files and folders that findings are limited to; empty = everything.
    pub focus: Vec<Utf8PathBuf>,
    /// The drafts, in the order they were named.
    pub drafts: Vec<DraftSource>,
}

/// Where a draft is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DraftSource {
    /// Standard input.
    Stdin,
    /// A file on disk, by its absolute path.
    File(Utf8PathBuf),
}

const PROJECT_MARKERS: [&str; 3] = ["aicheck.toml", "pyproject.toml", ".git"];

impl Scope {
    /// The way from the top of the repository that holds the root down to it; empty outside one.
    pub fn below_repository(&self) -> Utf8PathBuf {
        let holds = |folder: &&Utf8Path| folder.join(".git").exists();
        let top = self.root.ancestors().find(holds);
        let below = top.and_then(|top| self.root.strip_prefix(top).ok());
        below.map(Utf8Path::to_owned).unwrap_or_default()
    }

    /// Resolves the paths as named, `-` being standard input; none = the current folder.
    /// `project` is the project that drafts are laid over.
    pub fn of(paths: &[Utf8PathBuf], project: Option<&Utf8Path>) -> Result<Self, DiscoverError> {
        let here = [Utf8PathBuf::from(".")];
        let paths = if paths.is_empty() { &here } else { paths };
        let mut drafts = Vec::new();
        let mut folders = Vec::new();
        let mut files = Vec::new();
        for path in paths {
            if path == "-" {
                drafts.push(DraftSource::Stdin);
                continue;
            }
            let found = absolute(path)?;
            if found.is_dir() {
                folders.push(found);
            } else if matches!(select::kind(&found), None | Some(FileKind::Markdown)) {
                drafts.push(DraftSource::File(found));
            } else {
                files.push(found);
            }
        }
        if let Some(project) = project {
            let root = absolute(project)?;
            let (inside, outside): (Vec<_>, Vec<_>) =
                files.into_iter().partition(|file| file.starts_with(&root));
            drafts.extend(outside.into_iter().map(DraftSource::File));
            return Ok(Self::joined(vec![root], folders, inside, drafts));
        }
        if folders.is_empty() && files.is_empty() {
            let root = match drafts.first() {
                Some(DraftSource::File(file)) => project_of(file),
                _ => absolute(Utf8Path::new("."))?,
            };
            return Ok(Self {
                root,
                drafts,
                ..Self::default()
            });
        }
        let worlds = folders
            .iter()
            .cloned()
            .chain(files.iter().map(|file| project_of(file)))
            .collect();
        if files.is_empty() {
            folders.clear();
        }
        Ok(Self::joined(worlds, folders, files, drafts))
    }

    fn joined(
        mut worlds: Vec<Utf8PathBuf>,
        folders: Vec<Utf8PathBuf>,
        files: Vec<Utf8PathBuf>,
        drafts: Vec<DraftSource>,
    ) -> Self {
        worlds.sort();
        worlds.dedup_by(|later, earlier| later.starts_with(earlier));
        let root = worlds
            .iter()
            .skip(1)
            .fold(worlds[0].clone(), |root, world| common(&root, world));
        let relative = |path: &Utf8PathBuf| {
            let path = path.strip_prefix(&root).expect("the root holds all");
            path.to_owned()
        };
        let mut focus: Vec<_> = folders.iter().chain(&files).map(relative).collect();
        focus.sort();
        focus.dedup();
        Self {
            walks: worlds.iter().map(relative).collect(),
            focus,
            root,
            drafts,
        }
    }
}

impl DraftSource {
    /// The bytes of the draft, and the path it goes by.
    pub(super) fn read(
        &self,
        root: &Utf8Path,
        settings: &Settings,
    ) -> Result<(Utf8PathBuf, Vec<u8>), DiscoverError> {
        let path = self.path(root, settings);
        let bytes = match self {
            Self::File(file) => std::fs::read(file),
            Self::Stdin => {
                let mut bytes = Vec::new();
                io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
            }
        };
        match bytes {
            Ok(bytes) => Ok((path, bytes)),
            Err(source) => Err(DiscoverError::Unreadable { path, source }),
        }
    }

    /// Relative to the root, or the name alone where it lies elsewhere.
    pub(super) fn path(&self, root: &Utf8Path, settings: &Settings) -> Utf8PathBuf {
        match self {
            Self::Stdin => settings
                .stdin_name
                .clone()
                .unwrap_or_else(|| "<stdin>".into()),
            Self::File(file) => {
                let name = || file.file_name().unwrap_or_default().into();
                file.strip_prefix(root)
                    .map_or_else(|_| name(), Utf8Path::to_owned)
            }
        }
    }
}

fn project_of(file: &Utf8Path) -> Utf8PathBuf {
    let folder = file.parent().unwrap_or(file);
    folder
        .ancestors()
        .find(|above| PROJECT_MARKERS.iter().any(|name| above.join(name).exists()))
        .unwrap_or(folder)
        .to_owned()
}

fn common(a: &Utf8Path, b: &Utf8Path) -> Utf8PathBuf {
    a.components()
        .zip(b.components())
        .take_while(|(a, b)| a == b)
        .map(|(component, _)| component)
        .collect()
}

/// Links in folders are resolved, so that paths can be compared; a file keeps its own name.
fn absolute(path: &Utf8Path) -> Result<Utf8PathBuf, DiscoverError> {
    let unreadable = |source| DiscoverError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let resolved = path.canonicalize_utf8().map_err(unreadable)?;
    if resolved.is_dir() {
        return Ok(resolved);
    }
    let (Some(name), Some(parent)) = (path.file_name(), path.parent()) else {
        return Ok(resolved);
    };
    let parent = if parent.as_str().is_empty() {
        Utf8Path::new(".")
    } else {
        parent
    };
    Ok(parent.canonicalize_utf8().map_err(unreadable)?.join(name))
}

/// The configuration of a root: `aicheck.toml`, else `pyproject.toml`, else none.
pub fn configuration(root: &Utf8Path) -> Result<Option<SourceFile>, DiscoverError> {
    for name in ["aicheck.toml", "pyproject.toml"] {
        let path = root.join(name);
        if path.is_file() {
            return configuration_file(&path, name.into()).map(Some);
        }
    }
    Ok(None)
}

/// A configuration file that was named; `shown` is what messages call it.
pub fn configuration_file(path: &Utf8Path, shown: &Utf8Path) -> Result<SourceFile, DiscoverError> {
    let unreadable = |source| DiscoverError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let bytes = std::fs::read(path).map_err(unreadable)?;
    match load::text(shown, bytes) {
        Ok(Loaded { file, .. }) => Ok(file),
        Err(_) => Err(unreadable(io::ErrorKind::InvalidData.into())),
    }
}
