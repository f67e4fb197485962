//! Lists that a loop looks through for each of its elements. Syntax only; what fills them, and
//! whether that grows, is for `link` to say.

use rustc_hash::FxHashMap;

use serde::{Deserialize, Serialize};

use super::body::is_target;
use super::flow::names::{last, root};
use super::replies::inside;
use super::value::chain;
use crate::parse::python::{Field, Kind, Node};
use crate::source::Span;

/// How many names may lead to names.
const STEPS: u32 = 5;

/// More of them than this are not kept.
const MOST: usize = 20;

/// A list that is looked through for each element of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scan {
    /// `order in orders` of the loop.
    pub outer: Span,
    /// The call that fills what is looped over.
    pub outer_source: Span,
    /// `line in lines` of the loop inside, `order.id in ids`, `ids.index(order.id)`.
    pub inner: Span,
    /// The call that fills what is looked through.
    pub inner_source: Span,
    /// The list that is looked through.
    pub list: String,
    /// It is looked through by a loop that picks what is equal to something.
    pub joins: bool,
}

/// Finds them in the body of a function.
pub(super) fn scans(body: Node<'_>) -> Vec<Scan> {
    let mut loops = inside(body).filter(|it| is_loop(*it));
    if loops.next().is_none() {
        return Vec::new();
    }
    let names = Names::of(body);
    let found = inside(body).filter_map(|node| match node.kind() {
        Kind::ForStatement | Kind::ForInClause => names.joined(node),
        Kind::ComparisonOperator => names.tested(node),
        Kind::Call => names.counted(node),
        _ => None,
    });
    found.take(MOST).collect()
}

/// `for x in y` of a statement or a comprehension.
fn is_loop(node: Node<'_>) -> bool {
    matches!(node.kind(), Kind::ForStatement | Kind::ForInClause)
}

/// What the names of a function are bound to.
struct Names<'t> {
    /// The value of a name that is bound once.
    values: FxHashMap<&'t str, Option<Node<'t>>>,
    /// The loop in which something is appended to a list.
    filled: FxHashMap<&'t str, Node<'t>>,
}

impl<'t> Names<'t> {
    fn of(body: Node<'t>) -> Self {
        let mut names = Self {
            values: FxHashMap::default(),
            filled: FxHashMap::default(),
        };
        for node in inside(body) {
            if node.kind() == Kind::Identifier && is_target(node) {
                let binding = node.parent().filter(|it| it.kind() == Kind::Assignment);
                let value = binding.and_then(|it| it.child(Field::Right));
                let is_second = names.values.contains_key(node.text());
                names
                    .values
                    .insert(node.text(), value.filter(|_| !is_second));
            } else if node.kind() == Kind::Call
                && let Some(callee) = node.child(Field::Function)
                && let (Some(list), Some(method)) =
                    (callee.child(Field::Object), callee.child(Field::Attribute))
                && method.text() == "append"
                && let Some(around) = node.ancestors().find(|it| it.kind() == Kind::ForStatement)
            {
                names.filled.entry(list.text()).or_insert(around);
            }
        }
        names
    }

    /// The call that fills a list; nothing where it is no list, or none that grows.
    fn source(&self, node: Node<'t>, steps: u32) -> Option<Span> {
        let steps = steps.checked_sub(1)?;
        match node.kind() {
            Kind::Await | Kind::ParenthesizedExpression => self.source(node.operand()?, steps),
            Kind::Identifier => {
                let value = (*self.values.get(node.text())?)?;
                let is_empty = value.kind() == Kind::List && value.children().next().is_none();
                if !is_empty {
                    return self.source(value, steps);
                }
                let filled = self.filled.get(node.text())?;
                self.source(filled.child(Field::Right)?, steps)
            }
            Kind::ListComprehension => {
                let clause = node.children().find(|it| it.kind() == Kind::ForInClause)?;
                self.source(clause.child(Field::Right)?, steps)
            }
            Kind::Call => {
                let callee = chain(node.child(Field::Function)?);
                match callee.as_str() {
                    "list" | "sorted" | "tuple" | "reversed" | "enumerate" => {
                        let arguments = node.child(Field::Arguments)?;
                        self.source(arguments.operand()?, steps)
                    }
                    _ => (!is_bounded(&callee)).then(|| node.span()),
                }
            }
            _ => None,
        }
    }

