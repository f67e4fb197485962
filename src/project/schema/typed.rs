//! What the type of a column comes down to.

use super::{Column, Database, Table, TypeKind};
use crate::facts::schema::TypeName;
use crate::source::Loc;

/// A column and what its type stands for.
#[derive(Clone, Copy, Debug)]
pub struct Typed<'a> {
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
    /// All columns whose type is known.
    pub fn typed_columns(&self) -> impl Iterator<Item = Typed<'_>> {
        self.tables.values().flat_map(|table| {
            let columns = table.columns.iter();
            columns.filter_map(|column| self.typed(table, column))
        })
    }

    /// The column with its type, where that is known.
    pub fn typed<'a>(&'a self, table: &'a Table, column: &'a Column) -> Option<Typed<'a>> {
        let (written, at) = column.ty.as_ref()?;
        let (ty, domain) = self.resolve_type(written);
        Some(Typed {
            table,
            column,
            ty,
            at: *at,
            domain,
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
