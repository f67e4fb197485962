//! Reads a rule's page: front matter, title, text and examples.

use crate::finding::Severity;

/// A rule's page, read.
#[derive(Clone, Debug)]
pub struct Page {
    /// Severities the rule may use; the first is its default.
    pub severities: Vec<Severity>,
    /// Whether a `reviewed` directive settles its findings.
    pub reviewable: bool,
    /// The sentence behind the id in the title.
    pub title: String,
    /// The text between the title and the first example.
    pub why: String,
}
