//! Queries: what the items of their first `SELECT` are called, and where they come from.

use super::cursor::Cursor;
use super::types;
use crate::facts::schema::{Dialect, Ident, Query, QueryColumn, QuerySource, TableName, TypeName};

/// What ends the list of a `SELECT`.
const LIST_ENDS: &str = "from|where|group|having|order|limit|union|intersect|except|into|window|\
    with no data|with data";

/// What ends the list behind `FROM`.
const SOURCE_ENDS: &str = "where|group|having|order|limit|union|intersect|except|window|offset|\
    fetch|for|with no data|with data";

/// Reads a query; `None` where it selects nothing that has a list.
pub(super) fn read(mut query: Cursor) -> Option<Query> {
    let mut named = Vec::new();
    while !query.eat("select") {
        if query.eat("with") {
            named.extend(with(&mut query));
        } else {
            query = query.group()?;
        }
    }
    skip_quantifier(&mut query);
    let mut read = Query::default();
    loop {
        read.columns.push(item(&mut query));
        if !query.eat_symbol(b',') {
            break;
        }
    }
    while !query.done() && !query.eat("from") {
        query.skip();
    }
    let merges = sources(&mut query, &named, &mut read.sources);
    let unites = query.is_any("union|intersect|except") || rest_unites(query);
    for column in &mut read.columns {
        forget(column, merges, unites);
    }
    Some(read)
}

/// What a join merges is not one column of one source; what a union gives is of no single type.
fn forget(column: &mut QueryColumn, merges: bool, unites: bool) {
    match column {
        QueryColumn::All { source, .. } if unites || merges && source.is_none() => {
            *column = QueryColumn::Other {
                name: None,
                ty: None,
            };
        }
        QueryColumn::Of { name, .. } if unites => {
            *column = QueryColumn::Other {
                name: Some(name.clone()),
                ty: None,
            };
        }
        QueryColumn::Other { ty, .. } if unites => *ty = None,
        _ => {}
    }
}

fn rest_unites(mut query: Cursor) -> bool {
    while !query.done() {
        if query.is_any("union|intersect|except") {
            return true;
        }
        query.skip();
    }
    false
}

/// The names of the queries behind `WITH`.
fn with(query: &mut Cursor) -> Vec<String> {
    let mut names = Vec::new();
    query.eat("recursive");
    while !query.done() && !query.is("select") {
        names.extend(query.ident().map(|name| name.name));
        while !query.done() && !query.is("select") && !query.eat_symbol(b',') {
            query.skip();
        }
    }
    names
}

/// `DISTINCT`, `ALL`, `TOP (5) PERCENT`.
fn skip_quantifier(query: &mut Cursor) {
    if query.eat("distinct on") {
        query.group();
    }
    query.eat_any("distinct|all");
    if query.dialect() == Dialect::Mssql && query.eat("top") {
        query.skip();
        query.eat_any("percent|with ties");
    }
}

fn ends_item(query: &Cursor) -> bool {
    query.done() || query.is_symbol(b',') || query.is_any(LIST_ENDS)
}

/// Reads one item of the list.
fn item(query: &mut Cursor) -> QueryColumn {
    let start = query.start();
    if query.eat_symbol(b'*') {
        return QueryColumn::All {
            source: None,
            span: query.span_from(start),
        };
    }
    let mut ahead = *query;
    if let Some(column) = plain(&mut ahead) {
        *query = ahead;
        return column;
    }
    expression(query)
}

/// `t.*`, `t.a`, `a AS b`; `None` where more than a column stands there.
fn plain(query: &mut Cursor) -> Option<QueryColumn> {
    let start = query.start();
    let mut ahead = *query;
    let written = ahead.table_name()?;
    if ahead.symbol_at(0, b'.') && ahead.symbol_at(1, b'*') {
        ahead.advance();
        ahead.advance();
        *query = ahead;
        return Some(QueryColumn::All {
            source: Some(written.name),
            span: query.span_from(start),
        });
    }
    let own = query.object_name()?;
    let name = if ends_item(query) {
        own.clone()
    } else {
        query.eat("as");
        query.ident().filter(|_| ends_item(query))?
    };
    Some(QueryColumn::Of {
        name,
        source: written.schema,
        column: own.name,
    })
}

