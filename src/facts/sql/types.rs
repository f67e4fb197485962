//! Data types: what is written, and what the database calls it.

use super::cursor::{Cursor, fold};
use crate::facts::schema::{Dialect, TypeName};
use crate::parse::sql::TokenKind;

/// A type, and whether its name makes the column number itself (`serial`).
pub(super) struct Type {
    pub(super) name: TypeName,
    pub(super) serial: bool,
}

/// Reads a data type; `None` where a clause or nothing follows.
pub(super) fn read(cursor: &mut Cursor) -> Option<Type> {
    let start = cursor.start();
    let mut base = words(cursor)?;
    let mut args = arguments(cursor);
    if let Some(zone) = time_zone(cursor, &base) {
        base.push_str(zone);
    }
    let end = cursor.end();
    let array = array(cursor);
    let mut span = cursor.span_from(start);
    if !array {
        span.end = end;
    }
    let mut unsigned = base == "serial" && cursor.dialect() == Dialect::Mysql;
    while let Some(word) = cursor.eat_which("unsigned|signed|zerofill") {
        unsigned |= word != "signed";
        span = cursor.span_from(start);
    }
    let serial = is_serial(&base);
    let base = canonical(cursor.dialect(), &base, &args);
    if base == "real" || base == "double precision" {
        args.retain(|_| cursor.dialect() == Dialect::Mysql);
    }
    Some(Type {
        name: TypeName {
            base,
            args,
            array,
            unsigned,
            span,
        },
        serial,
    })
}

/// Types of several words; where one begins another, the longer stands first.
const PHRASES: &str = "double precision|character varying|character large object|char varying|\
    char large object|nchar varying|national character varying|national character|\
    national char varying|national char|national varchar|bit varying|binary varying|\
    binary large object|long varchar|long varbinary|interval year to month|interval day to hour|\
    interval day to minute|interval day to second|interval hour to minute|\
    interval hour to second|interval minute to second|interval year|interval month|\
    interval day|interval hour|interval minute|interval second|unsigned big int";

/// The words of a type, in lower case unless it is a quoted name of the user's.
fn words(cursor: &mut Cursor) -> Option<String> {
    let token = cursor.peek()?;
    match token.kind {
        TokenKind::Word | TokenKind::Quoted | TokenKind::Placeholder => {}
        TokenKind::Text if cursor.text(token).starts_with('"') => {}
        _ => return None,
    }
    if token.kind != TokenKind::Word || cursor.symbol_at(1, b'.') {
        return user_type(cursor);
    }
    let mut base = match cursor.eat_which(PHRASES) {
        Some(phrase) => phrase.to_owned(),
        None => {
            cursor.advance();
            cursor.text(token).to_ascii_lowercase()
        }
    };
    if cursor.dialect() == Dialect::Sqlite {
        // SQLite takes any words for a type.
        while let Some(next) = cursor.peek()
            && next.kind == TokenKind::Word
            && !super::column::begins_option(cursor)
        {
            base.push(' ');
            base.push_str(&cursor.text(next).to_ascii_lowercase());
            cursor.advance();
        }
    }
    Some(base)
}

/// A quoted or qualified type: `"Role"`, `app.status`, `[nvarchar]`, `pg_catalog.int4`.
fn user_type(cursor: &mut Cursor) -> Option<String> {
    let name = cursor.table_name()?;
    Some(match name.schema {
        Some(schema) if !matches!(schema.as_str(), "" | "pg_catalog" | "sys") => {
            format!("{schema}.{}", name.name)
        }
        _ => fold_name(cursor.dialect(), name.name),
    })
}

fn fold_name(dialect: Dialect, name: String) -> String {
    match dialect {
        Dialect::Mysql => fold(dialect, &name),
        _ => name,
    }
}

/// What stands in the parentheses behind a type.
fn arguments(cursor: &mut Cursor) -> Vec<String> {
    let Some(mut group) = cursor.group() else {
        return Vec::new();
    };
    std::iter::from_fn(|| group.item())
        .map(|mut item| {
            let written = item.peek().map(|token| token.kind);
            let text = item.expression().text;
            match written {
                Some(TokenKind::Text) => text,
                _ => text.to_ascii_lowercase(),
            }
        })
        .collect()
}

fn time_zone(cursor: &mut Cursor, base: &str) -> Option<&'static str> {
    if base != "timestamp" && base != "time" {
        return None;
    }
    if cursor.eat("with time zone") || cursor.eat("with local time zone") {
        return Some(" with time zone");
    }
    cursor.eat("without time zone");
    None
}

/// `[]`, `[3]`, `array`.
fn array(cursor: &mut Cursor) -> bool {
    let mut array = cursor.dialect() == Dialect::Postgres && cursor.eat("array");
    while cursor.is_symbol(b'[') {
        let number = usize::from(!cursor.symbol_at(1, b']'));
        if !cursor.symbol_at(1 + number, b']') {
            break;
        }
        for _ in 0..2 + number {
            cursor.advance();
        }
        array = true;
    }
    array
}

fn is_serial(base: &str) -> bool {
    matches!(
        base,
        "serial" | "bigserial" | "smallserial" | "serial2" | "serial4" | "serial8"
    )
}

