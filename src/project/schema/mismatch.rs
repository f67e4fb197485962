//! Foreign keys whose columns are of another type than those they refer to.

use super::{Database, Family, ForeignKey, Table, TableKey, TypeKind, Typed};
use crate::facts::schema::{Dialect, TypeName};

/// A column of a foreign key and the one it refers to.
#[derive(Clone, Debug)]
pub struct Mismatch<'a> {
    /// The foreign key.
    pub fk: &'a ForeignKey,
    /// The referencing column.
    pub child: Typed<'a>,
    /// The referenced column.
    pub parent: Typed<'a>,
    /// In what they differ.
    pub misfit: Misfit,
}

/// In what two types differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// Values of the one are none of the other.
    Kind,
    /// The child does not hold all values of the parent.
    Narrower,
    /// The child holds more values than the parent can have.
    Wider,
    /// Only one of them is unsigned.
    Sign,
}

impl Database {
    /// Foreign keys whose columns do not fit those they refer to; none where a type is not known.
    pub fn mismatches(&self) -> Vec<Mismatch<'_>> {
        let mut found = Vec::new();
        for table in self.tables.values().filter(|table| !table.opaque) {
            for fk in &table.foreign_keys {
                let parent = self.tables.get(&fk.parent);
                if let Some(parent) = parent.filter(|parent| !parent.opaque) {
                    found.extend(self.mismatch(table, fk, parent));
                }
            }
        }
        found
    }

    /// The first pair of columns that do not fit.
    fn mismatch<'a>(
        &'a self,
        table: &'a Table,
        fk: &'a ForeignKey,
        parent: &'a Table,
    ) -> Option<Mismatch<'a>> {
        if fk.columns.len() != fk.parent_columns.len() {
            return None;
        }
        let typed = |table: &'a Table, name| self.typed(table, table.column(name)?);
        let mut pairs = fk.columns.iter().zip(&fk.parent_columns);
        pairs.find_map(|(column, parent_column)| {
            let child = typed(table, column)?;
            let parent = typed(parent, parent_column)?;
            let misfit = self.misfit(child.ty, parent.ty)?;
            Some(Mismatch {
                fk,
                child,
                parent,
                misfit,
            })
        })
    }

    fn misfit(&self, child: &TypeName, parent: &TypeName) -> Option<Misfit> {
        if child.array != parent.array {
            let known = |ty: &TypeName| self.family_of_item(ty).is_some();
            return (known(child) && known(parent)).then_some(Misfit::Kind);
        }
        let families = (self.family_of_item(child)?, self.family_of_item(parent)?);
        match families {
            (Item::Own(child), Item::Own(parent)) => (child != parent).then_some(Misfit::Kind),
            (Item::Of(Family::Integer), Item::Of(Family::Integer)) => self.of_whole(child, parent),
            (Item::Of(Family::Text), Item::Of(Family::Text)) => self.of_text(child, parent),
            (child, parent) if child == parent => None,
            (Item::Of(one), Item::Of(other)) if one.is_number() && other.is_number() => {
                self.wants_equal_types().then_some(Misfit::Kind)
            }
            // SQLite takes any word for a type.
            (Item::Of(one), Item::Of(other)) if self.dialect == Dialect::Sqlite => {
                let is_plain = |family| matches!(family, Family::Integer | Family::Text);
                (is_plain(one) && is_plain(other)).then_some(Misfit::Kind)
            }
            _ => Some(Misfit::Kind),
        }
    }

    /// Whole numbers: SQLite keeps all in one width.
    fn of_whole(&self, child: &TypeName, parent: &TypeName) -> Option<Misfit> {
        let widths = ["tinyint", "smallint", "mediumint", "integer", "bigint"];
        let width = |ty: &TypeName| widths.iter().position(|name| *name == ty.base);
        match width(child)?.cmp(&width(parent)?) {
            _ if self.dialect == Dialect::Sqlite => None,
            std::cmp::Ordering::Less => Some(Misfit::Narrower),
            std::cmp::Ordering::Greater => Some(Misfit::Wider),
            std::cmp::Ordering::Equal => {
                (child.unsigned != parent.unsigned).then_some(Misfit::Sign)
            }
        }
    }

    /// Text: only SQL Server wants one type and length, MySQL wants the keys to fit.
    fn of_text(&self, child: &TypeName, parent: &TypeName) -> Option<Misfit> {
        let length = |ty: &TypeName| ty.args.first()?.parse::<u32>().ok();
        let (short, long) = (length(child), length(parent));
        match self.dialect {
            Dialect::Mssql if child.base != parent.base => Some(Misfit::Kind),
            Dialect::Mssql | Dialect::Mysql if short? < long? => Some(Misfit::Narrower),
            Dialect::Mssql if short? > long? => Some(Misfit::Wider),
            _ => None,
        }
    }

    /// Whether it refuses foreign keys whose columns are not of one type.
    pub fn wants_equal_types(&self) -> bool {
        matches!(self.dialect, Dialect::Mysql | Dialect::Mssql)
    }

    fn family_of_item<'a>(&'a self, ty: &'a TypeName) -> Option<Item<'a>> {
        let item = TypeName {
            array: false,
            ..ty.clone()
        };
        match self.type_of(ty) {
            Some(own) => matches!(own.kind, TypeKind::Enum { .. }).then_some(Item::Own(&own.key)),
            None => self.family(&item).map(Item::Of),
        }
    }
}

/// What kind of values a type holds, lists by their elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Item<'a> {
    Of(Family),
    /// Labels of an enum.
    Own(&'a TableKey),
}

impl Family {
    fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Decimal | Self::Float)
    }
}
