//! SQL inside a revision.

use super::term::{HOLE, Text};
use crate::facts::schema::{Dialect, SchemaChange, SchemaStatement, Section, TableName};
use crate::facts::{Note, sql};
use crate::source::Span;

/// The statements of a string that stands at `at`. Where it is put together, all it says stands
/// there; where parts are not known, it opens the tables it names.
pub(super) fn read(
    text: &Text,
    at: Span,
    dialect: Dialect,
) -> (Vec<SchemaStatement>, Option<Note>) {
    let base = text.at.unwrap_or_default() as usize;
    let (mut statements, mut note) = sql::statements(&text.text, base, dialect);
    if text.at.is_none() {
        for statement in &mut statements {
            statement.move_to(at);
        }
        if let Some(note) = &mut note {
            note.span = Some(at);
        }
    }
    if text.holes {
        for statement in &mut statements {
            let mut tables = statement.change.tables();
            if tables.iter().any(has_hole) {
                tables.clear();
            }
            statement.change = SchemaChange::Opaque { tables };
        }
    }
    (statements, note)
}

/// A statement that may do anything.
pub(super) fn anything(span: Span) -> SchemaStatement {
    SchemaStatement {
        span,
        section: Section::Up,
        guarded: false,
        change: SchemaChange::Opaque { tables: Vec::new() },
    }
}

fn has_hole(table: &TableName) -> bool {
    table.name.contains(HOLE) || table.schema.as_deref().is_some_and(|it| it.contains(HOLE))
}
