//! A cursor over the tokens of one statement: keywords, names, groups. Knows no statement.

use std::cell::Cell;

use crate::facts::schema::{Dialect, Expression, Ident, TableName};
use crate::parse::sql::{Lexer, Token, TokenKind};
use crate::source::Span;

/// What all cursors over one text share.
#[derive(Debug)]
pub(super) struct Source<'a> {
    lexer: Lexer<'a>,
    unknown: Cell<Option<Span>>,
}

impl<'a> Source<'a> {
    pub(super) fn new(lexer: Lexer<'a>) -> Self {
        Self {
            lexer,
            unknown: Cell::new(None),
        }
    }

    pub(super) fn lexer(&self) -> &Lexer<'a> {
        &self.lexer
    }

    pub(super) fn dialect(&self) -> Dialect {
        self.lexer.dialect()
    }

    pub(super) fn slice(&self, span: Span) -> &'a str {
        self.lexer.slice(span)
    }

    /// Remembers that a token was met that no clause accounts for.
    pub(super) fn unknown(&self, span: Span) {
        if self.unknown.get().is_none() {
            self.unknown.set(Some(span));
        }
    }

    /// The first token that no clause accounted for since the last call.
    pub(super) fn take_unknown(&self) -> Option<Span> {
        self.unknown.take()
    }
}

