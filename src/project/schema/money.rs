//! Columns that keep money.

use super::{Column, Database, Table, TypeKind};
use crate::facts::schema::TypeName;
use crate::project::money::{Company, is_money};
use crate::source::Loc;

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

/// A money column in binary floating point.
#[derive(Clone, Copy, Debug)]
pub struct FloatMoney<'a> {
    /// The table.
    pub table: &'a Table,
    /// The column.
    pub column: &'a Column,
    /// Its type, behind domains.
    pub ty: &'a TypeName,
    /// The clause that gave it the type.
    pub at: Loc,
    /// The domain that stands for the type.
    pub domain: Option<Loc>,
}

impl Database {
    /// Columns that keep money in binary floating point.
    pub fn float_money(&self) -> impl Iterator<Item = FloatMoney<'_>> {
        self.tables
            .values()
            .flat_map(|table| table.money_columns().map(move |column| (table, column)))
            .filter_map(|(table, column)| {
                let (written, at) = column.ty.as_ref()?;
                let (ty, domain) = self.resolve_type(written);
                FLOATS.contains(&ty.base.as_str()).then_some(FloatMoney {
                    table,
                    column,
                    ty,
                    at: *at,
                    domain,
                })
            })
    }

    /// The type behind a domain, with the place that says so; the type itself where it is none.
    pub(super) fn resolve_type<'a>(&'a self, ty: &'a TypeName) -> (&'a TypeName, Option<Loc>) {
        let mut found = (ty, None);
        // A domain over a domain over …: a longer chain is a circle.
        for _ in 0..8 {
            match self.type_of(found.0).map(|own| &own.kind) {
                Some(TypeKind::Domain(domain)) => {
                    found = (&domain.base.0, found.1.or(Some(domain.base.1)));
                }
                _ => break,
            }
        }
        found
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
