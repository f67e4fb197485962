//! Changes made by texts that are put together when they run: what of them is known for certain.

use super::targets::Targets;
use super::text::has_hole;
use crate::facts::schema::{
    AccessChange, AlterAction, AlterKind, CodeChange, Column, CreateFunction, CreateView, Held,
    SchemaChange, TableName, Target,
};
use crate::parse::sql::Lexer;

/// What is certain of a change by a text with holes; `None` where nothing is changed that has a name.
pub(super) fn settle(
    mut change: SchemaChange,
    lexer: &Lexer,
    targets: &Targets,
) -> Option<SchemaChange> {
    if let Some(settled) = settle_rights(&change) {
        return settled;
    }
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
        return Some(targets.doubt());
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
/// What is certain of a change of rights; `None` where it is about something else.
fn settle_rights(change: &SchemaChange) -> Option<Option<SchemaChange>> {
    match change {
        SchemaChange::Access(AccessChange::RevokePublic(_)) => {
            let change = AccessChange::RevokePublic(Held::Anything);
            Some(Some(SchemaChange::Access(change)))
        }
        SchemaChange::Access(AccessChange::GrantPublic(_)) => Some(None),
        SchemaChange::Code(
            CodeChange::AlterFunction { name, .. }
            | CodeChange::CreateFunction(CreateFunction { name, .. }),
        ) if has_hole(&name.name) => Some(Some(SchemaChange::Code(CodeChange::SettlePaths))),
        _ => None,
    }
}

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

/// Whether a hole stands in an action anywhere but in the name of a new constraint or, as a value
/// that `format` quotes, in a default.
fn hides(action: &AlterAction, lexer: &Lexer) -> bool {
    let holes = |text: &str| text.matches(['{', '%']).count();
    let harmless = match &action.kind {
        AlterKind::AddConstraint(constraint) => {
            let name = constraint.name.as_ref();
            name.map_or(0, |name| holes(lexer.slice(name.span)))
        }
        AlterKind::AddColumn {
            column:
                Column {
                    default: Some(default),
                    ..
                },
            ..
        }
        | AlterKind::SetDefault {
            default: Some(default),
            ..
        } => default.text.matches("%L").count(),
        _ => 0,
    };
    holes(lexer.slice(action.span)) > harmless
}
