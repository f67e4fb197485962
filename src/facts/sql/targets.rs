//! Which tables the holes of a text may stand for.

use super::text::inner;
use crate::facts::schema::{SchemaChange, TableName};
use crate::parse::sql::{Lexer, Piece, Token, TokenKind};
use crate::source::Span;

/// The tables that the holes of a block's texts may stand for.
#[derive(Debug, Default)]
pub(super) struct Targets {
    /// Strings of the block that may be names of tables.
    names: Vec<TableName>,
    /// The block looks names up in the catalogue: any table may be meant.
    catalogue: bool,
    /// The block holds a text that reads like SQL.
    pub(super) has_sql: bool,
}

impl Targets {
    /// What a block tells of them.
    pub(super) fn of_block(lexer: &Lexer) -> Self {
        let mut targets = Self::default();
        let mut statement: Vec<Token> = Vec::new();
        for piece in lexer.clone() {
            let Piece::Token(token) = piece else { continue };
            if token.kind == TokenKind::Text {
                targets.string(&inner(lexer, token).text, token.span);
            }
            if token.kind == TokenKind::Symbol(b';') {
                targets.catalogue |= searches_catalogue(lexer, &statement);
                statement.clear();
            } else {
                statement.push(token);
            }
        }
        targets.catalogue |= searches_catalogue(lexer, &statement);
        targets
    }

    /// What the arguments of a call tell of them.
    pub(super) fn of_call(lexer: &Lexer, tokens: &[Token]) -> Self {
        let mut targets = Self::default();
        for token in tokens.iter().filter(|token| token.kind == TokenKind::Text) {
            targets.string(&inner(lexer, *token).text, token.span);
        }
        targets
    }

    /// A string of the block.
    fn string(&mut self, text: &str, span: Span) {
        let list = text.trim_start_matches('{').trim_end_matches('}');
        for name in list.split(',').map(|name| name.trim_matches([' ', '"'])) {
            let mut parts = name.rsplit('.');
            let last = parts.next().unwrap_or_default();
            let is_name = |part: &str| {
                !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_')
            };
            if is_name(last) && parts.clone().all(is_name) {
                self.names.push(TableName {
                    schema: parts.next().filter(|s| *s != "public").map(str::to_owned),
                    name: last.to_owned(),
                    span,
                });
            }
        }
        self.has_sql |= text.trim().contains(char::is_whitespace);
    }

    /// What a hole may have changed.
    pub(super) fn doubt(&self) -> SchemaChange {
        let tables = self.tables();
        match tables.is_empty() {
            true => SchemaChange::Opaque { tables },
            false => SchemaChange::Doubt { tables },
        }
    }

    /// The tables a hole may stand for; none = any.
    pub(super) fn tables(&self) -> Vec<TableName> {
        if self.catalogue {
            return Vec::new();
        }
        let is_end = |name: &&TableName| name.name.starts_with('_');
        let ends = self.names.iter().filter(is_end);
        let begun = self.names.iter().filter(|name| !is_end(name));
        // `name || '_new'`.
        let joined = begun.flat_map(|name| {
            ends.clone().map(|end| TableName {
                name: format!("{}{}", name.name, end.name),
                ..name.clone()
            })
        });
        let mut tables = self.names.clone();
        tables.extend(joined.take(LONGEST));
        tables
    }
}

/// Names put together of two strings of a block are no more than this.
const LONGEST: usize = 1_000;

/// Whether a statement reads the catalogue, and not of a table that it names there.
fn searches_catalogue(lexer: &Lexer, tokens: &[Token]) -> bool {
    /// Columns that hold tables.
    const TABLES: [&str; 7] = [
        "attrelid",
        "conrelid",
        "indrelid",
        "inhparent",
        "relname",
        "table_name",
        "tablename",
    ];
    let word = |nth: usize| match tokens.get(nth) {
        Some(token) if token.kind != TokenKind::Text => lexer.slice(token.span),
        _ => "",
    };
    let holds_table = |nth: usize| TABLES.iter().any(|it| word(nth).eq_ignore_ascii_case(it));
    let names_it = |nth: usize| {
        let is_equal = word(nth + 1) == "=" || word(nth + 1).eq_ignore_ascii_case("in");
        // `a.relname = b.relname` joins, where `b` is a source of the query and no variable.
        let is_source = || {
            (0..tokens.len())
                .any(|at| word(at).eq_ignore_ascii_case(word(nth + 2)) && word(at + 1) != ".")
        };
        let joins = word(nth + 3) == "." && holds_table(nth + 4) && is_source();
        holds_table(nth) && is_equal && !holds_table(nth + 2) && !joins
    };
    let mut all = 0..tokens.len();
    let reads = all.clone().any(|nth| is_catalogue(word(nth)));
    reads && !all.any(names_it)
}

fn is_catalogue(word: &str) -> bool {
    const VIEWS: [&str; 9] = [
        "information_schema",
        "pg_tables",
        "pg_class",
        "pg_catalog",
        "pg_constraint",
        "pg_indexes",
        "pg_attribute",
        "pg_inherits",
        "sys",
    ];
    VIEWS.iter().any(|view| word.eq_ignore_ascii_case(view))
}
