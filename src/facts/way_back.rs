//! What a migration does on the way back.

use serde::{Deserialize, Serialize};

use super::alembic::scope::Scope;
use super::python::Value;
use super::python::value::{call, chain};
use crate::parse::python::{Field, Kind, Node, Tree};
use crate::source::Span;

/// The way back of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WayBack {
    /// Something is done.
    pub does: bool,
    /// Where nothing is: a function that is empty, operations without their reverse, change sets
    /// without a roll-back.
    pub gaps: Vec<Span>,
    /// Instead, it says that there is no way back, or why: a comment, an exception.
    pub explained: bool,
    /// Where a mark begins it.
    pub begins: Option<u32>,
}

impl WayBack {
    /// What `downgrade` of a revision does.
    pub(super) fn of_revision(scope: &Scope, tree: &Tree) -> Self {
        let function = scope.function("downgrade");
        let body = function.and_then(|function| function.child(Field::Body));
        let (Some(function), Some(body)) = (function, body) else {
            return Self::default();
        };
        let refuses = |node: &Node| node.kind() == Kind::RaiseStatement;
        let idle: Vec<Node> = body.children().filter(|node| is_idle(*node)).collect();
        let text = tree.text();
        let Span { start, end } = function.span();
        let end = end_of_block(text, end);
        let comments = tree.comments().iter();
        let mut inside = comments.filter(|comment| start <= comment.start && comment.start < end);
        Self {
            does: body
                .children()
                .any(|node| !is_idle(node) && !refuses(&node)),
            gaps: idle.last().map(|node| node.span()).into_iter().collect(),
            explained: idle.iter().copied().any(denies)
                || body.children().any(|node| refuses(&node))
                || inside.any(|comment| explains(comment.of(text))),
            begins: None,
        }
    }

    /// Takes note of what the comments of an SQL document say, whose last statement ends at `end`.
    pub(super) fn see_comments(&mut self, comments: &[Span], text: &str, end: u32) {
        let end = self.begins.map_or(end, |begins| begins.max(end));
        let mut behind = comments.iter().filter(|comment| comment.start >= end);
        self.explained = behind.any(|comment| explains(comment.of(text)));
        // Liquibase keeps the way back of each change set in comments.
        let mut open: Option<Span> = None;
        for comment in comments {
            let words = words(comment.of(text));
            if is_word(words, "changeset") {
                let set = open.replace(*comment);
                self.gaps.extend(set.map(|set| set.to(*comment)));
            } else if is_word(words, "rollback") || is_word(words, "liquibase rollback") {
                open = None;
                self.does = true;
            }
        }
        let rest = Span::from(text.len()..text.len());
        self.gaps.extend(open.map(|set| set.to(rest)));
    }

    /// Takes note of an operation of Django, which undoes its own ones by itself.
    pub(super) fn see_operation(&mut self, node: Node<'_>) {
        let name = node.child(Field::Function).map(chain).unwrap_or_default();
        let keyword = match name.rsplit('.').next() {
            Some("RunSQL") => "reverse_sql",
            Some("RunPython") => "reverse_code",
            _ => return,
        };
        let written = call(node);
        let given = written.keywords.iter().find(|it| it.name == keyword);
        let given = given.map(|it| &it.value).or(written.args.get(1));
        match given {
            None | Some(Value::None) => self.gaps.push(node.span()),
            Some(_) => self.does = true,
        }
    }
}

/// Where the comments end that stand behind the last statement of an indented block.
fn end_of_block(text: &str, last: u32) -> u32 {
    let rest = text.get(last as usize..).unwrap_or_default();
    let mut lines = rest.split_inclusive('\n');
    let first = lines.next().map_or(0, str::len);
    let belongs = |line: &&str| line.starts_with([' ', '\t']) || line.trim().is_empty();
    let more: usize = lines.take_while(belongs).map(str::len).sum();
    last + (first + more) as u32
}

/// A comment without what makes it one.
fn words(comment: &str) -> &str {
    comment.trim_start_matches(['#', '-', '/', '*', ' ', '\n', '\r'])
}

/// Whether a text begins with a word, in any case.
fn is_word(text: &str, word: &str) -> bool {
    let start = text.get(..word.len());
    let next = text.as_bytes().get(word.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(word))
        && next.is_none_or(|next| !next.is_ascii_alphanumeric() && *next != b'_')
}

/// What comments begin with that say nothing: marks of tools, and what their templates write.
const MARKS: [&str; 25] = [
    "commands auto generated",
    "end alembic commands",
    "+goose",
    "+migrate",
    "add down",
    "add your",
    "changeset",
    "create above",
    "down migration",
    "drop below",
    "fmt:",
    "migrate:",
    "noqa",
    "please adjust",
    "pragma:",
    "pylint:",
    "revert ",
    "ruff:",
    "rollback",
    "sql in ",
    "sql section",
    "then delete the separator",
    "this file should undo",
    "type:",
    "write your",
];

/// Whether a comment tells people something: it is no mark of a tool, and no plan.
pub(super) fn explains(comment: &str) -> bool {
    const PLANS: [&str; 3] = ["todo", "fixme", "xxx"];
    let text = words(comment).to_ascii_lowercase();
    text.contains(' ')
        && !PLANS.iter().any(|plan| text.contains(plan))
        && !MARKS.iter().any(|mark| text.starts_with(mark))
}

/// Whether a docstring says that there is nothing.
fn denies(node: Node<'_>) -> bool {
    const DENIALS: [&str; 9] = [
        "not",
        "no",
        "nothing",
        "cannot",
        "never",
        "irreversible",
        "hardly",
        "rarely",
        "t",
    ];
    let mut words = node.text().split(|c: char| !c.is_alphanumeric());
    words.any(|word| DENIALS.contains(&word.to_ascii_lowercase().as_str()))
}

/// `pass`, `...` and texts.
fn is_idle(node: Node) -> bool {
    let inner = node.operand().map(|inner| inner.kind());
    match node.kind() {
        Kind::PassStatement => true,
        Kind::ExpressionStatement => matches!(inner, Some(Kind::String | Kind::Ellipsis)),
        _ => false,
    }
}
