//! Finds passwords in SQL: those of roles, of connections to other servers, and rows that bring
//! plain ones along. Knows tokens and the few statements that take a password.

use rustc_hash::FxHashMap;

use super::names::{self, Sensitivity};
use super::values::{Bound, classify, is_digest};
use super::{Binding, Purpose, Suspect, ValueClass, urls};
use crate::parse::sql::{Lexer, Statement, Token, TokenKind};
use crate::source::Span;

/// Collects suspects while the statements of a text pass by.
#[derive(Default)]
pub struct Statements {
    found: Vec<Suspect>,
    groups: FxHashMap<String, u32>,
}

/// A password in a statement.
struct Password<'t> {
    /// Whose, or the column it goes to.
    name: &'t str,
    name_span: Span,
    text: &'t str,
    value: Span,
    literal: Span,
    binding: Binding,
}

impl Statements {
    /// Takes one statement.
    pub fn visit(&mut self, lexer: &Lexer<'_>, statement: &Statement) {
        let reader = Reader {
            lexer,
            tokens: &statement.tokens,
        };
        let first = reader.word(0).to_ascii_lowercase();
        match first.as_str() {
            "create" | "alter" | "grant" | "set" => self.push_all(reader.of_role()),
            "insert" | "replace" => self.push_all(reader.of_rows()),
            _ => {}
        }
        self.push_all(reader.of_connections());
    }

    /// What was found, in source order.
    pub fn finish(mut self) -> Vec<Suspect> {
        self.found.sort_by_key(|suspect| suspect.value);
        self.found
    }

    fn push_all(&mut self, passwords: Vec<Password<'_>>) {
        for password in passwords {
            let class = match password.binding {
                Binding::Statement => {
                    let bound = Bound {
                        name: "password",
                        sensitivity: Sensitivity::Password,
                        binding: password.binding,
                        is_beside: &|_| true,
                    };
                    classify(password.text, &bound)
                }
                _ => Some(ValueClass::Secret),
            };
            let Some(class) = class else { continue };
            let next = self.groups.len() as u32;
            let group = *self.groups.entry(password.text.to_owned()).or_insert(next);
            self.found.push(Suspect {
                value: password.value,
                literal: password.literal,
                name: password.name.to_owned(),
                name_span: password.name_span,
                class,
                binding: password.binding,
                group,
                purpose: Purpose::Password,
                refused: false,
            });
        }
    }
}

struct Reader<'s, 't> {
    lexer: &'s Lexer<'t>,
    tokens: &'s [Token],
}

