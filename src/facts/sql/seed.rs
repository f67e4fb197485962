//! Rows that a script brings along: `INSERT` of values that are written out.

use super::cursor::Cursor;
use crate::facts::schema::TableName;
use crate::parse::sql::TokenKind;

/// The table that gets them; `None` where the values come from elsewhere.
pub(super) fn read(mut cursor: Cursor) -> Option<TableName> {
    const MODES: &str = "or abort|or fail|or ignore|or replace|or rollback|ignore";
    if !cursor.eat_any("insert|replace") {
        return None;
    }
    cursor.eat_any(MODES);
    cursor.eat("into");
    let table = cursor.table_name()?;
    cursor.group();
    cursor.eat_any("overriding system value|overriding user value");
    let written = if cursor.eat_any("values|value") {
        cursor.group()?
    } else if cursor.eat("select") {
        without_source(cursor)?
    } else {
        return None;
    };
    let kinds = || written.rest().iter().map(|token| token.kind);
    let literal = kinds().any(|kind| matches!(kind, TokenKind::Text | TokenKind::Number));
    let parameter = kinds().any(|kind| kind == TokenKind::Placeholder);
    (literal && !parameter).then_some(table)
}

/// What a query selects; `None` where it reads a table.
fn without_source(query: Cursor) -> Option<Cursor> {
    let mut ahead = query;
    while !ahead.done() {
        let values = ahead.symbol_at(1, b'(') && ahead.word_at(2).eq_ignore_ascii_case("values");
        if ahead.is("from") && !values {
            return None;
        }
        ahead.skip();
    }
    Some(query)
}

#[cfg(test)]
mod tests {
    use crate::facts::schema::{Dialect, SchemaChange, SchemaStatement};
    use crate::facts::sql;

    fn seeded(text: &str) -> Vec<String> {
        let outcome = sql::read(text, 0..text.len(), Some(Dialect::Postgres));
        let is_code = |it: &SchemaStatement| matches!(it.change, SchemaChange::Code(_));
        assert!(outcome.facts.schema.iter().all(is_code), "{text}");
        let tables = outcome.facts.seeded.into_iter();
        tables.map(|table| table.name).collect()
    }

    #[test]
    fn written_rows_are_seeds() {
        for text in [
            "insert into roles (id, name) values (1, 'admin'), (2, 'user')",
            "insert into app.roles values (default, 'admin') on conflict do nothing",
            "insert into roles (name) select 'admin' where not exists (select 1 from roles)",
            "insert into roles (name) select name from (values ('admin')) as v (name)",
            "do $$ begin insert into roles values (1); end $$",
        ] {
            assert_eq!(seeded(text), ["roles"], "{text}");
        }
        let long = format!("insert into roles values (1{})", ", 'x'".repeat(100_000));
        assert_eq!(seeded(&long), ["roles"]);
    }

    #[test]
    fn other_rows_are_none() {
        for text in [
            "insert into roles (name) values ($1)",
            "insert into roles (name) values (:name)",
            "insert into roles (user_id, name) select id, 'admin' from users",
            "insert into roles default values",
            "create function f() returns trigger language plpgsql as $$
                begin insert into log values ('x', new.id); return new; end $$",
        ] {
            assert_eq!(seeded(text), [""; 0], "{text}");
        }
    }
}
