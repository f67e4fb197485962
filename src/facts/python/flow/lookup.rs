//! Lookups: which calls are one by the library table, by which key, and what comes of them.

use std::rc::Rc;

use super::call::{Argument, Called};
use super::names::{is_class_like, last, root};
use super::query::statement;
use super::state::{Doubt, Known, Origins, Query, QueryLibrary, Shape, Subject};
use super::{Flow, Kind, LIBRARY, MAX_REMEMBERED, Node};
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
            ..Known::keyed(Origins::ROW, called.node)
        };
        let subject = Subject {
            entity: asked.entity.clone(),
            words: String::new(),
            keys: asked.key.map(Node::text).into_iter().collect(),
        };
        if asked.always || self.is_proven(&subject) {
            return Some(known);
        }
        let about = (asked.entity, asked.origins, asked.key);
        let step = self.step(called.node, &called.callee, Some(lookup), about);
        match lookup.missing {
            Missing::None(_) => known.doubts.push(Doubt::new(step)),
            Missing::Raises(_) => {
                self.report_raising(step, lookup);
                self.prove(subject);
            }
        }
        Some(known)
    }

    /// From here on this exists.
    pub(super) fn prove(&mut self, subject: Subject<'t>) {
        if let Some(state) = &mut self.state
            && state.proofs.len() < MAX_REMEMBERED
        {
            state.proofs.push(Rc::new(subject));
        }
    }

    fn is_proven(&self, subject: &Subject<'t>) -> bool {
        let proofs = self.state.as_ref().map_or(&[][..], |state| &state.proofs);
        proofs.iter().any(|proof| proof.proves(subject))
    }

    /// What the call asks for, if it is this lookup.
    fn asked(&self, lookup: &Lookup, called: &Called<'t>) -> Option<Asked<'t>> {
        let query = match &called.receiver.shape {
            Shape::Query(query) => Some(query),
            _ => None,
        };
        let of = |library| query.filter(|query| query.library == library);
        match lookup.on {
            Receiver::SqlalchemyQuery => {
                let of_text = || of(QueryLibrary::Text).filter(|_| called.method != "get");
                let query = of(QueryLibrary::Sqlalchemy).or_else(of_text)?;
                Some(by(lookup, Some(query), called, 0))
            }
            Receiver::DjangoQuery => Some(by(lookup, Some(of(QueryLibrary::Django)?), called, 0)),
            Receiver::AnyQuery => {
                let query = query.filter(|_| called.positional().next().is_none());
                Some(by(lookup, Some(query?), called, 0))
            }
            Receiver::Cursor => Some(by(lookup, Some(of(QueryLibrary::Text)?), called, 0)),
            Receiver::Session => {
                let model = called.positional().next()?.node;
                let two = called.args.len() > 1 && is_class_like(last(model.text()));
                let session = matches!(called.receiver.shape, Shape::Session) && two;
                let entity = Some(last(model.text()).to_owned());
                session.then(|| Asked {
                    entity,
                    ..by(lookup, None, called, 1)
                })
            }
            Receiver::SessionStatement => {
                let sent = statement(called).filter(|_| called.object.is_some())?;
                Some(by(lookup, Some(&sent), called, 1))
            }
            Receiver::Model => {
                let entity = called.on_class().then(|| self.receiver_name(called))?;
                Some(Asked {
                    entity,
                    ..by(lookup, None, called, 0)
                })
            }
            Receiver::ClassOrCollection => {
                let kept = is_upsert(called);
                let found = !kept && (called.on_class() || is_collection(called));
                let entity = found.then(|| self.receiver_name(called))?;
                Some(Asked {
                    entity,
                    ..by(lookup, None, called, 0)
                })
            }
            Receiver::Builtin => next(lookup, called),
        }
    }

    fn receiver_name(&self, called: &Called<'t>) -> Option<String> {
        called.object.map(|object| last(object.text()).to_owned())
    }
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
        None => Query {
            library: QueryLibrary::Alike,
            entity: None,
            origins: Origins::default(),
            key: None,
            always: false,
        },
    };
    if lookup.key != Key::Query {
        for argument in called.args.iter().skip(skip) {
            all = all.narrowed(&argument.known);
        }
    }
    Asked {
        entity: all.entity,
        origins: all.origins,
        key: all.key,
        always: all.always,
    }
}

/// `next(x for x in rows if x.id == key)`, with or without `None` for the case of none.
fn next<'t>(lookup: &Lookup, called: &Called<'t>) -> Option<Asked<'t>> {
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
    (fails && called.object.is_none()).then(|| Asked {
        entity: None,
        origins: query.origins,
        key: query.key,
        always: false,
    })
}

/// `find_one_and_update(…, upsert=True)`
fn is_upsert(called: &Called<'_>) -> bool {
    let upsert =
        |argument: &Argument| argument.name == Some("upsert") && argument.node.kind() == Kind::True;
    called.args.iter().any(upsert)
}

/// `db.users.find_one({…})`, `collection.find_one(filter)`
fn is_collection(called: &Called<'_>) -> bool {
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
