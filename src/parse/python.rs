//! Python text to a tree; knows the grammar and nothing of what the code means.
//!
//! The syntax tree of tree-sitter is copied once into a flat list in source order, with error
//! recovery, comments and depth settled on the way: what reads the tree needs no cursor, may
//! recurse (no node lies deeper than [`MAX_DEPTH`]) and pays nothing for looking around.

mod kinds;

use std::ops::{ControlFlow, Range};

use tree_sitter::{ParseOptions, ParseState, Parser};

use crate::facts::{Note, NoteId};
use crate::source::Span;
pub use kinds::{Field, Kind};

/// Nodes below this depth are cut off, and what holds them counts as not understood.
pub const MAX_DEPTH: usize = 200;

/// Progress reports (one for every hundred parser steps) allowed for each byte, and at least:
/// ordinary code needs 0.01 a byte, the worst garbage met 0.3. Counted, not timed, so that the
/// same text always gives the same tree.
const REPORTS_PER_BYTE: usize = 4;
const REPORTS_AT_LEAST: usize = 100_000;

/// The tree of one document.
pub struct Tree<'t> {
    text: &'t str,
    nodes: Vec<Entry>,
    comments: Vec<Span>,
}

/// One node in the flat list: its children follow it, its next sibling starts at `end_of_subtree`.
struct Entry {
    kind: Kind,
    field: Field,
    broken: bool,
    span: Span,
    parent: u32,
    end_of_subtree: u32,
}

/// A node of a [`Tree`].
#[derive(Clone, Copy)]
pub struct Node<'t> {
    tree: &'t Tree<'t>,
    index: u32,
}

/// Parses the part of a text that is a Python document; spans are those of the whole text.
pub fn parse(text: &str, range: Range<usize>) -> (Tree<'_>, Vec<Note>) {
    let mut tree = Tree {
        text,
        nodes: Vec::new(),
        comments: Vec::new(),
    };
    let source = text.get(range.clone()).unwrap_or_default();
    let notes = match syntax_tree(source) {
        Some(syntax) => {
            tree.nodes.reserve(source.len() / 8);
            copy(&syntax, range.start, &mut tree);
            tree.error_note().into_iter().collect()
        }
        None => vec![Note {
            id: NoteId::UnparsedPython,
            span: Some(Span::from(range)),
            message: "Parsing this Python was given up: it takes far too many steps.".to_owned(),
        }],
    };
    (tree, notes)
}

fn syntax_tree(source: &str) -> Option<tree_sitter::Tree> {
    let mut parser = Parser::new();
    parser
        .set_language(&kinds::LANGUAGE)
        .expect("the grammar is built for this version of tree-sitter");
    let mut reports = (source.len() * REPORTS_PER_BYTE).max(REPORTS_AT_LEAST);
    let mut progress = |_: &ParseState| {
        reports -= 1;
        match reports {
            0 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    };
    let lines = newlines(source);
    let bytes = lines.as_bytes();
    parser.parse_with_options(
        &mut |at, _| &bytes[at.min(bytes.len())..],
        None,
        Some(ParseOptions::new().progress_callback(&mut progress)),
    )
}

/// Python ends lines at a lone `\r` too, the grammar does not.
fn newlines(source: &str) -> std::borrow::Cow<'_, str> {
    let bytes = source.as_bytes();
    let lone = |at: usize| bytes.get(at + 1) != Some(&b'\n');
    if memchr::memchr_iter(b'\r', bytes).any(lone) {
        source.replace('\r', "\n").into()
    } else {
        source.into()
    }
}

