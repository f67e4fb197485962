//! What a function takes out of the values of calls: content that is read, although nothing asks how
//! the call went. Syntax only; which calls reach another service is for `link` to say.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::Function;
use super::flow::names::is_logging;
use super::library::LIBRARY;
use super::replies::inside;
use super::value::{arguments, chain, text};
use crate::parse::python::{Field, Kind, Node};
use crate::source::Span;

/// The value of a call, read as if the call had gone well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    /// The call.
    pub call: Span,
    /// The callee as written.
    pub callee: String,
    /// The variable that holds the value.
    pub variable: Option<String>,
    /// Where its content is read first.
    pub used: Span,
    /// How that reads: `response.json()`.
    pub use_text: String,
    /// It is not read, but returned as it came.
    pub is_returned: bool,
}

/// What a mention of a variable does with it.
#[derive(Clone, Copy)]
enum Mention<'t> {
    /// Reads its content.
    Reads(Node<'t>),
    /// Asks how the call went, or hands it to somebody who may.
    Asks,
    /// Returns it as it came.
    Returns(Node<'t>),
    Nothing,
}

/// What is read unasked in the body of a function.
pub(super) fn received(function: &Function, body: Node<'_>) -> Vec<Received> {
    let mut bindings: Vec<(&str, usize, Node<'_>)> = Vec::new();
    let mut mentions: FxHashMap<&str, Vec<Node<'_>>> = FxHashMap::default();
    let mut found = Vec::new();
    for node in inside(body) {
        match node.kind() {
            Kind::Assignment | Kind::AsPattern => bindings.extend(binding(node)),
            Kind::Attribute => found.extend(chained(node)),
            Kind::Identifier if is_mention(node) => {
                mentions.entry(node.text()).or_default().push(node);
            }
            _ => {}
        }
    }
    let mut next: FxHashMap<&str, usize> = FxHashMap::default();
    for (name, from, call) in bindings.into_iter().rev() {
        let until = next.insert(name, call.index()).unwrap_or(usize::MAX);
        let all = mentions.get(name).map_or(&[][..], Vec::as_slice);
        let own = all.iter().filter(|it| (from..until).contains(&it.index()));
        let told = own.map(|it| match mention(*it) {
            Mention::Reads(used) if is_for_log(used, &mentions) => Mention::Nothing,
            other => other,
        });
        let told = told.collect::<Vec<_>>();
        if told.iter().any(|it| matches!(it, Mention::Asks)) {
            continue;
        }
        let mut reads = told.into_iter().filter_map(|it| match it {
            Mention::Reads(node) | Mention::Returns(node) => Some(node),
            _ => None,
        });
        if let Some(used) = reads.next() {
            found.push((Some(name), call, used));
        }
    }
    found.retain(|(_, _, used)| !is_judged(*used, &mentions) && !is_tried(function, *used));
    found.sort_by_key(|(_, call, _)| call.index());
    found.into_iter().map(of).collect()
}

fn of((variable, call, used): (Option<&str>, Node<'_>, Node<'_>)) -> Received {
    Received {
        call: call.span(),
        callee: call.child(Field::Function).map(chain).unwrap_or_default(),
        variable: variable.map(str::to_owned),
        used: used.span(),
        use_text: match used.kind() {
            Kind::Call | Kind::Attribute => chain(used),
            _ => used.text().lines().next().unwrap_or_default().to_owned(),
        },
        is_returned: used.kind() == Kind::Identifier,
    }
}

/// `name = call` or `with call as name`: the name, where it is bound, the call.
fn binding(node: Node<'_>) -> Option<(&str, usize, Node<'_>)> {
    let (target, value) = match node.kind() {
        Kind::Assignment => (node.child(Field::Left)?, node.child(Field::Right)?),
        _ => (node.child(Field::Alias)?.operand()?, node.operand()?),
    };
    let call = plain(value);
    let named = target.kind() == Kind::Identifier && call.kind() == Kind::Call;
    let named = named && !asks_itself(call);
    named.then(|| (target.text(), call.end_index(), call))
}

/// `call().json()`: the call and where its content is read.
fn chained(attribute: Node<'_>) -> Option<(Option<&str>, Node<'_>, Node<'_>)> {
    let name = attribute.child(Field::Attribute)?.text();
    let call = plain(attribute.child(Field::Object)?);
    let reads = call.kind() == Kind::Call && LIBRARY.received.values.contains(name);
    let reads = reads && !asks_itself(call);
    (reads && !is_told(attribute)).then(|| (None, call, whole(attribute)))
}

/// `get(url, raise_for_status=True)`, `get(url, hooks=…)`
fn asks_itself(call: Node<'_>) -> bool {
    arguments(call).any(|argument| match argument.kind() {
        Kind::DictionarySplat => true,
        Kind::KeywordArgument => {
            let name = argument.child(Field::Name).map_or("", Node::text);
            name == "hooks" || LIBRARY.received.status.contains(name)
        }
        _ => false,
    })
}

/// Without parentheses and `await`.
fn plain(node: Node<'_>) -> Node<'_> {
    let mut node = node;
    while let (Kind::Await | Kind::ParenthesizedExpression, Some(inner)) =
        (node.kind(), node.operand())
    {
        node = inner;
    }
    node
}

/// The call of a method, or the attribute itself.
fn whole(attribute: Node<'_>) -> Node<'_> {
    attribute
        .parent()
        .filter(|it| it.kind() == Kind::Call && attribute.field() == Field::Function)
        .unwrap_or(attribute)
}

fn is_mention(node: Node<'_>) -> bool {
    let of_keyword = || {
        node.field() == Field::Name
            && node
                .parent()
                .is_some_and(|it| it.kind() == Kind::KeywordArgument)
    };
    node.field() != Field::Attribute && node.field() != Field::Left && !of_keyword()
}

fn mention(node: Node<'_>) -> Mention<'_> {
    let Some(parent) = node.parent() else {
        return Mention::Nothing;
    };
    if is_told(node) {
        return Mention::Nothing;
    }
    match (parent.kind(), node.field()) {
        (Kind::Attribute, Field::Object) => {
            let name = parent.child(Field::Attribute).map_or("", Node::text);
            if LIBRARY.received.values.contains(name) {
                Mention::Reads(whole(parent))
            } else if LIBRARY.received.status.contains(name) && !only_tells(parent) {
                Mention::Asks
            } else {
                Mention::Nothing
            }
        }
        (Kind::Subscript, Field::Value) => Mention::Reads(parent),
        (Kind::ReturnStatement, _) => Mention::Returns(node),
        (Kind::AsPatternTarget | Kind::WithItem | Kind::DeleteStatement, _) => Mention::Nothing,
        _ => Mention::Asks,
    }
}

/// Whether an expression is only part of what a log is told.
fn is_told(node: Node<'_>) -> bool {
    let around = node.ancestors().take_while(|it| !is_statement(*it));
    let mut calls = around.filter(|it| it.kind() == Kind::Call);
    calls.any(|call| {
        let callee = call.child(Field::Function);
        callee.is_some_and(|it| !it.span().contains(node.span()) && is_logging(&chain(it)))
    })
}

/// Whether what is read gets a name that only a log is told.
fn is_for_log(used: Node<'_>, mentions: &FxHashMap<&str, Vec<Node<'_>>>) -> bool {
    let assigned = used.parent().filter(|it| it.kind() == Kind::Assignment);
    let name = assigned.and_then(|it| it.child(Field::Left));
    let all = name.and_then(|it| mentions.get(it.text()));
    all.is_some_and(|all| all.iter().all(|it| is_told(*it)))
}

fn is_statement(node: Node<'_>) -> bool {
    matches!(
        node.kind(),
        Kind::ExpressionStatement | Kind::ReturnStatement | Kind::Block
    )
}

/// Whether a test only decides what a log is told: the way on is the same.
fn only_tells(asked: Node<'_>) -> bool {
    let mut around = asked.ancestors().take_while(|it| it.kind() != Kind::Block);
    let Some(test) = around.find(|it| it.kind() == Kind::IfStatement) else {
        return false;
    };
    let logs = |statement: Node<'_>| match statement.operand() {
        Some(call) if call.kind() == Kind::Call => {
            let callee = call.child(Field::Function).map(chain);
            callee.is_some_and(|it| is_logging(&it))
        }
        _ => false,
    };
    let branch = test.child(Field::Consequence);
    let alone = test.child(Field::Alternative).is_none();
    alone && branch.is_some_and(|block| block.children().all(logs))
}

/// Whether the content is asked how it went: a test about it, or a key by which services tell.
fn is_judged(used: Node<'_>, mentions: &FxHashMap<&str, Vec<Node<'_>>>) -> bool {
    let mut at = used;
    while let Some(parent) = at.parent() {
        if asks(at, parent) {
            return true;
        }
        let goes_on = matches!(
            parent.kind(),
            Kind::Attribute | Kind::Call | Kind::Subscript | Kind::Await
        ) || parent.kind() == Kind::ParenthesizedExpression;
        if !goes_on || at.field() == Field::Arguments {
            break;
        }
        at = parent;
    }
    let assigned = at.parent().filter(|it| it.kind() == Kind::Assignment);
    let Some(name) = assigned.and_then(|it| it.child(Field::Left)) else {
        return false;
    };
    let all = mentions.get(name.text()).map_or(&[][..], Vec::as_slice);
    all.iter().any(|it| is_asked(*it))
}

/// Whether a mention of a content is part of a test, or reads a key that tells how it went.
fn is_asked(mention: Node<'_>) -> bool {
    let mut at = mention;
    while let Some(parent) = at.parent() {
        if asks(at, parent) {
            return true;
        }
        if is_statement(parent) || parent.kind() == Kind::Assignment {
            return false;
        }
        at = parent;
    }
    false
}

fn asks(node: Node<'_>, parent: Node<'_>) -> bool {
    let told = |key: Node<'_>| text(key).is_some_and(|it| LIBRARY.received.told.contains(&it));
    match (parent.kind(), node.field()) {
        (
            Kind::BooleanOperator
            | Kind::NotOperator
            | Kind::ComparisonOperator
            | Kind::ConditionalExpression
            | Kind::AssertStatement
            | Kind::IfClause
            | Kind::MatchStatement,
            _,
        )
        | (_, Field::Condition) => true,
        (Kind::Subscript, Field::Value) => parent.child(Field::Subscript).is_some_and(told),
        (Kind::Call, Field::Function) => {
            let name = node.child(Field::Attribute).map_or("", Node::text);
            let list = parent.child(Field::Arguments);
            let key = list.and_then(|it| it.children().next());
            let judges = node.kind() == Kind::Identifier && node.text() == "isinstance";
            judges || name == "get" && key.is_some_and(told)
        }
        (Kind::ArgumentList, _) => {
            let call = parent.parent().and_then(|it| it.child(Field::Function));
            call.is_some_and(|it| it.text() == "isinstance")
        }
        _ => false,
    }
}

/// Whether a `try` answers what goes wrong with the content.
fn is_tried(function: &Function, used: Node<'_>) -> bool {
    function.tries.iter().any(|tried| {
        let answers = |clause: &super::Except| !clause.reraises || !clause.replies.is_empty();
        tried.body.contains(used.span()) && tried.clauses.iter().any(answers)
    })
}
