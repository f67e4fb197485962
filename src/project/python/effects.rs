//! What a request does to databases: the effects of a handler, of what it calls, and of its
//! dependencies, in the order in which they happen.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::index::{FunctionId, Python};
use super::names::Target;
use super::routes::{Role, Route};
use super::steps::{StepPlace, env};
use super::summaries::{DEPTH, Env, bind, called, passed_to};
use super::tables::{TableId, Tables};
use crate::facts::python::{CallSite, Effect, EffectKind, Origin, Passed};
use crate::source::Loc;

/// Something that a request does to a database.
#[derive(Clone, Debug)]
pub struct DatabaseEffect {
    /// What it does.
    pub kind: EffectKind,
    /// The table, where it is known.
    pub table: Option<TableId>,
    /// The class or table as the code writes it.
    pub entity: Option<String>,
    /// The call or the assignment.
    pub at: Loc,
    /// Where it stands.
    pub place: StepPlace,
}

/// A function on the way down from the handler.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    pub(super) function: FunctionId,
    /// What its parameters hold.
    pub(super) env: Env,
    /// The function that calls it, and the call.
    pub(super) caller: Option<(Rc<Frame<'a>>, &'a CallSite)>,
    pub(super) place: StepPlace,
    /// The new rows that parameters hold, where they were made.
    rows: Vec<(String, Rc<Frame<'a>>, &'a Effect)>,
}

impl<'a> Frame<'a> {
    /// The row that was made elsewhere and is added here: `session.add(self)`.
    fn added(&self, effect: &Effect) -> Option<(&Rc<Frame<'a>>, &'a Effect)> {
        match (effect.kind, effect.values.as_slice()) {
            (EffectKind::Save, [cell]) => self.row_in(&cell.origins),
            _ => None,
        }
    }

    fn row_in(&self, origins: &[Origin]) -> Option<(&Rc<Frame<'a>>, &'a Effect)> {
        let [Origin::Parameter(name)] = origins else {
            return None;
        };
        let row = self.rows.iter().find(|(param, ..)| param == name)?;
        Some((&row.1, row.2))
    }

    /// The frame and those above it.
    pub(super) fn path(&self) -> impl Iterator<Item = &Frame<'a>> {
        std::iter::successors(Some(self), |frame| {
            frame.caller.as_ref().map(|(above, _)| &**above)
        })
    }
}

/// An effect with the function in which it happens.
#[derive(Clone, Debug)]
pub(super) struct Happening<'a> {
    pub(super) frame: Rc<Frame<'a>>,
    pub(super) effect: &'a Effect,
    pub(super) table: Option<TableId>,
}

impl Happening<'_> {
    pub(super) fn at(&self, python: &Python) -> Loc {
        python.loc(self.frame.function.module, self.effect.span)
    }

    fn shown(&self, python: &Python) -> DatabaseEffect {
        DatabaseEffect {
            kind: self.effect.kind,
            table: self.table.clone(),
            entity: self.effect.entity.clone(),
            at: self.at(python),
            place: self.frame.place.clone(),
        }
    }
}

/// How many functions are looked into for one handler.
const VISITS: usize = 400;

/// How many effects of one handler are kept.
const MOST: usize = 1000;

/// Walks what a handler runs.
pub(super) struct Walk<'p, 'a> {
    python: &'p Python<'a>,
    tables: &'p Tables,
    found: Vec<Happening<'a>>,
    visits: usize,
}

