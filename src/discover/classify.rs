//! What a path is taken for.

use camino::{Utf8Path, Utf8PathBuf};

use super::FileKind;

/// The files of a kind that is read.
pub(super) fn known(paths: &[Utf8PathBuf]) -> Vec<(&Utf8Path, FileKind)> {
    paths
        .iter()
        .filter_map(|path| Some((path.as_path(), kind(path)?)))
        .collect()
}

/// The kind by extension.
pub(super) fn kind(path: &Utf8Path) -> Option<FileKind> {
    match path.extension()?.to_ascii_lowercase().as_str() {
        "sql" | "psql" | "pgsql" | "ddl" => Some(FileKind::Sql),
        "py" => Some(FileKind::Python),
        "md" | "markdown" => Some(FileKind::Markdown),
        _ => None,
    }
}
