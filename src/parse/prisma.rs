//! Prisma schemas: a few kinds of blocks, whose lines are fields, attributes and properties. Knows
//! what they look like, not what they mean.
//!
//! Never fails: a line that cannot be read is one of [`Tree::faults`], and so is a block that does
//! not end.

mod lexer;

use std::ops::Range;

use crate::source::Span;
use lexer::{Token, TokenKind};

/// A document.
#[derive(Debug, Default)]
pub struct Tree {
    /// Its blocks, in order.
    pub blocks: Vec<Block>,
    /// All comments, in order, with their marks.
    pub comments: Vec<Span>,
    /// Lines that could not be read; those inside a block are told there as well.
    pub faults: Vec<Span>,
}

/// `model User { … }`.
#[derive(Debug)]
pub struct Block {
    /// `model`, `enum`, `datasource`, …
    pub keyword: Name,
    /// The name behind it.
    pub name: Name,
    /// Its lines, in order.
    pub lines: Vec<Line>,
    /// Some line of it could not be read.
    pub broken: bool,
    /// From the keyword to the closing brace.
    pub span: Span,
}

/// A line of a block.
#[derive(Debug)]
pub enum Line {
    /// `name Type @attributes`, or without a type the value of an enum.
    Field(Field),
    /// `@@attribute(…)`.
    Attribute(Attribute),
    /// `name = value`.
    Property(Name, Value),
}

/// A field, or the value of an enum.
#[derive(Debug)]
pub struct Field {
    /// Its name.
    pub name: Name,
    /// Its type; `None` for the value of an enum.
    pub ty: Option<Type>,
    /// What follows.
    pub attributes: Vec<Attribute>,
    /// The whole line, without its comment.
    pub span: Span,
}

/// A type.
#[derive(Debug)]
pub struct Type {
    /// Its name.
    pub name: Name,
    /// What stands in the parentheses of `Unsupported("…")`.
    pub unsupported: Option<String>,
    /// `[]`.
    pub list: bool,
    /// `?`.
    pub optional: bool,
}

/// `@id`, `@db.VarChar(9)`, `@@index([a, b])`.
#[derive(Debug)]
pub struct Attribute {
    /// The name behind the marks: `id`, `db.VarChar`.
    pub name: Name,
    /// What stands in its parentheses.
    pub arguments: Vec<Argument>,
    /// Marks and arguments included.
    pub span: Span,
}

/// `value` or `name: value`.
#[derive(Debug)]
pub struct Argument {
    /// Its name.
    pub name: Option<Name>,
    /// What it is given.
    pub value: Value,
    /// Both.
    pub span: Span,
}

/// A name, which may have dots in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// As written.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// A value.
#[derive(Debug)]
pub struct Value {
    /// What it is.
    pub kind: ValueKind,
    /// Where.
    pub span: Span,
}

/// The kinds of values.
#[derive(Debug)]
pub enum ValueKind {
    /// A string, without quotes and escapes.
    Text(String),
    /// A number, as written.
    Number(String),
    /// The name of a field, of a value of an enum, `true`, …
    Word(String),
    /// `now()`, `name(sort: Desc)`.
    Call(String, Vec<Argument>),
    /// `[a, b]`.
    List(Vec<Value>),
    /// `{ name: value }`.
    Object(Vec<Argument>),
}

/// Reads the part of a text that is a document.
pub fn parse(text: &str, range: Range<usize>) -> Tree {
    let (tokens, comments) = lexer::read(text, range);
    let mut parser = Parser {
        text,
        tokens: &tokens,
        at: 0,
        tree: Tree {
            comments,
            ..Tree::default()
        },
    };
    parser.document();
    parser.tree
}

/// How deep values may stand in one another: nobody writes more, and the stack is finite.
const DEPTH: u32 = 16;

struct Parser<'a> {
    text: &'a str,
    tokens: &'a [Token],
    at: usize,
    tree: Tree,
}

