//! Reads and decodes one file, within the size limits.

use camino::Utf8Path;

use super::decode::{Decoded, decode};
use super::{FileKind, Tree};
use crate::facts::{Note, NoteId};
use crate::source::SourceFile;

/// A file with what had to be said about its bytes.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) file: SourceFile,
    pub(super) notes: Vec<Note>,
}

/// Why a file was not read.
#[derive(Debug)]
pub(super) enum Failure {
    Unreadable(std::io::Error),
    TooLarge { size: u64, limit: u64 },
    Binary,
}

/// Generated code and data; nobody reviews a module of this size.
pub(super) const SOURCE_LIMIT: u64 = 2 << 20;
/// Python above the other limit is not parsed, but looked through for tokens.
const PYTHON_LIMIT: u64 = 64 << 20;
/// Offsets are 32 bits wide.
const SQL_LIMIT: u64 = u32::MAX as u64;

impl Failure {
    /// Why a file is left out that nobody called text; `None` when it must be said.
    pub(super) fn why_no_text(&self) -> Option<&'static str> {
        match self {
            Self::Unreadable(_) => None,
            Self::TooLarge { .. } => Some("larger than what people write"),
            Self::Binary => Some("binary data"),
        }
    }

    pub(super) fn into_note(self, path: &Utf8Path) -> Note {
        let (id, why) = match self {
            Self::Unreadable(error) => (NoteId::Unreadable, format!("cannot be read: {error}")),
            Self::TooLarge { size, limit } => (
                NoteId::SkippedSize,
                format!("skipped: {size} bytes, more than the limit of {limit}"),
            ),
            Self::Binary => (NoteId::Undecodable, "skipped: binary data".to_owned()),
        };
        Note {
            id,
            span: None,
            message: format!("{path} {why}"),
        }
    }
}

pub(super) fn load(tree: &Tree, path: &Utf8Path, kind: FileKind) -> Result<Loaded, Failure> {
    let size = tree.size(path).map_err(Failure::Unreadable)?;
    let limit = match kind {
        FileKind::Sql => SQL_LIMIT,
        FileKind::Python => PYTHON_LIMIT,
        FileKind::Prisma
        | FileKind::Step
        | FileKind::Markdown
        | FileKind::Config(_)
        | FileKind::Text => SOURCE_LIMIT,
    };
    if size > limit {
        return Err(Failure::TooLarge { size, limit });
    }
    let bytes = tree.read(path).map_err(Failure::Unreadable)?;
    let mut loaded = text(path, bytes.into_owned())?;
    if matches!(kind, FileKind::Config(_) | FileKind::Text) {
        // Tokens are ASCII: nothing is missed where a letter is no text.
        loaded.notes.clear();
    }
    Ok(loaded)
}

/// Decodes the bytes of a file or of standard input.
pub(super) fn text(path: &Utf8Path, bytes: Vec<u8>) -> Result<Loaded, Failure> {
    let Decoded::Text {
        text,
        encoding,
        replaced,
    } = decode(bytes)
    else {
        return Err(Failure::Binary);
    };
    // UTF-16 grows by half at most when transcoded.
    if text.len() as u64 > SQL_LIMIT {
        let size = text.len() as u64;
        let limit = SQL_LIMIT;
        return Err(Failure::TooLarge { size, limit });
    }
    let notes = (replaced > 0).then(|| Note {
        id: NoteId::Undecodable,
        span: None,
        message: format!("{replaced} bytes are no text and were read as `_`"),
    });
    Ok(Loaded {
        file: SourceFile::new(path, text, encoding),
        notes: notes.into_iter().collect(),
    })
}
