//! Which steps of a handler fail unhandled: those of its body, of what it calls, of its
//! dependencies, after every guard, catch and mapping that only the whole project shows.

mod malformed;
mod returned;

use std::collections::BTreeSet;

use super::absent::{Absent, absent};
use super::apps::Framework;
use super::decorators::{Effect, effect};
use super::dependencies::Provider;
use super::exceptions::{Failing, is_plain};
use super::index::{FunctionId, Python, last_name};
use super::mappings::{Mappings, Upstream};
use super::mounts::Mounts;
use super::names::Target;
use super::protection::{asked_before, protected};
use super::registries::Registries;
use super::routes::{Role, Route};
use super::statuses::route::Around;
use super::summaries::{
    DEPTH, Env, GivesNone, Known, bind, call_at, called, declines, gives_none, known, raises,
    through_attribute,
};
use crate::facts::Answer;
use crate::facts::python::{CallSite, ExitKind, Failure, Origin, Step, UseKind};
use crate::source::Loc;

/// A step whose failing nothing handles.
#[derive(Clone, Debug)]
pub struct UnhandledStep {
    /// How it fails.
    pub failure: Failure,
    /// The exception it ends in, by its own name: `AttributeError`; empty where the None goes out as
    /// the answer.
    pub exception: String,
    /// How its value is used.
    pub use_kind: UseKind,
    /// The first use that assumes success.
    pub at: Loc,
    /// How that use reads: `order.total`.
    pub use_text: String,
    /// The lookup that finds nothing.
    pub lookup: Loc,
    /// The variable that holds the result.
    pub variable: Option<String>,
    /// What is looked up, as written: `Order`, `Order.objects`.
    pub entity: Option<String>,
    /// The key as written, on one line; empty where it is not known or too long to tell.
    pub key_text: String,
    /// The fact of the library table that says that it fails.
    pub library: Option<String>,
    /// The function of the project that gives the None.
    pub giver: Option<String>,
    /// How many things on the way from the request to the failing are not known; 0 = proved.
    pub hops: u32,
    /// Where the step stands.
    pub place: StepPlace,
    /// The call of the handler or the dependency that leads there, where it stands in neither.
    pub entered: Option<Loc>,
}

/// Where a step stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepPlace {
    /// In the handler.
    Handler,
    /// In a function that the handler calls.
    Callee(String),
    /// In a dependency.
    Dependency(String),
}

/// Judges the steps of one handler.
pub(super) struct Judge<'p, 'a> {
    python: &'p Python<'a>,
    mappings: &'p Mappings,
    registries: &'p Registries<'a>,
    route: &'p Route,
    /// Dependencies whose value is not used, as far as they are known; they run before the body.
    guards: Vec<FunctionId>,
    /// Some of those are not known.
    open: bool,
    /// What becomes of a None that the handler returns.
    absent: Absent,
    found: Vec<UnhandledStep>,
    visits: usize,
}

/// One function on the way down from the handler.
pub(super) struct Frame<'f> {
    pub(super) function: FunctionId,
    /// What its parameters hold.
    pub(super) env: Env,
    /// The function that calls it, and the call.
    pub(super) caller: Option<(&'f Frame<'f>, &'f CallSite)>,
    pub(super) place: StepPlace,
}

impl<'f> Frame<'f> {
    /// The frame and those above it.
    pub(super) fn path(&'f self) -> impl Iterator<Item = &'f Frame<'f>> {
        std::iter::successors(Some(self), |frame| frame.caller.map(|(above, _)| above))
    }

    /// The call at the top of the way down.
    pub(super) fn entered(&self, python: &Python) -> Option<Loc> {
        let (top, call) = self.path().filter_map(|frame| frame.caller).last()?;
        Some(python.loc(top.function.module, call.span))
    }

    fn passes(&self, function: FunctionId) -> bool {
        self.path().any(|frame| frame.function == function)
    }
}

/// How many functions are looked into for one handler.
const VISITS: usize = 400;

