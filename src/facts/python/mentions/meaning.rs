//! What an expression gives, where that is certain: a query on a class, its rows, or one of them.

use rustc_hash::FxHashMap;

use super::words::WORDS;
use crate::facts::python::flow::is_session_name;
use crate::facts::python::flow::names::{is_class_like, last};
use crate::facts::python::value::{arguments, chain, name};
use crate::parse::python::{Field, Kind, Node};

/// Something about a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Meaning {
    /// The class as written.
    pub(super) class: String,
    pub(super) what: What,
}

/// What it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// A query of SQLAlchemy.
    Query,
    /// The same, with other classes joined to it.
    Joined,
    /// A statement of SQLAlchemy that writes.
    Statement,
    /// The result of a query of SQLAlchemy: tuples.
    Result,
    /// A query of Django.
    Set,
    /// Rows.
    Rows,
    /// One row.
    Row,
}

/// Where a name is bound.
#[derive(Clone, Copy)]
pub(super) enum Binding<'t> {
    /// To a value.
    Value(Node<'t>),
    /// To each element of a value.
    Element(Node<'t>),
    /// To something else.
    Other,
}

/// How many names may lead to names.
const FUEL: u32 = 6;

/// What the names of one scope hold.
#[derive(Default)]
pub(super) struct Bindings<'t> {
    pub(super) of: FxHashMap<&'t str, Vec<Binding<'t>>>,
    known: FxHashMap<&'t str, Option<Meaning>>,
}

impl<'t> Bindings<'t> {
    /// What an expression gives.
    pub(super) fn meaning(&mut self, node: Node<'t>) -> Option<Meaning> {
        self.follow(node, FUEL)
    }

    fn follow(&mut self, node: Node<'t>, fuel: u32) -> Option<Meaning> {
        match node.kind() {
            Kind::Await | Kind::ParenthesizedExpression => self.follow(node.operand()?, fuel),
            Kind::Identifier => self.name(node.text(), fuel),
            Kind::Attribute => managed(node),
            Kind::Call => self.call(node, fuel),
            Kind::Subscript => self.item(node, fuel),
            _ => None,
        }
    }

    /// What every binding of a name gives.
    fn name(&mut self, name: &'t str, fuel: u32) -> Option<Meaning> {
        if let Some(known) = self.known.get(name) {
            return known.clone();
        }
        let fuel = fuel.checked_sub(1)?;
        let bindings = self.of.get(name)?.clone();
        self.known.insert(name, None);
        let goes_on = |binding: &Binding| match binding {
            Binding::Value(value) => root(*value) == name,
            _ => false,
        };
        let (later, first): (Vec<_>, Vec<_>) = bindings.into_iter().partition(goes_on);
        for bindings in [first, later] {
            for binding in bindings {
                let (value, each) = match binding {
                    Binding::Value(value) if value.kind() == Kind::None => continue,
                    Binding::Value(value) => (value, false),
                    Binding::Element(value) => (value, true),
                    Binding::Other => return self.unknown(name),
                };
                let found = self.follow(value, fuel);
                let found = match each {
                    true => found.and_then(Meaning::element),
                    false => found,
                };
                let Some(found) = found else {
                    return self.unknown(name);
                };
                let merged = match self.known.get(name).cloned().flatten() {
                    None => Some(found),
                    Some(before) => before.or(found),
                };
                let Some(merged) = merged else {
                    return self.unknown(name);
                };
                self.known.insert(name, Some(merged));
            }
        }
        self.known.get(name).cloned().flatten()
    }

    fn unknown(&mut self, name: &'t str) -> Option<Meaning> {
        self.known.insert(name, None);
        None
    }

    fn item(&mut self, node: Node<'t>, fuel: u32) -> Option<Meaning> {
        let holder = self.follow(node.child(Field::Value)?, fuel)?;
        let index = node.child(Field::Subscript)?;
        match (holder.what, index.kind()) {
            (_, Kind::Slice) => Some(holder),
            (What::Rows | What::Set, Kind::Integer) => Some(holder.with(What::Row)),
            _ => None,
        }
    }

    fn call(&mut self, node: Node<'t>, fuel: u32) -> Option<Meaning> {
        let function = node.child(Field::Function)?;
        let (object, method) = match function.kind() {
            Kind::Identifier => (None, function.text()),
            Kind::Attribute => (
                function.child(Field::Object),
                function.child(Field::Attribute)?.text(),
            ),
            _ => return None,
        };
        if is_class_like(method) {
            let class = name(function)?;
            return Some(Meaning {
                class,
                what: What::Row,
            });
        }
        let given: Vec<Node<'t>> = arguments(node).take(3).collect();
        self.begun(method, object, &given, fuel).or_else(|| {
            let holder = self.follow(object?, fuel)?;
            holder.after(method)
        })
    }

