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
    pub(super) fn proof(&self, test: Node<'t>, known: &Known<'t>) -> Option<Subject<'t>> {
        let mut words = String::new();
        let asked = match &known.shape {
            Shape::Query(query) => Some(&**query),
            _ => self.counted(test),
        };
        let (entity, keys) = if let Some(query) = asked {
            let keys = query.key.map(Node::text).into_iter().collect();
            (query.entity.clone(), keys)
        } else if let Some(call) = known.answer {
            let callee = call.child(Field::Function).map(chain).unwrap_or_default();
            if LIBRARY.passing.form_tests.contains(last(&callee)) {
                return None;
            }
            // Of an answer that was kept, the name tells what it was about.
            if !test.span().contains(call.span()) {
                words = normal(&format!("{callee} {}", test.text()));
            }
            self.keys_inside(call)
        } else {
            let operator = test.child(Field::Operators)?.text();
            let contained = matches!(operator, "in" | "not in").then(|| test.operand())??;
            (None, self.keys_inside(contained).1)
        };
        let subject = Subject {
            entity,
            words,
            keys,
        };
        Some(subject).filter(|subject| !subject.keys.is_empty())
    }

    /// The query whose rows are counted: `len(rows) != len(ids)`.
    fn counted(&self, test: Node<'t>) -> Option<&Query<'t>> {
        let mut calls = test.children().filter(|side| side.kind() == Kind::Call);
        calls.find_map(|call| {
            let is_length = call.child(Field::Function)?.text() == "len";
            let rows = call.child(Field::Arguments)?.children().next()?;
            match self.shape_of(rows.text()).filter(|_| is_length) {
                Some(Shape::Query(query)) => Some(&**query),
                _ => None,
            }
        })
    }

    /// `get(order_id=key)` has found something: with its foreign key, the order exists as well.
    pub(super) fn prove_related(&mut self, called: &Called<'t>) {
        for argument in &called.args {
            if let (Some(name), Some(key)) = (argument.name, argument.known.key) {
                let (words, keys) = (normal(name), vec![key.text()]);
                self.prove(Subject {
                    entity: None,
                    words,
                    keys,
                });
            }
        }
    }

    /// The class that an expression names, and whatever else it depends on.
    fn keys_inside(&self, whole: Node<'t>) -> (Option<String>, Vec<&'t str>) {
        let mut entity = None;
        let mut keys = Vec::new();
        let places = [Kind::Identifier, Kind::Attribute, Kind::Subscript];
        for node in std::iter::once(whole).chain(whole.descendants()) {
            let part_of_place = matches!(node.field(), Field::Object | Field::Value)
                && node.parent().is_some_and(|it| places.contains(&it.kind()));
            let named = matches!(
                node.field(),
                Field::Name | Field::Attribute | Field::Function
            );
            if !places.contains(&node.kind()) || part_of_place || named {
                continue;
            }
            let text = node.text();
            match is_class_like(text) {
                true => entity = entity.or(Some(root(text).to_owned())),
                false => keys.push(text),
            }
        }
        let receivers = std::iter::successors(Some(whole), |node| {
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

/// A name as it is compared with others: `get_order_item` and `OrderItem` share `orderitem`.
fn normal(name: &str) -> String {
    name.to_lowercase().replace(['_', '.'], "")
}
