//! Takes what handles a failure away from the text of a handler; lines stay where they are.

use std::collections::BTreeSet;
use std::ops::Range;

use aicheck::parse::python::{Field, Kind, Node, parse};
use aicheck::source::Span;
use camino::Utf8PathBuf;

use crate::folder::Files;

/// What handled a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kept {
    /// `if order is None: raise …` in front of `order.total`.
    Guard,
    /// `first_or_404()`, where `first()` may give None.
    Lookup,
    /// `except DoesNotExist: raise …` around a lookup.
    Mapping,
    /// `timeout=10`.
    Limit,
}

/// A text without it.
pub(super) struct Loss {
    pub(super) kept: Kept,
    pub(super) text: String,
    /// Where it stood.
    pub(super) line: u32,
    /// The lines of the handler, where it is missed.
    pub(super) missed: Range<u32>,
    /// Where only a constraint of the schema can miss it: the parameters of the handler and their
    /// types.
    pub(super) refused: Option<Vec<String>>,
}

/// The decorators that declare routes.
const ROUTES: [&str; 8] = [
    "route", "get", "post", "put", "patch", "delete", "api_view", "action",
];

/// How the names of exceptions end that say that a row is missing, but for `Error`.
const MISSING: [&str; 2] = ["Found", "Exist"];

/// How those end that say that the schema refuses a row.
const REFUSED: [&str; 2] = ["IntegrityError", "ViolationError"];

/// Packages whose calls wait for ever where nobody sets a limit.
const WAITING: [&str; 8] = [
    "requests",
    "smtplib",
    "urlopen",
    "urllib",
    "ftplib",
    "imaplib",
    "poplib",
    "telnetlib",
];

/// What fills a parameter in the client's stead.
const FILLING: [&str; 2] = ["Depends(", "Security("];

/// Everything that can be taken away from the handlers of a project.
pub(super) fn of(files: &Files) -> Vec<(Utf8PathBuf, Loss)> {
    let mut losses = Vec::new();
    for (path, bytes) in files {
        let is_test = path.as_str().contains("test");
        let (Some("py"), Ok(text), false) = (path.extension(), str::from_utf8(bytes), is_test)
        else {
            continue;
        };
        let (tree, _) = parse(text, 0..text.len());
        let handlers = tree.nodes().filter(|node| is_handler(*node));
        let of_handlers = handlers.flat_map(|handler| of_handler(text, handler));
        let calls = tree.nodes().filter(|node| node.kind() == Kind::Call);
        let of_file = of_handlers.chain(calls.filter_map(|call| limit(text, call)));
        losses.extend(of_file.map(|loss| (path.clone(), loss)));
    }
    losses
}

/// A function that a route is declared for, a view, or what FastAPI calls in front of one.
fn is_handler(node: Node<'_>) -> bool {
    if node.kind() != Kind::FunctionDefinition {
        return false;
    }
    let decorators = node.parent().into_iter().flat_map(Node::children);
    let mut declares = decorators
        .filter(|it| it.kind() == Kind::Decorator)
        .filter_map(Node::operand)
        .map(|it| it.child(Field::Function).unwrap_or(it))
        .map(|it| it.text().rsplit('.').next().unwrap_or_default());
    let Some(parameters) = node.child(Field::Parameters) else {
        return false;
    };
    let first = parameters.children().next();
    let class = node
        .ancestors()
        .find(|it| it.kind() == Kind::ClassDefinition);
    let bases = class.and_then(|class| class.child(Field::Superclasses));
    let is_view = bases.is_some_and(|bases| {
        let mut bases = names(bases);
        bases.any(|base| base.ends_with("View") || base.ends_with("Resource"))
    });
    // Other libraries call other things actions.
    declares.any(|name| ROUTES.contains(&name) && (name != "action" || class.is_some()))
        || first.is_some_and(|it| it.text() == "request")
        || names(parameters).any(|name| name == "Depends")
        || is_view
            && node
                .child(Field::Name)
                .is_some_and(|it| ROUTES.contains(&it.text()))
}

/// Whether what goes wrong at a node is caught there, whatever it is.
fn is_caught(node: Node<'_>) -> bool {
    let tries = node
        .ancestors()
        .filter(|it| it.kind() == Kind::TryStatement);
    let mut clauses = tries
        .flat_map(Node::children)
        .filter(|it| it.kind() == Kind::ExceptClause);
    clauses.any(|clause| caught(clause).is_none_or(|it| names(it).any(|name| name == "Exception")))
}

