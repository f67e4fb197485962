//! Sessions that are left broken or open: a refused write that is caught and not rolled back, a
//! session that nobody closes, a commit for each row.

use std::collections::BTreeSet;

use super::index::{FunctionId, Python, Scope, last_name};
use super::names::Target;
use super::reach::Reach;
use super::routes::Route;
use super::services::TABLE;
use super::summaries::call_at;
use crate::facts::python::{
    CallSite, Closing, EffectKind, Except, Function, OpenedSession, RepeatedCommit, Try, Usage,
    Value,
};
use crate::source::{Loc, Span};

/// A session that is left broken or open.
#[derive(Clone, Debug)]
pub struct BrokenSession {
    /// The clause, the call that opens it, or the commit.
    pub at: Loc,
    /// The session as written.
    pub name: String,
    /// What is wrong.
    pub fault: SessionFault,
    /// Its methods are awaited.
    pub awaited: bool,
    /// The function it stands in, by its own name.
    pub function: String,
}

/// What is wrong with a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionFault {
    /// A refused write is caught and not rolled back, and the session is used again.
    NotRolledBack {
        /// The write.
        tried: Loc,
        /// The next use.
        reused: Loc,
        /// It is a transaction of Django, opened here.
        atomic: Option<Loc>,
    },
    /// It is opened and not closed.
    NotClosed {
        /// Where it is closed when nothing fails.
        closed: Option<Loc>,
        /// A function that hands it to handlers opens it.
        provided: bool,
    },
    /// Each round of a loop commits.
    CommitInLoop {
        /// `for row in rows:`
        header: Loc,
    },
}

/// Names of exceptions by which a database refuses, whichever the library.
const REFUSALS: [&str; 7] = [
    "DBAPIError",
    "DataError",
    "DatabaseError",
    "Error",
    "IntegrityError",
    "OperationalError",
    "SQLAlchemyError",
];

/// Methods that ask nothing of the database.
const HARMLESS: [&str; 9] = [
    "add",
    "add_all",
    "aclose",
    "close",
    "expire",
    "expire_all",
    "expunge",
    "remove",
    "rollback",
];

/// The faults in functions that requests run, in order of place.
pub(super) fn broken(python: &Python, reach: &Reach, routes: &[Route]) -> Vec<BrokenSession> {
    let mut found = Vec::new();
    let providers = Providers::of(python, routes);
    for id in reach.functions() {
        let function = python.function(id);
        if function.broken {
            continue;
        }
        let judge = Judge {
            python,
            id,
            function,
        };
        let provides = providers.all.contains(&id);
        found.extend(judge.unanswered());
        found.extend(
            function
                .opened
                .iter()
                .filter_map(|it| judge.open(it, provides)),
        );
        found.extend(
            function
                .repeated
                .iter()
                .filter_map(|it| judge.each_round(it)),
        );
        if provides && !providers.closed.contains(&id) {
            found.extend(judge.handed_out());
        }
    }
    found.sort_by_key(|it| it.at);
    found
}

/// The functions that fill parameters of handlers.
struct Providers {
    all: BTreeSet<FunctionId>,
    /// Those whose value some handler may close.
    closed: BTreeSet<FunctionId>,
}

impl Providers {
    fn of(python: &Python, routes: &[Route]) -> Self {
        let mut found = Self {
            all: BTreeSet::new(),
            closed: BTreeSet::new(),
        };
        for route in routes {
            let providers = python.providers(route.function).0;
            let takers = providers.iter().copied().chain([route.function]);
            let closes = |id| {
                let mut calls = python.function(id).calls.iter();
                calls.any(|call| is_close(&call.callee))
            };
            if takers.clone().any(closes) {
                found.closed.extend(&providers);
            }
            found.all.extend(&providers);
        }
        found
    }
}

struct Judge<'p, 'a> {
    python: &'p Python<'a>,
    id: FunctionId,
    function: &'a Function,
}

impl Judge<'_, '_> {
    fn loc(&self, span: Span) -> Loc {
        self.python.loc(self.id.module, span)
    }

    fn fault(&self, at: Span, name: &str, fault: SessionFault) -> BrokenSession {
        BrokenSession {
            at: self.loc(at),
            name: name.to_owned(),
            fault,
            awaited: false,
            function: last_name(&self.function.name).to_owned(),
        }
    }

    /// The refused writes that are caught, and behind which the session is used again.
    fn unanswered(&self) -> Vec<BrokenSession> {
        let tries = self.function.tries.iter().filter(|it| !it.cleans_up);
        let clauses = tries.flat_map(|tried| tried.clauses.iter().map(move |it| (tried, it)));
        let open = clauses.filter(|(tried, clause)| {
            clause.goes_on
                && !clause.reraises
                && self.catches(clause)
                && !self.undoes(tried, clause)
        });
        open.filter_map(|(tried, clause)| {
            self.of_session(tried, clause)
                .or_else(|| self.of_django(tried, clause))
        })
        .collect()
    }

