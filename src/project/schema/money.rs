//! Columns that keep money.

use super::{Column, Database, Table, Typed};
use crate::project::money::{Company, is_money};

/// Types that keep binary floating point numbers, under every name of theirs.
const FLOATS: &[&str] = &[
    "binary_double",
    "binary_float",
    "double",
    "double precision",
    "float",
    "float4",
    "float8",
    "real",
];

impl Database {
    /// Columns that keep money in binary floating point.
    pub fn float_money(&self) -> impl Iterator<Item = Typed<'_>> {
        let money = self
            .tables
            .values()
            .flat_map(|table| table.money_columns().map(move |column| (table, column)));
        money
            .filter_map(|(table, column)| self.typed(table, column))
            .filter(|typed| FLOATS.contains(&typed.ty.base.as_str()))
    }
}

impl Table {
    /// Columns whose name says that they keep money.
    pub fn money_columns(&self) -> impl Iterator<Item = &Column> {
        let siblings: Vec<&str> = self.columns.iter().map(|c| c.name.as_str()).collect();
        self.columns.iter().filter(move |column| {
            let company = Company {
                owner: &self.key.name,
                siblings: &siblings,
            };
            is_money(&column.name, company)
        })
    }
}
