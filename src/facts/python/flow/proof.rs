//! What tests prove to exist: a lookup by the same key finds its row afterwards.

use std::rc::Rc;

use super::call::{Argument, Called};
use super::names::{is_class_like, last, root};
use super::state::{Known, Query, Shape, Subject};
use super::{Field, Flow, Kind, LIBRARY, MAX_REMEMBERED, Node};
use crate::facts::python::value::chain;

impl<'t> Flow<'t, '_> {
    /// From here on this exists.
    pub(super) fn prove(&mut self, subject: Subject<'t>) {
        if let Some(state) = &mut self.state {
            if state.proofs.len() == MAX_REMEMBERED {
                state.proofs.remove(0);
            }
            state.proofs.push(Rc::new(subject));
        }
    }

    pub(super) fn is_proven(&self, subject: &Subject<'t>) -> bool {
        let proofs = self.state.as_ref().map_or(&[][..], |state| &state.proofs);
        proofs.iter().any(|proof| proof.proves(subject))
    }

    /// The same was looked up before and not found: whoever asks again has made it since.
    pub(super) fn is_made_since(&self, subject: &Subject<'t>) -> bool {
        self.missing_here().into_iter().any(|step| {
            let before = self.steps.get(step);
            let key = before.key.map(Node::text);
            before.library.is_some()
                && before.entity == subject.entity
                && key.is_some_and(|key| subject.keys.contains(&key))
        })
    }

    /// `Order(id=key)`, `Order.objects.create(id=key)`, `db.orders.insert_one({…})`: from here on
    /// there is a row with this key.
    pub(super) fn create(&mut self, called: &Called<'t>) {
        let (entity, keys) = match called.object {
            _ if is_class_like(called.method) => (called.method, built_from(called)),
            Some(object) if LIBRARY.query.creates.contains(called.method) => {
                let name = object.text();
                let class = name.split('.').find(|part| is_class_like(part));
                let keys = self.keys_inside(called.node).1;
                (class.unwrap_or(last(name)), keys)
            }
            _ => return,
        };
        if !keys.is_empty() {
            let entity = Some(entity.to_owned());
            self.prove(Subject {
                entity,
                words: String::new(),
                keys,
            });
        }
    }

    /// `cursor.execute("INSERT …", (key,))`
    pub(super) fn prove_inserted(&mut self, statement: &Query<'t>, call: Node<'t>) {
        let entity = statement.entity.clone();
        let mut keys = self.keys_inside(call).1;
        keys.extend(statement.key.map(Node::text));
        self.prove(Subject {
            entity,
            words: String::new(),
            keys,
        });
    }

    /// What a condition is evidence for, if it is: `exists(key)`, `key in rows`, a count, a row.
    pub(super) fn proof(
        &self,
        test: Node<'t>,
        asked: Option<Node<'t>>,
        known: &Known<'t>,
    ) -> Option<Subject<'t>> {
        let of = |entity, words, keys: Vec<&'t str>| {
            (!keys.is_empty()).then_some(Subject {
                entity,
                words,
                keys,
            })
        };
        if let Shape::Query(query) = &known.shape {
            let keys = query.key.map(Node::text).into_iter().collect();
            return of(query.entity.clone(), String::new(), keys);
        }
        let Some(call) = known.answer else {
            let operator = test.child(Field::Operators)?.text();
            let contained = matches!(operator, "in" | "not in").then(|| test.operand())?;
            return of(
                None,
                String::new(),
                contained.map(Node::text).into_iter().collect(),
            );
        };
        let callee = call.child(Field::Function).map(chain).unwrap_or_default();
        if LIBRARY.passing.form_tests.contains(last(&callee)) {
            return None;
        }
        let held = asked.filter(|asked| asked.kind() == Kind::Identifier);
        let words = held.map_or_else(String::new, |name| {
            let words = format!("{callee} {}", name.text()).to_lowercase();
            words.replace(['_', '.'], "")
        });
        let (entity, keys) = self.keys_inside(call);
        of(entity, words, keys)
    }

    /// The class that a call names, and whatever else it depends on.
    fn keys_inside(&self, call: Node<'t>) -> (Option<String>, Vec<&'t str>) {
        let mut entity = None;
        let mut keys = Vec::new();
        for node in call.descendants() {
            let inner = node.parent().is_some_and(|it| it.kind() == Kind::Attribute);
            let named = node.field() == Field::Name;
            let chained = matches!(node.kind(), Kind::Identifier | Kind::Attribute);
            if !chained || inner || named || node.field() == Field::Function {
                continue;
            }
            let text = node.text();
            match is_class_like(text) {
                true => entity = entity.or(Some(root(text).to_owned())),
                false => keys.push(text),
            }
        }
        let receivers = std::iter::successors(Some(call), |node| {
            node.child(Field::Function)
                .or_else(|| node.child(Field::Object))
        });
        for name in receivers.filter(|node| node.kind() == Kind::Identifier) {
            if let Some(Shape::Query(query)) = self.shape_of(name.text()) {
                entity = entity.or(query.entity.clone());
                keys.extend(query.key.map(Node::text));
            }
        }
        (entity, keys)
    }

    pub(super) fn shape_of(&self, name: &str) -> Option<&Shape<'t>> {
        let variable = self.variables.get(name)?;
        self.state
            .as_ref()?
            .get(*variable)
            .map(|known| &known.shape)
    }
}

/// What comes from outside in the arguments of a constructor; of `**data.dict()` it is `data`.
fn built_from<'t>(called: &Called<'t>) -> Vec<&'t str> {
    let outside = called
        .args
        .iter()
        .filter(|it| it.known.origins.is_outside());
    let key = |argument: &Argument<'t>| {
        let text = argument.known.key?.text();
        Some(if argument.name == Some("**") {
            root(text)
        } else {
            text
        })
    };
    outside.filter_map(key).collect()
}
