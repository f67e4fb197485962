//! Expressions to values: constants folded, names and calls as written. Evaluates no code.

use std::fmt::Write as _;

use super::{Annotation, Call, Keyword, Operation, Value};
use crate::parse::python::{Field, Kind, Node};

/// Longer literal collections are data; what they hold matters to nobody.
const MAX_ELEMENTS: usize = 1000;

/// The value of an expression.
pub fn value(node: Node<'_>) -> Value {
    let other = Value::Other(node.span());
    match node.kind() {
        Kind::String | Kind::ConcatenatedString | Kind::BinaryOperator => match text(node) {
            Some(text) => Value::Str(text, node.span()),
            None => joined(node)
                .or_else(|| operation(node, &[Field::Left, Field::Right]))
                .unwrap_or(other),
        },
        Kind::Integer => integer(node.text()).map_or(other, Value::Int),
        Kind::UnaryOperator => match negative(node) {
            Some(number) => Value::Int(number),
            None => operation(node, &[Field::Argument]).unwrap_or(other),
        },
        Kind::True => Value::Bool(true),
        Kind::False => Value::Bool(false),
        Kind::None => Value::None,
        Kind::Ellipsis => Value::Ellipsis,
        Kind::Identifier | Kind::Attribute => match name(node) {
            Some(name) => Value::Name(name, node.span()),
            None => other,
        },
        Kind::Call => Value::Call(Box::new(call(node))),
        Kind::List | Kind::Tuple | Kind::Set | Kind::ExpressionList | Kind::TypeParameter => {
            list(node)
        }
        Kind::Dictionary => dictionary(node),
        Kind::ParenthesizedExpression | Kind::Await | Kind::Type => {
            node.operand().map_or(other, value)
        }
        Kind::Subscript if is_annotated(node) => Value::Type(annotation(node)),
        Kind::ListSplat => match node.operand() {
            Some(inner) => Value::Spread(Box::new(value(inner))),
            None => other,
        },
        _ => other,
    }
}

/// The parts of an f-string or a sum; `None` where no part is a string or a list, unless all are
/// names of what may be one.
fn joined(node: Node<'_>) -> Option<Value> {
    let mut parts = Vec::new();
    let mut left = vec![node];
    while let Some(node) = left.pop() {
        match node.kind() {
            Kind::BinaryOperator if is_sum(node) => {
                left.extend(node.child(Field::Right));
                left.extend(node.child(Field::Left));
            }
            Kind::ParenthesizedExpression => left.extend(node.operand()),
            Kind::ConcatenatedString => {
                let strings: Vec<Node<'_>> = node.children().collect();
                left.extend(strings.into_iter().rev());
            }
            Kind::String => interpolated(node, &mut parts),
            Kind::BinaryOperator => parts.push(Value::Other(node.span())),
            _ => parts.push(value(node)),
        }
        if parts.len() > MAX_ELEMENTS {
            return None;
        }
    }
    let is_joined = |part: &Value| matches!(part, Value::Str(..) | Value::List(_));
    let is_name = |part: &Value| matches!(part, Value::Name(..));
    let is_sum = parts.iter().any(is_joined) || parts.iter().all(is_name);
    is_sum.then_some(Value::Joined(parts))
}

fn interpolated(string: Node<'_>, parts: &mut Vec<Value>) {
    if let Some(text) = text(string) {
        parts.push(Value::Str(text, string.span()));
        return;
    }
    let prefix = string_prefix(string);
    for part in string.children() {
        match part.kind() {
            Kind::StringContent => {
                let mut text = String::new();
                content(part, prefix.contains(['r', 'R']), &mut text);
                parts.push(Value::Str(text, part.span()));
            }
            Kind::Interpolation => parts.push(match part.child(Field::Expression) {
                Some(inner) if !is_formatted(part) => value(inner),
                _ => Value::Other(part.span()),
            }),
            _ => {}
        }
    }
}

/// Whether an interpolation changes how its value reads.
pub fn is_formatted(interpolation: Node<'_>) -> bool {
    interpolation.children().any(|child| {
        matches!(
            child.field(),
            Field::FormatSpecifier | Field::TypeConversion
        )
    })
}

fn is_sum(node: Node<'_>) -> bool {
    node.child(Field::Operator)
        .is_some_and(|operator| operator.text() == "+")
}

/// How many calls are kept that methods are called on, of one in a chain.
const MAX_RECEIVERS: usize = 4;

/// A call expression.
pub fn call(node: Node<'_>) -> Call {
    chained(node, MAX_RECEIVERS)
}

