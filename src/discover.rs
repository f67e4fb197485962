//! From paths to units: which files there are, what each is taken for, and why.
//!
//! Reads and decodes; knows no rule.

mod decode;
mod describe;
mod dialect;
mod draft;
mod foreign;
mod git;
mod load;
mod overlay;
mod profile;
mod project;
mod scope;
mod select;
mod sidecar;
mod text;
mod tool;
mod tree;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use camino::Utf8PathBuf;

use crate::config::Settings;
use crate::facts::Note;
use crate::facts::schema::Dialect;
use crate::parse::config::Format;
use crate::source::{FileId, SourceFile};
pub use git::{Changes, GitError, History, Lines, Repository, Since, Snapshot, Written};
use project::Project;
pub use scope::{DraftSource, Scope, configuration, configuration_file};
pub use tool::MigrationTool;
pub(crate) use tool::recognise::{graphile_root, is_current};
pub use tree::Tree;

/// What discovery found.
#[derive(Debug, Default)]
pub struct Inputs {
    /// Every file that was read, in path order, drafts last; [`FileId`] indexes it.
    pub files: Vec<SourceFile>,
    /// What is to be mapped, in path order: a whole file; then each block of a draft, in order.
    pub units: Vec<Unit>,
    /// Files that could not be read, with why.
    pub notes: Vec<(Option<FileId>, Note)>,
    /// Files findings are limited to; `None` = all are shown.
    pub focus: Option<Vec<FileId>>,
    /// They are the state after a change, and only that is asked about.
    pub changed: bool,
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

/// Reads what the scope holds on disk.
pub fn discover(scope: &Scope, settings: &Settings) -> Result<Inputs, DiscoverError> {
    discover_in(&Tree::Disk(scope.root.clone()), scope, settings)
}

/// Reads what the scope holds in a tree; drafts come from where they are.
pub fn discover_in(
    tree: &Tree,
    scope: &Scope,
    settings: &Settings,
) -> Result<Inputs, DiscoverError> {
    let drafts = scope
        .drafts
        .iter()
        .map(|source| source.read(&scope.root, settings))
        .collect::<Result<Vec<_>, _>>()?;
    let mut project = Project::read(tree, scope, settings)?;
    project.lay_over(drafts, settings);
    Ok(project.inputs)
}

impl Inputs {
    /// Whether findings in a file are asked for.
    pub fn in_focus(&self, file: FileId) -> bool {
        self.focus
            .as_ref()
            .is_none_or(|focus| focus.contains(&file))
    }

    /// A project that lies in memory.
    pub fn from_memory(files: BTreeMap<Utf8PathBuf, Vec<u8>>, settings: &Settings) -> Self {
        let scope = Scope {
            walks: vec![Utf8PathBuf::new()],
            ..Scope::default()
        };
        let project = Project::read(&Tree::Memory(files), &scope, settings);
        project.expect("nothing was named").inputs
    }

    /// A draft alone, as from standard input.
    pub fn from_draft(bytes: Vec<u8>, settings: &Settings) -> Self {
        let mut project = Project::default();
        let path = DraftSource::Stdin.path(&Utf8PathBuf::new(), settings);
        project.lay_over(vec![(path, bytes)], settings);
        project.inputs
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
    /// Its place in the plan of the tool, where that keeps one instead of numbering files.
    pub order: Option<Planned>,
    /// A file beside it tells its tool to run it in no transaction.
    pub untransacted: bool,
    /// How strictly it is judged.
    pub profile: Profile,
    /// Part of a draft: a closed world, where what is not mentioned is absent.
    pub draft: bool,
    /// Why it was taken for that, for `aicheck files`.
    pub why: String,
}

/// What the plan of a migration tool says of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// The folder of the history that is planned.
    pub root: Utf8PathBuf,
    /// Its position; `None` = the plan passes over it, and the tool with it.
    pub position: Option<u32>,
}

impl Unit {
    /// A file that is one document, with nothing known of it but its kind.
    pub fn whole(id: FileId, file: &SourceFile, kind: FileKind) -> Self {
        Self {
            file: id,
            path: file.path.clone(),
            text: file.text.clone(),
            range: 0..file.text.len(),
            kind,
            dialect: None,
            tool: MigrationTool::None,
            order: None,
            untransacted: false,
            profile: Profile::Production,
            draft: false,
            why: String::new(),
        }
    }
}

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// SQL.
    Sql,
    /// Python.
    Python,
    /// A Prisma schema.
    Prisma,
    /// A step of a history in a language that is not read.
    Step,
    /// Markdown met in a walk; named ones are drafts and become units of their blocks.
    Markdown,
    /// Configuration: names and values.
    Config(Format),
    /// Any other text, and all of a draft: only looked through for tokens and keys.
    Text,
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
