//! What the declaration of a route and its function disagree about: parameters of the path, a body
//! that the status forbids, a path that an earlier route answers.

use std::collections::{BTreeMap, BTreeSet};

use super::apps::{Framework, keyword};
use super::decorators::takes_nothing;
use super::dependencies::Provider;
use super::index::{FunctionId, ObjectId, Python, last_name};
use super::mounts::Mounts;
use super::replies::{number, status};
use super::routes::{Role, Route};
use crate::facts::python::{AnswerKind, Call, ParamKind, ReplyKind, Value};
use crate::source::{Loc, Span};

/// What is wrong with a route.
#[derive(Clone, Debug, Default)]
pub struct Contract {
    /// Parameters of the path that the function does not take.
    pub unused: Vec<String>,
    /// Parameters that the function demands and nothing gives.
    pub missing: Vec<String>,
    /// Bodies that are returned under status 204.
    pub lost_bodies: Vec<Loc>,
    /// The earlier route that answers every request for this one, and its path.
    pub shadowed_by: Option<(Loc, String)>,
    /// The status of an answer when all goes well, where it is known.
    pub status: Option<u16>,
    /// Rows that are returned with nothing said of their shape, and the model they are of.
    pub raw_model: Option<(Loc, String)>,
}

/// Judges each route, in the order given.
pub(super) fn judge<'a>(
    python: &Python<'a>,
    mounts: &Mounts<'a>,
    routes: &[Route],
) -> Vec<Contract> {
    let shadows = shadows(python, routes);
    let contracts = routes.iter().zip(shadows).map(|(route, shadowed_by)| {
        let (unused, missing) = parameters(python, mounts, route).unwrap_or_default();
        Contract {
            unused,
            missing,
            lost_bodies: lost_bodies(python, route),
            shadowed_by,
            ..Contract::default()
        }
    });
    contracts.collect()
}

/// The parameters of the path that are not taken, and those that are demanded and not given;
/// `None` where it is not known who takes them.
fn parameters<'a>(
    python: &Python<'a>,
    mounts: &Mounts<'a>,
    route: &Route,
) -> Option<(Vec<String>, Vec<String>)> {
    let own = route.own_path.as_deref().filter(|_| route.known)?;
    let function = python.function(route.function);
    let variadic = |kind| matches!(kind, ParamKind::Args | ParamKind::KeywordArgs);
    if function.params.iter().any(|param| variadic(param.kind)) || function.broken {
        return None;
    }
    match route.framework {
        Framework::FastApi => {
            let taken = taken_by_fastapi(python, mounts, route)?;
            let unused = names(own, '{', '}')?.into_iter();
            Some((
                unused.filter(|name| !taken.contains(name)).collect(),
                vec![],
            ))
        }
        Framework::Flask => {
            let mut decorators = function.decorators.iter();
            let defaults = decorators.any(|it| keyword(&it.call, "defaults").is_some());
            let plain = route.registrations == 1 && function.class.is_none() && !defaults;
            let known = plain && takes_nothing(python, route.function);
            let given = names(route.path.as_deref()?, '<', '>').filter(|_| known)?;
            Some(compare(python, route.function, &given, 0))
        }
        Framework::Django => {
            let plain = function.class.is_none() && takes_nothing(python, route.function);
            let path = route.path.as_deref().filter(|_| plain)?;
            let given = match path.contains('(') {
                true => named_groups(path)?,
                false => names(path, '<', '>')?,
            };
            Some(compare(python, route.function, &given, 1))
        }
        Framework::Litestar => {
            let taken = taken_by_litestar(python, route)?;
            let given = names(route.path.as_deref()?, '{', '}')?.into_iter();
            let unused = given.filter(|name| !taken.contains(name));
            Some((unused.collect(), vec![]))
        }
        Framework::Aiohttp => {
            let path = route.path.as_deref().filter(|_| route.registrations == 1)?;
            let given = names(path, '{', '}')?;
            let read = function.path_reads.iter();
            let missing = read.filter(|name| !given.contains(name)).cloned();
            Some((vec![], missing.collect()))
        }
        Framework::Drf | Framework::Starlette => None,
    }
}

/// Given and taken, where the framework passes exactly what the path gives.
fn compare(
    python: &Python,
    id: FunctionId,
    given: &[String],
    skip: usize,
) -> (Vec<String>, Vec<String>) {
    let params = python.function(id).params.iter().skip(skip);
    let taken: Vec<&str> = params.clone().map(|param| param.name.as_str()).collect();
    let unused = given.iter().filter(|name| !taken.contains(&name.as_str()));
    let missing = params.filter(|param| param.default.is_none() && !given.contains(&param.name));
    (
        unused.cloned().collect(),
        missing.map(|param| param.name.clone()).collect(),
    )
}

