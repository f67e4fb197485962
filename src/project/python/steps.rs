//! Which steps of a handler fail unhandled: those of its body, of what it calls, of its
//! dependencies, after every guard, catch and mapping that only the whole project shows.

use super::apps::Mounts;
use super::decorators::{Effect, effect};
use super::dependencies::Provider;
use super::exceptions::{Failing, catches};
use super::index::{FunctionId, Python, Scope};
use super::mappings::{Mappings, Upstream, caught};
use super::names::Target;
use super::routes::{Role, Route};
use super::summaries::{
    DEPTH, Env, GivesNone, Known, bind, call_at, called, gives_none, guards, known, methods_named,
    raises,
};
use crate::facts::Answer;
use crate::facts::python::{CallSite, Failure, Origin, Step};
use crate::source::Loc;

/// A step whose failing nothing handles.
#[derive(Clone, Debug)]
pub struct UnhandledStep {
    /// How it fails.
    pub failure: Failure,
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
    /// The key as written.
    pub key_text: String,
    /// Proved from the code, without an unknown on the way.
    pub proved: bool,
    /// Where the step stands.
    pub place: StepPlace,
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
    route: &'p Route,
    /// Dependencies whose value is not used, as far as they are known; they run before the body.
    guards: Vec<FunctionId>,
    /// Some of those are not known.
    open: bool,
    found: Vec<UnhandledStep>,
    visits: usize,
}

/// One function on the way down from the handler.
struct Frame {
    function: FunctionId,
    env: Env,
    /// `except` types and context managers around the calls that lead here.
    around: Vec<Around>,
    /// The functions on the way, the handler first.
    path: Vec<FunctionId>,
    place: StepPlace,
}

/// What stands around a call.
#[derive(Clone)]
struct Around {
    scope: Scope,
    catches: Vec<String>,
    contexts: Vec<String>,
}

/// How many functions are looked into for one handler.
const VISITS: usize = 400;

impl<'p, 'a> Judge<'p, 'a> {
    /// The unhandled steps of a handler.
    pub(super) fn unhandled(
        python: &'p Python<'a>,
        mounts: &Mounts<'a>,
        mappings: &'p Mappings,
        route: &'p Route,
    ) -> Vec<UnhandledStep> {
        let mut judge = Self {
            python,
            mappings,
            route,
            guards: Vec::new(),
            open: false,
            found: Vec::new(),
            visits: 0,
        };
        judge.find_guards(mounts);
        let handler = route.function;
        judge.visit(&Frame {
            function: handler,
            env: env(python, handler, &route.roles),
            around: Vec::new(),
            path: vec![handler],
            place: StepPlace::Handler,
        });
        for provider in python.providers(handler).0 {
            let roles = python.fastapi_roles(provider, None);
            let name = python.function(provider).name.clone();
            judge.visit(&Frame {
                function: provider,
                env: env(python, provider, &roles),
                around: Vec::new(),
                path: vec![handler, provider],
                place: StepPlace::Dependency(name),
            });
        }
        judge
            .found
            .sort_by(|a, b| (a.at, b.proved).cmp(&(b.at, a.proved)));
        judge.found.dedup_by_key(|step| step.at);
        judge.found
    }

    fn find_guards(&mut self, mounts: &Mounts<'a>) {
        let python = self.python;
        let handler = self.route.function;
        self.guards.extend(python.providers(handler).0);
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
        if frame.path.len() > DEPTH {
            return;
        }
        for call in &function.calls {
            let callee = called(self.python, frame.function.scope(), &call.callee);
            let Some(callee) = callee.filter(|callee| !frame.path.contains(callee)) else {
                continue;
            };
            let mut around = frame.around.clone();
            around.push(Around {
                scope: frame.function.scope(),
                catches: call.catches.clone(),
                contexts: call.contexts.clone(),
            });
            let mut path = frame.path.clone();
            path.push(callee);
            let place = match &frame.place {
                StepPlace::Dependency(name) => StepPlace::Dependency(name.clone()),
                _ => StepPlace::Callee(self.python.function(callee).name.clone()),
            };
            let env = bind(self.python, frame.function, &frame.env, call, callee);
            self.visit(&Frame {
                function: callee,
                env,
                around,
                path,
                place,
            });
        }
    }

    fn in_production(&self, id: FunctionId) -> bool {
        self.python.modules[id.module].production
    }

    /// The step, if it can fail by the client's doing and nothing handles that.
    fn holds(&self, frame: &Frame, step: &Step) -> Option<UnhandledStep> {
        let cause = self.cause(frame, step)?;
        let mut proved = cause.proved;
        if cause.key.derived != Answer::Yes {
            return None;
        }
        let scope = frame.function.scope();
        let failing = Failing::of(self.python, scope, step);
        if step
            .unless
            .iter()
            .any(|call| guards(self.python, scope, call) != Answer::No)
        {
            return None;
        }
        proved &= self.around(frame, step, &failing)?;
        if self.proven_before(frame, step, &cause.key) {
            return None;
        }
        let keys: Vec<&str> = cause.key.roots.iter().map(String::as_str).collect();
        match effect(self.python, self.route.function, &failing, &keys) {
            Effect::None => {}
            Effect::Unknown => proved = false,
            Effect::Handled => return None,
        }
        if self.open || !self.route.known {
            proved = false;
        }
        if let Failure::Raises(_) = step.failure {
            match self.mappings.upstream(self.python, self.route, &failing) {
                Upstream::Handled => return None,
                Upstream::Bare => proved = false,
                Upstream::Unmapped => {
                    let draft = self.python.modules[self.route.function.module].draft;
                    if self.route.placement.open && !draft {
                        proved = false;
                    }
                }
            }
        }
        Some(UnhandledStep {
            failure: step.failure.clone(),
            at: self.python.loc(frame.function.module, step.used),
            use_text: step.use_text.clone(),
            lookup: cause.at,
            variable: step.variable.clone(),
            entity: cause.entity,
            key_text: step.key_text.clone(),
            proved,
            place: frame.place.clone(),
        })
    }

