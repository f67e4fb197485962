//! Whether an application minds that its database may be away: once for a project, and never by a
//! `try` around each query.

use super::Handler;
use super::apps::Framework;
use super::index::{FunctionId, Python, Scope, last_name};
use super::mappings::{Mappings, applications};
use super::names::Target;
use super::routes::Route;
use super::services::TABLE;
use crate::facts::Answer;
use crate::facts::python::{CallSite, Value};
use crate::facts::schema::Dialect;
use crate::source::{Loc, Span};

/// An application that does not mind that its database may be away.
#[derive(Clone, Debug)]
pub struct Outage {
    /// Where the connection is declared.
    pub at: Loc,
    /// By what, as written.
    pub by: String,
    /// Whose application it is.
    pub framework: Framework,
    /// The application, where it is built.
    pub application: Option<Loc>,
    /// A route that says that all is well and asks no database, with its name.
    pub probe: Option<(Loc, String)>,
}

/// The place where a project connects to the server of a database, if nothing in it minds that this
/// may be away.
pub(super) fn outage(
    python: &Python,
    mappings: &Mappings,
    routes: &[Route],
    handlers: &[Handler],
) -> Option<Outage> {
    let framework = routes
        .iter()
        .find(|it| is_production(python, it))?
        .framework;
    if heeds(python) || mappings.mind_outages(routes) || answers_500(python) {
        return None;
    }
    let mut probes = routes
        .iter()
        .zip(handlers)
        .filter(|(route, handler)| is_production(python, route) && is_probe(handler));
    if probes
        .clone()
        .any(|(route, handler)| asks(python, route, handler))
    {
        return None;
    }
    let (at, by) = engine(python).or_else(|| django(python))?;
    let application = applications(python)
        .into_iter()
        .find(|(object, ..)| python.modules[object.scope.module].production);
    Some(Outage {
        at,
        by,
        framework,
        application: application
            .map(|(object, call, _)| python.loc(object.scope.module, call.span)),
        probe: probes
            .next()
            .map(|(_, handler)| (handler.registered, handler.route.clone())),
    })
}

fn is_production(python: &Python, route: &Route) -> bool {
    python.modules[route.function.module].production
}

/// Something says how connections are checked, or a library brings a probe.
fn heeds(python: &Python) -> bool {
    let libraries = &TABLE.engines.libraries;
    let brings = |path: &str| {
        libraries
            .iter()
            .any(|it| path.split('.').next() == Some(it))
    };
    python.modules.iter().any(|module| {
        let facts = module.facts;
        let listed = facts.globals.iter().any(|global| match &global.value {
            Value::List(items) => items
                .iter()
                .any(|it| matches!(it, Value::Str(path, _) if brings(path))),
            _ => false,
        });
        facts.heeds_outage || listed || facts.imports.iter().any(|it| brings(&it.path))
    })
}

/// A function answers whatever goes wrong: `@app.errorhandler(500)`, `handler500`.
fn answers_500(python: &Python) -> bool {
    let is_status = |value: Option<&Value>| matches!(value, Some(Value::Int(500..)));
    let named = python.modules.iter().any(|module| {
        let mut globals = module.facts.globals.iter();
        globals.any(|it| it.name == "handler500")
    });
    let decorated = || {
        let mut functions = python.functions().flat_map(|(_, it)| &it.decorators);
        functions.any(|it| {
            let handles = ["errorhandler", "app_errorhandler", "exception_handler"];
            handles.contains(&last_name(&it.call.callee)) && is_status(it.call.args.first())
        })
    };
    named
        || decorated()
        || python
            .wiring()
            .any(|(_, call)| is_status(call.args.first()))
}

fn is_probe(handler: &Handler) -> bool {
    let words = |text: &str| {
        let mut words = text.split(|c: char| !c.is_alphanumeric());
        words.any(|word| {
            TABLE
                .engines
                .probes
                .iter()
                .any(|it| word.eq_ignore_ascii_case(it))
        })
    };
    words(&handler.route) || words(last_name(&handler.name))
}

/// Whether a handler may ask the database.
fn asks(python: &Python, route: &Route, handler: &Handler) -> bool {
    let harmless = |call: &CallSite| {
        matches!(
            python.resolve(route.function.scope(), &call.callee),
            Target::External(_) | Target::Class(_)
        )
    };
    let mut calls = python.function(route.function).calls.iter();
    !handler.effects.is_empty() || calls.any(|call| !harmless(call))
}

/// Where the project connects to the server of a database, as far as that is one.
fn engine(python: &Python) -> Option<(Loc, String)> {
    let production = || {
        python
            .modules
            .iter()
            .enumerate()
            .filter(|(_, it)| it.production)
    };
    let dialects = || production().filter_map(|(_, it)| it.facts.dialect);
    let served = dialects().next().is_some() && dialects().all(|it| it != Dialect::Sqlite);
    if !served {
        return None;
    }
    production().find_map(|(module, info)| {
        // Tools of migrations connect for themselves.
        if python.imports(module, "alembic") == Answer::Yes {
            return None;
        }
        let connects = |scope: Scope, callee: &str| {
            let known = TABLE.engines.callees.iter();
            let may = known.clone().any(|it| last_name(it) == last_name(callee));
            may && matches!(
                python.resolve(scope, callee),
                Target::External(path) if known.clone().any(|it| *it == path)
            )
        };
        let top = Scope {
            module,
            function: None,
        };
        let made = info.facts.globals.iter().filter_map(|it| it.value.call());
        let made = made.filter(|it| connects(top, &it.callee));
        let made = made.map(|it| (it.span, it.callee.clone()));
        let functions = 0..info.facts.functions.len();
        let inside = functions.flat_map(|index| {
            let id = FunctionId { module, index };
            let calls = python.function(id).calls.iter();
            let calls = calls.filter(move |it| connects(id.scope(), &it.callee));
            calls.map(|it| (it.span, it.callee.clone()))
        });
        let first = made.chain(inside).min_by_key(|(span, _)| *span)?;
        let found: (Span, String) = first;
        Some((python.loc(module, found.0), found.1))
    })
}

/// `DATABASES` of Django's settings, where it names a server.
fn django(python: &Python) -> Option<(Loc, String)> {
    let production = python
        .modules
        .iter()
        .enumerate()
        .filter(|(_, it)| it.production);
    let mut settings = production.flat_map(|(module, info)| {
        let globals = info
            .facts
            .globals
            .iter()
            .filter(|it| it.name == "DATABASES");
        globals.map(move |it| (module, it))
    });
    let (module, first) = settings.next()?;
    let served = |value: &Value| match value {
        Value::Dict(databases) => databases.iter().all(
            |(_, options)| matches!(engine_of(options), Some(engine) if !engine.contains("sqlite")),
        ),
        _ => false,
    };
    let all = served(&first.value) && settings.all(|(_, it)| served(&it.value));
    all.then(|| (python.loc(module, first.span), first.name.clone()))
}

fn engine_of(options: &Value) -> Option<&str> {
    let Value::Dict(pairs) = options else {
        return None;
    };
    pairs.iter().find_map(|(key, value)| match (key, value) {
        (Value::Str(key, _), Value::Str(engine, _)) if key == "ENGINE" => Some(engine.as_str()),
        _ => None,
    })
}
