//! Sessions and connections that a function opens by itself, whether it closes them whatever
//! happens, and commits that a loop repeats. Syntax only; what opens a session, `link` knows.

use serde::{Deserialize, Serialize};

use super::Function;
use super::body::is_target;
use super::flow::names::{is_class_like, last};
use super::replies::{caught_types, inside};
use super::value::chain;
use crate::parse::python::{Field, Kind, Node};
use crate::source::Span;

/// More of them than this are not kept.
const MOST: usize = 20;

/// `session = SessionLocal()` where the session stays in the function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedSession {
    /// The name it is bound to.
    pub name: String,
    /// The callee as written.
    pub callee: String,
    /// The call.
    pub span: Span,
    /// Whether it is closed.
    pub closing: Closing,
    /// The functions it is handed to, as written: one of them may close it.
    pub handed_to: Vec<String>,
    /// The function yields it: `yield session`.
    pub yielded: bool,
}

/// Whether something that was opened is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Closing {
    /// It is not.
    Never,
    /// Here, where nothing fails before.
    WhenAllGoesWell(Span),
    /// Whatever happens.
    Always,
}

/// A commit that each round of a `for` makes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepeatedCommit {
    /// `for row in rows:`.
    pub header: Span,
    /// The body of the loop.
    pub body: Span,
    /// The commit.
    pub commit: Span,
    /// What is looped over, as written.
    pub over: String,
}

/// Finds `session = SessionLocal()` and what becomes of it.
pub(super) fn opened(function: &Function, body: Node<'_>) -> Vec<OpenedSession> {
    let bindings = inside(body).filter(|it| it.kind() == Kind::Assignment);
    let opened = bindings.filter_map(|binding| {
        let name = binding.child(Field::Left)?;
        let right = binding.child(Field::Right)?;
        let call = match right.kind() {
            Kind::Await => right.operand()?,
            _ => right,
        };
        let plain = name.kind() == Kind::Identifier && call.kind() == Kind::Call;
        let callee = chain(call.child(Field::Function).filter(|_| plain)?);
        let own = !function.globals.iter().any(|it| it == name.text());
        (own && may_open(&callee)).then(|| follow(body, name, call, callee))?
    });
    opened.take(MOST).collect()
}

fn may_open(callee: &str) -> bool {
    let name = last(callee).to_ascii_lowercase();
    ["session", "conn", "get_db"]
        .iter()
        .any(|it| name.contains(it))
}

/// What becomes of a session; nothing where it leaves the function.
fn follow<'t>(
    body: Node<'t>,
    name: Node<'t>,
    call: Node<'t>,
    callee: String,
) -> Option<OpenedSession> {
    let mut session = OpenedSession {
        name: name.text().to_owned(),
        callee,
        span: call.span(),
        closing: Closing::Never,
        handed_to: Vec::new(),
        yielded: false,
    };
    let mut on_failure = false;
    for node in body.descendants() {
        let is_name = node.kind() == Kind::Identifier && node.text() == name.text();
        if !is_name || matches!(node.field(), Field::Attribute | Field::Name) || is_target(node) {
            continue;
        }
        match fate(node, body) {
            Fate::Leaves => return None,
            Fate::Used => {}
            Fate::Yielded => session.yielded = true,
            Fate::HandedTo(callee) => session.handed_to.push(callee),
            Fate::Closed(_, Path::Failure) => on_failure = true,
            Fate::Closed(_, Path::Any) => session.closing = Closing::Always,
            Fate::Closed(span, Path::Success) => {
                session.closing = session.closing.max(Closing::WhenAllGoesWell(span));
            }
        }
    }
    if on_failure && session.closing != Closing::Never {
        session.closing = Closing::Always;
    }
    Some(session)
}

/// What a place does with a session.
enum Fate {
    Used,
    Yielded,
    HandedTo(String),
    /// `session.close()`
    Closed(Span, Path),
    /// It is returned, kept elsewhere, a `with` holds it, or a function inside of this one sees it.
    Leaves,
}

/// On which paths something runs.
enum Path {
    Success,
    Failure,
    Any,
}

