//! What a line says that no parser reads: in a comment, a document, a text inside a program. Knows
//! the ways in which people write down a name and its value, not which lines are read so.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::commands::{of_role, options};
use super::names::{self, Sensitivity};
use super::values::{Bound, classify};
use super::{Binding, Holder, Suspect, ValueClass, urls};
use crate::source::Span;

/// A value that a line binds to a sensitive name; all places are bytes of the line.
pub(super) struct Said<'l> {
    name: &'l str,
    name_at: Range<usize>,
    pub(super) value: Range<usize>,
    class: ValueClass,
    sensitivity: Sensitivity,
    pub(super) in_url: bool,
    /// Nothing else in the line makes it doubtful.
    is_sure: bool,
}

impl Said<'_> {
    /// The same, and not sure if it is doubtful.
    pub(super) fn unless(self, is_doubtful: bool) -> Self {
        Self {
            is_sure: self.is_sure && !is_doubtful,
            ..self
        }
    }

    /// Worth telling, not only masking.
    pub(super) fn is_shown(&self) -> bool {
        let is_value = matches!(self.class, ValueClass::Secret | ValueClass::Common);
        self.is_sure && is_value
    }

    /// What may be a value, or its name.
    pub(super) fn is_doubtful(&self) -> bool {
        self.is_sure && self.class == ValueClass::Doubtful
    }

    /// The suspect, in a line that starts `at`.
    pub(super) fn suspect(&self, at: usize, group: u32) -> Suspect {
        let span = |range: &Range<usize>| Span::new(at + range.start, at + range.end);
        Suspect {
            value: span(&self.value),
            literal: span(&self.value),
            name: self.name.to_owned(),
            name_span: span(&self.name_at),
            class: self.class,
            binding: Binding::Shown {
                in_url: self.in_url,
            },
            group,
            purpose: names::purpose(self.name, self.sensitivity),
            refused: false,
        }
    }
}

/// The lines of a text that may say something: they have one of the words that it takes, or a URL with
/// a login.
pub(super) fn telling(text: &str) -> impl Iterator<Item = Range<usize>> {
    const URL: &str = "://";
    static WORDS: LazyLock<AhoCorasick> = LazyLock::new(|| {
        let others = ["identified", "mysql", "mariadb", URL];
        let words: Vec<&str> = names::STEMS.into_iter().chain(others).collect();
        names::one_of(&words)
    });
    let bytes = text.as_bytes();
    let mut done = 0;
    WORDS.find_iter(text).filter_map(move |word| {
        let is_url = bytes[word.range()] == *URL.as_bytes();
        if word.start() < done || is_url && !has_login(&bytes[word.end()..]) {
            return None;
        }
        let start = memchr::memrchr2(b'\n', b'\r', &bytes[..word.start()]);
        let length = memchr::memchr2(b'\n', b'\r', &bytes[word.end()..]);
        let start = start.map_or(0, |end| end + 1);
        done = length.map_or(bytes.len(), |length| word.end() + length);
        Some(start..done)
    })
}

/// `user:password@…`
fn has_login(authority: &[u8]) -> bool {
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"/?#\"'`<>,;|".contains(byte);
    let mut authority = authority.iter().take_while(|byte| !is_end(byte));
    authority.any(|byte| *byte == b'@')
}

/// What a line says, each value once, in order.
pub(super) fn said(line: &str) -> Vec<Said<'_>> {
    let mut found = pairs(line);
    found.extend(in_urls(line));
    found.extend(of_role(line));
    found.extend(options(line));
    found.extend(alone(line));
    // Of two readings the first is the closer one.
    found.sort_by_key(|said| said.value.start);
    found.dedup_by(|next, said| next.value.start < said.value.end);
    found
}

/// `"name": "value"`, `'name' = 'value'` and `NAME=value`, wherever they stand.
pub(super) fn pairs(line: &str) -> Vec<Said<'_>> {
    let marks = line.match_indices(['=', ':']);
    marks.filter_map(|(mark, _)| pair(line, mark)).collect()
}

/// No longer value is looked at.
const LONGEST_VALUE: usize = 4096;

