//! Bytes to tokens. The ends of lines are tokens: they end fields.

use std::ops::Range;

use crate::source::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    Word,
    Number,
    /// A string, quotes included.
    Text,
    LineEnd,
    /// Any other ASCII character.
    Symbol(u8),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Span,
}

/// The tokens and the comments of a part of a text.
pub(super) fn read(text: &str, range: Range<usize>) -> (Vec<Token>, Vec<Span>) {
    let mut tokens = Vec::new();
    let mut comments = Vec::new();
    let mut at = range.start;
    let text = text.get(..range.end).unwrap_or(text);
    let mut unclosed = false;
    while let Some(first) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = &text[at..];
        let (kind, length) = match first {
            '\n' | '\r' => (Some(TokenKind::LineEnd), 1),
            _ if first.is_whitespace() || first == '\u{feff}' => (None, first.len_utf8()),
            '/' if rest.starts_with("//") => {
                comments.push(Span::new(at, at + line(rest).trim_end().len()));
                (None, line(rest).len())
            }
            '/' if rest.starts_with("/*") && !unclosed => match rest.find("*/") {
                Some(end) => {
                    comments.push(Span::new(at, at + end + 2));
                    (None, end + 2)
                }
                None => {
                    unclosed = true;
                    (Some(TokenKind::Symbol(b'/')), 1)
                }
            },
            '"' => (Some(TokenKind::Text), string(line(rest))),
            '-' | '0'..='9' => number(rest),
            _ if is_word(first) => (Some(TokenKind::Word), length(rest, is_word)),
            _ if first.is_ascii() => (Some(TokenKind::Symbol(first as u8)), 1),
            _ => (Some(TokenKind::Symbol(0)), first.len_utf8()),
        };
        if let Some(kind) = kind {
            let span = Span::new(at, at + length);
            tokens.push(Token { kind, span });
        }
        at += length;
    }
    (tokens, comments)
}

/// Up to the end of the line.
fn line(rest: &str) -> &str {
    &rest[..rest.find(['\n', '\r']).unwrap_or(rest.len())]
}

fn length(rest: &str, holds: impl Fn(char) -> bool) -> usize {
    rest.find(|c| !holds(c)).unwrap_or(rest.len())
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-'
}

/// `-1`, `0.5`; whatever else begins with a digit is a word.
fn number(rest: &str) -> (Option<TokenKind>, usize) {
    let digits = rest.strip_prefix('-').unwrap_or(rest);
    let sign = rest.len() - digits.len();
    let whole = length(digits, |c| c.is_ascii_digit());
    let fraction = match digits[whole..].strip_prefix('.') {
        Some(fraction) => match length(fraction, |c| c.is_ascii_digit()) {
            0 => 0,
            length => length + 1,
        },
        None => 0,
    };
    let end = sign + whole + fraction;
    if whole == 0 {
        (Some(TokenKind::Symbol(b'-')), 1)
    } else if rest[end..].starts_with(is_word) {
        (Some(TokenKind::Word), end + length(&rest[end..], is_word))
    } else {
        (Some(TokenKind::Number), end)
    }
}

/// How long the string is that a line begins with; one without an end goes to the end of the line.
fn string(line: &str) -> usize {
    let mut escaped = false;
    let end = line[1..].char_indices().find(|(_, c)| {
        let ends = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    end.map_or(line.len(), |(at, _)| at + 2)
}

/// What a string says, without its quotes.
pub(super) fn unescaped(string: &str) -> String {
    let string = string.strip_prefix('"').unwrap_or(string);
    let string = string.strip_suffix('"').unwrap_or(string);
    let mut text = String::with_capacity(string.len());
    let mut chars = string.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some('r') => text.push('\r'),
                Some(other) => text.push(other),
                None => text.push('\\'),
            },
            _ => text.push(c),
        }
    }
    text
}
