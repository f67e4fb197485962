//! What calling a function of the project can do to its caller: give None, raise, guard, exit.

use std::collections::BTreeSet;

use super::index::{ClassId, FunctionId, Python, Scope, last_name};
use super::names::{Target, admits_none, is_list};
use crate::facts::Answer;
use crate::facts::python::{
    Annotation, CallSite, EffectKind, ExitKind, Failure, Function, Origin, ParamKind, Passed,
    Protection, Return, Returned,
};
use crate::source::{Loc, Span};

/// How many calls deep a summary looks.
pub(super) const DEPTH: usize = 3;

/// What is known of a value: whether the client chooses it, and through which parameters of the
/// handler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    /// Comes from the request.
    pub derived: Answer,
    /// The handler's parameters it comes from.
    pub roots: BTreeSet<String>,
    /// It was handed on through a call.
    handed: bool,
    /// How many things on its way are not known: what a function reads out of an object that is
    /// handed to it whole, its caller need not know of.
    pub hops: u32,
}

impl Known {
    /// A value with no roots in the handler's parameters.
    pub(super) fn rootless(derived: Answer) -> Self {
        Self {
            derived,
            roots: BTreeSet::new(),
            handed: false,
            hops: 0,
        }
    }

    /// The value of a parameter of the handler.
    pub(super) fn rooted(derived: Answer, root: &str) -> Self {
        Self {
            roots: [root.to_owned()].into(),
            ..Self::rootless(derived)
        }
    }

    fn handed(self) -> Self {
        Self {
            handed: true,
            ..self
        }
    }

    /// Something read out of the value.
    fn inside(self) -> Self {
        Self {
            hops: self.hops.max(u32::from(self.handed)),
            ..self
        }
    }

    fn merge(&mut self, other: &Self) {
        self.hops = match (self.derived, other.derived) {
            (Answer::Yes, Answer::Yes) => self.hops.min(other.hops),
            (_, Answer::Yes) => other.hops,
            _ => self.hops,
        };
        self.derived = self.derived.or(other.derived);
        self.roots.extend(other.roots.iter().cloned());
    }
}

/// What is known of each parameter of a function, in order.
pub(super) type Env = Vec<Known>;

/// Why a function gives None.
#[derive(Clone, Debug)]
pub(super) struct GivesNone {
    /// How many things on the way are not known: a `return None` does not tell why.
    pub hops: u32,
    /// The lookup that finds nothing, or the `return`.
    pub at: Loc,
    /// What is looked up, as written.
    pub entity: Option<String>,
    /// What the key is known to be.
    pub key: Known,
}

/// What is known of a value with these roots.
pub(super) fn known(python: &Python, id: FunctionId, env: &[Known], roots: &[Origin]) -> Known {
    let mut all = Known::rootless(Answer::No);
    for root in roots {
        let one = match root {
            Origin::Parameter(name) => parameter(python, id, env, name),
            Origin::Field(name) => parameter(python, id, env, name).inside(),
            Origin::Request => Known::rootless(Answer::Yes),
            Origin::Row | Origin::Constant => Known::rootless(Answer::No),
            Origin::Unknown => Known::rootless(Answer::Unknown),
        };
        all.merge(&one);
    }
    all
}

fn parameter(python: &Python, id: FunctionId, env: &[Known], name: &str) -> Known {
    let params = &python.function(id).params;
    let place = params.iter().position(|param| param.name == name);
    let value = place.and_then(|place| env.get(place)).cloned();
    value.unwrap_or(Known::rootless(Answer::Unknown))
}

/// What the parameters of `callee` hold when `caller` calls it like this.
pub(super) fn bind(
    python: &Python,
    caller: FunctionId,
    env: &[Known],
    call: &CallSite,
    callee: FunctionId,
) -> Env {
    let function = python.function(callee);
    let method = takes_receiver(python, callee);
    let mut bound = vec![Known::rootless(Answer::No); function.params.len()];
    let mut places = function
        .params
        .iter()
        .enumerate()
        .skip(usize::from(method))
        .filter(|(_, it)| it.kind == ParamKind::Normal);
    for roots in &call.args {
        if let Some((place, _)) = places.next() {
            bound[place] = known(python, caller, env, roots).handed();
        }
    }
    for (name, roots) in &call.keywords {
        let value = known(python, caller, env, roots).handed();
        match function.params.iter().position(|param| param.name == *name) {
            Some(place) => bound[place] = value,
            None => {
                let rest = function
                    .params
                    .iter()
                    .position(|it| it.kind == ParamKind::KeywordArgs);
                if let Some(place) = rest {
                    bound[place].merge(&value);
                }
            }
        }
    }
    bound
}

