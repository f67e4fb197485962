//! Views: `CREATE VIEW`, what alters and drops them.

use super::cursor::Cursor;
use super::{query, reads};
use crate::facts::schema::{
    CreateView, Dialect, Expression, Ident, SchemaChange, TableName, ViewChange,
};

/// What stands between `CREATE` and the name.
#[derive(Clone, Copy, Default)]
pub(super) struct Modifiers {
    pub(super) replace: bool,
    pub(super) temporary: bool,
    pub(super) materialized: bool,
}

/// Leaves out what MySQL lets stand before `VIEW`: `ALGORITHM = MERGE DEFINER = me SQL SECURITY …`.
pub(super) fn skip_security(cursor: &mut Cursor) {
    const LONGEST: usize = 16;
    if cursor.dialect() != Dialect::Mysql || !cursor.is_any("algorithm|definer|sql security") {
        return;
    }
    let mut ahead = *cursor;
    for _ in 0..LONGEST {
        if ahead.is("view") {
            *cursor = ahead;
            return;
        }
        ahead.advance();
    }
}

/// Reads `CREATE VIEW`, behind those words.
pub(super) fn create(cursor: &mut Cursor, modifiers: Modifiers) -> Option<SchemaChange> {
    let if_not_exists = cursor.eat("if not exists");
    let name = cursor.table_name()?;
    let mut query = *cursor;
    let listed = query.is_symbol(b'(').then(|| query.names());
    while !query.done() && !query.eat("as") {
        query.skip();
    }
    let schema = name.schema.as_deref().unwrap_or_default();
    Some(SchemaChange::CreateView(CreateView {
        materialized: modifiers.materialized,
        temporary: modifiers.temporary || matches!(schema, "pg_temp" | "temp"),
        replace: modifiers.replace,
        if_not_exists,
        columns: listed.or_else(|| columns(query)),
        sources: sources(query),
        reads: reads::read(query).unwrap_or_default(),
        definition: definition(cursor),
        name,
    }))
}

/// What follows the name; `WITH NO DATA` says nothing of the view.
fn definition(cursor: &mut Cursor) -> Expression {
    let start = cursor.start();
    let mut end = *cursor;
    while !cursor.done() {
        if !cursor.eat_any("with no data|with data") {
            cursor.skip();
            end = *cursor;
        }
    }
    end.expression_from(start)
}

/// The columns of a query; one without a name leaves them all unknown.
fn columns(query: Cursor) -> Option<Vec<Ident>> {
    let read = query::read(query)?;
    let names = read.columns.iter().map(|column| column.name().cloned());
    names.collect()
}

/// The names behind `FROM` and `JOIN`, anywhere in a query.
fn sources(mut query: Cursor) -> Vec<TableName> {
    const ENDS: &str = "where|group|order|select|union|limit|having|set|window";
    let mut found: Vec<TableName> = Vec::new();
    let mut listing = false;
    while !query.done() {
        listing &= !query.is_any(ENDS);
        let begins = query.eat_any("from|join") || listing && query.eat_symbol(b',');
        if !begins {
            query.advance();
            continue;
        }
        listing = true;
        query.eat_any("only|lateral");
        let name = query.table_name();
        let known = |name: &TableName| {
            let same =
                |other: &TableName| (&other.schema, &other.name) == (&name.schema, &name.name);
            found.iter().any(same)
        };
        found.extend(name.filter(|name| !known(name)));
    }
    found
}

/// Reads `ALTER VIEW`, behind those words; `None` where the view stays the same.
pub(super) fn alter(cursor: &mut Cursor) -> Option<SchemaChange> {
    cursor.eat("if exists");
    if matches!(cursor.dialect(), Dialect::Mysql | Dialect::Mssql) {
        let modifiers = Modifiers {
            replace: true,
            ..Modifiers::default()
        };
        return create(cursor, modifiers);
    }
    let name = cursor.table_name()?;
    let change = if cursor.eat("rename to") {
        ViewChange::Rename {
            to: cursor.ident()?,
        }
    } else if cursor.eat("rename") {
        cursor.eat("column");
        let name = cursor.ident()?;
        let to = cursor.eat("to").then(|| cursor.ident()).flatten()?;
        ViewChange::RenameColumn { name, to }
    } else if cursor.eat("set schema") {
        ViewChange::SetSchema {
            schema: cursor.ident()?,
        }
    } else {
        return None;
    };
    Some(SchemaChange::AlterView { name, change })
}

/// Reads `DROP VIEW`, behind those words.
pub(super) fn drop(cursor: &mut Cursor) -> Option<SchemaChange> {
    cursor.eat("if exists");
    let names = cursor.table_names();
    let cascade = cursor.eat("cascade");
    cursor.eat("restrict");
    (!names.is_empty()).then_some(SchemaChange::DropView { names, cascade })
}
