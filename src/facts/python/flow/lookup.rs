//! Lookups: which calls are one by the library table, by which key, and what comes of them.

use std::rc::Rc;

use super::call::{Argument, Called};
use super::expression::is_session_name;
use super::names::{class_name, last, root};
use super::query::statement;
use super::state::{Doubt, Known, Origins, Query, QueryLibrary, Shape, Subject};
use super::{Flow, Kind, LIBRARY, Node};
use crate::facts::python::library::{Key, Lookup, Missing, Receiver};

/// What is looked up, and by what.
struct Asked<'t> {
    entity: Option<String>,
    origins: Origins,
    key: Option<Node<'t>>,
    /// A row is certain.
    always: bool,
}

impl<'t> Flow<'t, '_> {
    /// What a call gives that looks something up.
    pub(super) fn lookup(&mut self, called: &Called<'t>) -> Option<Known<'t>> {
        let candidates = LIBRARY.lookups.get(called.method)?;
        let (lookup, asked) = candidates
            .iter()
            .find_map(|lookup| Some((lookup, self.asked(lookup, called)?)))?;
        let mut known = Known {
            answer: Some(called.node),
            shape: Shape::fetched(asked.entity.as_deref()),
            ..Known::keyed(Origins::ROW, called.node)
        };
        let subject = Subject {
            entity: asked.entity.clone(),
            words: String::new(),
            keys: asked.key.map(Node::text).into_iter().collect(),
        };
        if asked.always || self.is_proven(&subject) || self.is_made_since(&subject) {
            return Some(known);
        }
        let about = (asked.entity, asked.origins, asked.key);
        let step = self.step(called.node, &called.callee, Some(lookup), about);
        match lookup.missing {
            Missing::None(_) => known.doubts.push(Doubt::new(step)),
            Missing::Raises(_) => {
                self.report_raising(step, lookup);
                self.prove(subject);
                self.prove_related(called);
            }
        }
        Some(known)
    }

    /// What the call asks for, if it is this lookup.
    fn asked(&self, lookup: &Lookup, called: &Called<'t>) -> Option<Asked<'t>> {
        let query = match &called.receiver.shape {
            Shape::Query(query) => Some(query),
            _ => None,
        };
        let bare = called.positional().next().is_none();
        let of = |library| query.filter(|query| query.library == library);
        let on = |query: Option<&Rc<Query<'t>>>| query.map(|it| by(lookup, Some(it), called, 0));
        match lookup.on {
            Receiver::SqlalchemyQuery => match called.method {
                "get" => on(of(QueryLibrary::Sqlalchemy).filter(|_| !bare)),
                _ => on(of(QueryLibrary::Sqlalchemy)
                    .or(of(QueryLibrary::Text))
                    .filter(|_| bare)),
            },
            Receiver::DjangoQuery => on(of(QueryLibrary::Django)),
            Receiver::Cursor => on(of(QueryLibrary::Text)),
            Receiver::AnyQuery => {
                on(query.filter(|it| bare && it.library != QueryLibrary::Elements))
            }
            Receiver::Session => {
                let first = called.positional().next()?.node;
                let model = class_name(first);
                let keyed = called.positional().nth(1).is_some()
                    || called.args.iter().any(|it| it.name == Some("ident"));
                let asked =
                    (keyed && is_session(called) && (model.is_some() || holds_model(first)))
                        .then(|| by(lookup, None, called, 1))?;
                Some(match model {
                    Some(model) => asked.of(model),
                    None => asked,
                })
            }
            Receiver::SessionStatement => {
                let sent = statement(called).filter(|_| called.object.is_some())?;
                Some(by(lookup, Some(&sent), called, 1))
            }
            Receiver::Model => Some(by(lookup, None, called, 0).of(called.class()?)),
            Receiver::ClassOrCollection => {
                let found = called.class().is_some() || is_collection(called);
                let name = called.object.filter(|_| found && !is_upsert(called))?;
                Some(by(lookup, None, called, 0).of(last(name.text())))
            }
            Receiver::Builtin => self.next(lookup, called),
        }
    }

    /// `next(x for x in ROWS if x.id == key)`, with or without `None` for the case of none. What
    /// a local collection holds may have been checked: it is none.
    fn next(&self, lookup: &Lookup, called: &Called<'t>) -> Option<Asked<'t>> {
        let mut args = called.positional();
        let (first, default) = (args.next()?, args.next());
        let fails = match (&lookup.missing, default) {
            (Missing::Raises(_), None) => true,
            (Missing::None(_), Some(default)) => default.node.kind() == Kind::None,
            _ => false,
        };
        let Shape::Query(query) = &first.known.shape else {
            return None;
        };
        let local = query
            .entity
            .as_deref()
            .is_some_and(|name| self.variables.contains_key(name));
        (fails && !local && called.object.is_none()).then(|| by(lookup, Some(query), called, 2))
    }
}

impl Asked<'_> {
    fn of(self, entity: &str) -> Self {
        let entity = Some(entity.to_owned());
        Self { entity, ..self }
    }
}

/// `db`, `self.session`, a parameter typed as one.
pub(super) fn is_session(called: &Called<'_>) -> bool {
    let named = |object: Node| is_session_name(last(object.text()));
    matches!(called.receiver.shape, Shape::Session) || called.object.is_some_and(named)
}

/// The key of a lookup, from its query and its arguments behind the first ones.
fn by<'t>(
    lookup: &Lookup,
    query: Option<&Rc<Query<'t>>>,
    called: &Called<'t>,
    skip: usize,
) -> Asked<'t> {
    let mut all = match query {
        Some(query) => Query::clone(query),
        None => Query::begun(QueryLibrary::Alike, None),
    };
    if lookup.key != Key::Query {
        for argument in called.args.iter().skip(skip) {
            all = all.narrowed_by(argument.name, &argument.known);
        }
    }
    Asked {
        entity: all.entity,
        origins: all.origins,
        key: all.key,
        always: all.always,
    }
}

/// `find_one_and_update(…, upsert=True)`
fn is_upsert(called: &Called<'_>) -> bool {
    let upsert =
        |argument: &Argument| argument.name == Some("upsert") && argument.node.kind() == Kind::True;
    called.args.iter().any(upsert)
}

/// `db.users.find_one({…})`, `collection.find_one(filter)`
pub(super) fn is_collection(called: &Called<'_>) -> bool {
    let Some(object) = called.object else {
        return false;
    };
    let name = last(object.text()).to_ascii_lowercase();
    let root = root(&called.callee).to_ascii_lowercase();
    let filters = called
        .positional()
        .next()
        .is_some_and(|first| first.node.kind() == Kind::Dictionary);
    let in_database = called.callee.matches('.').count() > 1
        && ["db", "database", "mongo", "client"].contains(&root.as_str());
    filters || in_database || name.ends_with("collection") || name.ends_with("coll")
}

/// `self.model`, `model`: the class that a repository was made for.
fn holds_model(node: Node<'_>) -> bool {
    last(node.text())
        .trim_start_matches('_')
        .starts_with("model")
}
