//! Labels that an enum gets, and texts in quotes that may stand for one.

use super::cursor::Cursor;
use crate::facts::schema::{Dialect, Section};
use crate::facts::transaction::{Label, LabelRole};
use crate::parse::sql::{Token, TokenKind};
use crate::source::Span;

/// Texts of one statement that are kept: rows of a seed are many.
const MOST: usize = 64;

/// The label that a statement adds, or the texts in it; of those only while `collects`.
pub(super) fn read(cursor: Cursor, span: Span, section: Section, collects: bool) -> Vec<Label> {
    if cursor.dialect() != Dialect::Postgres {
        return Vec::new();
    }
    if let Some(text) = added(cursor) {
        return vec![Label {
            span,
            section,
            apart: false,
            text,
            role: LabelRole::Added,
        }];
    }
    let is_use = cursor.is_any("update|delete|insert|with|select|create|alter");
    let is_routine = cursor.is_any(
        "create function|create or replace function|create procedure|create or replace procedure",
    );
    if !collects || !is_use || is_routine {
        return Vec::new();
    }
    let tokens = cursor.rest();
    let texts = tokens.iter().enumerate();
    let texts = texts.filter(|(_, token)| token.kind == TokenKind::Text);
    let used = texts.take(MOST).map(|(nth, token)| Label {
        span,
        section,
        apart: false,
        text: cursor.text(*token).trim_matches('\'').to_owned(),
        role: LabelRole::Used {
            column: compared(&cursor, &tokens[..nth]),
            cast: cast(&cursor, &tokens[nth + 1..]),
            names: names(&cursor, tokens),
        },
    });
    used.collect()
}

/// `ALTER TYPE … ADD VALUE 'label'`.
fn added(mut cursor: Cursor) -> Option<String> {
    if !cursor.eat("alter type") {
        return None;
    }
    cursor.table_name()?;
    if !cursor.eat("add value") {
        return None;
    }
    cursor.eat("if not exists");
    let token = cursor.peek().filter(|it| it.kind == TokenKind::Text)?;
    Some(cursor.text(token).trim_matches('\'').to_owned())
}

/// The column that a text is compared with or given to: `a = '…'`, `a IN ('…', '…')`.
fn compared(cursor: &Cursor, before: &[Token]) -> Option<String> {
    let symbol = |token: &Token| match token.kind {
        TokenKind::Symbol(symbol) => Some(symbol),
        _ => None,
    };
    let word = |token: &Token| cursor.text(*token).to_ascii_lowercase();
    let mut before = before;
    while let [rest @ .., last] = before {
        let text = word(last);
        let passes = last.kind == TokenKind::Text
            || matches!(
                symbol(last),
                Some(b'(' | b',' | b'=' | b'<' | b'>' | b'!' | b'[')
            )
            || matches!(
                text.as_str(),
                "in" | "not" | "any" | "array" | "=" | "<>" | "!="
            );
        match passes {
            true => before = rest,
            false => {
                let is_name = matches!(last.kind, TokenKind::Word | TokenKind::Quoted);
                return is_name.then(|| text.trim_matches('"').to_owned());
            }
        }
    }
    None
}

/// The type that a text is cast to.
fn cast(cursor: &Cursor, after: &[Token]) -> Option<String> {
    let colons = after
        .iter()
        .take_while(|token| cursor.text(**token).chars().all(|c| c == ':'));
    let count = colons.count();
    let token = after.get(count).filter(|_| count > 0)?;
    Some(cursor.text(*token).trim_matches('"').to_ascii_lowercase())
}

fn names(cursor: &Cursor, tokens: &[Token]) -> Vec<String> {
    let words = tokens
        .iter()
        .filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::Quoted));
    let words = words.map(|token| cursor.text(*token).trim_matches('"').to_ascii_lowercase());
    let mut names: Vec<String> = words.take(256).collect();
    names.sort();
    names.dedup();
    names
}
