//! The statuses that a function may answer with: what it and the functions it calls return, raise
//! and abort with, as far as that is constant.

pub(super) mod library;
pub(super) mod route;

use std::collections::{BTreeMap, BTreeSet};

use super::exceptions::is_bare;
use super::index::{ClassId, FunctionId, Python, Scope, last_name};
use super::names::Target;
use super::replies::status as status_of_call;
use super::summaries::{DEPTH, called};
use crate::facts::python::{AnswerKind, Answered, Call, ExitKind, Function, Value};
use crate::source::Span;

/// What a function may do to the client.
#[derive(Clone, Debug, Default)]
pub(super) struct Outcomes {
    /// Statuses of responses that it returns.
    pub returned: BTreeSet<u16>,
    /// It returns something that has no status of its own.
    pub plain: bool,
    /// What leaves it by an exception.
    pub thrown: Vec<Thrown>,
    /// Statuses that it sets on a response it does not return.
    pub set: BTreeSet<u16>,
    /// It answers with a status that is not known.
    pub open: bool,
}

/// An exception that leaves a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Thrown {
    /// Its last name.
    pub name: String,
    /// Its class, where the project has it.
    pub class: Option<ClassId>,
    /// What it is answered with, where the exception tells.
    pub statuses: Vec<u16>,
    /// Frameworks answer it by itself.
    pub is_answer: bool,
}

/// More exceptions than this are not told apart.
const THROWN: usize = 60;

/// Finds the outcomes of functions, each once.
#[derive(Debug)]
pub(super) struct Statuses<'p, 'a> {
    python: &'p Python<'a>,
    known: BTreeMap<(FunctionId, usize), Outcomes>,
}

impl<'p, 'a> Statuses<'p, 'a> {
    pub(super) fn new(python: &'p Python<'a>) -> Self {
        Self {
            python,
            known: BTreeMap::new(),
        }
    }

    /// The outcomes of a function, with those of what it calls.
    pub(super) fn of(&mut self, id: FunctionId) -> Outcomes {
        self.below(id, DEPTH)
    }

    fn below(&mut self, id: FunctionId, depth: usize) -> Outcomes {
        if let Some(known) = self.known.get(&(id, depth)) {
            return known.clone();
        }
        let outcomes = self.read(id, depth);
        self.known.insert((id, depth), outcomes.clone());
        outcomes
    }

    fn read(&mut self, id: FunctionId, depth: usize) -> Outcomes {
        let function = self.python.function(id);
        let mut outcomes = Outcomes {
            open: function.broken,
            ..Outcomes::default()
        };
        let mut handed_on = Vec::new();
        for answer in &function.answers {
            match answer.kind {
                AnswerKind::Return => self.returned(id, answer, &mut outcomes, &mut handed_on),
                AnswerKind::Raise | AnswerKind::Abort => {
                    let thrown = self.thrown(id.scope(), answer);
                    let leaves = |it: &Thrown| !is_caught_at(self.python, id, answer.span, it);
                    thrown
                        .filter(leaves)
                        .into_iter()
                        .for_each(|it| outcomes.throw(it));
                }
                AnswerKind::Set => outcomes.set.extend(&answer.statuses),
                AnswerKind::Base => {}
            }
        }
        let ends = function.returned.iter();
        outcomes.plain |= ends.clone().any(|it| it.span == function.name_span);
        for exit in &function.exits {
            if let ExitKind::MappedLookup(_) = exit.kind {
                let thrown = Thrown::of_library("Http404", vec![404]);
                if !is_caught_at(self.python, id, exit.span, &thrown) {
                    outcomes.throw(thrown);
                }
            }
        }
        if let Some(depth) = depth.checked_sub(1) {
            self.calls(id, function, depth, &handed_on, &mut outcomes);
        }
        outcomes
    }