    fn catches(&self, clause: &Except) -> bool {
        let refusal = |it: &String| {
            let name = last_name(it);
            matches!(name, "Exception" | "BaseException") || REFUSALS.contains(&name)
        };
        clause.types.iter().any(refusal)
    }

    /// Something in the clause or at the end rolls back, or may.
    fn undoes(&self, tried: &Try, clause: &Except) -> bool {
        const UNDOING: [&str; 7] = [
            "rollback", "close", "remove", "reset", "undo", "revert", "clean",
        ];
        let ends = |span: Span| {
            clause.body.contains(span) || tried.finally.is_some_and(|it| it.contains(span))
        };
        let mut calls = self.function.calls.iter().filter(|call| ends(call.span));
        calls.any(|call| {
            let name = last_name(&call.callee).to_lowercase();
            UNDOING.iter().any(|it| name.contains(it)) || self.rolls_back(call)
        })
    }

    fn rolls_back(&self, call: &CallSite) -> bool {
        match self.python.resolve(self.id.scope(), &call.callee) {
            Target::Function(callee) => {
                let mut calls = self.python.function(callee).calls.iter();
                calls.any(|call| last_name(&call.callee).contains("rollback"))
            }
            _ => false,
        }
    }

    /// SQLAlchemy: what a failed flush leaves refuses everything until it is rolled back.
    fn of_session(&self, tried: &Try, clause: &Except) -> Option<BrokenSession> {
        let calls = || self.function.calls.iter().enumerate();
        let sends = |call: &&CallSite| {
            let (_, method) = call.callee.rsplit_once('.').unwrap_or_default();
            matches!(method, "commit" | "flush")
        };
        let inner = |call: &CallSite| {
            let mut tries = self.function.tries.iter();
            tries.any(|it| {
                it.body != tried.body && tried.body.contains(it.span) && it.body.contains(call.span)
            })
        };
        let (place, sent) = calls().find(|(_, call)| {
            tried.body.contains(call.span) && sends(call) && !inner(call) && !is_savepoint(call)
        })?;
        let (session, _) = sent.callee.rsplit_once('.')?;
        let around = tried.looped.unwrap_or(tried.span);
        if !self.is_session(session) || !self.is_bound_outside(session, around) {
            return None;
        }
        let uses = |call: &CallSite| {
            let rest = call.callee.strip_prefix(session)?.strip_prefix('.')?;
            let method = rest.split(['.', '(']).next().unwrap_or(rest);
            (!HARMLESS.contains(&method)).then_some(call.span)
        };
        let behind =
            |call: &CallSite| call.span.start >= tried.span.end && call.after.may_have(place);
        let within = |call: &CallSite| clause.body.contains(call.span);
        let reused = calls()
            .map(|(_, call)| call)
            .filter(|it| within(it) || behind(it))
            .find_map(uses);
        let reused = reused.or(tried.looped.map(|_| sent.span))?;
        let fault = SessionFault::NotRolledBack {
            tried: self.loc(sent.span),
            reused: self.loc(reused),
            atomic: None,
        };
        Some(BrokenSession {
            awaited: sent.usage == Usage::Awaited,
            ..self.fault(clause.header, session, fault)
        })
    }

    /// Rows are added to it, so it is a session and no plain connection.
    fn is_session(&self, session: &str) -> bool {
        let adds = |call: &CallSite| {
            let method = call
                .callee
                .strip_prefix(session)
                .and_then(|it| it.strip_prefix('.'));
            matches!(
                method,
                Some("add" | "add_all" | "merge" | "delete" | "flush")
            )
        };
        self.function.calls.iter().any(adds)
    }

    /// The session is there before a place, and after it.
    fn is_bound_outside(&self, session: &str, around: Span) -> bool {
        let root = session.split('.').next().unwrap_or(session);
        let given = self.function.params.iter().any(|it| it.name == root);
        let mut locals = self.function.locals.iter();
        match locals.find(|it| it.name == root) {
            Some(local) => !around.contains(local.span),
            None => {
                let module = Scope {
                    module: self.id.module,
                    function: None,
                };
                given || self.python.resolve(module, root) != Target::Unknown
            }
        }
    }

    /// Django: a refused write inside of `atomic()` breaks its transaction.
    fn of_django(&self, tried: &Try, clause: &Except) -> Option<BrokenSession> {
        let (header, block) = self.transaction(tried)?;
        let (place, write) = self.writes(tried)?;
        let mut effects = self.function.effects.iter();
        let reused = effects.find(|it| {
            let call = call_at(self.python, self.id, it.span);
            let after = call.is_some_and(|call| call.after.may_have(place));
            let behind = it.span.start >= tried.span.end && block.contains(it.span) && after;
            behind || clause.body.contains(it.span)
        });
        let again = tried.looped.is_some_and(|it| block.contains(it));
        let reused = match reused {
            Some(effect) => effect.span,
            None => again.then_some(write.span)?,
        };
        let fault = SessionFault::NotRolledBack {
            tried: self.loc(write.span),
            reused: self.loc(reused),
            atomic: Some(self.loc(header)),
        };
        Some(self.fault(clause.header, "transaction.atomic()", fault))
    }