/// Copies the syntax tree; the cursor makes depth free of recursion.
fn copy(syntax: &tree_sitter::Tree, offset: usize, tree: &mut Tree<'_>) {
    let tables = &*kinds::TABLES;
    // Asking each node costs: only a tree with errors has missing nodes.
    let errors = syntax.root_node().has_error();
    let mut cursor = syntax.walk();
    let mut open: Vec<u32> = Vec::new();
    loop {
        let node = cursor.node();
        let field = cursor.field_id().map_or(0, |id| id.get() as usize);
        let field = tables.fields[field];
        let known = tables.kinds.get(node.kind_id() as usize).copied();
        let mut kind = known.unwrap_or(Kind::Error);
        let span = Span::new(node.start_byte() + offset, node.end_byte() + offset);
        let deep = open.len() >= MAX_DEPTH && node.child_count() > 0;
        if deep {
            kind = Kind::Cut;
        } else if errors && node.is_missing() {
            kind = Kind::Error;
        }
        if kind == Kind::Comment {
            tree.comments.push(span);
        } else if kind != Kind::Token || field != Field::None {
            let index = tree.nodes.len() as u32;
            let parent = open.last().copied().unwrap_or(0);
            let broken = matches!(kind, Kind::Cut | Kind::Error);
            tree.nodes.push(Entry {
                kind,
                field,
                broken,
                span,
                parent,
                end_of_subtree: index + 1,
            });
            tree.nodes[parent as usize].broken |= broken;
            if !deep && cursor.goto_first_child() {
                open.push(index);
                continue;
            }
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
            close(tree, open.pop());
        }
    }
}

/// Ends a subtree; what is broken inside breaks the node around it.
fn close(tree: &mut Tree<'_>, index: Option<u32>) {
    let Some(index) = index else { return };
    let end = tree.nodes.len() as u32;
    let entry = &mut tree.nodes[index as usize];
    entry.end_of_subtree = end;
    let (broken, parent) = (entry.broken, entry.parent);
    tree.nodes[parent as usize].broken |= broken;
}

impl<'t> Tree<'t> {
    /// All nodes in source order, the module first; nothing when parsing was given up.
    pub fn nodes(&'t self) -> impl Iterator<Item = Node<'t>> {
        (0..self.nodes.len() as u32).map(|index| Node { tree: self, index })
    }

    /// The module.
    pub fn root(&'t self) -> Option<Node<'t>> {
        self.nodes().next()
    }

    /// The comments, in order; they are no nodes.
    pub fn comments(&self) -> &[Span] {
        &self.comments
    }

    /// The text all spans point into.
    pub fn text(&self) -> &'t str {
        self.text
    }

    fn error_note(&self) -> Option<Note> {
        let mut errors = self
            .nodes
            .iter()
            .filter(|entry| matches!(entry.kind, Kind::Error | Kind::Cut));
        let first = errors.next()?;
        let what = match first.kind {
            Kind::Cut => "Python nested too deeply to be read",
            _ => "Python that does not parse",
        };
        let message = match errors.count() {
            0 => format!("{what}; the code around it was not judged."),
            more => format!(
                "{what}, here and in {more} more places; the code around them was not judged."
            ),
        };
        Some(Note {
            id: NoteId::UnparsedPython,
            span: Some(first.span),
            message,
        })
    }
}

impl<'t> Node<'t> {
    fn entry(self) -> &'t Entry {
        &self.tree.nodes[self.index as usize]
    }

    /// What it is.
    pub fn kind(self) -> Kind {
        self.entry().kind
    }

    /// Its role in its parent.
    pub fn field(self) -> Field {
        self.entry().field
    }

    /// Where it stands.
    pub fn span(self) -> Span {
        self.entry().span
    }

