//! What a function answers in words of its own: exceptions raised and caught in it, responses it
//! returns. Syntax only; which of them a framework understands is for `link` to say.

use rustc_hash::FxHashSet;

use serde::{Deserialize, Serialize};

use super::flow::names::{is_class_like, last};
use super::value::{chain, value};
use super::{Function, Value};
use crate::parse::python::{Field, Kind, Node};
use crate::source::Span;

/// A `try` with what its clauses do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Try {
    /// All of it.
    pub span: Span,
    /// What is tried.
    pub body: Span,
    /// What runs whatever happens.
    pub finally: Option<Span>,
    /// The body of the innermost loop around it.
    pub looped: Option<Span>,
    /// What the `with`s around it enter, outermost last.
    pub contexts: Vec<Entered>,
    /// The exceptions that `raise` statements in it raise, also those inside another `try`.
    pub raised: Vec<Reply>,
    /// The `except` clauses, in order.
    pub clauses: Vec<Except>,
    /// What stands behind it makes up for its failing: it reads what the body binds, or is only
    /// reached where the body fails.
    pub has_fallback: bool,
    /// It stands in a `finally` or an `except`: something has gone wrong or ends already.
    pub cleans_up: bool,
}

/// What a `with` enters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entered {
    /// As written, calls as `()`.
    pub callee: String,
    /// The expression.
    pub span: Span,
    /// What runs inside.
    pub body: Span,
}

/// An `except` clause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Except {
    /// `except X as e:`.
    pub header: Span,
    /// What it does.
    pub body: Span,
    /// Its end may be reached: it does not return, raise or leave the loop there.
    pub goes_on: bool,
    /// The types as written; a bare `except` catches `BaseException`.
    pub types: Vec<String>,
    /// The name it binds.
    pub name: Option<String>,
    /// Some path raises again what was caught.
    pub reraises: bool,
    /// It asks what it caught (`isinstance`, `match`).
    pub asks: bool,
    /// What it raises or returns instead.
    pub replies: Vec<Reply>,
    /// It does nothing but go on, or return a constant or what one call makes of some.
    pub is_silent: bool,
}

/// A value that a function raises or returns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// Raised or returned.
    pub kind: ReplyKind,
    /// The value; deep contents are left out.
    pub value: Value,
    /// The statement.
    pub span: Span,
    /// It is only given where the code asks whether it is being debugged.
    pub in_debug: bool,
}

/// How a reply leaves a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ReplyKind {
    /// `raise`.
    Raise,
    /// `return`.
    Return,
}

/// Takes one node of a function's body.
pub(super) fn visit(function: &mut Function, node: Node<'_>) {
    match node.kind() {
        Kind::TryStatement => function.tries.extend(read(node)),
        Kind::ReturnStatement => function.replies.extend(returned(node)),
        _ => {}
    }
}

fn read(node: Node<'_>) -> Option<Try> {
    let body = node.child(Field::Body)?;
    let clauses = clauses(node).map(clause).collect();
    let raised = inside(body).filter_map(raised).collect();
    let own = || node.ancestors().take_while(|it| !is_definition(*it));
    let of_loop = |it: &Node<'_>| matches!(it.kind(), Kind::ForStatement | Kind::WhileStatement);
    let looped = own().find(of_loop).and_then(|it| it.child(Field::Body));
    let finally = node.children().find(|it| it.kind() == Kind::FinallyClause);
    Some(Try {
        span: node.span(),
        body: body.span(),
        finally: finally.map(Node::span),
        looped: looped.map(Node::span),
        contexts: own().flat_map(contexts).collect(),
        raised,
        clauses,
        has_fallback: has_fallback(node, body),
        cleans_up: cleans_up(node),
    })
}

fn contexts(node: Node<'_>) -> Vec<Entered> {
    let body = node
        .child(Field::Body)
        .filter(|_| node.kind() == Kind::WithStatement);
    let Some(body) = body else {
        return Vec::new();
    };
    let clause = node.children().find(|it| it.kind() == Kind::WithClause);
    let items = clause.into_iter().flat_map(Node::children);
    let managers = items
        .filter_map(|item| item.child(Field::Value))
        .map(|it| match it.kind() {
            Kind::AsPattern => it.operand().unwrap_or(it),
            _ => it,
        });
    let entered = managers.map(|it| Entered {
        callee: chain(it),
        span: it.span(),
        body: body.span(),
    });
    entered.collect()
}

