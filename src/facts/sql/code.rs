//! Code that expressions call: `CREATE EXTENSION`, `CREATE FUNCTION`, what drops them.

use super::cursor::Cursor;
use crate::facts::schema::{CodeChange, CreateFunction, Dialect, SchemaChange, TableName};

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

/// Reads `CREATE FUNCTION`, all of it; `None` for what no expression of a table can call.
pub(super) fn create_function(mut whole: Cursor) -> Option<SchemaChange> {
    if !matches!(whole.dialect(), Dialect::Postgres | Dialect::Mssql) {
        return None;
    }
    let mut cursor = whole;
    while !cursor.eat("function") {
        cursor.advance()?;
    }
    let name = cursor.table_name()?;
    let arguments = arguments(&mut cursor)?;
    if cursor.is_any("returns trigger|returns event_trigger|returns void") {
        return None;
    }
    Some(SchemaChange::Code(CodeChange::CreateFunction(
        CreateFunction {
            name,
            arguments,
            definition: whole.expression(),
        },
    )))
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
    let function = (cursor.table_name()?, arguments(cursor));
    let moves = cursor.is_any("rename to|set schema");
    cursor.skip_all();
    moves.then(|| gone(vec![function]))
}

fn gone(functions: Vec<(TableName, Option<String>)>) -> SchemaChange {
    SchemaChange::Code(CodeChange::DropFunctions { functions })
}