fn fate(node: Node<'_>, body: Node<'_>) -> Fate {
    let mut above = node.ancestors().take_while(|it| it.index() != body.index());
    let hidden = |it: Node<'_>| matches!(it.kind(), Kind::FunctionDefinition | Kind::Lambda);
    let (Some(parent), false) = (node.parent(), above.any(hidden)) else {
        return Fate::Leaves;
    };
    match parent.kind() {
        Kind::Attribute => match parent.child(Field::Attribute).map_or("", Node::text) {
            "close" | "remove" | "aclose" if is_called(parent) => {
                Fate::Closed(parent.span(), path(node, body))
            }
            "close" | "remove" | "aclose" => Fate::Leaves,
            _ => Fate::Used,
        },
        Kind::ArgumentList | Kind::KeywordArgument => handed(node),
        Kind::Yield => Fate::Yielded,
        Kind::ComparisonOperator
        | Kind::NotOperator
        | Kind::BooleanOperator
        | Kind::IfStatement
        | Kind::DeleteStatement => Fate::Used,
        _ => Fate::Leaves,
    }
}

fn is_called(attribute: Node<'_>) -> bool {
    let call = attribute.parent().filter(|it| it.kind() == Kind::Call);
    call.is_some() && attribute.field() == Field::Function
}

/// Objects keep what they are given, and so does what closes it later.
fn handed(node: Node<'_>) -> Fate {
    const KEEPING: [&str; 7] = [
        "append", "callback", "clos", "context", "push", "stack", "task",
    ];
    let call = node.ancestors().find(|it| it.kind() == Kind::Call);
    let callee = call.and_then(|it| it.child(Field::Function)).map(chain);
    let callee = callee.unwrap_or_default();
    let name = last(&callee).to_ascii_lowercase();
    let keeps = is_class_like(last(&callee)) || KEEPING.iter().any(|it| name.contains(it));
    match keeps {
        true => Fate::Leaves,
        false => Fate::HandedTo(callee),
    }
}

/// On which paths a place is reached.
fn path(node: Node<'_>, body: Node<'_>) -> Path {
    let mut above = node.ancestors().take_while(|it| it.index() != body.index());
    let clause = above.find(|it| matches!(it.kind(), Kind::FinallyClause | Kind::ExceptClause));
    match clause {
        None => Path::Success,
        Some(clause) if clause.kind() == Kind::FinallyClause => Path::Any,
        Some(clause) => {
            let all = |it: &String| it == "Exception" || it == "BaseException";
            match caught_types(clause).iter().any(all) {
                true => Path::Failure,
                false => Path::Success,
            }
        }
    }
}

/// The commits that a loop makes in each round, whatever that round does.
pub(super) fn repeated(body: Node<'_>) -> Vec<RepeatedCommit> {
    let loops = inside(body).filter(|it| it.kind() == Kind::ForStatement);
    let commits = loops.filter_map(|node| {
        let block = node.child(Field::Body)?;
        let over = node.child(Field::Right)?;
        let commit = inside(block).find(|it| is_commit(*it) && is_unconditional(*it, block))?;
        Some(RepeatedCommit {
            header: Span {
                start: node.span().start,
                end: over.span().end,
            },
            body: block.span(),
            commit: commit.span(),
            over: chain(over),
        })
    });
    commits.take(MOST).collect()
}

fn is_commit(node: Node<'_>) -> bool {
    let callee = node
        .child(Field::Function)
        .filter(|_| node.kind() == Kind::Call);
    callee.is_some_and(|it| it.kind() == Kind::Attribute && last(it.text()) == "commit")
}

/// Nothing decides whether a place in a block is reached, and nothing answers its failing.
fn is_unconditional(node: Node<'_>, block: Node<'_>) -> bool {
    let mut above = node
        .ancestors()
        .take_while(|it| it.index() != block.index());
    above.all(|it| {
        matches!(
            it.kind(),
            Kind::ExpressionStatement | Kind::Await | Kind::Block | Kind::WithStatement
        )
    })
}