/// What is written for a type, and the name under which the database knows it.
const NAMES: &[(&str, &str)] = &[
    ("int|int4|serial|serial4", "integer"),
    ("int8|bigserial|serial8|big int|unsigned big int", "bigint"),
    ("int2|smallserial|serial2", "smallint"),
    ("float8|double|float", "double precision"),
    ("float4", "real"),
    ("decimal|dec", "numeric"),
    ("varchar|char varying", "character varying"),
    (
        "national varchar|national character varying|national char varying|nchar varying",
        "nvarchar",
    ),
    ("national character|national char", "nchar"),
    ("char|bpchar", "character"),
    ("bool", "boolean"),
    ("timestamptz", "timestamp with time zone"),
    ("timetz", "time with time zone"),
    ("varbit", "bit varying"),
];

/// Where MySQL differs.
const MYSQL_NAMES: &[(&str, &str)] = &[
    ("serial", "bigint"),
    ("float8|double precision|real", "double"),
    ("double", "double"),
    ("float|float4", "float"),
    ("fixed", "numeric"),
];

/// The name under which the database knows a type.
fn canonical(dialect: Dialect, base: &str, args: &[String]) -> String {
    let of = |names: &[(&str, &'static str)]| {
        let is = |written: &str| written.split('|').any(|name| name == base);
        let found = names.iter().find(|(written, _)| is(written));
        found.map(|(_, name)| *name)
    };
    let name = match dialect {
        _ if base.starts_with("interval ") => Some("interval"),
        Dialect::Mysql => of(MYSQL_NAMES).or_else(|| of(NAMES)),
        _ if base == "float" && small_float(args) => Some("real"),
        _ => of(NAMES),
    };
    name.unwrap_or(base).to_owned()
}

/// `float(1)` to `float(24)` is single precision.
fn small_float(args: &[String]) -> bool {
    args.first()
        .and_then(|digits| digits.parse::<u32>().ok())
        .is_some_and(|digits| digits <= 24)
}

#[cfg(test)]
mod tests {
    use crate::facts::schema::{Dialect, SchemaChange};
    use crate::facts::sql;

    /// A column of the type, as `base(args)` and the text it stands on.
    fn typed(dialect: Dialect, ty: &str) -> (String, String) {
        let sql = format!("create table t (c {ty} not null)");
        let outcome = sql::read(&sql, 0..sql.len(), Some(dialect));
        assert_eq!(outcome.notes, [], "{sql}");
        let [statement] = &outcome.facts.schema[..] else {
            panic!("one statement: {sql}");
        };
        let SchemaChange::CreateTable(table) = &statement.change else {
            panic!("a table: {sql}");
        };
        let ty = table.columns[0].ty.as_ref().expect("a type");
        let mut told = ty.base.clone();
        if !ty.args.is_empty() {
            told += &format!("({})", ty.args.join(","));
        }
        if ty.array {
            told += "[]";
        }
        if ty.unsigned {
            told += " unsigned";
        }
        (told, ty.span.of(&sql).to_owned())
    }

    #[test]
    fn types_have_one_name() {
        use Dialect::{Mssql, Mysql, Postgres, Sqlite};
        let cases = [
            (Postgres, "INT", "integer"),
            (Postgres, "int8", "bigint"),
            (Postgres, "serial4", "integer"),
            (Postgres, "smallserial", "smallint"),
            (Postgres, "FLOAT", "double precision"),
            (Postgres, "float(24)", "real"),
            (Postgres, "float(25)", "double precision"),
            (Postgres, "float4", "real"),
            (Postgres, "double precision", "double precision"),
            (Postgres, "decimal(10, 2)", "numeric(10,2)"),
            (Postgres, "varchar(9)[3][]", "character varying(9)[]"),
            (Postgres, "text array", "text[]"),
            (Postgres, "char varying(9)", "character varying(9)"),
            (
                Postgres,
                "timestamp (3) with time zone",
                "timestamp with time zone(3)",
            ),
            (Postgres, "time without time zone", "time"),
            (Postgres, "timestamptz", "timestamp with time zone"),
            (Postgres, "interval year to month", "interval"),
            (Postgres, "pg_catalog.int4", "integer"),
            (Postgres, "app.\"Role\"", "app.Role"),
            (Postgres, "public.citext", "citext"),
            (Postgres, "geometry(Point, 4326)", "geometry(point,4326)"),
            (Mysql, "double precision", "double"),
            (Mysql, "REAL", "double"),
            (Mysql, "float(10,2)", "float(10,2)"),
            (Mysql, "dec(9,2) unsigned zerofill", "numeric(9,2) unsigned"),
            (Mysql, "bigint(20) unsigned", "bigint(20) unsigned"),
            (Mysql, "bigint(20) signed", "bigint(20)"),
            (Mysql, "serial", "bigint unsigned"),
            (Mysql, "ENUM('A,b','c')", "enum('A,b','c')"),
            (Mysql, "national varchar(9)", "nvarchar(9)"),
            (Sqlite, "UNSIGNED BIG INT", "bigint"),
            (Sqlite, "native character(70)", "native character(70)"),
            (Sqlite, "DOUBLE", "double precision"),
            (Mssql, "[nvarchar](max)", "nvarchar(max)"),
            (Mssql, "[dbo].[Flag]", "flag"),
            (Mssql, "float(53)", "double precision"),
        ];
        for (dialect, written, expected) in cases {
            let (told, place) = typed(dialect, written);
            assert_eq!((told.as_str(), place.as_str()), (expected, written));
        }
    }
}
