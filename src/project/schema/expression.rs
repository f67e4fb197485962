//! Identifiers inside expressions that are kept as text: check conditions, index keys, predicates.

use std::ops::Range;

use super::TableKey;

/// An identifier in an expression.
#[derive(Debug)]
struct Word {
    /// Where it stands, quotes included.
    range: Range<usize>,
    /// As the database reads it.
    name: String,
    /// A parenthesis follows: it names a function.
    called: bool,
}

impl Word {
    /// Whether it names the column. Most dialects fold quoted names too, and one that does not
    /// hardly has two names in a table that differ only in case.
    fn is(&self, column: &str) -> bool {
        self.name == column || self.name.to_lowercase() == column
    }
}

/// Whether the expression names the column.
pub(super) fn mentions(text: &str, column: &str) -> bool {
    words(text)
        .iter()
        .any(|word| !word.called && word.is(column))
}

/// The functions the expression calls, and other words before parentheses.
pub(super) fn called(text: &str) -> impl Iterator<Item = String> {
    let words = words(text).into_iter();
    words.filter(|word| word.called).map(|word| word.name)
}

/// The expression with every mention of the column renamed to what a statement spells `to`.
pub(super) fn rename(text: &str, column: &str, to: &str) -> String {
    let words = words(text).into_iter();
    let mentions = words.filter(|word| !word.called && word.is(column));
    replace(text, mentions.map(|word| word.range), to)
}

/// The expression with every cast to the type renamed to what a statement spells `to`.
pub(super) fn rename_cast(text: &str, ty: &TableKey, to: &str) -> String {
    rename_type(text, ty, to, |before| {
        let last = before
            .rsplit(|c: char| c.is_whitespace() || c == '(')
            .next();
        before.ends_with("::") || last.is_some_and(|word| word.eq_ignore_ascii_case("as"))
    })
}

/// The definition of a composite type with the type of parts renamed: they stand behind names.
pub(super) fn rename_part(text: &str, ty: &TableKey, to: &str) -> String {
    rename_type(text, ty, to, |before| {
        before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '"'))
    })
}

fn rename_type(text: &str, ty: &TableKey, to: &str, behind: impl Fn(&str) -> bool) -> String {
    let words = words(text);
    let meant = |at: usize| {
        let word = &words[at];
        let mut range = word.range.clone();
        if text[..range.start].ends_with('.') {
            let schema = at.checked_sub(1).map(|before| &words[before])?;
            range.start = schema.range.start;
            let is_meant =
                schema.name == ty.schema || ty.schema.is_empty() && schema.name == "public";
            is_meant.then_some(())?;
        }
        let is_type = word.name == ty.name && behind(text[..range.start].trim_end());
        is_type.then_some(range)
    };
    replace(text, (0..words.len()).filter_map(meant), to)
}

fn replace(text: &str, ranges: impl Iterator<Item = Range<usize>>, to: &str) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut end = 0;
    for range in ranges {
        replaced.push_str(&text[end..range.start]);
        replaced.push_str(to);
        end = range.end;
    }
    replaced.push_str(&text[end..]);
    replaced
}

/// The name PostgreSQL gives the column of an expression index.
pub(super) fn column_name(text: &str) -> String {
    let inner = text.trim().trim_start_matches('(').trim_start();
    match words(inner).first() {
        Some(word)
            if word.range.start == 0
                && (word.called || inner[word.range.end..].trim_start().starts_with("::")) =>
        {
            word.name.clone()
        }
        _ => "expr".to_owned(),
    }
}

/// Whether a predicate says `a IS NOT NULL [AND b IS NOT NULL …]` of these columns and nothing
/// else.
pub(super) fn demands_only(predicate: &str, columns: &[String]) -> bool {
    let bare = predicate.replace(['(', ')'], " ");
    let words = words(&bare);
    let only_words = bare
        .char_indices()
        .all(|(at, c)| c.is_whitespace() || words.iter().any(|word| word.range.contains(&at)));
    let mut demands = words.split(|word| word.name == "and");
    only_words
        && demands.all(|demand| match demand {
            [column, is, not, null] => {
                columns.iter().any(|name| column.is(name))
                    && is.name == "is"
                    && not.name == "not"
                    && null.name == "null"
            }
            _ => false,
        })
}

