//! Names as SQLAlchemy gives them to the database: quoted where they need it, so taken as written.

use super::term::{Form, Term};
use crate::facts::schema::{Dialect, Ident, TableName};
use crate::source::Span;

/// The place of what stands nowhere; whoever uses it sets it.
pub(crate) const NOWHERE: Span = Span { start: 0, end: 0 };

/// A name as the database compares it.
pub(crate) fn stored(name: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Postgres => name.to_owned(),
        _ => name.to_lowercase(),
    }
}

pub(crate) fn ident(term: &Term, dialect: Dialect) -> Option<Ident> {
    Some(Ident {
        name: stored(term.text()?, dialect),
        span: term.span,
    })
}

/// A name that SQLAlchemy made itself, cut where the database would not take it.
pub(crate) fn truncated(name: &str, dialect: Dialect) -> String {
    const DIGEST: usize = 4;
    let longest = match dialect {
        Dialect::Postgres => 63,
        Dialect::Mysql => 64,
        Dialect::Mssql => 128,
        Dialect::Sqlite => return name.to_owned(),
    };
    if name.chars().count() <= longest {
        return name.to_owned();
    }
    let start: String = name.chars().take(longest - 2 * DIGEST).collect();
    let digest = format!("{:x}", md5::compute(name));
    format!("{start}_{}", &digest[digest.len() - DIGEST..])
}

/// The names of a list of columns; `None` if one of them is not known.
pub(crate) fn idents(terms: &[Term], dialect: Dialect) -> Option<Vec<Ident>> {
    terms.iter().map(|term| ident(term, dialect)).collect()
}

pub(crate) fn table(name: &Term, schema: Option<&Term>, dialect: Dialect) -> Option<TableName> {
    let schema = match schema.map(|schema| (&schema.form, schema.text())) {
        None | Some((Form::None, _)) => None,
        Some((_, Some(schema))) => Some(schema),
        Some((_, None)) => return None,
    };
    Some(table_named(name.text()?, schema, name.span, dialect))
}

pub(crate) fn table_named(
    name: &str,
    schema: Option<&str>,
    span: Span,
    dialect: Dialect,
) -> TableName {
    let schema = schema.filter(|schema| !matches!(*schema, "public" | "dbo" | "main"));
    TableName {
        schema: schema.map(|schema| stored(schema, dialect)),
        name: match dialect {
            Dialect::Mysql => name.to_owned(),
            _ => stored(name, dialect),
        },
        span,
    }
}

/// `schema.table.column`, as a foreign key names its target.
pub(crate) fn target(term: &Term, dialect: Dialect) -> Option<(TableName, Ident)> {
    let (table, column) = term.text()?.rsplit_once('.')?;
    let (schema, table) = match table.rsplit_once('.') {
        Some((schema, table)) => (Some(schema), table),
        None => (None, table),
    };
    let column = Ident {
        name: stored(column, dialect),
        span: term.span,
    };
    Some((table_named(table, schema, term.span, dialect), column))
}
