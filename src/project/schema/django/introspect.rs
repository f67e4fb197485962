//! What a table has over one column, by name: Django asks the database for it before it alters a
//! field.

use crate::project::schema::{Index, Table, expression};

/// The foreign keys of exactly a column, by name.
pub(super) fn foreign_keys(table: &Table, column: &str) -> Vec<String> {
    let keys = table.foreign_keys.iter();
    let own = keys.filter(|key| key.columns.len() == 1 && key.columns[0] == column);
    own.map(|key| key.name.clone()).collect()
}

pub(super) fn uniques(table: &Table, column: &str) -> Vec<String> {
    let keys = table.uniques.iter();
    let own = keys.filter(|key| key.columns.len() == 1 && key.columns[0] == column);
    own.map(|key| key.name.clone()).collect()
}

/// The indexes over exactly a column that find values by order.
pub(super) fn plain_indexes(table: &Table, column: &str) -> Vec<String> {
    let is_own = |index: &&Index| {
        index.method == "btree" && matches!(&index.columns[..], [Some(only)] if only == column)
    };
    let own = table.indexes.iter().filter(is_own);
    own.map(|index| index.name.clone()).collect()
}

/// The checks that speak of a column and of no other.
pub(super) fn checks(table: &Table, column: &str) -> Vec<String> {
    let speaks = |condition: &str| {
        let mut columns = table.columns.iter().map(|it| it.name.as_str());
        expression::mentions(condition, column)
            && !columns.any(|other| other != column && expression::mentions(condition, other))
    };
    let own = table.checks.iter().filter(|check| speaks(&check.condition));
    own.map(|check| check.name.clone()).collect()
}
