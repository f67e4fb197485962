//! What calls on queries give and name: the table in `data/python-queries.toml`, read once.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;
use serde::Deserialize;

/// The table.
pub(in crate::facts::python) static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let text = include_str!("../../../../data/python-queries.toml");
    toml::from_str(text).expect("a test reads the table")
});

type Names = FxHashSet<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::facts::python) struct Words {
    pub(super) sqlalchemy: SqlAlchemy,
    pub(super) django: Django,
    pub(super) made: Made,
    pub(in crate::facts::python) postgrest: PostgRest,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct SqlAlchemy {
    pub(super) managers: Names,
    pub(super) begins: Names,
    pub(super) writes: Names,
    pub(super) results: Names,
    pub(super) scalars: Names,
    pub(super) scalar: Names,
    pub(super) by_key: Names,
    pub(super) keeps: Names,
    pub(super) joins: Names,
    pub(super) row: Names,
    pub(super) rows: Names,
    pub(super) row_of_result: Names,
    pub(super) rows_of_result: Names,
    pub(super) keywords: Names,
    pub(super) values: Names,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Django {
    pub(super) managers: Names,
    pub(super) shortcuts: Names,
    pub(super) keeps: Names,
    pub(super) row: Names,
    pub(super) keywords: Names,
    pub(super) names: Names,
    pub(super) saves: Names,
    pub(super) options: Names,
    pub(super) conditions: Names,
    pub(super) expressions: Names,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Made {
    pub(super) rows: Names,
    pub(super) given: Names,
    pub(super) of_class: Names,
    pub(super) given_to_class: Names,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::facts::python) struct PostgRest {
    pub(in crate::facts::python) begins: Names,
    pub(in crate::facts::python) sends: Names,
    pub(in crate::facts::python) lists: Names,
    pub(in crate::facts::python) columns: Names,
    pub(in crate::facts::python) rows: Names,
    pub(in crate::facts::python) elsewhere: Names,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_and_no_method_gives_two_things() {
        let SqlAlchemy {
            keeps,
            row,
            rows,
            joins,
            ..
        } = &WORDS.sqlalchemy;
        let all = [keeps, row, rows, joins];
        for (nth, names) in all.iter().enumerate() {
            for other in &all[nth + 1..] {
                assert!(names.is_disjoint(other));
            }
        }
        assert!(WORDS.django.keeps.is_disjoint(&WORDS.django.row));
    }
}
