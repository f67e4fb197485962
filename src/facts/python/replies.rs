//! What a function answers in words of its own: exceptions raised and caught in it, responses it
//! returns. Syntax only; which of them a framework understands is for `link` to say.

use super::flow::names::{is_class_like, last};
use super::value::{chain, value};
use super::{Except, Function, Reply, ReplyKind, Try, Value};
use crate::parse::python::{Field, Kind, Node};

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
    Some(Try {
        body: body.span(),
        raised,
        clauses,
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
        types: caught_types(node),
        name,
        reraises: false,
        asks: false,
        replies: Vec::new(),
    };
    let Some(block) = node.children().find(|child| child.kind() == Kind::Block) else {
        return found;
    };
    let header = (block.span().start - node.span().start) as usize;
    let header = node.text().get(..header).unwrap_or_default().trim_end();
    found.header.end = node.span().start + header.len() as u32;
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
            name == "jsonify" || name == "make_response" || is_class_like(name) && is_answer(name)
        }
        _ => rest > 0 && first.kind() == Kind::String,
    };
    is_reply.then(|| Reply {
        kind: ReplyKind::Return,
        value: trimmed(value(operand), 3),
        span: node.span(),
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
fn inside<'t>(block: Node<'t>) -> impl Iterator<Item = Node<'t>> {
    let mut skip_to = 0;
    block.descendants().filter(move |node| {
        if node.index() < skip_to {
            return false;
        }
        if matches!(
            node.kind(),
            Kind::FunctionDefinition | Kind::ClassDefinition | Kind::Lambda
        ) {
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