fn pair(line: &str, mark: usize) -> Option<Said<'_>> {
    let before = line[..mark].trim_end();
    let quote = before.chars().next_back().filter(|c| "\"'`".contains(*c));
    let end = before.len() - usize::from(quote.is_some());
    let start = name_start(&before[..end])?;
    let name = &before[start..end];
    let rest = &line[mark + 1..];
    let rest = &rest[..rest.floor_char_boundary(LONGEST_VALUE)];
    let opened = rest.trim_start_matches([' ', '=']);
    let value = match quote {
        Some(quote) => {
            let is_closed = before[..start].ends_with(quote);
            let open = opened
                .chars()
                .next()
                .filter(|c| is_closed && "\"'`".contains(*c))?;
            let from = mark + 1 + rest.len() - opened.len() + 1;
            from..from + opened[1..].find(open)?
        }
        None => {
            let is_variable = names::is_variable(name) && before.len() == mark;
            let is_apart = before[..start].ends_with([' ', '\t', '"', '\'', '`', ',']);
            let from = mark + 1;
            let end = |c: char| c.is_whitespace() || "\"'`,;)]}&|".contains(c);
            let length = rest.find(end).unwrap_or(rest.len());
            let sets = line.as_bytes()[mark] == b'=' && (is_apart || start == 0);
            (sets && is_variable).then_some(from..from + length)?
        }
    };
    let is_code = quote.is_none() && is_expression(&line[value.clone()]);
    bind(line, (name, start..end), value, holder_of(name)).map(|said| said.unless(is_code))
}

/// Where the name starts that a text ends with.
fn name_start(before: &str) -> Option<usize> {
    const LONGEST: usize = 64;
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let name = before.bytes().rev().take(LONGEST);
    let length = name.take_while(|byte| is_part(char::from(*byte))).count();
    (length > 0).then(|| before.len() - length)
}

/// `name: value` or `name = value` and nothing else that matters.
fn alone(line: &str) -> Option<Said<'_>> {
    let is_mark = |c: char| c.is_whitespace() || "#-/;*\"'`{[,(!>".contains(c);
    let mark = line.find(['=', ':'])?;
    let before = line[..mark].trim_matches(is_mark);
    let before = before.strip_prefix("Default ").unwrap_or(before);
    let name = before.rsplit(char::is_whitespace).next().unwrap_or(before);
    let text = line[mark + 1..].trim_start_matches(|c: char| c == '=' || is_mark(c));
    let from = line.len() - text.len();
    let length = text
        .find(|c: char| c.is_whitespace() || "\"'`,;)]}".contains(c))
        .unwrap_or(text.len());
    let start = name.as_ptr() as usize - line.as_ptr() as usize;
    let says_more = |c: char| c.is_alphanumeric() || "([{<".contains(c);
    let opening = &line[mark + 1..from];
    let is_quoted = opening.ends_with(['"', '\'', '`']);
    let is_set = names::is_variable(name) || !name.ends_with(&text[..length]);
    let is_text = is_quoted || is_set && !is_expression(&text[..length]);
    let is_whole = before.len() == name.len()
        && !opening.contains(['{', '[', '(', '<', '>'])
        && !text[length..].contains(says_more);
    let value = from..from + length;
    let name_at = start..start + name.len();
    bind(line, (name, name_at), value, holder_of(name))
        .map(|said| said.unless(!is_text || !is_whole))
}

/// `user.password`, `generate(length`: code that a document shows.
pub(super) fn is_expression(value: &str) -> bool {
    let is_name = |part: &str| {
        let mut bytes = part.bytes();
        bytes
            .next()
            .is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
            && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    value.starts_with('$')
        || value.contains(['(', '{', '[', '<'])
        || value.contains('.') && value.split('.').all(is_name)
}

/// Passwords in URLs, and parameters.
fn in_urls(line: &str) -> Vec<Said<'_>> {
    if !line.contains("://") {
        return Vec::new();
    }
    let of_users = urls::passwords(line).into_iter().map(|url| Said {
        name: url.scheme,
        name_at: url.password.clone(),
        value: url.password,
        class: url.class,
        sensitivity: Sensitivity::Password,
        in_url: true,
        is_sure: true,
    });
    let parameters = urls::parameters(line)
        .into_iter()
        .filter_map(|(_, name, value)| {
            let said = bind(line, (&line[name.clone()], name), value, Holder::Settings)?;
            Some(Said {
                in_url: true,
                ..said
            })
        });
    of_users.chain(parameters).collect()
}

