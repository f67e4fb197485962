//! Makes text from the checked files safe to print: secrets masked, escapes neutralised.
//!
//! Names, messages and paths come from files that nobody has read yet, so none of them may steer a
//! terminal or hide what stands in the source.

use std::borrow::Cow;
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::judge::Report;
use crate::source::{FileId, Loc, SourceFile};

/// Every secret of the project: where each stands, and what to look for elsewhere.
#[derive(Debug)]
pub struct Masks<'a> {
    places: &'a [Loc],
    values: Option<AhoCorasick>,
}

impl<'a> Masks<'a> {
    /// The masks of a report.
    pub fn new(report: &'a Report) -> Self {
        Self::of(&report.inputs.files, &report.masks)
    }

    /// The masks of places in files.
    pub fn of(files: &'a [SourceFile], places: &'a [Loc]) -> Self {
        let mut values: Vec<&str> = places
            .iter()
            .flat_map(|mask| mask.span.of(&files[mask.file.index()].text).lines())
            .map(str::trim)
            .filter(|value| tells_a_secret(value))
            .collect();
        values.sort_unstable();
        values.dedup();
        let values = (!values.is_empty())
            .then(|| {
                AhoCorasick::builder()
                    .match_kind(MatchKind::LeftmostLongest)
                    .build(values)
                    .ok()
            })
            .flatten();
        Self { places, values }
    }

    /// Nothing to hide.
    pub(super) fn none() -> Self {
        Self {
            places: &[],
            values: None,
        }
    }

    /// A message without secret values: rules never put one there, and this is why it stays true.
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let ranges = self.repeated(text);
        if ranges.is_empty() {
            return Cow::Borrowed(text);
        }
        let mut clean = String::with_capacity(text.len());
        let mut done = 0;
        for range in ranges {
            clean.push_str(&text[done..range.start]);
            clean.extend(std::iter::repeat_n('*', range.len()));
            done = range.end;
        }
        clean.push_str(&text[done..]);
        Cow::Owned(clean)
    }

    /// A message for a terminal: without secrets, without escapes.
    pub fn message(&self, text: &str) -> String {
        neutralise(&self.redact(text)).into_owned()
    }

    /// The parts of `range` of a file that must not be shown, relative to the start of the file.
    pub(super) fn hidden(
        &self,
        file: FileId,
        text: &str,
        range: Range<usize>,
    ) -> Vec<Range<usize>> {
        let first = self
            .places
            .partition_point(|mask| (mask.file, mask.span.end as usize) <= (file, range.start));
        let mut hidden: Vec<Range<usize>> = self.places[first..]
            .iter()
            .take_while(|mask| mask.file == file && (mask.span.start as usize) < range.end)
            .map(|mask| mask.span.start as usize..mask.span.end as usize)
            .collect();
        let repeated = self.repeated(&text[range.clone()]);
        hidden.extend(
            repeated
                .into_iter()
                .map(|part| part.start + range.start..part.end + range.start),
        );
        hidden
    }

    fn repeated(&self, text: &str) -> Vec<Range<usize>> {
        match &self.values {
            Some(values) => values.find_iter(text).map(|found| found.range()).collect(),
            None => Vec::new(),
        }
    }
}

/// Whether a masked value is worth hiding wherever it is met. `postgres` or `change-me` as a
/// password is masked in its place, but hiding the word everywhere would only garble messages.
fn tells_a_secret(value: &str) -> bool {
    let word = value
        .chars()
        .all(|c| c.is_ascii_alphabetic() || matches!(c, '-' | '_' | ' '));
    value.len() >= 6 && (!word || value.len() >= 20)
}

/// Replaces what would steer a terminal or reorder text; line breaks and tabs stay.
pub fn neutralise(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| safe(c) == c) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(safe).collect())
}

/// A character as it may be printed: control characters as their pictures, invisible and
/// direction-changing ones as the replacement character.
pub(super) fn safe(c: char) -> char {
    match c {
        '\n' | '\t' => c,
        '\0'..='\x1f' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        '\x7f' => '\u{2421}',
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'
        | '\u{200e}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => '\u{fffd}',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_bidi_lose_their_power() {
        assert_eq!(neutralise("a\x1b[31mb\rc"), "a␛[31mb␍c");
        assert_eq!(
            neutralise("x\u{202e}y\u{2066}z\u{9b}0m"),
            "x\u{fffd}y\u{fffd}z\u{fffd}0m"
        );
        assert_eq!(neutralise("a\tb\nc é 💥"), "a\tb\nc é 💥");
    }

    #[test]
    fn words_are_no_secrets_elsewhere() {
        assert!(!tells_a_secret("postgres"));
        assert!(!tells_a_secret("change-me"));
        assert!(!tells_a_secret("a1"));
        assert!(tells_a_secret("hunter2"));
        assert!(tells_a_secret("sk_live_51Habcdef"));
    }
}
