//! The names of the blocks of a draft: as written around or in them, else made up.

use std::collections::BTreeSet;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use super::Block;
use crate::discover::{FileKind, select};
use crate::parse::config::Format;

/// Gives every block a path of its own.
#[derive(Default)]
pub(super) struct Names {
    taken: BTreeSet<Utf8PathBuf>,
    count: usize,
}

impl Names {
    /// The path of the next block, and whether the draft names it.
    pub(super) fn of(&mut self, name: Option<Utf8PathBuf>, kind: FileKind) -> (Utf8PathBuf, bool) {
        self.count += 1;
        let extension = match kind {
            FileKind::Sql => "sql",
            FileKind::Python => "py",
            FileKind::Prisma => "prisma",
            FileKind::Step => "step",
            FileKind::Markdown => "md",
            FileKind::Config(format) => extension(format),
            FileKind::Text => "txt",
        };
        let named = name.is_some();
        // Of fixed width, so that paths sort as the blocks stand.
        let path = name.unwrap_or_else(|| format!("block_{:03}.{extension}", self.count).into());
        if self.taken.insert(path.clone()) {
            return (path, named);
        }
        let stem = path.file_stem().unwrap_or_default();
        let distinct = path.with_file_name(format!("{stem}~{:03}.{extension}", self.count));
        self.taken.insert(distinct.clone());
        (distinct, named)
    }

    /// SQL without a name belongs with the SQL that has one: to one folder, one database. So do
    /// models.
    pub(super) fn settle(self, mut blocks: Vec<Block>) -> Vec<Block> {
        for kind in [FileKind::Sql, FileKind::Prisma] {
            let is_kind = |block: &&mut Block| block.kind == kind;
            let named = blocks.iter_mut().filter(is_kind).find(|block| block.named);
            let folder = named.and_then(|block| block.path.parent().map(Utf8Path::to_owned));
            let unnamed = blocks
                .iter_mut()
                .filter(is_kind)
                .filter(|block| !block.named);
            for block in unnamed {
                if let Some(folder) = &folder {
                    block.path = folder.join(&block.path);
                }
            }
        }
        blocks
    }
}

fn extension(format: Format) -> &'static str {
    match format {
        Format::Yaml => "yaml",
        Format::Toml => "toml",
        Format::Json => "json",
        Format::Ini => "ini",
        Format::Dotenv => "env",
        Format::Dockerfile => "dockerfile",
        Format::Hcl => "tf",
        Format::Shell => "sh",
    }
}

/// A path of a kind that is read, relative and without detours.
pub(super) fn source_path(text: &str) -> Option<Utf8PathBuf> {
    let text = text
        .trim_matches(['"', '\'', '`', '*', '(', ')', '[', ']', '<', '>', ',', ':'])
        .replace('\\', "/");
    let is_path_char =
        |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '@' | '+');
    if !text.chars().all(is_path_char) {
        return None;
    }
    let path: Utf8PathBuf = Utf8Path::new(&text)
        .components()
        .filter(|part| matches!(part, Utf8Component::Normal(_)))
        .collect();
    let kind = select::kind(&path)?;
    (kind != FileKind::Markdown).then_some(path)
}

/// The path in the line above a fence: `**app/main.py**`, `Create migrations/001.sql:`.
pub(super) fn in_line_above(text: &str, fence: usize) -> Option<Utf8PathBuf> {
    let line = text[..fence]
        .lines()
        .rev()
        .find(|line| !line.trim().is_empty())?;
    let mut paths = line.split_whitespace().filter_map(source_path);
    let path = paths.next()?;
    paths.next().is_none().then_some(path)
}

/// The path in a comment on the first line: `# app/main.py`, `-- File: migrations/001.sql`.
pub(super) fn in_first_comment(code: &str, kind: FileKind) -> Option<Utf8PathBuf> {
    let line = code.lines().find(|line| !line.trim().is_empty())?.trim();
    let comment = match kind {
        FileKind::Sql => line
            .strip_prefix("--")
            .or_else(|| line.strip_prefix("/*"))?,
        FileKind::Prisma => line.strip_prefix("//")?,
        _ => line
            .strip_prefix('#')
            .or_else(|| line.strip_prefix("\"\"\""))?,
    };
    let comment = comment.trim_matches(['-', '#', '=', '*', '/', '"', ' ', '\t']);
    let mut words = comment.split_whitespace();
    let first = words.next()?;
    let is_label = ["file", "filename", "path", "file:", "filename:", "path:"]
        .contains(&first.to_ascii_lowercase().as_str());
    let path = source_path(if is_label { words.next()? } else { first })?;
    (select::kind(&path) == Some(kind)).then_some(path)
}
