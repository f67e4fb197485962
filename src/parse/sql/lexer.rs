//! Bytes to tokens, with byte-exact spans. Knows the quoting of the dialects, but no statement.
//!
//! Whatever has no closing quote is read as if the quote were a stray symbol, so that one typo does
//! not swallow the rest of a file.

use super::template;
use crate::facts::schema::Dialect;
use crate::source::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A bare word: keyword or name, placeholders glued to it included.
    Word,
    /// A quoted name, quotes included.
    Quoted,
    /// A string, quotes and prefix included.
    Text,
    /// A number.
    Number,
    /// A template placeholder or bind parameter that stands for something.
    Placeholder,
    /// Any other ASCII character.
    Symbol(u8),
}

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands.
    pub span: Span,
}

/// What the lexer finds next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A token.
    Token(Token),
    /// A comment, with its marks.
    Comment(Span),
}

/// How many quotes without an end are searched to the end of the text before all quotes of the
/// rest count as symbols: keeps hostile text linear.
const PATIENCE: u8 = 16;

/// Reads a text token by token.
#[derive(Clone, Debug)]
pub struct Lexer<'a> {
    text: &'a str,
    base: usize,
    at: usize,
    dialect: Dialect,
    patience: u8,
    templates: u32,
    template: Option<Span>,
}

impl<'a> Lexer<'a> {
    /// A lexer over `text`, whose first byte is byte `base` of the file.
    pub fn new(text: &'a str, base: usize, dialect: Dialect) -> Self {
        Self {
            text,
            base,
            at: if text.starts_with('\u{feff}') { 3 } else { 0 },
            dialect,
            patience: PATIENCE,
            templates: 0,
            template: None,
        }
    }

    /// The text that is read.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// The byte of the file where the text begins.
    pub fn base(&self) -> usize {
        self.base
    }

    /// The byte of the file that is read next.
    pub fn position(&self) -> usize {
        self.base + self.at
    }

    /// The dialect whose quoting applies.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// How many template placeholders were met outside strings and comments, and the first.
    pub fn templates(&self) -> (u32, Option<Span>) {
        (self.templates, self.template)
    }

