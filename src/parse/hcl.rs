//! Terraform's HCL to entries: blocks are called by their type and labels, expressions that are not
//! literal are unknown. Knows the grammar, no provider.

use std::borrow::Cow;
use std::sync::LazyLock;

use tree_sitter::{Language, Node};

use super::config::{MAX_DEPTH, Missed, Writer};
use super::syntax::{self, first_fault};

static LANGUAGE: LazyLock<Language> = LazyLock::new(|| tree_sitter_hcl::LANGUAGE.into());

/// Writes the entries of the document.
pub(super) fn read(writer: &mut Writer<'_>) -> Option<Missed> {
    let Some(tree) = syntax::tree(&LANGUAGE, writer.source()) else {
        return Some(Missed::Size);
    };
    let root = tree.root_node();
    writer.open("", 0..0);
    inside(writer, root, 0);
    writer.close();
    root.has_error().then(|| Missed::Syntax(first_fault(root)))
}

fn inside(writer: &mut Writer<'_>, node: Node<'_>, depth: usize) {
    if depth > 4 * MAX_DEPTH {
        return;
    }
    let mut cursor = node.walk();
    for child in node.named_children(&mut cursor) {
        match child.kind() {
            "block" => block(writer, child, depth),
            "attribute" => {
                let (name, value) = (child.named_child(0), child.named_child(1));
                entry(writer, name, value, depth);
            }
            "object_elem" => {
                let (key, value) = (
                    child.child_by_field_name("key"),
                    child.child_by_field_name("val"),
                );
                entry(writer, key, value, depth);
            }
            // Names of their own have these only where they are bound.
            "comment" | "identifier" | "string_lit" | "template_literal" => {}
            _ => inside(writer, child, depth + 1),
        }
    }
}

/// `resource "aws_db_instance" "main" { … }` is an entry in an entry in an entry.
fn block(writer: &mut Writer<'_>, block: Node<'_>, depth: usize) {
    let mut cursor = block.walk();
    let mut labels = 0;
    for part in block.named_children(&mut cursor) {
        match part.kind() {
            "identifier" | "string_lit" => {
                let text = &writer.source()[part.byte_range()];
                writer.open(text.trim_matches('"'), part.byte_range());
                labels += 1;
            }
            "body" => inside(writer, part, depth + 1),
            _ => {}
        }
    }
    for _ in 0..labels {
        writer.close();
    }
}

fn entry(writer: &mut Writer<'_>, name: Option<Node<'_>>, value: Option<Node<'_>>, depth: usize) {
    let (Some(name), Some(value)) = (name, value) else {
        return;
    };
    let at = name.byte_range();
    let called = writer.source()[at.clone()].trim_matches('"');
    let value = innermost(value);
    let literal = value.byte_range();
    let source = &writer.source()[literal.clone()];
    match value.kind() {
        "string_lit" | "quoted_template" => {
            let inner = source.trim_start_matches('"').trim_end_matches('"');
            writer.value((called, at), unescaped(inner), literal, 1);
        }
        "heredoc_template" | "numeric_lit" => writer.value((called, at), source, literal, 0),
        _ => {
            writer.open(called, at);
            inside(writer, value, depth + 1);
            writer.close();
        }
    }
}

/// An expression without what only wraps it.
fn innermost(mut node: Node<'_>) -> Node<'_> {
    const WRAPPERS: [&str; 4] = [
        "expression",
        "literal_value",
        "template_expr",
        "collection_value",
    ];
    while WRAPPERS.contains(&node.kind()) && node.named_child_count() == 1 {
        match node.named_child(0) {
            Some(child) => node = child,
            None => break,
        }
    }
    node
}

fn unescaped(text: &str) -> Cow<'_, str> {
    match text.contains('\\') {
        true => text.replace("\\\"", "\"").replace("\\\\", "\\").into(),
        false => text.into(),
    }
}
