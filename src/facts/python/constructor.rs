//! What a constructor hands on: the keyword arguments that it puts into its `**kwargs` or gives to
//! the constructor behind it.

use super::value::{arguments, chain, text, value};
use super::{Function, Given, ParamKind, Value};
use crate::parse::python::{Field, Kind, Node};

/// The arguments that every call of a constructor hands on, in order.
pub(super) fn given(function: &Function, body: Node<'_>) -> Vec<Given> {
    let mut params = function.params.iter();
    let keywords = params.find(|param| param.kind == ParamKind::KeywordArgs);
    let is_constructor = function.name.ends_with(".__init__");
    let Some(keywords) = keywords.filter(|_| is_constructor) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut skip_to = 0;
    for node in body.descendants() {
        if node.index() < skip_to {
            continue;
        }
        let made = match node.kind() {
            Kind::FunctionDefinition | Kind::ClassDefinition | Kind::Lambda => {
                skip_to = node.end_index();
                continue;
            }
            Kind::Assignment => assigned(node, &keywords.name),
            Kind::Call => called(node, &keywords.name),
            _ => continue,
        };
        let is_certain = is_unconditional(node, body);
        found.extend(made.into_iter().map(|given| match is_certain {
            true => given,
            false => Given {
                value: Value::Other(node.span()),
                ..given
            },
        }));
    }
    found
}

/// `kwargs["name"] = value`.
fn assigned(node: Node<'_>, keywords: &str) -> Vec<Given> {
    let Some((left, right)) = node.child(Field::Left).zip(node.child(Field::Right)) else {
        return Vec::new();
    };
    let of_keywords = left.kind() == Kind::Subscript
        && left
            .child(Field::Value)
            .is_some_and(|it| it.text() == keywords);
    let name = left.child(Field::Subscript).and_then(text);
    let mut right = right;
    while let (Kind::Assignment, Some(inner)) = (right.kind(), right.child(Field::Right)) {
        right = inner;
    }
    let given = name.filter(|_| of_keywords).map(|name| Given {
        name,
        value: value(right),
        default: false,
    });
    given.into_iter().collect()
}

/// `kwargs.setdefault("name", value)` or `super().__init__(name=value)`.
fn called(node: Node<'_>, keywords: &str) -> Vec<Given> {
    let callee = node.child(Field::Function).map(chain).unwrap_or_default();
    if callee.strip_suffix(".setdefault") == Some(keywords) {
        let mut arguments = arguments(node);
        let name = arguments.next().and_then(text);
        let given = name.zip(arguments.next()).map(|(name, default)| Given {
            name,
            value: value(default),
            default: true,
        });
        return given.into_iter().collect();
    }
    if callee != "super().__init__" {
        return Vec::new();
    }
    let named = arguments(node).filter(|argument| argument.kind() == Kind::KeywordArgument);
    let given = named.filter_map(|argument| {
        Some(Given {
            name: argument.child(Field::Name)?.text().to_owned(),
            value: value(argument.child(Field::Value)?),
            default: false,
        })
    });
    given.collect()
}

/// Whether a node is part of a statement that always runs.
fn is_unconditional(node: Node<'_>, body: Node<'_>) -> bool {
    let mut at = node;
    while let Some(parent) = at.parent() {
        if parent.index() == body.index() {
            return true;
        }
        if !matches!(
            parent.kind(),
            Kind::ExpressionStatement | Kind::Assignment | Kind::ReturnStatement
        ) {
            return false;
        }
        at = parent;
    }
    false
}
