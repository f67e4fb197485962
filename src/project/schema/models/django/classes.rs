//! Which classes are models, and which of them have tables.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::python::Value;
use crate::project::python::{ClassId, Python, Scope, Target};
use crate::project::schema::django::ModelKey;
use crate::project::schema::django::library::{self, Base, Known};

/// The models among the classes of a project.
#[derive(Debug, Default)]
pub(super) struct Classes {
    known: BTreeMap<ClassId, Option<Descent>>,
}

/// What a model is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Only other models take its fields over.
    Abstract,
    /// It has a table.
    Concrete,
    /// It uses the table of the model it descends from.
    Proxy,
}

/// A model and what it descends from.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Descent {
    class: Class,
    bases: Vec<Link>,
    /// Some base is not known.
    open: bool,
}

/// A base that matters.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Link {
    Own(ClassId),
    Abstract(&'static [(String, Known)]),
    Concrete(ModelKey),
}

/// Where fields of a model come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// A class of the project.
    Own(ClassId),
    /// The fields of an abstract model of a package.
    Package(&'static [(String, Known)]),
}

/// A model whose row a row extends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Parent {
    /// One of the project.
    Own(ClassId),
    /// One of a package.
    Package(ModelKey),
}

impl Classes {
    /// Looks at all classes of production code.
    pub(super) fn new(python: &Python) -> Self {
        let mut classes = Self::default();
        for (module, info) in python.modules.iter().enumerate() {
            if info.production {
                for index in 0..info.facts.classes.len() {
                    classes.visit(python, ClassId { module, index });
                }
            }
        }
        classes
    }

    /// Models with tables and proxies, in order of place.
    pub(super) fn concrete(&self) -> Vec<ClassId> {
        let models = self.known.iter();
        let concrete = models.filter(|(_, descent)| {
            let class = descent.as_ref().map(|descent| descent.class);
            matches!(class, Some(Class::Concrete | Class::Proxy))
        });
        concrete.map(|(class, _)| *class).collect()
    }

    /// What a class is; `None` for one that is no model.
    pub(super) fn of(&self, class: ClassId) -> Option<Class> {
        Some(self.descent(class)?.class)
    }

    fn descent(&self, class: ClassId) -> Option<&Descent> {
        self.known.get(&class)?.as_ref()
    }

    /// Whether something that a model takes over is not known.
    pub(super) fn is_open(&self, class: ClassId) -> bool {
        self.lineage(class).iter().any(|origin| match origin {
            Origin::Own(class) => self.descent(*class).is_none_or(|descent| descent.open),
            Origin::Package(_) => false,
        })
    }

    /// The class itself and the abstract models it descends from, nearest first.
    pub(super) fn lineage(&self, class: ClassId) -> Vec<Origin> {
        let mut found = vec![Origin::Own(class)];
        let mut next = 0;
        while let Some(origin) = found.get(next).copied() {
            next += 1;
            let Origin::Own(class) = origin else { continue };
            for origin in self.abstract_bases(class) {
                if !found.contains(&origin) {
                    found.push(origin);
                }
            }
        }
        found
    }

    /// The same with each behind those it descends from.
    pub(super) fn declared_order(&self, class: ClassId) -> Vec<Origin> {
        let mut found = Vec::new();
        let mut left = vec![(Origin::Own(class), false)];
        let mut seen = BTreeSet::from([class]);
        while let Some((origin, is_done)) = left.pop() {
            let Origin::Own(class) = origin else {
                found.push(origin);
                continue;
            };
            if is_done {
                found.push(origin);
                continue;
            }
            left.push((origin, true));
            for origin in self.abstract_bases(class).into_iter().rev() {
                if !matches!(origin, Origin::Own(base) if !seen.insert(base)) {
                    left.push((origin, false));
                }
            }
        }
        found
    }