    /// What makes the step fail: the library, the callee's summary, or the dependency's.
    fn cause(&self, frame: &Frame, step: &Step) -> Option<GivesNone> {
        let python = self.python;
        let id = frame.function;
        if step.callee.is_empty() {
            return self.dependency_cause(frame, step);
        }
        if step.library.is_some() {
            return Some(GivesNone {
                proved: true,
                at: python.loc(id.module, step.call),
                entity: step.entity.clone(),
                key: known(python, id, &frame.env, &step.key),
            });
        }
        let Target::Function(callee) = python.resolve(id.scope(), &step.callee) else {
            return None;
        };
        if frame.path.contains(&callee) {
            return None;
        }
        let call = call_at(python, id, step.call)?;
        gives_none(
            python,
            callee,
            &bind(python, id, &frame.env, call, callee),
            DEPTH,
        )
    }

    /// A parameter that a dependency fills with None.
    fn dependency_cause(&self, frame: &Frame, step: &Step) -> Option<GivesNone> {
        let python = self.python;
        if matches!(frame.place, StepPlace::Callee(_)) {
            return None;
        }
        let function = python.function(frame.function);
        let param = function
            .params
            .iter()
            .find(|param| Some(&param.name) == step.variable.as_ref())?;
        let provider = match python.provider(frame.function.outer(python), param)? {
            Provider::Function(provider) => provider,
            _ => return None,
        };
        let env = env(python, provider, &python.fastapi_roles(provider, None));
        gives_none(python, provider, &env, DEPTH)
    }

    /// `except` and `with` around the use and around the calls that lead to it: `None` when they
    /// handle the failing, else whether it is proved that they do not.
    fn around(&self, frame: &Frame, step: &Step, failing: &Failing) -> Option<bool> {
        let own = Around {
            scope: frame.function.scope(),
            catches: step.catches.clone(),
            contexts: step.contexts.clone(),
        };
        let mut proved = true;
        for around in frame.around.iter().chain([&own]) {
            for written in &around.catches {
                if catches(self.python, failing, around.scope, written) != Answer::No {
                    return None;
                }
            }
            for context in &around.contexts {
                match self.context_catches(around.scope, context, failing) {
                    Answer::Yes => return None,
                    Answer::Unknown => proved = false,
                    Answer::No => {}
                }
            }
        }
        Some(proved)
    }

    fn context_catches(&self, scope: Scope, context: &str, failing: &Failing) -> Answer {
        let python = self.python;
        let by_function = |id: FunctionId| {
            let types = caught(python, id);
            types.iter().fold(Answer::No, |all, written| {
                all.or(catches(python, failing, id.scope(), written))
            })
        };
        match python.resolve(scope, context) {
            Target::Function(id) => by_function(id),
            Target::Class(class) | Target::Instance(class) => {
                let exits = ["__exit__", "__aexit__"];
                let exit = exits.iter().find_map(|name| python.method(class, name));
                match exit.map(|id| python.function(id)) {
                    Some(exit) if !exit.exits.is_empty() || exit.returned.len() > 1 => {
                        Answer::Unknown
                    }
                    _ => Answer::No,
                }
            }
            Target::External(_) => Answer::No,
            _ if context.contains('.') => {
                match methods_named(python, context).any(|id| by_function(id) != Answer::No) {
                    true => Answer::Unknown,
                    false => Answer::No,
                }
            }
            _ => Answer::Unknown,
        }
    }

    /// Something that ran before takes the same key and raises: the row is known to exist.
    fn proven_before(&self, frame: &Frame, step: &Step, key: &Known) -> bool {
        let python = self.python;
        let by_dependency = self.guards.iter().any(|&guard| {
            let takes = python.function(guard).params.iter().any(|param| {
                key.roots.contains(&param.name)
                    && python.provider(guard.outer(python), param).is_none()
            });
            !frame.path.contains(&guard) && takes && raises(python, guard)
        });
        by_dependency || self.proven_by_call(frame, step)
    }

    fn proven_by_call(&self, frame: &Frame, step: &Step) -> bool {
        let shares = |roots: &Vec<Origin>| {
            roots
                .iter()
                .any(|root| matches!(root, Origin::Parameter(_)) && step.key.contains(root))
        };
        let before = |call: &&CallSite| {
            call.span.end <= step.call.start
                && (call.args.iter().any(shares) || call.keywords.iter().any(|(_, it)| shares(it)))
        };
        let calls = &self.python.function(frame.function).calls;
        calls.iter().filter(before).any(|call| {
            match self.python.resolve(frame.function.scope(), &call.callee) {
                Target::Function(callee) => raises(self.python, callee),
                _ => false,
            }
        })
    }
}

/// What a handler's or dependency's parameters hold.
fn env(python: &Python, id: FunctionId, roles: &[Role]) -> Env {
    let params = python.function(id).params.iter();
    params
        .zip(roles)
        .map(|(param, role)| Known {
            derived: match role {
                Role::Path | Role::Query | Role::Body => Answer::Yes,
                Role::Dependency => Answer::No,
                Role::Request | Role::Unknown => Answer::Unknown,
            },
            roots: [param.name.clone()].into(),
        })
        .collect()
}
