//! Source text and places in it. Knows nothing of languages, rules or reports.

use std::sync::Arc;

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};

/// Index of a file in the list that `discover` returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileId(pub u32);

impl FileId {
    /// The position of the file in its list.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A half-open range of bytes in the decoded text of one file.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span of `start..end`; offsets beyond 4 GiB do not occur, `discover` refuses such files.
    pub fn new(start: usize, end: usize) -> Self {
        debug_assert!(start <= end);
        Self {
            start: start as u32,
            end: end as u32,
        }
    }

    /// The bytes of `text` inside the span, or the empty string where it does not fit.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize)
            .unwrap_or_default()
    }

    /// The smallest span that holds both.
    pub fn to(self, other: Self) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// Whether `other` lies wholly inside.
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two share a byte (an empty span shares the place it stands on).
    pub fn touches(self, other: Self) -> bool {
        self.start < other.end.max(other.start + 1) && other.start < self.end.max(self.start + 1)
    }
}

impl From<std::ops::Range<usize>> for Span {
    fn from(range: std::ops::Range<usize>) -> Self {
        Self::new(range.start, range.end)
    }
}

/// A place in the project: every item of the model can cite its evidence with one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Loc {
    /// The file.
    pub file: FileId,
    /// The bytes in it.
    pub span: Span,
}

/// How the bytes on disk became text, so that offsets can be told in bytes on disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, offsets are those on disk; invalid bytes were replaced one for one.
    #[default]
    Utf8,
    /// UTF-8 behind a byte order mark that the text leaves out.
    Utf8Bom,
    /// UTF-16 of either byte order behind a mark, transcoded.
    Utf16,
}

/// One file as it was read: its path from the root, its text and the starts of its lines.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Path relative to the checked root, with `/`.
    pub path: Utf8PathBuf,
    /// The decoded text.
    pub text: Arc<str>,
    /// How it was decoded.
    pub encoding: Encoding,
    /// Where its lines start.
    pub lines: LineIndex,
}

impl SourceFile {
    /// A file with its line index.
    pub fn new(
        path: impl Into<Utf8PathBuf>,
        text: impl Into<Arc<str>>,
        encoding: Encoding,
    ) -> Self {
        let text = text.into();
        let lines = LineIndex::new(&text);
        Self {
            path: path.into(),
            text,
            encoding,
            lines,
        }
    }

    /// Line, column (both from 1, the column in Unicode scalar values) and byte on disk.
    pub fn position(&self, offset: u32) -> Position {
        let line = self.lines.line(offset);
        let start = self.lines.start(line);
        let column = if self.lines.ascii {
            offset - start
        } else {
            let before = Span { start, end: offset }.of(&self.text);
            before.chars().count() as u32
        };
        Position {
            line: line + 1,
            column: column + 1,
            offset: self.offset_on_disk(offset),
        }
    }

    fn offset_on_disk(&self, offset: u32) -> u32 {
        match self.encoding {
            Encoding::Utf8 => offset,
            Encoding::Utf8Bom => offset + 3,
            Encoding::Utf16 => {
                let before = Span {
                    start: 0,
                    end: offset,
                }
                .of(&self.text);
                2 + 2 * before.encode_utf16().count() as u32
            }
        }
    }
}

/// A place as people and editors count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in Unicode scalar values, from 1.
    pub column: u32,
    /// Byte in the file on disk, from 0.
    pub offset: u32,
}

/// The starts of the lines of a text: `\n`, `\r\n` and a lone `\r` end one.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Box<[u32]>,
    /// Columns need no counting then, which would be quadratic on a dump in one line.
    ascii: bool,
}

impl LineIndex {
    /// Reads the text once.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n') {
                starts.push(at as u32 + 1);
            }
        }
        Self {
            starts: starts.into(),
            ascii: text.is_ascii(),
        }
    }

    /// The line (from 0) that holds the byte.
    pub fn line(&self, offset: u32) -> u32 {
        self.starts.partition_point(|&start| start <= offset) as u32 - 1
    }

    /// The first byte of a line (from 0); past the last line, the start of the last.
    pub fn start(&self, line: u32) -> u32 {
        self.starts[(line as usize).min(self.starts.len() - 1)]
    }

    /// How many lines there are; an empty text has one.
    pub fn count(&self) -> u32 {
        self.starts.len() as u32
    }
}