/// The exceptions that a clause names.
fn caught(clause: Node<'_>) -> Option<Node<'_>> {
    let mut parts = clause.children();
    parts.next().filter(|it| it.kind() != Kind::Block)
}

fn of_handler(text: &str, handler: Node<'_>) -> Vec<Loss> {
    let losses = handler.descendants().filter_map(|node| match node.kind() {
        Kind::IfStatement => guard(text, handler, node),
        Kind::TryStatement => mapping(text, handler, node),
        Kind::Call => lookup(text, handler, node),
        _ => None,
    });
    losses.collect()
}

/// An `if` that ends the request when a row is missing that was looked up by a parameter, in front
/// of a use of the row.
fn guard(text: &str, handler: Node<'_>, node: Node<'_>) -> Option<Loss> {
    let body = node.child(Field::Consequence)?;
    if node.child(Field::Alternative).is_some() || !exits(body) || is_caught(node) {
        return None;
    }
    let row = asked(node.child(Field::Condition)?)?;
    use_of(row, handler, node)?;
    let (chosen, looked_up) = chosen(handler, node);
    (chosen.contains(row) && looked_up.contains(row)).then(|| Loss {
        kept: Kept::Guard,
        text: replaced(text, node.span(), "pass"),
        line: line(text, node.span().start),
        missed: lines(text, whole(handler)),
        refused: None,
    })
}

fn parameters(handler: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let list = handler.child(Field::Parameters);
    list.into_iter().flat_map(Node::children)
}

/// The names in front of a node that hold what the client chose, or what was made from it; and
/// those of them that hold what a call gave.
fn chosen<'t>(handler: Node<'t>, node: Node<'_>) -> (BTreeSet<&'t str>, BTreeSet<&'t str>) {
    let own =
        parameters(handler).filter(|it| !FILLING.iter().any(|filling| it.text().contains(filling)));
    let mut chosen: BTreeSet<&str> = own.flat_map(names).collect();
    chosen.remove("request");
    chosen.remove("self");
    let mut looked_up = BTreeSet::new();
    for bound in handler.descendants() {
        if bound.index() >= node.index() {
            break;
        }
        let sides = (bound.child(Field::Left), bound.child(Field::Right));
        let (Kind::Assignment, (Some(left), Some(right))) = (bound.kind(), sides) else {
            continue;
        };
        let by_choice =
            names(right).any(|name| chosen.contains(name)) || right.text().contains("request.");
        looked_up.remove(left.text());
        if by_choice {
            chosen.insert(left.text());
        }
        if by_choice && matches!(right.kind(), Kind::Call | Kind::Await) {
            looked_up.insert(left.text());
        }
    }
    (chosen, looked_up)
}

/// What the row is first used for behind a node, where that needs a row.
fn use_of<'t>(row: &str, handler: Node<'t>, node: Node<'_>) -> Option<Node<'t>> {
    let mut behind = handler
        .descendants()
        .filter(|it| it.index() >= node.end_index());
    let used = behind.find(|it| it.kind() == Kind::Identifier && it.text() == row)?;
    let needing = [Kind::Attribute, Kind::Subscript, Kind::DictionarySplat];
    used.parent().filter(|it| needing.contains(&it.kind()))
}

/// `row` of `not row`, `row is None`, and of either in front of an `or`.
fn asked(condition: Node<'_>) -> Option<&str> {
    match condition.kind() {
        Kind::NotOperator => Some(condition.child(Field::Argument)?),
        Kind::ComparisonOperator if condition.text().ends_with(" is None") => condition.operand(),
        Kind::BooleanOperator if condition.child(Field::Operator)?.text() == "or" => {
            return asked(condition.child(Field::Left)?);
        }
        _ => None,
    }
    .filter(|row| row.kind() == Kind::Identifier)
    .map(Node::text)
}

/// Whether a block ends with something that leaves the function with an answer.
fn exits(body: Node<'_>) -> bool {
    body.children()
        .last()
        .is_some_and(|last| match last.kind() {
            Kind::RaiseStatement | Kind::ReturnStatement => true,
            Kind::ExpressionStatement => last.text().starts_with("abort("),
            _ => false,
        })
}

fn names(node: Node<'_>) -> impl Iterator<Item = &str> {
    let names = node.descendants().chain([node]);
    names
        .filter(|it| it.kind() == Kind::Identifier)
        .map(Node::text)
}

/// A lookup that answers 404 by itself, as the one that does not.
fn lookup(text: &str, handler: Node<'_>, node: Node<'_>) -> Option<Loss> {
    let function = node.child(Field::Function)?;
    let (receiver, method) = function
        .text()
        .rsplit_once('.')
        .unwrap_or(("", function.text()));
    let given = node.child(Field::Arguments)?.text();
    let given = &given[1..given.len() - 1];
    if receiver.is_empty() && method != "get_object_or_404" {
        return None;
    }
    let by = match (method, given.split_once(',')) {
        ("first_or_404", _) if given.is_empty() => format!("{receiver}.first()"),
        ("one_or_404", _) if given.is_empty() => format!("{receiver}.one()"),
        ("first_or_404", _) => format!("{receiver}.session.scalars({given}).first()"),
        ("one_or_404", _) => format!("{receiver}.session.scalars({given}).one()"),
        ("get_or_404", None) => format!("{receiver}.get({given})"),
        ("get_or_404", Some(_)) => format!("{receiver}.session.get({given})"),
        ("get_object_or_404", Some((model, key))) if is_class(model) => {
            format!("{model}.objects.get({})", key.trim())
        }
        _ => return None,
    };
    let gives_none = ["first_or_404", "get_or_404"].contains(&method);
    if gives_none {
        let bound = node.parent().filter(|it| it.kind() == Kind::Assignment)?;
        use_of(bound.child(Field::Left)?.text(), handler, bound)?;
    }
    Some(Loss {
        kept: Kept::Lookup,
        text: replaced(text, node.span(), &by),
        line: line(text, node.span().start),
        missed: lines(text, whole(handler)),
        refused: None,
    })
}

