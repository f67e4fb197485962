//! Rights that everyone gets or loses: `GRANT … TO PUBLIC` and `REVOKE … FROM PUBLIC`.

use super::cursor::Cursor;
use crate::facts::schema::{
    AccessChange, Dialect, Granted, Held, PublicRight, SchemaChange, TableName,
};
use crate::parse::sql::TokenKind;

/// Reads a whole `GRANT` or `REVOKE`, or what `ALTER DEFAULT PRIVILEGES` says of them behind those
/// words.
pub(super) fn read(mut cursor: Cursor, by_default: bool) -> Option<SchemaChange> {
    if cursor.dialect() != Dialect::Postgres {
        return None;
    }
    let start = cursor.start();
    while by_default && !cursor.is_any("grant|revoke") {
        cursor.advance()?;
    }
    let gives = cursor.eat_which("grant|revoke")? == "grant";
    cursor.eat("grant option for");
    let mut rights = Vec::new();
    while !cursor.eat("on") {
        let word = cursor.word_at(0).to_ascii_lowercase();
        rights.extend((!word.is_empty()).then_some(word));
        cursor.advance()?;
    }
    let held = held(&mut cursor, by_default)?;
    if !is_for_everyone(&cursor) {
        return None;
    }
    cursor.skip_all();
    let span = cursor.span_from(start);
    Some(SchemaChange::Access(match gives {
        true => AccessChange::GrantPublic(PublicRight {
            right: granted(&rights, &held)?,
            held,
            span,
        }),
        false => AccessChange::RevokePublic(held),
    }))
}

/// What is given of it, where it is more than PostgreSQL gives everyone itself and opens rows or
/// names to everyone.
fn granted(rights: &[String], held: &Held) -> Option<Granted> {
    let has = |names: &[&str]| rights.iter().any(|right| names.contains(&right.as_str()));
    let all = has(&["all"]);
    match held {
        Held::Tables(_) | Held::AllTables(_) if all => Some(Granted::All),
        Held::Tables(_) | Held::AllTables(_) => {
            has(&["insert", "update", "delete", "truncate"]).then_some(Granted::Write)
        }
        Held::LaterTables if all => Some(Granted::All),
        Held::LaterTables => Some(match has(&["insert", "update", "delete", "truncate"]) {
            true => Granted::Write,
            false => Granted::Read,
        }),
        Held::Schemas(_) | Held::Databases(_) => (all || has(&["create"])).then_some(Granted::Make),
        Held::Anything => None,
    }
}

/// What the rights are about, behind `ON`.
fn held(cursor: &mut Cursor, by_default: bool) -> Option<Held> {
    if by_default {
        return cursor.eat("tables").then_some(Held::LaterTables);
    }
    if cursor.eat("all tables in schema") {
        return Some(Held::AllTables(names(cursor)));
    }
    if cursor.eat("schema") {
        return Some(Held::Schemas(names(cursor)));
    }
    if cursor.eat("database") {
        return Some(Held::Databases(names(cursor)));
    }
    const OTHERS: &str = "all|domain|foreign|function|language|large|parameter|procedure|routine|\
        sequence|tablespace|type";
    if cursor.is_any(OTHERS) {
        return None;
    }
    cursor.eat("table");
    let tables: Vec<TableName> = cursor.table_names();
    (!tables.is_empty()).then_some(Held::Tables(tables))
}

fn names(cursor: &mut Cursor) -> Vec<String> {
    let mut names = Vec::new();
    while let Some(name) = cursor.ident() {
        names.push(name.name);
        if !cursor.eat_symbol(b',') {
            break;
        }
    }
    names
}

/// Whether `PUBLIC` is among those behind `TO` or `FROM`.
fn is_for_everyone(cursor: &Cursor) -> bool {
    let mut cursor = *cursor;
    while !cursor.done() && !cursor.is_any("to|from") {
        cursor.skip();
    }
    cursor.rest().iter().any(|token| {
        token.kind == TokenKind::Word && cursor.text(*token).eq_ignore_ascii_case("public")
    })
}
