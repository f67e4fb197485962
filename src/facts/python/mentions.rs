//! The names that code asks of classes, of their rows and of queries on them: `Order.note`,
//! `order.note`, `filter_by(note=…)`. Whether a class is a model, only `link` can tell.

mod asked;
mod bindings;
mod made;
mod meaning;
pub(super) mod words;

use serde::{Deserialize, Serialize};

use super::{Class, Function, Param, Value};
use crate::parse::python::{Kind, Node};
use crate::source::Span;
use asked::Asked;
use meaning::Bindings;

/// A name that code asks of a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    /// The class as written; for a row whose class only `link` can tell the variable that holds it.
    pub of: String,
    /// The function that it stands in, by its place in the module.
    pub function: Option<u32>,
    /// The name; Django's may lead through relations: `order__note`.
    pub name: String,
    /// Where it stands.
    pub span: Span,
    /// How it is asked for.
    pub kind: MentionKind,
}

/// How a name is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum MentionKind {
    /// `Order.note`
    OfClass,
    /// `order.note`, where `of` is the class of the row.
    OfRow,
    /// `order.note`, where `of` is the variable.
    OfVariable,
    /// `filter_by(note=…)`, `update(Order).values(note=…)`: SQLAlchemy looks it up in the class.
    Keyword,
    /// `filter(note__gt=…)`, `order_by("-note")`: Django looks it up among the fields.
    Lookup,
    /// `order.save(update_fields=["note"])`, where `of` is the class of the row.
    SavedRow,
    /// The same, where `of` is the variable.
    SavedVariable,
    /// `Order(note=…)`, `Order.objects.create(note=…)`
    Written,
}

/// A name that code gives to what it reads, beside those that classes declare.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MadeName {
    /// The name.
    pub name: String,
    /// How.
    pub by: Making,
}

/// How code gives a name to what it reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Making {
    /// It sets the attribute of some object.
    Setting,
    /// A query makes it up: `annotate(note=…)`.
    Query,
    /// All objects of some class get it: `backref="note"`.
    Class,
}

/// What the bodies of a module mention.
#[derive(Default)]
pub(super) struct Mentions {
    found: Vec<Mention>,
    made: Vec<MadeName>,
}

/// A body that is read.
#[derive(Default)]
pub(super) struct Scope<'f> {
    /// The function with its place in the module; none for what stands outside of functions.
    pub(super) function: Option<(usize, &'f Function)>,
    /// Its `self` may be a row.
    pub(super) own: bool,
}

impl<'f> Scope<'f> {
    fn params(&self) -> &'f [Param] {
        self.function.map_or(&[], |(_, function)| &function.params)
    }
}

impl Mentions {
    /// Reads a body. What lies in functions inside of it is left to them.
    pub(super) fn read(&mut self, body: Node<'_>, scope: &Scope<'_>) {
        let mut bindings = Bindings::default();
        let mut candidates = Vec::new();
        let mut skip_to = 0;
        for node in body.descendants() {
            if node.index() < skip_to {
                continue;
            }
            match node.kind() {
                Kind::FunctionDefinition => {
                    bindings.name_inside(node);
                    skip_to = node.end_index();
                }
                Kind::ClassDefinition if scope.function.is_some() => {
                    bindings.name_inside(node);
                    skip_to = node.end_index();
                }
                Kind::Lambda => skip_to = node.end_index(),
                Kind::Identifier => bindings.bind(node),
                Kind::Attribute | Kind::Call => candidates.push(node),
                _ => {}
            }
        }
        let mut asked = Asked::new(bindings, scope);
        for node in candidates {
            let made = made::names(node, scope.own);
            asked.visit(node, made, &mut self.made);
        }
        self.found.append(&mut asked.finish());
    }

    /// Every mention, and every name that is made, once.
    pub(super) fn finish(mut self) -> (Vec<Mention>, Vec<MadeName>) {
        self.made.sort();
        self.made.dedup();
        self.made.shrink_to_fit();
        self.found.shrink_to_fit();
        (self.found, self.made)
    }
}

/// Whether objects of a class may be rows: fields of its body are made by calls.
pub(super) fn may_have_rows(class: &Class) -> bool {
    let mut fields = class.fields.iter();
    fields.any(|field| {
        let written = field.annotation.as_ref();
        matches!(field.value, Some(Value::Call(_)))
            || written.is_some_and(|it| it.text.contains("Mapped["))
    })
}