impl<'p, 'a> Judge<'p, 'a> {
    /// The unhandled steps of a handler.
    pub(super) fn unhandled(
        around: &Around<'p, 'a>,
        registries: &'p Registries<'a>,
        route: &'p Route,
    ) -> Vec<UnhandledStep> {
        let python = around.python;
        let mut judge = Self {
            python,
            mappings: around.mappings,
            registries,
            route,
            guards: Vec::new(),
            open: false,
            absent: absent(python, route),
            found: Vec::new(),
            visits: 0,
        };
        judge.find_guards(around.mounts);
        let handler = route.function;
        let frame = Frame {
            function: handler,
            env: env(python, handler, &route.roles),
            caller: None,
            place: StepPlace::Handler,
        };
        judge.visit(&frame);
        judge.answer(&frame);
        for provider in python.route_providers(route).0 {
            let roles = python.provider_roles(route, provider);
            let name = python.function(provider).name.clone();
            judge.visit(&Frame {
                function: provider,
                env: env(python, provider, &roles),
                caller: None,
                place: StepPlace::Dependency(name),
            });
        }
        judge.found.sort_by_key(|step| (step.at, step.hops));
        judge.found.dedup_by_key(|step| step.at);
        judge.found
    }

    fn find_guards(&mut self, mounts: &Mounts<'a>) {
        let python = self.python;
        let handler = self.route.function;
        self.guards.extend(python.route_providers(self.route).0);
        if self.route.framework == Framework::Litestar {
            let guards = self.route.layers.guards.iter();
            let named = guards.map(|(scope, name)| python.resolve(*scope, name));
            for target in named {
                match target {
                    Target::Function(id) => self.guards.push(id),
                    _ => self.open = true,
                }
            }
            return;
        }
        let decorators = &python.function(handler).decorators;
        let own = decorators.iter().filter_map(|decorator| {
            let value = super::apps::keyword(&decorator.call, "dependencies")?;
            Some((handler.outer(python), value))
        });
        let lists = python.configured(mounts, &self.route.placement, "dependencies");
        for (scope, list) in own.chain(lists) {
            let crate::facts::python::Value::List(items) = list else {
                self.open = true;
                continue;
            };
            for item in items {
                match python.depends(scope, item, None) {
                    Some(Provider::Function(id)) => {
                        self.guards.push(id);
                        self.guards.extend(python.providers(id).0);
                    }
                    Some(Provider::Class(class)) => {
                        self.guards.extend(python.method(class, "__init__"));
                    }
                    Some(Provider::Library) => {}
                    _ => self.open = true,
                }
            }
        }
    }

    fn visit(&mut self, frame: &Frame) {
        self.visits += 1;
        let function = self.python.function(frame.function);
        if function.broken || self.visits > VISITS || !self.in_production(frame.function) {
            return;
        }
        for step in &function.steps {
            let found = self.holds(frame, step);
            self.found.extend(found);
        }
        if frame.path().count() > DEPTH {
            return;
        }
        for call in &function.calls {
            let callee = called(self.python, frame.function.scope(), &call.callee);
            let Some(callee) = callee.filter(|&callee| !frame.passes(callee)) else {
                continue;
            };
            let place = match &frame.place {
                StepPlace::Dependency(name) => StepPlace::Dependency(name.clone()),
                _ => StepPlace::Callee(self.python.function(callee).name.clone()),
            };
            self.visit(&Frame {
                function: callee,
                env: bind(self.python, frame.function, &frame.env, call, callee),
                caller: Some((frame, call)),
                place,
            });
        }
    }

    fn in_production(&self, id: FunctionId) -> bool {
        self.python.modules[id.module].production
    }

