//! What is looked up in front of handlers: by tables of the project that say for routes, by name,
//! which parameters that is (`{"order-detail": (Order, "order_id")}`), and by what Flask calls before
//! every request.

use std::collections::{BTreeMap, BTreeSet};

use super::index::{FunctionId, ObjectId, Python, last_name};
use super::routes::Route;
use super::summaries::raises;
use crate::facts::python::Value;

/// What stands beside each name in the dictionaries of the project.
#[derive(Debug, Default)]
pub(super) struct Registries<'a> {
    beside: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// Functions that run before those of an application or blueprint.
    before: Vec<(ObjectId, FunctionId)>,
}

impl<'a> Registries<'a> {
    /// Reads the dictionaries at the top of all modules.
    pub(super) fn new(python: &Python<'a>) -> Self {
        let mut registries = Self {
            before: before(python),
            ..Self::default()
        };
        for module in python.modules.iter().filter(|module| module.production) {
            for global in &module.facts.globals {
                registries.read(&global.value);
            }
        }
        registries
    }

    fn read(&mut self, value: &'a Value) {
        let Value::Dict(pairs) = value else {
            return;
        };
        for (key, value) in pairs {
            if let Value::Str(key, _) = key {
                texts(value, self.beside.entry(plain(key)).or_default());
            }
            self.read(value);
        }
    }

    /// Whether something that runs before the route takes all these parameters of its path, and
    /// answers by itself.
    pub(super) fn loads(&self, python: &Python, route: &Route, params: &BTreeSet<&str>) -> bool {
        self.before.iter().any(|(object, id)| {
            let reads = &python.function(*id).path_reads;
            let taken = params
                .iter()
                .all(|param| reads.iter().any(|it| it == param));
            taken && route.placement.chain.contains(object) && raises(python, *id)
        })
    }

    /// Whether a table names the route together with all these parameters.
    pub(super) fn name(&self, python: &Python, route: &Route, params: &BTreeSet<&str>) -> bool {
        let function = last_name(&python.function(route.function).name);
        let named = route.name.as_deref().map(plain);
        [named, Some(function)]
            .into_iter()
            .flatten()
            .filter_map(|name| self.beside.get(name))
            .any(|beside| params.is_subset(beside))
    }
}

/// `@app.before_request`, `@bp.before_request`
fn before(python: &Python) -> Vec<(ObjectId, FunctionId)> {
    let decorated = python.functions().flat_map(|(id, function)| {
        let decorators = function.decorators.iter();
        decorators.map(move |decorator| (id, decorator.call.callee.as_str()))
    });
    let found = decorated.filter_map(|(id, callee)| {
        let object = callee.strip_suffix(".before_request")?;
        Some((python.app_object(id.outer(python), object)?, id))
    });
    found.collect()
}

/// A name without the application or blueprint before it: `shop:order`, `shop.order`.
fn plain(name: &str) -> &str {
    name.rsplit([':', '.']).next().unwrap_or(name)
}

fn texts<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Str(text, _) => _ = found.insert(text),
        Value::List(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Dict(pairs) => pairs.iter().for_each(|(_, value)| texts(value, found)),
        Value::Call(call) => {
            call.args.iter().for_each(|arg| texts(arg, found));
            let keywords = call.keywords.iter();
            keywords.for_each(|keyword| texts(&keyword.value, found));
        }
        _ => {}
    }
}
