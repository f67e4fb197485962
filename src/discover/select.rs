//! Which of the files that were found are read, and why the others are not.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::dialect::{self, Named};
use super::tool::recognise::{folder, is_numbered, is_versioned_folder};
use super::{FileKind, LeftOut, text};
use crate::config::Settings;
use crate::facts::{Note, NoteId};

/// The languages that are read.
fn by_extension(path: &Utf8Path) -> Option<FileKind> {
    match path.extension()?.to_ascii_lowercase().as_str() {
        "sql" | "psql" | "pgsql" | "ddl" => Some(FileKind::Sql),
        "py" => Some(FileKind::Python),
        "prisma" => Some(FileKind::Prisma),
        "md" | "markdown" => Some(FileKind::Markdown),
        _ => None,
    }
}

/// The kind of a file that is named, or met in a walk.
pub(super) fn kind(path: &Utf8Path) -> Option<FileKind> {
    by_extension(path)
        .or_else(|| text::format(path).map(FileKind::Config))
        .or_else(|| text::is_settings(path).then_some(FileKind::Text))
}

/// Whether a path is a step of a history in a language that is not read: numbered like the SQL of
/// its folder.
fn is_step(path: &Utf8Path, histories: &BTreeSet<Utf8PathBuf>) -> bool {
    const LANGUAGES: [&str; 15] = [
        "cjs", "cs", "cts", "ex", "exs", "go", "java", "js", "kt", "mjs", "mts", "php", "rb", "rs",
        "ts",
    ];
    let extension = path.extension().unwrap_or_default();
    let stem = path.file_stem().unwrap_or_default();
    let is_test = ["_test", ".test", ".spec", ".d"]
        .iter()
        .any(|end| stem.ends_with(end));
    LANGUAGES.contains(&extension)
        && !is_test
        && is_migration(path)
        && histories.contains(&folder(path))
}

pub(super) fn is_migration(path: &Utf8Path) -> bool {
    is_numbered(path) || is_versioned_folder(path)
}

/// The files to read, and what is to be said of the others.
#[derive(Debug, Default)]
pub(super) struct Selection<'a> {
    pub(super) files: Vec<(&'a Utf8Path, FileKind)>,
    pub(super) left_out: Vec<LeftOut>,
    pub(super) notes: Vec<Note>,
}

/// Selects among the paths. Files that were named (in order) are read whatever they are called.
pub(super) fn select<'a>(
    paths: &'a [Utf8PathBuf],
    named: &[Utf8PathBuf],
    settings: &Settings,
) -> Selection<'a> {
    let mut selection = Selection::default();
    let mut foreign: BTreeMap<(Utf8PathBuf, &str), usize> = BTreeMap::new();
    let migrations = paths
        .iter()
        .filter(|path| by_extension(path) == Some(FileKind::Sql));
    let migrations = migrations.filter(|path| is_migration(path));
    let histories: BTreeSet<Utf8PathBuf> = migrations.map(|path| folder(path)).collect();
    for path in paths {
        let is_named = named.binary_search(path).is_ok();
        let leave = |why: String| LeftOut {
            path: path.clone(),
            why,
        };
        let step = || is_step(path, &histories).then_some(FileKind::Step);
        let Some(kind) = by_extension(path).or_else(step).or_else(|| other(path)) else {
            continue;
        };
        if let Some(why) = left_alone(path, kind).filter(|_| !is_named) {
            selection.left_out.push(leave(why));
        } else if let Some(why) = excluded(path, is_named, settings) {
            selection.left_out.push(leave(why));
        } else if let Some(why) = stale(path, kind).filter(|_| !is_named) {
            selection.left_out.push(leave(why));
        } else if let Some(name) = foreign_dialect(path, kind, settings) {
            *foreign.entry((folder(path), name)).or_default() += 1;
            selection
                .left_out
                .push(leave(format!("{name}, which is not supported")));
        } else {
            selection.files.push((path, kind));
        }
    }
    selection.notes = foreign.into_iter().map(foreign_note).collect();
    selection
}

/// What is no language that is read, but may be text.
fn other(path: &Utf8Path) -> Option<FileKind> {
    let format = text::format(path).map(FileKind::Config);
    format.or_else(|| (!text::is_binary(path)).then_some(FileKind::Text))
}

/// Why a text is not looked through.
fn left_alone(path: &Utf8Path, kind: FileKind) -> Option<String> {
    let generated = || text::generated(path).map(str::to_owned);
    match kind {
        FileKind::Config(_) | FileKind::Text => disabled(path).or_else(generated),
        _ => None,
    }
}

fn excluded(path: &Utf8Path, is_named: bool, settings: &Settings) -> Option<String> {
    let pattern = settings
        .exclude
        .iter()
        .find(|pattern| pattern.is_match(path))?;
    let holds = !is_named || settings.force_exclude;
    holds.then(|| format!("excluded by `{}`", pattern.as_str()))
}

/// `001.sql.disabled`, `main.py.orig`.
fn disabled(path: &Utf8Path) -> Option<String> {
    let last = path.extension()?;
    let is_disabled = matches!(
        last,
        "disabled" | "bak" | "backup" | "orig" | "old" | "save"
    );
    (is_disabled && by_extension(path.file_stem()?.into()).is_some())
        .then(|| format!("a copy nobody runs (.{last})"))
}

