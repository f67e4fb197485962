mod effects;
mod guards;
mod lookups;
mod summaries;
mod worked;

use crate::facts::python::{Failure, Function, Module, UseKind, read};

fn module(text: &str) -> Module {
    let outcome = read(text, 0..text.len(), None);
    assert!(outcome.notes.is_empty(), "{text}\n{:?}", outcome.notes);
    outcome.facts.python.expect("Python gives a module")
}

fn last(text: &str) -> Function {
    module(text).functions.pop().expect("there is a function")
}

/// `variable: use` of each lookup that may be None, `callee!` of each that raises.
fn steps(function: &Function) -> Vec<String> {
    let of_library = function.steps.iter().filter(|step| step.library.is_some());
    of_library
        .filter(|step| step.use_kind != UseKind::Raised)
        .map(|step| match (&step.failure, &step.variable) {
            (Failure::Raises(_) | Failure::Malformed(_), _) => format!("{}!", step.callee),
            (Failure::None, Some(variable)) => format!("{variable}: {}", step.use_text),
            (Failure::None, None) => format!(": {}", step.use_text),
        })
        .collect()
}

/// A function that fetches `o` by the parameter `i` and goes on with these lines.
fn after_lookup(lines: &str) -> String {
    let body: String = lines.lines().map(|line| format!("    {line}\n")).collect();
    format!("def f(db: Session, i: int, j: int = 0, k=None):\n    o = db.get(Order, i)\n{body}")
}

/// The one step of a function, its call given.
fn lookup(call: &str, body: &str) -> Vec<String> {
    let text = format!(
        "from flask import request\ndef f(self, db: Session, i: int, payload: In):\n    {call}\n    {body}\n"
    );
    steps(&last(&text))
}

fn last_named(text: &str, name: &str) -> Function {
    let mut functions = module(text).functions;
    functions.retain(|function| function.name == name);
    functions.pop().expect("it is there")
}