impl<'p, 'a> Walk<'p, 'a> {
    /// What a request to a route does to databases: its dependencies first.
    pub(super) fn of(
        python: &'p Python<'a>,
        tables: &'p Tables,
        route: &Route,
    ) -> Vec<Happening<'a>> {
        let mut walk = Self {
            python,
            tables,
            found: Vec::new(),
            visits: 0,
        };
        for provider in python.route_providers(route).0 {
            let roles = python.provider_roles(route, provider);
            let name = python.function(provider).name.clone();
            walk.start(provider, &roles, StepPlace::Dependency(name));
        }
        walk.start(route.function, &route.roles, StepPlace::Handler);
        walk.found
    }

    fn start(&mut self, function: FunctionId, roles: &[Role], place: StepPlace) {
        self.visit(&Rc::new(Frame {
            function,
            env: env(self.python, function, roles),
            caller: None,
            place,
            rows: Vec::new(),
        }));
    }

    fn visit(&mut self, frame: &Rc<Frame<'a>>) {
        self.visits += 1;
        let python = self.python;
        let id = frame.function;
        let function = python.function(id);
        let production = python.modules[id.module].production;
        if function.broken || !production || self.visits > VISITS {
            return;
        }
        let deeper = frame.path().count() <= DEPTH;
        let mut calls = function.calls.iter().peekable();
        let mut effects = function.effects.iter().peekable();
        loop {
            // A call ends before what it gives is used, so the end tells the order.
            let call_ends = calls.peek().map(|call| call.span.end);
            let effect_ends = effects.peek().map(|effect| effect.span.end);
            match (call_ends, effect_ends) {
                (None, None) => return,
                (Some(call), effect) if effect.is_none_or(|effect| call <= effect) => {
                    let Some(call) = calls.next() else { return };
                    let Some(callee) = self.own(frame, call) else {
                        continue;
                    };
                    effects.next_if(|effect| effect.span == call.span);
                    if deeper {
                        self.descend(frame, call, callee);
                    }
                }
                _ => {
                    let Some(effect) = effects.next() else { return };
                    self.happen(frame, effect);
                }
            }
        }
    }

    /// The function of the project that a call runs; what it does is what the call does.
    fn own(&self, frame: &Rc<Frame<'a>>, call: &CallSite) -> Option<FunctionId> {
        let callee = called(self.python, frame.function.scope(), &call.callee)?;
        let passed = frame.path().any(|above| above.function == callee);
        (!passed).then_some(callee)
    }

    fn descend(&mut self, frame: &Rc<Frame<'a>>, call: &'a CallSite, callee: FunctionId) {
        let python = self.python;
        let place = match &frame.place {
            StepPlace::Dependency(name) => StepPlace::Dependency(name.clone()),
            _ => StepPlace::Callee(python.function(callee).name.clone()),
        };
        self.visit(&Rc::new(Frame {
            function: callee,
            env: bind(python, frame.function, &frame.env, call, callee),
            caller: Some((frame.clone(), call)),
            place,
            rows: self.rows(frame, call, callee),
        }));
    }

    /// The new rows that a call hands on: those made here, and those the caller was given.
    fn rows(
        &self,
        frame: &Rc<Frame<'a>>,
        call: &'a CallSite,
        callee: FunctionId,
    ) -> Vec<(String, Rc<Frame<'a>>, &'a Effect)> {
        let made = call.made.iter().filter_map(|(passed, effect)| {
            let param = passed_to(self.python, callee, passed)?;
            Some((param.to_owned(), frame.clone(), effect))
        });
        let args = call.args.iter().enumerate();
        let handed = args.filter_map(|(place, origins)| {
            let (above, effect) = frame.row_in(origins)?;
            let passed = Passed::Position(place as u32);
            let param = passed_to(self.python, callee, &passed)?;
            Some((param.to_owned(), above.clone(), effect))
        });
        made.chain(handed).collect()
    }

    fn happen(&mut self, frame: &Rc<Frame<'a>>, effect: &'a Effect) {
        let (frame, effect) = frame.added(effect).unwrap_or((frame, effect));
        let entity = effect.entity.as_deref();
        let table = entity.and_then(|entity| match effect.by_table {
            true => self.tables.named(entity),
            false => self
                .tables
                .of(self.python, frame.function.scope(), entity)
                .or_else(|| self.tables.named(entity)),
        });
        let is_model = |class| self.tables.of_class(self.python, class).is_some();
        let other = effect.if_model
            && entity.is_some_and(|entity| {
                match self.python.resolve(frame.function.scope(), entity) {
                    Target::Class(class) => !is_model(class),
                    _ => false,
                }
            });
        if other || effect.if_model && table.is_none() || self.found.len() >= MOST {
            return;
        }
        self.found.push(Happening {
            frame: frame.clone(),
            effect,
            table: table.cloned(),
        });
    }
}

/// What rules may know of what a request does to databases.
pub(super) fn shown(python: &Python, happenings: &[Happening]) -> Vec<DatabaseEffect> {
    let mut shown: Vec<DatabaseEffect> = happenings.iter().map(|it| it.shown(python)).collect();
    let mut seen = BTreeSet::new();
    shown.retain(|effect| seen.insert((effect.at, effect.kind)));
    shown
}
