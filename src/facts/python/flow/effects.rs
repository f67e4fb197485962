//! What calls and assignments do to databases: rows read and written, transactions ended.

use std::rc::Rc;

use super::call::{Argument, Called, is_builtin, is_logging};
use super::columns::{self, Slot};
use super::expression::is_session_name;
use super::lookup::{is_collection, is_session};
use super::names::{is_class_like, last};
use super::query::{conditions, statement};
use super::state::{Cell, Known, Origins, Query, QueryLibrary, Row, Shape, Verb};
use super::{Field, Flow, Kind, LIBRARY, MAX_REMEMBERED, Node, whole};
use crate::facts::python::library::{Holder, RawKind};
use crate::facts::python::value::chain;
use crate::facts::python::{self as facts, Effect, EffectKind, Whole};
use crate::facts::schema::{Dialect, Reads};
use crate::facts::sql;
use crate::source::Span;

/// More effects than this are not kept; generated code has them, handlers do not.
pub(super) const MAX_EFFECTS: usize = 200;

/// The values of larger expressions are not followed a second time.
const MAX_PARTS: usize = 24;

/// The effects of a function that are written down.
#[derive(Default)]
pub(super) struct Effects<'t> {
    /// For each effect the name that holds its result.
    held: Vec<Option<&'t str>>,
}

/// What an effect is about, before it is written down.
pub(super) struct About {
    kind: EffectKind,
    entity: Option<String>,
    by_table: bool,
    pub(super) if_model: bool,
    key: Origins,
    conditions: Vec<Cell>,
    pub(super) values: Vec<Cell>,
    reads: Option<Box<Reads>>,
    whole: Option<Whole>,
    pub(super) used: bool,
}

impl About {
    pub(super) fn new(kind: EffectKind, entity: Option<String>) -> Self {
        Self {
            kind,
            entity,
            by_table: false,
            if_model: false,
            key: Origins::default(),
            conditions: Vec::new(),
            values: Vec::new(),
            reads: None,
            whole: None,
            used: false,
        }
    }
}

