//! Types of SQLAlchemy, and what the database calls them.

use super::names;
use super::term::{Call, Form, Term};
use crate::facts::schema::{Dialect, SchemaChange, TypeDefinition, TypeName};

/// The type a term stands for; `None` where only the project's own code knows.
pub(crate) fn read(term: &Term, dialect: Dialect) -> Option<TypeName> {
    let bare;
    let (callee, call) = match &term.form {
        Form::Call(call) => (call.callee.as_str(), call.as_ref()),
        Form::Name(name) => {
            bare = Call::bare(name);
            (name.as_str(), &bare)
        }
        _ => return None,
    };
    if call.name() == "with_variant" {
        return read(variant(call, dialect)?, dialect);
    }
    if !is_sqlalchemy(callee) {
        return None;
    }
    let mut ty = match call.name() {
        "ARRAY" => {
            let item = read(call.arg(0, &["item_type"])?, dialect)?;
            TypeName {
                array: true,
                ..item
            }
        }
        "Enum" | "ENUM" => enumeration(call, dialect),
        name => {
            let base = canonical(name, call, dialect)?;
            let args = arguments(&base, call);
            TypeName {
                base,
                args,
                array: false,
                unsigned: dialect == Dialect::Mysql && call.says("unsigned"),
                span: term.span,
            }
        }
    };
    ty.span = term.span;
    Some(ty)
}

/// What a custom type is called, where a statement must name one.
pub(crate) fn named(term: &Term, dialect: Dialect) -> TypeName {
    read(term, dialect).unwrap_or_else(|| TypeName {
        base: match &term.form {
            Form::Call(call) => call.callee.clone(),
            Form::Name(name) => name.clone(),
            _ => String::new(),
        },
        args: Vec::new(),
        array: false,
        unsigned: false,
        span: term.span,
    })
}

/// Whether SQLAlchemy has a type of that name.
pub(crate) fn is_known(name: &str) -> bool {
    const OTHERS: [&str; 8] = [
        "ARRAY",
        "DATETIME",
        "DateTime",
        "ENUM",
        "Enum",
        "TIME",
        "TIMESTAMP",
        "Time",
    ];
    let listed = NAMES
        .iter()
        .any(|(names, _)| names.split('|').any(|it| it == name));
    listed || OWN.binary_search(&name).is_ok() || OTHERS.binary_search(&name).is_ok()
}

fn is_sqlalchemy(callee: &str) -> bool {
    let first = callee.split('.').next().unwrap_or_default();
    matches!(
        first,
        "sa" | "sqlalchemy" | "sqlmodel" | "postgresql" | "mysql" | "sqlite" | "mssql"
    )
}

/// `JSON().with_variant(JSONB(), "postgresql")`.
fn variant(call: &Call, dialect: Dialect) -> Option<&Term> {
    let named = call.args.iter().skip(1).filter_map(Term::text);
    let is_meant = named.into_iter().any(|name| match dialect {
        Dialect::Postgres => name == "postgresql",
        Dialect::Mysql => matches!(name, "mysql" | "mariadb"),
        Dialect::Sqlite => name == "sqlite",
        Dialect::Mssql => name == "mssql",
    });
    match is_meant {
        true => call.args.first(),
        false => call.receiver.as_ref(),
    }
}

fn enumeration(call: &Call, dialect: Dialect) -> TypeName {
    let native = dialect == Dialect::Postgres && !call.denies("native_enum");
    let name = call.keyword("name").and_then(Term::text);
    let base = match (native, dialect, name) {
        (true, _, Some(name)) => match call.given("schema").and_then(Term::text) {
            Some(schema) => format!("{schema}.{name}"),
            None => name.to_owned(),
        },
        (true, ..) | (_, Dialect::Mysql, _) => "enum".to_owned(),
        _ => "character varying".to_owned(),
    };
    let args = match base.as_str() {
        "character varying" => longest_label(call).into_iter().collect(),
        _ => Vec::new(),
    };
    TypeName {
        base,
        args,
        array: false,
        unsigned: false,
        span: names::NOWHERE,
    }
}

/// The type that a column of an enumeration needs: `CREATE TYPE … AS ENUM`. `None` where it needs
/// none, where another place makes it, and where its labels are not known.
pub(crate) fn made(term: &Term, dialect: Dialect) -> Option<SchemaChange> {
    let call = term.call()?;
    match call.name() {
        "ARRAY" => return made(call.arg(0, &["item_type"])?, dialect),
        "with_variant" => return made(variant(call, dialect)?, dialect),
        "Enum" | "ENUM" if dialect == Dialect::Postgres && is_sqlalchemy(&call.callee) => {}
        _ => return None,
    }
    if call.denies("native_enum") || call.denies("create_type") {
        return None;
    }
    create(call, dialect)
}

/// What `.create(…)` and `.drop(…)` of an enumeration do.
pub(crate) fn made_alone(term: &Term, drops: bool, dialect: Dialect) -> Option<SchemaChange> {
    let call = term
        .call()
        .filter(|it| matches!(it.name(), "Enum" | "ENUM"))?;
    if dialect != Dialect::Postgres || !is_sqlalchemy(&call.callee) {
        return None;
    }
    if !drops {
        return create(call, dialect);
    }
    let name = names::table(call.keyword("name")?, call.given("schema"), dialect)?;
    Some(SchemaChange::DropType {
        names: vec![name],
        cascade: false,
    })
}

