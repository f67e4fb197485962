//! SQL documents into schema facts: every statement that changes the schema, lowered from its tokens.
//!
//! Our own readers account for each token of a definition. What they do not know is shown to full
//! parsers; what nobody understands opens the tables it names and is said in one note.

mod alter;
mod column;
mod constraint;
mod cursor;
mod directives;
mod index;
mod statement;
mod table;
mod types;

use std::ops::Range;

use super::schema::{Dialect, SchemaStatement};
use super::{FileOutcome, Note, NoteId};
use crate::parse::sql::{Lexer, Statements};
use crate::source::Span;

/// The facts of the part `range` of `text`, which is the text of a whole file.
pub fn read(text: &str, range: Range<usize>, dialect: Option<Dialect>) -> FileOutcome {
    let base = range.start;
    let document = Span::from(range.clone());
    let part = text.get(range).unwrap_or_default();
    let lexer = Lexer::new(part, base, dialect.unwrap_or(Dialect::Postgres));
    let mut statements = Statements::new(lexer.clone());
    let mut found = Found::default();
    let mut spans = Vec::new();
    for statement in &mut statements {
        spans.push(statement.span);
        statement::read(&lexer, &statement, &mut found);
    }
    let mut outcome = FileOutcome::default();
    let comments = statements.comments();
    outcome.directives = directives::read(text, document, comments, &spans, &found.schema);
    outcome.facts.schema = found.schema;
    outcome.notes.extend(found.unparsed.note());
    outcome.notes.extend(templated(statements.lexer()));
    outcome
}

/// What reading finds.
#[derive(Debug, Default)]
struct Found {
    schema: Vec<SchemaStatement>,
    unparsed: Unparsed,
}

/// Statements that nobody understood: how many, and the first.
#[derive(Debug, Default)]
struct Unparsed {
    count: u32,
    first: Option<Span>,
}

impl Unparsed {
    fn add(&mut self, at: Span) {
        self.count += 1;
        self.first.get_or_insert(at);
    }

    fn note(&self) -> Option<Note> {
        let message = match self.count {
            0 => return None,
            1 => "a statement was not understood; nothing is argued from what its tables lack"
                .to_owned(),
            count => format!(
                "{count} statements were not understood; nothing is argued from what their tables lack"
            ),
        };
        Some(Note {
            id: NoteId::UnparsedSql,
            span: self.first,
            message,
        })
    }
}

fn templated(lexer: &Lexer) -> Option<Note> {
    let (count, first) = lexer.templates();
    let message = match count {
        0 => return None,
        1 => "a template placeholder was read as a name".to_owned(),
        count => format!("{count} template placeholders were read as names"),
    };
    Some(Note {
        id: NoteId::Templated,
        span: first,
        message,
    })
}

#[cfg(test)]
mod tests;