    /// Its text.
    pub fn text(self) -> &'t str {
        self.span().of(self.tree.text)
    }

    /// The text all spans point into.
    pub fn source(self) -> &'t str {
        self.tree.text
    }

    /// Its number in source order: distinct, and smaller than those of the nodes inside it.
    pub fn index(self) -> usize {
        self.index as usize
    }

    /// The number of the first node behind it that is not inside it.
    pub fn end_index(self) -> usize {
        self.entry().end_of_subtree as usize
    }

    /// Whether something inside was not understood.
    pub fn is_broken(self) -> bool {
        self.entry().broken
    }

    /// The node around it.
    pub fn parent(self) -> Option<Node<'t>> {
        (self.index > 0).then(|| self.at(self.entry().parent))
    }

    /// The nodes around it, innermost first.
    pub fn ancestors(self) -> impl Iterator<Item = Node<'t>> {
        std::iter::successors(self.parent(), |node| node.parent())
    }

    /// The nodes directly inside.
    pub fn children(self) -> impl Iterator<Item = Node<'t>> {
        let end = self.entry().end_of_subtree;
        let mut next = self.index + 1;
        std::iter::from_fn(move || {
            let child = (next < end).then(|| self.at(next))?;
            next = child.entry().end_of_subtree;
            Some(child)
        })
    }

    /// The first child with a role.
    pub fn child(self, field: Field) -> Option<Node<'t>> {
        self.children().find(|child| child.field() == field)
    }

    /// The first child without a role: the operand of `await`, `not`, parentheses and the like.
    pub fn operand(self) -> Option<Node<'t>> {
        self.child(Field::None)
    }

    /// All nodes inside, in source order.
    pub fn descendants(self) -> impl Iterator<Item = Node<'t>> {
        (self.index + 1..self.entry().end_of_subtree).map(move |index| self.at(index))
    }

    fn at(self, index: u32) -> Node<'t> {
        Node {
            tree: self.tree,
            index,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The kinds and texts of the leaves.
    fn leaves(text: &str) -> Vec<(Kind, &str)> {
        let (tree, _) = parse(text, 0..text.len());
        tree.nodes()
            .filter(|node| node.children().next().is_none())
            .map(|node| (node.kind(), node.span().of(text)))
            .collect()
    }

    #[test]
    fn keeps_names_operators_and_roles() {
        let expected = [
            (Kind::Identifier, "a"),
            (Kind::Token, "is not"),
            (Kind::None, "None"),
        ];
        assert_eq!(leaves("a is not None # why\n"), expected);
    }

    #[test]
    fn spans_are_those_of_the_whole_text() {
        let text = "# Draft\nx = 1\n\nend";
        let (tree, notes) = parse(text, 8..14);
        let texts: Vec<&str> = tree.nodes().map(Node::text).collect();
        assert_eq!(texts, ["x = 1\n", "x = 1", "x = 1", "x", "1"]);
        assert!(notes.is_empty());
    }

    #[test]
    fn children_come_in_order_and_by_role() {
        let text = "def f(a, b): return a.b(c)\n";
        let (tree, _) = parse(text, 0..text.len());
        let function = tree
            .nodes()
            .find(|node| node.kind() == Kind::FunctionDefinition)
            .expect("there is one");
        let roles: Vec<Field> = function.children().map(Node::field).collect();
        assert_eq!(roles, [Field::Name, Field::Parameters, Field::Body]);
        let call = function
            .descendants()
            .find(|node| node.kind() == Kind::Call)
            .expect("there is one");
        let callee = call.child(Field::Function).map(Node::text);
        assert_eq!(callee, Some("a.b"));
        assert_eq!(call.ancestors().last().map(Node::kind), Some(Kind::Module));
    }

    #[test]
    fn an_error_breaks_only_what_is_around_it() {
        let text = "def f():\n    x = = 1\n\ndef g():\n    return 1\n";
        let (tree, notes) = parse(text, 0..text.len());
        let broken: Vec<bool> = tree
            .nodes()
            .filter(|node| node.kind() == Kind::FunctionDefinition)
            .map(Node::is_broken)
            .collect();
        assert_eq!(broken, [true, false]);
        assert_eq!(notes.len(), 1);
        assert_eq!(notes[0].id, NoteId::UnparsedPython);
    }

    #[test]
    fn depth_is_cut_and_said() {
        let text = format!("x = {}1{}\ny = 2\n", "(".repeat(10_000), ")".repeat(10_000));
        let (tree, notes) = parse(&text, 0..text.len());
        let deepest = tree.nodes().map(|node| node.ancestors().count()).max();
        assert_eq!(deepest, Some(MAX_DEPTH));
        assert!(notes[0].message.contains("nested too deeply"));
        assert!(
            tree.nodes()
                .any(|node| node.text() == "y = 2" && !node.is_broken())
        );
    }

    #[test]
    fn a_lone_carriage_return_ends_a_line() {
        let text = "a = 1\rb = 2\r";
        let (tree, notes) = parse(text, 0..text.len());
        let assignments = tree.nodes().filter(|node| node.kind() == Kind::Assignment);
        assert_eq!(assignments.count(), 2);
        assert!(notes.is_empty());
    }
}
