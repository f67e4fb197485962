//! The end state of the database, after all migrations.

mod cascade_bypasses_soft_delete;
mod float_money;
mod missing_fk_index;
mod missing_foreign_key;
mod unchecked_enum_column;
mod unreviewed_cascade;

use crate::rule::prelude::*;

pub(super) const RULES: &[Rule] = &[
    cascade_bypasses_soft_delete::RULE,
    float_money::RULE,
    missing_fk_index::RULE,
    missing_foreign_key::RULE,
    unchecked_enum_column::RULE,
    unreviewed_cascade::RULE,
];

/// What replay says of a table holds for certain only where the order of the files does.
fn confidence(database: &Database, table: &Table) -> Confidence {
    if database.unordered.contains(&table.key) {
        Confidence::Likely
    } else {
        Confidence::Certain
    }
}
