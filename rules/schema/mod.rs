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

/// What replay says holds for certain only where the order of the files does.
fn confidence(database: &Database) -> Confidence {
    if database.ordered {
        Confidence::Certain
    } else {
        Confidence::Likely
    }
}