impl<'t> Reader<'_, 't> {
    fn word(&self, at: usize) -> &'t str {
        let token = self.tokens.get(at);
        let word = token.filter(|token| matches!(token.kind, TokenKind::Word | TokenKind::Quoted));
        word.map_or("", |token| {
            self.lexer
                .slice(token.span)
                .trim_matches(['"', '`', '[', ']'])
        })
    }

    fn is(&self, at: usize, words: &[&str]) -> bool {
        words
            .iter()
            .any(|word| self.word(at).eq_ignore_ascii_case(word))
    }

    fn text(&self, at: usize) -> Option<(&'t str, Span)> {
        let token = self.tokens.get(at)?;
        (token.kind == TokenKind::Text).then(|| self.content(token))
    }

    /// What stands between the quotes.
    fn content(&self, token: &Token) -> (&'t str, Span) {
        let source = self.lexer.slice(token.span);
        let open = source.find(['\'', '"']).map_or(0, |at| at + 1);
        let close =
            source.len() - usize::from(source.len() > open && source.ends_with(['\'', '"']));
        let start = token.span.start as usize;
        (&source[open..close], Span::new(start + open, start + close))
    }

    fn password(&self, (name, name_span): (&'t str, Span), at: usize) -> Option<Password<'t>> {
        let (text, value) = self.text(at)?;
        Some(Password {
            name,
            name_span,
            text,
            value,
            literal: self.tokens[at].span,
            binding: Binding::Statement,
        })
        .filter(|_| !is_digest(text))
    }

    /// `CREATE ROLE app PASSWORD '…'`, `IDENTIFIED BY '…'`, `SET PASSWORD FOR app = '…'`.
    fn of_role(&self) -> Vec<Password<'t>> {
        const KINDS: [&str; 6] = ["role", "user", "login", "for", "exists", "to"];
        let mut name = None;
        let mut found = Vec::new();
        for at in 1..self.tokens.len() {
            if name.is_none() && self.is(at - 1, &KINDS) && !self.is(at, &["mapping", "if"]) {
                let token = &self.tokens[at];
                let text = match token.kind {
                    TokenKind::Text => self.content(token).0,
                    _ => self.word(at),
                };
                name = Some((text, token.span)).filter(|(text, _)| !text.is_empty());
            }
            let value = if self.is(at, &["password"]) {
                let skipped = self.tokens[at + 1..].iter();
                let marks = |token: &&Token| matches!(token.kind, TokenKind::Symbol(b'=' | b'('));
                at + 1 + skipped.take_while(marks).count()
            } else if self.is(at, &["by", "as"]) && self.is(at.saturating_sub(1), &["identified"]) {
                at + 1
            } else if self.is(at, &["identified"])
                && self.is(at + 1, &["with"])
                && self.is(at + 3, &["by"])
            {
                at + 4
            } else {
                continue;
            };
            let name = name.unwrap_or(("password", self.tokens[0].span));
            found.extend(self.password(name, value));
        }
        found
    }

    /// `INSERT INTO users (name, password) VALUES ('ada', '…')`.
    fn of_rows(&self) -> Vec<Password<'t>> {
        let Some(columns) = self
            .tokens
            .iter()
            .position(|token| token.kind == TokenKind::Symbol(b'('))
        else {
            return Vec::new();
        };
        let Some(values) =
            (columns..self.tokens.len()).find(|at| self.is(*at, &["values", "value"]))
        else {
            return Vec::new();
        };
        let mut wanted = Vec::new();
        let named = self.elements(columns);
        for (nth, element) in named.iter().enumerate() {
            let column = self.word(element.start);
            if names::sensitivity(column) == Some(Sensitivity::Password) && element.end <= values {
                wanted.push((nth, (column, self.tokens[element.start].span)));
            }
        }
        if wanted.is_empty() {
            return Vec::new();
        }
        let mut found = Vec::new();
        let mut at = values + 1;
        while self
            .tokens
            .get(at)
            .is_some_and(|token| token.kind == TokenKind::Symbol(b'('))
        {
            let row = self.elements(at);
            let end = row.last().map_or(at + 1, |last| last.end);
            if row.len() == named.len() {
                let plain = wanted.iter().filter_map(|(nth, name)| {
                    let element = &row[*nth];
                    self.plain(element).and_then(|at| self.password(*name, at))
                });
                found.extend(plain);
            }
            // The parenthesis, then a comma.
            at = end + 1;
            while self
                .tokens
                .get(at)
                .is_some_and(|token| token.kind == TokenKind::Symbol(b','))
            {
                at += 1;
            }
        }
        found
    }

    /// The string that an element of a row is, or that the database is to hash.
    fn plain(&self, element: &std::ops::Range<usize>) -> Option<usize> {
        const HASHES: [&str; 8] = [
            "crypt", "md5", "password", "sha", "sha1", "sha2", "sha256", "sha512",
        ];
        let start = element.start;
        if element.len() == 1 {
            return Some(start);
        }
        self.is(start, &HASHES).then_some(start + 2)
    }

    /// The elements of the group that starts at a parenthesis.
    fn elements(&self, open: usize) -> Vec<std::ops::Range<usize>> {
        let mut elements = Vec::new();
        let (mut depth, mut start) = (0, open + 1);
        for at in open..self.tokens.len() {
            match self.tokens[at].kind {
                TokenKind::Symbol(b'(') => depth += 1,
                TokenKind::Symbol(b')') => {
                    depth -= 1;
                    if depth == 0 {
                        elements.push(start..at);
                        break;
                    }
                }
                TokenKind::Symbol(b',') if depth == 1 => {
                    elements.push(start..at);
                    start = at + 1;
                }
                _ => {}
            }
        }
        elements
    }

    /// `dblink('dbname=shop password=…')`, `OPTIONS (password '…')`, URLs.
    fn of_connections(&self) -> Vec<Password<'t>> {
        let mut found = Vec::new();
        for (at, token) in self.tokens.iter().enumerate() {
            if token.kind != TokenKind::Text {
                continue;
            }
            let (text, span) = self.content(token);
            let is_option = at > 0
                && self.is(at - 1, &["password"])
                && self.tokens[..at]
                    .iter()
                    .enumerate()
                    .any(|(at, _)| self.is(at, &["options"]));
            if is_option {
                found.extend(self.password(("password", token.span), at));
            }
            if let Some(part) = conninfo(text) {
                found.push(Password {
                    name: "password",
                    name_span: token.span,
                    text: &text[part.clone()],
                    value: Span::new(
                        span.start as usize + part.start,
                        span.start as usize + part.end,
                    ),
                    literal: token.span,
                    binding: Binding::Statement,
                });
            }
            for url in urls::passwords(text) {
                let start = span.start as usize;
                found.push(Password {
                    name: url.scheme,
                    name_span: token.span,
                    text: &text[url.password.clone()],
                    value: Span::new(start + url.password.start, start + url.password.end),
                    literal: token.span,
                    binding: Binding::Url {
                        host: url.host,
                        holder: None,
                    },
                });
            }
        }
        found
    }
}