    /// The step, if it can fail by the client's doing and nothing handles that.
    fn holds(&self, frame: &Frame, step: &Step) -> Option<UnhandledStep> {
        if let Failure::Malformed(raises) = &step.failure {
            return self.malformed(frame, step, raises);
        }
        let python = self.python;
        let exits = &python.function(frame.function).exits;
        let fails_anyway = exits.iter().any(|exit| {
            matches!(exit.kind, ExitKind::Raise(_) | ExitKind::Abort(_))
                && exit.span.contains(step.used)
        });
        let raised = match (&step.failure, step.use_kind) {
            (Failure::Raises(types), UseKind::Raised) => types.first(),
            _ => None,
        };
        let scope = frame.function.scope();
        match raised {
            // What the framework answers by itself is a refusal as it should be.
            Some(written) if !is_plain(python, scope, written) => return None,
            None if fails_anyway => return None,
            _ => {}
        }
        let (cause, giver) = self.cause(frame, step)?;
        if cause.key.derived != Answer::Yes || self.proven_before(frame, step, &cause) {
            return None;
        }
        let failing = Failing::of(python, frame.function.scope(), step);
        let hops = cause.hops
            + cause.key.hops
            + protected(python, frame, step, &failing)?
            + self.decorated(step, &failing, &cause.key)?
            + u32::from(self.open || !self.route.known);
        let hops = hops + self.mapped(step, &failing, hops)?;
        Some(UnhandledStep {
            failure: step.failure.clone(),
            use_kind: step.use_kind,
            exception: last_name(&failing.exception).to_owned(),
            at: python.loc(frame.function.module, step.used),
            use_text: step.use_text.clone(),
            lookup: cause.at,
            variable: step.variable.clone(),
            entity: cause.entity,
            key_text: match giver {
                Some(_) => String::new(),
                None => one_line(&step.key_text),
            },
            library: step.library.clone(),
            giver: giver.map(|id| last_name(&python.function(id).name).to_owned()),
            hops,
            place: frame.place.clone(),
            entered: frame.entered(python),
        })
    }

    /// What the decorators of the handler add; `None` when they handle the failing.
    fn decorated(&self, step: &Step, failing: &Failing, key: &Known) -> Option<u32> {
        let mut keys: Vec<&str> = key.roots.iter().map(String::as_str).collect();
        // What comes out of the request itself may be what the handler takes out of the path.
        let malformed = matches!(step.failure, Failure::Malformed(_));
        let entity = step.entity.as_deref().unwrap_or_default();
        if keys.is_empty() && (!malformed || entity.contains("match_info")) {
            let handler = self.python.function(self.route.function);
            keys.extend(handler.path_reads.iter().map(String::as_str));
        }
        match effect(self.python, self.route.function, failing, &keys) {
            Effect::None => Some(0),
            Effect::Unknown => Some(1),
            Effect::Handled => None,
        }
    }

    /// What the mappings above the handler add; `None` when they answer the failing. No mapping
    /// makes a 404 of an AttributeError, so that a use of None needs no upstream knowledge; a
    /// handler for every exception only weighs on what is not proved anyway.
    fn mapped(&self, step: &Step, failing: &Failing, hops: u32) -> Option<u32> {
        let upstream = self.mappings.upstream(self.python, self.route, failing);
        if step.failure == Failure::None {
            return Some(u32::from(upstream == Upstream::Bare && hops > 0));
        }
        match upstream {
            Upstream::Handled => None,
            Upstream::Bare => Some(2),
            Upstream::Unmapped => {
                let draft = self.python.modules[self.route.function.module].draft;
                Some(u32::from(!draft && !self.mappings.see(self.route)))
            }
        }
    }

    /// What makes the step fail: the library, or the function of the project that gives the None.
    fn cause(&self, frame: &Frame, step: &Step) -> Option<(GivesNone, Option<FunctionId>)> {
        let python = self.python;
        let id = frame.function;
        if step.callee.is_empty() {
            return self.dependency_cause(frame, step);
        }
        if step.library.is_some() {
            let cause = GivesNone {
                hops: 0,
                at: python.loc(id.module, step.call),
                entity: match frame.caller {
                    Some((above, call)) => looked_up(
                        python,
                        above.function,
                        &call.callee,
                        id,
                        step.entity.clone(),
                    ),
                    None => step.entity.clone(),
                },
                key: known(python, id, &frame.env, &step.key),
            };
            return Some((cause, None));
        }
        let call = call_at(python, id, step.call)?;
        if step.use_kind == UseKind::Raised {
            let origins = call.keywords.iter().map(|(_, origins)| origins);
            let origins: Vec<Origin> = call.args.iter().chain(origins).flatten().cloned().collect();
            let cause = GivesNone {
                hops: 0,
                at: python.loc(id.module, step.call),
                entity: None,
                key: known(python, id, &frame.env, &origins),
            };
            return Some((cause, None));
        }
        let Target::Function(callee) = python.resolve(id.scope(), &step.callee) else {
            return None;
        };
        if frame.passes(callee) {
            return None;
        }
        let env = bind(python, id, &frame.env, call, callee);
        let gives = gives_none(python, callee, &env, DEPTH)?;
        let hops = gives.hops + through_attribute(python, id, &step.callee);
        let entity = looked_up(python, id, &step.callee, callee, gives.entity.clone());
        let cause = GivesNone {
            hops,
            entity,
            ..gives
        };
        Some((cause, Some(callee)))
    }

