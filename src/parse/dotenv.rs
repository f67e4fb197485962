//! `.env` files to entries: `export`, quotes, values over several lines, comments. Knows no shell.

use std::ops::Range;

use super::config::{Missed, Writer};

/// Writes the entries of the document; lines that set nothing are passed over.
pub(super) fn read(writer: &mut Writer<'_>) -> Option<Missed> {
    let source = writer.source();
    writer.open("", 0..0);
    let mut at = 0;
    while at < source.len() {
        at = match assignment(source, at) {
            Some((name, value)) => {
                let end = value.literal.end;
                writer.value(
                    (&source[name.clone()], name),
                    &source[value.text],
                    value.literal,
                    value.quotes,
                );
                line_end(source, end)
            }
            None => line_end(source, at),
        };
    }
    None
}

/// The right side of an assignment.
struct Right {
    text: Range<usize>,
    literal: Range<usize>,
    quotes: usize,
}

/// `export NAME="value"` at the start of a line.
fn assignment(source: &str, start: usize) -> Option<(Range<usize>, Right)> {
    let mut at = skip_blanks(source, start);
    if let Some(rest) = source[at..].strip_prefix("export") {
        let behind = at + "export".len();
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        at = if blanks > 0 { behind + blanks } else { at };
    }
    let name = at..at + name_length(&source[at..]);
    if name.is_empty() {
        return None;
    }
    let equals = skip_blanks(source, name.end);
    source[equals..].strip_prefix('=')?;
    Some((name, right(source, skip_blanks(source, equals + 1))))
}

fn right(source: &str, start: usize) -> Right {
    let quote = source.as_bytes().get(start).copied();
    if let Some(quote @ (b'"' | b'\'' | b'`')) = quote
        && let Some(length) = quoted_length(&source.as_bytes()[start + 1..], quote)
    {
        let text = start + 1..start + 1 + length;
        let literal = start..text.end + 1;
        return Right {
            text,
            literal,
            quotes: 1,
        };
    }
    let line = start..content_end(source, start);
    let bare = &source[line.clone()];
    // A `#` opens a comment only behind a blank.
    let comment = bare
        .match_indices('#')
        .map(|(at, _)| at)
        .find(|at| *at == 0 || bare[..*at].ends_with([' ', '\t']));
    let text = bare[..comment.unwrap_or(bare.len())].trim_end();
    let text = start..start + text.len();
    Right {
        literal: text.clone(),
        text,
        quotes: 0,
    }
}

/// How many bytes stand in front of the closing quote.
fn quoted_length(bytes: &[u8], quote: u8) -> Option<usize> {
    let mut at = 0;
    while let Some(found) = memchr::memchr2(quote, b'\\', bytes.get(at..)?) {
        at += found;
        if bytes[at] == quote {
            return Some(at);
        }
        at += if quote == b'\'' { 1 } else { 2 };
    }
    None
}

fn name_length(text: &str) -> usize {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    text.bytes().take_while(is_name).count()
}

fn skip_blanks(source: &str, at: usize) -> usize {
    let rest = &source[at..];
    at + rest.len() - rest.trim_start_matches([' ', '\t']).len()
}

/// Where the text of a line ends.
fn content_end(source: &str, at: usize) -> usize {
    let found = memchr::memchr2(b'\n', b'\r', &source.as_bytes()[at..]);
    found.map_or(source.len(), |length| at + length)
}

/// Where the next line starts.
fn line_end(source: &str, at: usize) -> usize {
    let end = content_end(source, at);
    end + usize::from(end < source.len())
}