impl Parser<'_> {
    fn document(&mut self) {
        while let Some(token) = self.peek() {
            if token.kind == TokenKind::LineEnd {
                self.at += 1;
            } else if self.begins_block() {
                let block = self.block();
                self.tree.blocks.push(block);
            } else {
                let fault = self.skip_line();
                self.tree.faults.push(fault);
            }
        }
    }

    /// Whether `keyword name {` follows.
    fn begins_block(&self) -> bool {
        let kinds = self.tokens[self.at..].iter().map(|token| token.kind);
        kinds
            .take(3)
            .eq([TokenKind::Word, TokenKind::Word, TokenKind::Symbol(b'{')])
    }

    fn block(&mut self) -> Block {
        let keyword = self.name().expect("a block begins with a word");
        let name = self.name().expect("a block has a name");
        let mut span = keyword.span.to(self.tokens[self.at].span);
        self.at += 1;
        let mut lines = Vec::new();
        let mut broken = false;
        loop {
            match self.peek() {
                Some(token) if token.kind == TokenKind::LineEnd => self.at += 1,
                Some(token) if token.kind == TokenKind::Symbol(b'}') => {
                    self.at += 1;
                    span.end = token.span.end;
                    break;
                }
                Some(_) if !self.begins_block() => {
                    let start = self.at;
                    match self.line() {
                        Some(line) => lines.push(line),
                        None => {
                            self.at = start;
                            let fault = self.skip_line();
                            self.tree.faults.push(fault);
                            broken = true;
                        }
                    }
                    span.end = self.tokens[self.at - 1].span.end;
                }
                // The next block begins, or the text ends, before this one does.
                _ => {
                    self.tree.faults.push(name.span);
                    broken = true;
                    break;
                }
            }
        }
        Block {
            keyword,
            name,
            lines,
            broken,
            span,
        }
    }

    /// A line that is followed by its end, or by that of the block.
    fn line(&mut self) -> Option<Line> {
        let line = match self.peek()?.kind {
            TokenKind::Symbol(b'@') => Line::Attribute(self.attribute()?),
            _ => self.field_or_property()?,
        };
        let ends =
            |token: Token| matches!(token.kind, TokenKind::LineEnd | TokenKind::Symbol(b'}'));
        self.peek().is_none_or(ends).then_some(line)
    }

    fn field_or_property(&mut self) -> Option<Line> {
        let name = self.name()?;
        if self.eat(b'=') {
            return Some(Line::Property(name, self.value(DEPTH)?));
        }
        let ty = match self.peek() {
            Some(token) if token.kind == TokenKind::Word => Some(self.ty()?),
            _ => None,
        };
        let mut attributes = Vec::new();
        while self.is(b'@') {
            attributes.push(self.attribute()?);
        }
        Some(Line::Field(Field {
            span: name.span.to(self.tokens[self.at - 1].span),
            name,
            ty,
            attributes,
        }))
    }

    fn ty(&mut self) -> Option<Type> {
        let name = self.name()?;
        let mut unsupported = None;
        if self.is(b'(') {
            let arguments = self.arguments(DEPTH)?;
            let text = arguments.into_iter().next()?;
            unsupported = Some(text.value.into_text()?);
        }
        let list = self.eat(b'[');
        if list && !self.eat(b']') {
            return None;
        }
        let optional = self.eat(b'?');
        // `!` marks what is required anyway.
        self.eat(b'!');
        Some(Type {
            name,
            unsupported,
            list,
            optional,
        })
    }

    fn attribute(&mut self) -> Option<Attribute> {
        let start = self.peek()?.span;
        while self.eat(b'@') {}
        let name = self.name()?;
        let arguments = match self.is(b'(') {
            true => self.arguments(DEPTH)?,
            false => Vec::new(),
        };
        Some(Attribute {
            span: start.to(self.tokens[self.at - 1].span),
            name,
            arguments,
        })
    }

    fn arguments(&mut self, depth: u32) -> Option<Vec<Argument>> {
        self.items(b'(', b')', |parser| parser.argument(depth))
    }

    fn argument(&mut self, depth: u32) -> Option<Argument> {
        let start = self.at;
        let name = self.name().filter(|_| self.eat(b':'));
        if name.is_none() {
            self.at = start;
        }
        self.skip_line_ends();
        let value = self.value(depth)?;
        let span = name
            .iter()
            .fold(value.span, |span, name| span.to(name.span));
        Some(Argument { name, value, span })
    }

    fn value(&mut self, depth: u32) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        let token = self.peek()?;
        let kind = match token.kind {
            TokenKind::Text => {
                self.at += 1;
                ValueKind::Text(lexer::unescaped(token.span.of(self.text)))
            }
            TokenKind::Number => {
                self.at += 1;
                ValueKind::Number(token.span.of(self.text).to_owned())
            }
            TokenKind::Word => {
                let name = self.name()?;
                match self.is(b'(') {
                    true => ValueKind::Call(name.text, self.arguments(depth)?),
                    false => ValueKind::Word(name.text),
                }
            }
            TokenKind::Symbol(b'[') => {
                ValueKind::List(self.items(b'[', b']', |parser| parser.value(depth))?)
            }
            TokenKind::Symbol(b'{') => {
                ValueKind::Object(self.items(b'{', b'}', |parser| parser.argument(depth))?)
            }
            _ => return None,
        };
        let span = token.span.to(self.tokens[self.at - 1].span);
        Some(Value { kind, span })
    }

    /// What stands between brackets, with commas between; lines may end there.
    fn items<T>(
        &mut self,
        open: u8,
        close: u8,
        mut item: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        self.eat(open).then_some(())?;
        let mut items = Vec::new();
        loop {
            self.skip_line_ends();
            if self.eat(close) {
                return Some(items);
            }
            items.push(item(self)?);
            self.skip_line_ends();
            if !self.eat(b',') && !self.is(close) {
                return None;
            }
        }
    }

    /// A name with what follows behind dots.
    fn name(&mut self) -> Option<Name> {
        let mut span = self.word()?;
        while self.is(b'.') {
            self.at += 1;
            span = span.to(self.word()?);
        }
        let text = span.of(self.text).to_owned();
        Some(Name { text, span })
    }

    fn word(&mut self) -> Option<Span> {
        let token = self.peek().filter(|token| token.kind == TokenKind::Word)?;
        self.at += 1;
        Some(token.span)
    }

    fn peek(&self) -> Option<Token> {
        self.tokens.get(self.at).copied()
    }

    fn is(&self, symbol: u8) -> bool {
        self.peek()
            .is_some_and(|token| token.kind == TokenKind::Symbol(symbol))
    }

    fn eat(&mut self, symbol: u8) -> bool {
        let found = self.is(symbol);
        self.at += usize::from(found);
        found
    }

    fn skip_line_ends(&mut self) {
        while self
            .peek()
            .is_some_and(|token| token.kind == TokenKind::LineEnd)
        {
            self.at += 1;
        }
    }

    /// Leaves out the rest of a line.
    fn skip_line(&mut self) -> Span {
        let rest = &self.tokens[self.at..];
        let ends = |token: &&Token| token.kind != TokenKind::LineEnd;
        let count = rest.iter().take_while(ends).count();
        self.at += count;
        rest[0].span.to(rest[count.saturating_sub(1)].span)
    }
}

impl Value {
    /// The string it is.
    pub fn into_text(self) -> Option<String> {
        match self.kind {
            ValueKind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The string it is.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            ValueKind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The word it is.
    pub fn word(&self) -> Option<&str> {
        match &self.kind {
            ValueKind::Word(word) => Some(word),
            _ => None,
        }
    }
}

impl Attribute {
    /// The argument of that name.
    pub fn named(&self, name: &str) -> Option<&Argument> {
        let is = |argument: &&Argument| {
            argument
                .name
                .as_ref()
                .is_some_and(|found| found.text == name)
        };
        self.arguments.iter().find(is)
    }

    /// The argument of that name, else the first without one.
    pub fn argument(&self, name: &str) -> Option<&Argument> {
        let first = || {
            self.arguments
                .iter()
                .find(|argument| argument.name.is_none())
        };
        self.named(name).or_else(first)
    }
}

#[cfg(test)]
mod tests;
