//! Calls that wait for somebody else: without a limit, or with the event loop in their hands.

use std::collections::BTreeSet;

use super::Handler;
use super::apps::Framework;
use super::index::{FunctionId, Python};
use super::names::Target;
use crate::source::Loc;

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
}

/// Calls of libraries that have no limit of their own.
const ENDLESS: [&str; 11] = [
    "requests.delete",
    "requests.get",
    "requests.head",
    "requests.options",
    "requests.patch",
    "requests.post",
    "requests.put",
    "requests.request",
    "smtplib.SMTP",
    "smtplib.SMTP_SSL",
    "urllib.request.urlopen",
];

/// Calls that do not give the thread back until they are done, besides those.
const BLOCKING: [&str; 6] = [
    "os.system",
    "subprocess.call",
    "subprocess.check_call",
    "subprocess.check_output",
    "subprocess.run",
    "time.sleep",
];

/// The calls without a limit in production code.
pub(super) fn endless(python: &Python, handlers: &[Handler]) -> Vec<Wait> {
    let imported = python.imported_modules();
    let serving: BTreeSet<usize> = handlers.iter().map(|handler| handler.unit).collect();
    let mut waits = Vec::new();
    for (id, function) in python.functions() {
        let module = &python.modules[id.module];
        if !module.production || function.broken {
            continue;
        }
        let serves = imported.contains(&id.module) || serving.contains(&module.unit);
        for call in function.calls.iter().filter(|call| !call.bounded) {
            let Some(callee) = external(python, id, &call.callee) else {
                continue;
            };
            if ENDLESS.contains(&callee.as_str()) {
                waits.push(Wait {
                    at: python.loc(id.module, call.span),
                    callee,
                    function: function.name.clone(),
                    by_hand: module.facts.is_program && !serves,
                });
            }
        }
    }
    waits
}

/// The calls of an asynchronous handler that stop every other request of the process.
pub(super) fn blocking(
    python: &Python,
    framework: Framework,
    id: FunctionId,
) -> Vec<(Loc, String)> {
    let function = python.function(id);
    // Flask runs each asynchronous view in a loop of its own.
    if !function.is_async || framework != Framework::FastApi {
        return Vec::new();
    }
    let calls = function.calls.iter();
    let found = calls.filter_map(|call| {
        let callee = external(python, id, &call.callee)?;
        let blocks = ENDLESS.contains(&callee.as_str()) || BLOCKING.contains(&callee.as_str());
        blocks.then(|| (python.loc(id.module, call.span), callee))
    });
    found.collect()
}

fn external(python: &Python, id: FunctionId, callee: &str) -> Option<String> {
    // Most calls are none of these: names are cheap to compare, and dear to resolve.
    let name = callee.rsplit('.').next()?;
    let known = ENDLESS.iter().chain(&BLOCKING);
    let mut names = known.filter_map(|path| path.rsplit('.').next());
    if !names.any(|known| known == name) && callee.contains('.') {
        return None;
    }
    match python.resolve(id.scope(), callee) {
        Target::External(path) => Some(path),
        _ => None,
    }
}