    /// The rest of the line that the lexer stands in, without its end.
    pub fn rest_of_line(&self) -> &'a str {
        let rest = &self.text[self.at..];
        &rest[..line_end(rest.as_bytes(), 0)]
    }

    /// Leaves out the rest of the line.
    pub fn skip_line(&mut self) {
        self.at = line_end(self.text.as_bytes(), self.at);
    }

    /// Leaves out everything up to a place, given as a byte of the file.
    pub fn skip_to(&mut self, place: usize) {
        self.at = (place - self.base).clamp(self.at, self.text.len());
    }

    /// Whether only blanks stand between the start of the line and the byte of the file.
    pub fn starts_line(&self, place: u32) -> bool {
        let before = &self.text.as_bytes()[..place as usize - self.base];
        before
            .iter()
            .rev()
            .find(|byte| !matches!(byte, b' ' | b'\t'))
            .is_none_or(|byte| matches!(byte, b'\n' | b'\r'))
    }

    /// The bytes of a span of the file.
    pub fn slice(&self, span: Span) -> &'a str {
        let (start, end) = (span.start as usize, span.end as usize);
        start
            .checked_sub(self.base)
            .and_then(|start| self.text.get(start..end - self.base))
            .unwrap_or_default()
    }

    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    fn take(&mut self, kind: TokenKind, end: usize) -> Option<Piece> {
        let span = Span::new(self.base + self.at, self.base + end);
        self.at = end;
        Some(Piece::Token(Token { kind, span }))
    }

    fn comment(&mut self, end: usize) -> Option<Piece> {
        let span = Span::new(self.base + self.at, self.base + end);
        self.at = end;
        Some(Piece::Comment(span))
    }

    fn skip_blanks(&mut self) {
        let bytes = self.text.as_bytes();
        while let Some(&byte) = bytes.get(self.at) {
            match byte {
                1..=b' ' | 0x7f => self.at += 1,
                0xc2 | 0xe2 | 0xe3 | 0xef => match wide_blank(&bytes[self.at..]) {
                    0 => return,
                    width => self.at += width,
                },
                _ => return,
            }
        }
    }

    fn step(&mut self) -> Option<Piece> {
        self.skip_blanks();
        let bytes = self.text.as_bytes();
        let at = self.at;
        let byte = *bytes.get(at)?;
        let next = self.byte(at + 1);
        match byte {
            b'-' if next == b'-' => self.comment(line_end(bytes, at)),
            b'#' if self.dialect == Dialect::Mysql => self.comment(line_end(bytes, at)),
            b'/' if next == b'*' => self.block_comment(),
            b'*' if next == b'/' && self.dialect == Dialect::Mysql => {
                self.at += 2;
                self.step_again()
            }
            b'\'' => self.quoted(TokenKind::Text, at, self.dialect == Dialect::Mysql),
            b'"' if self.dialect == Dialect::Mysql => self.quoted(TokenKind::Text, at, true),
            b'"' | b'`' => match self.quoted_template(byte) {
                Some(end) => self.take(TokenKind::Quoted, end),
                None => self.quoted(TokenKind::Quoted, at, false),
            },
            b'[' if matches!(self.dialect, Dialect::Mssql | Dialect::Sqlite) => {
                self.quoted(TokenKind::Quoted, at, false)
            }
            b'$' | b'{' | b'<' | b'%' | b':' | b'?' => self.template_or_symbol(byte),
            b'0'..=b'9' => self.number(),
            b'.' if next.is_ascii_digit() => self.number(),
            _ if self.is_word(byte) => self.word(),
            _ => self.take(TokenKind::Symbol(byte), at + 1),
        }
    }

    /// Called where something was left out; the loop in `next` goes on.
    fn step_again(&mut self) -> Option<Piece> {
        Some(Piece::Comment(Span::new(
            self.base + self.at,
            self.base + self.at,
        )))
    }

    fn block_comment(&mut self) -> Option<Piece> {
        let bytes = self.text.as_bytes();
        let at = self.at;
        if self.dialect == Dialect::Mysql && matches!(self.byte(at + 2), b'!' | b'M') {
            let mark = at + 2 + usize::from(self.byte(at + 2) == b'M');
            if self.byte(mark) == b'!' {
                let digits = bytes[mark + 1..].iter().take_while(|b| b.is_ascii_digit());
                self.at = mark + 1 + digits.count();
                return self.step_again();
            }
        }
        let nested = matches!(self.dialect, Dialect::Postgres | Dialect::Mssql);
        let mut end = None;
        if nested && self.patience > 0 {
            end = comment_end(bytes, at, true);
            // A look to the end of the text for nothing.
            self.patience -= u8::from(end.is_none());
        }
        if end.is_none() && self.patience > 0 {
            end = comment_end(bytes, at, false);
        }
        match end {
            Some(end) => self.comment(end),
            None => self.stray(1),
        }
    }

    /// A quote without an end.
    fn stray(&mut self, width: usize) -> Option<Piece> {
        self.patience = self.patience.saturating_sub(1);
        let byte = self.byte(self.at);
        self.take(TokenKind::Symbol(byte), self.at + width)
    }

    fn quoted(&mut self, kind: TokenKind, quote: usize, backslash: bool) -> Option<Piece> {
        let end = (self.patience > 0)
            .then(|| quote_end(self.text.as_bytes(), quote, backslash))
            .flatten();
        match end {
            Some(end) => self.take(kind, end),
            None if quote > self.at => self.take(TokenKind::Word, quote),
            None => self.stray(1),
        }
    }

    /// `"{{ index . "name" }}"`: the quotes of the template are its own.
    fn quoted_template(&mut self, quote: u8) -> Option<usize> {
        let at = self.at + 1;
        match template::at(self.text.as_bytes(), at) {
            Some(template::Found::Value(end)) if self.byte(end) == quote => {
                self.saw_template(at, end);
                Some(end + 1)
            }
            _ => None,
        }
    }

    fn template_or_symbol(&mut self, byte: u8) -> Option<Piece> {
        let bytes = self.text.as_bytes();
        let at = self.at;
        if byte == b'$'
            && self.dialect == Dialect::Postgres
            && self.patience > 0
            && let Some(tag) = template::dollar_tag(&bytes[at..])
        {
            let body = at + tag.len();
            return match memchr::memmem::find(&bytes[body..], tag) {
                Some(found) => self.take(TokenKind::Text, body + found + tag.len()),
                None => self.stray(1),
            };
        }
        match template::at(bytes, at) {
            Some(template::Found::Value(_)) => self.word(),
            Some(template::Found::Control(end)) => {
                self.saw_template(at, end);
                self.at = end;
                self.step_again()
            }
            Some(template::Found::Parameter(end)) => self.take(TokenKind::Placeholder, end),
            None => self.take(TokenKind::Symbol(byte), at + 1),
        }
    }

    fn saw_template(&mut self, start: usize, end: usize) {
        self.templates += 1;
        self.template
            .get_or_insert(Span::new(self.base + start, self.base + end));
    }

    fn number(&mut self) -> Option<Piece> {
        let bytes = self.text.as_bytes();
        let digits = |from: usize| {
            from + bytes[from..]
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count()
        };
        let mut end = digits(self.at);
        if self.byte(end) == b'.' {
            end = digits(end + 1);
        }
        if matches!(self.byte(end), b'e' | b'E') {
            let sign = usize::from(matches!(self.byte(end + 1), b'+' | b'-'));
            if self.byte(end + 1 + sign).is_ascii_digit() {
                end = digits(end + 1 + sign);
            }
        }
        if bytes.get(end).is_some_and(|&byte| self.is_word(byte)) {
            return match bytes[self.at] {
                b'.' => self.take(TokenKind::Symbol(b'.'), self.at + 1),
                _ => self.word(),
            };
        }
        self.take(TokenKind::Number, end)
    }

    /// Bytes of words; everything beyond ASCII counts, so that spans end on characters.
    fn is_word(&self, byte: u8) -> bool {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | 0x80.. => true,
            b'@' => self.dialect != Dialect::Postgres,
            b'#' => self.dialect == Dialect::Mssql,
            _ => false,
        }
    }

    /// A word, with the placeholders glued to it; a lone placeholder is one of its own.
    fn word(&mut self) -> Option<Piece> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        let mut end = start;
        let mut bare = false;
        while let Some(&byte) = bytes.get(end) {
            match byte {
                b'{' | b'<' | b'$' | b'%' => match template::at(bytes, end) {
                    Some(template::Found::Value(close)) => {
                        self.saw_template(end, close);
                        end = close;
                    }
                    _ if byte == b'$' && bare && self.dialect != Dialect::Mysql => end += 1,
                    _ => break,
                },
                0xc2 | 0xe2 | 0xe3 | 0xef if wide_blank(&bytes[end..]) > 0 => break,
                _ if self.is_word(byte) => {
                    bare = true;
                    end += 1;
                }
                _ => break,
            }
        }
        if end == start {
            return self.take(TokenKind::Symbol(bytes[start]), start + 1);
        }
        if !bare {
            return self.take(TokenKind::Placeholder, end);
        }
        if bytes.get(end) == Some(&b'\'') && end - start == 1 {
            match bytes[start] {
                b'e' | b'E' if self.dialect == Dialect::Postgres => {
                    return self.quoted(TokenKind::Text, end, true);
                }
                b'n' | b'N' | b'b' | b'B' | b'x' | b'X' => {
                    return self.quoted(TokenKind::Text, end, self.dialect == Dialect::Mysql);
                }
                _ => {}
            }
        }
        self.take(TokenKind::Word, end)
    }
}