fn chained(node: Node<'_>, receivers: usize) -> Call {
    let function = node.child(Field::Function);
    let object = function.and_then(|function| function.child(Field::Object));
    let mut found = Call {
        callee: function.map(chain).unwrap_or_default(),
        args: Vec::new(),
        keywords: Vec::new(),
        receiver: object
            .filter(|object| object.kind() == Kind::Call && receivers > 0)
            .map(|object| Box::new(chained(object, receivers - 1))),
        span: node.span(),
    };
    for argument in arguments(node) {
        match argument.kind() {
            Kind::KeywordArgument => {
                let name = argument.child(Field::Name).map_or("", |name| name.text());
                let bound = argument.child(Field::Value);
                found.keywords.push(Keyword {
                    name: name.to_owned(),
                    value: bound.map_or(Value::Other(argument.span()), value),
                    span: argument.span(),
                });
            }
            Kind::DictionarySplat => found.keywords.push(Keyword {
                name: "**".to_owned(),
                value: argument
                    .operand()
                    .map_or(Value::Other(argument.span()), value),
                span: argument.span(),
            }),
            _ => found.args.push(value(argument)),
        }
    }
    found
}

/// The arguments of a call or the bases of a class.
pub fn arguments(call: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let list = call
        .children()
        .find(|child| child.kind() == Kind::ArgumentList);
    list.into_iter().flat_map(Node::children)
}

/// A dotted name; `None` for anything else.
pub fn name(node: Node<'_>) -> Option<String> {
    let plain = |node: Node<'_>| node.kind() == Kind::Identifier;
    let mut object = node;
    while object.kind() == Kind::Attribute {
        object = object.child(Field::Object)?;
    }
    (plain(node) || node.kind() == Kind::Attribute && plain(object)).then(|| chain(node))
}

/// An expression as a chain of names: calls are written `()`, subscripts `[]`, literals and
/// operators `_`.
pub fn chain(node: Node<'_>) -> String {
    let mut links = vec![node];
    while let Some(inner) = links.last().and_then(|link| link_inside(*link)) {
        links.push(inner);
    }
    let mut text = String::new();
    for link in links.into_iter().rev() {
        match link.kind() {
            Kind::Identifier => text.push_str(link.text()),
            Kind::Attribute => {
                let name = link.child(Field::Attribute).map_or("", |name| name.text());
                let _ = write!(text, ".{name}");
            }
            Kind::Call => text.push_str("()"),
            Kind::Subscript => text.push_str("[]"),
            Kind::ParenthesizedExpression | Kind::Await => {}
            _ => text.push('_'),
        }
    }
    text
}

