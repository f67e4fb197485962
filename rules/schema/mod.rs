//! The end state of the database, after all migrations.

mod float_money;
mod missing_fk_index;
mod unreviewed_cascade;

use crate::rule::prelude::*;

pub(super) const RULES: &[Rule] = &[
    float_money::RULE,
    missing_fk_index::RULE,
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
