//! What rules ask of a table.

use crate::source::Loc;

use super::{Column, Database, ForeignKey, Key, Table, TableKey};

impl Database {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty() && self.views.is_empty() && self.types.is_empty()
    }
}

impl Table {
    /// Whether what it lacks is unknown: it was only altered, or changed by what nobody understood.
    pub fn is_open(&self) -> bool {
        !self.created || self.opaque
    }

    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The column that code calls by this name: its own, that of its attribute, or that of the
    /// relation which it is the key of.
    pub fn column_called(&self, name: &str) -> Option<&str> {
        let own = self.column(name);
        let attribute = || {
            let mut columns = self.columns.iter();
            columns.find(|column| column.attribute.as_deref() == Some(name))
        };
        let relation = || self.column(&format!("{name}_id"));
        let found = own.or_else(attribute).or_else(relation)?;
        Some(&found.name)
    }

    /// The primary key and the unique constraints.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.primary_key.iter().chain(&self.uniques)
    }

    /// The foreign key of these columns to that parent.
    pub fn foreign_key(&self, columns: &[String], parent: &TableKey) -> Option<&ForeignKey> {
        let mut keys = self.foreign_keys.iter();
        keys.find(|fk| fk.columns == columns && fk.parent == *parent)
    }

    /// `table.column` or `table(a,b)`: what findings are about.
    pub fn subject(&self, columns: &[String]) -> String {
        match columns {
            [column] => format!("{}.{column}", self.key),
            _ => format!("{}({})", self.key, columns.join(",")),
        }
    }

    /// Whether it does nothing but pair rows of other tables: every column belongs to a foreign key
    /// or the primary key, or is a timestamp.
    pub fn is_join_table(&self) -> bool {
        let in_foreign_key =
            |name: &String| self.foreign_keys.iter().any(|fk| fk.columns.contains(name));
        let in_primary_key = |name: &String| {
            self.primary_key
                .iter()
                .any(|key| key.columns.contains(name))
        };
        !self.is_open()
            && self.columns_known
            && self.foreign_keys.len() >= 2
            && self.columns.iter().all(|column| {
                in_foreign_key(&column.name)
                    || in_primary_key(&column.name)
                    || column.is_timestamp()
            })
    }
}

impl Column {
    /// A column of no known type that may hold NULL.
    pub(super) fn new(name: String, at: Loc) -> Self {
        Column {
            name,
            at,
            ty: None,
            retyped: false,
            nullable: true,
            default: None,
            auto_increment: false,
            listed: false,
            released: false,
            identity: None,
            generated: None,
            stored: false,
            attribute: None,
            created: true,
            own: true,
        }
    }

    /// The clause that gave it its present form.
    pub fn declared_at(&self) -> Loc {
        match &self.ty {
            Some((_, at)) if self.retyped => *at,
            _ => self.at,
        }
    }

    fn is_timestamp(&self) -> bool {
        let base = self.ty.as_ref().map_or("", |(ty, _)| ty.base.as_str());
        base.starts_with("timestamp") || base.starts_with("datetime") || self.name.ends_with("_at")
    }
}
