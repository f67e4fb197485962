//! What the decorators of a handler do to its failing: nothing, answer it, or nobody knows.

use super::exceptions::{Failing, catches, is_bare};
use super::index::{FunctionId, Python, last_name};
use super::mappings::caught;
use super::names::Target;
use super::routes::is_registration;
use super::summaries::{DEPTH, raises};
use crate::facts::Answer;
use crate::facts::python::{Decorator, ExitKind, Origin, ParamKind, Value};

/// Library decorators that answer no exception of the function below and fetch nothing for it.
const HARMLESS: [&str; 28] = [
    "litestar",
    "aiohttp",
    "aiohttp_security",
    "aiohttp_apispec",
    "builtins",
    "functools",
    "contextlib",
    "typing",
    "abc",
    "warnings",
    "fastapi",
    "starlette",
    "slowapi",
    "fastapi_cache",
    "flask",
    "flask_login",
    "flask_jwt_extended",
    "flask_limiter",
    "flask_cors",
    "flask_caching",
    "flasgger",
    "flask_smorest",
    "flask_restx",
    "django",
    "rest_framework",
    "drf_yasg",
    "drf_spectacular",
    "flask_restful",
];

/// What decorators do to a failing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Effect {
    /// Nothing.
    None,
    /// Not known, or they answer every exception with a 500.
    Unknown,
    /// They answer it, or prove beforehand that it cannot happen.
    Handled,
}

/// What the decorators of a function do to a failing whose key comes from `keys`.
pub(super) fn effect(python: &Python, id: FunctionId, failing: &Failing, keys: &[&str]) -> Effect {
    let decorators = &python.function(id).decorators;
    let effects = decorators
        .iter()
        .map(|one| effect_of(python, id, one, failing, keys));
    effects.max().unwrap_or(Effect::None)
}

fn effect_of(
    python: &Python,
    id: FunctionId,
    decorator: &Decorator,
    failing: &Failing,
    keys: &[&str],
) -> Effect {
    let callee = &decorator.call.callee;
    if is_plain(callee) || is_route(python, id, decorator) {
        return Effect::None;
    }
    match python.resolve(id.outer(python), callee) {
        Target::External(path)
            if HARMLESS.contains(&path.split('.').next().unwrap_or_default()) =>
        {
            Effect::None
        }
        target => match parts(python, &target, DEPTH) {
            Some(parts) => project_effect(python, &parts, decorator, failing, keys),
            None => Effect::Unknown,
        },
    }
}

/// The functions a decorator of the project is made of, its wrapper among them: those inside the
/// function or class, or inside what it calls.
pub(super) fn parts(python: &Python, target: &Target, depth: usize) -> Option<Vec<FunctionId>> {
    let (module, name) = match target {
        Target::Function(id) => (id.module, &python.function(*id).name),
        Target::Class(id) | Target::Instance(id) => (id.module, &python.class(*id).name),
        Target::Object(object) => {
            let Value::Call(call) = &python.object(*object).value else {
                return None;
            };
            let target = python.resolve(object.scope, &call.callee);
            return parts(python, &target, depth.checked_sub(1)?);
        }
        _ => return None,
    };
    let prefix = format!("{name}.");
    let functions = python.modules[module].facts.functions.iter().enumerate();
    let mut found: Vec<FunctionId> = functions
        .filter(|(_, function)| function.name.starts_with(&prefix))
        .map(|(index, _)| FunctionId { module, index })
        .collect();
    if let Target::Function(id) = target {
        if found.is_empty() {
            let calls = python.function(*id).calls.iter();
            let called = calls.map(|call| python.resolve(id.scope(), &call.callee));
            let depth = depth.checked_sub(1)?;
            found = called
                .filter_map(|target| parts(python, &target, depth))
                .flatten()
                .collect();
        }
        found.push(*id);
    }
    let wraps = found.iter().any(|id| python.function(*id).nested);
    let whole = !found.iter().any(|id| python.function(*id).broken);
    (wraps && whole).then_some(found)
}

