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
            .filter(|typed| !typed.column.is_share())
    }
}

impl Column {
    /// Whether it starts as a part of one: a fee of 0.05 is five percent of something.
    fn is_share(&self) -> bool {
        let default = self.default.as_ref();
        let number = default.and_then(|default| default.text.parse::<f64>().ok());
        number.is_some_and(|number| number > 0.0 && number < 1.0)
    }

    /// What people call it: the field of a model, else the column.
    fn given_name(&self) -> &str {
        self.attribute.as_deref().unwrap_or(&self.name)
    }
}

impl Table {
    /// Columns whose name says that they keep money.
    pub fn money_columns(&self) -> impl Iterator<Item = &Column> {
        let siblings: Vec<&str> = self.columns.iter().map(Column::given_name).collect();
        self.columns.iter().filter(move |column| {
            let company = Company {
                owner: &self.key.name,
                siblings: &siblings,
            };
            is_money(column.given_name(), company)
        })
    }
}
