//! What scripts assign, export and pass on: words like `NAME=value` and `--name=value`, wherever they
//! stand. Knows quotes, comments and line ends, and nothing else of the shell.

use std::borrow::Cow;
use std::ops::Range;

use super::config::{Missed, Writer};

/// Writes an entry for each word that binds a value.
pub(super) fn read(writer: &mut Writer<'_>) -> Option<Missed> {
    let source = writer.source();
    writer.open("", 0..0);
    let mut at = 0;
    while let Some(start) = next_word(source, at) {
        let end = word_end(source, start);
        if let Some((name, value)) = binding(source, start..end) {
            let (text, quotes) = unquoted(&source[value.clone()]);
            writer.value((&source[name.clone()], name), text, value, quotes);
        }
        at = end.max(start + 1);
        while !source.is_char_boundary(at) {
            at += 1;
        }
    }
    None
}

fn is_separator(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b';' | b'&' | b'|' | b'(' | b')' | b'<' | b'>')
}

/// The start of the next word; comments are passed over.
fn next_word(source: &str, mut at: usize) -> Option<usize> {
    let bytes = source.as_bytes();
    loop {
        at += bytes
            .get(at..)?
            .iter()
            .position(|byte| !is_separator(*byte))?;
        if bytes[at] != b'#' || at > 0 && !is_separator(bytes[at - 1]) {
            return Some(at);
        }
        at += memchr::memchr2(b'\n', b'\r', &bytes[at..])?;
    }
}

/// The end of a word: quotes keep blanks together, a backslash keeps what follows it.
fn word_end(source: &str, start: usize) -> usize {
    let bytes = source.as_bytes();
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        at += match byte {
            b'\\' => 2,
            b'"' | b'\'' => match closing(&bytes[at + 1..], byte) {
                Some(length) => length + 2,
                // A quote that is never closed is an apostrophe.
                None => 1,
            },
            byte if is_separator(byte) => break,
            _ => 1,
        };
    }
    let mut end = at.min(bytes.len());
    while !source.is_char_boundary(end) {
        end += 1;
    }
    end
}

/// Strings of scripts are short; longer ones are text with apostrophes.
const LONGEST_STRING: usize = 4096;

fn closing(bytes: &[u8], quote: u8) -> Option<usize> {
    let bytes = &bytes[..bytes.len().min(LONGEST_STRING)];
    let mut at = 0;
    loop {
        at += memchr::memchr2(quote, b'\\', bytes.get(at..)?)?;
        if bytes[at] == quote {
            return Some(at);
        }
        at += if quote == b'"' { 2 } else { 1 };
    }
}

/// Name and value of a word that binds one.
fn binding(source: &str, word: Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
    let text = &source[word.clone()];
    let dashes = text.len() - text.trim_start_matches('-').len();
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let length = text.bytes().skip(dashes).take_while(is_name).count();
    let name = word.start + dashes..word.start + dashes + length;
    let value = source[name.end..word.end].strip_prefix('=')?;
    let is_bound = length > 0 && !value.is_empty() && !value.starts_with(['=', '~']);
    is_bound.then_some((name.clone(), name.end + 1..word.end))
}

/// The text of a word, and how many quotes stand around all of it.
fn unquoted(value: &str) -> (Cow<'_, str>, usize) {
    let inner = ['"', '\''].iter().find_map(|quote| {
        let inner = value.strip_prefix(*quote)?.strip_suffix(*quote)?;
        (!inner.contains(*quote)).then_some(inner)
    });
    match inner {
        Some(inner) => (inner.into(), 1),
        None if value.contains(['"', '\'', '\\']) => {
            (value.replace(['"', '\'', '\\'], "").into(), 0)
        }
        None => (value.into(), 0),
    }
}
