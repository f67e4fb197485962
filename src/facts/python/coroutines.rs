//! What is to be awaited: what becomes of the value of a call, and which calls of libraries give a
//! coroutine, by the table in `data/python-coroutines.toml`, read once.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};

use crate::source::Span;

/// The table.
pub(super) static COROUTINES: LazyLock<Coroutines> = LazyLock::new(|| {
    let text = include_str!("../../../data/python-coroutines.toml");
    toml::from_str(text).expect("a test reads the table")
});

/// What becomes of the value of a call, should it be a coroutine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Usage {
    /// It is awaited.
    Awaited,
    /// Nobody keeps it.
    Dropped,
    /// It is read here as if it were the result: an attribute, an item, a test.
    Read(Span),
    /// It is returned, as it is or in a list or dictionary.
    Returned,
    /// It is handed on, or not known: somebody may await it.
    Elsewhere,
}

/// What gives a coroutine.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Coroutines {
    functions: FxHashSet<String>,
    pub(super) tests: FxHashSet<String>,
    decorators: FxHashSet<String>,
    #[serde(rename = "method")]
    methods: Vec<Methods>,
}

/// Methods of types that give a coroutine.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Methods {
    types: FxHashSet<String>,
    names: FxHashSet<String>,
    /// The type is that of a database or client, on whose attributes and items they hang.
    #[serde(default)]
    below: bool,
    /// They run without being awaited as well.
    #[serde(default)]
    scheduled: bool,
}

/// What a call of a library gives that is to be awaited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaitable {
    /// A coroutine: it does nothing until it is awaited.
    Coroutine,
    /// A future: it runs, but its result is only had by awaiting it.
    Future,
}

/// What the call of a canonical path gives that is to be awaited: `asyncio.sleep`,
/// `httpx.AsyncClient().get`.
pub fn awaitable(path: &str) -> Option<Awaitable> {
    let coroutines = &*COROUTINES;
    if coroutines.functions.contains(path) {
        return Some(Awaitable::Coroutine);
    }
    let (holder, method) = path.rsplit_once('.')?;
    let is_of = |methods: &&Methods| {
        let is_type = |holder: &str| {
            let class = holder.strip_suffix("()");
            class.is_some_and(|class| methods.types.contains(class))
        };
        let mut below = holder.match_indices(")").map(|(at, _)| &holder[..=at]);
        methods.names.contains(method) && (is_type(holder) || methods.below && below.any(is_type))
    };
    let methods = coroutines.methods.iter().find(is_of)?;
    Some(match methods.scheduled {
        true => Awaitable::Future,
        false => Awaitable::Coroutine,
    })
}

/// Whether a decorator of a library, by its path, leaves a coroutine function one.
pub fn keeps_coroutines(path: &str) -> bool {
    COROUTINES.decorators.contains(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coroutines_are_told_by_their_path() {
        let all = [
            ("asyncio.sleep", Some(Awaitable::Coroutine)),
            ("time.sleep", None),
            (
                "sqlalchemy.ext.asyncio.AsyncSession().execute",
                Some(Awaitable::Coroutine),
            ),
            ("sqlalchemy.ext.asyncio.AsyncSession().add", None),
            ("sqlalchemy.ext.asyncio.AsyncSession.execute", None),
            ("sqlalchemy.orm.Session().execute", None),
            (
                "motor.motor_asyncio.AsyncIOMotorDatabase()[].find_one",
                Some(Awaitable::Future),
            ),
            (
                "motor.motor_asyncio.AsyncIOMotorClient().shop.orders.insert_one",
                Some(Awaitable::Future),
            ),
            ("motor.motor_asyncio.AsyncIOMotorDatabase()[].find", None),
        ];
        for (path, expected) in all {
            assert_eq!(awaitable(path), expected, "{path}");
        }
    }
}
