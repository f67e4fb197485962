//! Schemas: made, renamed and dropped, and the path on which names without one are looked up.

use super::cursor::{Cursor, fold};
use super::text;
use crate::facts::schema::{Dialect, Ident, SchemaChange};
use crate::parse::sql::TokenKind;

/// Reads `CREATE SCHEMA`, behind those words; with what is made in it nobody does.
pub(super) fn create(cursor: &mut Cursor) -> Option<SchemaChange> {
    cursor.eat("if not exists");
    let owner = cursor.eat("authorization");
    let name = cursor.ident()?;
    if !owner && cursor.eat("authorization") {
        cursor.ident();
    }
    cursor.done().then_some(SchemaChange::CreateSchema { name })
}

/// Reads `ALTER SCHEMA`, behind those words; `None` where it keeps its name.
pub(super) fn alter(cursor: &mut Cursor) -> Option<SchemaChange> {
    let name = cursor.ident()?;
    let to = cursor.eat("rename to").then(|| cursor.ident()).flatten();
    cursor.skip_all();
    Some(SchemaChange::RenameSchema { name, to: to? })
}

/// Reads `DROP SCHEMA`, behind those words.
pub(super) fn drop(cursor: &mut Cursor) -> Option<SchemaChange> {
    cursor.eat("if exists");
    let mut names: Vec<Ident> = Vec::new();
    while let Some(name) = cursor.ident() {
        names.push(name);
        if !cursor.eat_symbol(b',') {
            break;
        }
    }
    (!names.is_empty()).then_some(SchemaChange::DropSchema { names })
}

/// Reads what sets the search path of PostgreSQL: `SET`, `RESET`, `set_config`.
pub(super) fn search_path(mut cursor: Cursor) -> Option<SchemaChange> {
    if cursor.dialect() != Dialect::Postgres {
        return None;
    }
    if cursor.eat("reset search_path") || cursor.is("reset all") {
        let schemas = Vec::new();
        return Some(SchemaChange::SetSearchPath { schemas });
    }
    if cursor.eat("set") {
        cursor.eat_any("local|session");
        if cursor.eat("schema") {
            let schemas = element(&mut cursor).into_iter().collect();
            return Some(SchemaChange::SetSearchPath { schemas });
        }
        if !cursor.eat("search_path") || !(cursor.eat("to") || cursor.eat_symbol(b'=')) {
            return None;
        }
        let mut schemas = Vec::new();
        if !cursor.is("default") {
            while let Some(schema) = element(&mut cursor) {
                schemas.push(schema);
                cursor.eat_symbol(b',');
            }
        }
        return Some(SchemaChange::SetSearchPath { schemas });
    }
    configured(cursor)
}

/// `SELECT pg_catalog.set_config('search_path', 'a, b', false)`.
fn configured(mut cursor: Cursor) -> Option<SchemaChange> {
    if !cursor.eat("select") || cursor.object_name()?.name != "set_config" {
        return None;
    }
    let mut group = cursor.group()?;
    let name = group
        .advance()
        .filter(|token| token.kind == TokenKind::Text)?;
    let is_path = text::inner(cursor.source.lexer(), name).text == "search_path";
    if !is_path || !group.eat_symbol(b',') {
        return None;
    }
    let value = group
        .advance()
        .filter(|token| token.kind == TokenKind::Text)?;
    let list = text::inner(cursor.source.lexer(), value).text;
    let names = list
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let schemas = names.map(|name| Ident {
        name: fold(Dialect::Postgres, name),
        span: value.span,
    });
    Some(SchemaChange::SetSearchPath {
        schemas: schemas.collect(),
    })
}

/// One schema: a name, or a string.
fn element(cursor: &mut Cursor) -> Option<Ident> {
    let token = cursor.peek()?;
    if token.kind == TokenKind::Text {
        cursor.advance();
        let name = text::inner(cursor.source.lexer(), token).text;
        let span = token.span;
        return Some(Ident { name, span });
    }
    cursor.ident()
}
