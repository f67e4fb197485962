//! The constraints of one clause: in which order they are made, and which of them are one.

use std::collections::BTreeMap;

use crate::facts::schema::{Constraint, ConstraintKind};

/// Checks first, then keys, foreign keys last, as PostgreSQL does.
pub(super) fn in_order(constraints: &[Constraint]) -> Vec<Constraint> {
    let mut constraints = constraints.to_vec();
    constraints.sort_by_key(|constraint| match constraint.kind {
        ConstraintKind::Check { .. } => 0,
        ConstraintKind::PrimaryKey { .. } => 1,
        ConstraintKind::Unique { .. } | ConstraintKind::Exclude(_) => 2,
        ConstraintKind::ForeignKey(_) => 3,
    });
    constraints
}

/// The constraints without keys that repeat an earlier one, as in `PRIMARY KEY UNIQUE`; a key without a name takes that of its
/// first repetition with one.
pub(super) fn without_doubles(constraints: Vec<Constraint>) -> Vec<Constraint> {
    let mut kept: Vec<Constraint> = Vec::with_capacity(constraints.len());
    let mut firsts: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for constraint in constraints {
        let columns = key_columns(&constraint);
        match columns.as_ref().and_then(|columns| firsts.get(columns)) {
            Some(&first) => {
                let name = &mut kept[first].name;
                *name = name.take().or(constraint.name);
            }
            None => {
                firsts.extend(columns.map(|columns| (columns, kept.len())));
                kept.push(constraint);
            }
        }
    }
    kept
}

fn key_columns(constraint: &Constraint) -> Option<Vec<String>> {
    match &constraint.kind {
        ConstraintKind::PrimaryKey {
            columns,
            using_index: None,
        }
        | ConstraintKind::Unique {
            columns,
            using_index: None,
        } => Some(columns.iter().map(|column| column.name.clone()).collect()),
        _ => None,
    }
}
