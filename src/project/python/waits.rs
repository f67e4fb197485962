//! Calls that wait for another host for as long as that likes.

use std::collections::BTreeSet;

use super::Handler;
use super::index::{FunctionId, Python, Scope, last_name};
use super::names::Target;
use super::services::TABLE;
use crate::facts::Answer;
use crate::facts::python::{Call, CallSite, Keyword, Usage, Value};
use crate::source::{Loc, Span};

/// A call that waits for another host for as long as that likes.
#[derive(Clone, Debug)]
pub struct Wait {
    /// The call.
    pub at: Loc,
    /// What is called, by its library.
    pub callee: String,
    /// The function that waits.
    pub function: String,
    /// In a program that a person starts, and looks at.
    pub by_hand: bool,
    /// The limit that the library has by itself is waived: `timeout=None`.
    pub is_waived: bool,
    /// Only the coroutine waits, not the thread.
    pub is_awaited: bool,
    /// The argument that would limit it.
    pub limit: String,
    /// It makes a client of a database, which waits later.
    pub is_client: bool,
}

/// The calls without a limit in production code.
pub(super) fn endless(python: &Python, handlers: &[Handler]) -> Vec<Wait> {
    let imported = python.imported_modules();
    let serving: BTreeSet<usize> = handlers.iter().map(|handler| handler.unit).collect();
    let mut waits = Vec::new();
    for (module, info) in python.modules.iter().enumerate() {
        if !info.production {
            continue;
        }
        let serves = imported.contains(&module) || serving.contains(&info.unit);
        let by_hand = info.facts.is_program && !serves;
        let judge = Judge {
            python,
            module,
            by_hand,
        };
        // An adapter may hold a timeout for all that a session does.
        let mut calls = info.facts.functions.iter().flat_map(|it| &it.calls);
        let adapted = calls.any(|call| call.callee.ends_with(".mount"));
        for global in &info.facts.globals {
            if let Value::Call(call) = &global.value {
                waits.extend(judge.made(call, &global.name));
            }
        }
        for (index, function) in info.facts.functions.iter().enumerate() {
            let scope = Scope {
                module,
                function: Some(index),
            };
            if function.broken {
                continue;
            }
            let calls = function.calls.iter();
            let found = calls.filter_map(|call| judge.called(scope, call, &function.name, adapted));
            let found: Vec<Wait> = found.collect();
            let id = FunctionId { module, index };
            if !found.is_empty() && !is_test(python, id) {
                waits.extend(found);
            }
        }
    }
    waits
}

/// Whether a function is a test, wherever its file stands.
fn is_test(python: &Python, id: FunctionId) -> bool {
    python.class_of(id).is_some_and(|class| {
        let is_base =
            |path: &str| path.starts_with("unittest.") || path.starts_with("django.test.");
        python.descends(class, is_base) == Answer::Yes
    })
}

struct Judge<'p, 'a> {
    python: &'p Python<'a>,
    module: usize,
    by_hand: bool,
}

impl Judge<'_, '_> {
    /// A call in a function.
    fn called(&self, scope: Scope, call: &CallSite, function: &str, adapted: bool) -> Option<Wait> {
        let path = self.path(scope, &call.callee)?;
        let wait = |limit: &str| Wait {
            is_waived: call.endless,
            is_awaited: call.usage == Usage::Awaited,
            limit: limit.to_owned(),
            ..self.wait(call.span, &path, function)
        };
        if let Some(waiting) = TABLE.waiting(&path) {
            let given = |name: &String| waiting.limited_by.contains(name) || name == "**";
            let limited = call.limits.iter().any(given);
            let limit = waiting.limited_by.first()?;
            let is_client = limit != "timeout";
            let bounded = if is_client { limited } else { call.bounded };
            return (!bounded).then(|| Wait {
                is_client,
                ..wait(limit)
            });
        }
        match TABLE.service(&path) {
            Some(service) if service.endless => {
                let fitted = path.contains("()")
                    && (adapted || self.python.is_handed_out(scope, &call.callee));
                (!call.bounded && !fitted).then(|| wait("timeout"))
            }
            Some(_) => {
                let lasts = TABLE.lasting.names.iter().any(|it| it == last_name(&path));
                (call.endless && !lasts).then(|| wait("timeout"))
            }
            None => (call.endless && TABLE.holding(&path).is_some()).then(|| wait("timeout")),
        }
    }

    /// A client at module level.
    fn made(&self, call: &Call, name: &str) -> Option<Wait> {
        let scope = Scope {
            module: self.module,
            function: None,
        };
        let path = self.path(scope, &call.callee)?;
        let waives = |it: &Keyword| it.name == "timeout" && it.value == Value::None;
        let is_waived = call.keywords.iter().any(waives);
        let unlimited = TABLE.waiting(&path).filter(|waiting| {
            let mut keywords = call.keywords.iter();
            !keywords.any(|it| waiting.limited_by.contains(&it.name) || it.name == "**")
        });
        let waits = match unlimited {
            Some(_) => true,
            None => is_waived && TABLE.holding(&path).is_some(),
        };
        let limit = unlimited.and_then(|it| it.limited_by.first());
        waits.then(|| Wait {
            is_waived,
            limit: limit.map_or("timeout", String::as_str).to_owned(),
            is_client: limit.is_some_and(|it| it != "timeout"),
            ..self.wait(call.span, &path, name)
        })
    }

    fn wait(&self, span: Span, path: &str, function: &str) -> Wait {
        Wait {
            at: self.python.loc(self.module, span),
            callee: path.replace("()", ""),
            function: function.to_owned(),
            by_hand: self.by_hand,
            is_waived: false,
            is_awaited: false,
            limit: String::new(),
            is_client: false,
        }
    }

    fn path(&self, scope: Scope, callee: &str) -> Option<String> {
        // Most calls are none of these: names are cheap to compare, and dear to resolve.
        if !TABLE.may_wait(callee) && !TABLE.may_make(callee) {
            return None;
        }
        match self.python.resolve(scope, callee) {
            Target::External(path) => Some(path),
            _ => None,
        }
    }
}
