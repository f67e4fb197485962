//! What may be secret where no parser reads: in comments, in the code that documents show, and in
//! lines that do not parse. Snippets show the lines around a finding, so these values are masked;
//! what a comment or a document says whole is a suspect as well.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::names::{self, Sensitivity};
use super::values::{Bound, classify};
use super::{Binding, Holder, Suspect, ValueClass};
use crate::parse::markdown::lines;
use crate::source::Span;

/// What lines say that nothing else was read of.
#[derive(Default)]
pub struct Neighbours {
    /// Masked in every report.
    pub values: Vec<Span>,
    /// Said by a line that says nothing else; masked by themselves.
    pub shown: Vec<Suspect>,
}

/// Which lines nothing else is read of.
pub enum Unread {
    /// Comments.
    Comments,
    /// Comments, and all that follows a place that did not parse.
    From(usize),
    /// All lines of a document for people.
    Document,
}

/// The values of lines like `name = value`; `group` is the first that is free.
pub fn read(text: &str, range: Range<usize>, unread: &Unread, group: u32) -> Neighbours {
    let mut found = Neighbours::default();
    let mut groups = FxHashMap::default();
    let document = &text[range.clone()];
    for line in lines(document) {
        let source = &document[line.clone()];
        let bare = source.trim_start();
        let is_comment = ["#", "--", "//", ";", "*", "/*"]
            .iter()
            .any(|mark| bare.starts_with(mark));
        let at = range.start + line.start;
        let is_read = match unread {
            Unread::Comments => !is_comment,
            Unread::From(place) => !is_comment && at + source.len() <= *place,
            Unread::Document => false,
        };
        let Some(bind) = bind(source).filter(|_| !is_read) else {
            continue;
        };
        let is_shown = is_comment || matches!(unread, Unread::Document);
        if is_shown && bind.is_whole && bind.class != ValueClass::Placeholder {
            let next = group + groups.len() as u32;
            let group = *groups.entry(&source[bind.value.clone()]).or_insert(next);
            found.shown.push(bind.suspect(source, at, group));
        } else {
            found.values.push(span(&bind.value, at));
        }
    }
    found
}

/// What a line binds to a sensitive name.
struct Bind {
    name: Range<usize>,
    value: Range<usize>,
    class: ValueClass,
    sensitivity: Sensitivity,
    /// The line says nothing else.
    is_whole: bool,
}

impl Bind {
    fn suspect(&self, line: &str, at: usize, group: u32) -> Suspect {
        let name = &line[self.name.clone()];
        Suspect {
            value: span(&self.value, at),
            literal: span(&self.value, at),
            name: name.to_owned(),
            name_span: span(&self.name, at),
            class: self.class,
            binding: Binding::Shown,
            group,
            purpose: names::purpose(name, self.sensitivity),
            refused: false,
        }
    }
}

fn span(range: &Range<usize>, at: usize) -> Span {
    Span::new(at + range.start, at + range.end)
}

fn bind(line: &str) -> Option<Bind> {
    let is_mark = |c: char| c.is_whitespace() || "#-/;*\"'{[,(".contains(c);
    let mark = line.find(['=', ':'])?;
    let before = line[..mark].trim_matches(is_mark);
    let name = before.rsplit(char::is_whitespace).next().unwrap_or(before);
    let sensitivity = names::sensitivity(name).filter(|found| *found != Sensitivity::Bare)?;
    let text = line[mark + 1..].trim_start_matches(|c: char| c == '=' || is_mark(c));
    let from = line.len() - text.len();
    let length = text
        .find(|c: char| c.is_whitespace() || "\"',;)]}".contains(c))
        .unwrap_or(text.len());
    let bound = Bound {
        name,
        sensitivity,
        binding: Binding::Entry(Holder::Dotenv),
        is_beside_login: &|| true,
    };
    let start = name.as_ptr() as usize - line.as_ptr() as usize;
    let says_more = |c: char| c.is_alphanumeric() || "([{<".contains(c);
    Some(Bind {
        name: start..start + name.len(),
        value: from..from + length,
        class: classify(&text[..length], &bound)?,
        sensitivity,
        is_whole: before.len() == name.len() && !text[length..].contains(says_more),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked<'t>(text: &'t str, unread: &Unread) -> Vec<&'t str> {
        let found = read(text, 0..text.len(), unread, 0);
        let shown = found.shown.iter().map(|suspect| suspect.value);
        let values = found.values.into_iter();
        shown.chain(values).map(|span| span.of(text)).collect()
    }

    #[test]
    fn comments_and_what_was_not_read() {
        let text = "# DB_PASSWORD = \"hunt3r-2\"\nA_PASSWORD: x9-other\n// apiKey: '9fQ2x7Lm0ZtRw4Kc',\n  \"b_password\": [\"b-pw-1\", \"\n";
        assert_eq!(
            masked(text, &Unread::Comments),
            ["hunt3r-2", "9fQ2x7Lm0ZtRw4Kc"]
        );
        assert_eq!(
            masked(text, &Unread::From(0)),
            ["hunt3r-2", "9fQ2x7Lm0ZtRw4Kc", "x9-other", "b-pw-1"]
        );
        let nothing = masked("# the password: ${A}\n# see: b\n", &Unread::Comments);
        assert_eq!(nothing, [""; 0]);
    }

    #[test]
    fn a_suspect_is_what_a_line_says_whole() {
        let text = "DB_PASSWORD=hunt3r-2\n- api_key: '9fQ2x7Lm0ZtRw4Kc'\nThe password: hunt3r-3\n\
                    password: hunt3r-4 (or another)\npassword: change-me\n# password = hunt3r-2\n";
        let shown = read(text, 0..text.len(), &Unread::Document, 7).shown;
        let shown: Vec<_> = shown
            .iter()
            .map(|suspect| (suspect.name.as_str(), suspect.value.of(text), suspect.group))
            .collect();
        assert_eq!(
            shown,
            [
                ("DB_PASSWORD", "hunt3r-2", 7),
                ("api_key", "9fQ2x7Lm0ZtRw4Kc", 8),
                ("password", "hunt3r-2", 7)
            ]
        );
    }
}
