//! What SQL text inside Python says about its result: whether it always gives a row, and of what.
//!
//! A look at the top-level words, enough to keep aggregates and inserts from being taken for
//! lookups; the caller writes holes of the text as `{}`.

use super::state::Verb;

/// What a statement gives.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sql {
    /// It gives a row in any case.
    pub(super) always: bool,
    /// What it does.
    pub(super) verb: Verb,
    /// The table it reads or writes first.
    pub(super) table: Option<String>,
}

/// Reads a statement; `None` where it is no SQL that gives rows.
pub(super) fn read(text: &str) -> Option<Sql> {
    if !begins(text) {
        return None;
    }
    let words = words(text);
    let top = words.iter().filter(|word| word.depth == 0);
    let top: Vec<&Word> = top.skip_while(|word| !is_verb(&word.text)).collect();
    let find = |wanted: &str| top.iter().position(|word| word.text == wanted);
    let after = |wanted: &str| Some(top.get(find(wanted)? + 1)?.text.clone());
    let main = top.first()?;
    let (always, table) = match main.text.as_str() {
        "insert" => (find("nothing").is_none(), after("into")),
        "update" => (false, top.get(1).map(|word| word.text.clone())),
        "delete" => (false, after("from")),
        _ => {
            let from = find("from").map(|at| top[at].start);
            let columns = main.start..from.unwrap_or(text.len());
            let aggregate = words
                .iter()
                .any(|word| columns.contains(&word.start) && word.is_aggregate());
            let one_row = aggregate && find("group").is_none() && find("over").is_none();
            (from.is_none() || one_row, after("from"))
        }
    };
    let table = table.filter(|name| name.starts_with(|c: char| c.is_alphabetic() || c == '_'));
    let among = |wanted: &[&str]| wanted.iter().any(|word| find(word).is_some());
    let verb = match main.text.as_str() {
        "insert" if among(&["conflict", "duplicate", "ignore", "replace"]) => Verb::Upsert,
        "insert" => Verb::Insert,
        "update" => Verb::Update,
        "delete" => Verb::Delete,
        _ => Verb::Select,
    };
    Some(Sql {
        always,
        verb,
        table,
    })
}

/// Whether a text begins like a statement that gives rows.
pub(super) fn begins(text: &str) -> bool {
    first_word(text).is_some_and(|word| is_verb(word) || word.eq_ignore_ascii_case("with"))
}

fn is_verb(word: &str) -> bool {
    ["select", "insert", "update", "delete"]
        .iter()
        .any(|verb| word.eq_ignore_ascii_case(verb))
}

/// A word outside of strings and comments.
struct Word {
    /// In lower case, the last part of a dotted name; empty for punctuation.
    text: String,
    start: usize,
    /// How many parentheses are open around it.
    depth: usize,
    /// Inside a select of its own.
    in_subquery: bool,
    /// A parenthesis follows.
    called: bool,
}

impl Word {
    fn is_aggregate(&self) -> bool {
        let names = &super::LIBRARY.query.aggregate_functions;
        self.called && !self.in_subquery && names.contains(self.text.as_str())
    }
}

fn first_word(text: &str) -> Option<&str> {
    let mut text = text.trim_start();
    while let Some(comment) = text.strip_prefix("--") {
        text = comment.split_once('\n')?.1.trim_start();
    }
    text.split(|c: char| !c.is_ascii_alphabetic()).next()
}