/// The names that the function and its dependencies take; `None` where some may not be known.
fn taken_by_fastapi<'a>(
    python: &Python<'a>,
    mounts: &Mounts<'a>,
    route: &Route,
) -> Option<BTreeSet<String>> {
    let function = python.function(route.function);
    let elsewhere = !python
        .configured(mounts, &route.placement, "dependencies")
        .is_empty();
    let beside = function
        .decorators
        .iter()
        .any(|decorator| keyword(&decorator.call, "dependencies").is_some());
    let (providers, open) = python.providers(route.function);
    let whole = route
        .roles
        .iter()
        .any(|role| matches!(role, Role::Request | Role::Unknown));
    if elsewhere || beside || open || whole {
        return None;
    }
    // What a class without a constructor of its own takes, its base decides.
    let mut params = function.params.iter();
    let inherits = params.any(|param| {
        let provider = python.provider(route.function.outer(python), param);
        matches!(provider, Some(Provider::Class(class)) if python.method(class, "__init__").is_none())
    });
    if inherits {
        return None;
    }
    let mut taken = BTreeSet::new();
    for id in providers.into_iter().chain([route.function]) {
        for param in &python.function(id).params {
            let metadata = param.annotation.iter().flat_map(|it| &it.metadata);
            let calls = param.default.iter().chain(metadata);
            let aliased = calls.clone().any(|value| match value {
                Value::Call(call) => keyword(call, "alias").is_some(),
                _ => false,
            });
            let is_request = id != route.function && param.name == "request";
            if aliased || is_request || param.kind == ParamKind::KeywordArgs {
                return None;
            }
            taken.insert(param.name.clone());
        }
    }
    // The fields of a class that is a dependency are parameters as well.
    let by_class = function
        .params
        .iter()
        .zip(&route.roles)
        .any(|(param, role)| *role == Role::Query && param.default.is_none() && class_like(param));
    (!by_class).then_some(taken)
}

/// The names that the function and its dependencies take; `None` where some may not be known: who is
/// given the whole request may read the path from it.
fn taken_by_litestar(python: &Python, route: &Route) -> Option<BTreeSet<String>> {
    let (providers, open) = python.route_providers(route);
    let function = python.function(route.function);
    let unknown = |role: &Role| matches!(role, Role::Request | Role::Unknown);
    let skipped = usize::from(function.class.is_some());
    if open || !route.layers.guards.is_empty() || route.roles.iter().skip(skipped).any(unknown) {
        return None;
    }
    let mut taken = BTreeSet::new();
    for id in providers.into_iter().chain([route.function]) {
        for param in &python.function(id).params {
            let whole = matches!(param.name.as_str(), "request" | "socket" | "scope");
            if whole || param.kind == ParamKind::KeywordArgs {
                return None;
            }
            taken.insert(param.name.clone());
        }
    }
    Some(taken)
}

fn class_like(param: &crate::facts::python::Param) -> bool {
    let metadata = param.annotation.iter().flat_map(|it| &it.metadata);
    metadata.count() > 0
}

/// The parameters between marks: `{id}`, `{id:path}`, `<int:id>`. `None` where one has no plain
/// name: frameworks differ about those.
fn names(path: &str, open: char, close: char) -> Option<Vec<String>> {
    let mut found = Vec::new();
    for part in path.split(open).skip(1) {
        let inner = part.split_once(close)?.0;
        let name = match open {
            '{' => inner.split(':').next()?,
            _ => inner.rsplit(':').next()?,
        };
        let plain = !name.is_empty() && name.chars().all(|c| c == '_' || c.is_alphanumeric());
        found.push(plain.then(|| name.to_owned())?);
    }
    Some(found)
}

/// The groups of a regular expression, if all have names.
fn named_groups(path: &str) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for part in path.split('(').skip(1) {
        match part.strip_prefix("?P<") {
            Some(named) => names.push(named.split_once('>')?.0.to_owned()),
            None if part.starts_with("?:") => {}
            None => return None,
        }
    }
    Some(names)
}

/// Returns of something under a status that has no body.
fn lost_bodies(python: &Python, route: &Route) -> Vec<Loc> {
    let function = python.function(route.function);
    let sets = function.answers.iter().any(|it| it.kind == AnswerKind::Set);
    let declared = route.status == Some(204) && !sets;
    let replies = function.replies.iter();
    let lost = replies.filter(|reply| {
        reply.kind == ReplyKind::Return
            && match (&reply.value, route.framework) {
                (Value::Dict(entries), Framework::FastApi) => declared && !entries.is_empty(),
                (Value::List(items), Framework::Flask) => match items.as_slice() {
                    [body, status, ..] => number(status) == Some(204) && says_something(body),
                    _ => false,
                },
                (Value::Call(call), _) => is_empty_with_body(call),
                _ => false,
            }
    });
    let at = |span: Span| python.loc(route.function.module, span);
    lost.map(|reply| at(reply.span)).collect()
}

