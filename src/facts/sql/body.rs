//! What the statements in the body of a routine need.

use std::collections::BTreeSet;

use super::block;
use super::cursor::{Cursor, Source};
use super::text::{self, Inner};
use crate::facts::schema::{ColumnRead, Dialect, Reads};
use crate::parse::sql::{Lexer, Statements, Token, TokenKind};

/// Words before the name of a table.
const BEFORE_TABLES: &str = "from|join|insert into|merge into|update|using|truncate";

/// Words in the place of one that are none.
const NO_TABLES: &str = "set|select|skip|nowait|of|lateral|values|new|old";

/// The body of a routine that stands in quotes.
fn body(mut cursor: Cursor) -> Option<Inner> {
    while !cursor.eat("as") {
        cursor.advance()?;
    }
    let token = cursor.peek()?;
    (token.kind == TokenKind::Text).then(|| text::inner(cursor.source.lexer(), token))
}

/// Functions whose arguments stand behind a `FROM`.
const TAKE_FROM: &str = "extract|trim|substring|overlay";

/// Whether a body may name a table without a schema. One that is no text in quotes may.
pub(super) fn names_unqualified(cursor: Cursor) -> bool {
    let Some(inner) = body(cursor) else {
        return true;
    };
    let mut named = Named::default();
    named.read(&inner, cursor.dialect());
    !named.tables.is_subset(&named.queries)
}

/// What a body names without a schema.
#[derive(Default)]
struct Named {
    /// The queries of `WITH`.
    queries: BTreeSet<String>,
    tables: BTreeSet<String>,
}

impl Named {
    fn read(&mut self, inner: &Inner, dialect: Dialect) {
        let lexer = Lexer::new(&inner.text, inner.base, dialect);
        for statement in Statements::new(lexer.clone()) {
            let source = Source::new(lexer.clone());
            self.statement(Cursor::new(&source, &statement.tokens));
        }
    }

    /// One statement, and the texts that it executes.
    fn statement(&mut self, mut cursor: Cursor) {
        let mut executes = false;
        let mut removes = false;
        let mut argument = None;
        while let Some(token) = cursor.peek() {
            if cursor.eat("distinct from") || argument == Some(token) && cursor.eat("from") {
                continue;
            }
            argument = argument_from(cursor).or(argument);
            executes |= cursor.is("execute");
            removes |= cursor.is_any("delete from|merge into");
            match cursor.eat_which(BEFORE_TABLES) {
                // Elsewhere values and options stand behind it.
                Some("using") if !removes => {}
                Some(head) => {
                    let table = unqualified(&mut cursor, head.ends_with("into"));
                    self.tables.extend(table);
                }
                None if executes && token.kind == TokenKind::Text => {
                    let inner = text::inner(cursor.source.lexer(), token);
                    self.read(&inner, cursor.dialect());
                    cursor.advance();
                }
                None => self.queries.extend(named_query(&mut cursor)),
            }
        }
    }
}

/// The `FROM` among the arguments of the function here, behind which no table stands.
fn argument_from(mut cursor: Cursor) -> Option<Token> {
    if !cursor.is_any(TAKE_FROM) || !cursor.symbol_at(1, b'(') {
        return None;
    }
    cursor.advance();
    cursor.advance();
    while !cursor.is("from") {
        if cursor.done() || cursor.is_symbol(b')') {
            return None;
        }
        cursor.skip();
    }
    cursor.peek()
}

/// The table here, where it is named without a schema.
fn unqualified(cursor: &mut Cursor, takes_rows: bool) -> Option<String> {
    cursor.eat("only");
    if cursor.is_any(NO_TABLES) {
        return None;
    }
    let start = cursor.start();
    cursor.table_name()?;
    let is_call = cursor.is_symbol(b'(') && !takes_rows;
    let whole = cursor.source.slice(cursor.span_from(start));
    // `%s` may stand for a name with its schema, as in `public.%I`.
    let is_open = cursor.is_symbol(b'.') || whole.contains(['.', '%']);
    (!is_call && !is_open).then(|| whole.to_lowercase())
}

/// Goes on by a token; the name of a query of `WITH`, if it is one.
fn named_query(cursor: &mut Cursor) -> Option<String> {
    let token = cursor.advance()?;
    let is_query = cursor.is("as") && cursor.symbol_at(1, b'(');
    is_query.then(|| cursor.text(token).to_lowercase())
}

/// What the statements of a body need that stands in quotes. A name alone that a variable bears may mean
/// the variable.
pub(super) fn reads(cursor: Cursor, arguments: &str) -> Vec<Reads> {
    let Some(inner) = body(cursor) else {
        return Vec::new();
    };
    let lexer = Lexer::new(&inner.text, inner.base, cursor.dialect());
    let mut variables = names(arguments);
    let mut found = Vec::new();
    for statement in Statements::new(lexer.clone()) {
        let source = Source::new(lexer.clone());
        let mut statement = Cursor::new(&source, &statement.tokens);
        if statement.is_any("declare") {
            let start = statement.start();
            statement.skip_all();
            variables.extend(names(source.slice(statement.span_from(start))));
            continue;
        }
        block::skip_control(&mut statement);
        statement.eat("return query");
        found.extend(super::reads::read(statement));
    }
    for reads in &mut found {
        let is_variable = |it: &ColumnRead| variables.contains(&it.name.name);
        let is_alone = |it: &ColumnRead| !inner.text.contains(&format!(".{}", it.name.name));
        reads.columns.retain(|it| !is_variable(it) || !is_alone(it));
    }
    found
}

/// All words of a text.
fn names(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.map(str::to_lowercase).collect()
}