fn create(call: &Call, dialect: Dialect) -> Option<SchemaChange> {
    let labels = labels(call)?.into_iter().map(str::to_owned).collect();
    let name = call.keyword("name")?;
    Some(SchemaChange::CreateType {
        name: names::table(name, call.given("schema"), dialect)?,
        definition: TypeDefinition::Enum { labels },
    })
}

/// The labels of an enumeration, where all are known.
fn labels(call: &Call) -> Option<Vec<&str>> {
    let labels = match call.args.first().map(|first| &first.form) {
        Some(Form::List(labels)) => labels,
        _ => &call.args,
    };
    let labels: Option<Vec<&str>> = labels.iter().map(Term::text).collect();
    labels.filter(|labels| !labels.is_empty())
}

/// How long a string must be that holds any label.
fn longest_label(call: &Call) -> Option<String> {
    if let Some(Form::Number(length)) = call.given("length").map(|term| &term.form) {
        return Some(length.clone());
    }
    let lengths = labels(call)?.into_iter().map(|label| label.chars().count());
    lengths.max().map(|longest| longest.to_string())
}

/// Types by the name under which PostgreSQL knows them.
const NAMES: &[(&str, &str)] = &[
    ("Integer|INTEGER|INT", "integer"),
    ("BigInteger|BIGINT", "bigint"),
    ("SmallInteger|SMALLINT", "smallint"),
    ("Numeric|NUMERIC|DECIMAL", "numeric"),
    (
        "Float|FLOAT|Double|DOUBLE|DOUBLE_PRECISION",
        "double precision",
    ),
    ("REAL", "real"),
    (
        "String|Unicode|VARCHAR|NVARCHAR|AutoString|string_types",
        "character varying",
    ),
    ("CHAR|NCHAR", "character"),
    ("Text|UnicodeText|TEXT|CLOB", "text"),
    ("Boolean|BOOLEAN", "boolean"),
    ("Date|DATE", "date"),
    ("Interval|INTERVAL", "interval"),
    (
        "LargeBinary|BLOB|BINARY|VARBINARY|BYTEA|PickleType",
        "bytea",
    ),
    ("Uuid|UUID", "uuid"),
    ("JSON", "json"),
];

/// Types of PostgreSQL that bear their own name in capitals.
const OWN: [&str; 22] = [
    "BIT",
    "CIDR",
    "CITEXT",
    "DATEMULTIRANGE",
    "DATERANGE",
    "HSTORE",
    "INET",
    "INT4RANGE",
    "INT8RANGE",
    "JSONB",
    "JSONPATH",
    "MACADDR",
    "MACADDR8",
    "MONEY",
    "NUMRANGE",
    "OID",
    "REGCLASS",
    "REGCONFIG",
    "TSQUERY",
    "TSRANGE",
    "TSTZRANGE",
    "TSVECTOR",
];

fn canonical(name: &str, call: &Call, dialect: Dialect) -> Option<String> {
    if let "DateTime" | "DATETIME" | "TIMESTAMP" | "Time" | "TIME" = name {
        let base = match name {
            "Time" | "TIME" => "time",
            _ => "timestamp",
        };
        let zone = call.says("timezone") || call.args.first().is_some_and(Term::is_true);
        return Some(match (zone, dialect) {
            (true, Dialect::Postgres) => format!("{base} with time zone"),
            (_, Dialect::Postgres) => base.to_owned(),
            _ if base == "timestamp" && name != "TIMESTAMP" => "datetime".to_owned(),
            _ => base.to_owned(),
        });
    }
    if OWN.binary_search(&name).is_ok() {
        return Some(name.to_ascii_lowercase());
    }
    let is = |written: &&(&str, &str)| written.0.split('|').any(|other| other == name);
    let base = NAMES.iter().find(is)?.1;
    Some(of_dialect(name, base, call, dialect).to_owned())
}

/// Where a database has another type for it.
fn of_dialect(name: &str, base: &'static str, call: &Call, dialect: Dialect) -> &'static str {
    let precision = || match &call.arg(0, &["precision"])?.form {
        Form::Number(digits) => digits.parse::<u32>().ok(),
        _ => None,
    };
    match (dialect, base) {
        (Dialect::Mysql, "double precision") if matches!(name, "Float" | "FLOAT") => "float",
        (Dialect::Mysql, "double precision" | "real") => "double",
        (_, "double precision") if precision().is_some_and(|digits| digits <= 24) => "real",
        (Dialect::Postgres, _) => base,
        (_, "uuid") => "character",
        (_, "bytea") => "blob",
        _ => base,
    }
}

/// Length, or precision and scale.
fn arguments(base: &str, call: &Call) -> Vec<String> {
    let names: &[&str] = match base {
        "character varying" | "character" | "bit" => &["length"],
        "numeric" => &["precision", "scale"],
        _ => return Vec::new(),
    };
    let number = |(at, name): (usize, &&str)| match &call.arg(at, &[name])?.form {
        Form::Number(number) => Some(number.clone()),
        _ => None,
    };
    names.iter().enumerate().map_while(number).collect()
}