    /// A loop in a loop that picks what is equal to something of the outer one.
    fn joined(&self, inner: Node<'t>) -> Option<Scan> {
        let whole = match inner.kind() {
            Kind::ForInClause => inner.parent()?,
            _ => inner,
        };
        let outer = outer_loop(whole)?;
        let (one, other) = (inner.child(Field::Left)?, outer.child(Field::Left)?);
        let picks = inside(whole).any(|it| {
            let equal = it.kind() == Kind::ComparisonOperator && operator(it) == "==";
            let about = |name: Node<'t>| it.children().any(|side| root(side.text()) == name.text());
            equal && about(one) && about(other)
        });
        let list = inner.child(Field::Right).filter(|_| picks)?;
        self.scan(outer, (header(inner)?, list), true)
    }

    /// `order.id in ids`
    fn tested(&self, node: Node<'t>) -> Option<Scan> {
        let named = matches!(operator(node), "in" | "not in");
        let list = node.children().last().filter(|_| named)?;
        self.scan(outer_loop(node)?, (node.span(), list), false)
    }

    /// `ids.index(order.id)`
    fn counted(&self, node: Node<'t>) -> Option<Scan> {
        let callee = node.child(Field::Function)?;
        let method = callee.child(Field::Attribute)?.text();
        let list = callee.child(Field::Object)?;
        let looks = matches!(method, "index" | "count" | "remove");
        let outer = outer_loop(node).filter(|_| looks)?;
        self.scan(outer, (node.span(), list), false)
    }

    fn scan(&self, outer: Node<'t>, (inner, list): (Span, Node<'t>), joins: bool) -> Option<Scan> {
        if list.kind() != Kind::Identifier {
            return None;
        }
        let outer_source = self.source(outer.child(Field::Right)?, STEPS)?;
        let inner_source = self.source(list, STEPS)?;
        let whole = match outer.kind() {
            Kind::ForInClause => outer.parent()?,
            _ => outer,
        };
        let bound = self.values.get(list.text()).copied().flatten()?;
        // What each round fetches or makes is small, or another fault.
        (!whole.span().contains(bound.span())).then(|| Scan {
            outer: header(outer).unwrap_or(outer.span()),
            outer_source,
            inner,
            inner_source,
            list: list.text().to_owned(),
            joins,
        })
    }
}

/// The loop around a place: the statement, or the clause of the comprehension.
fn outer_loop(node: Node<'_>) -> Option<Node<'_>> {
    node.ancestors().find_map(|it| match it.kind() {
        Kind::ForStatement => {
            let body = it.child(Field::Body)?;
            body.span().contains(node.span()).then_some(it)
        }
        Kind::ListComprehension
        | Kind::SetComprehension
        | Kind::DictionaryComprehension
        | Kind::GeneratorExpression => {
            let clause = it
                .children()
                .find(|child| child.kind() == Kind::ForInClause)?;
            (!clause.span().contains(node.span())).then_some(clause)
        }
        _ => None,
    })
}

/// `order in orders`
fn header(node: Node<'_>) -> Option<Span> {
    let (left, right) = (node.child(Field::Left)?, node.child(Field::Right)?);
    Some(left.span().to(right.span()))
}

/// The operator of a comparison of two; none where there are more.
fn operator(node: Node<'_>) -> &str {
    let mut operators = node.children().filter(|it| it.field() == Field::Operators);
    match (operators.next(), operators.next()) {
        (Some(only), None) => only.text(),
        _ => "",
    }
}

/// A query that says how many rows it takes at most, or gives one, or no list.
fn is_bounded(callee: &str) -> bool {
    const BOUNDS: [&str; 6] = [
        "limit",
        "paginate",
        "page",
        "slice",
        "most_common",
        "choices",
    ];
    let name = last(callee);
    let mut segments = callee.split(['.', '(', ')']);
    matches!(
        name,
        "set" | "dict" | "frozenset" | "range" | "zip" | "items" | "keys" | "get"
    ) || segments.any(|it| BOUNDS.contains(&it))
}
