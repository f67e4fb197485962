//! Sections of `name = value` lines, also `name: value`, and Java's properties. Knows no dialect:
//! what reads as none of these is passed over.

use std::ops::Range;

use super::config::{Missed, Writer};
use super::markdown::lines;

/// Writes the entries of the document.
pub(super) fn read(writer: &mut Writer<'_>) -> Option<Missed> {
    let source = writer.source();
    writer.open("", 0..0);
    let mut in_section = false;
    for line in lines(source) {
        let line = trimmed(source, line);
        let text = &source[line.clone()];
        if text.starts_with(['#', ';', '!']) {
            continue;
        }
        if let Some(section) = text
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            if std::mem::replace(&mut in_section, true) {
                writer.close();
            }
            writer.open(section, line.start + 1..line.end - 1);
            continue;
        }
        if let Some((name, value)) = entry(source, line) {
            let quotes = quotes(&source[value.clone()]);
            let text = &source[value.start + quotes..value.end - quotes];
            writer.value((&source[name.clone()], name), text, value, quotes);
        }
    }
    None
}

/// `name = value` or `name: value`, whichever mark comes first.
fn entry(source: &str, line: Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
    let text = &source[line.clone()];
    let mark = text.find(['=', ':'])?;
    let name = trimmed(source, line.start..line.start + mark);
    // Prose and code have marks as well.
    let is_name = |c: char| c.is_alphanumeric() || "_-. ".contains(c);
    let named = !name.is_empty() && source[name.clone()].chars().all(is_name);
    let value = trimmed(source, line.start + mark + 1..line.end);
    let value = value.start..value.start + without_comment(&source[value.clone()]).len();
    named.then_some((name, value))
}

/// `;` and `#` open a comment only behind a blank, and not in quotes.
fn without_comment(value: &str) -> &str {
    if quotes(value) > 0 {
        return value;
    }
    let marks = value.match_indices([';', '#']).map(|(at, _)| at);
    let comment = marks
        .into_iter()
        .find(|at| value[..*at].ends_with([' ', '\t']));
    value[..comment.unwrap_or(value.len())].trim_end()
}

/// How many quotes stand on either side.
fn quotes(value: &str) -> usize {
    let quoted = ['"', '\'']
        .iter()
        .any(|quote| value.len() >= 2 && value.starts_with(*quote) && value.ends_with(*quote));
    usize::from(quoted)
}

fn trimmed(source: &str, range: Range<usize>) -> Range<usize> {
    let text = &source[range.clone()];
    let start = range.start + text.len() - text.trim_start().len();
    start..start + text.trim().len()
}
