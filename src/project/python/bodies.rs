//! What the models of request bodies take: texts of any length.

use super::index::{ClassId, Python, Scope, last_name};
use super::names::{Target, type_name};
use super::routes::{Role, Route};
use crate::facts::python::{Annotation, Call, Field, Value};
use crate::source::Loc;

/// A field of the model of a body that takes text of any length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextField {
    /// The model.
    pub model: String,
    /// The field.
    pub name: String,
    /// Where the field is named.
    pub at: Loc,
}

/// Arguments of `Field` that limit a text, or that hand it on to something that may.
const LIMITS: [&str; 8] = [
    "max_length",
    "pattern",
    "regex",
    "constr",
    "discriminator",
    "default_factory",
    "exclude",
    "**",
];

impl Python<'_> {
    /// The fields without a limit of the models that a handler reads its body into.
    pub(super) fn unlimited_texts(&self, route: &Route) -> Vec<TextField> {
        let scope = route.function.outer(self);
        let params = self.function(route.function).params.iter();
        let bodies = params
            .zip(&route.roles)
            .filter(|(_, role)| **role == Role::Body)
            .filter_map(|(param, _)| param.annotation.as_ref());
        let models =
            bodies.filter_map(|annotation| match self.annotated_class(scope, annotation) {
                Target::Instance(class) => Some(class),
                _ => None,
            });
        models
            .flat_map(|class| self.unlimited_fields(class))
            .collect()
    }

    /// Whether a class holds the fields it declares and what Pydantic makes of them, no more.
    pub(super) fn is_model(&self, class: ClassId) -> bool {
        let ancestry = self.ancestry(class);
        let is_pydantic = |path: &String| {
            matches!(
                path.as_str(),
                "pydantic.BaseModel" | "sqlmodel.SQLModel" | "typing.Generic"
            )
        };
        let external = &ancestry.external;
        !ancestry.open && !external.is_empty() && external.iter().all(is_pydantic)
    }

    fn unlimited_fields(&self, model: ClassId) -> Vec<TextField> {
        if !self.is_model(model) {
            return Vec::new();
        }
        let classes = &self.ancestry(model).classes;
        if classes.iter().any(|class| self.limits_all(*class)) {
            return Vec::new();
        }
        let mut seen = Vec::new();
        let mut found = Vec::new();
        for &class in classes {
            for field in &self.class(class).fields {
                if seen.contains(&field.name.as_str()) {
                    continue;
                }
                seen.push(&field.name);
                if self.takes_any_text(class, field)
                    && !classes
                        .iter()
                        .any(|class| self.validates(*class, &field.name))
                {
                    found.push(TextField {
                        model: self.class(model).name.clone(),
                        name: field.name.clone(),
                        at: self.loc(class.module, field.name_span),
                    });
                }
            }
        }
        found
    }

    /// Whether a field is a plain text and nothing in its declaration limits it.
    fn takes_any_text(&self, class: ClassId, field: &Field) -> bool {
        let scope = Scope {
            module: class.module,
            function: None,
        };
        let is_text = |annotation: &Annotation| {
            type_name(&annotation.text) == Some("str")
                && matches!(
                    self.resolve(scope, "str"),
                    Target::Unknown | Target::External(_)
                )
                && annotation.metadata.iter().all(is_limitless)
        };
        let value = field.value.as_ref();
        field.annotation.as_ref().is_some_and(is_text)
            && value.is_none_or(|value| match value {
                Value::Call(_) => is_limitless(value),
                value => matches!(value, Value::None | Value::Ellipsis | Value::Str(..)),
            })
    }

    /// Whether a validator of the class looks at the field.
    fn validates(&self, class: ClassId, field: &str) -> bool {
        let prefix = format!("{}.", self.class(class).name);
        let functions = &self.modules[class.module].facts.functions;
        let methods = functions.iter().filter(|it| it.name.starts_with(&prefix));
        let decorators = methods.flat_map(|method| &method.decorators);
        let mut calls = decorators.map(|decorator| &decorator.call);
        calls.any(|call| match last_name(&call.callee) {
            "model_validator" | "root_validator" => true,
            "field_validator" | "validator" => call.args.iter().any(|name| match name {
                Value::Str(name, _) => name == field || name == "*",
                _ => true,
            }),
            _ => false,
        })
    }

    /// Whether the configuration of a model limits every text, or cannot be read.
    fn limits_all(&self, class: ClassId) -> bool {
        let facts = self.class(class);
        let config = facts
            .fields
            .iter()
            .find(|field| field.name == "model_config");
        let limits =
            |name: &String| matches!(name.as_str(), "str_max_length" | "max_anystr_length" | "**");
        let said = config
            .and_then(|field| field.value.as_ref())
            .is_some_and(|value| match value {
                Value::Call(call) => call.keywords.iter().any(|keyword| limits(&keyword.name)),
                Value::Dict(entries) => entries.iter().any(|(key, _)| match key {
                    Value::Str(name, _) => limits(name),
                    _ => true,
                }),
                _ => true,
            });
        let inner = format!("{}.Config", facts.name);
        let module = &self.modules[class.module];
        let inner = module.classes.get(inner.as_str());
        let inner = inner.map(|index| &module.facts.classes[*index]);
        said || inner.is_some_and(|inner| {
            !inner.bases.is_empty() || inner.fields.iter().any(|field| limits(&field.name))
        })
    }
}

/// Whether a value declares a field without limiting its text.
fn is_limitless(value: &Value) -> bool {
    let is_field = |call: &Call| matches!(last_name(&call.callee), "Field" | "Body" | "Form");
    let limits = |call: &Call| {
        let mut names = call.keywords.iter().map(|keyword| keyword.name.as_str());
        names.any(|name| LIMITS.contains(&name))
    };
    match value {
        Value::Call(call) => is_field(call) && !limits(call),
        Value::Str(..) => true,
        _ => false,
    }
}
