//! Which classes are models, and which of them have tables.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::python::Value;
use crate::project::python::{ClassId, Python, Scope, Target};
use crate::project::schema::django::library::{self, Base, Known};
use crate::project::schema::django::{Apps, ModelKey};

/// The models among the classes of a project.
#[derive(Debug)]
pub(super) struct Classes<'c> {
    python: &'c Python<'c>,
    apps: &'c Apps,
    known: BTreeMap<ClassId, Descent>,
    /// Classes that may be the model of users, by name.
    users: BTreeMap<String, Vec<ClassId>>,
}

/// No class of a person's descends from more classes, in a row or in all.
const MOST: usize = 100;

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

/// What a class descends from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Descent {
    /// What it is, if it is a model.
    class: Option<Class>,
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

impl<'c> Classes<'c> {
    /// Looks at all classes but those of tests.
    pub(super) fn new(python: &'c Python<'c>, apps: &'c Apps) -> Self {
        let mut classes = Self {
            python,
            apps,
            known: BTreeMap::new(),
            users: users(python, apps),
        };
        for (module, info) in python.modules.iter().enumerate() {
            if !info.test {
                for index in 0..info.facts.classes.len() {
                    classes.visit(ClassId { module, index }, MOST);
                }
            }
        }
        classes
    }

    /// Models with tables and proxies, in order of place.
    pub(super) fn concrete(&self) -> Vec<ClassId> {
        let models = self.known.iter();
        let concrete = models
            .filter(|(_, descent)| matches!(descent.class, Some(Class::Concrete | Class::Proxy)));
        concrete.map(|(class, _)| *class).collect()
    }

    /// What a class is; `None` for one that is no model.
    pub(super) fn of(&self, class: ClassId) -> Option<Class> {
        self.known.get(&class)?.class
    }

    /// Whether something that a model takes over is not known.
    pub(super) fn is_open(&self, class: ClassId) -> bool {
        let lineage = self.lineage(class);
        let is_open = |origin: &Origin| match origin {
            Origin::Own(class) => self.known.get(class).is_none_or(|descent| descent.open),
            Origin::Package(_) => false,
        };
        lineage.len() > MOST || lineage.iter().any(is_open)
    }

    fn bases(&self, class: ClassId) -> &[Link] {
        self.known.get(&class).map_or(&[], |descent| &descent.bases)
    }

    /// The class itself and the abstract models it descends from, nearest first.
    pub(super) fn lineage(&self, class: ClassId) -> Vec<Origin> {
        let mut found = vec![Origin::Own(class)];
        let mut next = 0;
        while let Some(origin) = found.get(next).copied()
            && next <= MOST
        {
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
        let bases = self.bases(class).iter();
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
            for base in self.bases(class) {
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

    fn visit(&mut self, class: ClassId, depth: usize) {
        if self.known.contains_key(&class) {
            return;
        }
        // Stands while its bases are looked at: a class that descends from itself is no model.
        self.known.insert(class, Descent::default());
        if let Some(depth) = depth.checked_sub(1) {
            let descent = self.descend(class, depth);
            self.known.insert(class, descent);
        }
    }

    fn descend(&mut self, class: ClassId, depth: usize) -> Descent {
        let python = self.python;
        let mut is_model = false;
        let mut open = false;
        let mut bases = Vec::new();
        for base in &python.class(class).bases {
            match self.base(class, base) {
                Found::Own(base) => {
                    self.visit(base, depth);
                    let found = &self.known[&base];
                    if found.class.is_some() {
                        is_model = true;
                        bases.push(Link::Own(base));
                    } else {
                        open |= found.open;
                    }
                }
                Found::Library(base) => {
                    is_model |= !matches!(base, Base::Mixin | Base::Unknown);
                    open |= base == Base::Unknown;
                    bases.extend(match base {
                        Base::Abstract(fields) => Some(Link::Abstract(fields)),
                        Base::Concrete(key) => Some(Link::Concrete(key)),
                        _ => None,
                    });
                }
            }
        }
        is_model |= open && has_fields(python, class);
        let kind = if says(python, class, "abstract") {
            Class::Abstract
        } else if says(python, class, "proxy") {
            Class::Proxy
        } else {
            Class::Concrete
        };
        Descent {
            class: is_model.then_some(kind),
            bases,
            open,
        }
    }

    /// What a base is.
    fn base(&self, class: ClassId, name: &str) -> Found {
        let path = match resolve(self.python, class, name) {
            Target::Class(base) => return Found::Own(base),
            Target::External(path) => path,
            Target::Object(object) => match &self.python.object(object).value {
                Value::Call(call) => format!("{}()", call.callee),
                _ => return Found::Library(Base::Unknown),
            },
            _ => return Found::Library(Base::Unknown),
        };
        if path.rsplit('.').next() == Some("get_user_model()") {
            return self.user(class);
        }
        Found::Library(library::base(&path))
    }

    /// The model of users, as a base of a class.
    fn user(&self, class: ClassId) -> Found {
        let python = self.python;
        let user = self.apps.user(python.modules[class.module].path);
        let mut named = self.users.get(&user.name).into_iter().flatten().copied();
        match named.find(|other| self.apps.key(python, *other).as_ref() == Some(&user)) {
            Some(own) => Found::Own(own),
            None => Found::Library(Base::Concrete(user)),
        }
    }
}

/// A base of a class.
enum Found {
    Own(ClassId),
    Library(Base),
}

/// Classes that may be the model of users, by name.
fn users(python: &Python, apps: &Apps) -> BTreeMap<String, Vec<ClassId>> {
    let modules = python.modules.iter();
    let names: BTreeSet<String> = modules.map(|it| apps.user(it.path).name).collect();
    let mut users: BTreeMap<String, Vec<ClassId>> = BTreeMap::new();
    for (module, info) in python.modules.iter().enumerate() {
        for (index, class) in info.facts.classes.iter().enumerate() {
            let name = class.name.to_lowercase();
            if names.contains(&name) {
                let class = ClassId { module, index };
                users.entry(name).or_default().push(class);
            }
        }
    }
    users
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