/// Where the password stands in `host=db dbname=shop password=…`.
fn conninfo(text: &str) -> Option<std::ops::Range<usize>> {
    const MARK: &str = "password=";
    let start = text.find(MARK)? + MARK.len();
    let is_connection = ["host=", "dbname=", "user="]
        .iter()
        .any(|key| text.contains(key));
    let length = text[start..]
        .find([' ', '\'', '"'])
        .unwrap_or(text.len() - start);
    (is_connection && length > 0 && !text.contains("://") && !text.contains(';'))
        .then_some(start..start + length)
}

#[cfg(test)]
mod tests {
    use crate::facts::sql;

    fn found(text: &str) -> Vec<(String, &str)> {
        let outcome = sql::read(text, 0..text.len(), None);
        let found = outcome.facts.secrets.into_iter();
        found
            .map(|suspect| (suspect.name, suspect.value.of(text)))
            .collect()
    }

    #[test]
    fn statements_that_take_a_password() {
        for (text, name) in [
            ("CREATE ROLE app WITH LOGIN PASSWORD 'hunt3r-2';", "app"),
            (
                "create user if not exists 'app'@'%' identified by 'hunt3r-2'",
                "app",
            ),
            (
                "ALTER USER app IDENTIFIED WITH caching_sha2_password BY 'hunt3r-2'",
                "app",
            ),
            ("CREATE LOGIN app WITH PASSWORD = 'hunt3r-2'", "app"),
            ("SET PASSWORD FOR app = PASSWORD('hunt3r-2')", "app"),
            (
                "CREATE USER MAPPING FOR app SERVER s OPTIONS (user 'a', password 'hunt3r-2')",
                "app",
            ),
            (
                "SELECT * FROM dblink('dbname=x user=y password=hunt3r-2', 'select 1') as t (a int)",
                "password",
            ),
            (
                "INSERT INTO users (name, password) VALUES ('ada', 'hunt3r-2')",
                "password",
            ),
            (
                "INSERT INTO users (name, password) VALUES ('ada', crypt('hunt3r-2', gen_salt('bf')))",
                "password",
            ),
        ] {
            let found = found(text);
            assert!(
                found.iter().any(|it| it.1 == "hunt3r-2"),
                "{text} {found:?}"
            );
            assert_eq!(found[0].0, name, "{text}");
        }
    }

    #[test]
    fn other_statements_have_none() {
        for text in [
            "CREATE ROLE app WITH LOGIN PASSWORD NULL",
            "CREATE ROLE app PASSWORD :'password'",
            "CREATE ROLE app PASSWORD '${APP_PASSWORD}'",
            "CREATE ROLE app PASSWORD 'SCRAM-SHA-256$4096:c2FsdA==$a2V5:a2V5'",
            "CREATE TABLE users (password text DEFAULT 'hunt3r-2')",
            "INSERT INTO users (name, password) VALUES ('ada', '$2b$12$EixZaYVK1fsbw1ZfbX3OXe')",
            "INSERT INTO users (name, password_hash) VALUES ('ada', 'hunt3r-2')",
            "INSERT INTO users (name, password) VALUES ('ada', $1)",
            "INSERT INTO labels (password) SELECT 'x'",
            "SELECT 'the password=x of it'",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
