//! Families of types: values of one can stand for values of the same family and of no other.

use super::{Column, Database};
use crate::facts::schema::{Dialect, TypeName};

/// A family of types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// True or false.
    Boolean,
    /// Whole numbers.
    Integer,
    /// Exact decimal numbers.
    Decimal,
    /// Binary floating point numbers.
    Float,
    /// Text of any kind.
    Text,
    /// Bytes.
    Binary,
    /// UUIDs, where the database has a type for them.
    Uuid,
    /// Days.
    Date,
    /// Times of a day.
    Time,
    /// Moments.
    Timestamp,
    /// JSON documents.
    Json,
}

const NAMES: &[(Family, &str)] = &[
    (Family::Boolean, "boolean"),
    (Family::Integer, "integer|bigint|smallint|tinyint|mediumint"),
    (Family::Decimal, "numeric|number"),
    (
        Family::Float,
        "double precision|real|double|float|binary_float|binary_double",
    ),
    (
        Family::Text,
        "text|character varying|character|citext|nvarchar|nchar|ntext|tinytext|mediumtext|longtext|\
         clob|nclob|character large object|char large object|varchar2|nvarchar2|string|long varchar",
    ),
    (
        Family::Binary,
        "bytea|blob|tinyblob|mediumblob|longblob|binary|varbinary|image|raw",
    ),
    (Family::Uuid, "uuid|uniqueidentifier"),
    (Family::Date, "date"),
    (Family::Time, "time|time with time zone"),
    (
        Family::Timestamp,
        "timestamp|timestamp with time zone|datetime|datetime2|smalldatetime|datetimeoffset",
    ),
    (Family::Json, "json|jsonb"),
];

impl Database {
    /// The family of a type, behind domains; `None` for lists, enums and what is not known.
    pub fn family(&self, ty: &TypeName) -> Option<Family> {
        let (ty, _) = self.resolve_type(ty);
        if ty.array || self.type_of(ty).is_some() {
            return None;
        }
        match (self.dialect, ty.base.as_str()) {
            (Dialect::Mysql, "tinyint") if ty.args == ["1"] => return Some(Family::Boolean),
            (Dialect::Mssql, "bit") => return Some(Family::Boolean),
            (Dialect::Mssql, "timestamp") => return Some(Family::Binary),
            _ => {}
        }
        let named = NAMES
            .iter()
            .find(|(_, names)| names.split('|').any(|name| name == ty.base));
        named.map(|(family, _)| *family)
    }

    /// The family of a column's type.
    pub fn family_of(&self, column: &Column) -> Option<Family> {
        let (ty, _) = column.ty.as_ref()?;
        self.family(ty)
    }
}
