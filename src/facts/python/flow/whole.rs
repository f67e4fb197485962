//! Statements about every row of a table: how they are built, and what the code around them says of it.
//! Knows no rule; what may pick rows, picks some.

use std::rc::Rc;

use super::call::Called;
use super::expression::rows_of;
use super::names::{class_name, is_class_like, last, root};
use super::query::class_of;
use super::state::{Known, Query, QueryLibrary, Shape, Verb};
use super::{Field, Flow, Kind, LIBRARY, Node};
use crate::facts::python::library::{KnownEffect, QueryVerb};
use crate::facts::python::value::chain;
use crate::facts::python::{Clause, Effect, EffectKind, Whole};
use crate::facts::schema::Dialect;
use crate::facts::{sql, sweep};

/// Parts of names by which a function asks what its caller may do.
const RIGHTS: [&str; 9] = [
    "admin",
    "superuser",
    "staff",
    "role",
    "permission",
    "privilege",
    "owner",
    "debug",
    "testing",
];

impl<'t> Flow<'t, '_> {
    /// `Order.all()`, `Order.delete()`, `orders.update()`: methods that begin a query of all rows, where
    /// something follows.
    pub(super) fn of_all_rows(&self, called: &Called<'t>) -> Option<Known<'t>> {
        let verb = match LIBRARY.query.class_methods.get(called.method)? {
            QueryVerb::Select => Verb::Select,
            QueryVerb::Update => Verb::Update,
            QueryVerb::Delete => Verb::Delete,
        };
        let object = called.object?;
        let goes_on = called.node.parent().map(Node::kind) == Some(Kind::Attribute);
        if class_name(object).is_some() {
            let whole = verb != Verb::Select || called.args.is_empty();
            return (goes_on && whole).then(|| {
                let mut known = rows_of(QueryLibrary::Alike, &chain(object));
                change(&mut known, |query| {
                    query.verb = verb;
                    query.converts = converts(called);
                });
                known
            });
        }
        let is_table = matches!(object.kind(), Kind::Identifier | Kind::Attribute)
            && matches!(called.receiver.shape, Shape::Other)
            && called.args.is_empty()
            && verb != Verb::Select
            && !self.variables.contains_key(root(&called.callee));
        is_table.then(|| self.table_statement(verb, object))
    }

    /// `delete(orders)`, of an object that stands for a table.
    pub(super) fn of_table(&self, called: &Called<'t>, verb: Verb) -> Option<Known<'t>> {
        let [only] = called.args.as_slice() else {
            return None;
        };
        let path = self.names.imported(self.function, root(&called.callee))?;
        let by_library = ["sqlalchemy", "sqlmodel"].contains(&root(path));
        let named = matches!(only.node.kind(), Kind::Identifier | Kind::Attribute)
            && !self.variables.contains_key(root(only.node.text()));
        let writes = matches!(verb, Verb::Update | Verb::Delete);
        (by_library && named && writes).then(|| self.table_statement(verb, only.node))
    }

    fn table_statement(&self, verb: Verb, table: Node<'t>) -> Known<'t> {
        let mut known = rows_of(QueryLibrary::Sqlalchemy, last(table.text()));
        change(&mut known, |query| query.verb = verb);
        known
    }
}

fn change<'t>(known: &mut Known<'t>, change: impl FnOnce(&mut Query<'t>)) {
    if let Shape::Query(query) = &mut known.shape {
        change(Rc::make_mut(query));
    }
}

/// Whether a text is a statement about every row; what a program writes into it may pick some.
pub(super) fn is_sweep(text: &str) -> bool {
    !text.contains('{') && sql::sweep(text, Dialect::Postgres).is_some()
}

/// `Order.delete().execute()`: the statement that a call without arguments ends.
pub(super) fn ended<'c, 't>(called: &'c Called<'t>) -> Option<&'c Rc<Query<'t>>> {
    match &called.receiver.shape {
        Shape::Query(query) if query.library == QueryLibrary::Alike => {
            let ends = called.method == "execute" && called.args.is_empty();
            (ends && query.whole && query.verb != Verb::Select).then_some(query)
        }
        _ => None,
    }
}

/// What is said of a statement that a call sends, where it is about every row.
pub(super) fn sent<'t>(called: &Called<'t>, query: &Query<'t>) -> Option<Whole> {
    let writes = matches!(query.verb, Verb::Update | Verb::Delete);
    let sends = LIBRARY.query.executes.contains(called.method)
        || called.method.starts_with("execute")
        || called.method.starts_with("fetch");
    if !writes || !query.whole || !sends {
        return None;
    }
    let Some(text) = &query.text else {
        // `execute(update(Order), [{"id": 1, …}])` picks rows by their keys.
        let alone = called.args.len() <= 1;
        let named = query.entity.as_deref().map_or("", last);
        let clause = match is_class_like(named) {
            true => Clause::Where,
            false => Clause::Columns,
        };
        return alone.then(|| about(called.node, clause, query.converts));
    };
    let swept = sql::sweep(text, Dialect::Postgres)?;
    let mut whole = about(called.node, Clause::Text, swept.converts);
    whole.explained |= swept.explained;
    Some(whole)
}

/// What is said of a query that ends in a verb, where it is about every row.
pub(super) fn chained<'t>(
    called: &Called<'t>,
    query: &Query<'t>,
    known: &KnownEffect,
) -> Option<Whole> {
    let writes = matches!(known.kind, EffectKind::Update | EffectKind::Delete) && !known.given;
    let clause = match query.library {
        QueryLibrary::Sqlalchemy => Clause::Filter,
        QueryLibrary::Django | QueryLibrary::Alike => Clause::Keywords,
        QueryLibrary::Text | QueryLibrary::Elements => return None,
    };
    // A manager of Django has no `delete`.
    let manager = called.object.is_some_and(|it| it.kind() == Kind::Attribute);
    let runs = match (query.library, known.kind) {
        (QueryLibrary::Django, EffectKind::Delete) => !manager,
        (QueryLibrary::Alike, _) => called.node.parent().map(Node::kind) == Some(Kind::Await),
        _ => true,
    };
    let converts = query.converts || known.kind == EffectKind::Update && converts(called);
    (writes && query.whole && runs).then(|| about(called.node, clause, converts))
}

