//! SQL inside strings: what stands in the quotes, and texts put together from constants and holes.
//!
//! Every text here is as long as the source it was made of, so that spans need no translation.

use crate::parse::sql::{Lexer, Token, TokenKind};

/// SQL found in strings, and the byte of the file where it begins.
pub(super) struct Inner {
    pub(super) text: String,
    pub(super) base: usize,
    /// Parts of it are only known when it runs.
    pub(super) has_holes: bool,
}

/// What stands in the quotes of one string; doubled quotes and escapes become a blank and a character.
pub(super) fn inner(lexer: &Lexer, token: Token) -> Inner {
    let written = lexer.slice(token.span);
    let (start, end) = content(written);
    let text = &written[start..end];
    Inner {
        text: match written.as_bytes()[start - 1] {
            b'\'' => unescape(text, written.starts_with(['e', 'E'])),
            _ => text.to_owned(),
        },
        base: token.span.start as usize + start,
        has_holes: false,
    }
}

/// The place of the content of a string: behind its prefix and opening mark, before its closing one.
fn content(written: &str) -> (usize, usize) {
    if let Some(rest) = written.strip_prefix('$') {
        let tag = rest.find('$').map_or(1, |found| found + 2);
        return (tag, (written.len() - tag).max(tag));
    }
    let quote = written.find(['\'', '"']).map_or(1, |found| found + 1);
    (quote, (written.len() - 1).max(quote))
}

/// Doubled quotes open and close strings in turn; of an escape its character is left.
fn unescape(text: &str, backslash: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut opens = true;
    let mut chars = text.chars().peekable();
    while let Some(next) = chars.next() {
        if next == '\'' && chars.next_if_eq(&'\'').is_some() {
            out.push_str(if opens { " '" } else { "' " });
            opens = !opens;
        } else if next == '\\' && backslash {
            out.push(' ');
            out.extend(
                chars
                    .next()
                    .map(|c| if "nrt".contains(c) { ' ' } else { c }),
            );
        } else {
            out.push(next);
        }
    }
    out
}

/// The texts among these tokens that read like definitions: `'ALTER TABLE ' || t || ' ADD …'`,
/// `format('DROP TABLE %I', t)`, `CONCAT('CREATE …', @x)`.
pub(super) fn definitions(lexer: &Lexer, tokens: &[Token]) -> Vec<Inner> {
    let mut found = Vec::new();
    let mut joined = Vec::new();
    let mut at = 0;
    while let Some(&token) = tokens.get(at) {
        let next = match token.kind {
            TokenKind::Symbol(b'(') => {
                joined.push(at > 0 && is_concat(lexer, tokens[at - 1]));
                at + 1
            }
            TokenKind::Symbol(b')') => {
                joined.pop();
                at + 1
            }
            TokenKind::Text if begins_definition(&inner(lexer, token).text) => {
                let commas_join = joined.last() == Some(&true);
                let end = at + extent(lexer, &tokens[at..], commas_join);
                found.push(assemble(lexer, &tokens[at..end]));
                end
            }
            _ => at + 1,
        };
        at = next;
    }
    found
}

fn is_concat(lexer: &Lexer, token: Token) -> bool {
    lexer.slice(token.span).eq_ignore_ascii_case("concat")
}

fn begins_definition(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    ["alter", "create", "drop", "rename", "revoke"]
        .iter()
        .any(|verb| first.eq_ignore_ascii_case(verb))
}

/// How many tokens belong to the text that begins with the first.
fn extent(lexer: &Lexer, tokens: &[Token], commas_join: bool) -> usize {
    const ENDS: [&str; 9] = [
        "into", "using", "from", "where", "as", "end", "then", "else", "when",
    ];
    let mut depth = 0u32;
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            TokenKind::Symbol(b'(') => depth += 1,
            TokenKind::Symbol(b')') if depth == 0 => return at,
            TokenKind::Symbol(b')') => depth -= 1,
            TokenKind::Symbol(b',') if depth == 0 && !commas_join => return at,
            TokenKind::Word if depth == 0 => {
                let word = lexer.slice(token.span);
                if ENDS.iter().any(|end| word.eq_ignore_ascii_case(end)) {
                    return at;
                }
            }
            _ => {}
        }
    }
    tokens.len()
}

