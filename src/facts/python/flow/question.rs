//! Reads a condition: which expression it asks about, and what its truth and falsehood say of it.

use super::{Field, Kind, Node};

/// What a condition asks.
pub(super) struct Question<'t> {
    /// The expression it asks about; `None` where it cannot be read.
    pub(super) asked: Option<Node<'t>>,
    /// What its truth says of the expression.
    pub(super) yes: Says,
    /// What its falsehood says of it.
    pub(super) no: Says,
}

/// What one side of a test says of a value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    Present,
    Missing,
    Nothing,
}

impl<'t> Question<'t> {
    const OTHER: Self = Self {
        asked: None,
        yes: Says::Nothing,
        no: Says::Nothing,
    };

    fn of(asked: Node<'t>, yes: Says, no: Says) -> Self {
        Self {
            asked: Some(asked),
            yes,
            no,
        }
    }

    fn present(asked: Node<'t>) -> Self {
        Self::of(asked, Says::Present, Says::Missing)
    }

    fn missing(asked: Node<'t>) -> Self {
        Self::of(asked, Says::Missing, Says::Present)
    }

    fn equal(asked: Node<'t>) -> Self {
        Self::of(asked, Says::Present, Says::Nothing)
    }

    fn unequal(asked: Node<'t>) -> Self {
        Self::of(asked, Says::Nothing, Says::Present)
    }
}

/// Reads a condition.
pub(super) fn question(node: Node<'_>) -> Question<'_> {
    match node.kind() {
        Kind::Identifier | Kind::NamedExpression | Kind::Await => Question::present(node),
        Kind::Call => presence_call(node).unwrap_or(Question::present(node)),
        Kind::ComparisonOperator => comparison(node).unwrap_or(Question::OTHER),
        _ => Question::OTHER,
    }
}

/// `isinstance(v, X)`, `hasattr(v, "x")`, `bool(v)`.
fn presence_call(node: Node<'_>) -> Option<Question<'_>> {
    let callee = node.child(Field::Function)?.text();
    let first = node.child(Field::Arguments)?.children().next()?;
    match callee {
        "isinstance" | "hasattr" => Some(Question::equal(first)),
        "bool" => Some(Question::present(first)),
        _ => None,
    }
}

fn comparison(node: Node<'_>) -> Option<Question<'_>> {
    let mut operators = node
        .children()
        .filter(|child| child.field() == Field::Operators);
    let operator = operators.next()?.text();
    if operators.next().is_some() {
        return None;
    }
    let mut operands = node
        .children()
        .filter(|child| child.field() != Field::Operators);
    let (left, right) = (unwrapped(operands.next()?), unwrapped(operands.next()?));
    let (asked, other) = match left.kind() {
        Kind::None => (right, left),
        _ => (left, right),
    };
    let holds = matches!(
        asked.kind(),
        Kind::Identifier | Kind::NamedExpression | Kind::Await | Kind::Call
    );
    let is_none = other.kind() == Kind::None;
    let names_none = || other.descendants().any(|it| it.kind() == Kind::None);
    match operator {
        _ if !holds => None,
        "is" | "==" if is_none => Some(Question::missing(asked)),
        "is not" | "!=" if is_none => Some(Question::present(asked)),
        "==" | "is" => Some(Question::equal(asked)),
        "!=" | "is not" => Some(Question::unequal(asked)),
        "in" if !names_none() => Some(Question::equal(asked)),
        "not in" if !names_none() => Some(Question::unequal(asked)),
        _ => None,
    }
}

fn unwrapped(node: Node<'_>) -> Node<'_> {
    let mut node = node;
    while let (Kind::ParenthesizedExpression, Some(inner)) = (node.kind(), node.operand()) {
        node = inner;
    }
    node
}

/// The call behind an `await`.
pub(super) fn awaited(node: Node<'_>) -> Node<'_> {
    match (node.kind(), node.operand()) {
        (Kind::Await | Kind::ParenthesizedExpression, Some(inner)) => awaited(inner),
        _ => node,
    }
}
