//! Renaming by procedure: `EXEC sp_rename` of SQL Server.

use super::cursor::{Cursor, unquote};
use super::text;
use crate::facts::schema::{AlterAction, AlterKind, Dialect, Ident, SchemaChange, TableName};
use crate::parse::sql::TokenKind;
use crate::source::Span;

/// Reads `EXEC sp_rename 'a.b', 'c', 'COLUMN'`.
pub(super) fn procedure(mut cursor: Cursor) -> Option<SchemaChange> {
    if cursor.dialect() != Dialect::Mssql || !cursor.eat_any("exec|execute") {
        return None;
    }
    if cursor.object_name()?.name != "sp_rename" {
        return None;
    }
    let lexer = cursor.source.lexer();
    let texts = cursor.rest().iter().filter(|t| t.kind == TokenKind::Text);
    let mut texts = texts.map(|token| text::inner(lexer, *token));
    let (object, to) = (texts.next()?, texts.next()?);
    let kind = texts.next().map(|kind| kind.text.to_ascii_lowercase());
    let place = |inner: &text::Inner| Span::new(inner.base, inner.base + inner.text.len());
    let to = Ident {
        name: unquote(&to.text).to_lowercase(),
        span: place(&to),
    };
    rename(&object.text, place(&object), kind.as_deref(), to)
}

fn rename(object: &str, at: Span, kind: Option<&str>, to: Ident) -> Option<SchemaChange> {
    let parts = object
        .split('.')
        .map(|part| unquote(part.trim()).to_lowercase());
    let mut parts: Vec<String> = parts.collect();
    let part = match kind {
        Some("column" | "index") => Some(Ident {
            name: parts.pop()?,
            span: at,
        }),
        _ => None,
    };
    let table = TableName {
        name: parts.pop()?,
        schema: parts.pop().filter(|schema| schema != "dbo"),
        span: at,
    };
    Some(match (kind, part) {
        (Some("column"), Some(name)) => SchemaChange::AlterTable {
            table,
            if_exists: false,
            only: false,
            actions: vec![AlterAction {
                span: at,
                kind: AlterKind::RenameColumn { name, to },
            }],
        },
        (_, Some(index)) => SchemaChange::RenameIndex {
            name: TableName {
                schema: None,
                name: index.name,
                span: at,
            },
            if_exists: false,
            to,
        },
        (_, None) => SchemaChange::RenameTable {
            table,
            to: TableName {
                schema: None,
                name: to.name,
                span: to.span,
            },
        },
    })
}
