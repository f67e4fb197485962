//! What a function may answer the client with: its returns, raises and aborts with the statuses that
//! they say. Syntax only; what makes an answer, and with which status by default, is for `link`.

use serde::{Deserialize, Serialize};

use super::Function;
use super::flow::names::last;
use super::library::LIBRARY;
use super::value::{arguments, chain};
use crate::parse::python::{Field, Kind, Node};
use crate::source::Span;

/// A place where a function may answer the client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// How it leaves the function.
    pub kind: AnswerKind,
    /// The callee that makes it, or the name it has, as written; empty for anything else.
    pub maker: String,
    /// The maker is called.
    pub called: bool,
    /// The constant statuses that it is given.
    pub statuses: Vec<u16>,
    /// It is given a status that is no constant.
    pub open: bool,
    /// The statement; the call of one that aborts.
    pub span: Span,
}

/// How an answer leaves a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum AnswerKind {
    /// `return`.
    Return,
    /// `raise`.
    Raise,
    /// `abort(…)`.
    Abort,
    /// `response.status_code = …`: another answer is given with this status.
    Set,
    /// `super().__init__(status_code=404)`: what an exception tells its base.
    Base,
}

/// Arguments that hold a status.
const KEYWORDS: [&str; 3] = ["status", "status_code", "code"];

/// Takes one node of a function's body.
pub(super) fn visit(function: &mut Function, node: Node<'_>) {
    let span = node.span();
    let answers = &mut function.answers;
    match node.kind() {
        Kind::ReturnStatement => match node.operand() {
            Some(value) => returned(value, span, answers),
            None => answers.push(Answered::plain(AnswerKind::Return, span)),
        },
        Kind::RaiseStatement => {
            if let Some(raised) = node.operand() {
                answers.push(made(AnswerKind::Raise, raised, span));
            }
        }
        Kind::Call => {
            let callee = node.child(Field::Function).map(chain).unwrap_or_default();
            if last(&callee) == "abort" {
                answers.push(made(AnswerKind::Abort, node, span));
            } else if callee == "super().__init__" {
                let base = made(AnswerKind::Base, node, span);
                answers.extend(Some(base).filter(|base| !base.statuses.is_empty()));
            }
        }
        Kind::Assignment => answers.extend(set(node)),
        _ => {}
    }
}

/// `response.status_code = 201`
fn set(node: Node<'_>) -> Option<Answered> {
    let (target, value) = node.child(Field::Left).zip(node.child(Field::Right))?;
    let name = target
        .child(Field::Attribute)
        .filter(|_| target.kind() == Kind::Attribute)?;
    if !matches!(name.text(), "status_code" | "status") {
        return None;
    }
    let mut answer = Answered::plain(AnswerKind::Set, node.span());
    answer.statuses = statuses(value);
    (!answer.statuses.is_empty()).then_some(answer)
}

fn returned(value: Node<'_>, span: Span, answers: &mut Vec<Answered>) {
    match value.kind() {
        Kind::ParenthesizedExpression | Kind::Await if value.operand().is_some() => {
            if let Some(inner) = value.operand() {
                returned(inner, span, answers);
            }
        }
        Kind::ConditionalExpression => {
            let mut branches = value.children();
            let both = [branches.next(), branches.nth(1)];
            for branch in both.into_iter().flatten() {
                returned(branch, span, answers);
            }
        }
        Kind::ExpressionList | Kind::Tuple => {
            let mut answer = Answered::plain(AnswerKind::Return, span);
            if let Some(second) = value.children().nth(1) {
                answer.statuses = statuses(second);
                answer.open = answer.statuses.is_empty();
            }
            answers.push(answer);
        }
        _ => answers.push(made(AnswerKind::Return, value, span)),
    }
}

/// What makes the answer, and the status that it is given.
fn made(kind: AnswerKind, value: Node<'_>, span: Span) -> Answered {
    let mut answer = Answered::plain(kind, span);
    match value.kind() {
        Kind::Call => {
            answer.called = true;
            answer.maker = value.child(Field::Function).map(chain).unwrap_or_default();
            let named = |argument: &Node<'_>| {
                let name = argument.child(Field::Name).map_or("", Node::text);
                argument.kind() == Kind::KeywordArgument && KEYWORDS.contains(&name)
            };
            // What `jsonify` is given is the body.
            if last(&answer.maker) == "jsonify" {
                return answer;
            }
            let given = arguments(value).find(named);
            match given.and_then(|argument| argument.child(Field::Value)) {
                Some(status) => {
                    answer.statuses = statuses(status);
                    answer.open = answer.statuses.is_empty();
                }
                None => {
                    let mut places = arguments(value).map(statuses);
                    answer.statuses = places.find(|it| !it.is_empty()).unwrap_or_default();
                    let splat = arguments(value).any(|it| it.kind() == Kind::DictionarySplat);
                    answer.open = splat && answer.statuses.is_empty();
                }
            }
        }
        Kind::Identifier | Kind::Attribute => answer.maker = chain(value),
        _ => {}
    }
    answer
}

/// The statuses that an expression may be; none where it is no constant.
fn statuses(value: Node<'_>) -> Vec<u16> {
    match value.kind() {
        Kind::ParenthesizedExpression => value.operand().map(statuses).unwrap_or_default(),
        Kind::ConditionalExpression => {
            let mut branches = value.children();
            let both = [branches.next(), branches.nth(1)];
            let mut found = Vec::new();
            for branch in both.into_iter().flatten() {
                let one = statuses(branch);
                if one.is_empty() {
                    return Vec::new();
                }
                found.extend(one);
            }
            found
        }
        _ => number(value).into_iter().collect(),
    }
}

/// `404`, `status.HTTP_404_NOT_FOUND`, `HTTPStatus.NOT_FOUND`.
fn number(value: Node<'_>) -> Option<u16> {
    let status = match value.kind() {
        Kind::Integer => value.text().parse().ok()?,
        Kind::Attribute | Kind::Identifier => {
            let text = value.text();
            let name = last(text.strip_suffix(".value").unwrap_or(text));
            let number = name.strip_prefix("HTTP_").and_then(|rest| rest.get(..3));
            match number.and_then(|number| number.parse().ok()) {
                Some(number) => number,
                None => *LIBRARY.statuses.get(name)?,
            }
        }
        _ => return None,
    };
    (100..600).contains(&status).then_some(status)
}

impl Answered {
    fn plain(kind: AnswerKind, span: Span) -> Self {
        Self {
            kind,
            maker: String::new(),
            called: false,
            statuses: Vec::new(),
            open: false,
            span,
        }
    }
}