    /// What begins with a class or a query that is handed to a call.
    fn begun(
        &mut self,
        method: &str,
        object: Option<Node<'t>>,
        given: &[Node<'t>],
        fuel: u32,
    ) -> Option<Meaning> {
        let words = &WORDS.sqlalchemy;
        let first = *given.first()?;
        let of_class = |what| {
            let class = class_like(first)?;
            Some(Meaning { class, what })
        };
        if words.begins.contains(method) {
            return of_class(What::Query).filter(|_| given.len() == 1);
        }
        if words.writes.contains(method) {
            return of_class(What::Statement).filter(|_| given.len() == 1);
        }
        if WORDS.django.shortcuts.contains(method) {
            let what = match method.contains("list") {
                true => What::Rows,
                false => What::Row,
            };
            let asked = self.follow(first, fuel).filter(|it| it.what == What::Set);
            return of_class(what).or_else(|| Some(asked?.with(what)));
        }
        let by_session = |object: Node<'t>| is_session_name(last(&chain(object)));
        if words.by_key.contains(method) && given.len() > 1 && object.is_some_and(by_session) {
            return of_class(What::Row);
        }
        let sent = || -> Option<What> {
            object?;
            if words.results.contains(method) {
                Some(What::Result)
            } else if words.scalars.contains(method) {
                Some(What::Rows)
            } else if words.scalar.contains(method) {
                Some(What::Row)
            } else {
                None
            }
        };
        let sent = sent()?;
        let query = self.follow(first, fuel)?;
        let is_query = matches!(query.what, What::Query | What::Joined);
        is_query.then(|| query.with(sent))
    }
}

impl Meaning {
    fn with(self, what: What) -> Self {
        Self { what, ..self }
    }

    /// What each element of it is.
    fn element(self) -> Option<Self> {
        let has_rows = matches!(
            self.what,
            What::Rows | What::Set | What::Query | What::Joined
        );
        has_rows.then(|| self.with(What::Row))
    }

    /// What holds for both.
    fn or(self, other: Self) -> Option<Self> {
        let joined = matches!(
            (self.what, other.what),
            (What::Query, What::Joined) | (What::Joined, What::Query)
        );
        match self.class == other.class {
            true if joined => Some(self.with(What::Joined)),
            true if self.what == other.what => Some(self),
            _ => None,
        }
    }

    /// What a method of it gives.
    fn after(self, method: &str) -> Option<Self> {
        let (sqlalchemy, django) = (&WORDS.sqlalchemy, &WORDS.django);
        let what = match self.what {
            What::Query | What::Joined if sqlalchemy.joins.contains(method) => What::Joined,
            What::Query | What::Joined if sqlalchemy.keeps.contains(method) => self.what,
            What::Query | What::Joined if sqlalchemy.row.contains(method) => What::Row,
            What::Query | What::Joined if sqlalchemy.rows.contains(method) => What::Rows,
            What::Statement if sqlalchemy.keeps.contains(method) => What::Statement,
            What::Result if sqlalchemy.row_of_result.contains(method) => What::Row,
            What::Result if sqlalchemy.rows_of_result.contains(method) => What::Rows,
            What::Result if method == "unique" => What::Result,
            What::Set if django.keeps.contains(method) => What::Set,
            What::Set if django.row.contains(method) => What::Row,
            What::Rows if sqlalchemy.rows.contains(method) || method == "unique" => What::Rows,
            What::Rows if sqlalchemy.row.contains(method) => What::Row,
            _ => return None,
        };
        Some(self.with(what))
    }
}

/// `Order.objects`, `Order.query`
fn managed(node: Node<'_>) -> Option<Meaning> {
    let attribute = node.child(Field::Attribute)?.text();
    let what = if WORDS.django.managers.contains(attribute) {
        What::Set
    } else if WORDS.sqlalchemy.managers.contains(attribute) {
        What::Query
    } else {
        return None;
    };
    let class = class_like(node.child(Field::Object)?)?;
    Some(Meaning { class, what })
}

/// A name that reads like that of a class.
pub(super) fn class_like(node: Node<'_>) -> Option<String> {
    name(node).filter(|name| is_class_like(last(name)))
}

/// The name that a chain begins with.
fn root(node: Node<'_>) -> String {
    let chain = chain(node);
    let end = chain.find(['.', '(', '[']).unwrap_or(chain.len());
    chain[..end].to_owned()
}
