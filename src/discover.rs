//! From paths to units: which files there are, what each is taken for, and why.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use camino::Utf8PathBuf;

use crate::facts::schema::Dialect;
use crate::source::{FileId, SourceFile};

/// Where files come from. Everything behind discovery is the same for all of them.
#[derive(Clone, Debug)]
pub enum Tree {
    /// A folder on disk.
    Disk(Utf8PathBuf),
    /// Paths and bytes in memory: drafts from standard input, rule pages, tests.
    Memory(BTreeMap<Utf8PathBuf, Vec<u8>>),
}

/// What discovery found.
#[derive(Debug, Default)]
pub struct Inputs {
    /// Every file that was read, in path order; [`FileId`] indexes it.
    pub files: Vec<SourceFile>,
    /// What is to be mapped, in path order: a whole file, or one block of a draft.
    pub units: Vec<Unit>,
    /// Files that could not be read, with why.
    pub notes: Vec<(Option<FileId>, crate::facts::Note)>,
    /// Files findings are limited to; empty = all.
    pub focus: Vec<FileId>,
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

/// The tool that applies a migration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MigrationTool {
    /// No migration: a schema file, a draft, or loose SQL.
    #[default]
    None,
    /// Numbered files that some runner applies in order.
    Numbered,
    /// `x.up.sql` and `x.down.sql`.
    GolangMigrate,
    /// `-- +goose Up`.
    Goose,
    /// `-- migrate:up`.
    Dbmate,
    /// `<version>_name/up.sql`.
    Diesel,
    /// `migrations/<ts>_name/migration.sql`.
    Prisma,
    /// `supabase/migrations/`.
    Supabase,
    /// sqlx.
    Sqlx,
    /// `V1__name.sql`.
    Flyway,
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