/// An expression in one spelling: without needless blanks, parentheses and quotes around names, in
/// lower case outside of quotes.
pub(super) fn normal(text: &str) -> String {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut normal = String::with_capacity(text.len());
    let mut open = None;
    let mut blank = false;
    for c in text.chars() {
        match (open, c) {
            (Some(quote), c) if c == quote => open = None,
            (None, '"' | '`' | '\'') => open = Some(c),
            (None, c) if c.is_whitespace() => {
                blank = true;
                continue;
            }
            _ => {}
        }
        if blank && is_word(c) && normal.ends_with(is_word) {
            normal.push(' ');
        }
        blank = false;
        match (open, c) {
            (_, '"' | '`') => {}
            (None, c) => normal.extend(c.to_lowercase()),
            (Some(_), c) => normal.push(c),
        }
    }
    let mut inner = normal.as_str();
    while let Some(bare) = without_parentheses(inner) {
        inner = bare;
    }
    inner.to_owned()
}

/// What stands in parentheses that hold everything.
fn without_parentheses(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('(')?.strip_suffix(')')?;
    let mut depth = 0_i32;
    for byte in inner.bytes() {
        depth += i32::from(byte == b'(') - i32::from(byte == b')');
        if depth < 0 {
            return None;
        }
    }
    Some(inner.trim())
}

/// What a key of an index says behind its column: a length, an operator class, a direction. The
/// ascending order is the usual one.
pub(super) fn behind_name(text: &str) -> String {
    let mut bare = text.trim();
    while let Some(inner) = without_parentheses(bare) {
        bare = inner;
    }
    let name = words(bare).first().map_or(0, |word| word.range.end);
    let rest: Vec<String> = bare[name..]
        .split_whitespace()
        .map(str::to_lowercase)
        .collect();
    let rest = rest.join(" ");
    let usual = ["asc nulls last", "asc", "nulls last"];
    let direction = usual.iter().find_map(|usual| rest.strip_suffix(usual));
    match direction {
        Some("") => String::new(),
        Some(rest) if rest.ends_with(' ') && !rest.ends_with("desc ") => {
            format!(" {}", rest.trim_end())
        }
        _ if rest.is_empty() => rest,
        _ => format!(" {rest}"),
    }
}

fn words(text: &str) -> Vec<Word> {
    let bytes = text.as_bytes();
    let mut words = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b'\'' => closing(bytes, at, b'\''),
            open @ (b'"' | b'`' | b'[') => {
                let end = closing(bytes, at, if open == b'[' { b']' } else { open });
                // `x[1]` is an array element, `[order]` a name.
                if open != b'[' || !text[at + 1..end].starts_with(|c: char| c.is_ascii_digit()) {
                    let inner = &text[at + 1..(end - 1).max(at + 1)];
                    words.push(word(text, at..end, inner.replace("\"\"", "\"")));
                }
                end
            }
            first if is_start(first) => {
                let end = bytes[at..]
                    .iter()
                    .position(|&byte| !is_start(byte) && !byte.is_ascii_digit() && byte != b'$')
                    .map_or(bytes.len(), |length| at + length);
                words.push(word(text, at..end, text[at..end].to_lowercase()));
                end
            }
            first if first.is_ascii_digit() => bytes[at..]
                .iter()
                .position(|byte| !byte.is_ascii_alphanumeric())
                .map_or(bytes.len(), |length| at + length),
            _ => at + 1,
        };
        at = end;
    }
    words
}

fn word(text: &str, range: Range<usize>, name: String) -> Word {
    let called = text[range.end..].trim_start().starts_with('(');
    Word {
        range,
        name,
        called,
    }
}

fn is_start(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphabetic() || !byte.is_ascii()
}