/// `Response({"message": "deleted"}, status=204)`
fn is_empty_with_body(call: &Call) -> bool {
    const RESPONSES: [&str; 6] = [
        "HttpResponse",
        "JSONResponse",
        "JsonResponse",
        "Response",
        "json_response",
        "make_response",
    ];
    let by_name = ["content", "data", "response", "text", "body"].into_iter();
    let mut by_name = by_name.filter_map(|name| keyword(call, name));
    let body = call.args.first().or_else(|| by_name.next());
    RESPONSES.contains(&last_name(&call.callee))
        && status(call) == Some(204)
        && body.is_some_and(says_something)
}

fn says_something(body: &Value) -> bool {
    match body {
        Value::Dict(entries) => !entries.is_empty(),
        Value::Str(text, _) => !text.is_empty(),
        Value::Call(call) => !call.args.is_empty() || !call.keywords.is_empty(),
        Value::Name(name, _) => name.ends_with(".data"),
        _ => false,
    }
}

/// For each route the one before it on the same router that answers in its place. Starlette takes
/// the first route that matches; the others sort or compare by more than the text.
fn shadows(python: &Python, routes: &[Route]) -> Vec<Option<(Loc, String)>> {
    // Only those of one router in one module are compared: all with all would be too many.
    let mut registered: BTreeMap<(Option<ObjectId>, usize), Vec<&Route>> = BTreeMap::new();
    let shadowed = routes.iter().map(|route| {
        let same = registered.entry((route.object, route.function.module));
        let before = same.or_default();
        before.push(route);
        let path = route.own_path.as_deref()?;
        let plain = |route: &Route| {
            // What decorates a class may register its methods in another order.
            let function = python.function(route.function);
            let ordered = matches!(route.framework, Framework::FastApi | Framework::Aiohttp);
            ordered && route.known && function.class.is_none()
        };
        let earlier = before[..before.len() - 1].iter().filter(|other| {
            plain(other)
                && plain(route)
                && route.object.is_some()
                && !other.methods.is_empty()
                && !route.methods.is_empty()
                && other.at.file == route.at.file
                && other.at.span.start < route.at.span.start
                && route.methods.iter().all(|it| other.methods.contains(it))
                && !rebound(python, other, route)
        });
        let mut covering = earlier.filter(|other| {
            let general = other.own_path.as_deref();
            general.is_some_and(|general| {
                // aiohttp asks first whose text before the parameters fits best.
                let fixed = |path: &str| path.split('{').next().map(str::to_owned);
                let sorts = route.framework == Framework::Aiohttp;
                covers(general, path) && (!sorts || fixed(general) == fixed(path))
            })
        });
        let other = covering.next()?;
        let path = other.path.as_deref().filter(|path| !path.is_empty());
        Some((other.at, path.unwrap_or("/").to_owned()))
    });
    shadowed.collect()
}

/// Whether the name of the router is bound anew between two routes, which then are of different ones.
fn rebound(python: &Python, earlier: &Route, later: &Route) -> bool {
    let Some(object) = later.object else {
        return false;
    };
    let between =
        |span: &Span| earlier.at.span.start < span.start && span.start < later.at.span.start;
    let name = &python.object(object).name;
    let mut globals = python.modules[object.scope.module].facts.globals.iter();
    globals.any(|global| global.name == *name && between(&global.span))
}

/// Whether the first path matches everything that the second does.
fn covers(general: &str, special: &str) -> bool {
    let parts = |path: &str| -> Vec<String> { path.split('/').map(str::to_owned).collect() };
    let (general, special) = (parts(general), parts(special));
    let matches = |(one, other): (&String, &String)| {
        let plain = one.starts_with('{') && one.ends_with('}') && one.matches('{').count() == 1;
        // An empty segment matches no parameter.
        let any = plain && (!one.contains(':') || one.contains(":str")) && !other.is_empty();
        // What a converter of the other matches, a parameter without one matches too.
        any && !other.contains(":path") || one == other && !one.contains('{')
    };
    general.len() == special.len() && general.iter().zip(&special).all(matches)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_covers_a_word() {
        assert!(covers("/users/{id}", "/users/me"));
        assert!(covers("/users/{id}", "/users/{name}"));
        assert!(covers("/a", "/a"));
        assert!(covers("/a/{x:str}/b", "/a/c/b"));
        assert!(!covers("/users/{id:int}", "/users/me"));
        assert!(!covers("/users/me", "/users/{id}"));
        assert!(!covers("/users/{id}", "/users/"));
        assert!(!covers("/users/{id}", "/users/me/posts"));
        assert!(!covers("/files/v{n}", "/files/v1"));
        assert!(!covers("/files/{name}", "/files/{path:path}"));
    }

    #[test]
    fn parameters_have_plain_names() {
        let all = |path: &str| names(path, '{', '}');
        assert_eq!(all("/a/{b}/{c:path}"), Some(vec!["b".into(), "c".into()]));
        assert_eq!(all("/a/{item-id}"), None);
        assert_eq!(names("<int:pk>/x/", '<', '>'), Some(vec!["pk".into()]));
        assert_eq!(named_groups(r"^a/(?P<pk>\d+)/$"), Some(vec!["pk".into()]));
        assert_eq!(named_groups(r"^a/(\d+)/$"), None);
    }
}
