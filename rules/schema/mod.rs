//! The end state of the database, after all migrations.

mod cascade_bypasses_soft_delete;
mod duplicate_index;
mod fk_type_mismatch;
mod float_money;
mod json_not_jsonb;
mod missing_fk_index;
mod missing_foreign_key;
mod missing_primary_key;
mod model_migration_drift;
mod money_type;
mod narrow_primary_key;
mod string_without_limit;
mod table_without_rls;
mod timestamp_without_timezone;
mod unchecked_enum_column;
mod unknown_reference;
mod unreviewed_cascade;

use crate::rule::prelude::*;

pub(super) const RULES: &[Rule] = &[
    cascade_bypasses_soft_delete::RULE,
    duplicate_index::RULE,
    fk_type_mismatch::RULE,
    float_money::RULE,
    json_not_jsonb::RULE,
    missing_fk_index::RULE,
    missing_foreign_key::RULE,
    missing_primary_key::RULE,
    model_migration_drift::RULE,
    money_type::RULE,
    narrow_primary_key::RULE,
    string_without_limit::RULE,
    table_without_rls::RULE,
    timestamp_without_timezone::RULE,
    unchecked_enum_column::RULE,
    unknown_reference::RULE,
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

/// The type of a column in the model or, if that declares another, in the migration.
fn place_of_type(database: &Database, typed: &Typed) -> Place {
    let declared = database.place(typed.table, |table| {
        let (ty, at) = table.column(&typed.column.name)?.ty.as_ref()?;
        let (written, _) = typed.column.ty.as_ref()?;
        (ty.base == written.base || ty.base == typed.ty.base).then_some(*at)
    });
    declared.unwrap_or(typed.at.into())
}

/// Where a column and its type come from, besides the clause that gave it the type.
fn label_origin(finding: &mut Finding, typed: &Typed) {
    if typed.column.retyped {
        finding.label(typed.column.at, "the column is made here");
    }
    if let Some(domain) = typed.domain {
        finding.label(domain, "and this is what the type stands for");
    }
}

/// What to write instead of the type of some columns, and how those in use are converted.
fn declare(database: &Database, idiom: Idiom, columns: &[&Typed], to: NewType) -> String {
    /// How many columns are converted before they are only counted.
    const SHOWN: usize = 6;
    let written = to.written(idiom);
    let statements: Vec<String> = columns
        .iter()
        .take(SHOWN)
        .filter_map(|typed| database.retype(typed.table, typed.column, to, idiom))
        .collect();
    let more = match columns.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!("\nand so for the other {more}"),
    };
    match (statements.as_slice(), idiom) {
        ([], Idiom::Model(orm)) if !database.migrate(orm).is_empty() => {
            format!("declare `{written}`, {}", database.migrate(orm))
        }
        ([], _) => format!("declare `{written}`"),
        (statements, _) => format!(
            "declare `{written}`; where the table is in use already, convert it:{}{more}",
            code(&statements.join("\n"))
        ),
    }
}
