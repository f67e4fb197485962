//! What a line says that no parser reads: in a comment, a document, a text inside a program. Knows
//! the ways in which people write down a name and its value, not which lines are read so.

use std::ops::Range;

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
    in_url: bool,
    /// Nothing else in the line makes it doubtful.
    is_sure: bool,
}

impl Said<'_> {
    /// Worth telling, not only masking.
    pub(super) fn is_shown(&self) -> bool {
        let is_value = matches!(self.class, ValueClass::Secret | ValueClass::Common);
        self.is_sure && is_value
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

fn pair(line: &str, mark: usize) -> Option<Said<'_>> {
    let before = line[..mark].trim_end();
    let quote = before.chars().next_back().filter(|c| "\"'`".contains(*c));
    let end = before.len() - usize::from(quote.is_some());
    let start = name_start(&before[..end])?;
    let name = &before[start..end];
    let rest = &line[mark + 1..];
    let opened = rest.trim_start_matches([' ', '=']);
    let value = match quote {
        Some(quote) => {
            let is_closed = before[..start].ends_with(quote);
            let open = opened
                .chars()
                .next()
                .filter(|c| is_closed && "\"'`".contains(*c))?;
            let from = line.len() - opened.len() + 1;
            from..from + line[from..].find(open)?
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
    let is_text = quote.is_some() || !is_expression(&line[value.clone()]);
    bind(line, start..end, value, is_text)
}

/// `--password value`, and `\set password value` of psql.
fn options(line: &str) -> Vec<Said<'_>> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    let marks = ["--", "\\set "];
    let starts = marks.iter().flat_map(|mark| {
        let found = line.match_indices(mark);
        found.map(|(at, _)| (at, at + mark.len()))
    });
    let mut found = Vec::new();
    for (at, start) in starts {
        let name = &line[start..];
        let name = &name[..name.find(|c| !is_name(c)).unwrap_or(name.len())];
        let rest = &line[start + name.len()..];
        if at > 0 && !line[..at].ends_with(' ') || !rest.starts_with([' ', '=']) {
            continue;
        }
        let quoted = rest[1..].strip_prefix(['"', '\'']);
        let value = quoted.unwrap_or(&rest[1..]);
        let length = value
            .find([' ', '"', '\'', '`', '\n', ')'])
            .unwrap_or(value.len());
        let value = &value[..length];
        // A word is what a document goes on with.
        let is_word = |c: char| c.is_ascii_alphabetic() || ".,;:-".contains(c);
        let is_sure = quoted.is_some() || !value.trim_start_matches('-').chars().all(is_word);
        let from = value.as_ptr() as usize - line.as_ptr() as usize;
        let name = start..start + name.len();
        found.extend(bind(
            line,
            name,
            from..from + length,
            is_sure && !is_expression(value),
        ));
    }
    found
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
    bind(line, start..start + name.len(), value, is_text && is_whole)
}

/// `user.password`, `generate(length`: code that a document shows.
fn is_expression(value: &str) -> bool {
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

/// `CREATE USER app PASSWORD '…'`, `IDENTIFIED BY "…"`.
fn of_role(line: &str) -> Option<Said<'_>> {
    let (open, quote) = line.match_indices(['\'', '"']).find_map(|(open, quote)| {
        let before = line[..open].trim_end_matches(' ');
        let words = ["password", "identified by"];
        let ends = |word: &&str| {
            let tail = before
                .len()
                .checked_sub(word.len())
                .map(|at| before.get(at..));
            tail.flatten()
                .is_some_and(|tail| tail.eq_ignore_ascii_case(word))
        };
        let is_apart = before.len() < open;
        (is_apart && words.iter().any(ends)).then_some((open + 1, quote))
    })?;
    let name = line[..open - 1].trim_end_matches(' ');
    let start = name.len().checked_sub("password".len())?;
    let mut said = bind(
        line,
        start..name.len(),
        open..open + line[open..].find(quote)?,
        true,
    )?;
    said.name = "password";
    Some(said)
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
            let said = bind(line, name, value, true)?;
            Some(Said {
                in_url: true,
                ..said
            })
        });
    of_users.chain(parameters).collect()
}

fn bind(line: &str, name_at: Range<usize>, value: Range<usize>, is_sure: bool) -> Option<Said<'_>> {
    let name = &line[name_at.clone()];
    let sensitivity = match names::sensitivity(name)? {
        Sensitivity::Bare if names::is_variable(name) && name.ends_with("_PASS") => {
            Sensitivity::Password
        }
        Sensitivity::Bare => return None,
        found => found,
    };
    let holder = match names::is_variable(name) {
        true => Holder::Dotenv,
        false => Holder::Settings,
    };
    let bound = Bound {
        name,
        sensitivity,
        binding: Binding::Entry(holder),
        is_beside: &|_| true,
    };
    let text = &line[value.clone()];
    let class = classify(text, &bound)?;
    // What was cut off in the middle of a template.
    let is_sure = is_sure && !text.contains(['{', '}']);
    Some(Said {
        name,
        name_at,
        value,
        class,
        sensitivity,
        in_url: false,
        is_sure,
    })
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
            ("shop --jwt-secret hunt3r-2 \\", "jwt-secret", "hunt3r-2"),
            ("shop --password='hunter'", "password", "hunter"),
            ("\\set APP_PASSWORD hunt3r-2", "APP_PASSWORD", "hunt3r-2"),
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
            "",
        ] {
            assert_eq!(told(line), [], "{line}");
        }
    }
}
