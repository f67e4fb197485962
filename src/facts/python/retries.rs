//! Loops that try again until it works. Syntax only.

use serde::{Deserialize, Serialize};

use super::flow::names::last;
use super::replies::{clauses, inside};
use super::value::chain;
use crate::parse::python::{Field, Kind, Node};
use crate::source::Span;

/// `while True:` around a `try` that ends the loop when it works, and only then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retry {
    /// `while True:`.
    pub header: Span,
    /// What is tried.
    pub tried: Span,
    /// The pause between two tries.
    pub pause: Span,
}

/// The endless retries in the body of a function.
pub(super) fn retries(body: Node<'_>) -> Vec<Retry> {
    let loops = inside(body).filter(|it| it.kind() == Kind::WhileStatement);
    loops.filter_map(retry).collect()
}

fn retry(node: Node<'_>) -> Option<Retry> {
    let condition = node.child(Field::Condition)?;
    let for_ever = condition.kind() == Kind::True || condition.text() == "1";
    let block = node.child(Field::Body).filter(|_| for_ever)?;
    let tried = block
        .children()
        .find(|it| it.kind() == Kind::TryStatement)?;
    let body = tried.child(Field::Body)?;
    let goes_well = tried
        .children()
        .filter(|it| matches!(it.kind(), Kind::ElseClause | Kind::Block));
    let goes_well: Vec<Span> = goes_well.map(Node::span).collect();
    let works = |it: &Node<'_>| goes_well.iter().any(|well| well.contains(it.span()));
    let ends = |it: &Node<'_>| {
        matches!(
            it.kind(),
            Kind::ReturnStatement | Kind::BreakStatement | Kind::RaiseStatement
        )
    };
    let exits: Vec<Node<'_>> = inside(block).filter(ends).collect();
    let only_when_it_works = !exits.is_empty() && exits.iter().all(works);
    let pause = inside(block).find(|it| {
        let callee = it.child(Field::Function).map(chain);
        it.kind() == Kind::Call && callee.is_some_and(|it| last(&it) == "sleep")
    })?;
    let header = Span {
        start: node.span().start,
        end: condition.span().end,
    };
    (only_when_it_works && clauses(tried).next().is_some()).then(|| Retry {
        header,
        tried: body.span(),
        pause: pause.span(),
    })
}
