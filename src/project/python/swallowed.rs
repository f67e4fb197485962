//! Failures that nobody hears of: an `except` that catches what a database or another service
//! raises, says nothing, and goes on as if it had worked.

use super::exceptions::is_bare;
use super::index::{FunctionId, Python, last_name};
use super::names::Target;
use super::reach::Reach;
use super::services::TABLE;
use super::statuses::library::returned;
use crate::facts::python::{Call, EffectKind, Except, ExitKind, Function, ReplyKind, Try, Value};
use crate::source::{Loc, Span};

/// A failure that nobody hears of.
#[derive(Clone, Debug)]
pub struct SwallowedFailure {
    /// The header of the `except` clause.
    pub clause: Loc,
    /// What it catches, as written; empty for a bare one.
    pub catches: String,
    /// What fails.
    pub tried: Loc,
    /// What is lost by it.
    pub loss: Loss,
    /// What is returned in its place; `None` where the code just goes on.
    pub returned: Option<Loc>,
    /// The function it stands in, by its own name.
    pub function: String,
    /// What the module calls its log.
    pub log: Option<&'static str>,
}

/// What fails in silence, the gravest first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Loss {
    /// A call of a library that moves money.
    Payment(String),
    /// A check of who somebody is.
    Identity(String),
    /// Something is not written.
    Write,
    /// Another service was not asked.
    Service(String),
    /// Something is not read.
    Read,
}

/// How many calls deep a tried body is looked into.
const DEPTH: usize = 1;

/// The failures of a function that nobody hears of; `is_handler` when it answers a client itself.
pub(super) fn swallowed(
    python: &Python,
    reach: &Reach,
    is_handler: impl Fn(FunctionId) -> bool,
) -> Vec<SwallowedFailure> {
    let mut found = Vec::new();
    for id in reach.functions() {
        let judge = Judge {
            python,
            id,
            function: python.function(id),
            is_handler: is_handler(id),
        };
        if !judge.function.broken && !is_beside(last_name(&judge.function.name)) {
            found.extend(judge.failures());
        }
    }
    found.sort_by_key(|it| it.clause);
    found
}

struct Judge<'p, 'a> {
    python: &'p Python<'a>,
    id: FunctionId,
    function: &'a Function,
    is_handler: bool,
}

impl Judge<'_, '_> {
    fn failures(&self) -> Vec<SwallowedFailure> {
        let tries = self.function.tries.iter().filter(|it| !it.cleans_up);
        let clauses = tries.flat_map(|tried| tried.clauses.iter().map(move |it| (tried, it)));
        clauses
            .filter(|(_, clause)| clause.is_silent && !clause.reraises)
            .filter_map(|(tried, clause)| self.failure(tried, clause))
            .collect()
    }

    fn failure(&self, tried: &Try, clause: &Except) -> Option<SwallowedFailure> {
        let is_failure = |written: &String| is_bare(written) || self.is_failure(written);
        if !clause.types.iter().all(is_failure) {
            return None;
        }
        let reply = clause
            .replies
            .iter()
            .find(|it| it.kind == ReplyKind::Return);
        let (loss, at) = self.loss(tried)?;
        let lost = match (&loss, reply.map(|it| &it.value)) {
            (Loss::Identity(_), Some(Value::Bool(true))) => self.lets_in(),
            (Loss::Identity(_), Some(_)) => false,
            (Loss::Service(_) | Loss::Read, None) => false,
            (_, None) => !tried.has_fallback,
            (_, Some(value)) => self.hides(value),
        };
        let answered = |reply: Span| {
            let exits = &self.function.exits;
            exits.iter().any(|exit| {
                matches!(exit.kind, ExitKind::ErrorResponse(_)) && reply.contains(exit.span)
            })
        };
        if !lost || reply.is_some_and(|reply| answered(reply.span)) {
            return None;
        }
        let loc = |span| self.python.loc(self.id.module, span);
        Some(SwallowedFailure {
            clause: loc(clause.header),
            catches: match clause.types.as_slice() {
                [only] if only == "BaseException" => String::new(),
                types => types.join(", "),
            },
            tried: loc(at),
            loss,
            returned: reply.map(|reply| loc(reply.span)),
            function: last_name(&self.function.name).to_owned(),
            log: self.python.modules[self.id.module].log(),
        })
    }

    /// Whether True from the function lets somebody in.
    fn lets_in(&self) -> bool {
        self.is_named(&TABLE.critical.lets_in) && !self.keeps_out()
    }

    /// Whether True from the function keeps somebody out: `is_revoked`.
    fn keeps_out(&self) -> bool {
        self.is_named(&TABLE.critical.keeps_out)
    }

    fn is_named(&self, words: &[String]) -> bool {
        let name = last_name(&self.function.name).to_lowercase();
        words.iter().any(|word| name.contains(word))
    }