/// The call that stands at a span.
pub(super) fn call_at<'a>(python: &Python<'a>, id: FunctionId, span: Span) -> Option<&'a CallSite> {
    python
        .function(id)
        .calls
        .iter()
        .find(|call| call.span == span)
}

/// Whether a function may give None because of what the client asked for.
pub(super) fn gives_none(
    python: &Python,
    id: FunctionId,
    env: &[Known],
    depth: usize,
) -> Option<GivesNone> {
    let function = python.function(id);
    if function.broken || function.is_generator || depth == 0 {
        return None;
    }
    let mut best: Option<GivesNone> = None;
    let guarded = |it: &Return| {
        let guards = |call| guards(python, id.scope(), call) != Answer::No;
        it.unless.iter().any(guards)
    };
    for returned in function.returned.iter().filter(|it| !guarded(it)) {
        let found = match &returned.value {
            Returned::Lookup {
                call, entity, key, ..
            } => Some(GivesNone {
                hops: 0,
                at: python.loc(id.module, *call),
                entity: entity.clone(),
                key: known(python, id, env, key),
            }),
            Returned::Call(callee, span) => forwarded(python, id, env, callee, *span, depth),
            Returned::None => explicit(python, id, env, returned.span),
            Returned::Other => None,
        };
        let found = found.filter(|found| {
            found.key.derived == Answer::Yes && !is_made_before(function, returned, found)
        });
        if let Some(found) = found
            && best.as_ref().is_none_or(|best| found.hops < best.hops)
        {
            best = Some(found);
        }
    }
    let mut best = best.or_else(|| annotated(python, id, env));
    if let (Some(best), false) = (&mut best, plainly_decorated(python, id)) {
        best.hops += 1;
    }
    best
}

/// Whether a function returns the row that it has just made: that is there.
fn is_made_before(function: &Function, returned: &Return, found: &GivesNone) -> bool {
    let same = |made: &str| {
        let looked_up = found.entity.as_deref();
        looked_up.is_none_or(|it| last_name(it) == last_name(made))
    };
    function.effects.iter().any(|effect| {
        matches!(effect.kind, EffectKind::Insert | EffectKind::Upsert)
            && effect.span.end <= returned.span.start
            && effect.entity.as_deref().is_some_and(same)
    })
}

/// The annotation admits None, and nothing else tells how it comes to that.
fn annotated(python: &Python, id: FunctionId, env: &[Known]) -> Option<GivesNone> {
    let function = python.function(id);
    let annotation = function
        .returns
        .as_ref()
        .filter(|it| admits_none(&it.text))?;
    let told = |value: &Returned| match value {
        Returned::None | Returned::Lookup { .. } => true,
        // What it gives is known, and that is no None.
        Returned::Call(callee, _) => {
            matches!(python.resolve(id.scope(), callee), Target::Function(_))
        }
        Returned::Other => false,
    };
    if function.returned.iter().any(|it| told(&it.value)) || is_list(&annotation.text) {
        return None;
    }
    let key = all_of(env);
    (key.derived == Answer::Yes).then(|| GivesNone {
        hops: 1,
        at: python.loc(id.module, annotation.span),
        entity: None,
        key,
    })
}

/// Whether a dependency says that it may give None. Whatever it looks at is the request's.
pub(super) fn declines(python: &Python, id: FunctionId) -> Option<GivesNone> {
    let function = python.function(id);
    if function.broken || function.is_generator {
        return None;
    }
    let env = vec![Known::rootless(Answer::Yes); function.params.len().max(1)];
    // `request.headers.get(…)`, `payload.get(…)`: what is not there is None.
    let absent = |callee: &str| {
        last_name(callee) == "get"
            && !matches!(python.resolve(id.scope(), callee), Target::Function(_))
    };
    let none = function.returned.iter().find(|it| match &it.value {
        Returned::None => true,
        Returned::Call(callee, _) => absent(callee),
        _ => false,
    });
    match none {
        Some(returned) => explicit(python, id, &env, returned.span),
        None => annotated(python, id, &env),
    }
}

/// What is known of all parameters together.
fn all_of(env: &[Known]) -> Known {
    let mut all = Known::rootless(Answer::No);
    env.iter().for_each(|param| all.merge(param));
    all
}

