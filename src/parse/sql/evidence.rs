//! Which dialect a text is written in, told by the syntax of its definitions alone.

use super::lexer::{Lexer, Piece, Token, TokenKind};
use crate::facts::schema::Dialect;

/// How much of a text is looked at; definitions that tell a dialect come early and often.
const WINDOW: usize = 256 * 1024;

/// The dialect that the syntax of the definitions in `text` speaks for; `None` without evidence or
/// with evidence for several alike.
pub fn dialect_evidence(text: &str) -> Option<Dialect> {
    let text = &text[..text.floor_char_boundary(WINDOW)];
    let mut lexer = Lexer::new(text, 0, Dialect::Postgres);
    let mut votes = [0; 4];
    let mut before = [None; 2];
    while let Some(piece) = lexer.next() {
        let Piece::Token(token) = piece else { continue };
        if let Some((dialect, weight)) = vote(&lexer, before, token) {
            votes[dialect as usize] += weight;
        }
        before = [before[1], Some(token)];
    }
    let best = *votes.iter().max()?;
    let leads = votes.iter().filter(|&&votes| votes == best).count() == 1;
    let dialects = [
        Dialect::Postgres,
        Dialect::Mysql,
        Dialect::Sqlite,
        Dialect::Mssql,
    ];
    (best > 0 && leads)
        .then(|| dialects.into_iter().find(|d| votes[*d as usize] == best))
        .flatten()
}

fn vote(lexer: &Lexer, before: [Option<Token>; 2], token: Token) -> Option<(Dialect, u32)> {
    let text = lexer.slice(token.span);
    let previous = before[1].map_or("", |token| lexer.slice(token.span));
    match token.kind {
        TokenKind::Quoted if text.starts_with('`') => Some((Dialect::Mysql, 2)),
        TokenKind::Text if text.starts_with('$') => Some((Dialect::Postgres, 5)),
        TokenKind::Text if text.starts_with(['N', 'n']) => Some((Dialect::Mssql, 1)),
        TokenKind::Symbol(b':') if previous == ":" => Some((Dialect::Postgres, 3)),
        TokenKind::Symbol(b']') if previous == "[" => Some((Dialect::Postgres, 2)),
        TokenKind::Symbol(b']') => bracketed(lexer, before),
        TokenKind::Symbol(b'=') if previous.eq_ignore_ascii_case("engine") => {
            Some((Dialect::Mysql, 5))
        }
        // `GENERATED … AS IDENTITY (…)` is PostgreSQL's.
        TokenKind::Symbol(b'(') if previous.eq_ignore_ascii_case("identity") => {
            let first = before[0].map_or("", |token| lexer.slice(token.span));
            (!first.eq_ignore_ascii_case("as")).then_some((Dialect::Mssql, 5))
        }
        TokenKind::Word => word_vote(lexer, token, text, previous),
        _ => None,
    }
}

/// `[dbo]`: a name, not a subscript.
fn bracketed(lexer: &Lexer, before: [Option<Token>; 2]) -> Option<(Dialect, u32)> {
    let [Some(open), Some(name)] = before else {
        return None;
    };
    let is_name = name.kind == TokenKind::Word && lexer.slice(open.span) == "[";
    let before = &lexer.text().as_bytes()[..open.span.start as usize];
    let subscript = before.last().is_some_and(u8::is_ascii_alphanumeric);
    (is_name && !subscript).then_some((Dialect::Mssql, 2))
}

fn word_vote(lexer: &Lexer, token: Token, text: &str, previous: &str) -> Option<(Dialect, u32)> {
    if text.eq_ignore_ascii_case("go") {
        let mut rest = lexer.clone();
        let alone = lexer.starts_line(token.span.start) && rest.rest_of_line().trim().is_empty();
        rest.skip_line();
        return alone.then_some((Dialect::Mssql, 5));
    }
    if text.eq_ignore_ascii_case("rowid") && previous.eq_ignore_ascii_case("without") {
        return Some((Dialect::Sqlite, 5));
    }
    WORDS
        .iter()
        .find(|(word, ..)| text.eq_ignore_ascii_case(word))
        .map(|&(_, dialect, weight)| (dialect, weight))
}