fn words(text: &str) -> Vec<Word> {
    let bytes = text.as_bytes();
    let mut words: Vec<Word> = Vec::new();
    // One entry for each open parenthesis: whether it is, or lies in, a subquery.
    let mut open: Vec<bool> = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let rest = &bytes[at..];
        let run = |inside: fn(u8) -> bool| rest.iter().take_while(|byte| inside(**byte)).count();
        let mut length = 1;
        match byte {
            b'(' => {
                if let Some(word) = words.last_mut() {
                    word.called = true;
                }
                let inner = text.get(at + 1..).and_then(first_word);
                let subquery = inner.is_some_and(|word| word.eq_ignore_ascii_case("select"));
                open.push(subquery || open.last().is_some_and(|outer| *outer));
            }
            b')' => {
                open.pop();
            }
            b'\'' => length = 2 + rest[1..].iter().take_while(|byte| **byte != b'\'').count(),
            b'-' if rest.starts_with(b"--") => length = run(|byte| byte != b'\n'),
            _ if byte.is_ascii_whitespace() || matches!(byte, b'[' | b']') => {}
            _ => {
                length = run(|byte| is_word(byte) || b".\"`".contains(&byte)).max(1);
                words.push(Word {
                    text: own_name(text.get(at..at + length).unwrap_or_default()),
                    start: at,
                    depth: open.len(),
                    in_subquery: open.last().is_some_and(|inside| *inside),
                    called: false,
                });
            }
        }
        at += length;
    }
    words
}

/// The last part of a dotted name, without quotes. Punctuation is a word without letters, so that
/// `count, (…)` is no call.
fn own_name(dotted: &str) -> String {
    let own = dotted.rsplit('.').next().unwrap_or_default();
    let own = own.trim_matches(['"', '`']);
    match own.bytes().all(is_word) {
        true => own.to_lowercase(),
        false => String::new(),
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATEMENTS: &[(&str, bool, Option<&str>)] = &[
        (
            "SELECT id, name FROM orders WHERE id = %s",
            false,
            Some("orders"),
        ),
        (
            "select count(*) from orders where id = $1",
            true,
            Some("orders"),
        ),
        ("SELECT COALESCE(SUM(x), 0), 1 FROM o", true, Some("o")),
        ("SELECT id, count(*) OVER () FROM o", false, Some("o")),
        (
            "SELECT status, count(*) FROM orders GROUP BY status",
            false,
            Some("orders"),
        ),
        (
            "SELECT EXISTS(SELECT 1 FROM users WHERE id = ?)",
            true,
            None,
        ),
        ("SELECT 1", true, None),
        ("SELECT 1 FROM users WHERE id = 1", false, Some("users")),
        ("SELECT (SELECT max(x) FROM y) FROM z", false, Some("z")),
        (
            "\n  -- who\n  SELECT * FROM \"public\".\"users\"",
            false,
            Some("users"),
        ),
        ("INSERT INTO t (a) VALUES (1) RETURNING id", true, Some("t")),
        (
            "INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING RETURNING id",
            false,
            Some("t"),
        ),
        (
            "INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 1",
            true,
            Some("t"),
        ),
        (
            "UPDATE t SET a = 'select count(' WHERE id = $1 RETURNING id",
            false,
            Some("t"),
        ),
        ("DELETE FROM t WHERE id = $1 RETURNING id", false, Some("t")),
        (
            "WITH x AS (SELECT count(*) FROM y) SELECT a FROM z",
            false,
            Some("z"),
        ),
        (
            "WITH x AS (SELECT a FROM y) SELECT count(*) FROM x",
            true,
            Some("x"),
        ),
    ];

    #[test]
    fn tells_whether_a_row_is_certain_and_of_what() {
        for (text, always, table) in STATEMENTS {
            let table = table.map(str::to_owned);
            let always = *always;
            let found = read(text).expect(text);
            assert_eq!((found.always, found.table), (always, table), "{text}");
            let inserts = matches!(found.verb, Verb::Insert | Verb::Upsert);
            assert_eq!(inserts, text.starts_with("INSERT"), "{text}");
            let upserts = text.contains("ON CONFLICT");
            assert_eq!(found.verb == Verb::Upsert, upserts, "{text}");
        }
    }

    #[test]
    fn other_text_says_nothing() {
        for text in [
            "",
            "PRAGMA table_info(x)",
            "selected",
            "?",
            "WITH",
            "-- only",
            "(",
            "'",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
