//! Steps of a history in a language that is not read (Go, TypeScript, Ruby, …): only the names in
//! their strings are, because these may be tables whose end state is then unknown.

use std::collections::BTreeSet;
use std::ops::Range;

use super::FileOutcome;
use super::schema::{SchemaChange, SchemaStatement, Section};
use crate::source::Span;

/// The facts of the part `range` of `text`. A step that only moves rows has none.
pub fn read(text: &str, range: Range<usize>) -> FileOutcome {
    let mut outcome = FileOutcome::default();
    let part = text.get(range.clone()).unwrap_or_default();
    if defines(part) {
        let names: BTreeSet<&str> = strings(part).flat_map(words).collect();
        outcome.facts.schema.push(SchemaStatement {
            span: Span::new(range.start, range.start),
            section: Section::Up,
            guarded: false,
            change: SchemaChange::Unread {
                names: names.into_iter().map(str::to_owned).collect(),
            },
        });
    }
    outcome
}

/// Whether the text defines anything: `ALTER TABLE`, `createIndex`, `drop_column`.
fn defines(text: &str) -> bool {
    const VERBS: [&str; 6] = ["add", "alter", "change", "create", "drop", "rename"];
    const BETWEEN: [&str; 6] = [
        "concurrently",
        "materialized",
        "or",
        "replace",
        "unique",
        "foreign",
    ];
    const OBJECTS: [&str; 13] = [
        "column",
        "columns",
        "constraint",
        "domain",
        "extension",
        "index",
        "key",
        "partition",
        "primary",
        "schema",
        "table",
        "type",
        "view",
    ];
    let mut is_verb = false;
    words(text).flat_map(parts).any(|part| {
        let part = part.to_ascii_lowercase();
        let part = part.as_str();
        let defines = is_verb && OBJECTS.contains(&part);
        is_verb = VERBS.contains(&part) || is_verb && BETWEEN.contains(&part);
        defines
    })
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c| !is_word(c));
    words.filter(|word| !word.is_empty())
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// `createTable` and `create_table` are two.
fn parts(word: &str) -> impl Iterator<Item = &str> {
    word.split('_').flat_map(|word| {
        let humps = word.char_indices().zip(word.chars().skip(1));
        let humps = humps.filter(|((_, before), c)| before.is_lowercase() && c.is_uppercase());
        let humps = humps.map(|((at, before), _)| at + before.len_utf8());
        let starts: Vec<usize> = [0].into_iter().chain(humps).collect();
        let ends = starts.clone().into_iter().skip(1).chain([word.len()]);
        starts
            .into_iter()
            .zip(ends)
            .map(|(start, end)| &word[start..end])
    })
}

/// What stands in quotes, and symbols (`:orders`). A quote without an end is none, and neither are
/// those behind it on its line.
fn strings(text: &str) -> impl Iterator<Item = &str> {
    let mut at = 0;
    let mut resume = 0;
    std::iter::from_fn(move || {
        loop {
            let quote = text[at..].find(['"', '\'', '`', ':'])? + at;
            let rest = &text[quote + 1..];
            at = quote + 1;
            let length = match text.as_bytes()[quote] {
                b':' => Some(rest.find(|c| !is_word(c)).unwrap_or(rest.len())),
                b'`' => rest.find('`'),
                _ if quote < resume => None,
                other => end_of_string(rest, other).or_else(|| {
                    resume = at + rest.find('\n').unwrap_or(rest.len());
                    None
                }),
            };
            if let Some(length) = length.filter(|length| *length > 0) {
                at += length + usize::from(text.as_bytes()[quote] != b':');
                return Some(&rest[..length]);
            }
        }
    })
}

/// Where a string ends that goes to the end of its line at most.
fn end_of_string(rest: &str, quote: u8) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in rest.bytes().enumerate() {
        match byte {
            b'\n' => return None,
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            _ if byte == quote => return Some(at),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        let outcome = read(text, 0..text.len());
        let changes = outcome.facts.schema.into_iter().map(|it| it.change);
        let names = changes.flat_map(|change| match change {
            SchemaChange::Unread { names } => names,
            _ => Vec::new(),
        });
        names.collect()
    }

    #[test]
    fn what_a_step_that_defines_something_names() {
        let go = "const table = \"v1_event\"\nfunc up() { // don't\n\tdb.Exec(`CREATE INDEX ON x\n(y)`)\n}\n";
        assert_eq!(names(go), ["CREATE", "INDEX", "ON", "v1_event", "x", "y"]);
        assert_eq!(
            names("exports.up = pgm => pgm.addColumn('users', { a: 'it\\'s' })"),
            ["it", "s", "users"]
        );
        assert_eq!(names("add_index :orders, :user_id"), ["orders", "user_id"]);
        assert_eq!(
            names("await prisma.user.createMany({ data: \"x\" }); create(user)"),
            [""; 0]
        );
    }

    #[test]
    fn hostile_texts_are_read_in_linear_time() {
        for text in ["\"", "`", "'\\", ":", "create table \"a\n"] {
            assert!(names(&text.repeat(50_000)).len() <= 1);
        }
    }
}
