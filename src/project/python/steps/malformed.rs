//! Readings of what the client sent that fail when it is not what they take.

use super::{Frame, GivesNone, Judge, StepPlace, UnhandledStep, one_line};
use crate::facts::Answer;
use crate::facts::python::{Origin, Step};
use crate::project::python::apps::Framework;
use crate::project::python::exceptions::Failing;
use crate::project::python::index::last_name;
use crate::project::python::names::Target;
use crate::project::python::protection::protected;
use crate::project::python::routes::Role;
use crate::project::python::summaries::known;

/// What decorators have in their names that check the request before the handler reads it.
const CHECKING: [&str; 9] = [
    "valid",
    "schema",
    "json",
    "args",
    "arguments",
    "body",
    "expect",
    "input",
    "param",
];

/// Converters of a path that leave a text as it is.
const TEXTS: [&str; 5] = ["", "str", "string", "slug", "path"];

impl Judge<'_, '_> {
    /// The reading, if nothing has checked what it reads and nothing answers when it fails.
    pub(super) fn malformed(
        &self,
        frame: &Frame,
        step: &Step,
        raises: &[String],
    ) -> Option<UnhandledStep> {
        let python = self.python;
        let id = frame.function;
        let value_error = ["ValueError".to_owned()];
        let raises = match raises.is_empty() {
            true if self.is_enumeration(frame, step) => &value_error[..],
            true => return None,
            false => raises,
        };
        let key = known(python, id, &frame.env, &step.key);
        let at = python.loc(id.module, step.used);
        let cause = GivesNone {
            hops: 0,
            at,
            entity: step.entity.clone(),
            key,
        };
        let raw = step.key.iter().all(|root| self.is_raw(frame, step, root));
        let proved = step.entity.as_deref().and_then(path_item);
        let proved = proved.is_some_and(|name| !self.is_text(name));
        let checked = proved || self.is_checked_by_decorator();
        let read = cause.key.derived == Answer::Yes && raw && !checked;
        if !read || self.proven_before(frame, step, &cause) {
            return None;
        }
        let open = u32::from(self.open || !self.route.known);
        let mut hops = 0;
        for exception in raises {
            let failing = Failing::by(exception);
            let around = protected(python, frame, step, &failing)?;
            let some = open + around + self.decorated(step, &failing, &cause.key)?;
            hops = hops.max(some + self.mapped(step, &failing, some)?);
        }
        Some(UnhandledStep {
            failure: step.failure.clone(),
            use_kind: step.use_kind,
            exception: last_name(raises.first()?).to_owned(),
            at,
            use_text: step.use_text.clone(),
            lookup: at,
            variable: step.variable.clone(),
            // Those of the path are read from one place.
            entity: cause.entity.map(|source| match path_item(&source) {
                Some(_) => holder(&source).to_owned(),
                None => source,
            }),
            key_text: one_line(&step.key_text),
            library: step.library.clone(),
            giver: None,
            hops,
            place: frame.place.clone(),
            entered: frame.entered(python),
        })
    }

    /// `Status(x)` of a class of the project that is an enumeration.
    fn is_enumeration(&self, frame: &Frame, step: &Step) -> bool {
        let python = self.python;
        match python.resolve(frame.function.scope(), &step.callee) {
            Target::Class(class) => {
                let ancestry = python.ancestry(class);
                let is_enum = |path: &String| path.starts_with("enum.");
                ancestry.external.iter().any(is_enum) && python.method(class, "_missing_").is_none()
            }
            _ => false,
        }
    }

    fn is_checked_by_decorator(&self) -> bool {
        let decorators = &self.python.function(self.route.function).decorators;
        let own = decorators.iter().filter(|it| {
            self.python.loc(self.route.function.module, it.call.span) != self.route.at
        });
        let mut names = own.map(|it| last_name(&it.call.callee).to_ascii_lowercase());
        names.any(|name| CHECKING.iter().any(|part| name.contains(part)))
    }