/// One text of the strings outside parentheses; what stands between them becomes holes.
fn assemble(lexer: &Lexer, tokens: &[Token]) -> Inner {
    let base = tokens[0].span.start as usize;
    let length = tokens[tokens.len() - 1].span.end as usize - base;
    let mut bytes = vec![b' '; length];
    let mut depth = 0u32;
    let mut written = 0;
    let mut hole = false;
    let mut has_holes = false;
    for token in tokens {
        match token.kind {
            TokenKind::Symbol(b'(') => depth += 1,
            TokenKind::Symbol(b')') => depth = depth.saturating_sub(1),
            TokenKind::Text if depth == 0 => {
                let part = inner(lexer, *token);
                let start = part.base - base;
                if std::mem::take(&mut hole) {
                    dig(&mut bytes[written..start]);
                    has_holes = true;
                }
                written = start + part.text.len();
                bytes[start..written].copy_from_slice(part.text.as_bytes());
                continue;
            }
            _ => {}
        }
        hole |= !matches!(token.kind, TokenKind::Symbol(b'|' | b'+' | b','));
    }
    if hole {
        dig(&mut bytes[written..]);
        has_holes = true;
    }
    let text = String::from_utf8(bytes).expect("strings are copied whole, all else is ASCII");
    let has_format = text.contains('%');
    Inner {
        text,
        base,
        has_holes: has_holes || has_format,
    }
}

/// Makes a template placeholder of some bytes.
fn dig(bytes: &mut [u8]) {
    if let [first, middle @ .., last] = bytes {
        *first = b'{';
        middle.fill(b'x');
        *last = b'}';
    }
}

/// Whether a name holds a hole.
pub(super) fn has_hole(name: &str) -> bool {
    name.contains(['{', '%'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::schema::Dialect;
    use crate::parse::sql::Statements;

    fn found(dialect: Dialect, sql: &str) -> Vec<(String, bool)> {
        let mut statements = Statements::new(Lexer::new(sql, 0, dialect));
        let statement = statements.next().expect("one statement");
        definitions(statements.lexer(), &statement.tokens)
            .into_iter()
            .map(|inner| {
                assert!(inner.base + inner.text.len() <= sql.len());
                (inner.text.trim().to_owned(), inner.has_holes)
            })
            .collect()
    }

    #[test]
    fn texts_keep_their_length_and_show_their_holes() {
        let pg = |sql| found(Dialect::Postgres, sql);
        let one = |text: &str, holes| vec![(text.to_owned(), holes)];
        assert_eq!(
            pg("execute 'drop table it''s' using a"),
            one("drop table it 's", false)
        );
        assert_eq!(
            pg("execute 'alter table ' || t || ' add idx_' || n || '_x int'"),
            one("alter table {xxxxxxxxx} add idx_{xxxxxxxxx}_x int", true)
        );
        assert_eq!(
            pg("execute format('drop table %I', t)"),
            one("drop table %I", true)
        );
        assert_eq!(pg("execute e'drop\\ntable a'"), one("drop  table a", false));
        assert_eq!(pg("execute $q$drop table a$q$"), one("drop table a", false));
        assert_eq!(pg("select 'dropped', 'a'"), []);
        assert_eq!(
            found(
                Dialect::Mysql,
                "set @s = if(a = 0, 'alter table a add b int', 'select 1')"
            ),
            one("alter table a add b int", false)
        );
        assert_eq!(
            found(
                Dialect::Mysql,
                "set @s = concat('alter table a', ' drop ', @c)"
            ),
            one("alter table a     drop {xxx}", true)
        );
        assert_eq!(
            found(Dialect::Mssql, "exec(N'drop table [' + @t + ']')"),
            one("drop table [{xxxxxxxx}]", true)
        );
    }
}
