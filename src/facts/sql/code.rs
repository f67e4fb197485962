//! Code that expressions call: `CREATE EXTENSION`, `CREATE FUNCTION`, what drops them.

use super::body;
use super::cursor::Cursor;
use crate::facts::schema::{CodeChange, CreateFunction, Dialect, Rights, SchemaChange, TableName};
use crate::parse::sql::{Token, TokenKind};

/// Reads `CREATE EXTENSION`, behind those words.
pub(super) fn create_extension(cursor: &mut Cursor) -> Option<SchemaChange> {
    cursor.eat("if not exists");
    let name = cursor.ident()?;
    cursor.skip_all();
    Some(SchemaChange::Code(CodeChange::CreateExtension { name }))
}

/// Reads `DROP EXTENSION`, behind those words.
pub(super) fn drop_extensions(cursor: &mut Cursor) -> Option<SchemaChange> {
    cursor.eat("if exists");
    let mut names = Vec::new();
    while let Some(name) = cursor.ident() {
        names.push(name);
        cursor.eat_symbol(b',');
    }
    cursor.skip_all();
    let change = CodeChange::DropExtensions { names };
    Some(SchemaChange::Code(change))
}

/// Reads `CREATE FUNCTION` or `CREATE PROCEDURE`, all of it.
pub(super) fn create_function(mut whole: Cursor) -> Option<SchemaChange> {
    if !matches!(whole.dialect(), Dialect::Postgres | Dialect::Mssql) {
        return None;
    }
    let mut cursor = whole;
    let kind = loop {
        match cursor.eat_which("function|procedure") {
            Some(kind) => break kind,
            None => cursor.advance()?,
        };
    };
    let name = cursor.table_name()?;
    let arguments = arguments(&mut cursor)?;
    let callable =
        kind == "function" && !cursor.is_any("returns trigger|returns event_trigger|returns void");
    // Only PostgreSQL knows rights.
    if !callable && whole.dialect() != Dialect::Postgres {
        return None;
    }
    Some(SchemaChange::Code(CodeChange::CreateFunction(
        CreateFunction {
            reads: body::reads(cursor, &arguments),
            unqualified: body::names_unqualified(cursor),
            name,
            arguments,
            procedure: kind == "procedure",
            callable,
            rights: rights(cursor),
            definition: whole.expression(),
        },
    )))
}

/// What stands behind the arguments of a function about the rights it runs with.
fn rights(mut cursor: Cursor) -> Rights {
    let mut rights = Rights::default();
    while let Some(token) = cursor.peek() {
        if cursor.eat("security definer") {
            rights.definer = Some(true);
        } else if cursor.eat("security invoker") {
            rights.definer = Some(false);
        } else if cursor.eat_any("reset search_path|reset all") {
            rights.path = Some(false);
        } else {
            if sets_path(cursor) || settles(&cursor, token) {
                rights.path = Some(true);
            }
            cursor.skip();
        }
    }
    rights
}

/// `SET search_path`, also with the name in quotes.
fn sets_path(mut cursor: Cursor) -> bool {
    cursor.eat("set")
        && cursor
            .ident()
            .is_some_and(|name| name.name == "search_path")
}

/// Whether a function needs no path: it is no SQL, its names were looked up when it was made, or its
/// body sets one.
fn settles(cursor: &Cursor, token: Token) -> bool {
    match token.kind {
        TokenKind::Text => {
            let text = cursor.text(token).to_ascii_lowercase();
            text.contains("set search_path")
                || text.contains("set local search_path")
                || text.contains("set_config('search_path'")
        }
        _ => cursor.is_any("begin atomic|return|language c|language internal"),
    }
}

/// What stands in the parentheses behind the name of a function.
fn arguments(cursor: &mut Cursor) -> Option<String> {
    let text = cursor.group()?.expression().text;
    let words: Vec<&str> = text.split_whitespace().collect();
    Some(words.join(" ").to_lowercase())
}

/// Reads `DROP FUNCTION`, behind those words.
pub(super) fn drop_functions(cursor: &mut Cursor) -> Option<SchemaChange> {
    cursor.eat("if exists");
    let mut functions = Vec::new();
    while let Some(name) = cursor.table_name() {
        functions.push((name, arguments(cursor)));
        cursor.eat_symbol(b',');
    }
    cursor.skip_all();
    Some(gone(functions))
}

/// Reads `ALTER FUNCTION`, behind those words: under another name its text is not known.
pub(super) fn alter_function(cursor: &mut Cursor) -> Option<SchemaChange> {
    let (name, arguments) = (cursor.table_name()?, arguments(cursor));
    if cursor.is_any("rename to|set schema") {
        return Some(gone(vec![(name, arguments)]));
    }
    let rights = rights(*cursor);
    (rights != Rights::default()).then_some(SchemaChange::Code(CodeChange::AlterFunction {
        name,
        arguments,
        rights,
    }))
}

fn gone(functions: Vec<(TableName, Option<String>)>) -> SchemaChange {
    SchemaChange::Code(CodeChange::DropFunctions { functions })
}
