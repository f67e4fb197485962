//! Tells SQL, Python, Prisma schemas and prose apart in text that nothing marks: pasted answers,
//! untagged blocks.

mod prisma;
mod python;
mod sql;

use std::ops::Range;

use super::markdown::lines;

/// The languages that are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// SQL.
    Sql,
    /// Python.
    Python,
    /// A Prisma schema.
    Prisma,
}

/// A stretch of one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Its language.
    pub language: Language,
    /// Its lines.
    pub range: Range<usize>,
}

/// The language of a text that is code from its first line on, with no prose in it; `None` where
/// it is none of these.
pub fn language(text: &str) -> Option<Language> {
    let first = stretches(text).into_iter().next()?;
    let mut before = text[..first.range.start].lines();
    let starts = before.all(|line| is_comment(line) || line.trim().is_empty());
    let is_whole = matches!(&code(text)[..], [all] if all.range == (0..text.len()));
    (starts && is_whole).then_some(first.language)
}

/// The code in a text: all of it when nothing in it reads as prose, else the stretches of code.
pub fn code(text: &str) -> Vec<Stretch> {
    let mut found = stretches(text);
    let Some(first) = found.first() else {
        return found;
    };
    let language = first.language;
    let is_outside = |line: &Range<usize>| {
        let next = found.partition_point(|stretch| stretch.range.end <= line.start);
        found
            .get(next)
            .is_none_or(|stretch| line.start < stretch.range.start)
    };
    let mut outside = lines(text).into_iter().filter(is_outside);
    let is_uniform = found.iter().all(|stretch| stretch.language == language);
    if is_uniform && !outside.any(|line| is_prose(&text[line])) {
        let range = 0..text.len();
        found = vec![Stretch { language, range }];
    }
    found
}

/// The stretches of code, in order. Prose around them belongs to none.
fn stretches(text: &str) -> Vec<Stretch> {
    let mut found: Vec<Stretch> = Vec::new();
    let mut open: Option<Open> = None;
    // Where the comments and decorators start that stand directly above.
    let mut above = None;
    for line in lines(text) {
        let content = text[line.clone()].trim_end();
        if open
            .as_mut()
            .is_some_and(|open| open.goes_on(content, &text[line.start..]))
        {
            if !content.is_empty() {
                let stretch = found.last_mut().expect("an open stretch was pushed");
                stretch.range.end = line.end;
            }
            continue;
        }
        open = Open::at(content, &text[line.start..]);
        let start = above.unwrap_or(line.start);
        above = None;
        match &open {
            Some(opened) => found.push(Stretch {
                language: opened.language(),
                range: start..line.end,
            }),
            None if is_comment(content) => above = Some(start),
            None => {}
        }
    }
    found
}

/// The stretch that is being read.
enum Open {
    Sql(sql::State),
    Python(python::State),
    Prisma(prisma::State),
}

impl Open {
    /// Starts a stretch; `rest` is the text from the line on.
    fn at(line: &str, rest: &str) -> Option<Self> {
        if sql::starts(line, rest) {
            Some(Self::Sql(sql::State::after(line)))
        } else if python::starts(line) {
            Some(Self::Python(python::State::after(line)))
        } else if prisma::starts(line, rest) {
            Some(Self::Prisma(prisma::State::after(line)))
        } else {
            None
        }
    }

    fn language(&self) -> Language {
        match self {
            Self::Sql(_) => Language::Sql,
            Self::Python(_) => Language::Python,
            Self::Prisma(_) => Language::Prisma,
        }
    }

    /// Takes the line in, if it goes on with the stretch.
    fn goes_on(&mut self, line: &str, rest: &str) -> bool {
        match self {
            Self::Sql(state) => {
                let belongs = state.is_inside() && !python::starts(line)
                    || state.is_in_body()
                    || line.is_empty()
                    || sql::goes_on(line)
                    || sql::starts(line, rest);
                if belongs {
                    state.follow(line);
                }
                belongs
            }
            Self::Python(state) => {
                let belongs = state.is_inside()
                    || line.is_empty()
                    || line.starts_with([' ', '\t'])
                    || python::starts(line)
                    || python::goes_on(line) && !sql::starts(line, rest);
                if belongs {
                    state.follow(line);
                }
                belongs
            }
            Self::Prisma(state) => {
                let belongs = state.is_inside() || line.is_empty() || prisma::goes_on(line);
                if belongs {
                    state.follow(line);
                }
                belongs
            }
        }
    }
}

fn is_comment(line: &str) -> bool {
    ["--", "#", "@", "//"]
        .iter()
        .any(|mark| line.starts_with(mark))
}

fn is_prose(line: &str) -> bool {
    // What stands above a block of code on the page that it was copied from.
    const LABELS: [&str; 7] = [
        "sql",
        "postgresql",
        "mysql",
        "python",
        "prisma",
        "copy",
        "copy code",
    ];
    let line = line.trim();
    if LABELS.iter().any(|label| line.eq_ignore_ascii_case(label)) {
        return true;
    }
    let words: Vec<_> = line.split_whitespace().collect();
    let plain = words.iter().filter(|word| is_plain(word)).count();
    let mut letters = line.chars();
    let is_capitalised = letters.next().is_some_and(char::is_uppercase)
        && letters.next().is_some_and(char::is_lowercase);
    words.len() >= 3
        && plain * 10 >= words.len() * 7
        && (is_capitalised || line.ends_with(['.', ':', '!', '?']))
        && !is_comment(line)
        && !line.contains([';', '\t'])
}

/// A word as it stands in a sentence.
fn is_plain(word: &str) -> bool {
    let word = word.trim_matches(|c: char| c.is_ascii_punctuation());
    !word.is_empty()
        && word
            .chars()
            .all(|c| c.is_alphabetic() || matches!(c, '\'' | '’' | '-'))
}

#[cfg(test)]
mod tests;
