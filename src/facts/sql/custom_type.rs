//! Types of the project's own: `CREATE TYPE`, `CREATE DOMAIN`, what alters and drops them.

use super::column;
use super::constraint;
use super::cursor::Cursor;
use crate::facts::schema::{
    Beside, ConstraintKind, Dialect, Domain, Ident, SchemaChange, TypeChange, TypeDefinition,
};
use crate::parse::sql::TokenKind;

/// Reads `CREATE TYPE`, behind those words.
pub(super) fn create(cursor: &mut Cursor) -> Option<SchemaChange> {
    let name = cursor.table_name()?;
    if cursor.dialect() == Dialect::Mssql && cursor.eat("from") {
        let own = Ident {
            name: name.name.clone(),
            span: name.span,
        };
        let definition = domain(cursor, own)?;
        return Some(SchemaChange::CreateType { name, definition });
    }
    let definition = match enumeration(cursor) {
        Some(labels) => TypeDefinition::Enum { labels },
        None => TypeDefinition::Other {
            definition: cursor.expression(),
        },
    };
    Some(SchemaChange::CreateType { name, definition })
}

/// Reads `AS ENUM ('a', 'b')`.
fn enumeration(cursor: &mut Cursor) -> Option<Vec<String>> {
    let mut ahead = *cursor;
    if !ahead.eat("as enum") {
        return None;
    }
    let mut group = ahead.group()?;
    let mut labels = Vec::new();
    while let Some(mut item) = group.item() {
        labels.push(label(&mut item)?);
    }
    *cursor = ahead;
    Some(labels)
}

/// Reads a string.
fn label(cursor: &mut Cursor) -> Option<String> {
    let token = cursor
        .peek()
        .filter(|token| token.kind == TokenKind::Text)?;
    cursor.advance();
    let text = cursor.text(token);
    let (start, end) = (text.find('\'')? + 1, text.len() - 1);
    Some(text.get(start..end)?.replace("''", "'"))
}

/// Reads `CREATE DOMAIN`, behind those words.
pub(super) fn create_domain(cursor: &mut Cursor) -> Option<SchemaChange> {
    let name = cursor.table_name()?;
    cursor.eat("as");
    let own = Ident {
        name: name.name.clone(),
        span: name.span,
    };
    let definition = domain(cursor, own)?;
    Some(SchemaChange::CreateType { name, definition })
}

/// A type with the options of a column.
fn domain(cursor: &mut Cursor, name: Ident) -> Option<TypeDefinition> {
    let clause = column::clause(cursor, name);
    let is_check = |kind: &ConstraintKind| matches!(kind, ConstraintKind::Check { .. });
    let checks = clause.constraints.into_iter();
    Some(TypeDefinition::Domain(Domain {
        base: clause.column.ty?,
        not_null: clause.column.not_null,
        default: clause.column.default,
        checks: checks.filter(|check| is_check(&check.kind)).collect(),
    }))
}

/// Reads `ALTER TYPE` and `ALTER DOMAIN`, behind those words; `None` where the type stays the same.
pub(super) fn alter(cursor: &mut Cursor) -> Option<SchemaChange> {
    let name = cursor.table_name()?;
    let change = change(cursor)?;
    Some(SchemaChange::AlterType { name, change })
}

fn change(cursor: &mut Cursor) -> Option<TypeChange> {
    const HARMLESS: &str = "owner to|validate constraint|set storage";
    if cursor.is_any(HARMLESS) || cursor.is("set") && cursor.symbol_at(1, b'(') {
        return None;
    }
    let known = if cursor.eat("add value") {
        cursor.eat("if not exists");
        label(cursor).map(|label| TypeChange::AddValue {
            label,
            beside: beside(cursor),
        })
    } else if cursor.eat("rename value") {
        let label_and_to = label(cursor).filter(|_| cursor.eat("to"));
        label_and_to.and_then(|from| {
            let to = label(cursor)?;
            Some(TypeChange::RenameValue { label: from, to })
        })
    } else if cursor.eat("rename to") {
        cursor.ident().map(|to| TypeChange::Rename { to })
    } else if cursor.eat("set schema") {
        let schema = cursor.ident();
        schema.map(|schema| TypeChange::SetSchema { schema })
    } else {
        domain_change(cursor)
    };
    Some(known.unwrap_or(TypeChange::Opaque))
}

fn beside(cursor: &mut Cursor) -> Option<Beside> {
    if cursor.eat("before") {
        label(cursor).map(Beside::Before)
    } else if cursor.eat("after") {
        label(cursor).map(Beside::After)
    } else {
        None
    }
}

fn domain_change(cursor: &mut Cursor) -> Option<TypeChange> {
    if cursor.eat("set not null") {
        Some(TypeChange::SetNotNull(true))
    } else if cursor.eat("drop not null") {
        Some(TypeChange::SetNotNull(false))
    } else if cursor.eat("set default") {
        Some(TypeChange::SetDefault(Some(cursor.expression())))
    } else if cursor.eat("drop default") {
        Some(TypeChange::SetDefault(None))
    } else if cursor.eat("drop constraint") {
        cursor.eat("if exists");
        cursor.ident().map(TypeChange::DropConstraint)
    } else if cursor.eat("rename constraint") {
        let name = cursor.ident()?;
        let to = cursor.eat("to").then(|| cursor.ident()).flatten()?;
        Some(TypeChange::RenameConstraint { name, to })
    } else if cursor.eat("add not null") {
        Some(TypeChange::SetNotNull(true))
    } else if cursor.eat("add") && constraint::follows(cursor) {
        constraint::read(cursor).map(TypeChange::AddConstraint)
    } else {
        None
    }
}

/// Reads `DROP TYPE` and `DROP DOMAIN`, behind those words.
pub(super) fn drop(cursor: &mut Cursor) -> Option<SchemaChange> {
    cursor.eat("if exists");
    let names = cursor.table_names();
    let cascade = cursor.eat("cascade");
    (!names.is_empty()).then_some(SchemaChange::DropType { names, cascade })
}