    /// Whether a value that is returned in place of a failure reads like a success.
    fn hides(&self, value: &Value) -> bool {
        match value {
            // Whoever calls a function can ask for None and False.
            Value::None | Value::Bool(false) => self.is_handler,
            Value::Dict(entries) => entries.iter().all(|(key, value)| {
                let key = match key {
                    Value::Str(key, _) => key.as_str(),
                    _ => "",
                };
                let told = matches!(key, "error" | "errors" | "message" | "detail" | "reason");
                let says_so = matches!(key, "success" | "ok" | "status" | "valid" | "available");
                let fails = says_so && !matches!(value, Value::Bool(true));
                // Something else to show is a second source, not nothing.
                let stands_in = matches!(value, Value::Str(text, _) if !text.is_empty());
                !told && !fails && !stands_in
            }),
            Value::Str(text, _) => text.is_empty(),
            Value::Bool(true) => !self.keeps_out(),
            Value::Int(0) => true,
            Value::List(items) => items.is_empty(),
            // A response is what it holds; those that say a failure are exits.
            Value::Call(call) if self.is_response(call) => {
                call.args.first().is_some_and(|content| self.hides(content))
            }
            _ => false,
        }
    }

    /// Whether a call makes a response whose status is that of success where it says none.
    fn is_response(&self, call: &Call) -> bool {
        match self.python.resolve(self.id.scope(), &call.callee) {
            Target::External(path) => matches!(returned(&path), Some(0 | 200)),
            _ => false,
        }
    }

    fn is_failure(&self, written: &str) -> bool {
        match self.python.resolve(self.id.scope(), written) {
            Target::External(path) => {
                let library = path.split('.').next().unwrap_or_default();
                let name = format!("{library}.{}", last_name(&path));
                TABLE.failures.names.contains(&name)
            }
            _ => false,
        }
    }

    /// The gravest that is tried, and where.
    fn loss(&self, tried: &Try) -> Option<(Loss, Span)> {
        let inner = |span: Span| {
            let mut others = self.function.tries.iter();
            others.any(|other| {
                other.body != tried.body
                    && tried.body.contains(other.body)
                    && other.body.contains(span)
            })
        };
        let own = |span: Span| tried.body.contains(span) && !inner(span);
        let found = losses(self.python, self.id, &own, DEPTH)?;
        let beside = self.function.calls.iter().filter(|call| own(call.span));
        let beside = beside.map(|call| call.callee.as_str());
        let entities = self.function.effects.iter().filter(|it| own(it.span));
        let entities = entities.filter_map(|it| it.entity.as_deref());
        let critical = matches!(found.0, Loss::Payment(_) | Loss::Identity(_));
        (critical || !beside.chain(entities).any(is_beside)).then_some(found)
    }
}

/// The gravest that a function does within some places of it.
fn losses(
    python: &Python,
    id: FunctionId,
    own: &dyn Fn(Span) -> bool,
    depth: usize,
) -> Option<(Loss, Span)> {
    let function = python.function(id);
    let effects = function
        .effects
        .iter()
        .filter(|it| own(it.span) && !it.if_model);
    let effects = effects.filter_map(|effect| {
        let loss = match effect.kind {
            EffectKind::Read => Loss::Read,
            EffectKind::Begin | EffectKind::Rollback | EffectKind::Close => return None,
            _ => Loss::Write,
        };
        Some((loss, effect.span))
    });
    let calls = function.calls.iter().filter(|call| own(call.span));
    let calls = calls.filter_map(|call| {
        let loss = match python.resolve(id.scope(), &call.callee) {
            Target::External(path) => of_library(python, id, &call.callee, &path)?,
            Target::Function(callee) if depth > 0 && callee != id => {
                let name = last_name(&python.function(callee).name);
                let inner = python.function(callee);
                let caught = |span: Span| inner.tries.iter().any(|it| it.body.contains(span));
                let open = |span: Span| !caught(span);
                losses(python, callee, &open, depth - 1)
                    .filter(|_| !is_beside(name))?
                    .0
            }
            _ => return None,
        };
        Some((loss, call.span))
    });
    effects.chain(calls).min()
}

fn of_library(python: &Python, id: FunctionId, callee: &str, path: &str) -> Option<Loss> {
    let library = path.split('.').next().unwrap_or_default();
    let critical = &TABLE.critical;
    if critical.auth.iter().any(|it| it == path) {
        return Some(Loss::Identity(callee.to_owned()));
    }
    let moves = critical.moves.iter().any(|it| it == last_name(path));
    if moves && critical.payment.iter().any(|it| it == library) {
        return Some(Loss::Payment(callee.to_owned()));
    }
    python
        .asked_by(id.scope(), callee)
        .map(|_| Loss::Service(callee.to_owned()))
}

/// Whether a name speaks of work beside the work.
fn is_beside(name: &str) -> bool {
    let name = name.to_lowercase();
    TABLE.beside.words.iter().any(|word| name.contains(word))
}