/// What stands at `value` for a name, as an entry of the holder.
pub(super) fn bind<'l>(
    line: &'l str,
    (name, name_at): (&'l str, Range<usize>),
    value: Range<usize>,
    holder: Holder,
) -> Option<Said<'l>> {
    let text = &line[value.clone()];
    let is_quoted = line[..value.start].ends_with(['"', '\'', '`']);
    let sensitivity = match names::sensitivity(name)? {
        Sensitivity::Bare if names::is_variable(name) && names::is_pass(name) => {
            Sensitivity::Password
        }
        // Among words for people most keys are those of a thing.
        Sensitivity::Bare if !is_quoted || !name.ends_with("token") => return None,
        found => found,
    };
    let bound = Bound {
        name,
        sensitivity,
        binding: Binding::Entry(holder),
        is_beside: &|_| true,
    };
    let class = classify(text, &bound)?;
    Some(Said {
        name,
        name_at,
        value,
        class,
        sensitivity,
        in_url: false,
        // What was cut off in the middle of a template.
        is_sure: !text.contains(['{', '}']),
    })
}

/// A variable of a process, or an entry of settings.
fn holder_of(name: &str) -> Holder {
    match names::is_variable(name) {
        true => Holder::Dotenv,
        false => Holder::Settings,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &str) -> Vec<(&str, &str)> {
        let said = said(line).into_iter().filter(Said::is_shown);
        said.map(|said| (said.name, &line[said.value])).collect()
    }

    #[test]
    fn lines_that_say_a_value() {
        for (line, name, value) in [
            ("DB_PASSWORD=hunt3r-2", "DB_PASSWORD", "hunt3r-2"),
            (
                "- api_key: '9fQ2x7Lm0ZtRw4Kc'",
                "api_key",
                "9fQ2x7Lm0ZtRw4Kc",
            ),
            ("'password: 'hunt3r-2',", "password", "hunt3r-2"),
            (
                "Give {\"user\": \"ada\", \"password\": \"hunt3r-2\"}",
                "password",
                "hunt3r-2",
            ),
            (
                "docker run -e DB_PASSWORD=hunt3r-2 postgres",
                "DB_PASSWORD",
                "hunt3r-2",
            ),
            (
                "psql postgres://ada:hunt3r-2@db/x -c 'select 1'",
                "postgres",
                "hunt3r-2",
            ),
            (
                "see https://a.io/x?api_key=9fQ2x7Lm0ZtRw4Kc&b=1",
                "api_key",
                "9fQ2x7Lm0ZtRw4Kc",
            ),
            (
                "create user ada with password 'hunt3r-2';",
                "password",
                "hunt3r-2",
            ),
            ("SMTP_PASS=hunt3r-2", "SMTP_PASS", "hunt3r-2"),
        ] {
            assert_eq!(told(line), [(name, value)], "{line}");
        }
    }

    #[test]
    fn commands_that_say_a_value() {
        for (line, name, value) in [
            ("shop --jwt-secret hunt3r-2 \\", "jwt-secret", "hunt3r-2"),
            ("shop --password='hunter'", "password", "hunter"),
            ("\\set APP_PASSWORD hunt3r-2", "APP_PASSWORD", "hunt3r-2"),
            ("shop --jwt-secret big_kitten", "jwt-secret", "big_kitten"),
            ("openssl pkcs12 -passout pass:hunter", "passout", "hunter"),
            (
                "mysql -e 'create user a identified by \"hunter\"'",
                "password",
                "hunter",
            ),
            (
                "{\"ci_token\": \"9fQ2x7Lm0ZtRw4KcA1\"}",
                "ci_token",
                "9fQ2x7Lm0ZtRw4KcA1",
            ),
            ("Default password: hunter", "password", "hunter"),
            ("mysql -u ada -phunt3r-2 shop", "password", "hunt3r-2"),
            (
                "otpauth://totp/shop?secret=5ZH7Y5CTFWOXN7EO",
                "secret",
                "5ZH7Y5CTFWOXN7EO",
            ),
        ] {
            assert_eq!(told(line), [(name, value)], "{line}");
        }
    }

    #[test]
    fn other_lines() {
        for line in [
            "The password: hunt3r-3",
            "password: hunt3r-4 (or another)",
            "password: change-me",
            "the password = ${A}",
            "user_password = password",
            "password: user.password",
            "api_key = make_api_key(user)",
            "SECRET={secret}",
            "\"password\": \"Password\"",
            "if password == 'x' or y",
            "password 'x'",
            "with --password or --token",
            "with --password and more",
            "--password $PASSWORD",
            "DB_PASSWORD=$password",
            "DB_PASSWORD='${ROOT_PASSWORD}',",
            "\"key\": \"9fQ2x7Lm0ZtRw4KcA1\"",
            "-passin file:keys",
            "psql -p5432 -pport",
            "create user a password '$password'",
            "",
        ] {
            assert_eq!(told(line), [], "{line}");
        }
    }
}
