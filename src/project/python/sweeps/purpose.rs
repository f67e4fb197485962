//! What the names around a request say of it: that it is about all rows, or made for nobody in
//! particular.

use crate::facts::python::{Call, Value};
use crate::project::python::Auth;
use crate::project::python::effects::Happening;
use crate::project::python::index::last_name;
use crate::project::python::safety::words;
use crate::project::python::writes::Writes;

/// Words with which names say that all rows are meant.
const ALL: [&str; 12] = [
    "all",
    "bulk",
    "clean",
    "cleanup",
    "clear",
    "delete_all",
    "empty",
    "every",
    "everything",
    "flush",
    "purge",
    "reset",
];

/// Words of what is done for nobody in particular: by an administrator, a timer, a developer.
const FOR_NOBODY: [&str; 35] = [
    "admin",
    "backfill",
    "cron",
    "daily",
    "database",
    "db",
    "debug",
    "demo",
    "dev",
    "dummy",
    "import",
    "init",
    "initialize",
    "internal",
    "job",
    "maintenance",
    "migrate",
    "monthly",
    "nuke",
    "rebuild",
    "recalculate",
    "recompute",
    "refresh",
    "regenerate",
    "reindex",
    "reload",
    "restore",
    "seed",
    "setup",
    "staff",
    "superuser",
    "sync",
    "test",
    "truncate",
    "wipe",
];

/// Words of what grants rights to some users only, or to no user.
const RIGHTS: [&str; 14] = [
    "admin",
    "administrator",
    "cron",
    "internal",
    "key",
    "permission",
    "permissions",
    "privilege",
    "role",
    "roles",
    "scope",
    "secret",
    "staff",
    "superuser",
];

/// Words of tables that have one row.
const SINGLE: [&str; 13] = [
    "config",
    "configuration",
    "configurations",
    "global",
    "globals",
    "meta",
    "metadata",
    "option",
    "options",
    "preferences",
    "setting",
    "settings",
    "state",
];

/// Words of modules that are not for users.
const MODULES: [&str; 4] = ["admin", "debug", "internal", "superuser"];

impl Writes<'_, '_> {
    /// Whether the path or a function on the way says that all rows are meant.
    pub(super) fn says_all(&self, write: &Happening) -> bool {
        let names = self.names(write);
        let mut names = names.iter().map(String::as_str);
        names.any(|name| ALL.contains(&name) || FOR_NOBODY.contains(&name))
    }

    /// Whether an administrator, a timer or a developer makes the request.
    pub(super) fn is_for_nobody(&self, write: &Happening, auth: &Auth) -> bool {
        let names = self.names(write);
        let mut own = names.iter().map(String::as_str);
        let guards: Vec<String> = self.guards(auth).iter().flat_map(|it| words(it)).collect();
        let mut guards = guards.iter().map(String::as_str);
        own.any(|name| FOR_NOBODY.contains(&name)) || guards.any(|name| RIGHTS.contains(&name))
    }

    /// Whether the name of its table says that it has one row.
    pub(super) fn is_single(&self, write: &Happening) -> bool {
        let entity = write
            .effect
            .entity
            .as_deref()
            .map(last_name)
            .unwrap_or_default();
        let last = words(entity).pop();
        last.is_some_and(|last| SINGLE.contains(&last.as_str()))
    }

    /// Whether a function on the way is given the user who asks: `user: User = Depends(current)`.
    pub(super) fn takes_user(&self, write: &Happening) -> bool {
        let mut functions = write
            .frame
            .path()
            .map(|frame| self.python.function(frame.function));
        functions.any(|function| {
            let mut names = function.params.iter().map(|param| param.name.as_str());
            names.any(|name| name == "user" || name.ends_with("_user"))
        })
    }

    /// The words of the path and of the functions on the way.
    fn names(&self, write: &Happening) -> Vec<String> {
        let python = self.python;
        let path = self.route.path.iter().flat_map(|path| path.split('/'));
        let fixed = path.filter(|it| !it.contains(['{', '<', '(']));
        let mut names: Vec<String> = fixed.flat_map(words).collect();
        for frame in write.frame.path() {
            let module = python.modules[frame.function.module].path.as_str();
            let module = words(module).into_iter();
            names.extend(module.filter(|word| MODULES.contains(&word.as_str())));
            names.extend(words(&python.function(frame.function).name));
        }
        names
    }

    /// What lets users in, as the code names it.
    fn guards(&self, auth: &Auth) -> Vec<String> {
        let python = self.python;
        let route = self.route;
        let handler = python.function(route.function);
        let mut names = auth.by.clone();
        names.extend(route.wrappers.iter().map(|(_, wrapper)| wrapper.clone()));
        let providers = python.route_providers(route).0;
        names.extend(
            providers
                .into_iter()
                .map(|it| python.function(it).name.clone()),
        );
        for param in &handler.params {
            names.push(param.name.clone());
            names.extend(param.annotation.iter().map(|it| it.text.clone()));
        }
        for decorator in &handler.decorators {
            collect_call(&decorator.call, &mut names);
        }
        for (_, value) in python.configured(self.mounts, &route.placement, "dependencies") {
            collect(value, &mut names);
        }
        names
    }
}

/// The names in a value, and the labels of what it asks for.
fn collect(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::Name(name, _) => names.push(name.clone()),
        Value::Str(text, _) if !text.contains('/') => names.push(text.clone()),
        Value::Call(call) => collect_call(call, names),
        Value::List(parts) | Value::Joined(parts) => {
            parts.iter().for_each(|part| collect(part, names));
        }
        Value::Spread(inner) => collect(inner, names),
        _ => {}
    }
}

fn collect_call(call: &Call, names: &mut Vec<String>) {
    names.push(call.callee.clone());
    let asks = |name: &str| !matches!(name, "tags" | "summary" | "description" | "response_model");
    let keywords = call.keywords.iter().filter(|keyword| asks(&keyword.name));
    let values = call
        .args
        .iter()
        .chain(keywords.map(|keyword| &keyword.value));
    values.for_each(|value| collect(value, names));
}
