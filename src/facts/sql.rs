//! SQL documents into schema facts: every statement that changes the schema, lowered from its tokens.
//!
//! Our own readers account for each token of a definition. What they do not know is shown to full
//! parsers; what nobody understands opens the tables it names and is said in one note.

mod access;
mod alter;
mod block;
mod body;
mod code;
mod column;
mod constraint;
mod cursor;
mod custom_type;
mod directives;
mod grant;
mod holes;
mod index;
mod label;
mod namespace;
mod query;
mod reads;
mod rename;
mod seed;
mod statement;
mod sweep;
mod table;
mod targets;
mod text;
mod transaction;
mod types;
mod view;

use std::ops::Range;

use super::schema::{
    AlterKind, ConstraintKind, Dialect, Reads, SchemaChange, SchemaStatement, Section, TableName,
};
use super::sweep::Sweep;
use super::transaction::{Control, LabelRole, Outsider, Transactions, declines};
use super::way_back::WayBack;
use super::{FileOutcome, Note, NoteId, secrets};
use crate::parse::sql::{Lexer, Piece, Statements, TokenKind};
use crate::source::Span;
use block::{Routine, Scope};
use cursor::{Cursor, Source};
use targets::Targets;

/// The facts of the part `range` of `text`, which is the text of a whole file.
pub fn read(text: &str, range: Range<usize>, dialect: Option<Dialect>) -> FileOutcome {
    let mut outcome = read_part(text, range, dialect, false);
    outcome.facts.transactions.settle();
    outcome
}

/// Whether MySQL may be told to check no foreign keys.
fn speaks_of_unchecked_keys(text: &str) -> bool {
    let spellings = ["foreign_key_checks", "FOREIGN_KEY_CHECKS"];
    spellings
        .iter()
        .any(|name| memchr::memmem::find(text.as_bytes(), name.as_bytes()).is_some())
}

/// The rows that are there need not fit the foreign keys that come.
fn leave_unchecked(statements: &mut [SchemaStatement]) {
    for statement in statements {
        let SchemaChange::AlterTable { actions, .. } = &mut statement.change else {
            continue;
        };
        for action in actions {
            if let AlterKind::AddConstraint(constraint) = &mut action.kind {
                constraint.not_valid |= matches!(constraint.kind, ConstraintKind::ForeignKey(_));
            }
        }
    }
}

/// The facts of a text that is one of several of a document: what stands in quotes may stand for a
/// label that another one adds.
pub(super) fn read_part(
    text: &str,
    range: Range<usize>,
    dialect: Option<Dialect>,
    is_part: bool,
) -> FileOutcome {
    let base = range.start;
    let document = Span::from(range.clone());
    let part = text.get(range).unwrap_or_default();
    let lexer = Lexer::new(part, base, dialect.unwrap_or(Dialect::Postgres));
    if let Some(at) = clickhouse(&lexer) {
        return unsupported("ClickHouse", at);
    }
    let mut statements = Statements::new(lexer.clone());
    let mut found = Found::new();
    found.collects = is_part;
    let targets = Targets::default();
    let mut spans = Vec::new();
    let mut secrets = secrets::sql::Statements::default();
    let is_named = memchr::memmem::find(part.as_bytes(), b"-- name:").is_some();
    for statement in &mut statements {
        if is_named {
            let source = Source::new(lexer.clone());
            let query = reads::read(Cursor::new(&source, &statement.tokens));
            found.queries.extend(query);
        }
        spans.push(statement.span);
        secrets.visit(&lexer, &statement);
        let scope = Scope::of(&statement, &targets);
        statement::read(&lexer, &statement, scope, &mut found);
    }
    let mut outcome = FileOutcome::default();
    let comments = statements.comments();
    let mut marks = comments.iter().map(|comment| lexer.slice(*comment));
    found.transactions.declined = marks.any(declines);
    outcome.directives = directives::read(text, document, comments, &spans, &found.schema);
    outcome.facts.schema = found.schema;
    if speaks_of_unchecked_keys(part) {
        leave_unchecked(&mut outcome.facts.schema);
    }
    outcome.facts.seeded = found.seeded;
    outcome.facts.queries = found.queries;
    outcome.facts.sweeps = found.sweeps;
    outcome.facts.secrets = secrets.finish();
    outcome.facts.transactions = found.transactions;
    let end = spans.last().map_or(0, |span| span.end);
    found.way_back.begins = statements.turns_back();
    found.way_back.see_comments(comments, text, end);
    outcome.facts.way_back = found.way_back;
    outcome.notes.extend(found.unparsed.note());
    outcome.notes.extend(templated(statements.lexer()));
    outcome
}