/// A place in a list of tokens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    pub(super) source: &'a Source<'a>,
    tokens: &'a [Token],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(source: &'a Source<'a>, tokens: &'a [Token]) -> Self {
        Self {
            source,
            tokens,
            at: 0,
        }
    }

    pub(super) fn dialect(&self) -> Dialect {
        self.source.dialect()
    }

    /// The tokens not yet read.
    pub(super) fn rest(&self) -> &'a [Token] {
        &self.tokens[self.at..]
    }

    pub(super) fn done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    pub(super) fn peek(&self) -> Option<Token> {
        self.peek_at(0)
    }

    pub(super) fn peek_at(&self, ahead: usize) -> Option<Token> {
        self.tokens.get(self.at + ahead).copied()
    }

    pub(super) fn advance(&mut self) -> Option<Token> {
        let token = self.peek()?;
        self.at += 1;
        Some(token)
    }

    pub(super) fn text(&self, token: Token) -> &'a str {
        self.source.slice(token.span)
    }

    /// The bare word `ahead` tokens on, or the empty string.
    pub(super) fn word_at(&self, ahead: usize) -> &'a str {
        match self.peek_at(ahead) {
            Some(token) if token.kind == TokenKind::Word => self.text(token),
            _ => "",
        }
    }

    /// Whether the next tokens are these bare words.
    pub(super) fn is(&self, words: &str) -> bool {
        words
            .split(' ')
            .enumerate()
            .all(|(ahead, word)| self.word_at(ahead).eq_ignore_ascii_case(word))
    }

    /// Which of these phrases, divided by `|`, comes next.
    fn which<'w>(&self, phrases: &'w str) -> Option<&'w str> {
        let first = self.word_at(0).as_bytes().first()?.to_ascii_lowercase();
        phrases
            .split('|')
            .find(|phrase| phrase.as_bytes().first() == Some(&first) && self.is(phrase))
    }

    /// Whether one of these phrases, divided by `|`, comes next.
    pub(super) fn is_any(&self, phrases: &str) -> bool {
        self.which(phrases).is_some()
    }

    /// Reads these bare words, all or none.
    pub(super) fn eat(&mut self, words: &str) -> bool {
        self.eat_which(words).is_some()
    }

    /// Reads the first of these phrases, divided by `|`, that comes next.
    pub(super) fn eat_any(&mut self, phrases: &str) -> bool {
        self.eat_which(phrases).is_some()
    }

    /// Reads the first of these phrases, divided by `|`, that comes next, and says which.
    pub(super) fn eat_which<'w>(&mut self, phrases: &'w str) -> Option<&'w str> {
        let phrase = self.which(phrases)?;
        self.at += phrase.split(' ').count();
        Some(phrase)
    }

    pub(super) fn is_symbol(&self, symbol: u8) -> bool {
        self.symbol_at(0, symbol)
    }

    pub(super) fn symbol_at(&self, ahead: usize, symbol: u8) -> bool {
        self.peek_at(ahead)
            .is_some_and(|token| token.kind == TokenKind::Symbol(symbol))
    }

    pub(super) fn eat_symbol(&mut self, symbol: u8) -> bool {
        let is = self.is_symbol(symbol);
        self.at += usize::from(is);
        is
    }

    /// The byte where the next token begins; the end of the last one when there is none.
    pub(super) fn start(&self) -> u32 {
        match self.peek() {
            Some(token) => token.span.start,
            None => self.end(),
        }
    }

    /// The byte where the last token read ends.
    pub(super) fn end(&self) -> u32 {
        match self.at.checked_sub(1) {
            Some(last) => self.tokens[last].span.end,
            None => self.tokens.first().map_or(0, |token| token.span.start),
        }
    }

    /// From a byte to the last token read.
    pub(super) fn span_from(&self, start: u32) -> Span {
        Span {
            start,
            end: self.end().max(start),
        }
    }

    /// Reads a token that no clause accounts for.
    pub(super) fn skip_unknown(&mut self) {
        if let Some(token) = self.peek() {
            self.source.unknown(token.span);
            self.skip();
        }
    }

    /// Reads one token, or one group in parentheses.
    pub(super) fn skip(&mut self) {
        if self.group().is_none() {
            self.at = (self.at + 1).min(self.tokens.len());
        }
    }

    /// Reads to the end.
    pub(super) fn skip_all(&mut self) {
        self.at = self.tokens.len();
    }

    /// Reads `( … )` and gives a cursor over what is inside; an unclosed one reaches to the end.
    pub(super) fn group(&mut self) -> Option<Self> {
        if !self.is_symbol(b'(') {
            return None;
        }
        let first = self.at + 1;
        let mut depth = 0u32;
        for (ahead, token) in self.rest().iter().enumerate() {
            match token.kind {
                TokenKind::Symbol(b'(') => depth += 1,
                TokenKind::Symbol(b')') => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                let last = self.at + ahead;
                self.at = last + 1;
                return Some(self.part(first, last));
            }
        }
        self.source.unknown(self.tokens[self.at].span);
        let part = self.part(first, self.tokens.len());
        self.skip_all();
        Some(part)
    }

    fn part(&self, first: usize, last: usize) -> Self {
        Self {
            source: self.source,
            tokens: &self.tokens[first..last],
            at: 0,
        }
    }

    /// Reads up to the next comma outside parentheses and brackets, and the comma; `None` at the
    /// end.
    pub(super) fn item(&mut self) -> Option<Self> {
        if self.done() {
            return None;
        }
        let first = self.at;
        let mut brackets = 0_u32;
        while !self.done() && (brackets > 0 || !self.is_symbol(b',')) {
            brackets += u32::from(self.is_symbol(b'['));
            brackets = brackets.saturating_sub(u32::from(self.is_symbol(b']')));
            self.skip();
        }
        let item = self.part(first, self.at);
        self.eat_symbol(b',');
        Some(item)
    }

    /// The tokens between here and a place further on.
    pub(super) fn up_to(&self, end: &Self) -> Self {
        self.part(self.at, end.at)
    }

    /// The tokens before a bare word outside parentheses; all where it does not follow.
    pub(super) fn before(&self, word: &str) -> Self {
        let mut end = *self;
        while !end.done() && !end.is(word) {
            end.skip();
        }
        self.part(self.at, end.at)
    }

    /// Reads everything to the end as an expression.
    pub(super) fn expression(&mut self) -> Expression {
        let start = self.start();
        self.skip_all();
        self.expression_from(start)
    }

    /// From a byte to the last token read, as an expression.
    pub(super) fn expression_from(&self, start: u32) -> Expression {
        let span = self.span_from(start);
        Expression {
            text: self.source.slice(span).to_owned(),
            span,
        }
    }

    fn is_name(&self, ahead: usize) -> bool {
        self.peek_at(ahead).is_some_and(|token| match token.kind {
            TokenKind::Word | TokenKind::Quoted => true,
            TokenKind::Placeholder => true,
            // MySQL reads "x" as a string, but under ANSI_QUOTES it is a name.
            TokenKind::Text => self.text(token).starts_with('"'),
            _ => false,
        })
    }

    /// Reads one name.
    pub(super) fn ident(&mut self) -> Option<Ident> {
        if !self.is_name(0) {
            return None;
        }
        let token = self.advance()?;
        Some(Ident {
            name: fold(self.dialect(), self.text(token)),
            span: token.span,
        })
    }

    /// Reads a name with its qualifiers: the last but one of them, the name, and where all stand.
    fn qualified(&mut self) -> Option<(Option<Token>, Token, Span)> {
        if !self.is_name(0) {
            return None;
        }
        let start = self.start();
        let mut qualifier = None;
        let mut name = self.advance()?;
        while self.is_symbol(b'.') {
            let dots = 1 + usize::from(self.symbol_at(1, b'.'));
            if !self.is_name(dots) {
                break;
            }
            self.at += dots;
            qualifier = (dots == 1).then_some(name);
            name = self.advance()?;
        }
        Some((qualifier, name, self.span_from(start)))
    }

    /// Reads a table's name with an optional schema; more qualifiers (a database) are left out.
    pub(super) fn table_name(&mut self) -> Option<TableName> {
        let (qualifier, name, span) = self.qualified()?;
        let text = self.text(name);
        Some(TableName {
            schema: qualifier.and_then(|token| self.schema(token)),
            name: match self.dialect() {
                Dialect::Mysql => unquote(text),
                dialect => fold(dialect, text),
            },
            span,
        })
    }

    /// Reads the name of anything else, leaving out its qualifiers.
    pub(super) fn object_name(&mut self) -> Option<Ident> {
        let (_, name, span) = self.qualified()?;
        Some(Ident {
            name: fold(self.dialect(), self.text(name)),
            span,
        })
    }

    /// A schema, unless it is the default one; one that a template fills in counts as the default.
    /// Only PostgreSQL has a path on which a name without a schema may mean another.
    fn schema(&self, token: Token) -> Option<String> {
        let text = self.text(token);
        let name = fold(self.dialect(), text);
        let default = match self.dialect() {
            Dialect::Postgres if name == "public" => return Some(String::new()),
            Dialect::Postgres => false,
            Dialect::Mssql => name == "dbo",
            Dialect::Sqlite => name == "main",
            Dialect::Mysql => false,
        };
        let template = name.starts_with(['{', '$', '<', '%', ':']);
        (!default && !template).then_some(name)
    }

    /// Reads `(a, b)` as names; sorting, lengths and operator classes behind a name are left out.
    pub(super) fn names(&mut self) -> Vec<Ident> {
        let Some(mut group) = self.group() else {
            return Vec::new();
        };
        std::iter::from_fn(|| group.item())
            .filter_map(|mut item| item.ident())
            .collect()
    }

    /// Reads names separated by commas.
    pub(super) fn table_names(&mut self) -> Vec<TableName> {
        let mut names = Vec::new();
        while let Some(name) = self.table_name() {
            names.push(name);
            if !self.eat_symbol(b',') {
                break;
            }
        }
        names
    }
}

/// A name as the dialect compares it.
pub(super) fn fold(dialect: Dialect, text: &str) -> String {
    let quoted = text.starts_with(['"', '`', '[']);
    match dialect {
        Dialect::Postgres if quoted => dialect.stored(&unquote(text)),
        _ => dialect.stored(&unquote(text).to_lowercase()),
    }
}

/// A name without its quotes.
pub(super) fn unquote(text: &str) -> String {
    let (close, doubled) = match text.as_bytes().first() {
        Some(b'"') => ('"', "\"\""),
        Some(b'`') => ('`', "``"),
        Some(b'[') => (']', "]]"),
        _ => return text.to_owned(),
    };
    let inner = &text[1..];
    let inner = inner.strip_suffix(close).unwrap_or(inner);
    if inner.contains(doubled) {
        inner.replace(doubled, &doubled[..1])
    } else {
        inner.to_owned()
    }
}
