//! The marks that migration tools read in comments. Knows only their words.

use crate::facts::schema::{Dialect, Section};

/// What a mark says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marker {
    /// What follows belongs to a direction.
    Section(Section),
    /// A statement ends here.
    Break,
}

/// Reads the comment of one line, marks included, in a document of a dialect.
pub(super) fn read(comment: &str, dialect: Dialect) -> Option<Marker> {
    if comment.starts_with("/*") {
        return None;
    }
    let text = comment.trim_start_matches(['-', '#', ' ']).trim_end();
    let (first, rest) = text
        .split_once(char::is_whitespace)
        .map_or((text, ""), |(first, rest)| (first, rest.trim_start()));
    let second = rest.split_whitespace().next().unwrap_or_default();
    let is = |word: &str, known: &str| word.eq_ignore_ascii_case(known);
    match () {
        () if is(first, ">") && is(second, "statement-breakpoint") => Some(Marker::Break),
        () if ["+goose", "+migrate", "rambler"]
            .iter()
            .any(|m| is(first, m)) =>
        {
            direction(second).or_else(|| {
                second
                    .to_ascii_lowercase()
                    .starts_with("statement")
                    .then_some(Marker::Break)
            })
        }
        () if is(first, "changeset") => Some(Marker::Section(changeset(rest, dialect))),
        () if is(first, "migrate:up") || is(first, "!Ups") => Some(Marker::Section(Section::Up)),
        () if is(first, "migrate:down") || is(first, "!Downs") || is(first, "//@undo") => {
            Some(Marker::Section(Section::Down))
        }
        () if is(second, "migration") => direction(first),
        () if comment.starts_with("----") && text.starts_with("create above / drop below") => {
            Some(Marker::Section(Section::Down))
        }
        () => None,
    }
}

fn direction(word: &str) -> Option<Marker> {
    match word.to_ascii_lowercase().as_str() {
        "up" => Some(Marker::Section(Section::Up)),
        "down" => Some(Marker::Section(Section::Down)),
        _ => None,
    }
}

/// `author:id dbms:postgresql,h2 …`: a change set may be for some databases only, or for all but
/// some.
fn changeset(attributes: &str, dialect: Dialect) -> Section {
    let names: &[&str] = match dialect {
        Dialect::Postgres => &["postgresql", "all"],
        Dialect::Mysql => &["mysql", "mariadb", "all"],
        Dialect::Sqlite => &["sqlite", "all"],
        Dialect::Mssql => &["mssql", "all"],
    };
    let dbms = attributes
        .split_whitespace()
        .find_map(|word| word.strip_prefix("dbms:"));
    let Some(dbms) = dbms.map(|list| list.trim_matches('"')) else {
        return Section::Up;
    };
    let is_ours = |name: &str| names.iter().any(|own| name.eq_ignore_ascii_case(own));
    let listed: Vec<&str> = dbms.split(',').map(str::trim).collect();
    let excepted = listed
        .iter()
        .any(|name| name.strip_prefix('!').is_some_and(is_ours));
    let all_excepted = listed.iter().all(|name| name.starts_with('!'));
    match !excepted && (all_excepted || listed.iter().any(|name| is_ours(name))) {
        true => Section::Up,
        false => Section::Elsewhere,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_mark_the_way_back() {
        let down = Some(Marker::Section(Section::Down));
        let up = Some(Marker::Section(Section::Up));
        let elsewhere = Some(Marker::Section(Section::Elsewhere));
        let cases = [
            ("-- +goose Up", up),
            ("-- +goose Down", down),
            ("-- +goose StatementBegin", Some(Marker::Break)),
            ("-- +goose NO TRANSACTION", None),
            ("-- +migrate Down", down),
            ("-- migrate:up transaction:false", up),
            ("--migrate:down", down),
            ("---- create above / drop below ----", down),
            ("-- Up Migration", up),
            ("-- Down Migration", down),
            ("--> statement-breakpoint", Some(Marker::Break)),
            ("# --- !Downs", down),
            ("-- //@UNDO", down),
            ("--changeset ann:1", up),
            ("--changeset ann:2 dbms:mysql,h2 context:a", elsewhere),
            ("--changeset ann:3 dbms:\"h2,postgresql\"", up),
            ("-- changeset ann:4 dbms:!postgresql", elsewhere),
            ("-- changeset ann:5 dbms:!mysql", up),
            ("-- the down payment", None),
            ("--", None),
        ];
        for (comment, expected) in cases {
            assert_eq!(read(comment, Dialect::Postgres), expected, "{comment}");
        }
    }
}
