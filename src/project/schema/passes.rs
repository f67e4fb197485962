//! The order in which PostgreSQL does what one `ALTER TABLE` lists: first what takes away, then
//! columns, then keys, then foreign keys. It decides which names are free.

use std::borrow::Cow;

use super::Table;
use super::clause::{in_order, without_doubles};
use crate::facts::schema::{AlterAction, AlterKind, Column, Constraint, ConstraintKind};

/// When an action is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Pass {
    Drop,
    AlterType,
    AddColumn,
    AddCheck,
    AlterColumn,
    UseIndex,
    AddKey,
    AddForeignKey,
    Rest,
}

/// The actions in the order in which they are done; the constraints in the clause of a column that
/// is added are actions of their own.
pub(super) fn in_passes<'a>(
    actions: &'a [AlterAction],
    table: Option<&Table>,
) -> Vec<Cow<'a, AlterAction>> {
    let mut passes: Vec<(Pass, Cow<AlterAction>)> = Vec::with_capacity(actions.len());
    for action in actions {
        match &action.kind {
            AlterKind::AddColumn {
                column,
                constraints,
                if_not_exists,
            } if !constraints.is_empty() => {
                let name = &column.name.name;
                let exists = table.is_some_and(|table| table.column(name).is_some());
                if *if_not_exists && exists && !drops(actions, name) {
                    continue;
                }
                passes.push((
                    Pass::AddColumn,
                    Cow::Owned(bare(action, column, *if_not_exists)),
                ));
                let added = without_doubles(in_order(constraints));
                let added = added.into_iter().map(|constraint| {
                    let pass = of_constraint(&constraint);
                    let kind = AlterKind::AddConstraint(constraint);
                    let span = action.span;
                    (pass, Cow::Owned(AlterAction { span, kind }))
                });
                passes.extend(added);
            }
            kind => passes.push((of(kind), Cow::Borrowed(action))),
        }
    }
    passes.sort_by_key(|(pass, _)| *pass);
    passes.into_iter().map(|(_, action)| action).collect()
}

/// Whether the column goes before another of its name comes.
fn drops(actions: &[AlterAction], column: &str) -> bool {
    let mut kinds = actions.iter().map(|action| &action.kind);
    kinds.any(|kind| matches!(kind, AlterKind::DropColumn { name, .. } if name.name == column))
}

/// The column without its constraints.
fn bare(action: &AlterAction, column: &Column, if_not_exists: bool) -> AlterAction {
    AlterAction {
        span: action.span,
        kind: AlterKind::AddColumn {
            column: column.clone(),
            constraints: Vec::new(),
            if_not_exists,
        },
    }
}

fn of(kind: &AlterKind) -> Pass {
    match kind {
        AlterKind::DropColumn { .. }
        | AlterKind::DropConstraint { .. }
        | AlterKind::DropExpression { .. }
        | AlterKind::SetNotNull {
            not_null: false, ..
        }
        | AlterKind::SetIdentity { identity: None, .. }
        | AlterKind::SetDefault { default: None, .. } => Pass::Drop,
        AlterKind::SetType { .. } => Pass::AlterType,
        AlterKind::AddColumn { .. } => Pass::AddColumn,
        AlterKind::SetNotNull { .. } | AlterKind::SetIdentity { .. } => Pass::AlterColumn,
        AlterKind::SetDefault { .. } => Pass::AddForeignKey,
        AlterKind::AddConstraint(constraint) => of_constraint(constraint),
        _ => Pass::Rest,
    }
}

fn of_constraint(constraint: &Constraint) -> Pass {
    match &constraint.kind {
        ConstraintKind::Check { .. } => Pass::AddCheck,
        ConstraintKind::PrimaryKey { using_index, .. }
        | ConstraintKind::Unique { using_index, .. } => match using_index {
            Some(_) => Pass::UseIndex,
            None => Pass::AddKey,
        },
        ConstraintKind::Exclude(_) => Pass::AddKey,
        ConstraintKind::ForeignKey(_) => Pass::AddForeignKey,
    }
}
