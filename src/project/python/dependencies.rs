//! FastAPI dependencies: what fills a parameter, through defaults, `Annotated` and aliases.

use std::collections::BTreeSet;

use super::apps::argument;
use super::index::{ClassId, FunctionId, Python, Scope, last_name};
use super::names::{Target, type_name};
use super::routes::Role;
use crate::facts::python::{Annotation, Call, Function, Param, ParamKind, Value};

/// What fills a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Provider {
    /// A function of the project, or the `__call__` of an instance.
    Function(FunctionId),
    /// A class of the project: its constructor is the dependency.
    Class(ClassId),
    /// A form of the framework: the client's data.
    Form,
    /// A class or function of a library.
    Library,
    /// Not known.
    Opaque,
}

/// How many aliases may stand for aliases.
const ALIASES: u32 = 4;

impl<'a> Python<'a> {
    /// What fills a parameter; `None` when it is no dependency.
    pub(super) fn provider(&self, scope: Scope, param: &Param) -> Option<Provider> {
        let annotation = param.annotation.as_ref();
        let by_default = param.default.as_ref();
        by_default
            .and_then(|value| self.depends(scope, value, annotation))
            .or_else(|| self.annotated_provider(scope, annotation?, ALIASES))
    }

    fn annotated_provider(
        &self,
        scope: Scope,
        annotation: &Annotation,
        fuel: u32,
    ) -> Option<Provider> {
        let mut metadata = annotation.metadata.iter();
        if let Some(found) = metadata.find_map(|value| self.depends(scope, value, Some(annotation)))
        {
            return Some(found);
        }
        let Target::Object(alias) = self.resolve(scope, type_name(&annotation.text)?) else {
            return None;
        };
        match &self.object(alias).value {
            Value::Type(inner) => self.annotated_provider(alias.scope, inner, fuel.checked_sub(1)?),
            _ => None,
        }
    }

