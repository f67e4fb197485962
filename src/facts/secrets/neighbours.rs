//! What may be secret where no parser reads: in comments, in the code that documents show, and in
//! lines that do not parse. Snippets show the lines around a finding, so these values are masked;
//! what a comment or a document says for sure is a suspect as well.

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Suspect;
use super::lines::{Said, said, telling};
use crate::source::Span;

/// What lines say that nothing else was read of.
#[derive(Default)]
pub struct Neighbours {
    /// Masked in every report.
    pub values: Vec<Span>,
    /// Said for sure; masked by themselves.
    pub shown: Vec<Suspect>,
}

/// Which lines nothing else is read of.
pub enum Unread {
    /// Comments.
    Comments,
    /// Comments of settings, which show what could be set.
    Settings,
    /// Comments and commands: all lines of a script.
    Script,
    /// Comments, and all that follows a place that did not parse.
    From(usize),
    /// All lines of a document for people.
    Document,
}

/// What the unread lines say, besides the `known` suspects.
pub fn read(text: &str, range: Range<usize>, unread: &Unread, known: &[Suspect]) -> Neighbours {
    let mut found = Neighbours::default();
    let next = known.iter().map(|suspect| suspect.group + 1).max();
    let mut groups = Groups {
        next: next.unwrap_or_default(),
        of: FxHashMap::default(),
    };
    let known: FxHashSet<u32> = known.iter().map(|suspect| suspect.value.start).collect();
    let document = &text[range.clone()];
    for line in telling(document) {
        let source = &document[line.clone()];
        let at = range.start + line.start;
        let Some((start, place)) = place(source, at, unread) else {
            continue;
        };
        let source = &source[start..];
        let at = at + start;
        for said in said(source) {
            if known.contains(&((at + said.value.start) as u32)) {
                continue;
            }
            if place.tells(&said, source) {
                let group = groups.of(&source[said.value.clone()]);
                found.shown.push(said.suspect(at, group));
            } else {
                let value = said.value;
                found
                    .values
                    .push(Span::new(at + value.start, at + value.end));
            }
        }
    }
    found
}

struct Groups<'t> {
    next: u32,
    of: FxHashMap<&'t str, u32>,
}

impl<'t> Groups<'t> {
    fn of(&mut self, value: &'t str) -> u32 {
        let next = self.next + self.of.len() as u32;
        *self.of.entry(value).or_insert(next)
    }
}

/// What kind of line nothing was read of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Comment,
    /// A setting that is put out of force.
    Setting,
    /// Behind code.
    Remark,
    Document,
    Command,
    Broken,
}

impl Place {
    /// Whether it tells a value, or only keeps it from being shown.
    fn tells(self, said: &Said<'_>, line: &str) -> bool {
        let value = &line[said.value.clone()];
        let is_quoted = line[said.value.end..].starts_with(['"', '\'', '`']);
        let is_plain = is_quoted || value.contains(|c: char| c.is_ascii_digit());
        if self == Self::Setting && said.is_doubtful() {
            return true;
        }
        said.is_shown() && self != Self::Broken && (self != Self::Remark || is_plain)
    }
}

/// What a line is, and where that starts; `None` for lines that were read.
fn place(line: &str, at: usize, unread: &Unread) -> Option<(usize, Place)> {
    let bare = line.trim_start();
    // What starts with a backslash is said to the client of a database.
    let is_comment = ["#", "--", "//", ";", "*", "/*", "\\"]
        .iter()
        .any(|mark| bare.starts_with(mark));
    match unread {
        Unread::Document => Some((0, Place::Document)),
        Unread::Settings if is_comment => Some((0, Place::Setting)),
        _ if is_comment => Some((0, Place::Comment)),
        Unread::Script => Some((0, Place::Command)),
        Unread::From(place) if at + line.len() > *place => Some((0, Place::Broken)),
        _ => {
            let marks = [" # ", " -- ", " // "];
            let remark = marks.iter().filter_map(|mark| line.rfind(mark)).max()?;
            Some((remark, Place::Remark))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked<'t>(text: &'t str, unread: &Unread) -> Vec<&'t str> {
        let found = read(text, 0..text.len(), unread, &[]);
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
    fn a_suspect_is_what_a_line_says_for_sure() {
        let text = "DB_PASSWORD=hunt3r-2\n- api_key: '9fQ2x7Lm0ZtRw4Kc'\nThe password: hunt3r-3\n\
                    password: change-me\n# password = hunt3r-2\n";
        let shown = read(text, 0..text.len(), &Unread::Document, &[]).shown;
        let shown: Vec<_> = shown
            .iter()
            .map(|suspect| (suspect.name.as_str(), suspect.value.of(text), suspect.group))
            .collect();
        assert_eq!(
            shown,
            [
                ("DB_PASSWORD", "hunt3r-2", 0),
                ("api_key", "9fQ2x7Lm0ZtRw4Kc", 1),
                ("password", "hunt3r-2", 0)
            ]
        );
    }

    #[test]
    fn remarks_behind_code() {
        let text = "('ada', 'x'), -- Password: 'hunter-two'\nrun() # password: of the user\n";
        assert_eq!(masked(text, &Unread::Comments), ["hunter-two"]);
    }
}
