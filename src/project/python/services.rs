//! Which calls ask another service: the table in `data/python-services.toml`, and the clients that
//! the project makes of it. Knows no handler and no rule.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::index::{FunctionId, Python, Scope, last_name};
use super::names::Target;
use crate::facts::python::{Call, Value};

/// The table.
pub(super) static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let text = include_str!("../../../data/python-services.toml");
    let table: Table = toml::from_str(text).expect("a test reads the table");
    table.indexed()
});

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    #[serde(rename = "service")]
    services: Vec<Service>,
    #[serde(rename = "wait")]
    waits: Vec<Waiting>,
    #[serde(rename = "blocking")]
    blocks: Vec<Blocking>,
    awaited: Words,
    pub(super) lasting: Names,
    pub(super) detached: Names,
    pub(super) retrying: Libraries,
    clients: BTreeMap<String, Vec<String>>,
    pub(super) keeping: Keeping,
    pub(super) sessions: Sessions,
    pub(super) engines: Engines,
    pub(super) critical: Critical,
    pub(super) failures: Names,
    pub(super) beside: Words,
    /// Callee → service.
    #[serde(skip)]
    callees: BTreeMap<String, usize>,
    /// The last names of those: cheap to compare before a name is resolved, which is dear.
    #[serde(skip)]
    last_names: Vec<String>,
}

/// Sessions and connections that somebody must close.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sessions {
    pub(super) opened: Vec<String>,
}

/// What connects an application to a database, and tells others whether it can.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Engines {
    pub(super) callees: Vec<String>,
    pub(super) probes: Vec<String>,
    pub(super) libraries: Vec<String>,
}

/// A service and the ways to ask it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Service {
    /// The package.
    pub(super) library: String,
    /// How it tells of a failure.
    pub(super) kind: ServiceKind,
    #[serde(default)]
    functions: Vec<String>,
    #[serde(default)]
    clients: Vec<String>,
    #[serde(default)]
    methods: Vec<String>,
    /// Its calls wait for ever unless somebody says how long.
    #[serde(default)]
    pub(super) endless: bool,
    /// How long a call may take when nobody says.
    #[serde(default)]
    pub(super) lasts: String,
    /// What its calls raise, the usual one first.
    pub(super) raises: Vec<String>,
}

/// How a service tells of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ServiceKind {
    /// By the status of its answer.
    Http,
    /// By an exception.
    Raising,
    /// The same, and it is a language model.
    Llm,
}

/// Calls that wait for ever, and the arguments that keep them from it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Waiting {
    callees: Vec<String>,
    pub(super) limited_by: Vec<String>,
}

/// Calls that keep the thread.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Blocking {
    kind: BlockingKind,
    #[serde(default)]
    callees: Vec<String>,
    #[serde(default)]
    holders: Vec<String>,
    #[serde(default)]
    methods: Vec<String>,
}

