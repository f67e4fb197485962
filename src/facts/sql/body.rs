//! What the statements in the body of a routine need.

use std::collections::BTreeSet;

use super::cursor::{Cursor, Source};
use super::{block, text};
use crate::facts::schema::{ColumnRead, Reads};
use crate::parse::sql::{Lexer, Statements, TokenKind};

/// What the statements of a body need that stands in quotes. A name alone that a variable bears may mean
/// the variable.
pub(super) fn reads(mut cursor: Cursor, arguments: &str) -> Vec<Reads> {
    while !cursor.eat("as") {
        if cursor.advance().is_none() {
            return Vec::new();
        }
    }
    let body = cursor.peek().filter(|token| token.kind == TokenKind::Text);
    let Some(token) = body else {
        return Vec::new();
    };
    let inner = text::inner(cursor.source.lexer(), token);
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
