//! `UPDATE` and `DELETE` that no condition holds back.

use super::cursor::Cursor;
use crate::facts::schema::{Section, TableName};
use crate::facts::sweep::{Sweep, is_explained};
use crate::parse::sql::TokenKind;
use crate::source::Span;

/// Reads a statement that changes or removes all rows of a table.
pub(super) fn read(mut cursor: Cursor, span: Span, section: Section) -> Option<Sweep> {
    let deletes = cursor.eat_which("update|delete from")? == "delete from";
    cursor.eat("only");
    let table: TableName = cursor.table_name()?;
    let mut columns = Vec::new();
    let mut converts = false;
    if !deletes {
        // Another name for the table; a join has conditions of its own.
        while !cursor.eat("set") {
            if cursor.is_symbol(b',') || cursor.is_any("join|inner|left|right|cross") {
                return None;
            }
            cursor.advance()?;
        }
        while let Some(mut item) = cursor.before("where").item().filter(|_| columns.len() < 64) {
            columns.push(item.ident()?.name);
            converts |= names_column(item);
            cursor = skip_item(cursor);
            if cursor.done() || cursor.is("where") {
                break;
            }
        }
    }
    while !cursor.done() && !cursor.is("where") {
        // Some rows are picked by another table, or by number.
        if cursor.is_any("using|from|join|limit|order") {
            return None;
        }
        cursor.skip();
    }
    let picks = cursor.eat("where");
    if picks && !is_always(cursor) {
        return None;
    }
    let lexer = cursor.source.lexer();
    let place = |at: u32| at as usize - lexer.base();
    let inside = Span::new(place(span.start), place(span.end));
    Some(Sweep {
        span,
        section,
        table,
        columns,
        converts,
        explained: is_explained(lexer.text(), inside, "--"),
    })
}

/// Whether a value is made of columns, as far as its words tell.
fn names_column(value: Cursor) -> bool {
    const CONSTANTS: [&str; 9] = [
        "null",
        "true",
        "false",
        "default",
        "current_date",
        "current_time",
        "current_timestamp",
        "localtimestamp",
        "interval",
    ];
    let tokens = value.rest();
    (0..tokens.len()).any(|at| {
        let is_name = matches!(tokens[at].kind, TokenKind::Word | TokenKind::Quoted);
        let is_called = tokens
            .get(at + 1)
            .is_some_and(|it| it.kind == TokenKind::Symbol(b'('));
        let is_type = at > 0 && tokens[at - 1].kind == TokenKind::Symbol(b':');
        let text = value.text(tokens[at]).to_ascii_lowercase();
        is_name && !is_called && !is_type && !CONSTANTS.contains(&text.as_str())
    })
}

/// Past one item of a list, and its comma.
fn skip_item(mut cursor: Cursor) -> Cursor {
    while !cursor.done() && !cursor.is("where") {
        if cursor.eat_symbol(b',') {
            break;
        }
        cursor.skip();
    }
    cursor
}

/// `1 = 1`, `TRUE`.
fn is_always(cursor: Cursor) -> bool {
    let words: Vec<&str> = cursor.rest().iter().map(|it| cursor.text(*it)).collect();
    let number = |token: usize| cursor.rest()[token].kind == TokenKind::Number;
    match words.as_slice() {
        [one] => one.eq_ignore_ascii_case("true"),
        [left, "=", right] => left == right && number(0) && number(2),
        _ => false,
    }
}
