//! Constant texts and lists: through names, settings, sums and f-strings. Evaluates no code.

use super::index::{ClassId, Python, Scope};
use super::names::Target;
use crate::facts::python::Value;

/// How many names may lead to names.
const STEPS: u32 = 6;

/// How many fuel the resolution of one name gets.
const FUEL: u32 = 8;

impl<'a> Python<'a> {
    /// The text that a value always is.
    pub(super) fn text(&self, scope: Scope, value: &Value) -> Option<String> {
        self.text_with(scope, value, STEPS)
    }

    fn text_with(&self, scope: Scope, value: &Value, steps: u32) -> Option<String> {
        match value {
            Value::Str(text, _) => Some(text.clone()),
            Value::Joined(parts) => {
                let texts = parts.iter().map(|part| self.text_with(scope, part, steps));
                texts.collect()
            }
            Value::Name(name, _) => {
                let (scope, value) = self.bound_value(scope, name)?;
                self.text_with(scope, value, steps.checked_sub(1)?)
            }
            _ => None,
        }
    }

    /// The elements of a list, through names, sums and `*`; the flag says that all are known.
    pub(super) fn elements(
        &self,
        scope: Scope,
        value: &'a Value,
    ) -> (Vec<(Scope, &'a Value)>, bool) {
        let mut found = Vec::new();
        let whole = self.collect(scope, value, STEPS, &mut found);
        (found, whole)
    }

    fn collect(
        &self,
        scope: Scope,
        value: &'a Value,
        steps: u32,
        found: &mut Vec<(Scope, &'a Value)>,
    ) -> bool {
        match value {
            Value::List(items) => {
                let mut whole = true;
                for item in items {
                    match item {
                        Value::Spread(inner) => whole &= self.collect(scope, inner, steps, found),
                        item => found.push((scope, item)),
                    }
                }
                whole
            }
            Value::Joined(parts) => {
                let mut whole = true;
                for part in parts {
                    whole &= self.collect(scope, part, steps, found);
                }
                whole
            }
            Value::Name(name, _) => match (self.bound_value(scope, name), steps.checked_sub(1)) {
                (Some((scope, value)), Some(steps)) => self.collect(scope, value, steps, found),
                _ => false,
            },
            _ => false,
        }
    }

    /// The value that a name or an attribute is bound to, with the scope it is read in.
    pub(super) fn bound_value(&self, scope: Scope, name: &str) -> Option<(Scope, &'a Value)> {
        if let Target::Object(object) = self.resolve(scope, name) {
            return Some((object.scope, &self.object(object).value));
        }
        let (owner, field) = name.rsplit_once('.')?;
        let owner = match self.resolve(scope, owner) {
            Target::Object(object) => self.value_of(object, FUEL),
            target => target,
        };
        match owner {
            Target::Instance(class) | Target::Class(class) => self.field_value(class, field),
            _ => None,
        }
    }

    /// The value of a field of a class, of the nearest class that gives it one.
    pub(super) fn field_value(&self, class: ClassId, name: &str) -> Option<(Scope, &'a Value)> {
        self.ancestry(class).classes.into_iter().find_map(|class| {
            let scope = Scope {
                module: class.module,
                function: None,
            };
            let fields = self.class(class).fields.iter();
            let mut values = fields.filter(|field| field.name == name);
            Some((scope, values.find_map(|field| field.value.as_ref())?))
        })
    }
}
