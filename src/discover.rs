//! From paths to units: which files there are, what each is taken for, and why.
//!
//! Reads and decodes; knows no syntax and no rule.

mod classify;
mod decode;
mod load;
mod scope;
mod tool;
mod tree;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use camino::Utf8PathBuf;
use rayon::prelude::*;

use crate::config::Settings;
use crate::facts::Note;
use crate::facts::schema::Dialect;
use crate::source::{FileId, SourceFile};
use load::{Failure, Loaded};
pub use scope::{DraftSource, Scope, configuration, configuration_file};
pub use tool::MigrationTool;
pub use tree::Tree;

/// What discovery found.
#[derive(Debug, Default)]
pub struct Inputs {
    /// Every file that was read, in path order; [`FileId`] indexes it.
    pub files: Vec<SourceFile>,
    /// What is to be mapped, in path order: a whole file, or one block of a draft.
    pub units: Vec<Unit>,
    /// Files that could not be read, with why.
    pub notes: Vec<(Option<FileId>, Note)>,
    /// Files findings are limited to; empty = all.
    pub focus: Vec<FileId>,
    /// What was passed over on purpose, in path order, for `aicheck files`.
    pub left_out: Vec<LeftOut>,
}

/// A file or folder that was passed over on purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Path relative to the root.
    pub path: Utf8PathBuf,
    /// Why, in a few words.
    pub why: String,
}

/// A path that the user named and that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DiscoverError {
    /// Missing, or not permitted.
    #[error("cannot read {path}: {source}")]
    Unreadable {
        /// As named.
        path: Utf8PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

/// Reads what the scope holds.
pub fn discover(scope: &Scope, settings: &Settings) -> Result<Inputs, DiscoverError> {
    let tree = Tree::Disk(scope.root.clone());
    read(&tree, scope, settings)
}

impl Inputs {
    /// A project that lies in memory.
    pub fn from_memory(files: BTreeMap<Utf8PathBuf, Vec<u8>>, settings: &Settings) -> Self {
        let scope = Scope {
            walks: vec![Utf8PathBuf::new()],
            ..Scope::default()
        };
        read(&Tree::Memory(files), &scope, settings).expect("nothing was named")
    }
}

fn read(tree: &Tree, scope: &Scope, settings: &Settings) -> Result<Inputs, DiscoverError> {
    let mut listing = tree.list(&scope.walks);
    listing.paths.extend(named_files(tree, scope));
    listing.paths.sort();
    listing.paths.dedup();
    let known = classify::known(&listing.paths);
    let loaded: Vec<_> = known
        .par_iter()
        .map(|&(path, kind)| load::load(tree, path, kind))
        .collect();
    let mut inputs = Inputs {
        left_out: listing.left_out,
        notes: listing.notes.into_iter().map(|note| (None, note)).collect(),
        ..Inputs::default()
    };
    for ((path, kind), loaded) in known.into_iter().zip(loaded) {
        match loaded {
            Ok(Loaded { file, notes }) => inputs.add(file, kind, notes, settings),
            Err(Failure::Unreadable(source)) if scope.focus.iter().any(|named| named == path) => {
                let path = path.to_owned();
                return Err(DiscoverError::Unreadable { path, source });
            }
            Err(failure) => inputs.notes.push((None, failure.into_note(path))),
        }
    }
    inputs.focus = inputs.under(&scope.focus);
    Ok(inputs)
}

/// Files that were named are read even where a walk passes them over.
fn named_files<'a>(tree: &'a Tree, scope: &'a Scope) -> impl Iterator<Item = Utf8PathBuf> + 'a {
    scope
        .focus
        .iter()
        .filter(|path| !tree.is_folder(path))
        .cloned()
}

impl Inputs {
    fn add(&mut self, file: SourceFile, kind: FileKind, notes: Vec<Note>, settings: &Settings) {
        let id = FileId(self.files.len() as u32);
        self.notes
            .extend(notes.into_iter().map(|note| (Some(id), note)));
        self.units.push(Unit {
            file: id,
            path: file.path.clone(),
            text: file.text.clone(),
            range: 0..file.text.len(),
            kind,
            dialect: settings.dialect,
            tool: MigrationTool::None,
            profile: Profile::Production,
            draft: false,
            why: "by its extension".to_owned(),
        });
        self.files.push(file);
    }

    fn under(&self, named: &[Utf8PathBuf]) -> Vec<FileId> {
        let ids = (0..self.files.len() as u32).map(FileId);
        ids.filter(|id| {
            let path = &self.files[id.index()].path;
            named.iter().any(|named| path.starts_with(named))
        })
        .collect()
    }
}

/// One document to map.
#[derive(Clone, Debug)]
pub struct Unit {
    /// The file that findings point into.
    pub file: FileId,
    /// Its own path; a block of a draft has one of its own.
    pub path: Utf8PathBuf,
    /// The text of the whole file. For a draft whose lines carry marks (indented fences, `+` of a
    /// diff) a copy of equal length with the marks blanked, so that spans need no translation.
    pub text: Arc<str>,
    /// The part of the text that is this document.
    pub range: Range<usize>,
    /// What it is taken for.
    pub kind: FileKind,
    /// The SQL it is written in; `None` = unknown.
    pub dialect: Option<Dialect>,
    /// The migration tool it belongs to.
    pub tool: MigrationTool,
    /// How strictly it is judged.
    pub profile: Profile,
    /// Part of a draft: a closed world, where what is not mentioned is absent.
    pub draft: bool,
    /// Why it was taken for that, for `aicheck files`.
    pub why: String,
}

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// SQL.
    Sql,
    /// Python.
    Python,
    /// Markdown met in a walk; named ones are drafts and become units of their blocks.
    Markdown,
}

/// How strictly a unit is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Profile {
    /// Code that runs in production.
    #[default]
    Production,
    /// Tests, conftest.
    Test,
    /// Examples, documentation, development settings, seed scripts.
    Example,
}

#[cfg(test)]
mod tests;