impl<'t> Flow<'t, '_> {
    /// Writes down what a call does to a database; `alone` when its value is dropped.
    pub(super) fn affect(&mut self, called: &Called<'t>, alone: bool) {
        let nowhere = self.state.is_none() || is_logging(called);
        if nowhere || self.function.effects.len() >= MAX_EFFECTS {
            return;
        }
        let about = self
            .query_effect(called)
            .or_else(|| self.row_effect(called))
            .or_else(|| transaction_effect(called));
        if let Some(mut about) = about {
            about.used |= !alone;
            self.write_effect(called.node, about);
        }
    }

    pub(super) fn write_effect(&mut self, node: Node<'t>, about: About) {
        if !self.noted.insert(node.index()) {
            return;
        }
        let span = node.span();
        // A chain is one effect: what its last call does.
        while let Some(before) = self.function.effects.last()
            && before.kind == EffectKind::Read
            && span.contains(before.span)
            && before.entity == about.entity
        {
            self.function.effects.pop();
            self.effects.held.pop();
        }
        let effect = self.effect(node, about);
        self.effects.held.push(holder(node));
        self.function.effects.push(effect);
    }

    /// What happens at a node, as a fact.
    pub(super) fn effect(&self, node: Node<'t>, about: About) -> Effect {
        let params = &self.function.params;
        let cells = |cells: Vec<Cell>| {
            let cells = cells.into_iter().map(|cell| facts::Cell {
                column: cell.column,
                origins: cell.origins.list(params),
            });
            cells.collect()
        };
        Effect {
            kind: about.kind,
            entity: about.entity,
            by_table: about.by_table,
            if_model: about.if_model,
            span: node.span(),
            key: match about.key.varies() {
                true => about.key.list(params),
                false => Vec::new(),
            },
            conditions: cells(about.conditions),
            values: cells(about.values),
            reads: about.reads,
            whole: about.whole,
            used: about.used,
            awaited: node.parent().is_some_and(|it| it.kind() == Kind::Await),
            after: self
                .state
                .as_ref()
                .map(|state| state.ran)
                .unwrap_or_default(),
            in_loop: self.depth > 0,
        }
    }

    /// What a call of a class gives: `Order(total=1)`, `Order.model_validate(data)`, a session.
    pub(super) fn made(&mut self, called: &Called<'t>) -> Option<Shape<'t>> {
        let class = match called.object {
            _ if is_class_like(called.method) => called.callee.clone(),
            Some(object) if LIBRARY.effects.makes.contains(called.method) => {
                called.class().map(|_| chain(object))?
            }
            _ => return None,
        };
        if is_session_name(called.method.trim_end_matches("Local")) {
            return Some(Shape::Session);
        }
        let made = Some(self.values(called));
        Some(Shape::Row(Rc::new(Row { class, made })))
    }

    /// A statement that is sent, or a query that ends in a verb.
    fn query_effect(&mut self, called: &Called<'t>) -> Option<About> {
        let passes = called.object.is_none() && is_builtin(called)
            || LIBRARY.passing.functions.contains(called.method)
            || LIBRARY.effects.keep_text.contains(called.method);
        if passes {
            return None;
        }
        if let Some(sent) = statement(called) {
            let sends = called.object.is_some() || sent.library == QueryLibrary::Text;
            return (sends || sent.verb == Verb::Select).then(|| self.sent_effect(called, &sent));
        }
        if let Some(query) = whole::ended(called) {
            let query = query.clone();
            return Some(self.sent_effect(called, &query));
        }
        if let Shape::Query(query) = &called.receiver.shape
            && query.verb == Verb::Select
            && !matches!(query.library, QueryLibrary::Text | QueryLibrary::Elements)
        {
            let query = query.clone();
            return Some(self.chain_effect(called, &query));
        }
        let reads = |argument: &Argument<'t>| match &argument.known.shape {
            Shape::Query(query) if query.library == QueryLibrary::Sqlalchemy => Some(query.clone()),
            _ => None,
        };
        let read = called.args.iter().find_map(reads)?;
        let begins =
            is_class_like(called.method) || LIBRARY.query.functions.contains(called.method);
        (read.verb == Verb::Select && !begins).then(|| about_query(EffectKind::Read, &read))
    }

    fn sent_effect(&mut self, called: &Called<'t>, query: &Query<'t>) -> About {
        let kind = match query.verb {
            Verb::Select => EffectKind::Read,
            Verb::Insert => EffectKind::Insert,
            Verb::Upsert => EffectKind::Upsert,
            Verb::Update => EffectKind::Update,
            Verb::Delete => EffectKind::Delete,
        };
        let mut about = about_query(kind, query);
        about.whole = whole::sent(called, query);
        if let Some(text) = &query.text {
            let columns = columns::read(text);
            let given = self.parameters(called, query);
            let bind = |cells: &[(String, Slot)]| {
                let cells = cells.iter().map(|(column, slot)| Cell {
                    column: column.clone(),
                    origins: given.origins(slot, columns.places),
                });
                cells.collect()
            };
            about.conditions = bind(&columns.conditions);
            about.values = bind(&columns.values);
            about.reads = text_reads(text, called.node);
            about.used |= text.to_ascii_lowercase().contains("returning");
        } else if query.verb != Verb::Select {
            about.values.extend(self.values_behind(called, 1));
        }
        about
    }

    fn chain_effect(&mut self, called: &Called<'t>, query: &Query<'t>) -> About {
        let known = LIBRARY.effects_of.get(called.method);
        let known = known.and_then(|all| all.iter().find(|it| it.on == Holder::Query));
        let kind = known.map_or(EffectKind::Read, |it| it.kind);
        let mut about = about_query(kind, query);
        about.whole = known.and_then(|known| whole::chained(called, query, known));
        match kind {
            EffectKind::Read => {
                about.conditions.extend(conditions(called));
                for argument in &called.args {
                    about.key = about.key.with(argument.known.origins);
                }
            }
            EffectKind::Delete => {}
            _ => about.values = self.values(called),
        }
        about
    }

    /// `session.add(row)`, `row.save()`, `Order.create(…)`, `db.orders.insert_one({…})`
    fn row_effect(&mut self, called: &Called<'t>) -> Option<About> {
        if called.object.is_none() {
            return self.written_by_name(called);
        }
        if called.args.is_empty() && matches!(called.receiver.shape, Shape::Query(_)) {
            return None;
        }
        let known = LIBRARY.effects_of.get(called.method)?;
        known.iter().find_map(|known| match known.on {
            Holder::Session if is_session(called) => self.session_effect(called, known.kind),
            Holder::Row => self.saved(called, known.kind),
            Holder::Class => {
                let class = called.class()?;
                let mut about = About::new(known.kind, Some(class.to_owned()));
                about.entity = called.object.map(chain);
                about.if_model = true;
                about.values = self.values(called);
                Some(about)
            }
            Holder::Collection if is_collection(called) => {
                let name = called.object.map(|object| last(object.text()).to_owned());
                let mut about = About::new(known.kind, name);
                about.by_table = true;
                about.used |= known.kind == EffectKind::Read;
                let first = called.positional().next();
                about.key = first.map_or(Origins::default(), |first| first.known.origins);
                about.conditions = first.map_or(Vec::new(), |first| self.pairs(first.node));
                Some(about)
            }
            _ => None,
        })
    }

    fn session_effect(&mut self, called: &Called<'t>, kind: EffectKind) -> Option<About> {
        let first = called.positional().next()?;
        let mut about = About::new(kind, None);
        match &first.known.shape {
            Shape::Row(row) => {
                about.entity = Some(row.class.clone());
                match (&row.made, kind) {
                    (Some(columns), _) => about.values.clone_from(columns),
                    // What was fetched is there already.
                    (None, EffectKind::Insert) => about.kind = EffectKind::Update,
                    _ => {}
                }
            }
            _ => {
                let inner = || std::iter::once(first.node).chain(first.node.descendants());
                let class = inner()
                    .filter(|node| node.kind() == Kind::Call)
                    .find_map(|call| {
                        let made = call.child(Field::Function)?;
                        is_class_like(last(made.text())).then(|| chain(made))
                    });
                let named = is_class_like(last(first.node.text())).then(|| chain(first.node));
                about.entity = named.or(class);
                if about.entity.is_none() && kind == EffectKind::Insert {
                    about.kind = EffectKind::Save;
                    let origins = match first.known.shape {
                        Shape::Own => Origins::parameter(0),
                        _ => first.known.origins,
                    };
                    about.values = vec![Cell {
                        column: "*".to_owned(),
                        origins,
                    }];
                }
            }
        }
        about.key = called
            .args
            .iter()
            .skip(1)
            .fold(Origins::default(), |all, argument| {
                all.with(argument.known.origins)
            });
        Some(about)
    }

    fn saved(&mut self, called: &Called<'t>, kind: EffectKind) -> Option<About> {
        let Shape::Row(row) = &called.receiver.shape else {
            let bare = called.positional().next().is_none();
            return (bare && kind == EffectKind::Save).then(|| About::new(kind, None));
        };
        let mut about = About::new(kind, Some(row.class.clone()));
        about.if_model = row.made.is_some();
        if kind == EffectKind::Save {
            about.kind = match &row.made {
                Some(_) => EffectKind::Insert,
                None => EffectKind::Update,
            };
            about.values = row.made.clone().unwrap_or_default();
        } else if kind == EffectKind::Update {
            about.values = self.values(called);
        }
        Some(about)
    }

    /// The columns that a call gives values.
    pub(super) fn values(&mut self, called: &Called<'t>) -> Vec<Cell> {
        self.values_behind(called, 0)
    }

    fn values_behind(&mut self, called: &Called<'t>, skip: usize) -> Vec<Cell> {
        let mut cells = Vec::new();
        for argument in called.args.iter().skip(skip).take(MAX_REMEMBERED) {
            let column = match argument.name {
                Some("**") if is_body(&argument.known) => "**",
                Some("**") => "*",
                // Not the columns, but what becomes of them otherwise.
                Some("defaults" | "synchronize_session" | "commit") => continue,
                Some(name) => name,
                None if argument.node.kind() == Kind::Dictionary => {
                    cells.extend(self.pairs(argument.node));
                    continue;
                }
                None => "*",
            };
            cells.push(Cell {
                column: column.to_owned(),
                origins: argument.known.origins,
            });
        }
        cells
    }

    /// `{"name": value, Order.id: value, **more}`
    fn pairs(&mut self, dictionary: Node<'t>) -> Vec<Cell> {
        let parts = dictionary.children().take(MAX_REMEMBERED);
        parts
            .map(|part| {
                let value = part.child(Field::Value).unwrap_or(part);
                let column = part.child(Field::Key).and_then(|key| match key.kind() {
                    Kind::String => Some(key.text().trim_matches(['"', '\'']).to_owned()),
                    Kind::Attribute => Some(last(key.text()).to_owned()),
                    _ => None,
                });
                Cell {
                    column: column.unwrap_or_else(|| "*".to_owned()),
                    origins: self.roots(value),
                }
            })
            .collect()
    }

    /// Where a part of an argument comes from, which has been evaluated as a whole.
    fn roots(&mut self, node: Node<'t>) -> Origins {
        match node.descendants().nth(MAX_PARTS) {
            Some(_) => Origins::UNKNOWN,
            None => self.eval(node).origins,
        }
    }

    /// The parameters that are passed with an SQL text.
    fn parameters(&mut self, called: &Called<'t>, query: &Query<'t>) -> Parameters {
        let mut given = Parameters {
            places: Vec::new(),
            names: query.values.clone(),
            all: query.origins,
            open: false,
        };
        let behind: Vec<&Argument<'t>> = called.args.iter().skip(1).collect();
        for argument in &behind {
            given.all = given.all.with(argument.known.origins);
        }
        if let [only] = behind.as_slice() {
            match only.node.kind() {
                Kind::Tuple | Kind::List => {
                    let parts: Vec<Node<'t>> = only.node.children().collect();
                    given.open |= parts.iter().any(|part| part.kind() == Kind::ListSplat);
                    given.places = parts.into_iter().map(|part| self.roots(part)).collect();
                    return given;
                }
                Kind::Dictionary => {
                    given.names.extend(self.pairs(only.node));
                    return given;
                }
                _ => {}
            }
        }
        let spread = |argument: &&Argument<'t>| argument.node.kind() == Kind::ListSplat;
        given.open |= behind.iter().any(spread);
        for argument in behind {
            let origins = argument.known.origins;
            match argument.name {
                Some(name) => given.names.push(Cell {
                    column: name.to_owned(),
                    origins,
                }),
                None => given.places.push(origins),
            }
        }
        given
    }

    /// Says of each effect whether somebody looks at its result.
    pub(super) fn settle_effects(&mut self, node: Node<'t>) {
        if self.function.effects.is_empty() {
            return;
        }
        let mut read = rustc_hash::FxHashSet::default();
        let mut counted = false;
        for inner in node.descendants() {
            match inner.kind() {
                Kind::Identifier if inner.field() != Field::Left => {
                    read.insert(inner.text());
                }
                Kind::Attribute => {
                    let name = inner.child(Field::Attribute).map_or("", Node::text);
                    counted |= LIBRARY.effects.counts.contains(name);
                }
                _ => {}
            }
        }
        whole::settle(&mut self.function.effects, node);
        for (effect, held) in self.function.effects.iter_mut().zip(&self.effects.held) {
            if let Some(name) = held {
                effect.used = read.contains(name);
            }
            effect.used |= counted;
        }
    }
}