/// Whether what stands behind a `try` reads what its body binds, or is only reached where the body
/// fails.
fn has_fallback(node: Node<'_>, body: Node<'_>) -> bool {
    let behind = || {
        let whole = node.ancestors().take_while(|it| !is_definition(*it));
        let blocks = whole.filter(|it| it.kind() == Kind::Block);
        blocks.flat_map(move |block| {
            let later = move |it: &Node<'_>| it.index() >= node.end_index();
            block.children().filter(later)
        })
    };
    let ends = |it: Node<'_>| it.kind() == Kind::ReturnStatement;
    if inside(body).any(ends) && behind().next().is_some() {
        return true;
    }
    let bound = inside(body).filter_map(|it| match it.kind() {
        Kind::Assignment | Kind::AugmentedAssignment => it.child(Field::Left),
        Kind::NamedExpression => it.child(Field::Name),
        _ => None,
    });
    let names = bound.flat_map(|it| std::iter::once(it).chain(it.descendants()));
    let names: FxHashSet<&str> = names.filter(is_name).map(Node::text).collect();
    let mut read = behind().flat_map(|it| std::iter::once(it).chain(it.descendants()));
    !names.is_empty() && read.any(|it| is_name(&it) && names.contains(it.text()))
}

fn is_name(node: &Node<'_>) -> bool {
    node.kind() == Kind::Identifier && node.field() != Field::Attribute && node.text() != "self"
}

fn is_definition(node: Node<'_>) -> bool {
    matches!(
        node.kind(),
        Kind::FunctionDefinition | Kind::ClassDefinition | Kind::Lambda
    )
}

fn cleans_up(node: Node<'_>) -> bool {
    let mut around = node.ancestors().take_while(|it| !is_definition(*it));
    around.any(|it| matches!(it.kind(), Kind::FinallyClause | Kind::ExceptClause))
}

/// Whether a block does nothing but go on, or return a constant or what one call makes of some.
fn is_silent(block: Node<'_>) -> bool {
    block.children().all(|statement| match statement.kind() {
        Kind::PassStatement | Kind::ContinueStatement => true,
        Kind::ReturnStatement => statement.operand().is_none_or(|value| {
            let arguments = value.child(Field::Arguments);
            is_constant(value) || arguments.is_some_and(is_constant)
        }),
        Kind::ExpressionStatement => statement
            .operand()
            .is_some_and(|it| matches!(it.kind(), Kind::Ellipsis | Kind::String)),
        _ => false,
    })
}

fn is_constant(node: Node<'_>) -> bool {
    let mut whole = std::iter::once(node).chain(node.descendants());
    whole.all(|it| {
        !matches!(
            it.kind(),
            Kind::Identifier | Kind::Call | Kind::Interpolation | Kind::Attribute
        )
    })
}

/// The `except` clauses of a `try`.
pub(super) fn clauses<'t>(node: Node<'t>) -> impl Iterator<Item = Node<'t>> {
    node.children()
        .filter(|child| child.kind() == Kind::ExceptClause)
}

fn clause(node: Node<'_>) -> Except {
    let name = alias(node).map(|name| name.text().to_owned());
    let mut found = Except {
        header: node.span(),
        body: node.span(),
        goes_on: true,
        types: caught_types(node),
        name,
        reraises: false,
        asks: false,
        replies: Vec::new(),
        is_silent: false,
    };
    let Some(block) = node.children().find(|child| child.kind() == Kind::Block) else {
        return found;
    };
    let header = (block.span().start - node.span().start) as usize;
    let header = node.text().get(..header).unwrap_or_default().trim_end();
    found.header.end = node.span().start + header.len() as u32;
    found.body = block.span();
    found.goes_on = !block.children().last().is_some_and(leaves);
    found.is_silent = is_silent(block);
    for node in inside(block) {
        match node.kind() {
            Kind::RaiseStatement => match raised(node) {
                Some(reply) if !again(&reply, found.name.as_deref()) => found.replies.push(reply),
                _ => found.reraises = true,
            },
            Kind::ReturnStatement => found.replies.push(Reply {
                kind: ReplyKind::Return,
                value: node.operand().map_or(Value::None, value),
                span: node.span(),
                in_debug: in_debug(node),
            }),
            Kind::Call => {
                let callee = node.child(Field::Function).map(chain).unwrap_or_default();
                found.asks |= matches!(last(&callee), "isinstance" | "hasattr" | "getattr");
            }
            Kind::MatchStatement => found.asks = true,
            _ => {}
        }
    }
    found
}

/// Whether nothing that stands behind a statement is reached.
fn leaves(statement: Node<'_>) -> bool {
    matches!(
        statement.kind(),
        Kind::ReturnStatement | Kind::RaiseStatement | Kind::BreakStatement
    )
}

