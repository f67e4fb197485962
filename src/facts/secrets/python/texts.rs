//! What the strings of a program say themselves: docstrings, and the JSON and settings of tests.

use std::borrow::Cow;

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::Suspect;
use super::super::lines::{pairs, said};
use super::content;
use crate::parse::markdown::lines;
use crate::parse::python::{Kind, Node};

/// A cheap refusal for the many strings that say nothing.
pub(super) fn may_say(node: Node<'_>) -> bool {
    let has = |mark: &[u8]| memchr::memmem::find(node.text().as_bytes(), mark).is_some();
    is_docstring(node) || has(b"\n") || has(b"\":") || has(b"':") || holds_lines(node.text())
}

/// `"USER=ada\nPASS=…"`: the text of a file.
fn holds_lines(text: &str) -> bool {
    let has = |mark: &[u8]| memchr::memmem::find(text.as_bytes(), mark).is_some();
    has(b"\\n") && has(b"=")
}

fn is_docstring(node: Node<'_>) -> bool {
    node.parent().map(Node::kind) == Some(Kind::ExpressionStatement)
}

/// Adds what the texts say, besides the suspects that are found already.
pub(super) fn read<'t>(
    texts: &[Node<'t>],
    found: &mut Vec<Suspect>,
    groups: &mut FxHashMap<Cow<'t, str>, u32>,
) {
    let known: FxHashSet<u32> = found.iter().map(|suspect| suspect.value.start).collect();
    let texts = texts
        .iter()
        .filter_map(|node| Some((*node, content(*node)?)));
    for (node, (span, text)) in texts {
        let is_long = text.contains('\n') || is_docstring(node) || holds_lines(text);
        let lines = lines(text).into_iter();
        for line in lines.flat_map(|line| text[line].split("\\n")) {
            let at = span.start as usize + (line.as_ptr() as usize - text.as_ptr() as usize);
            let line = line.trim_end();
            let told = if is_long { said(line) } else { pairs(line) };
            for said in told.iter().filter(|said| said.is_shown()) {
                if known.contains(&((at + said.value.start) as u32)) {
                    continue;
                }
                let next = groups.len() as u32;
                let value = Cow::Borrowed(&line[said.value.clone()]);
                let group = *groups.entry(value).or_insert(next);
                found.push(said.suspect(at, group));
            }
        }
    }
}
