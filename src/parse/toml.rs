//! TOML to entries. Knows only how the parser's tables are walked.

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::config::{Missed, Writer};

/// Writes the entries of the document.
pub(super) fn read(writer: &mut Writer<'_>) -> Option<Missed> {
    let (document, errors) = DeTable::parse_recoverable(writer.source());
    writer.open("", 0..0);
    for (name, value) in document.into_inner() {
        write(writer, name, value);
    }
    writer.close();
    let first = errors.first()?;
    Some(Missed::Syntax(first.span().map_or(0, |at| at.start)))
}

/// The parser refuses what is nested too deeply to walk it so.
fn write<'t>(writer: &mut Writer<'t>, name: Spanned<DeString<'t>>, value: Spanned<DeValue<'t>>) {
    let at = name.span();
    let name = name.into_inner();
    let literal = value.span();
    match value.into_inner() {
        DeValue::Table(table) => {
            writer.open(name, at);
            for (name, value) in table {
                write(writer, name, value);
            }
            writer.close();
        }
        DeValue::Array(array) => {
            writer.open(name, at);
            for value in array {
                let start = value.span().start;
                write(writer, Spanned::new(start..start, "".into()), value);
            }
            writer.close();
        }
        DeValue::String(text) => {
            let source = &writer.source()[literal.clone()];
            let triple = ["\"\"\"", "'''"]
                .iter()
                .any(|quote| source.starts_with(quote));
            writer.value((name, at), text, literal, if triple { 3 } else { 1 });
        }
        DeValue::Integer(_) | DeValue::Float(_) => {
            let text = &writer.source()[literal.clone()];
            writer.value((name, at), text, literal, 0);
        }
        DeValue::Boolean(_) | DeValue::Datetime(_) => writer.unknown(name, at),
    }
}
