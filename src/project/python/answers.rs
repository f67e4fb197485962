//! What routes declare of what they answer: the method, the status, the model of the body.

use super::apps::{Framework, keyword};
use super::contract::Contract;
use super::decorators::takes_nothing;
use super::index::{Python, last_name};
use super::routes::{Role, Route};
use super::tables::Tables;
use crate::facts::python::{Call, Decorator, EffectKind, Function, Returned, Value};
use crate::source::{Loc, Span};

/// Calls at the end of a query that give rows as they are.
const ROWS: [&str; 8] = [
    "all",
    "exec",
    "first",
    "get",
    "get_one",
    "one",
    "one_or_none",
    "scalar_one",
];

/// A contract with what the route declares of its answers.
pub(super) fn declared(
    python: &Python,
    tables: &Tables,
    route: &Route,
    contract: Contract,
) -> Contract {
    Contract {
        status: status(python, route),
        raw_model: raw_model(python, tables, route),
        ..contract
    }
}

/// Whether a function of Django answers every method alike.
pub(super) fn any_method(python: &Python, route: &Route) -> bool {
    let function = python.function(route.function);
    let plain = function.class.is_none() && route.methods.is_empty() && !function.broken;
    let restricts = |it: &Decorator| last_name(&it.call.callee).starts_with("require");
    route.framework == Framework::Django
        && plain
        && !function.asks_method
        && !function.decorators.iter().any(restricts)
        && takes_nothing(python, route.function)
}

/// The status that a route answers when all goes well; `None` where it is not known.
fn status(python: &Python, route: &Route) -> Option<u16> {
    let registered = registration(python, route)?;
    if keyword(registered, "status_code").is_some() {
        return route.status;
    }
    let function = python.function(route.function);
    let sets = |value: &Value| match value {
        Value::Call(call) => last_name(&call.callee).ends_with("Response"),
        _ => false,
    };
    let by_itself = function.replies.iter().any(|reply| sets(&reply.value))
        || keyword(registered, "response_class").is_some()
        || function.params.iter().any(|param| {
            let annotation = param.annotation.as_ref();
            annotation.is_some_and(|it| last_name(&it.text).ends_with("Response"))
        });
    let handed = route.roles.contains(&Role::Unknown) || function.broken;
    (!by_itself && !handed).then_some(200)
}

/// The rows of a model that a route returns without saying what of them the client may see: where,
/// and the model as written.
fn raw_model(python: &Python, tables: &Tables, route: &Route) -> Option<(Loc, String)> {
    let registered = registration(python, route)?;
    let function = python.function(route.function);
    let shapes = |it| keyword(registered, it).is_some();
    let declared = ["response_model", "response_class"].into_iter().any(shapes)
        || function.returns.is_some()
        || route.status == Some(204);
    if declared || function.broken || !takes_nothing(python, route.function) {
        return None;
    }
    let returns = function.returned.iter();
    let found = returns.filter(|it| it.value != Returned::None);
    let rows: Option<Vec<(Span, &str)>> = found
        .map(|it| Some((it.span, row(function, it.span)?)))
        .collect();
    let (span, model) = rows?.into_iter().next()?;
    tables.of(python, route.function.scope(), model)?;
    Some((python.loc(route.function.module, span), model.to_owned()))
}

/// The model whose rows a `return` gives, as far as the query or the constructor is written in the
/// function.
fn row(function: &Function, returned: Span) -> Option<&str> {
    let bound = match function.gives.as_deref() {
        Some(Value::Name(name, _)) => function.locals.iter().find(|it| it.name == *name),
        _ => None,
    };
    if let Some(Value::Call(call)) = bound.map(|it| &it.value)
        && last_name(&call.callee).starts_with(char::is_uppercase)
    {
        return Some(&call.callee);
    }
    let holder = bound.map_or(returned, |it| it.span);
    let ends = match bound.map(|it| &it.value) {
        Some(Value::Call(call)) => ROWS.binary_search(&last_name(&call.callee)).is_ok(),
        _ => true,
    };
    let mut effects = function.effects.iter();
    let read = effects.find(|effect| {
        let whole = effect.span.end == holder.end && holder.contains(effect.span);
        effect.kind == EffectKind::Read && whole && !effect.by_table && ends
    })?;
    let call = function.calls.iter().find(|call| call.span == read.span)?;
    ROWS.binary_search(&last_name(&call.callee)).ok()?;
    read.entity.as_deref()
}

/// The decorator that registers a route of FastAPI.
fn registration<'a>(python: &Python<'a>, route: &Route) -> Option<&'a Call> {
    let known = route.framework == Framework::FastApi && route.known;
    let mut decorators = python.function(route.function).decorators.iter();
    let found = decorators.find(|it| it.call.span == route.at.span && known)?;
    Some(&found.call)
}