/// Whether what is raised is what was caught.
fn again(reply: &Reply, name: Option<&str>) -> bool {
    matches!(&reply.value, Value::Name(raised, _) if Some(raised.as_str()) == name)
}

/// `raise X`; a bare `raise` gives none.
fn raised(node: Node<'_>) -> Option<Reply> {
    let operand = match node.kind() {
        Kind::RaiseStatement => node.operand()?,
        _ => return None,
    };
    Some(Reply {
        kind: ReplyKind::Raise,
        value: value(operand),
        span: node.span(),
        in_debug: in_debug(node),
    })
}

/// Whether a statement stands below `if settings.DEBUG:`.
fn in_debug(node: Node<'_>) -> bool {
    let mut above = node.ancestors().take_while(|it| !is_definition(*it));
    above.any(|it| {
        let asked = it.child(Field::Condition);
        let debug = asked.is_some_and(|it| {
            let text = it.text().to_ascii_lowercase();
            text.contains("debug") && !text.contains("not ")
        });
        let then = it.child(Field::Consequence);
        debug && then.is_some_and(|then| then.span().contains(node.span()))
    })
}

/// A `return` of a response or of a body that could tell of an error.
fn returned(node: Node<'_>) -> Option<Reply> {
    let operand = node.operand()?;
    let (first, rest) = match operand.kind() {
        Kind::ExpressionList | Kind::Tuple => (operand.operand()?, operand.children().count() - 1),
        _ => (operand, 0),
    };
    let is_reply = match first.kind() {
        Kind::Dictionary => first.children().count() > 0,
        Kind::Call => {
            let callee = first.child(Field::Function).map(chain).unwrap_or_default();
            let name = last(&callee);
            let by_function = matches!(name, "jsonify" | "json_response" | "make_response");
            by_function || is_class_like(name) && is_answer(name)
        }
        _ => rest > 0 && first.kind() == Kind::String,
    };
    is_reply.then(|| Reply {
        kind: ReplyKind::Return,
        value: trimmed(value(operand), 3),
        span: node.span(),
        in_debug: in_debug(node),
    })
}

/// Classes that are named for being an answer.
fn is_answer(name: &str) -> bool {
    let ends = ["Response", "Exception", "Error"];
    let starts = ["Http", "HTTP"];
    ends.iter().any(|end| name.ends_with(end)) || starts.iter().any(|start| name.starts_with(start))
}

/// What matters of a reply: who makes it, its status, and by which keys it speaks.
fn trimmed(value: Value, depth: u32) -> Value {
    let Some(deeper) = depth.checked_sub(1) else {
        return Value::Other(Default::default());
    };
    match value {
        Value::Dict(entries) => Value::Dict(
            entries
                .into_iter()
                .map(|(key, value)| (key, trimmed(value, deeper)))
                .collect(),
        ),
        Value::List(items) => Value::List(
            items
                .into_iter()
                .map(|item| trimmed(item, deeper))
                .collect(),
        ),
        other => other,
    }
}

/// All nodes of a block, those of nested functions and classes left out.
pub(super) fn inside<'t>(block: Node<'t>) -> impl Iterator<Item = Node<'t>> {
    let mut skip_to = 0;
    block.descendants().filter(move |node| {
        if node.index() < skip_to {
            return false;
        }
        if is_definition(*node) {
            skip_to = node.end_index();
        }
        true
    })
}

/// The types that a clause catches, as written; a bare `except` catches everything.
pub(super) fn caught_types(clause: Node<'_>) -> Vec<String> {
    let mut types = Vec::new();
    for value in clause
        .children()
        .filter(|child| child.field() == Field::Value)
    {
        let value = match value.kind() {
            Kind::AsPattern => value.operand().unwrap_or(value),
            _ => value,
        };
        match value.kind() {
            Kind::Tuple => types.extend(value.children().map(chain)),
            Kind::ParenthesizedExpression => types.extend(value.operand().map(chain)),
            _ => types.push(chain(value)),
        }
    }
    if types.is_empty() {
        types.push("BaseException".to_owned());
    }
    types
}

/// The name that a clause binds what it caught to.
pub(super) fn alias(clause: Node<'_>) -> Option<Node<'_>> {
    let value = clause.child(Field::Value)?;
    let target = match value.kind() {
        Kind::AsPattern => value.child(Field::Alias)?,
        _ => clause.child(Field::Alias)?,
    };
    match target.kind() {
        Kind::AsPatternTarget => target.operand(),
        _ => Some(target),
    }
}
