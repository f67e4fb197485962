//! Functions that answer errors for a whole application, and say no status.

use std::collections::BTreeMap;

use super::Framework;
use super::apps::keyword;
use super::index::{FunctionId, Python, last_name};
use super::names::Target;
use crate::facts::python::{Decorator, Function, Reply, ReplyKind, Value};
use crate::source::Loc;

/// An answer to an error that goes out as a success.
#[derive(Clone, Debug)]
pub struct SilentError {
    /// The answer.
    pub reply: Loc,
    /// The decorator that registers the function.
    pub registered: Loc,
    /// The function.
    pub function: String,
    /// Whose it is.
    pub framework: Framework,
}

/// The answers to errors without a status in production code.
pub(super) fn silent(python: &Python) -> Vec<SilentError> {
    let mut found = Vec::new();
    let called = called(python);
    for (id, function) in python.functions() {
        if !python.modules[id.module].production || function.broken {
            continue;
        }
        let mut decorators = function.decorators.iter();
        let decorated = decorators.find_map(|it| {
            let at = python.loc(id.module, it.call.span);
            Some((at, registers(python, id, it)?))
        });
        let Some((registered, framework)) = decorated.or_else(|| called.get(&id).copied()) else {
            continue;
        };
        let mute = function.replies.iter().filter(|it| is_mute(it, framework));
        found.extend(mute.map(|reply| SilentError {
            reply: python.loc(id.module, reply.span),
            registered,
            function: plain_name(function).to_owned(),
            framework,
        }));
    }
    found
}

/// The functions that calls register: `app.register_error_handler(404, missing)`.
fn called(python: &Python) -> BTreeMap<FunctionId, (Loc, Framework)> {
    let calls = python.wiring().filter_map(|(scope, call)| {
        let (object, method) = call.callee.rsplit_once('.')?;
        let registers = matches!(method, "register_error_handler" | "add_exception_handler");
        let Some(Value::Name(name, _)) = call.args.get(1).filter(|_| registers) else {
            return None;
        };
        let Target::Function(id) = python.resolve(scope, name) else {
            return None;
        };
        let kind = python.app_kind(&python.resolve(scope, object))?;
        Some((id, (python.loc(scope.module, call.span), kind.framework)))
    });
    calls.collect()
}

fn plain_name(function: &Function) -> &str {
    last_name(&function.name)
}

/// `@app.errorhandler(404)`, `@app.exception_handler(Sold)`
fn registers(python: &Python, id: FunctionId, decorator: &Decorator) -> Option<Framework> {
    let (object, method) = decorator.call.callee.rsplit_once('.')?;
    if !matches!(
        method,
        "errorhandler" | "app_errorhandler" | "exception_handler"
    ) {
        return None;
    }
    let target = python.resolve(id.outer(python), object);
    Some(python.app_kind(&target)?.framework)
}

/// Whether an answer has nothing that could say a status.
fn is_mute(reply: &Reply, framework: Framework) -> bool {
    reply.kind == ReplyKind::Return
        && match (&reply.value, framework) {
            (Value::Dict(_), Framework::Flask) => true,
            (Value::Call(call), Framework::Flask) => call.callee == "jsonify",
            (Value::Call(call), Framework::FastApi | Framework::Starlette) => {
                last_name(&call.callee) == "JSONResponse"
                    && call.args.len() < 2
                    && ["status_code", "**"]
                        .iter()
                        .all(|it| keyword(call, it).is_none())
            }
            _ => false,
        }
}