/// Whether a value is an object of JSON as the client sent it.
fn is_body(known: &Known<'_>) -> bool {
    matches!(&known.shape, Shape::Raw(raw) if raw.kind == RawKind::Json)
}

/// What is passed with an SQL text.
struct Parameters {
    places: Vec<Origins>,
    names: Vec<Cell>,
    all: Origins,
    /// There are more of them, at places that nobody can tell.
    open: bool,
}

impl Parameters {
    fn origins(&self, slot: &Slot, places: usize) -> Origins {
        match slot {
            Slot::Constant => Origins::CONSTANT,
            Slot::Hole => self.all,
            // Holes may hold parameters as well: then there are more than the text shows.
            Slot::Place(place) if !self.open && self.places.len() == places => self.places[*place],
            Slot::Place(_) => Origins::UNKNOWN,
            Slot::Name(name) => {
                let named = self.names.iter().find(|cell| cell.column == *name);
                named.map_or(Origins::UNKNOWN, |cell| cell.origins)
            }
        }
    }
}

/// What an SQL text needs, each name where the call writes it.
fn text_reads(text: &str, call: Node<'_>) -> Option<Box<Reads>> {
    let span = call.span();
    let mut reads = sql::reads(text, Dialect::Postgres, span)?;
    let place = |name: &str| {
        let found = word_in(call.text(), name)?;
        let start = span.start as usize + found;
        Some(Span::new(start, start + name.len()))
    };
    for column in &mut reads.columns {
        column.name.span = place(&column.name.name).unwrap_or(span);
    }
    for table in &mut reads.tables {
        table.span = place(&table.name).unwrap_or(span);
    }
    Some(Box::new(reads))
}

