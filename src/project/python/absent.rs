//! What a route makes of None where its function returns it.

use super::apps::{Framework, keyword};
use super::index::{Python, last_name};
use super::names::{Target, admits_none, type_name};
use super::routes::{Route, is_registration};
use crate::facts::python::{Annotation, Decorator, Value};

/// What the client gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Absent {
    /// What the route says it may get, or what is not known.
    Admitted,
    /// `null`, of which the route says nothing.
    Null,
    /// A record without values.
    Empty,
    /// A 500, as the framework raises this; so many things are not known.
    Raises(&'static str, u32),
}

/// Decorators of extensions of Flask that answer with a declared record.
const DECLARING: [&str; 3] = ["response", "marshal_with", "output"];

/// Types of a declaration that take anything, or say what the function answers itself.
const ANYTHING: [&str; 5] = ["Any", "object", "None", "Optional", "Union"];

/// What becomes of the None that a handler returns.
pub(super) fn absent(python: &Python, route: &Route) -> Absent {
    let function = python.function(route.function);
    let silent = function.is_generator || function.broken || route.status == Some(204);
    match route.framework {
        _ if silent => Absent::Admitted,
        Framework::FastApi => by_fastapi(python, route),
        Framework::Flask => by_flask(python, route),
        Framework::Litestar => by_litestar(python, route),
        Framework::Django | Framework::Drf | Framework::Aiohttp | Framework::Starlette => {
            Absent::Admitted
        }
    }
}

fn by_fastapi(python: &Python, route: &Route) -> Absent {
    let function = python.function(route.function);
    let own = |it: &&Decorator| python.loc(route.function.module, it.call.span) == route.at;
    let Some(decorator) = function.decorators.iter().find(own) else {
        return Absent::Admitted;
    };
    let call = &decorator.call;
    let is_route = is_registration(call) && !call.callee.contains("websocket");
    let declared = ["response_class", "**"];
    if !is_route || declared.iter().any(|name| keyword(call, name).is_some()) {
        return Absent::Admitted;
    }
    let scope = route.function.outer(python);
    match (keyword(call, "response_model"), &function.returns) {
        (Some(Value::Name(name, _)), _) => declared_as(python.resolve(scope, name), name),
        (Some(_), _) => Absent::Admitted,
        (None, Some(annotation)) => annotated(python, route, annotation),
        (None, None) => Absent::Null,
    }
}

/// `-> Order`, which FastAPI holds the answer to.
fn annotated(python: &Python, route: &Route, annotation: &Annotation) -> Absent {
    let text = annotation.text.as_str();
    if admits_none(text) {
        return Absent::Admitted;
    }
    let scope = route.function.outer(python);
    let outer = text.split('[').next().unwrap_or(text);
    match type_name(text) {
        Some(name) => declared_as(python.resolve(scope, name), name),
        None => declared_as(python.resolve(scope, outer), outer),
    }
}

fn declared_as(target: Target, name: &str) -> Absent {
    const EXCEPTION: &str = "ResponseValidationError";
    let name = last_name(name);
    let anything = ANYTHING.contains(&name) || name.ends_with("Response");
    match target {
        _ if anything => Absent::Admitted,
        Target::Class(_) => Absent::Raises(EXCEPTION, 0),
        Target::External(path) if path.starts_with("builtins.") => Absent::Raises(EXCEPTION, 0),
        Target::Unknown if name.starts_with(char::is_uppercase) => Absent::Raises(EXCEPTION, 1),
        _ => Absent::Admitted,
    }
}

/// What Litestar writes as `null`, whatever the annotation says.
fn by_litestar(python: &Python, route: &Route) -> Absent {
    let function = python.function(route.function);
    let shapes = |it: &Decorator| {
        let mut names = ["return_dto", "dto", "type_encoders", "**"].iter();
        names.any(|name| keyword(&it.call, name).is_some())
    };
    let Some(annotation) = &function.returns else {
        return Absent::Admitted;
    };
    if function.decorators.iter().any(shapes) {
        return Absent::Admitted;
    }
    match annotated(python, route, annotation) {
        Absent::Raises(_, 0) => Absent::Null,
        _ => Absent::Admitted,
    }
}

fn by_flask(python: &Python, route: &Route) -> Absent {
    let function = python.function(route.function);
    let names = || {
        function
            .decorators
            .iter()
            .map(|it| last_name(&it.call.callee))
    };
    if names().any(|name| DECLARING.contains(&name)) {
        return Absent::Empty;
    }
    let plain = function.class.is_none()
        && function
            .decorators
            .iter()
            .all(|it| is_registration(&it.call));
    match plain {
        true => Absent::Raises("TypeError", 0),
        false => Absent::Admitted,
    }
}
