//! Names that code gives to what it reads: annotations, labels, reverse relations, attributes that
//! are set.

use super::meaning::class_like;
use super::words::WORDS;
use super::{MadeName, Making};
use crate::facts::python::value::{arguments, text};
use crate::parse::python::{Field, Kind, Node};

/// The names that an expression makes; `own` where `self` may be a row.
pub(super) fn names(node: Node<'_>, own: bool) -> Vec<MadeName> {
    let mut made = Vec::new();
    let mut add = |name: &str, by: Making| {
        let name = name.to_owned();
        made.push(MadeName { name, by });
    };
    if node.kind() == Kind::Attribute {
        return attribute(node, own).into_iter().collect();
    }
    let Some(function) = node.child(Field::Function) else {
        return made;
    };
    let method = function.child(Field::Attribute).unwrap_or(function).text();
    let words = &WORDS.made;
    let first = match method {
        _ if words.of_class.contains(method) => Some(Making::Class),
        "setattr" => Some(Making::Setting),
        _ => None,
    };
    let by_query = words.rows.contains(method);
    for argument in arguments(node) {
        let named = argument.child(Field::Name).map_or("", Node::text);
        let value = argument.child(Field::Value);
        match argument.kind() {
            Kind::KeywordArgument if by_query => add(named, Making::Query),
            Kind::KeywordArgument => {
                let by = match words.given_to_class.contains(named) {
                    true => Some(Making::Class),
                    false => words.given.contains(named).then_some(Making::Query),
                };
                if let (Some(by), Some(name)) = (by, value.and_then(text)) {
                    add(&name, by);
                }
            }
            Kind::String => {
                if let (Some(by), Some(name)) = (first, text(argument)) {
                    add(&name, by);
                }
            }
            _ => {}
        }
        // `extra(select={"note": …})`, `annotate(**{"note": …})`
        if by_query {
            let pairs = argument.descendants().filter(|it| it.kind() == Kind::Pair);
            let keys = pairs.filter_map(|pair| pair.child(Field::Key).and_then(text));
            keys.for_each(|key| add(&key, Making::Query));
        }
    }
    made
}

/// The name of an attribute that is set.
fn attribute(node: Node<'_>, own: bool) -> Option<MadeName> {
    let object = node.child(Field::Object)?;
    let name = node.child(Field::Attribute)?.text().to_owned();
    let is_other = own || object.text() != "self";
    let by = match class_like(object) {
        Some(_) => Making::Class,
        None => Making::Setting,
    };
    (is_other && is_set(node)).then_some(MadeName { name, by })
}

/// Whether an attribute is set or removed where it stands.
pub(super) fn is_set(attribute: Node<'_>) -> bool {
    let mut at = attribute;
    while let Some(parent) = at.parent() {
        match parent.kind() {
            Kind::PatternList | Kind::TuplePattern | Kind::ListPattern | Kind::AsPatternTarget => {
                at = parent;
            }
            Kind::Assignment
            | Kind::AugmentedAssignment
            | Kind::ForStatement
            | Kind::ForInClause => {
                return at.field() == Field::Left;
            }
            Kind::AsPattern => return at.field() == Field::Alias,
            Kind::DeleteStatement => return true,
            _ => return false,
        }
    }
    false
}