/// One past the quote that closes what opens at `at`; the end of the text if none does.
fn closing(bytes: &[u8], at: usize, quote: u8) -> usize {
    let mut end = at + 1;
    while end < bytes.len() {
        if bytes[end] == quote {
            if bytes.get(end + 1) != Some(&quote) {
                return end + 1;
            }
            end += 1;
        }
        end += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_columns_and_no_functions_or_strings() {
        assert!(mentions("lower(Email) = 'x'", "email"));
        assert!(mentions("\"eMail\" > 1", "eMail"));
        assert!(!mentions("email(x) = 'email'", "email"));
        assert!(mentions("größe > 0", "größe"));
    }

    #[test]
    fn renames_whole_words() {
        assert_eq!(
            rename("price > 0 AND unit_price > price", "price", "amount"),
            "amount > 0 AND unit_price > amount"
        );
        assert_eq!(rename("lower(\"a\")", "a", "\"B\""), "lower(\"B\")");
    }

    #[test]
    fn renames_types_where_something_is_cast() {
        let key = |schema: &str| TableKey {
            schema: schema.into(),
            name: "mood".into(),
        };
        let renamed = |text| rename_cast(text, &key(""), "feeling");
        assert_eq!(
            renamed("mood = 'mood'::mood or cast(mood as public.mood) = any('{}'::mood[])"),
            "mood = 'mood'::feeling or cast(mood as feeling) = any('{}'::feeling[])"
        );
        assert_eq!(renamed("'x'::app.mood"), "'x'::app.mood");
        assert_eq!(rename_cast("'x'::app.mood", &key("app"), "m"), "'x'::m");
        assert_eq!(rename_cast("a.mood::mood", &key("app"), "m"), "a.mood::m");
        assert_eq!(
            rename_part("as (mood mood, b app.mood[])", &key("app"), "m"),
            "as (mood m, b m[])"
        );
    }

    #[test]
    fn names_expression_columns_as_postgres_does() {
        assert_eq!(column_name("lower(email)"), "lower");
        assert_eq!(column_name("(lower(email))"), "lower");
        assert_eq!(column_name("(a::text)"), "a");
        assert_eq!(column_name("(a + b)"), "expr");
    }

    #[test]
    fn reads_not_null_predicates() {
        let columns = ["a".to_owned(), "B".to_owned()];
        let only = |predicate| demands_only(predicate, &columns);
        assert!(only("a IS NOT NULL"));
        assert!(only("([A] IS NOT NULL)"));
        assert!(only("((a is not null) AND (\"B\" IS NOT NULL))"));
        assert!(!only("c IS NOT NULL"));
        assert!(!only("a IS NOT NULL AND deleted_at IS NULL"));
        assert!(!only("a = 1"));
        assert!(!only("'"));
        assert!(!only(""));
    }

    #[test]
    fn spells_expressions_alike() {
        let same = [
            ("lower( Email )", "LOWER(\"email\")"),
            ("((deleted_at IS NULL))", "deleted_at  is null"),
            ("(a) + (b)", "(a)+(b)"),
        ];
        for (left, right) in same {
            assert_eq!(normal(left), normal(right));
        }
        assert_ne!(normal("kind = 'A'"), normal("kind = 'a'"));
        assert_eq!(normal("(a) + (b)"), "(a)+(b)");
    }

    #[test]
    fn reads_what_stands_behind_a_column() {
        let cases = [
            ("email", ""),
            ("\"Email\" ASC", ""),
            ("(email)", ""),
            ("email desc", " desc"),
            ("email asc nulls last", ""),
            ("email text_pattern_ops", " text_pattern_ops"),
            ("title(20)", " (20)"),
            ("email DESC NULLS LAST", " desc nulls last"),
        ];
        for (text, rest) in cases {
            assert_eq!(behind_name(text), rest, "{text}");
        }
    }

    #[test]
    fn survives_open_quotes() {
        for text in ["\"", "'", "[", "`", "\"\"\"", "a[", "\u{e9}\""] {
            words(text);
            rename(text, "a", "b");
            normal(text);
            behind_name(text);
        }
    }
}