/// What a call that keeps the thread waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BlockingKind {
    /// The clock.
    Sleep,
    /// A program.
    Process,
    /// Another service.
    Http,
    /// A database.
    Database,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Names {
    pub(super) names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Libraries {
    pub(super) libraries: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keeping {
    pub(super) decorators: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Critical {
    pub(super) payment: Vec<String>,
    pub(super) moves: Vec<String>,
    pub(super) auth: Vec<String>,
    pub(super) lets_in: Vec<String>,
    pub(super) keeps_out: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub(super) words: Vec<String>,
}

impl Service {
    /// Whether the service is asked by a function, without a client.
    pub(super) fn is_function(&self, path: &str) -> bool {
        self.functions.iter().any(|it| it == path)
    }
}

impl Table {
    fn indexed(mut self) -> Self {
        for (number, service) in self.services.iter().enumerate() {
            let clients = service.clients.iter().flat_map(|client| {
                let methods = service.methods.iter();
                methods.map(move |method| format!("{client}().{method}"))
            });
            for callee in service.functions.iter().cloned().chain(clients) {
                self.last_names.push(last_name(&callee).to_owned());
                self.callees.insert(callee, number);
            }
        }
        self.last_names.sort();
        self.last_names.dedup();
        self
    }

    /// The service that a resolved callee asks.
    pub(super) fn service(&self, path: &str) -> Option<&Service> {
        self.callees.get(path).map(|&number| &self.services[number])
    }

    /// What a client holds that a resolved callee makes.
    pub(super) fn holding(&self, path: &str) -> Option<&str> {
        let mut kinds = self.clients.iter();
        let kind = kinds.find(|(_, makers)| makers.iter().any(|it| it == path))?;
        Some(kind.0)
    }

    /// What else a resolved callee waits for without an end.
    pub(super) fn waiting(&self, path: &str) -> Option<&Waiting> {
        let mut waits = self.waits.iter();
        waits.find(|wait| wait.callees.iter().any(|it| it == path))
    }

    /// What a resolved callee keeps the thread for.
    pub(super) fn blocking(&self, path: &str) -> Option<BlockingKind> {
        let keeps = |blocking: &&Blocking| {
            let held = |holder: &String| {
                let rest = path.strip_prefix(holder.as_str());
                rest.is_some_and(|rest| rest.starts_with(['.', '[']))
                    && blocking.methods.iter().any(|it| it == last_name(path))
            };
            blocking.callees.iter().any(|it| it == path) || blocking.holders.iter().any(held)
        };
        if let Some(blocking) = self.blocks.iter().find(keeps) {
            return Some(blocking.kind);
        }
        (self.service(path).is_some() && !self.is_awaited(path)).then_some(BlockingKind::Http)
    }

    /// Whether a resolved callee gives something to await.
    pub(super) fn is_awaited(&self, path: &str) -> bool {
        self.awaited.words.iter().any(|word| path.contains(word))
    }

    /// Whether a callee has the last name of one that waits or keeps the thread.
    pub(super) fn may_wait(&self, callee: &str) -> bool {
        let name = last_name(callee);
        let is_name = |path: &String| last_name(path) == name;
        let blocks = |it: &Blocking| {
            it.callees.iter().any(is_name) || it.methods.iter().any(|method| method == name)
        };
        self.may_ask(callee)
            || self
                .waits
                .iter()
                .any(|wait| wait.callees.iter().any(is_name))
            || self.blocks.iter().any(blocks)
    }

    /// Whether a callee has the name of one that makes a client.
    pub(super) fn may_make(&self, callee: &str) -> bool {
        let name = last_name(callee);
        let mut makers = self.clients.values().flatten();
        makers.any(|path| last_name(path) == name)
    }

    fn may_ask(&self, callee: &str) -> bool {
        let name = last_name(callee);
        let known = |other: &String| other.as_str().cmp(name);
        self.last_names.binary_search_by(known).is_ok() || !callee.contains('.')
    }
}

impl<'a> Python<'a> {
    /// The service that a call asks, with the callee by its library: `httpx.AsyncClient().get`.
    pub(super) fn asked_by(
        &self,
        scope: Scope,
        callee: &str,
    ) -> Option<(&'static Service, String)> {
        if !TABLE.may_ask(callee) {
            return None;
        }
        let Target::External(path) = self.resolve(scope, callee) else {
            return None;
        };
        Some((TABLE.service(&path)?, path))
    }

    /// Whether the client which a method is called on is handed out by a function of the project,
    /// which may have fitted it with limits.
    pub(super) fn is_handed_out(&self, scope: Scope, callee: &str) -> bool {
        let mut object = callee;
        while let Some((holder, _)) = object.rsplit_once('.') {
            object = holder;
            let made_by = match self.resolve(scope, object) {
                Target::Object(object) => self.object(object).value.call(),
                _ => None,
            };
            let getter = made_by.map_or(object, |call| call.callee.as_str());
            let getter = getter.trim_end_matches(".__enter__").trim_end_matches("()");
            let names_own = |name: &str| matches!(self.resolve(scope, name), Target::Function(_));
            if names_own(getter) {
                return true;
            }
        }
        false
    }

    /// The call that makes the client which a method is called on, where it can be seen.
    pub(super) fn client_of(&self, scope: Scope, callee: &str) -> Option<&'a Call> {
        let mut object = callee;
        while let Some((holder, _)) = object.rsplit_once('.') {
            object = holder;
            if let Some(call) = self.construction(scope, object, 6) {
                return Some(call);
            }
        }
        None
    }

    /// The call that makes what a name means.
    fn construction(&self, scope: Scope, name: &str, fuel: u32) -> Option<&'a Call> {
        let fuel = fuel.checked_sub(1)?;
        if let Some(getter) = name.strip_suffix("()") {
            let Target::Function(id) = self.resolve(scope, getter) else {
                return None;
            };
            let given = self.function(id).gives.as_deref()?;
            return self.client_made_by(id.scope(), given, fuel);
        }
        if let Target::Object(object) = self.resolve(scope, name) {
            return self.client_made_by(object.scope, &self.object(object).value, fuel);
        }
        let (holder, attribute) = name.rsplit_once('.')?;
        let Target::Instance(class) = self.resolve(scope, holder) else {
            return None;
        };
        for class in self.ancestry(class).classes {
            let facts = self.class(class);
            let scope = self.own_method(class, "__init__").map(FunctionId::scope);
            let mut attributes = facts.attributes.iter().chain(&facts.fields);
            if let Some(field) = attributes.find(|field| field.name == attribute) {
                let scope = scope.unwrap_or(Scope {
                    module: class.module,
                    function: None,
                });
                return self.client_made_by(scope, field.value.as_ref()?, fuel);
            }
        }
        None
    }

    fn client_made_by(&self, scope: Scope, value: &'a Value, fuel: u32) -> Option<&'a Call> {
        match value {
            Value::Call(call) => match call.callee.strip_suffix(".__enter__") {
                Some(manager) => match &call.receiver {
                    Some(built) => Some(built),
                    None => self.construction(scope, manager, fuel),
                },
                None if matches!(self.resolve(scope, &call.callee), Target::External(_)) => {
                    Some(call)
                }
                None => self.construction(scope, &format!("{}()", call.callee), fuel),
            },
            Value::Name(name, _) => self.construction(scope, name, fuel),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_callee_is_that_of_one_service() {
        let all = TABLE
            .services
            .iter()
            .map(|service| service.functions.len() + service.clients.len() * service.methods.len());
        assert_eq!(all.sum::<usize>(), TABLE.callees.len());
    }

    #[test]
    fn functions_and_methods_of_clients_are_found() {
        let library = |path| TABLE.service(path).map(|it| it.library.as_str());
        assert_eq!(library("requests.get"), Some("requests"));
        assert_eq!(library("httpx.AsyncClient().post"), Some("httpx"));
        assert_eq!(
            library("openai.OpenAI().chat.completions.create"),
            Some("openai")
        );
        assert_eq!(library("httpx.AsyncClient().aclose"), None);
    }
}