    /// A parameter that a dependency fills with None.
    fn dependency_cause(
        &self,
        frame: &Frame,
        step: &Step,
    ) -> Option<(GivesNone, Option<FunctionId>)> {
        let python = self.python;
        if matches!(frame.place, StepPlace::Callee(_)) {
            return None;
        }
        let function = python.function(frame.function);
        let param = function
            .params
            .iter()
            .find(|param| Some(&param.name) == step.variable.as_ref())?;
        let by_layer = self.route.layers.provided.get(&param.name);
        let provider = match by_layer {
            Some(provider) => (*provider)?,
            None => match python.provider(frame.function.outer(python), param)? {
                Provider::Function(provider) => provider,
                _ => return None,
            },
        };
        let env = env(
            python,
            provider,
            &python.provider_roles(self.route, provider),
        );
        let gives = gives_none(python, provider, &env, DEPTH);
        Some((
            gives.or_else(|| declines(python, provider))?,
            Some(provider),
        ))
    }

    /// Something that ran before asks for the same key and answers when there is nothing: the row
    /// is known to exist.
    fn proven_before(&self, frame: &Frame, step: &Step, cause: &GivesNone) -> bool {
        let mut roots = BTreeSet::new();
        for root in &cause.key.roots {
            match self.role(root) {
                // A body holds many values.
                Some(Role::Body) => return false,
                Some(Role::Path | Role::Query) | None => _ = roots.insert(root.as_str()),
                Some(Role::Dependency | Role::Request | Role::Unknown) => {}
            }
        }
        !roots.is_empty()
            && (self.registries.name(self.python, self.route, &roots)
                || self.registries.loads(self.python, self.route, &roots)
                || self
                    .guards
                    .iter()
                    .any(|&guard| self.proves(frame, guard, &roots))
                || asked_before(self.python, frame, step, cause, &roots))
    }

    fn role(&self, param: &str) -> Option<Role> {
        let params = self.python.function(self.route.function).params.iter();
        let mut roles = params.zip(&self.route.roles);
        let found = roles.find(|(it, _)| it.name == param);
        found.map(|(_, role)| *role)
    }

    /// A dependency that takes the key and raises.
    fn proves(&self, frame: &Frame, guard: FunctionId, roots: &BTreeSet<&str>) -> bool {
        let python = self.python;
        let scope = guard.outer(python);
        let params = &python.function(guard).params;
        let takes = roots.iter().all(|root| {
            let own = params.iter().find(|param| param.name == *root);
            own.is_some_and(|param| {
                let by_layer = self.route.layers.provided.contains_key(&param.name);
                !by_layer && python.provider(scope, param).is_none()
            })
        });
        takes && !frame.passes(guard) && raises(python, guard)
    }
}

/// Longer keys are not told.
const LONGEST_KEY: usize = 60;

fn one_line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.len() > LONGEST_KEY {
        String::new()
    } else {
        line
    }
}

/// What a class method looks up: the class it is called on, where it asks for its own.
fn looked_up(
    python: &Python,
    caller: FunctionId,
    callee: &str,
    method: FunctionId,
    entity: Option<String>,
) -> Option<String> {
    let own = python.function(method).class.as_deref().map(last_name);
    let on = callee
        .rsplit_once('.')
        .map(|(on, _)| python.resolve(caller.scope(), on));
    match on {
        Some(Target::Class(class)) if entity.as_deref() == own => {
            Some(last_name(&python.class(class).name).to_owned())
        }
        _ => entity,
    }
}

/// What a handler's or dependency's parameters hold.
pub(super) fn env(python: &Python, id: FunctionId, roles: &[Role]) -> Env {
    let params = python.function(id).params.iter();
    params
        .zip(roles)
        .map(|(param, role)| {
            let derived = match role {
                Role::Path | Role::Query | Role::Body => Answer::Yes,
                Role::Dependency => Answer::No,
                Role::Request | Role::Unknown => Answer::Unknown,
            };
            Known::rooted(derived, &param.name)
        })
        .collect()
}
