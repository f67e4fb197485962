//! YAML to entries, one root for each document. Knows no schema.

use std::borrow::Cow;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Span, options};

use super::config::{Missed, Writer};

/// What a collection waits for.
enum Open<'t> {
    Map { name: Option<Named<'t>> },
    List,
}

type Named<'t> = (Cow<'t, str>, Range<usize>);

/// Writes the entries of all documents. Behind a fault the next document is read.
pub(super) fn read(writer: &mut Writer<'_>) -> Option<Missed> {
    let source = writer.source();
    let options = options! { emit_unresolved_aliases: true };
    let mut parser = Parser::new_from_str_with_options(source, options);
    let mut reader = Reader {
        writer,
        open: Vec::new(),
    };
    let mut missed = None;
    while let Some(event) = parser.next_event() {
        match event {
            Ok((event, span)) => reader.take(event, &span),
            Err(error) => {
                let at = error.marker().byte_offset().unwrap_or_default();
                missed = missed.or(Some(fault(source, at)));
                reader.end();
                if !matches!(parser.proceed_next_document(), Ok(true)) {
                    break;
                }
            }
        }
    }
    reader.end();
    missed
}

/// Braces of a template engine are the usual reason.
fn fault(source: &str, at: usize) -> Missed {
    match source.contains("{{") || source.contains("{%") {
        true => Missed::Template(at),
        false => Missed::Syntax(at),
    }
}

struct Reader<'w, 't> {
    writer: &'w mut Writer<'t>,
    open: Vec<Open<'t>>,
}

impl<'t> Reader<'_, 't> {
    fn take(&mut self, event: Event<'t>, span: &Span) {
        let at = span.byte_range().unwrap_or_default();
        match event {
            Event::DocumentStart(..) => self.writer.open("", at.start..at.start),
            Event::DocumentEnd => self.end(),
            Event::MappingStart(..) => self.start(Open::Map { name: None }, at),
            Event::SequenceStart(..) => self.start(Open::List, at),
            Event::MappingEnd | Event::SequenceEnd => self.stop(),
            Event::Scalar(text, style, _, tag) => {
                let made_elsewhere = tag.is_some_and(|tag| tag.is_custom());
                self.scalar(text, style, at, made_elsewhere);
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.scalar("".into(), ScalarStyle::Plain, at, true);
            }
            _ => {}
        }
    }

    fn start(&mut self, collection: Open<'t>, at: Range<usize>) {
        if !self.open.is_empty() {
            let (name, at) = self.name(at);
            self.writer.open(name, at);
        }
        self.open.push(collection);
    }

    /// The outermost collection is the document itself.
    fn stop(&mut self) {
        if self.open.pop().is_some() && !self.open.is_empty() {
            self.writer.close();
        }
    }

    /// The name of what comes next. A collection may stand in the place of a name: then what
    /// follows it has none.
    fn name(&mut self, at: Range<usize>) -> Named<'t> {
        let nameless = ("".into(), at.start..at.start);
        match self.open.last_mut() {
            Some(Open::Map { name: name @ None }) => {
                *name = Some(nameless.clone());
                nameless
            }
            Some(Open::Map { name }) => name.take().unwrap_or(nameless),
            _ => nameless,
        }
    }

    fn scalar(
        &mut self,
        text: Cow<'t, str>,
        style: ScalarStyle,
        at: Range<usize>,
        made_elsewhere: bool,
    ) {
        if let Some(Open::Map { name: name @ None }) = self.open.last_mut() {
            *name = Some((text, at));
            return;
        }
        let name = self.name(at.clone());
        match style {
            _ if made_elsewhere => self.writer.unknown(name.0, name.1),
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                self.writer.value(name, text, at, 1);
            }
            _ => self.writer.value(name, text, at, 0),
        }
    }

    fn end(&mut self) {
        self.open.clear();
        self.writer.close_all();
    }
}