/// `Order`, `models.Order`: the helper of the library takes a class, helpers of a project what they
/// like.
fn is_class(model: &str) -> bool {
    let last = model.rsplit('.').next().unwrap_or_default();
    last.starts_with(char::is_uppercase) && last.chars().all(char::is_alphanumeric)
}

/// A `try` around something that the client has a say in, whose one `except` answers that it was not
/// found or not taken, without it. One that answers 500 says no more than none.
fn mapping(text: &str, handler: Node<'_>, node: Node<'_>) -> Option<Loss> {
    let mut parts = node.children();
    let body = parts.next()?;
    let (chosen, _) = chosen(handler, node);
    let by_choice =
        names(body).any(|name| chosen.contains(name)) || body.text().contains("request.");
    let clauses: Vec<Node<'_>> = parts.collect();
    let refuses = |clause: Node<'_>| {
        let mut names = caught(clause).into_iter().flat_map(names);
        names.any(|name| REFUSED.iter().any(|it| name.ends_with(it)))
    };
    let mapping = |clause: &&Node<'_>| {
        let mut names = caught(**clause).into_iter().flat_map(names);
        let missing = names.any(says_missing);
        let fails = ["500", "INTERNAL"]
            .iter()
            .any(|it| clause.text().contains(it));
        clause.kind() == Kind::ExceptClause
            && (missing || refuses(**clause))
            && !fails
            && clause.children().last().is_some_and(exits)
    };
    let clause = clauses.iter().find(mapping).filter(|_| by_choice)?;
    let text_without = match clauses.len() {
        1 => {
            let down = line(text, body.span().start) - line(text, node.span().start);
            let indent = " ".repeat(column(text, node));
            let deeper = format!("\n{}", " ".repeat(column(text, body)));
            let inside = body.text().replace(&deeper, &format!("\n{indent}"));
            let by = format!("pass{}{indent}{inside}", "\n".repeat(down as usize));
            replaced(text, node.span(), &by)
        }
        _ => replaced(text, clause.span(), ""),
    };
    Some(Loss {
        kept: Kept::Mapping,
        text: text_without,
        line: line(text, clause.span().start),
        missed: lines(text, whole(handler)),
        refused: refuses(*clause).then(|| {
            parameters(handler)
                .flat_map(names)
                .map(str::to_owned)
                .collect()
        }),
    })
}

/// `OrderNotFoundError`, `DoesNotExist`; what is no file and no module.
fn says_missing(exception: &str) -> bool {
    let name = exception
        .trim_end_matches("Error")
        .trim_end_matches("Exception");
    let of_python = ["FileNotFound", "ModuleNotFound"].contains(&name);
    MISSING.iter().any(|it| name.ends_with(it)) && !of_python && !name.contains("Already")
}

/// A call without its `timeout`.
fn limit(text: &str, node: Node<'_>) -> Option<Loss> {
    let function = node.child(Field::Function)?.text();
    let waits = WAITING.contains(&function.split('.').next().unwrap_or_default());
    let arguments: Vec<Node<'_>> = node.child(Field::Arguments)?.children().collect();
    let is_limit = |it: &Node<'_>| it.text().starts_with("timeout=");
    let given = arguments.iter().position(is_limit)?;
    let before = arguments.get(given.checked_sub(1)?)?;
    let taken = Span {
        start: before.span().end,
        end: arguments[given].span().end,
    };
    waits.then(|| Loss {
        kept: Kept::Limit,
        text: replaced(text, taken, ""),
        line: line(text, node.span().start),
        missed: lines(text, node),
        refused: None,
    })
}

/// A text with another one in place of a part, and with as many lines.
fn replaced(text: &str, part: Span, by: &str) -> String {
    let (before, rest) = text.split_at(part.start as usize);
    let after = &rest[(part.end - part.start) as usize..];
    let lines = part.of(text).matches('\n').count() - by.matches('\n').count();
    let (end, below) = after.split_at(after.find('\n').unwrap_or(after.len()));
    format!("{before}{by}{end}{}{below}", "\n".repeat(lines))
}

/// The number of the line with an offset.
fn line(text: &str, offset: u32) -> u32 {
    text[..offset as usize].matches('\n').count() as u32 + 1
}

/// The numbers of the lines of a node.
fn lines(text: &str, node: Node<'_>) -> Range<u32> {
    line(text, node.span().start)..line(text, node.span().end) + 1
}

/// A function with its decorators.
fn whole(handler: Node<'_>) -> Node<'_> {
    let parent = handler.parent();
    parent
        .filter(|it| it.kind() == Kind::DecoratedDefinition)
        .unwrap_or(handler)
}

/// How far a node stands from the start of its line.
fn column(text: &str, node: Node<'_>) -> usize {
    let before = &text[..node.span().start as usize];
    before.len() - before.rfind('\n').map_or(0, |at| at + 1)
}