fn forwarded(
    python: &Python,
    id: FunctionId,
    env: &[Known],
    callee: &str,
    span: Span,
    depth: usize,
) -> Option<GivesNone> {
    let Target::Function(next) = python.resolve(id.scope(), callee) else {
        return None;
    };
    let call = call_at(python, id, span)?;
    let env = bind(python, id, env, call, next);
    let found = gives_none(python, next, &env, depth - 1)?;
    // What only one annotation says, another may deny.
    let denied = |it: &Annotation| found.hops > 0 && !admits_none(&it.text);
    let returns = python.function(id).returns.as_ref();
    if returns.is_some_and(denied) {
        return None;
    }
    Some(GivesNone {
        hops: found.hops + through_attribute(python, id, callee),
        ..found
    })
}

/// How much is not known of a callee that hangs on an attribute of the own object: `self.repo.get`.
/// A subclass may put something else there.
pub(super) fn through_attribute(python: &Python, id: FunctionId, callee: &str) -> u32 {
    let function = python.function(id);
    let receiver = function
        .params
        .first()
        .filter(|_| takes_receiver(python, id));
    let on_own = receiver.is_some_and(|own| callee.split('.').next() == Some(&own.name));
    u32::from(on_own && callee.matches('.').count() > 1)
}

/// `return None` among other returns, in a function that is asked for something of the client's.
fn explicit(python: &Python, id: FunctionId, env: &[Known], span: Span) -> Option<GivesNone> {
    let function = python.function(id);
    let gives_else = function
        .returned
        .iter()
        .any(|it| it.value != Returned::None);
    let returns = function.returns.as_ref();
    let admitted = returns.is_none_or(|it| admits_none(&it.text) && !is_list(&it.text));
    if !gives_else || !admitted {
        return None;
    }
    Some(GivesNone {
        hops: 1,
        at: python.loc(id.module, span),
        entity: None,
        key: all_of(env),
    })
}

fn plainly_decorated(python: &Python, id: FunctionId) -> bool {
    python.function(id).decorators.iter().all(|decorator| {
        matches!(
            last_name(&decorator.call.callee),
            "staticmethod" | "classmethod" | "abstractmethod" | "lru_cache" | "cache" | "override"
        )
    })
}

/// Whether a function raises, aborts or fetches with a mapped error, itself or one call deeper.
pub(super) fn raises(python: &Python, id: FunctionId) -> bool {
    raises_itself(python, id)
        || python.function(id).calls.iter().any(|call| {
            match python.resolve(id.scope(), &call.callee) {
                Target::Function(callee) => callee != id && raises_itself(python, callee),
                _ => false,
            }
        })
}

fn raises_itself(python: &Python, id: FunctionId) -> bool {
    python.function(id).exits.iter().any(|exit| {
        matches!(
            exit.kind,
            ExitKind::Raise(_) | ExitKind::Abort(_) | ExitKind::MappedLookup(_)
        )
    })
}

/// Packages whose functions that never return are known to the facts: all others do return.
const KNOWN: [&str; 9] = [
    "builtins",
    "logging",
    "fastapi",
    "starlette",
    "flask",
    "django",
    "rest_framework",
    "sqlalchemy",
    "asyncio",
];

/// Whether a call keeps a missing value from being used: it rejects None, or never comes back.
pub(super) fn guards(python: &Python, scope: Scope, call: &Protection) -> Answer {
    match python.resolve(scope, &call.callee) {
        Target::Function(id) if python.function(id).broken => Answer::Unknown,
        Target::Function(id) => {
            let rejected = || match (
                &call.passed,
                call.passed
                    .as_ref()
                    .and_then(|it| passed_to(python, id, it)),
            ) {
                (None, _) => false,
                (Some(_), Some(param)) => rejects(python, id, param, DEPTH),
                (Some(_), None) => !python.function(id).rejects_none.is_empty(),
            };
            if never_returns(python, id, DEPTH) || rejected() {
                Answer::Yes
            } else {
                Answer::No
            }
        }
        Target::External(path) => {
            let known = KNOWN.contains(&path.split('.').next().unwrap_or_default());
            let own = python.modules[scope.module].draft && !path.contains("()");
            let may = call.when_missing || own && call.passed.is_some();
            if may && !known {
                Answer::Unknown
            } else {
                Answer::No
            }
        }
        Target::Class(_) => Answer::No,
        _ if call.callee.contains('.') => {
            let may = |id| {
                never_returns(python, id, DEPTH)
                    || call.passed.is_some() && !python.function(id).rejects_none.is_empty()
            };
            if methods_named(python, &call.callee).any(may) {
                Answer::Unknown
            } else {
                Answer::No
            }
        }
        _ if call.when_missing || call.passed.is_some() => Answer::Unknown,
        _ => Answer::No,
    }
}