    /// The first call in a `try` that writes a row of Django, in no transaction of its own, and its
    /// place among the calls.
    fn writes(&self, tried: &Try) -> Option<(usize, &CallSite)> {
        let around = tried.contexts.iter().filter(|it| is_atomic(&it.callee));
        let around = around.count();
        let mut calls = self.function.calls.iter().enumerate();
        calls.find(|(_, call)| {
            let atomic = call.contexts.iter().filter(|it| is_atomic(it)).count();
            let mut effects = self.function.effects.iter();
            let writes = effects.any(|it| {
                let is_upsert = it.kind == EffectKind::Upsert;
                it.span == call.span && it.kind.writes() && !is_upsert
            });
            tried.body.contains(call.span) && atomic == around && writes
        })
    }

    /// The innermost transaction of Django around a `try`: where it is opened, and what it holds.
    fn transaction(&self, tried: &Try) -> Option<(Span, Span)> {
        let is_django = |written: &str| {
            is_atomic(written)
                && matches!(
                    self.python.resolve(self.id.scope(), written.trim_end_matches("()")),
                    Target::External(path) if path == "django.db.transaction.atomic"
                )
        };
        if let Some(entered) = tried.contexts.iter().find(|it| is_django(&it.callee)) {
            return Some((entered.span, entered.body));
        }
        let mut decorators = self.function.decorators.iter();
        let decorator = decorators.find(|it| is_django(&it.call.callee))?;
        Some((decorator.call.span, self.function.span))
    }

    /// Whether something that is opened is left open.
    fn open(&self, session: &OpenedSession, provides: bool) -> Option<BrokenSession> {
        let closed = match session.closing {
            Closing::Always => return None,
            Closing::WhenAllGoesWell(span) => Some(self.loc(span)),
            Closing::Never => None,
        };
        let may_close = |callee: &String| match self.python.resolve(self.id.scope(), callee) {
            Target::Function(id) => {
                let mut calls = self.python.function(id).calls.iter();
                calls.any(|call| is_close(&call.callee))
            }
            Target::External(_) => false,
            _ => true,
        };
        let is_async = self.opens(&session.callee)?;
        (!session.handed_to.iter().any(may_close)).then(|| {
            let provided = provides && session.yielded;
            let fault = SessionFault::NotClosed { closed, provided };
            let fault = self.fault(session.span, &session.name, fault);
            BrokenSession {
                awaited: is_async,
                ..fault
            }
        })
    }

    /// Whether a call opens a session, and whether that is awaited.
    fn opens(&self, callee: &str) -> Option<bool> {
        match self.python.resolve(self.id.scope(), &format!("{callee}()")) {
            Target::External(path) if TABLE.sessions.opened.contains(&path) => {
                Some(path.to_lowercase().contains("async"))
            }
            _ => None,
        }
    }

    /// A dependency that gives a session, which nobody closes then.
    fn handed_out(&self) -> Option<BrokenSession> {
        let given = match self.function.gives.as_deref()? {
            Value::Call(call) if !self.function.is_generator => call,
            _ => return None,
        };
        let fault = SessionFault::NotClosed {
            closed: None,
            provided: true,
        };
        let awaited = self.opens(&given.callee)?;
        let fault = self.fault(given.span, &given.callee, fault);
        Some(BrokenSession { awaited, ..fault })
    }

    /// A commit in each round of a loop that writes.
    fn each_round(&self, repeated: &RepeatedCommit) -> Option<BrokenSession> {
        let mut effects = self.function.effects.iter();
        let commits = effects
            .clone()
            .any(|it| it.kind == EffectKind::Commit && it.span == repeated.commit);
        let writes = effects.any(|it| it.kind.writes() && repeated.body.contains(it.span));
        let over = repeated.over.to_lowercase();
        let by_parts = ["batch", "chunk", "page", "range"]
            .iter()
            .any(|it| over.contains(it));
        if !commits || !writes || by_parts {
            return None;
        }
        let call = self
            .function
            .calls
            .iter()
            .find(|it| it.span == repeated.commit)?;
        let (session, _) = call.callee.rsplit_once('.')?;
        let header = self.loc(repeated.header);
        let fault = SessionFault::CommitInLoop { header };
        Some(BrokenSession {
            awaited: call.usage == Usage::Awaited,
            ..self.fault(repeated.commit, session, fault)
        })
    }
}

fn is_close(callee: &str) -> bool {
    matches!(last_name(callee), "close" | "aclose" | "remove")
}

fn is_atomic(written: &str) -> bool {
    last_name(written.trim_end_matches("()")) == "atomic"
}

/// Something around a call takes back what fails in it, and nothing else.
fn is_savepoint(call: &CallSite) -> bool {
    call.contexts
        .iter()
        .any(|it| last_name(it).contains("begin"))
}
