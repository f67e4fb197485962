//! Code that looks at a secret and may refuse it: what it guards is no live default. Knows the
//! syntax of tests and validators in Python.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::{Binding, Suspect};
use crate::parse::python::{Field, Kind, Node};
use crate::source::Span;

/// Collects what may refuse, and by which words each suspect is known.
#[derive(Default)]
pub(super) struct Refusals<'t> {
    /// Conditions in front of a `raise`, and validators.
    texts: Vec<&'t str>,
    /// Conditions in front of nothing but a complaint.
    complaints: Vec<Span>,
    /// The words for each suspect, in the order they are found.
    names: Vec<Vec<&'t str>>,
}

impl<'t> Refusals<'t> {
    pub(super) fn visit(&mut self, node: Node<'t>) {
        if node.kind() == Kind::IfStatement && node.child(Field::Consequence).is_some_and(complains)
        {
            let condition = node.child(Field::Condition);
            self.complaints.extend(condition.map(Node::span));
        }
        let refuses = |text: &str| {
            ["raise ", "exit(", "abort("]
                .iter()
                .any(|word| text.contains(word))
        };
        match node.kind() {
            Kind::IfStatement if refuses(node.text()) => {
                self.texts
                    .extend(node.child(Field::Condition).map(Node::text));
            }
            Kind::AssertStatement => self.texts.push(node.text()),
            Kind::DecoratedDefinition
                if node.text().contains("validator(") && refuses(node.text()) =>
            {
                self.texts.push(node.text());
            }
            _ => {}
        }
    }

    /// Remembers the words for the suspect that comes next: of its name, and of what it is assigned
    /// to.
    pub(super) fn known_as(&mut self, word: &'t str, target: Node<'t>) {
        let mut around = target.ancestors();
        let assignment = around.find(|node| node.kind() == Kind::Assignment);
        let assigned = assignment.and_then(|node| node.child(Field::Left));
        let assigned = assigned.map(|left| left.text().rsplit('.').next().unwrap_or_default());
        self.names
            .push([word].into_iter().chain(assigned).collect());
    }

    /// Marks what is compared with, tested or validated.
    pub(super) fn settle(self, found: &mut [Suspect], groups: &FxHashMap<Cow<'t, str>, u32>) {
        let compared: Vec<u32> = found
            .iter()
            .filter(|suspect| suspect.binding == Binding::Comparison)
            .map(|suspect| suspect.group)
            .collect();
        let values: FxHashMap<u32, &str> = groups
            .iter()
            .map(|(value, group)| (*group, value.as_ref()))
            .collect();
        for (suspect, names) in found.iter_mut().zip(&self.names) {
            if suspect.binding == Binding::Comparison {
                let holds = |test: &Span| test.contains(suspect.literal);
                suspect.refused = self.complaints.iter().any(holds);
                continue;
            }
            let is_default = suspect.binding != Binding::DictValue;
            let value = values.get(&suspect.group).copied().unwrap_or_default();
            suspect.refused = is_default
                && (compared.contains(&suspect.group)
                    || self.texts.iter().any(|text| {
                        names.iter().any(|name| mentions(text, name))
                            || value.len() > 3 && text.contains(value)
                    }));
        }
    }
}

/// The block raises, warns, or adds to what is wrong, and does nothing else.
fn complains(block: Node<'_>) -> bool {
    const WAYS: [&str; 8] = [
        "append", "add", "warn", "warning", "error", "critical", "exit", "abort",
    ];
    let mut statements = block.children().peekable();
    statements.peek().is_some()
        && statements.all(|statement| {
            let call = statement.children().next();
            let called = call.and_then(|call| call.child(Field::Function));
            let way = called.map(|called| called.text().rsplit('.').next().unwrap_or_default());
            statement.kind() == Kind::RaiseStatement || way.is_some_and(|way| WAYS.contains(&way))
        })
}

fn mentions(text: &str, name: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|word| word.eq_ignore_ascii_case(name))
}