/// Words that one dialect knows and the others do not.
const WORDS: [(&str, Dialect, u32); 47] = [
    ("auto_increment", Dialect::Mysql, 5),
    ("unsigned", Dialect::Mysql, 3),
    ("zerofill", Dialect::Mysql, 5),
    ("mediumint", Dialect::Mysql, 5),
    ("mediumtext", Dialect::Mysql, 5),
    ("longtext", Dialect::Mysql, 5),
    ("tinytext", Dialect::Mysql, 5),
    ("longblob", Dialect::Mysql, 5),
    ("mediumblob", Dialect::Mysql, 5),
    ("tinyint", Dialect::Mysql, 1),
    ("utf8mb4", Dialect::Mysql, 5),
    ("innodb", Dialect::Mysql, 3),
    ("delimiter", Dialect::Mysql, 2),
    ("autoincrement", Dialect::Sqlite, 5),
    ("pragma", Dialect::Sqlite, 5),
    ("strftime", Dialect::Sqlite, 3),
    ("sqlite_sequence", Dialect::Sqlite, 3),
    ("nvarchar", Dialect::Mssql, 5),
    ("datetime2", Dialect::Mssql, 5),
    ("datetimeoffset", Dialect::Mssql, 5),
    ("uniqueidentifier", Dialect::Mssql, 5),
    ("getdate", Dialect::Mssql, 3),
    ("sysutcdatetime", Dialect::Mssql, 3),
    ("newid", Dialect::Mssql, 3),
    ("nonclustered", Dialect::Mssql, 5),
    ("sp_rename", Dialect::Mssql, 5),
    ("dbo", Dialect::Mssql, 2),
    ("serial", Dialect::Postgres, 3),
    ("bigserial", Dialect::Postgres, 5),
    ("smallserial", Dialect::Postgres, 5),
    ("jsonb", Dialect::Postgres, 5),
    ("timestamptz", Dialect::Postgres, 5),
    ("timetz", Dialect::Postgres, 5),
    ("bytea", Dialect::Postgres, 5),
    ("plpgsql", Dialect::Postgres, 5),
    ("citext", Dialect::Postgres, 3),
    ("tsvector", Dialect::Postgres, 3),
    ("inet", Dialect::Postgres, 2),
    ("uuid", Dialect::Postgres, 1),
    ("gen_random_uuid", Dialect::Postgres, 3),
    ("uuid_generate_v4", Dialect::Postgres, 3),
    ("int4", Dialect::Postgres, 2),
    ("int8", Dialect::Postgres, 2),
    ("float8", Dialect::Postgres, 2),
    ("concurrently", Dialect::Postgres, 3),
    ("ilike", Dialect::Postgres, 3),
    ("extension", Dialect::Postgres, 2),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_text_is_read_to_its_end() {
        for text in [".5x", "1.5e", ":a:", "%(x", "{{", "$a", ".9\u{a0}"] {
            assert_eq!(dialect_evidence(text), None, "{text}");
        }
    }

    #[test]
    fn syntax_tells_the_dialect() {
        let cases = [
            (
                "create table a (id int auto_increment primary key)",
                Some(Dialect::Mysql),
            ),
            (
                "create table `a` (`id` int) engine = InnoDB",
                Some(Dialect::Mysql),
            ),
            (
                "create table a (id integer primary key autoincrement)",
                Some(Dialect::Sqlite),
            ),
            ("pragma foreign_keys = on;", Some(Dialect::Sqlite)),
            (
                "create table [dbo].[a] ([id] int)\ngo\n",
                Some(Dialect::Mssql),
            ),
            (
                "create table a (id int identity(1,1), n nvarchar(9))",
                Some(Dialect::Mssql),
            ),
            (
                "create table a (id bigserial, at timestamptz)",
                Some(Dialect::Postgres),
            ),
            (
                "create table a (tags text[] default '{}'::text[])",
                Some(Dialect::Postgres),
            ),
            (
                "alter table a alter b add generated always as identity (start with 1); select 'x'::text",
                Some(Dialect::Postgres),
            ),
            ("do $$ begin end $$", Some(Dialect::Postgres)),
            ("create table a (id int primary key)", None),
            ("-- auto_increment\nselect 'nvarchar'", None),
            ("", None),
        ];
        for (sql, expected) in cases {
            assert_eq!(dialect_evidence(sql), expected, "{sql}");
        }
    }
}