fn about(node: Node<'_>, clause: Clause, converts: bool) -> Whole {
    let is_statement = |node: &Node| node.parent().map(Node::kind) == Some(Kind::Block);
    let statement = std::iter::once(node)
        .chain(node.ancestors())
        .find(is_statement);
    let span = statement.unwrap_or(node).span();
    let comments = sweep::comments(node.source(), span, "#");
    let speaks = |words: fn(&str) -> bool| comments.iter().any(|comment| words(comment));
    Whole {
        clause,
        converts,
        explained: speaks(sweep::speaks_of_all),
        announced: speaks(sweep::speaks_of_emptying),
        privileged: false,
        personal: false,
    }
}

/// Whether a call gives rows what their own values say: `Order.total + 1`, `F("total")`.
pub(super) fn converts(called: &Called<'_>) -> bool {
    let own = |node: Node| match node.kind() {
        Kind::Attribute => {
            let key = node.field() == Field::Key;
            !key && node.child(Field::Object).and_then(class_of).is_some()
        }
        Kind::Call => {
            let function = node.child(Field::Function).map_or("", Node::text);
            matches!(last(function), "F" | "Case" | "Subquery" | "column")
        }
        _ => false,
    };
    let mut args = called.args.iter();
    args.any(|argument| {
        std::iter::once(argument.node)
            .chain(argument.node.descendants())
            .any(own)
    })
}

/// Says of each statement about every row what its function says of itself.
pub(super) fn settle(effects: &mut [Effect], body: Node<'_>) {
    let mut whole = effects
        .iter_mut()
        .filter_map(|effect| effect.whole.as_mut())
        .peekable();
    if whole.peek().is_none() {
        return;
    }
    let first = body.children().next().and_then(Node::operand);
    let announced = first
        .filter(|first| matches!(first.kind(), Kind::String | Kind::ConcatenatedString))
        .is_some_and(|text| sweep::speaks_of_all(text.text()));
    let asks = |node: Node| {
        let name = node.text().to_ascii_lowercase();
        node.kind() == Kind::Identifier && RIGHTS.iter().any(|right| name.contains(right))
    };
    let privileged = body.descendants().any(asks);
    let names = |node: Node| match node.kind() {
        Kind::Identifier => node.text() == "current_user",
        Kind::Attribute => node.text().ends_with("request.user") || node.text() == "g.user",
        Kind::StringContent => node.text() == "user_id",
        _ => false,
    };
    let personal = body.descendants().any(names);
    for whole in whole {
        whole.personal = personal;
        whole.announced |= announced;
        whole.privileged = privileged;
    }
}