    fn calls(
        &mut self,
        id: FunctionId,
        function: &Function,
        depth: usize,
        handed_on: &[Span],
        outcomes: &mut Outcomes,
    ) {
        for call in &function.calls {
            let Some(callee) = called(self.python, id.scope(), &call.callee) else {
                continue;
            };
            if callee == id {
                continue;
            }
            let inner = self.below(callee, depth);
            for thrown in inner.thrown {
                if !is_caught(self.python, id.scope(), &call.catches, &thrown) {
                    outcomes.throw(thrown);
                }
            }
            outcomes.set.extend(&inner.set);
            if handed_on.iter().any(|span| span.contains(call.span)) {
                outcomes.returned.extend(&inner.returned);
                outcomes.plain |= inner.plain;
                outcomes.open |= inner.open;
            }
        }
    }

    /// What one `return` answers; the calls whose result it hands on are told apart.
    fn returned(
        &self,
        id: FunctionId,
        answer: &Answered,
        outcomes: &mut Outcomes,
        handed_on: &mut Vec<Span>,
    ) {
        let python = self.python;
        if answer.maker.is_empty() {
            outcomes.returned.extend(&answer.statuses);
            outcomes.plain |= answer.statuses.is_empty() && !answer.open;
            outcomes.open |= answer.open;
            return;
        }
        let target = python.resolve(id.scope(), &answer.maker);
        if let (Target::Object(object), false) = (&target, answer.called)
            && let (Some(_), Value::Call(call)) =
                (object.scope.function, &python.object(*object).value)
        {
            let given = status_of_call(call).into_iter().collect();
            let answer = Answered {
                maker: call.callee.clone(),
                called: true,
                statuses: given,
                span: call.span,
                ..answer.clone()
            };
            return self.made(object.scope, &answer, outcomes, handed_on);
        }
        match answer.called {
            true => self.made(id.scope(), answer, outcomes, handed_on),
            false => outcomes.plain = true,
        }
    }

    /// A call whose result is returned.
    fn made(
        &self,
        scope: Scope,
        answer: &Answered,
        outcomes: &mut Outcomes,
        handed_on: &mut Vec<Span>,
    ) {
        let name = last_name(&answer.maker);
        let target = self.python.resolve(scope, &answer.maker);
        let by_default = match &target {
            Target::External(path) => library::returned(path),
            Target::Unknown => name.ends_with("Response").then_some(0),
            Target::Class(class) => {
                let bases = self.python.ancestry(*class).external;
                bases.iter().find_map(|base| library::returned(base))
            }
            _ => None,
        };
        match (&target, by_default) {
            (_, Some(_)) if !answer.statuses.is_empty() => {
                outcomes.returned.extend(&answer.statuses);
            }
            (_, Some(_)) if answer.open => outcomes.open = true,
            (_, Some(0)) => outcomes.plain = true,
            (_, Some(status)) => {
                outcomes.returned.insert(status);
            }
            (Target::Function(_), None) => {
                handed_on.push(answer.span);
                // `return problem(404, "…")`, whose body makes the response of it.
                outcomes.returned.extend(&answer.statuses);
            }
            _ => outcomes.plain = true,
        }
    }

    /// What a `raise` or an `abort` ends in; `None` for what was caught before.
    fn thrown(&self, scope: Scope, answer: &Answered) -> Option<Thrown> {
        let python = self.python;
        let name = last_name(answer.maker.trim_end_matches("()"));
        let given = answer.statuses.clone();
        if answer.kind == AnswerKind::Abort {
            return match python.resolve(scope, &answer.maker) {
                Target::Function(_) => None,
                _ => Some(Thrown::of_library("HTTPException", given)),
            };
        }
        match python.resolve(scope, &answer.maker) {
            Target::External(path) => Some(of_path(&path, given)),
            Target::Class(class) => Some(self.of_class(class, given)),
            Target::Object(object) => match &python.object(object).value {
                Value::Call(call) => self.of_object(object.scope, call),
                _ => None,
            },
            // `raise unauthorized("…")`: a function makes the exception.
            Target::Function(maker) => {
                let answers = python.function(maker).answers.iter();
                let mut made = answers.filter(|it| it.kind == AnswerKind::Return && it.called);
                let made = made.next().filter(|it| it.maker != answer.maker)?;
                let raised = Answered {
                    kind: AnswerKind::Raise,
                    ..made.clone()
                };
                match python.resolve(maker.scope(), &raised.maker) {
                    Target::Function(_) => None,
                    _ => self.thrown(maker.scope(), &raised),
                }
            }
            Target::Unknown if answer.called || name.starts_with(char::is_uppercase) => {
                Some(Thrown {
                    name: name.to_owned(),
                    class: None,
                    is_answer: !given.is_empty(),
                    statuses: given,
                })
            }
            _ => None,
        }
    }