    fn abstract_bases(&self, class: ClassId) -> Vec<Origin> {
        let bases = self.descent(class).into_iter().flat_map(|it| &it.bases);
        let origins = bases.filter_map(|base| match base {
            Link::Own(base) if self.of(*base) == Some(Class::Abstract) => Some(Origin::Own(*base)),
            Link::Abstract(fields) => Some(Origin::Package(fields)),
            _ => None,
        });
        origins.collect()
    }

    /// The models whose rows it extends, also by way of abstract ones; behind a proxy stands the
    /// model it is one of.
    pub(super) fn parents(&self, class: ClassId) -> Vec<Parent> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::from([class]);
        let mut queue = vec![class];
        while let Some(class) = queue.pop() {
            for base in self.descent(class).iter().flat_map(|it| &it.bases) {
                match base {
                    Link::Own(base) if self.of(*base) == Some(Class::Concrete) => {
                        found.push(Parent::Own(*base));
                    }
                    Link::Own(base) if seen.insert(*base) => queue.push(*base),
                    Link::Concrete(key) => found.push(Parent::Package(key.clone())),
                    _ => {}
                }
            }
        }
        let mut seen = BTreeSet::new();
        found.retain(|parent| seen.insert(parent.clone()));
        found
    }

    fn visit(&mut self, python: &Python, class: ClassId) {
        if self.known.contains_key(&class) {
            return;
        }
        // Stands while its bases are looked at: a class that descends from itself is no model.
        self.known.insert(class, None);
        let descent = self.descend(python, class);
        self.known.insert(class, descent);
    }

    fn descend(&mut self, python: &Python, class: ClassId) -> Option<Descent> {
        let facts = python.class(class);
        let mut is_model = false;
        let mut open = false;
        let mut bases = Vec::new();
        for base in &facts.bases {
            match resolve(python, class, base) {
                Target::Class(base) => {
                    self.visit(python, base);
                    match self.descent(base) {
                        Some(_) => {
                            is_model = true;
                            bases.push(Link::Own(base));
                        }
                        None => open |= python.ancestry(base).open,
                    }
                }
                Target::External(path) => match library::base(&path) {
                    Base::Model => is_model = true,
                    Base::Abstract(fields) => {
                        is_model = true;
                        bases.push(Link::Abstract(fields));
                    }
                    Base::Concrete(key) => {
                        is_model = true;
                        bases.push(Link::Concrete(key));
                    }
                    Base::Mixin => {}
                    Base::Unknown => open = true,
                },
                _ => open = true,
            }
        }
        is_model |= open && has_fields(python, class);
        if !is_model {
            return None;
        }
        let class = if says(python, class, "abstract") {
            Class::Abstract
        } else if says(python, class, "proxy") {
            Class::Proxy
        } else {
            Class::Concrete
        };
        Some(Descent { class, bases, open })
    }
}

fn resolve(python: &Python, class: ClassId, name: &str) -> Target {
    let scope = Scope {
        module: class.module,
        function: None,
    };
    python.resolve(scope, name)
}

/// Whether the body holds fields of Django's models.
fn has_fields(python: &Python, class: ClassId) -> bool {
    let calls = python.class(class).fields.iter().filter_map(|field| {
        let Value::Call(call) = field.value.as_ref()? else {
            return None;
        };
        Some(&call.callee)
    });
    let mut targets = calls.map(|callee| resolve(python, class, callee));
    targets.any(|target| {
        matches!(target, Target::External(path)
            if path.starts_with("django.") && library::field(&path).is_some())
    })
}

/// Whether the class's own `Meta` says so.
fn says(python: &Python, class: ClassId, what: &str) -> bool {
    let meta = own_meta(python, class).map(|meta| python.class(meta));
    let mut fields = meta.into_iter().flat_map(|meta| &meta.fields);
    fields.any(|field| field.name == what && field.value == Some(Value::Bool(true)))
}

/// The `class Meta` inside a class.
pub(super) fn own_meta(python: &Python, class: ClassId) -> Option<ClassId> {
    let name = format!("{}.Meta", python.class(class).name);
    let index = *python.modules[class.module].classes.get(name.as_str())?;
    Some(ClassId {
        module: class.module,
        index,
    })
}