/// Whether the decorators of a function leave its arguments as they are.
pub(super) fn takes_nothing(python: &Python, id: FunctionId) -> bool {
    python.function(id).decorators.iter().all(|decorator| {
        let callee = &decorator.call.callee;
        is_plain(callee)
            || is_route(python, id, decorator) && is_registration(&decorator.call)
            || match python.resolve(id.outer(python), callee) {
                Target::External(path) => {
                    HARMLESS.contains(&path.split('.').next().unwrap_or_default())
                }
                _ => false,
            }
    })
}

fn is_plain(callee: &str) -> bool {
    matches!(callee, "staticmethod" | "classmethod" | "property")
}

/// A decorator that registers the handler, on whatever object.
pub(super) fn is_route(python: &Python, id: FunctionId, decorator: &Decorator) -> bool {
    let call = &decorator.call;
    let Some((object, method)) = call.callee.rsplit_once('.') else {
        return false;
    };
    let target = python.resolve(id.outer(python), object);
    let path = call
        .args
        .first()
        .is_some_and(|path| matches!(path, Value::Str(..)));
    python.app_kind(&target).is_some()
        || path
            && matches!(
                method,
                "get" | "post" | "put" | "patch" | "delete" | "route" | "api_route"
            )
}

/// What a decorator of the project does.
fn project_effect(
    python: &Python,
    parts: &[FunctionId],
    decorator: &Decorator,
    failing: &Failing,
    keys: &[&str],
) -> Effect {
    let mut effect = Effect::None;
    for &part in parts {
        for written in caught(python, part) {
            if is_bare(&written) {
                effect = effect.max(Effect::Unknown);
            } else if catches(python, failing, part.scope(), &written) != Answer::No {
                return Effect::Handled;
            }
        }
    }
    let given = decorator.call.args.iter().any(|arg| match arg {
        Value::Str(text, _) => keys.contains(&text.as_str()),
        _ => false,
    });
    let taken = parts.iter().any(|&part| {
        python
            .function(part)
            .params
            .iter()
            .any(|param| keys.contains(&param.name.as_str()))
    });
    if (given || taken) && parts.iter().any(|&part| raises(python, part)) {
        return Effect::Handled;
    }
    let of_path = |part: FunctionId| {
        let mut reads = python.function(part).path_reads.iter();
        reads.any(|name| keys.contains(&name.as_str()))
    };
    if parts
        .iter()
        .any(|&part| refuses(python, part) && of_path(part))
    {
        return Effect::Handled;
    }
    let refusing = parts.iter().copied().filter(|&part| refuses(python, part));
    let refusing: Vec<FunctionId> = refusing.collect();
    let asked = |key: &&str| refusing.iter().any(|&part| asks_by(python, part, key));
    if !keys.is_empty() && keys.iter().all(asked) {
        return Effect::Handled;
    }
    // The wrapper sees the arguments, and may look the row up before the handler does.
    if parts.iter().any(|&part| looks_up(python, part)) {
        effect.max(Effect::Unknown)
    } else {
        effect
    }
}

/// Whether a wrapper may answer instead of the handler: by an exception or by a response.
fn refuses(python: &Python, part: FunctionId) -> bool {
    let mut exits = python.function(part).exits.iter();
    raises(python, part) || exits.any(|exit| matches!(exit.kind, ExitKind::ErrorResponse(_)))
}

/// Whether a wrapper asks for something by what the path holds, under this name:
/// `Member.objects.filter(project_id=kwargs["project_id"])`.
fn asks_by(python: &Python, part: FunctionId, key: &str) -> bool {
    let function = python.function(part);
    let mut params = function.params.iter();
    let Some(rest) = params.find(|param| param.kind == ParamKind::KeywordArgs) else {
        return false;
    };
    let of_path = |origin: &Origin| match origin {
        Origin::Parameter(name) | Origin::Field(name) => *name == rest.name,
        _ => false,
    };
    function.calls.iter().any(|call| {
        call.keywords
            .iter()
            .any(|(name, origins)| name == key && origins.iter().any(of_path))
    })
}

fn looks_up(python: &Python, part: FunctionId) -> bool {
    let calls = &python.function(part).calls;
    raises(python, part)
        && calls
            .iter()
            .any(|call| matches!(last_name(&call.callee), "get" | "pop"))
}
