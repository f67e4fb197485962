//! A document of names and values, whatever it is written in: what each entry is called, what stands
//! in it, and where. Knows the formats, not what any name means.

use std::borrow::Cow;
use std::ops::Range;

use super::{dockerfile, dotenv, hcl, ini, json, shell, toml, yaml};
use crate::facts::{Note, NoteId};
use crate::source::Span;

/// The formats of configuration that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Compose, manifests of Kubernetes, workflows and whatever else.
    Yaml,
    /// `pyproject.toml` and the like.
    Toml,
    /// With comments and trailing commas, too.
    Json,
    /// Sections of `name = value`; also Java's properties.
    Ini,
    /// `.env`.
    Dotenv,
    /// Dockerfile, Containerfile.
    Dockerfile,
    /// Terraform and its variables.
    Hcl,
    /// Scripts: what they assign, export and pass on.
    Shell,
}

impl Format {
    /// Its name, for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Yaml => "YAML",
            Self::Toml => "TOML",
            Self::Json => "JSON",
            Self::Ini => "INI",
            Self::Dotenv => "dotenv",
            Self::Dockerfile => "Dockerfile",
            Self::Hcl => "HCL",
            Self::Shell => "shell",
        }
    }

    /// Reads the part of a text that is a document of this format. What is not understood is left
    /// out, and said once.
    pub fn read(self, text: &str, range: Range<usize>) -> (Document<'_>, Option<Note>) {
        let mut writer = Writer::new(text, range.clone());
        let missed = match self {
            Self::Yaml => yaml::read(&mut writer),
            Self::Toml => toml::read(&mut writer),
            Self::Json => json::read(&mut writer),
            Self::Ini => ini::read(&mut writer),
            Self::Dotenv => dotenv::read(&mut writer),
            Self::Dockerfile => dockerfile::read(&mut writer),
            Self::Hcl => hcl::read(&mut writer),
            Self::Shell => shell::read(&mut writer),
        };
        let note = missed.map(|missed| missed.note(self, &range));
        (writer.finish(), note)
    }
}

/// Why a document was not read whole, from a place in the source of the writer on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missed {
    /// It does not parse.
    Syntax(usize),
    /// Braces of a template engine stand where the format has none.
    Template(usize),
    /// It is too long, or takes far too many steps.
    Size,
}

impl Missed {
    /// The message quotes nothing: what does not parse may be a secret.
    fn note(self, format: Format, range: &Range<usize>) -> Note {
        let name = format.name();
        let at = |offset: usize| range.start + offset.min(range.len());
        let (id, at, message) = match self {
            Self::Syntax(offset) => (
                NoteId::UnparsedConfig,
                at(offset),
                format!("{name} that does not parse; what it holds was not all read."),
            ),
            Self::Template(offset) => (
                NoteId::Templated,
                at(offset),
                format!("A template of {name}; what it holds was not all read."),
            ),
            Self::Size => (
                NoteId::SkippedSize,
                at(0),
                format!(
                    "{name} of this size is not parsed; it was only looked through for tokens."
                ),
            ),
        };
        Note {
            id,
            span: Some(Span::new(at, at)),
            message,
        }
    }
}

/// The entries of a document, in source order: what stands in an entry follows it.
#[derive(Debug, Default)]
pub struct Document<'t> {
    entries: Vec<Entry<'t>>,
}

#[derive(Debug)]
struct Entry<'t> {
    parent: u32,
    end_of_subtree: u32,
    name: Cow<'t, str>,
    name_span: Span,
    value: Option<Value<'t>>,
}

/// A literal value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value<'t> {
    /// What it says, without quotes and escapes; holes of templates stand as they are written.
    pub text: Cow<'t, str>,
    /// Where that stands, without quotes.
    pub span: Span,
    /// The same with quotes.
    pub literal: Span,
}

/// An entry of a [`Document`]. A root has no name, and neither has what stands in a list.
#[derive(Clone, Copy, Debug)]
pub struct Node<'d> {
    document: &'d Document<'d>,
    index: u32,
}

impl<'d> Document<'d> {
    /// All entries, each before what stands in it.
    pub fn nodes(&'d self) -> impl Iterator<Item = Node<'d>> {
        (0..self.entries.len() as u32).map(|index| Node {
            document: self,
            index,
        })
    }
}

impl<'d> Node<'d> {
    fn entry(self) -> &'d Entry<'d> {
        &self.document.entries[self.index as usize]
    }