    /// Whether a value with this root is as the client sent it. What other functions are handed may
    /// have been checked on the way.
    fn is_raw(&self, frame: &Frame, step: &Step, root: &Origin) -> bool {
        let name = match root {
            Origin::Request | Origin::Constant => return true,
            Origin::Parameter(name) | Origin::Field(name) => name,
            Origin::Row | Origin::Unknown => return false,
        };
        let of_body = step.entity.as_ref() == Some(name) && step.key_text != *name;
        if frame.caller.is_some() {
            return false;
        }
        let role = match &frame.place {
            StepPlace::Handler => self.role(name),
            _ => self.dependency_role(frame, name),
        };
        let typed = matches!(
            self.route.framework,
            Framework::FastApi | Framework::Litestar
        );
        match role {
            Some(Role::Body) if typed => of_body,
            Some(Role::Path | Role::Query) if typed => !of_body,
            Some(Role::Path) => self.is_text(name),
            _ => false,
        }
    }

    fn dependency_role(&self, frame: &Frame, name: &str) -> Option<Role> {
        let python = self.python;
        let roles = match self.route.framework {
            Framework::Litestar => python.provider_roles(self.route, frame.function),
            _ => python.fastapi_roles(frame.function, self.route.path.as_deref()),
        };
        let params = &python.function(frame.function).params;
        let place = params.iter().position(|param| param.name == name)?;
        roles.get(place).copied()
    }

    /// Whether the path gives the parameter as a text of any form.
    fn is_text(&self, name: &str) -> bool {
        let path = self.route.path.as_deref().unwrap_or_default();
        // `re_path(r"^orders/(?P<number>[0-9]+)/$", …)`
        if let Some((_, pattern)) = path.split_once(&format!("(?P<{name}>")) {
            return admits_any_text(pattern.split(')').next().unwrap_or(pattern));
        }
        // `<int:id>` of Flask and Django, `{id:int}` and `{id:\d+}` of the others.
        let (open, close) = match self.route.framework {
            Framework::Flask | Framework::Django | Framework::Drf => ('<', '>'),
            Framework::FastApi
            | Framework::Starlette
            | Framework::Aiohttp
            | Framework::Litestar => ('{', '}'),
        };
        let mut parts = path
            .split(open)
            .skip(1)
            .filter_map(|part| part.split_once(close));
        let found = parts.find_map(|(inner, _)| match (inner.split_once(':'), open) {
            (Some((own, converter)), '{') => (own == name).then_some(converter),
            (Some((converter, own)), _) => (own.trim() == name).then_some(converter),
            (None, _) => (inner == name).then_some(""),
        });
        found.is_some_and(|converter| TEXTS.contains(&converter))
    }
}

/// Whether the pattern of a group lets through what is neither a number nor a key of its own form.
fn admits_any_text(pattern: &str) -> bool {
    let begins = ["[^", "."].iter().any(|it| pattern.starts_with(it));
    begins || [r"\w", r"\S", "a-z"].iter().any(|it| pattern.contains(it))
}

/// The parameter that `request.match_info["id"]` or `request.path_params.get("id")` reads.
fn path_item(source: &str) -> Option<&str> {
    let (_, key) = source.split_once(['[', '('])?;
    let of_path = matches!(last_name(holder(source)), "match_info" | "path_params");
    let key = key.split([',', ']', ')']).next()?;
    of_path.then(|| key.trim_matches(['"', '\'']))
}

/// `request.match_info` of `request.match_info["id"]`.
fn holder(source: &str) -> &str {
    let holder = source.split(['[', '(']).next().unwrap_or(source);
    holder.strip_suffix(".get").unwrap_or(holder)
}

#[cfg(test)]
mod tests {
    use super::path_item;

    #[test]
    fn parameters_of_the_path_are_read_by_name() {
        assert_eq!(path_item("request.match_info[\"id\"]"), Some("id"));
        assert_eq!(path_item("self.request.match_info.get('id',0)"), Some("id"));
        assert_eq!(path_item("request.path_params['id']"), Some("id"));
        assert_eq!(path_item("request.query"), None);
        assert_eq!(path_item("data['id']"), None);
    }
}