impl Iterator for Lexer<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        loop {
            match self.step()? {
                Piece::Comment(span) if span.start == span.end => {}
                piece => return Some(piece),
            }
        }
    }
}

/// The width of a blank beyond ASCII at the start: no-break and typographic spaces, byte order mark.
fn wide_blank(bytes: &[u8]) -> usize {
    match bytes {
        [0xc2, 0xa0 | 0x85, ..] => 2,
        [0xe2, 0x80, 0x80..=0x8d | 0xa8 | 0xa9 | 0xaf, ..] | [0xe3, 0x80, 0x80, ..] => 3,
        [0xef, 0xbb, 0xbf, ..] | [0xe2, 0x81, 0x9f, ..] => 3,
        _ => 0,
    }
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    memchr::memchr2(b'\n', b'\r', &bytes[from..]).map_or(bytes.len(), |found| from + found)
}

fn comment_end(bytes: &[u8], start: usize, nested: bool) -> Option<usize> {
    let mut at = start + 2;
    let mut depth = 1;
    loop {
        at += memchr::memchr2(b'*', b'/', &bytes[at..])?;
        match (bytes[at], bytes.get(at + 1)) {
            (b'*', Some(b'/')) => {
                at += 2;
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            (b'/', Some(b'*')) if nested => {
                at += 2;
                depth += 1;
            }
            _ => at += 1,
        }
    }
}

/// One past the quote that closes the one at `start`; doubled quotes stand for themselves.
fn quote_end(bytes: &[u8], start: usize, backslash: bool) -> Option<usize> {
    let close = if bytes[start] == b'[' {
        b']'
    } else {
        bytes[start]
    };
    let escape = if backslash { b'\\' } else { close };
    let mut at = start + 1;
    loop {
        at += memchr::memchr2(close, escape, bytes.get(at..)?)?;
        if bytes[at] == close {
            if bytes.get(at + 1) != Some(&close) {
                return Some(at + 1);
            }
            at += 2;
        } else {
            at += 2;
        }
    }
}
