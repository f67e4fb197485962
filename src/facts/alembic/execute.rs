//! SQL inside a revision.

use crate::facts::schema::{Dialect, SchemaChange, SchemaStatement, Section, TableName};
use crate::facts::sqlalchemy::term::{HOLE, Text};
use crate::facts::{FileOutcome, sql};
use crate::source::Span;

/// What a string of the file `file` says that stands at `at`. Where it is put together, all it says
/// stands there; where parts are not known, it opens the tables it names.
pub(in crate::facts) fn read(text: &Text, at: Span, file: &str, dialect: Dialect) -> FileOutcome {
    let mut outcome = match text.at {
        Some(start) => {
            let start = start as usize;
            sql::read_part(file, start..start + text.text.len(), Some(dialect), true)
        }
        None => put_together(&text.text, at, dialect),
    };
    if text.holes {
        outcome.facts.sweeps.clear();
        for statement in &mut outcome.facts.schema {
            let mut tables = statement.change.tables();
            if tables.iter().any(has_hole) {
                tables.clear();
            }
            statement.change = SchemaChange::Opaque { tables };
        }
    }
    outcome
}

fn put_together(text: &str, at: Span, dialect: Dialect) -> FileOutcome {
    let mut outcome = sql::read_part(text, 0..text.len(), Some(dialect), true);
    for statement in &mut outcome.facts.schema {
        statement.move_to(at);
    }
    outcome.facts.transactions.move_to(at);
    outcome
        .facts
        .sweeps
        .iter_mut()
        .for_each(|sweep| sweep.span = at);
    for note in &mut outcome.notes {
        note.span = Some(at);
    }
    // What a comment covers has no place of its own.
    outcome.directives.clear();
    outcome
}

/// A statement that may do anything.
pub(in crate::facts) fn anything(span: Span) -> FileOutcome {
    let mut outcome = FileOutcome::default();
    outcome.facts.schema.push(SchemaStatement {
        span,
        section: Section::Up,
        guarded: false,
        change: SchemaChange::Opaque { tables: Vec::new() },
    });
    outcome
}

fn has_hole(table: &TableName) -> bool {
    table.name.contains(HOLE) || table.schema.as_deref().is_some_and(|it| it.contains(HOLE))
}