/// The expression that a link of a chain hangs on.
fn link_inside(link: Node<'_>) -> Option<Node<'_>> {
    match link.kind() {
        Kind::Attribute => link.child(Field::Object),
        Kind::Call => link.child(Field::Function),
        Kind::Subscript => link.child(Field::Value),
        Kind::ParenthesizedExpression | Kind::Await => link.operand(),
        _ => None,
    }
}

/// An annotation.
pub fn annotation(node: Node<'_>) -> Annotation {
    let inner = match node.kind() {
        Kind::Type => node.operand().unwrap_or(node),
        _ => node,
    };
    let text = match inner.kind() {
        Kind::String => text(inner).unwrap_or_default(),
        _ => inner
            .text()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "),
    };
    let metadata = match annotated(inner) {
        Some(inner) => parameters_of_type(inner).skip(1).map(value).collect(),
        None => Vec::new(),
    };
    Annotation {
        text,
        metadata,
        span: node.span(),
    }
}

/// `Annotated[…]`, also as the type of a mapped attribute.
fn annotated(node: Node<'_>) -> Option<Node<'_>> {
    if is_annotated(node) {
        return Some(node);
    }
    let inner = match generic(node)? {
        "Mapped" => parameters_of_type(node).next()?,
        _ => return None,
    };
    let inner = match inner.kind() {
        Kind::Type => inner.operand()?,
        _ => inner,
    };
    is_annotated(inner).then_some(inner)
}

fn is_annotated(node: Node<'_>) -> bool {
    generic(node) == Some("Annotated")
}

/// The last name of a type with parameters.
fn generic(node: Node<'_>) -> Option<&str> {
    let base = match node.kind() {
        Kind::Subscript => node.child(Field::Value),
        Kind::GenericType => node.operand(),
        _ => None,
    };
    base?.text().rsplit('.').next()
}

fn parameters_of_type(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    node.children().flat_map(|child| {
        let (generic, own) = match child.kind() {
            Kind::TypeParameter => (Some(child), None),
            _ if child.field() == Field::Subscript => (None, Some(child)),
            _ => (None, None),
        };
        generic.into_iter().flat_map(Node::children).chain(own)
    })
}

/// The text of a string made of constants only: literals side by side, and sums of them.
pub fn text(node: Node<'_>) -> Option<String> {
    let mut text = String::new();
    append(node, &mut text).then_some(text)
}

fn append(node: Node<'_>, out: &mut String) -> bool {
    match node.kind() {
        Kind::String => literal(node, out),
        Kind::ConcatenatedString => node.children().all(|part| append(part, out)),
        Kind::ParenthesizedExpression => node.operand().is_some_and(|inner| append(inner, out)),
        Kind::BinaryOperator => {
            let sides = [Field::Left, Field::Right];
            let mut sides = sides.into_iter().map(|field| node.child(field));
            is_sum(node) && sides.all(|side| side.is_some_and(|side| append(side, out)))
        }
        _ => false,
    }
}

fn literal(node: Node<'_>, out: &mut String) -> bool {
    let prefix = string_prefix(node);
    if prefix.contains(['b', 'B']) {
        return false;
    }
    let raw = prefix.contains(['r', 'R']);
    node.children().all(|part| match part.kind() {
        Kind::StringContent => {
            content(part, raw, out);
            true
        }
        Kind::Interpolation => false,
        _ => true,
    })
}

/// The letters before the quotes of a string.
pub fn string_prefix(node: Node<'_>) -> &str {
    let start = node.operand().map_or("", |start| start.text());
    start.trim_end_matches(['"', '\''])
}

/// The text of one piece of a string, escapes resolved.
pub fn content(part: Node<'_>, raw: bool, out: &mut String) {
    let text = part.text();
    let start = part.span().start;
    let mut done = 0;
    for escape in part.children() {
        let at = (escape.span().start - start) as usize;
        let end = (escape.span().end - start) as usize;
        out.push_str(text.get(done..at).unwrap_or_default());
        match raw || escape.kind() == Kind::EscapeInterpolation {
            true => out.push_str(escape.text()),
            false => unescape(escape.text(), out),
        }
        done = end;
    }
    out.push_str(text.get(done..).unwrap_or_default());
}

fn unescape(escape: &str, out: &mut String) {
    let code = |radix, digits| {
        u32::from_str_radix(digits, radix)
            .ok()
            .and_then(char::from_u32)
    };
    let rest = escape.get(1..).unwrap_or_default();
    let named = match rest.as_bytes().first() {
        Some(b'\r' | b'\n') => return,
        Some(b'n') => Some('\n'),
        Some(b'r') => Some('\r'),
        Some(b't') => Some('\t'),
        Some(b'x' | b'u' | b'U') => code(16, rest.get(1..).unwrap_or_default()),
        Some(b'0'..=b'7') => code(8, rest),
        Some(b'\\' | b'\'' | b'"') => rest.chars().next(),
        _ => None,
    };
    match named {
        Some(named) => out.push(named),
        None => out.push_str(escape),
    }
}

fn integer(text: &str) -> Option<i64> {
    let text = text.replace('_', "");
    match text.get(..2) {
        Some("0x" | "0X") => i64::from_str_radix(&text[2..], 16).ok(),
        Some("0o" | "0O") => i64::from_str_radix(&text[2..], 8).ok(),
        Some("0b" | "0B") => i64::from_str_radix(&text[2..], 2).ok(),
        _ => text.parse().ok(),
    }
}

fn negative(node: Node<'_>) -> Option<i64> {
    let minus = node.child(Field::Operator)?.text() == "-";
    let argument = node.child(Field::Argument)?;
    let number = (argument.kind() == Kind::Integer).then(|| integer(argument.text()))??;
    minus.then_some(-number)
}

/// Operands of an operator that libraries give a meaning of their own.
fn operation(node: Node<'_>, sides: &[Field]) -> Option<Value> {
    let operator = node.child(Field::Operator)?.text();
    if !matches!(operator, "&" | "|" | "^" | "~") {
        return None;
    }
    let operands = sides.iter().map(|side| Some(value(node.child(*side)?)));
    Some(Value::Operation(Box::new(Operation {
        operator: operator.to_owned(),
        operands: operands.collect::<Option<_>>()?,
        span: node.span(),
    })))
}

fn list(node: Node<'_>) -> Value {
    let elements: Vec<Value> = node.children().take(MAX_ELEMENTS + 1).map(value).collect();
    match elements.len() <= MAX_ELEMENTS {
        true => Value::List(elements),
        false => Value::Other(node.span()),
    }
}

fn dictionary(node: Node<'_>) -> Value {
    let pairs: Vec<(Value, Value)> = node
        .children()
        .take(MAX_ELEMENTS + 1)
        .map(|pair| {
            let part = |field| {
                let other = Value::Other(pair.span());
                pair.child(field).map_or(other, value)
            };
            (part(Field::Key), part(Field::Value))
        })
        .collect();
    match pairs.len() <= MAX_ELEMENTS {
        true => Value::Dict(pairs),
        false => Value::Other(node.span()),
    }
}
