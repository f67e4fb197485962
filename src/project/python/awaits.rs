//! Coroutines that nobody awaits: calls of asynchronous functions whose value is dropped, or read as
//! if it were the result.

use super::Framework;
use super::index::{ClassId, FunctionId, Python, last_name};
use super::names::Target;
use super::routes::{Route, is_registration};
use crate::facts::python::{
    Awaitable, CallSite, Decorator, Function, Usage, Value, awaitable, keeps_coroutines,
};
use crate::source::Loc;

/// A call whose value was to be awaited.
#[derive(Clone, Debug)]
pub struct Unawaited {
    /// The call.
    pub at: Loc,
    /// The callee as written.
    pub callee: String,
    /// The call, arguments left out: `db.commit()`, `db.execute(…)`.
    pub written: String,
    /// Where its value is read as if it were the result; `None` = it is dropped.
    pub read: Option<Loc>,
    /// It is returned to a framework that does not await it.
    pub returned: bool,
    /// The `async def` that is called, where the project has it.
    pub definition: Option<Loc>,
    /// The function it stands in, and whether that may await.
    pub function: String,
    /// The function it stands in is asynchronous.
    pub can_await: bool,
    /// `def name(…):` of that function.
    pub header: Loc,
}

/// The coroutines of production code that nobody awaits.
pub(super) fn unawaited(python: &Python, routes: &[Route]) -> Vec<Unawaited> {
    let mut found = Vec::new();
    for (id, function) in python.functions() {
        if !python.modules[id.module].production || function.broken {
            continue;
        }
        let mut answers = None;
        for call in &function.calls {
            let (read, returned) = match call.usage {
                Usage::Dropped => (None, false),
                Usage::Read(span) => (Some(python.loc(id.module, span)), false),
                Usage::Returned if *answers.get_or_insert_with(|| sends(python, routes, id)) => {
                    (None, true)
                }
                _ => continue,
            };
            let Some((kind, definition)) = coroutine(python, id, call) else {
                continue;
            };
            if kind == Awaitable::Future && read.is_none() && !returned {
                continue;
            }
            found.push(Unawaited {
                at: python.loc(id.module, call.span),
                callee: call.callee.clone(),
                written: written(call),
                read,
                returned,
                definition,
                function: function.name.clone(),
                can_await: function.is_async,
                header: python.loc(id.module, function.header),
            });
        }
    }
    found
}

fn written(call: &CallSite) -> String {
    let bare = call.callee.len() + "()".len() == (call.span.end - call.span.start) as usize;
    format!("{}({})", call.callee, if bare { "" } else { "…" })
}

/// Whether what a function returns goes to a framework as it is.
fn sends(python: &Python, routes: &[Route], id: FunctionId) -> bool {
    let at = routes.binary_search_by_key(&id, |route| route.function);
    let function = python.function(id);
    let registers = |it: &Decorator| is_registration(&it.call);
    at.is_ok_and(|at| routes[at].known && routes[at].framework != Framework::Drf)
        && function.class.is_none()
        && function.decorators.iter().all(registers)
}

/// What a call gives that is to be awaited, and the `async def` behind it.
fn coroutine(python: &Python, id: FunctionId, call: &CallSite) -> Option<(Awaitable, Option<Loc>)> {
    match target(python, id, &call.callee) {
        Target::Function(callee) if is_coroutine_function(python, callee) => {
            let name = python.function(callee).name_span;
            let at = python.loc(callee.module, name);
            Some((Awaitable::Coroutine, Some(at)))
        }
        Target::External(path) => Some((awaitable(&path)?, None)),
        _ => None,
    }
}

/// What a callee is. What `with` binds is, for the libraries of the table, what it enters.
fn target(python: &Python, id: FunctionId, callee: &str) -> Target {
    let path = match python.resolve(id.scope(), callee) {
        Target::External(path) => path,
        other => return other,
    };
    // `async_session = sessionmaker(engine, class_=AsyncSession)`
    match path.strip_prefix("sqlalchemy.orm.sessionmaker()()") {
        Some(rest) => match made_session(python, id, callee) {
            Some(class) => Target::External(format!("{class}(){rest}")),
            None => Target::Unknown,
        },
        None => Target::External(path),
    }
}

/// The class that the maker of a session, which the callee hangs on, is told to make.
fn made_session(python: &Python, id: FunctionId, callee: &str) -> Option<String> {
    let root = callee.split('.').next()?;
    let locals = &python.function(id).locals;
    let entered = locals
        .iter()
        .find(|local| local.name == root)?
        .value
        .call()?;
    let maker = entered
        .callee
        .strip_suffix(".__enter__")
        .unwrap_or(&entered.callee);
    let Target::Object(object) = python.resolve(id.scope(), maker.trim_end_matches("()")) else {
        return None;
    };
    let mut keywords = python.object(object).value.call()?.keywords.iter();
    match &keywords.find(|keyword| keyword.name == "class_")?.value {
        Value::Name(class, _) => match python.resolve(object.scope, class) {
            Target::External(path) => Some(path),
            _ => None,
        },
        _ => None,
    }
}

/// Whether calling a function gives a coroutine, whatever subclass it is called on.
fn is_coroutine_function(python: &Python, id: FunctionId) -> bool {
    let name = &python.function(id).name;
    let module = &python.modules[id.module].facts;
    let mut namesakes = module.functions.iter().filter(|it| it.name == *name);
    let rebound = module.globals.iter().any(|global| global.name == *name)
        || module.imports.iter().any(|import| import.name == *name);
    let own = |it| gives_coroutine(python, id, it);
    gives_coroutine(python, id, python.function(id))
        && !rebound
        && namesakes.all(own)
        && match python.class_of(id) {
            Some(class) => !is_overridden(python, class, id),
            None => python.function(id).class.is_none(),
        }
}

fn gives_coroutine(python: &Python, id: FunctionId, function: &Function) -> bool {
    let keeps = |decorator: &Decorator| {
        let callee = &decorator.call.callee;
        matches!(callee.as_str(), "staticmethod" | "classmethod")
            || is_registration(&decorator.call)
            || match python.resolve(id.outer(python), callee) {
                Target::External(path) => keeps_coroutines(&path),
                _ => false,
            }
    };
    function.is_async
        && !function.is_generator
        && !function.broken
        && function.decorators.iter().all(keeps)
}

/// Whether the class is decorated, or some class below it has another kind of method of the name.
fn is_overridden(python: &Python, class: ClassId, id: FunctionId) -> bool {
    if !python.class(class).decorators.is_empty() {
        return true;
    }
    let name = last_name(&python.function(id).name);
    let same = python.methods.get(name).map_or(&[][..], Vec::as_slice);
    same.iter().any(|&other| {
        other != id
            && !gives_coroutine(python, other, python.function(other))
            && python.class_of(other).is_none_or(|of| {
                let ancestry = python.ancestry(of);
                ancestry.open || ancestry.classes.contains(&class)
            })
    })
}