/// Any other item: its name stands at the end, `AS` or a closing parenthesis before it.
fn expression(query: &mut Cursor) -> QueryColumn {
    let mut ahead = *query;
    let mut name = default_name(*query);
    let mut ty = None;
    if let Some(called) = call(&mut ahead)
        && named(&mut ahead, &mut name)
    {
        *query = ahead;
        let ty = Some(called);
        return QueryColumn::Other { name, ty };
    }
    while !ends_item(query) {
        let mut ahead = *query;
        if query.symbol_at(0, b':') && query.symbol_at(1, b':') {
            ty = cast(&mut ahead).filter(|_| named(&mut ahead, &mut name));
            *query = ahead;
            continue;
        }
        ty = None;
        let may_name = ahead.eat("as") || ahead.group().is_some();
        let given = ahead.ident().filter(|name| name.name != "end");
        match given.filter(|_| may_name && ends_item(&ahead)) {
            Some(given) => {
                name = Some(given);
                *query = ahead;
            }
            None => query.skip(),
        }
    }
    QueryColumn::Other { name, ty }
}

/// Reads the name behind an expression, if any, to the end of the item.
fn named(query: &mut Cursor, name: &mut Option<Ident>) -> bool {
    let mut ahead = *query;
    let says = ahead.eat("as");
    if !says && ends_item(&ahead) {
        return true;
    }
    let given = ahead.ident().filter(|_| ends_item(&ahead));
    let is_given = given.is_some();
    if is_given {
        *name = given;
        *query = ahead;
    }
    is_given
}

/// Reads `::type`.
fn cast(query: &mut Cursor) -> Option<TypeName> {
    query.advance();
    query.advance();
    types::read(query).map(|ty| ty.name)
}

/// Reads a call whose type is known: `cast(a as int)`, `count(*)`.
fn call(query: &mut Cursor) -> Option<TypeName> {
    let start = query.start();
    if query.dialect() == Dialect::Postgres && query.eat("count") {
        query.group()?;
        return Some(TypeName {
            base: "bigint".to_owned(),
            args: Vec::new(),
            array: false,
            unsigned: false,
            span: query.span_from(start),
        });
    }
    if !query.eat("cast") {
        return None;
    }
    let mut inner = query.group()?;
    while !inner.done() && !inner.eat("as") {
        inner.skip();
    }
    types::read(&mut inner).map(|ty| ty.name)
}

/// The name PostgreSQL gives a call, a cast of a column or of a call.
fn default_name(mut query: Cursor) -> Option<Ident> {
    if query.dialect() != Dialect::Postgres {
        return None;
    }
    let name = query.object_name()?;
    query.group();
    while query.symbol_at(0, b':') && query.symbol_at(1, b':') {
        cast(&mut query)?;
    }
    ends_item(&query).then_some(name)
}

/// Reads the list behind `FROM`; says whether a join merges columns.
pub(super) fn sources(query: &mut Cursor, named: &[String], found: &mut Vec<QuerySource>) -> bool {
    let mut merges = false;
    while !query.done() && !query.is_any(SOURCE_ENDS) {
        found.extend(source(query, named));
        // Up to the next source: conditions of the join.
        loop {
            if query.done() || query.is_any(SOURCE_ENDS) {
                return merges;
            }
            merges |= query.is_any("natural|using");
            if query.eat("join") || query.eat_symbol(b',') {
                break;
            }
            query.skip();
        }
    }
    merges
}

/// Reads one table, query or function with its alias.
fn source(query: &mut Cursor, named: &[String]) -> Option<QuerySource> {
    const BEHIND: &str = "on|using|join|inner|left|right|full|cross|natural|tablesample";
    query.eat_any("only|lateral");
    let mut table: Option<TableName> = match query.group() {
        Some(_) => None,
        None => Some(query.table_name()?),
    };
    let own = table.as_ref().map(|table| table.name.clone());
    let is_named = |table: &TableName| table.schema.is_none() && named.contains(&table.name);
    if query.group().is_some() || table.as_ref().is_some_and(is_named) {
        table = None;
    }
    let says = query.eat("as");
    let may_follow = says || !query.is_any(BEHIND) && !query.is_any(SOURCE_ENDS);
    let alias = may_follow.then(|| query.ident()).flatten();
    // Columns under other names.
    if query.group().is_some() {
        table = None;
    }
    Some(QuerySource {
        alias: alias.map(|alias| alias.name).or(own).unwrap_or_default(),
        table,
    })
}