/// Copies of schemas that lie around and would tell of a schema that is gone.
fn stale(path: &Utf8Path, kind: FileKind) -> Option<String> {
    const STALE: [&str; 9] = [
        "archive",
        "archived",
        "backup",
        "backups",
        "bak",
        "deprecated",
        "disabled",
        "obsolete",
        "old",
    ];
    const PLACES: [&str; 7] = [
        "database",
        "db",
        "migration",
        "migrations",
        "schema",
        "sql",
        "versions",
    ];
    if !matches!(kind, FileKind::Sql | FileKind::Prisma | FileKind::Step) {
        return None;
    }
    let is_stale = |word: &&str| STALE.contains(word);
    let mut folders = path.parent().into_iter().flat_map(Utf8Path::components);
    let folder = folders.find(|folder| {
        let name = folder.as_str().to_ascii_lowercase();
        let words = words(&name);
        words.iter().any(is_stale)
            && words
                .iter()
                .all(|word| is_stale(word) || PLACES.contains(word))
    });
    if let Some(folder) = folder {
        return Some(format!("a copy nobody runs (in {folder})"));
    }
    let stem = path.file_stem().unwrap_or_default().to_ascii_lowercase();
    let dotted = stem.rsplit_once('.').map(|(_, last)| last);
    let last = words(&stem).pop();
    // A migration may well be about backups.
    let word = dotted.or(last.filter(|_| !is_numbered(path)))?;
    is_stale(&word).then(|| "a copy nobody runs, by its name".to_owned())
}

fn words(name: &str) -> Vec<&str> {
    name.split(|c: char| !c.is_ascii_alphabetic())
        .filter(|word| !word.is_empty())
        .collect()
}

fn foreign_dialect(path: &Utf8Path, kind: FileKind, settings: &Settings) -> Option<&'static str> {
    match dialect::by_path(path) {
        Some(Named::Foreign(name)) if kind == FileKind::Sql && !is_configured(path, settings) => {
            Some(name)
        }
        _ => None,
    }
}

/// Whether the settings say what the SQL of a file is.
pub(super) fn is_configured(path: &Utf8Path, settings: &Settings) -> bool {
    let mut per_path = settings.per_path.iter();
    settings.dialect.is_some()
        || per_path.any(|entry| entry.dialect.is_some() && entry.paths.is_match(path))
}

pub(super) fn foreign_note(((folder, name), count): ((Utf8PathBuf, &str), usize)) -> Note {
    let files = if count == 1 {
        "1 file is".to_owned()
    } else {
        format!("{count} files are")
    };
    let folder = if folder.as_str().is_empty() {
        "."
    } else {
        folder.as_str()
    };
    Note {
        id: NoteId::UnsupportedDialect,
        span: None,
        message: format!("{folder}: {files} {name} SQL, which is not checked"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Pattern;

    fn left_out(paths: &[&str], named: &[&str], settings: &Settings) -> Vec<(String, String)> {
        let paths: Vec<_> = paths.iter().map(Utf8PathBuf::from).collect();
        let named: Vec<_> = named.iter().map(Utf8PathBuf::from).collect();
        let left = select(&paths, &named, settings).left_out.into_iter();
        left.map(|left| (left.path.to_string(), left.why)).collect()
    }

    #[test]
    fn copies_nobody_runs_are_left_out() {
        let stale = [
            "m/001.sql.disabled",
            "m/002.sql.bak",
            "a.py.orig",
            "migrations.backup.20250822/1.sql",
            "db/archive/1.sql",
            "schema_backup_20240101.sql",
            "m/003_x.old.sql",
        ];
        let live = [
            "m/004_add_backup.sql",
            "app/archive/routes.py",
            "backup_service/1.sql",
            "x.bak",
            "backups_v2/a.sql.txt",
        ];
        let all = [&stale[..], &live].concat();
        let found = left_out(&all, &[], &Settings::default());
        let found: Vec<_> = found.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(found, stale);
        assert_eq!(
            left_out(&["db/old/1.sql"], &["db/old/1.sql"], &Settings::default()),
            []
        );
    }

    #[test]
    fn excluded_files_are_left_out_unless_named() {
        let mut settings = Settings {
            exclude: vec![Pattern::new("gen/").unwrap()],
            ..Settings::default()
        };
        let paths = ["gen/a.py", "gen/b.py"];
        let left = |settings: &Settings| left_out(&paths, &["gen/a.py"], settings).len();
        assert_eq!(left(&settings), 1);
        settings.force_exclude = true;
        assert_eq!(left(&settings), 2);
    }

    #[test]
    fn dialects_that_are_not_read_are_said_once_a_folder() {
        let paths = ["clickhouse/1.sql", "clickhouse/2.sql"].map(Utf8PathBuf::from);
        let selection = select(&paths, &[], &Settings::default());
        assert_eq!(selection.files, []);
        let notes: Vec<_> = selection
            .notes
            .iter()
            .map(|note| note.message.as_str())
            .collect();
        assert_eq!(
            notes,
            ["clickhouse: 2 files are ClickHouse SQL, which is not checked"]
        );
    }
}
