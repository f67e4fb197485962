//! Syntax trees of configuration, within limits: the same text always gives the same tree. Knows no
//! grammar.

use std::ops::ControlFlow;

use tree_sitter::{Language, Node, ParseOptions, ParseState, Parser, Tree};

/// Longer texts are not parsed: recovery from garbage takes ever longer steps.
const LONGEST_BYTES: usize = 64 << 10;

/// Progress reports (one for every hundred parser steps) allowed for each byte, and at least:
/// ordinary files need 0.01 a byte. Counted, not timed.
const BYTES_PER_REPORT: usize = 50;
const REPORTS_AT_LEAST: usize = 500;

/// Parses a text; `None` where it is too long, or takes far too many steps.
pub(super) fn tree(language: &Language, source: &str) -> Option<Tree> {
    if source.len() > LONGEST_BYTES {
        return None;
    }
    let mut parser = Parser::new();
    parser
        .set_language(language)
        .expect("the grammar is built for this version of tree-sitter");
    let mut reports = REPORTS_AT_LEAST + source.len() / BYTES_PER_REPORT;
    let mut progress = |_: &ParseState| {
        reports = reports.saturating_sub(1);
        match reports {
            0 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    };
    let bytes = source.as_bytes();
    parser.parse_with_options(
        &mut |at, _| &bytes[at.min(bytes.len())..],
        None,
        Some(ParseOptions::new().progress_callback(&mut progress)),
    )
}

/// Where the first node stands that is no part of the grammar.
pub(super) fn first_fault(root: Node<'_>) -> usize {
    let mut cursor = root.walk();
    loop {
        let node = cursor.node();
        if node.is_error() || node.is_missing() {
            return node.start_byte();
        }
        if node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return root.start_byte();
            }
        }
    }
}