/// What a statement on rows needs that stands in a text of another language, holes written `{}`; all of
/// it is said to stand at one place.
pub fn reads(text: &str, dialect: Dialect, at: Span) -> Option<Reads> {
    let lexer = Lexer::new(text, 0, dialect);
    let statement = Statements::new(lexer.clone()).next()?;
    let source = Source::new(lexer);
    let mut reads = reads::read(Cursor::new(&source, &statement.tokens))?;
    reads.move_to(at);
    Some(reads)
}

/// A statement that changes or removes every row of a table, which stands in a text of another
/// language.
pub fn sweep(text: &str, dialect: Dialect) -> Option<Sweep> {
    let lexer = Lexer::new(text, 0, dialect);
    let statement = Statements::new(lexer.clone()).next()?;
    let source = Source::new(lexer);
    let cursor = Cursor::new(&source, &statement.tokens);
    sweep::read(cursor, statement.span, Section::Up)
}

/// Where a document says that it is written for ClickHouse: the engine of a table.
fn clickhouse(lexer: &Lexer) -> Option<Span> {
    const ENGINE: &str = "MergeTree";
    memchr::memmem::find(lexer.text().as_bytes(), ENGINE.as_bytes())?;
    lexer.clone().find_map(|piece| match piece {
        Piece::Token(token)
            if token.kind == TokenKind::Word && lexer.slice(token.span).ends_with(ENGINE) =>
        {
            Some(token.span)
        }
        _ => None,
    })
}

fn unsupported(dialect: &str, at: Span) -> FileOutcome {
    FileOutcome {
        notes: vec![Note {
            id: NoteId::UnsupportedDialect,
            span: Some(at),
            message: format!("{dialect} is not supported; nothing in this file was checked"),
        }],
        ..FileOutcome::default()
    }
}

/// What reading finds.
struct Found {
    schema: Vec<SchemaStatement>,
    seeded: Vec<TableName>,
    queries: Vec<Reads>,
    sweeps: Vec<Sweep>,
    transactions: Transactions,
    way_back: WayBack,
    unparsed: Unparsed,
    routines: Vec<Routine>,
    /// Texts in quotes are kept.
    collects: bool,
    /// Bytes of texts inside the document that may still be read.
    budget: usize,
}

impl Found {
    fn new() -> Self {
        Self {
            schema: Vec::new(),
            seeded: Vec::new(),
            queries: Vec::new(),
            sweeps: Vec::new(),
            transactions: Transactions::default(),
            way_back: WayBack::default(),
            unparsed: Unparsed::default(),
            routines: Vec::new(),
            collects: false,
            budget: block::BUDGET,
        }
    }

    fn push(&mut self, span: Span, scope: Scope, change: SchemaChange) {
        self.schema.push(SchemaStatement {
            span,
            section: scope.section,
            guarded: scope.guarded,
            change,
        });
    }

    /// Remembers what a statement of the document itself means to transactions.
    fn notice(&mut self, cursor: Cursor, span: Span, section: Section) {
        if let Some(kind) = transaction::control(cursor) {
            self.transactions.controls.push(Control {
                span,
                section,
                kind,
            });
            return;
        }
        self.way_back.does |= section == Section::Down && !says_only(cursor);
        if section == Section::Up {
            self.transactions.statements += 1;
        }
        let name = transaction::outsider(cursor);
        self.transactions
            .outsiders
            .extend(name.map(|name| Outsider {
                span,
                section,
                name: name.to_owned(),
                apart: false,
            }));
    }

    /// Remembers what a statement means to labels of enums, and to all rows of a table.
    fn write(&mut self, cursor: Cursor, span: Span, scope: Scope) {
        self.label(cursor, span, scope.section);
        if !scope.has_holes {
            // What each row gets of its own values is a conversion, which is meant for all of them.
            let sweep = sweep::read(cursor, span, scope.section);
            self.sweeps.extend(sweep.filter(|sweep| !sweep.converts));
        }
    }

    /// Remembers the label that a statement adds, or what may stand for one that was added.
    fn label(&mut self, cursor: Cursor, span: Span, section: Section) {
        let labels = label::read(cursor, span, section, self.collects);
        self.collects |= labels.iter().any(|it| it.role == LabelRole::Added);
        self.transactions.labels.extend(labels);
    }

    /// Remembers a table that gets rows; a dump has thousands of statements for one.
    fn seed(&mut self, table: Option<TableName>) {
        let last = self.seeded.last().map(|last| &last.name);
        self.seeded
            .extend(table.filter(|table| last != Some(&table.name)));
    }
}

/// `SELECT 'a text'`, which the template of goose holds.
fn says_only(mut cursor: Cursor) -> bool {
    cursor.eat("select") && matches!(cursor.rest(), [token] if token.kind == TokenKind::Text)
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