/// The parameter that a value becomes.
pub(super) fn passed_to<'a>(
    python: &Python<'a>,
    id: FunctionId,
    passed: &'a Passed,
) -> Option<&'a str> {
    let receiver = usize::from(takes_receiver(python, id));
    let place = match passed {
        Passed::Keyword(name) => return Some(name),
        Passed::Position(place) => *place as usize + receiver,
        Passed::Receiver => receiver.checked_sub(1)?,
    };
    let param = python.function(id).params.get(place);
    param.map(|param| param.name.as_str())
}

/// A method that is called through its instance or class.
fn takes_receiver(python: &Python, id: FunctionId) -> bool {
    let function = python.function(id);
    function.class.is_some() && !function.nested && !python.is_static(id)
}

/// Whether a function raises when a parameter is None, itself or by handing it on.
fn rejects(python: &Python, id: FunctionId, param: &str, depth: usize) -> bool {
    let function = python.function(id);
    let is_param = |roots: &Vec<Origin>| matches!(roots.as_slice(), [Origin::Parameter(name)] if name == param);
    function.rejects_none.iter().any(|name| name == param)
        || depth > 0
            && function.calls.iter().any(|call| {
                let place = call.args.iter().position(is_param);
                let keyword = call.keywords.iter().find(|(_, roots)| is_param(roots));
                let Target::Function(next) = python.resolve(id.scope(), &call.callee) else {
                    return false;
                };
                let params = &python.function(next).params;
                let receiver = usize::from(takes_receiver(python, next));
                let named = keyword.map(|(name, _)| name.as_str());
                let name = named.or_else(|| Some(params.get(place? + receiver)?.name.as_str()));
                next != id && name.is_some_and(|name| rejects(python, next, name, depth - 1))
            })
}

fn never_returns(python: &Python, id: FunctionId, depth: usize) -> bool {
    let function = python.function(id);
    if function.never_returns {
        return true;
    }
    let gives_nothing = function
        .returned
        .iter()
        .all(|it| it.value == Returned::None);
    gives_nothing
        && depth > 0
        && function
            .calls
            .iter()
            .any(|call| match python.resolve(id.scope(), &call.callee) {
                Target::Function(callee) => {
                    callee != id && never_returns(python, callee, depth - 1)
                }
                _ => false,
            })
}

/// Methods of the project that a call on an unknown receiver may mean.
pub(super) fn methods_named<'p>(
    python: &'p Python,
    callee: &str,
) -> impl Iterator<Item = FunctionId> + use<'p> {
    python
        .methods
        .get(last_name(callee))
        .into_iter()
        .flatten()
        .copied()
}

/// The function that a call runs: a function, a method, or the constructor of a class.
pub(super) fn called(python: &Python, scope: Scope, callee: &str) -> Option<FunctionId> {
    match python.resolve(scope, callee) {
        Target::Function(id) => Some(id),
        Target::Class(class) => constructor(python, class),
        _ => None,
    }
}

fn constructor(python: &Python, class: ClassId) -> Option<FunctionId> {
    python.method(class, "__init__")
}

/// Whether a function has an exit for the case that something fails, itself or in what it calls.
pub(super) fn has_exit(python: &Python, id: FunctionId, depth: usize) -> Answer {
    let function = python.function(id);
    if !function.exits.is_empty() {
        return Answer::Yes;
    }
    if function.broken {
        return Answer::Unknown;
    }
    // What a library lookup hangs on gives a connection or a query, and is no exit.
    let lookups: Vec<Span> = function
        .steps
        .iter()
        .filter(|step| step.library.is_some() && !matches!(step.failure, Failure::Malformed(_)))
        .map(|step| step.call)
        .collect();
    let calls = function
        .calls
        .iter()
        .filter(|call| !lookups.iter().any(|lookup| lookup.contains(call.span)));
    let exits = calls.map(|call| exits_through(python, id, call, depth));
    exits.fold(Answer::No, Answer::or)
}

fn exits_through(python: &Python, id: FunctionId, call: &CallSite, depth: usize) -> Answer {
    match python.resolve(id.scope(), &call.callee) {
        Target::Function(callee) if callee != id && depth > 0 => {
            has_exit(python, callee, depth - 1)
        }
        Target::Class(class) => match constructor(python, class) {
            Some(init) if depth > 0 => has_exit(python, init, depth - 1),
            _ => Answer::No,
        },
        Target::Function(_) | Target::External(_) => Answer::No,
        // Making an object of a class is no exit.
        _ if last_name(&call.callee).starts_with(char::is_uppercase) => Answer::No,
        _ if !call.callee.contains('.') => Answer::Unknown,
        _ => {
            let may = |id| !python.function(id).exits.is_empty();
            if methods_named(python, &call.callee).any(may) {
                Answer::Unknown
            } else {
                Answer::No
            }
        }
    }
}
