//! The types and defaults of columns: what Prisma makes of its scalars in each database.

use super::{Meaning, Names, tables};
use crate::facts::prisma::{Arity, DefaultValue, Enum, Field, Native};
use crate::facts::schema::{Dialect, Expression, TypeName};

/// Scalars, with what they are in PostgreSQL, MySQL, SQLite and SQL Server.
const SCALARS: &[(&str, [&str; 4])] = &[
    (
        "String",
        ["text", "character varying(191)", "text", "nvarchar(1000)"],
    ),
    ("Boolean", ["boolean", "boolean", "boolean", "bit"]),
    ("Int", ["integer"; 4]),
    ("BigInt", ["bigint"; 4]),
    (
        "Float",
        ["double precision", "double", "real", "double precision"],
    ),
    (
        "Decimal",
        [
            "numeric(65,30)",
            "numeric(65,30)",
            "numeric",
            "numeric(32,16)",
        ],
    ),
    (
        "DateTime",
        ["timestamp(3)", "datetime(3)", "datetime", "datetime2"],
    ),
    ("Json", ["jsonb", "json", "jsonb", "nvarchar(1000)"]),
    ("Bytes", ["bytea", "longblob", "blob", "varbinary(max)"]),
];

/// Types that the database does not call as `@db.…` does.
const NATIVE: &[(&str, &str)] = &[
    ("char", "character"),
    ("decimal", "numeric"),
    ("doubleprecision", "double precision"),
    ("int", "integer"),
    ("timestamptz", "timestamp with time zone"),
    ("timetz", "time with time zone"),
    ("varbit", "bit varying"),
    ("varchar", "character varying"),
];

/// Begins the names of MySQL's unsigned types.
const UNSIGNED: &str = "Unsigned";

pub(super) fn is_scalar(name: &str) -> bool {
    SCALARS.iter().any(|(scalar, _)| *scalar == name)
}

/// The type of a field's column; `None` for what is no column.
pub(super) fn column_type(names: &Names, field: &Field) -> Option<TypeName> {
    let written = match (names.meaning(field), &field.unsupported, &field.native) {
        (Meaning::Other | Meaning::Unknown, ..) => return None,
        (Meaning::Enum(of), ..) => match names.dialect {
            Dialect::Postgres => return Some(user_type(tables::type_name(of), field)),
            dialect => of_enum(of, dialect),
        },
        (Meaning::Scalar, Some(unsupported), _) => unsupported.to_ascii_lowercase(),
        (Meaning::Scalar, None, Some(native)) => of_native(native, names.dialect),
        (Meaning::Scalar, None, None) => scalar(&field.ty.name, names.dialect)?.to_owned(),
    };
    let (base, args) = written.split_once('(').unwrap_or((&written, ""));
    let args = args.trim_end_matches(')').split(',').map(str::trim);
    let native = field.native.as_ref();
    Some(TypeName {
        unsigned: native.is_some_and(|native| native.name.starts_with(UNSIGNED)),
        args: args
            .filter(|arg| !arg.is_empty())
            .map(str::to_owned)
            .collect(),
        ..user_type(base.trim().to_owned(), field)
    })
}

fn user_type(base: String, field: &Field) -> TypeName {
    TypeName {
        base,
        args: Vec::new(),
        array: field.arity == Arity::List,
        unsigned: false,
        span: field.ty.span,
    }
}

fn scalar(name: &str, dialect: Dialect) -> Option<&'static str> {
    let (_, types) = SCALARS.iter().find(|(scalar, _)| *scalar == name)?;
    Some(match dialect {
        Dialect::Postgres => types[0],
        Dialect::Mysql => types[1],
        Dialect::Sqlite => types[2],
        Dialect::Mssql => types[3],
    })
}

/// Where the database has no enums.
fn of_enum(of: &Enum, dialect: Dialect) -> String {
    match dialect {
        Dialect::Mysql => {
            let values = of
                .values
                .iter()
                .map(|(_, value)| text(&value.to_ascii_lowercase()));
            format!("enum({})", values.collect::<Vec<_>>().join(","))
        }
        Dialect::Mssql => "nvarchar(1000)".to_owned(),
        Dialect::Postgres | Dialect::Sqlite => "text".to_owned(),
    }
}

fn of_native(native: &Native, dialect: Dialect) -> String {
    let name = native.name.strip_prefix(UNSIGNED).unwrap_or(&native.name);
    let name = name.to_ascii_lowercase();
    let known = NATIVE.iter().find(|(written, _)| *written == name);
    let base = match (name.as_str(), dialect) {
        ("float", Dialect::Mssql) => "double precision",
        (name, _) => known.map_or(name, |(_, base)| base),
    };
    match native.args.as_slice() {
        [] => base.to_owned(),
        args => format!("{base}({})", args.join(",").to_ascii_lowercase()),
    }
}

/// What `@default` becomes; `None` for what the client makes.
pub(super) fn default(names: &Names, field: &Field) -> Option<Expression> {
    let (value, span) = field.default.as_ref()?;
    let text = expression(names, field, value)?;
    Some(Expression { text, span: *span })
}

fn expression(names: &Names, field: &Field, value: &DefaultValue) -> Option<String> {
    Some(match value {
        DefaultValue::AutoIncrement | DefaultValue::Client => return None,
        DefaultValue::Now if names.dialect == Dialect::Mysql => "CURRENT_TIMESTAMP(3)".to_owned(),
        DefaultValue::Now => "CURRENT_TIMESTAMP".to_owned(),
        DefaultValue::Database(written) => written.clone()?,
        DefaultValue::Text(value) => text(value),
        DefaultValue::Literal(value) => match (names.dialect, value.as_str()) {
            (Dialect::Mssql, "true") => "1".to_owned(),
            (Dialect::Mssql, "false") => "0".to_owned(),
            _ => value.clone(),
        },
        DefaultValue::EnumValue(name) => {
            let found = match names.meaning(field) {
                Meaning::Enum(of) => of.values.iter().find(|(value, _)| value == name),
                _ => None,
            };
            text(found.map_or(name, |(_, mapped)| mapped))
        }
        DefaultValue::List(items) => {
            let items = items.iter().map(|item| expression(names, field, item));
            format!("ARRAY[{}]", items.collect::<Option<Vec<_>>>()?.join(", "))
        }
    })
}

/// A string of SQL.
fn text(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}