    /// What it is called.
    pub fn name(self) -> &'d str {
        &self.entry().name
    }

    /// Where its name stands.
    pub fn name_span(self) -> Span {
        self.entry().name_span
    }

    /// What is written in it; `None` for what holds entries and for what is made elsewhere.
    pub fn value(self) -> Option<&'d Value<'d>> {
        self.entry().value.as_ref()
    }

    /// The text of its value.
    pub fn text(self) -> Option<&'d str> {
        self.value().map(|value| value.text.as_ref())
    }

    /// The entry that it stands in.
    pub fn parent(self) -> Option<Node<'d>> {
        let parent = self.entry().parent;
        (parent != self.index).then(|| self.at(parent))
    }

    /// The entries around it, innermost first; the root comes last.
    pub fn ancestors(self) -> impl Iterator<Item = Node<'d>> {
        std::iter::successors(self.parent(), |node| node.parent())
    }

    /// The entries directly in it.
    pub fn children(self) -> impl Iterator<Item = Node<'d>> {
        let end = self.entry().end_of_subtree;
        let mut next = self.index + 1;
        std::iter::from_fn(move || {
            let child = (next < end).then(|| self.at(next))?;
            next = child.entry().end_of_subtree;
            Some(child)
        })
    }

    /// The first entry of a name directly in it.
    pub fn child(self, name: &str) -> Option<Node<'d>> {
        self.children().find(|child| child.name() == name)
    }

    fn at(self, index: u32) -> Node<'d> {
        Node {
            document: self.document,
            index,
        }
    }
}

/// Deeper entries are left out: what reads a document may look at all that is around an entry.
pub(super) const MAX_DEPTH: usize = 100;

/// Writes a document entry by entry; all places are those of [`Writer::source`].
pub(super) struct Writer<'t> {
    source: &'t str,
    start: usize,
    entries: Vec<Entry<'t>>,
    open: Vec<u32>,
    skipped: usize,
}

impl<'t> Writer<'t> {
    fn new(text: &'t str, range: Range<usize>) -> Self {
        Self {
            source: text.get(range.clone()).unwrap_or_default(),
            start: range.start,
            entries: Vec::new(),
            open: Vec::new(),
            skipped: 0,
        }
    }

    /// The text of the document.
    pub(super) fn source(&self) -> &'t str {
        self.source
    }

    /// Starts an entry that holds others.
    pub(super) fn open(&mut self, name: impl Into<Cow<'t, str>>, at: Range<usize>) {
        if self.open.len() >= MAX_DEPTH {
            self.skipped += 1;
            return;
        }
        let index = self.push(name.into(), at, None);
        self.open.push(index);
    }

    /// Ends the entry that was started last.
    pub(super) fn close(&mut self) {
        if self.skipped > 0 {
            self.skipped -= 1;
        } else if let Some(index) = self.open.pop() {
            self.entries[index as usize].end_of_subtree = self.entries.len() as u32;
        }
    }

    /// Ends all that was started.
    pub(super) fn close_all(&mut self) {
        self.skipped = 0;
        while !self.open.is_empty() {
            self.close();
        }
    }

    /// An entry with a value; `quotes` bytes stand around its text on either side.
    pub(super) fn value(
        &mut self,
        (name, at): (impl Into<Cow<'t, str>>, Range<usize>),
        text: impl Into<Cow<'t, str>>,
        literal: Range<usize>,
        quotes: usize,
    ) {
        let quotes = quotes.min(literal.len() / 2);
        let value = Value {
            text: text.into(),
            span: self.span(literal.start + quotes..literal.end - quotes),
            literal: self.span(literal),
        };
        self.push(name.into(), at, Some(value));
    }

    /// An entry whose value is made elsewhere.
    pub(super) fn unknown(&mut self, name: impl Into<Cow<'t, str>>, at: Range<usize>) {
        self.push(name.into(), at, None);
    }

    fn push(&mut self, name: Cow<'t, str>, at: Range<usize>, value: Option<Value<'t>>) -> u32 {
        let index = self.entries.len() as u32;
        if self.skipped == 0 {
            self.entries.push(Entry {
                parent: self.open.last().copied().unwrap_or(index),
                end_of_subtree: index + 1,
                name,
                name_span: self.span(at),
                value,
            });
        }
        index
    }

    fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.start + range.start, self.start + range.end)
    }

    fn finish(mut self) -> Document<'t> {
        self.close_all();
        Document {
            entries: self.entries,
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
