//! Which classes a class descends from and where its members come from.

use super::index::{ClassId, FunctionId, Python, Scope};
use super::names::Target;
use crate::facts::Answer;
use crate::facts::python::Call;

/// What a class descends from.
#[derive(Debug, Default)]
pub(in crate::project) struct Ancestry {
    /// Classes of the project, the class itself first, nearest first.
    pub classes: Vec<ClassId>,
    /// Classes of libraries, by path.
    pub external: Vec<String>,
    /// Some base is not known.
    pub open: bool,
}

impl<'a> Python<'a> {
    /// What a class descends from, itself included.
    pub(in crate::project) fn ancestry(&self, class: ClassId) -> Ancestry {
        let mut ancestry = Ancestry::default();
        let mut queue = vec![class];
        while !queue.is_empty() {
            let mut next = Vec::new();
            for class in queue {
                if ancestry.classes.contains(&class) {
                    continue;
                }
                ancestry.classes.push(class);
                let scope = Scope {
                    module: class.module,
                    function: None,
                };
                for base in &self.class(class).bases {
                    match self.resolve(scope, base) {
                        Target::Class(base) => next.push(base),
                        Target::External(path) => ancestry.external.push(path),
                        _ => ancestry.open = true,
                    }
                }
            }
            queue = next;
        }
        ancestry
    }

    /// The decorators of all classes, with the scope they are read in.
    pub(in crate::project) fn class_decorators(
        &self,
    ) -> impl Iterator<Item = (ClassId, Scope, &'a Call)> {
        self.modules.iter().enumerate().flat_map(|(module, info)| {
            let scope = Scope {
                module,
                function: None,
            };
            let classes = info.facts.classes.iter().enumerate();
            classes.flat_map(move |(index, class)| {
                let id = ClassId { module, index };
                let decorators = class.decorators.iter();
                decorators.map(move |decorator| (id, scope, &decorator.call))
            })
        })
    }

    /// Whether a class descends from one of the library classes that `is_base` accepts.
    pub(in crate::project) fn descends(
        &self,
        class: ClassId,
        is_base: impl Fn(&str) -> bool,
    ) -> Answer {
        let ancestry = self.ancestry(class);
        if ancestry.external.iter().any(|path| is_base(path)) {
            Answer::Yes
        } else if ancestry.open {
            Answer::Unknown
        } else {
            Answer::No
        }
    }

    /// A method of a class or of the nearest ancestor that has it.
    pub(in crate::project) fn method(&self, class: ClassId, name: &str) -> Option<FunctionId> {
        let ancestry = self.ancestry(class);
        ancestry
            .classes
            .iter()
            .find_map(|&class| self.own_method(class, name))
    }

    /// A method that the body of a class defines.
    pub(in crate::project) fn own_method(&self, class: ClassId, name: &str) -> Option<FunctionId> {
        let qualified = format!("{}.{name}", self.class(class).name);
        let index = *self.modules[class.module]
            .functions
            .get(qualified.as_str())?;
        Some(FunctionId {
            module: class.module,
            index,
        })
    }

    /// `Class.name` or `instance.name`.
    pub(in crate::project) fn class_member(
        &self,
        class: ClassId,
        name: &str,
        instance: bool,
        fuel: u32,
    ) -> Target {
        let ancestry = self.ancestry(class);
        for &class in &ancestry.classes {
            if let Some(method) = self.own_method(class, name) {
                return self.attribute_of_method(method, instance, fuel);
            }
            let facts = self.class(class);
            let inner = format!("{}.{name}", facts.name);
            if let Some(&index) = self.modules[class.module].classes.get(inner.as_str()) {
                return Target::Class(ClassId {
                    module: class.module,
                    index,
                });
            }
            if let Some(target) = self.field(class, name, fuel) {
                return target;
            }
        }
        match ancestry.external.first() {
            Some(base) if !ancestry.open => Target::External(format!("{base}.{name}")),
            _ => Target::Unknown,
        }
    }

    /// A property is its value; any other method is itself.
    fn attribute_of_method(&self, method: FunctionId, instance: bool, fuel: u32) -> Target {
        let is_property = self.function(method).decorators.iter().any(|decorator| {
            matches!(
                decorator.call.callee.as_str(),
                "property" | "cached_property" | "functools.cached_property"
            )
        });
        if instance && is_property {
            return self.returned_by(method, fuel);
        }
        Target::Function(method)
    }

    /// What a field of the body or an attribute set in `__init__` holds.
    fn field(&self, class: ClassId, name: &str, fuel: u32) -> Option<Target> {
        let facts = self.class(class);
        let in_body = facts.fields.iter().find(|field| field.name == name);
        let (field, scope) = match in_body {
            Some(field) => (
                field,
                Scope {
                    module: class.module,
                    function: None,
                },
            ),
            None => {
                let field = facts.attributes.iter().find(|field| field.name == name)?;
                (field, self.own_method(class, "__init__")?.scope())
            }
        };
        let target = match &field.value {
            Some(value) => self.value_in(scope, value, fuel),
            None => Target::Unknown,
        };
        Some(match (target, &field.annotation) {
            (Target::Unknown, Some(annotation)) => self.annotated_class(scope, annotation),
            (target, _) => target,
        })
    }

    pub(in crate::project) fn super_member(&self, class: ClassId, name: &str) -> Target {
        let ancestry = self.ancestry(class);
        let behind = ancestry.classes.iter().skip(1);
        if let Some(method) = behind
            .clone()
            .find_map(|&class| self.own_method(class, name))
        {
            return Target::Function(method);
        }
        match ancestry.external.first() {
            Some(base) if !ancestry.open => Target::External(format!("{base}.{name}")),
            _ => Target::Unknown,
        }
    }
}
