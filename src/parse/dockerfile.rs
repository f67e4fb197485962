//! What a Dockerfile sets: an entry `ENV` or `ARG` for each instruction, with the variables in it.
//! Knows the grammar, no image.

use std::sync::LazyLock;

use tree_sitter::{Language, Node};

use super::config::{Missed, Writer};
use super::syntax::{self, first_fault};

static LANGUAGE: LazyLock<Language> = LazyLock::new(|| tree_sitter_containerfile::LANGUAGE.into());

/// Writes the entries of the document.
pub(super) fn read(writer: &mut Writer<'_>) -> Option<Missed> {
    let Some(tree) = syntax::tree(&LANGUAGE, writer.source()) else {
        return Some(Missed::Size);
    };
    let root = tree.root_node();
    writer.open("", 0..0);
    let mut cursor = root.walk();
    for instruction in root.named_children(&mut cursor) {
        let (name, fields) = match instruction.kind() {
            "env_instruction" => ("ENV", ("name", "value")),
            "arg_instruction" => ("ARG", ("name", "default")),
            _ => continue,
        };
        let start = instruction.start_byte();
        writer.open(name, start..start);
        let mut pairs = instruction.walk();
        for pair in instruction.named_children(&mut pairs) {
            variable(writer, pair, fields);
        }
        writer.close();
    }
    writer.close();
    root.has_error().then(|| Missed::Syntax(first_fault(root)))
}

fn variable(writer: &mut Writer<'_>, pair: Node<'_>, (name, value): (&str, &str)) {
    let Some(name) = pair.child_by_field_name(name) else {
        return;
    };
    let at = name.byte_range();
    let called = &writer.source()[at.clone()];
    let Some(value) = pair.child_by_field_name(value) else {
        return writer.unknown(called, at);
    };
    let literal = value.byte_range();
    let source = &writer.source()[literal.clone()];
    let quotes = usize::from(source.len() >= 2 && value.kind() != "unquoted_string");
    let text = &source[quotes..source.len() - quotes];
    writer.value((called, at), text, literal, quotes);
}