/// Where a word stands in a text.
fn word_in(text: &str, word: &str) -> Option<usize> {
    let is_inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let mut places = text.match_indices(word).map(|(at, _)| at);
    places.find(|&at| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !is_inside(before) && !is_inside(after)
    })
}

fn about_query(kind: EffectKind, query: &Query<'_>) -> About {
    About {
        by_table: query.library == QueryLibrary::Text,
        key: query.origins,
        conditions: query.conditions.clone(),
        values: query.values.clone(),
        used: kind == EffectKind::Read,
        ..About::new(kind, query.entity.clone())
    }
}

/// `db.commit()`, `session.begin()`, `transaction.atomic()`
fn transaction_effect(called: &Called<'_>) -> Option<About> {
    let known = LIBRARY.effects_of.get(called.method)?;
    let known = known.iter().find(|it| it.on == Holder::Connection)?;
    let holds = |object: Node| {
        let name = last(object.text()).to_ascii_lowercase();
        let known = LIBRARY.effects.connections.iter();
        let is_connection = || {
            known
                .clone()
                .any(|it| name == *it || name.ends_with(&format!("_{it}")))
        };
        is_session_name(&name) || is_connection()
    };
    let certain = match known.kind {
        EffectKind::Commit | EffectKind::Rollback => {
            called.args.is_empty() && called.object.is_some()
        }
        EffectKind::Flush => is_session(called),
        EffectKind::Begin if called.object.is_none() => called.method == "atomic",
        _ => called.object.is_some_and(holds) || is_session(called),
    };
    certain.then(|| About::new(known.kind, None))
}

/// The name that a call's value is bound to and nothing else becomes of it.
fn holder(node: Node<'_>) -> Option<&str> {
    let mut node = node;
    let mut outer = node.parent()?;
    while matches!(outer.kind(), Kind::Await | Kind::ParenthesizedExpression) {
        node = outer;
        outer = node.parent()?;
    }
    let left = outer
        .child(Field::Left)
        .filter(|_| outer.kind() == Kind::Assignment)?;
    (left.kind() == Kind::Identifier && node.field() == Field::Right).then(|| left.text())
}
