//! Routes that repeat another of their application: the same method and path, so that the one that
//! is registered first answers for both.

use std::collections::BTreeMap;

use super::apps::Framework;
use super::index::{ObjectId, Python, Scope, last_name};
use super::mounts::Mounts;
use super::routes::Route;
use crate::source::{Loc, Span};

/// A route that is never reached, as another one has its method and path.
#[derive(Clone, Debug)]
pub struct DuplicateRoute {
    /// Where it is registered.
    pub at: Loc,
    /// Where the other one is.
    pub first: Loc,
    /// Its path.
    pub path: String,
    /// Its function, by its own name.
    pub function: String,
}

/// What two routes must share to be one: the application or the file of the entry, the method, where
/// that tells routes apart, and the path without the names of its parameters.
type Key = (Option<ObjectId>, Option<usize>, String, String);

/// The routes of production code that repeat another, in order of place.
pub(super) fn duplicates(
    python: &Python,
    mounts: &Mounts,
    routes: &[Route],
) -> Vec<DuplicateRoute> {
    let mut seen: BTreeMap<Key, Vec<&Route>> = BTreeMap::new();
    let mut found = Vec::new();
    for route in routes
        .iter()
        .filter(|it| python.modules[it.function.module].production)
    {
        for key in keys(python, route) {
            let others = seen.entry(key).or_default();
            let pair = others.iter().find_map(|other| {
                let first = first(python, mounts, other, route)?;
                Some(if first {
                    (*other, route)
                } else {
                    (route, *other)
                })
            });
            if let Some((first, second)) = pair {
                found.push(DuplicateRoute {
                    at: second.at,
                    first: first.at,
                    path: second.path.clone().unwrap_or_default(),
                    function: last_name(&python.function(second.function).name).to_owned(),
                });
            }
            others.push(route);
        }
    }
    found.sort_by_key(|it| (it.at, it.first));
    found.dedup_by_key(|it| it.at);
    found
}

fn keys(python: &Python, route: &Route) -> Vec<Key> {
    let placement = &route.placement;
    let (Some(path), false) = (&route.path, route.open) else {
        return Vec::new();
    };
    let path = unnamed(path);
    match route.framework {
        Framework::Django | Framework::Drf => {
            let file = Some(route.at.file.index());
            vec![(None, file, String::new(), path)]
        }
        Framework::FastApi | Framework::Flask => {
            let once = route.known && !placement.open && placement.prefixes.len() == 1;
            let plain = once && python.function(route.function).class.is_none();
            let app = placement.chain.last().copied().filter(|_| plain);
            let methods = route.methods.iter().filter(|_| app.is_some());
            methods
                .map(|it| (app, None, it.clone(), path.clone()))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// A path without the names of its parameters: `/users/{}`.
fn unnamed(path: &str) -> String {
    let mut text = String::new();
    let mut rest = path;
    while let Some(open) = rest.find(['{', '<']) {
        let Some(close) = rest[open..].find(['}', '>']) else {
            break;
        };
        let inner = &rest[open + 1..open + close];
        let kind = match rest.as_bytes()[open] {
            b'{' => inner.split_once(':').map_or("", |(_, kind)| kind),
            _ => inner.rsplit_once(':').map_or("", |(kind, _)| kind),
        };
        text.push_str(&rest[..=open]);
        text.push_str(kind);
        rest = &rest[open + close..];
    }
    text + rest
}

/// Whether the first of two routes is registered before the second; `None` where that is not known,
/// or they are one.
fn first(python: &Python, mounts: &Mounts, one: &Route, other: &Route) -> Option<bool> {
    if one.function == other.function || one.at == other.at {
        return None;
    }
    if matches!(one.framework, Framework::Django | Framework::Drf) {
        return Some(one.at.span.start < other.at.span.start);
    }
    // Those of one router of FastAPI are compared by more than their text.
    let by_order = matches!(one.framework, Framework::FastApi | Framework::Starlette);
    if by_order && one.object == other.object {
        return None;
    }
    let chain = &one.placement.chain;
    let common = chain.iter().find(|it| other.placement.chain.contains(it))?;
    let (before, after) = (
        registered(python, mounts, one, *common)?,
        registered(python, mounts, other, *common)?,
    );
    (before.0 == after.0).then_some(before.1.start < after.1.start)
}

/// Where a route, or the router that it is on, comes onto an object.
fn registered(
    python: &Python,
    mounts: &Mounts,
    route: &Route,
    object: ObjectId,
) -> Option<(Scope, Span)> {
    let place = route.placement.chain.iter().position(|it| *it == object)?;
    match place.checked_sub(1) {
        None => Some((route.function.outer(python), route.at.span)),
        Some(below) => mounts.mounted_at(route.placement.chain[below], object),
    }
}

#[cfg(test)]
mod tests {
    use super::unnamed;

    #[test]
    fn names_of_parameters_do_not_tell_paths_apart() {
        assert_eq!(unnamed("/users/{id}/x"), unnamed("/users/{user_id}/x"));
        assert_eq!(unnamed("/users/<int:id>"), "/users/<int>");
        assert_ne!(unnamed("/users/{id:int}"), unnamed("/users/{id}"));
    }
}