    /// `Depends(f)`, `Security(f)`, or a name bound to one.
    pub(super) fn depends(
        &self,
        scope: Scope,
        value: &Value,
        annotation: Option<&Annotation>,
    ) -> Option<Provider> {
        match value {
            Value::Call(call) if self.is_depends(scope, call) => {
                Some(match argument(call, 0, "dependency") {
                    Some(dependency) => self.provided_by(scope, dependency),
                    None => match annotation.map(|it| self.annotated_class(scope, it)) {
                        Some(Target::Instance(class)) => Provider::Class(class),
                        Some(Target::External(path)) => library(&path),
                        _ => Provider::Opaque,
                    },
                })
            }
            Value::Name(name, _) => match self.resolve(scope, name) {
                Target::Object(object) => match &self.object(object).value {
                    value @ Value::Call(_) => self.depends(object.scope, value, annotation),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }

    /// The `Depends(…)` that fills a parameter, with the scope it stands in.
    pub(super) fn parameter_depends(
        &self,
        scope: Scope,
        param: &'a Param,
    ) -> Option<(Scope, &'a Call)> {
        self.filled_by(scope, param.default.as_ref(), param.annotation.as_ref())
    }

    fn filled_by(
        &self,
        scope: Scope,
        value: Option<&'a Value>,
        annotation: Option<&'a Annotation>,
    ) -> Option<(Scope, &'a Call)> {
        if let Some(found) = value.and_then(|it| self.depends_call(scope, it)) {
            return Some(found);
        }
        let (mut scope, mut annotation) = (scope, annotation?);
        for _ in 0..ALIASES {
            let mut metadata = annotation.metadata.iter();
            if let Some(found) = metadata.find_map(|value| self.depends_call(scope, value)) {
                return Some(found);
            }
            let Target::Object(alias) = self.resolve(scope, type_name(&annotation.text)?) else {
                return None;
            };
            let Value::Type(inner) = &self.object(alias).value else {
                return None;
            };
            (scope, annotation) = (alias.scope, inner);
        }
        None
    }

    /// A `Depends(…)`, or the one that a name is bound to.
    pub(super) fn depends_call(&self, scope: Scope, value: &'a Value) -> Option<(Scope, &'a Call)> {
        match value {
            Value::Call(call) if self.is_depends(scope, call) => Some((scope, call)),
            Value::Name(name, _) => match self.resolve(scope, name) {
                Target::Object(object) => match &self.object(object).value {
                    Value::Call(call) if self.is_depends(object.scope, call) => {
                        Some((object.scope, call))
                    }
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }

    /// The dependencies that the class of a method holds as fields, and the classes behind it:
    /// `user: User = Depends(get_current_user)`.
    pub(super) fn class_depends(&self, id: FunctionId) -> Vec<(Scope, &'a Call)> {
        let classes = self.class_of(id).map(|class| self.ancestry(class).classes);
        let mut found = Vec::new();
        for class in classes.into_iter().flatten() {
            let scope = Scope {
                module: class.module,
                function: None,
            };
            for field in &self.class(class).fields {
                let (value, annotation) = (field.value.as_ref(), field.annotation.as_ref());
                found.extend(self.filled_by(scope, value, annotation));
            }
        }
        found
    }

    /// The function behind a `Depends(…)`.
    pub(super) fn dependency_function(&self, scope: Scope, call: &Call) -> Option<FunctionId> {
        match self.provided_by(scope, argument(call, 0, "dependency")?) {
            Provider::Function(id) => Some(id),
            Provider::Class(class) => self.method(class, "__init__"),
            _ => None,
        }
    }

    fn is_depends(&self, scope: Scope, call: &Call) -> bool {
        matches!(last_name(&call.callee), "Depends" | "Security")
            && matches!(
                self.resolve(scope, &call.callee),
                Target::External(_) | Target::Unknown
            )
    }

    fn provided_by(&self, scope: Scope, dependency: &Value) -> Provider {
        let target = match dependency {
            Value::Name(name, _) => self.resolve(scope, name),
            other => self.value_in(scope, other, 8),
        };
        let target = match target {
            Target::Object(object) => self.value_of(object, 8),
            other => other,
        };
        match target {
            Target::Function(id) => Provider::Function(id),
            Target::Class(class) => Provider::Class(class),
            Target::Instance(class) => match self.method(class, "__call__") {
                Some(call) => Provider::Function(call),
                None => Provider::Opaque,
            },
            Target::External(path) => library(&path),
            _ => Provider::Opaque,
        }
    }

    /// What each parameter of a handler or dependency is to FastAPI.
    pub(super) fn fastapi_roles(&self, id: FunctionId, path: Option<&str>) -> Vec<Role> {
        let function = self.function(id);
        let receiver = function.class.is_some() && !function.nested && !self.is_static(id);
        let params = function.params.iter().enumerate();
        params
            .map(|(place, param)| match param.kind {
                _ if receiver && place == 0 => Role::Unknown,
                ParamKind::Args | ParamKind::KeywordArgs => Role::Unknown,
                _ => self.fastapi_role(id, param, path),
            })
            .collect()
    }

    fn fastapi_role(&self, id: FunctionId, param: &Param, path: Option<&str>) -> Role {
        let scope = id.outer(self);
        if let Some(provider) = self.provider(scope, param) {
            return self.provided_role(provider);
        }
        let ty = param
            .annotation
            .as_ref()
            .map(|it| self.annotated_class(scope, it));
        match &ty {
            Some(Target::External(path)) => match last_name(path.trim_end_matches("()")) {
                "Request" | "HTTPConnection" | "WebSocket" => return Role::Request,
                "Response" | "BackgroundTasks" | "SecurityScopes" => return Role::Unknown,
                _ => {}
            },
            None if param.name == "request" => return Role::Request,
            _ => {}
        }
        if path.is_some_and(|path| takes(path, &param.name)) {
            return Role::Path;
        }
        let declared = match &param.default {
            Some(Value::Call(call)) => last_name(&call.callee),
            _ => "",
        };
        let base = param.annotation.as_ref().map(|it| it.text.as_str());
        let base = base
            .and_then(|text| text.split('[').next())
            .unwrap_or_default();
        let whole = declared.is_empty() && matches!(last_name(base), "dict" | "Dict");
        match (declared, ty) {
            _ if whole => Role::Body,
            ("Body" | "Form" | "File", _) | ("", Some(Target::Instance(_))) => Role::Body,
            _ => Role::Query,
        }
    }

    /// A class whose constructor takes request values holds them.
    fn provided_role(&self, provider: Provider) -> Role {
        let of_request = |role: &Role| matches!(role, Role::Path | Role::Query | Role::Body);
        match provider {
            Provider::Form => Role::Body,
            Provider::Class(class) => match self.method(class, "__init__") {
                Some(init) if self.fastapi_roles(init, None).iter().any(of_request) => Role::Query,
                None if self
                    .class(class)
                    .fields
                    .iter()
                    .any(|it| it.annotation.is_some()) =>
                {
                    Role::Query
                }
                _ => Role::Dependency,
            },
            _ => Role::Dependency,
        }
    }

    /// The functions that fill the parameters of a function, and theirs in turn; the flag says
    /// that some are not known.
    pub(super) fn providers(&self, id: FunctionId) -> (BTreeSet<FunctionId>, bool) {
        let mut found = BTreeSet::new();
        let mut open = false;
        let mut queue = vec![id];
        while let Some(id) = queue.pop() {
            let function: &Function = self.function(id);
            for param in &function.params {
                let provider = match self.provider(id.outer(self), param) {
                    Some(Provider::Function(provider)) => Some(provider),
                    Some(Provider::Class(class)) => self.method(class, "__init__"),
                    Some(Provider::Opaque) => {
                        open = true;
                        None
                    }
                    _ => None,
                };
                queue.extend(provider.filter(|&provider| found.insert(provider)));
            }
        }
        (found, open)
    }
}

fn library(path: &str) -> Provider {
    match last_name(path.trim_end_matches("()")) {
        "OAuth2PasswordRequestForm" | "OAuth2PasswordRequestFormStrict" => Provider::Form,
        _ => Provider::Library,
    }
}

/// Whether a path has the parameter: `{name}` or `{name:int}`.
fn takes(path: &str, name: &str) -> bool {
    path.split('{').skip(1).any(|part| {
        let inner = part.split('}').next().unwrap_or_default();
        inner.split(':').next() == Some(name)
    })
}
