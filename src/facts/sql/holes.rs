//! Changes made by texts that are put together when they run: what of them is known for certain.

use super::text::{has_hole, inner};
use crate::facts::schema::{
    AccessChange, AlterAction, AlterKind, CreateView, SchemaChange, TableName, Target,
};
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
        for piece in lexer.clone() {
            let Piece::Token(token) = piece else { continue };
            let written = lexer.slice(token.span);
            match token.kind {
                TokenKind::Text => targets.string(&inner(lexer, token).text, token.span),
                TokenKind::Word | TokenKind::Quoted => targets.catalogue |= is_catalogue(written),
                _ => {}
            }
        }
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

    /// The tables a hole may stand for; none = any.
    pub(super) fn tables(&self) -> Vec<TableName> {
        if self.catalogue {
            return Vec::new();
        }
        self.names.clone()
    }
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

/// What is certain of a change by a text with holes; `None` where nothing is changed that has a name.
pub(super) fn settle(
    mut change: SchemaChange,
    lexer: &Lexer,
    targets: &Targets,
) -> Option<SchemaChange> {
    if is_about_access(&change) {
        return Some(secured_somehow(targets));
    }
    let any = |tables: &[TableName]| tables.iter().any(|table| has_hole(&table.name));
    let unknown = match &change {
        SchemaChange::CreateTable(table) if has_hole(&table.table.name) => return None,
        SchemaChange::CreateType { name, .. }
        | SchemaChange::AlterType { name, .. }
        | SchemaChange::CreateView(CreateView { name, .. })
        | SchemaChange::AlterView { name, .. }
            if has_hole(&name.name) =>
        {
            return None;
        }
        SchemaChange::AlterTable { table, actions, .. } if has_hole(&table.name) => {
            if actions.iter().all(|action| is_harmless(&action.kind)) {
                return None;
            }
            true
        }
        SchemaChange::CreateIndex(index) => has_hole(&index.table.name),
        SchemaChange::DropTable { tables, .. } | SchemaChange::Opaque { tables } => any(tables),
        SchemaChange::DropIndex { names, .. } => any(names),
        SchemaChange::RenameTable { table, to } => has_hole(&table.name) || has_hole(&to.name),
        _ => false,
    };
    if unknown {
        let tables = targets.tables();
        return Some(SchemaChange::Opaque { tables });
    }
    if let SchemaChange::AlterTable { actions, .. } = &mut change {
        for action in actions {
            if !is_harmless(&action.kind) && hides(action, lexer) {
                action.kind = AlterKind::Opaque;
            }
        }
    }
    Some(match change {
        SchemaChange::CreateIndex(index) if index.keys.iter().any(|key| has_hole(&key.text)) => {
            SchemaChange::Opaque {
                tables: vec![index.table],
            }
        }
        other => other,
    })
}

/// Whether all it decides is who may reach the rows of a table whose name has a hole.
fn is_about_access(change: &SchemaChange) -> bool {
    match change {
        SchemaChange::Access(change) => change.tables().iter().any(|table| has_hole(&table.name)),
        SchemaChange::AlterTable { table, actions, .. } if has_hole(&table.name) => {
            let secures =
                |action: &AlterAction| matches!(action.kind, AlterKind::RowSecurity { .. });
            let mut kinds = actions.iter();
            kinds.all(|action| secures(action) || is_harmless(&action.kind))
                && actions.iter().any(secures)
        }
        _ => false,
    }
}

/// Rows of the tables are secured in a way that is not known.
fn secured_somehow(targets: &Targets) -> SchemaChange {
    let target = match targets.tables() {
        tables if tables.is_empty() => Target::All,
        tables => Target::Tables(tables),
    };
    SchemaChange::Access(AccessChange::Secure(target))
}

fn is_harmless(kind: &AlterKind) -> bool {
    matches!(kind, AlterKind::Nothing | AlterKind::AttachPartition { .. })
}

/// Whether a hole stands in an action anywhere but in the name of a new constraint.
fn hides(action: &AlterAction, lexer: &Lexer) -> bool {
    let holes = |text: &str| text.matches(['{', '%']).count();
    let named = match &action.kind {
        AlterKind::AddConstraint(constraint) => constraint.name.as_ref(),
        _ => None,
    };
    let in_name = named.map_or(0, |name| holes(lexer.slice(name.span)));
    holes(lexer.slice(action.span)) > in_name
}
