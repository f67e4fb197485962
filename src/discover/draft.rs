//! A draft: the blocks of code in pasted text, each with a name, a language and its place.

mod blank;
mod name;
mod tag;

use std::ops::Range;
use std::sync::Arc;

use camino::Utf8PathBuf;

use super::{FileKind, select};
use crate::facts::schema::Dialect;
use crate::parse::markdown::{self, Fence};
use crate::parse::pasted::{self, Language, Stretch};
use crate::parse::patch;
use crate::source::SourceFile;
use name::Names;
use tag::{Tag, Tagged};

/// What a draft holds.
#[derive(Debug)]
pub(super) struct Draft {
    /// The text, or a copy of equal length with the marks of its lines blanked.
    pub(super) text: Arc<str>,
    /// Its blocks, in order.
    pub(super) blocks: Vec<Block>,
}

/// One document of a draft.
#[derive(Debug)]
pub(super) struct Block {
    /// Its path: as the draft names it, else made up.
    pub(super) path: Utf8PathBuf,
    /// Whether the draft names it.
    pub(super) named: bool,
    pub(super) kind: FileKind,
    /// The dialect that its fence names.
    pub(super) dialect: Option<Dialect>,
    /// The code.
    pub(super) range: Range<usize>,
    /// What tells its kind; empty where that goes without saying.
    pub(super) why: &'static str,
}

/// Lines that belong together, before it is known what they are.
struct Piece {
    lines: Vec<Range<usize>>,
    /// What stands in front of each line without being part of it.
    marks: Vec<Range<usize>>,
    tag: Tag,
}

/// Takes the whole text for one document.
pub(super) fn whole(file: &SourceFile, kind: FileKind) -> Draft {
    Draft {
        text: file.text.clone(),
        blocks: vec![Block {
            path: file.path.clone(),
            named: true,
            kind,
            dialect: None,
            range: 0..file.text.len(),
            why: "",
        }],
    }
}

/// A text without blocks.
pub(super) fn nothing(file: &SourceFile) -> Draft {
    Draft {
        text: file.text.clone(),
        blocks: Vec::new(),
    }
}

/// Finds the blocks of a pasted text: fenced ones; without fences, the new side of a diff; else
/// what reads as code.
pub(super) fn read(text: &Arc<str>) -> Draft {
    let fences = markdown::fences(text);
    let outside = fences
        .first()
        .map_or(text.len(), |fence| fence.opening.start);
    let pieces = if patch::is_patch(&text[..outside]) {
        of_patch(text)
    } else if fences.is_empty() {
        return of_bare(text);
    } else {
        of_fences(text, fences)
    };
    let marks: Vec<_> = pieces
        .iter()
        .map(|piece| blank::with_common_indentation(text, &piece.lines, &piece.marks))
        .collect();
    let text = blank::blanked(text, &marks);
    let mut names = Names::default();
    let mut blocks = Vec::new();
    for (piece, marks) in pieces.iter().zip(&marks) {
        if let (Some(first), Some(last)) = (marks.first(), piece.lines.last()) {
            let range = first.end..last.end.max(first.end);
            blocks.extend(block(&text, range, &piece.tag, &mut names));
        }
    }
    Draft {
        text,
        blocks: names.settle(blocks),
    }
}

fn of_bare(text: &Arc<str>) -> Draft {
    let mut names = Names::default();
    let block = |Stretch { language, range }| {
        let kind = kind_of(language);
        let (path, named) = names.of(name::in_first_comment(&text[range.clone()], kind), kind);
        Block {
            path,
            named,
            kind,
            dialect: None,
            range,
            why: "by its content",
        }
    };
    let blocks = pasted::code(text).into_iter().map(block).collect();
    Draft {
        text: text.clone(),
        blocks: names.settle(blocks),
    }
}

fn of_fences(text: &str, fences: Vec<Fence>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for fence in fences {
        let above = name::in_line_above(text, fence.opening.start);
        let tag = Tag::read(&text[fence.info], above);
        if tag.language == Tagged::Diff {
            pieces.extend(of_diff(text, &fence.lines, &fence.marks, &tag));
        } else {
            pieces.push(Piece {
                lines: fence.lines,
                marks: fence.marks,
                tag,
            });
        }
    }
    pieces
}

fn of_patch(text: &str) -> Vec<Piece> {
    let lines = markdown::lines(text);
    let marks: Vec<_> = lines.iter().map(|line| line.start..line.start).collect();
    of_diff(text, &lines, &marks, &Tag::default())
}

fn of_diff(text: &str, lines: &[Range<usize>], marks: &[Range<usize>], tag: &Tag) -> Vec<Piece> {
    let piece = |file: patch::Patched| {
        let named = file.path.and_then(|path| name::source_path(&text[path]));
        Piece {
            lines: file.lines,
            marks: file.marks,
            tag: Tag {
                language: Tagged::Diff,
                path: named.or_else(|| tag.path.clone()),
                above: tag.above.clone(),
            },
        }
    };
    let files = patch::files(text, lines, marks);
    files.into_iter().map(piece).collect()
}

fn block(text: &str, range: Range<usize>, tag: &Tag, names: &mut Names) -> Option<Block> {
    let code = &text[range.clone()];
    if code.trim().is_empty() {
        return None;
    }
    let named = tag.path.as_deref().and_then(select::kind);
    let (kind, dialect, why) = match (tag.language, named) {
        // `ini .env`: the name says it better.
        (
            Tagged::Known(FileKind::Config(_), _) | Tagged::Foreign,
            Some(kind @ FileKind::Config(_)),
        ) => (kind, None, "by its name"),
        (Tagged::Foreign, _) | (Tagged::Diff | Tagged::Nothing, Some(FileKind::Text)) => {
            return None;
        }
        (Tagged::Known(kind, dialect), _) => (kind, dialect, "by its fence"),
        (Tagged::Diff | Tagged::Nothing, Some(kind)) => (kind, None, "by its name"),
        (Tagged::Diff | Tagged::Nothing, None) => {
            (kind_of(pasted::language(code)?), None, "by its content")
        }
    };
    let fits = |path: &Utf8PathBuf| select::kind(path) == Some(kind);
    let name = tag
        .path
        .clone()
        .filter(fits)
        .or_else(|| name::in_first_comment(code, kind))
        .or_else(|| tag.above.clone().filter(fits));
    let (path, named) = names.of(name, kind);
    Some(Block {
        path,
        named,
        kind,
        dialect,
        range,
        why,
    })
}

fn kind_of(language: Language) -> FileKind {
    match language {
        Language::Sql => FileKind::Sql,
        Language::Python => FileKind::Python,
        Language::Prisma => FileKind::Prisma,
    }
}

#[cfg(test)]
mod tests;
