//! Tables of the project that say for routes, by name, which parameters something in front of the
//! handlers looks up: `{"order-detail": (Order, "order_id")}`.

use std::collections::{BTreeMap, BTreeSet};

use super::index::{Python, last_name};
use super::routes::Route;
use crate::facts::python::Value;

/// What stands beside each name in the dictionaries of the project.
#[derive(Debug, Default)]
pub(super) struct Registries<'a> {
    beside: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> Registries<'a> {
    /// Reads the dictionaries at the top of all modules.
    pub(super) fn new(python: &Python<'a>) -> Self {
        let mut registries = Self::default();
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
