//! Calls that keep the thread while they wait, in code that runs in the event loop: nobody else is
//! answered meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use super::apps::Framework;
use super::index::{FunctionId, Python, last_name};
use super::names::Target;
use super::routes::Route;
pub use super::services::BlockingKind;
use super::services::TABLE;
use super::summaries::called;
use crate::facts::python::{CallSite, Usage};
use crate::source::Loc;

/// A call that stops every other request of the process while it waits.
#[derive(Clone, Debug)]
pub struct BlockingCall {
    /// The call.
    pub at: Loc,
    /// What is called, by its library.
    pub callee: String,
    /// The same as written.
    pub written: String,
    /// The function it stands in, where that is no coroutine and cannot await.
    pub inside: Option<String>,
    /// What it waits for.
    pub kind: BlockingKind,
    /// The function of the project that the handler calls, and that asks the database.
    pub through: Option<String>,
}

/// How many calls deep a database is looked for.
const DEPTH: usize = 3;

/// The blocking calls of asynchronous handlers, each under the first handler that runs it.
pub(super) fn blocking(python: &Python, routes: &[Route]) -> Vec<Vec<BlockingCall>> {
    let mut judge = Judge {
        python,
        seen: BTreeSet::new(),
        databases: BTreeMap::new(),
    };
    routes.iter().map(|route| judge.of(route)).collect()
}

struct Judge<'p, 'a> {
    python: &'p Python<'a>,
    seen: BTreeSet<FunctionId>,
    /// What asks a database in a function, or in what it calls.
    databases: BTreeMap<FunctionId, Option<String>>,
}

impl Judge<'_, '_> {
    fn of(&mut self, route: &Route) -> Vec<BlockingCall> {
        let id = route.function;
        let python = self.python;
        // Flask runs each asynchronous view in a loop of its own.
        let shares = matches!(
            route.framework,
            Framework::FastApi | Framework::Starlette | Framework::Aiohttp | Framework::Litestar
        );
        let in_loop = python.function(id).is_async && shares;
        if !in_loop || !python.modules[id.module].production {
            return Vec::new();
        }
        let mut found = Vec::new();
        self.visit(id, &mut found);
        found.extend(self.database(id));
        found.sort_by_key(|call| call.at);
        found
    }

    /// What a function and those that it calls wait for, databases left out.
    fn visit(&mut self, id: FunctionId, found: &mut Vec<BlockingCall>) {
        let python = self.python;
        let mut queue = vec![id];
        while let Some(id) = queue.pop() {
            let function = python.function(id);
            let skipped = function.broken || !python.modules[id.module].production;
            if skipped || !self.seen.insert(id) {
                continue;
            }
            for call in &function.calls {
                match self.waits_for(id, call) {
                    Some((BlockingKind::Database, _)) => {}
                    Some((kind, callee)) => found.push(BlockingCall {
                        at: python.loc(id.module, call.span),
                        callee,
                        written: call.callee.clone(),
                        inside: (!function.is_async).then(|| last_name(&function.name).to_owned()),
                        kind,
                        through: None,
                    }),
                    None => queue.extend(called(python, id.scope(), &call.callee)),
                }
            }
        }
    }

    /// The first that asks a database in a handler, itself or through a function: one is enough to
    /// tell that the handler is no coroutine at heart.
    fn database(&mut self, id: FunctionId) -> Option<BlockingCall> {
        let python = self.python;
        let calls = &python.function(id).calls;
        calls.iter().find_map(|call| {
            let at = python.loc(id.module, call.span);
            if let Some((BlockingKind::Database, callee)) = self.waits_for(id, call) {
                return Some(BlockingCall {
                    at,
                    callee,
                    written: call.callee.clone(),
                    inside: None,
                    kind: BlockingKind::Database,
                    through: None,
                });
            }
            let next = called(python, id.scope(), &call.callee).filter(|it| *it != id)?;
            let callee = self.asks(next, DEPTH)?;
            Some(BlockingCall {
                at,
                callee,
                written: call.callee.clone(),
                inside: None,
                kind: BlockingKind::Database,
                through: Some(last_name(&python.function(next).name).to_owned()),
            })
        })
    }

    fn asks(&mut self, id: FunctionId, depth: usize) -> Option<String> {
        if let Some(known) = self.databases.get(&id) {
            return known.clone();
        }
        let python = self.python;
        let function = python.function(id);
        let skipped = function.broken || function.is_generator;
        if skipped || depth == 0 || !python.modules[id.module].production {
            return None;
        }
        self.databases.insert(id, None);
        let found = function.calls.iter().find_map(|call| {
            if let Some((BlockingKind::Database, callee)) = self.waits_for(id, call) {
                return Some(callee);
            }
            let next = called(python, id.scope(), &call.callee)?;
            self.asks(next, depth - 1)
        });
        self.databases.insert(id, found.clone());
        found
    }

    /// What a call keeps the thread for, and by which callee.
    fn waits_for(&self, id: FunctionId, call: &CallSite) -> Option<(BlockingKind, String)> {
        if call.usage == Usage::Awaited || !TABLE.may_wait(&call.callee) {
            return None;
        }
        match self.python.resolve(id.scope(), &call.callee) {
            Target::External(path) => {
                let kind = TABLE.blocking(&path)?;
                Some((kind, path.replace("()", "")))
            }
            _ => None,
        }
    }
}
