//! One document of configuration to facts: parse, one walk, drop the tree.

use std::ops::Range;

use super::FileOutcome;
use super::secrets::config::suspects;
use crate::parse::config::Format;

/// Reads the part of a text that is a document of a format.
pub fn read(text: &str, range: Range<usize>, format: Format) -> FileOutcome {
    let mut outcome = FileOutcome::default();
    let (document, note) = format.read(text, range);
    outcome.facts.secrets = suspects(text, &document, format);
    outcome.notes.extend(note);
    outcome
}