    /// `raise credentials_error`, where the name is bound to an exception.
    fn of_object(&self, scope: Scope, call: &Call) -> Option<Thrown> {
        let given = status_of_call(call).into_iter().collect();
        match self.python.resolve(scope, &call.callee) {
            Target::External(path) => Some(of_path(&path, given)),
            Target::Class(class) => Some(self.of_class(class, given)),
            _ => None,
        }
    }

    /// An exception class of the project tells its status by an argument, a field, or what its
    /// constructor gives to the one behind it.
    fn of_class(&self, class: ClassId, given: Vec<u16>) -> Thrown {
        let python = self.python;
        let bases = python.ancestry(class).external;
        let by_base = bases.iter().find_map(|base| library::raised(base));
        let by_field = || {
            let mut names = ["status_code", "code", "status"].iter();
            let (_, value) = names.find_map(|name| python.field_value(class, name))?;
            super::replies::number(value)
        };
        let by_constructor = || {
            let init = python.method(class, "__init__")?;
            let mut answers = python.function(init).answers.iter();
            let base = answers.find(|it| it.kind == AnswerKind::Base)?;
            base.statuses.first().copied()
        };
        let told = by_field()
            .or_else(by_constructor)
            .or(by_base.filter(|it| *it != 0));
        let statuses = match given.is_empty() {
            true => told.into_iter().collect(),
            false => given,
        };
        Thrown {
            name: last_name(&python.class(class).name).to_owned(),
            class: Some(class),
            statuses,
            is_answer: by_base.is_some(),
        }
    }
}

fn of_path(path: &str, given: Vec<u16>) -> Thrown {
    let by_default = library::raised(path);
    let told = by_default.filter(|status| *status != 0);
    Thrown {
        name: last_name(path.trim_end_matches("()")).to_owned(),
        class: None,
        is_answer: by_default.is_some(),
        statuses: match given.is_empty() {
            true => told.into_iter().collect(),
            false => given,
        },
    }
}

impl Thrown {
    fn of_library(name: &str, statuses: Vec<u16>) -> Self {
        Self {
            name: name.to_owned(),
            class: None,
            statuses,
            is_answer: true,
        }
    }
}

impl Outcomes {
    fn throw(&mut self, thrown: Thrown) {
        if self.thrown.len() < THROWN && !self.thrown.contains(&thrown) {
            self.thrown.push(thrown);
        }
    }

    /// The statuses by which it turns the client away, by itself.
    pub(super) fn refusals(&self) -> BTreeSet<u16> {
        let thrown = self.thrown.iter();
        let thrown = thrown.flat_map(|it| it.statuses.iter().copied());
        thrown
            .chain(self.returned.iter().copied())
            .filter(|status| *status >= 300)
            .collect()
    }
}

/// Whether a `try` of the function catches what leaves a place in it.
fn is_caught_at(python: &Python, id: FunctionId, at: Span, thrown: &Thrown) -> bool {
    let around = python.function(id).tries.iter();
    let mut around = around.filter(|tried| tried.body.contains(at));
    around.any(|tried| {
        let mut clauses = tried.clauses.iter();
        let first = clauses.find(|it| is_caught(python, id.scope(), &it.types, thrown));
        first.is_some_and(|clause| !clause.reraises)
    })
}

/// Whether one of the types catches the exception.
fn is_caught(python: &Python, scope: Scope, types: &[String], thrown: &Thrown) -> bool {
    types.iter().any(|written| {
        if is_bare(written) || last_name(written) == thrown.name {
            return true;
        }
        match (python.resolve(scope, written), thrown.class) {
            (Target::Class(caught), Some(class)) => {
                python.ancestry(class).classes.contains(&caught)
            }
            (Target::External(path), _) => thrown.is_answer && library::raised(&path) == Some(0),
            _ => false,
        }
    })
}
