//! What tests prove to exist: a lookup by the same key finds its row afterwards.

use super::names::{is_class_like, last, root};
use super::state::{Known, Shape, Subject};
use super::{Field, Flow, Kind, LIBRARY, Node};
use crate::facts::python::value::chain;

impl<'t> Flow<'t, '_> {
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
