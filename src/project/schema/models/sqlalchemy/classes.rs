//! What classes descend from, in the order in which Python looks for their members, and the mapper
//! that they get from there. Knows no tables.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use super::vocabulary;
use crate::facts::python::{Call, Value};
use crate::project::python::{ClassId, ObjectId, Python, Scope, Target, last_name};

/// What a class descends from.
#[derive(Clone, Debug, Default)]
pub(super) struct Lineage {
    /// The class and its ancestors in the project, nearest first.
    pub(super) classes: Vec<ClassId>,
    /// Its ancestors in libraries, by path.
    pub(super) external: Vec<String>,
    /// Whose metadata its tables belong to.
    pub(super) root: Option<Root>,
    /// Some ancestor is not known, so that it may bring columns along.
    pub(super) open: bool,
}

/// A declarative base.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Root {
    /// A class that descends from `DeclarativeBase`.
    Class(ClassId),
    /// `Base = declarative_base()`.
    Object(ObjectId),
    /// `db = SQLAlchemy()`, which names tables itself.
    Flask(ObjectId),
    /// `SQLModel`.
    SqlModel,
    /// Something that is used like one and is not in sight; Flask's, if it is called `db.Model`.
    Unknown {
        /// Whether it names tables itself.
        flask: bool,
    },
}

impl Root {
    /// Whether it is in sight.
    pub(super) fn is_known(self) -> bool {
        !matches!(self, Self::Unknown { .. })
    }

    /// Whether tables get a name that is not written.
    pub(super) fn names_tables(self) -> bool {
        matches!(self, Self::Flask(_) | Self::Unknown { flask: true })
    }
}

/// Library classes that bring no columns along.
const PLAIN: [&str; 18] = [
    "ABC",
    "AsyncAttrs",
    "AuthUser",
    "BaseModel",
    "BaseQuery",
    "DeclarativeBase",
    "DeclarativeBaseNoMeta",
    "Generic",
    "MappedAsDataclass",
    "Model",
    "Protocol",
    "RoleMixin",
    "SQLModel",
    "SerializerMixin",
    "UserMixin",
    "db.Model",
    "declarative_base()",
    "object",
];

/// The classes of the project.
pub(super) struct Classes<'a> {
    python: &'a Python<'a>,
    known: RefCell<BTreeMap<ClassId, Rc<Lineage>>>,
    /// How many classes are being looked at, each for the one before.
    depth: Cell<u32>,
}

/// No class of a person's descends from more classes in a row.
const DEPTH: u32 = 100;

impl<'a> Classes<'a> {
    pub(super) fn new(python: &'a Python<'a>) -> Self {
        Self {
            python,
            known: RefCell::default(),
            depth: Cell::default(),
        }
    }

    /// What a class descends from.
    pub(super) fn lineage(&self, class: ClassId) -> Rc<Lineage> {
        if let Some(known) = self.known.borrow().get(&class) {
            return Rc::clone(known);
        }
        // A class that descends from itself ends here.
        let itself = Lineage {
            classes: vec![class],
            open: true,
            ..Lineage::default()
        };
        if self.depth.get() == DEPTH {
            return Rc::new(itself);
        }
        self.known.borrow_mut().insert(class, Rc::new(itself));
        self.depth.set(self.depth.get() + 1);
        let lineage = Rc::new(self.read(class));
        self.depth.set(self.depth.get() - 1);
        self.known.borrow_mut().insert(class, Rc::clone(&lineage));
        lineage
    }

    fn read(&self, class: ClassId) -> Lineage {
        let facts = self.python.class(class);
        let scope = Scope {
            module: class.module,
            function: None,
        };
        let mut found = Lineage::default();
        let mut orders = Vec::new();
        let mut direct = Vec::new();
        for base in &facts.bases {
            self.base(scope, base, &mut found, &mut |base| {
                orders.push(self.lineage(base).classes.clone());
                direct.push(base);
            });
        }
        for &base in &direct {
            let above = self.lineage(base);
            found.root = better(found.root, above.root);
            found.open |= above.open;
            found.external.extend(above.external.iter().cloned());
        }
        // The class below which everything is mapped.
        let declares = |path: &String| {
            matches!(
                last_name(path),
                "DeclarativeBase" | "DeclarativeBaseNoMeta" | "declarative_base()"
            )
        };
        let decorated = facts.decorators.iter().any(|decorator| {
            let name = last_name(&decorator.call.callee);
            matches!(name, "as_declarative" | "as_declarative_base")
        });
        if decorated || found.external.iter().any(declares) {
            found.root = better(found.root, Some(Root::Class(class)));
        }
        orders.push(direct);
        found.classes = vec![class];
        found.classes.extend(merge(orders));
        found
    }

    /// Follows one base as it is written.
    fn base(&self, scope: Scope, name: &str, found: &mut Lineage, add: &mut dyn FnMut(ClassId)) {
        match self.python.resolve(scope, name) {
            Target::Class(base) => add(base),
            Target::External(path) => {
                if let Some(root) = self.of_library(scope, name, &path) {
                    found.root = better(found.root, Some(root));
                    if let Root::Flask(object) = root {
                        self.given_classes(object, &["model_class"], found, add);
                    }
                }
                let is_plain = PLAIN.binary_search(&last_name(&path)).is_ok();
                let library = vocabulary::library_of(&path);
                if !is_plain && !matches!(library, "builtins" | "enum" | "typing") {
                    // A draft does not show the base that it imports.
                    found.root = better(found.root, Some(Root::Unknown { flask: false }));
                    found.open = true;
                }
                found.external.push(path);
            }
            Target::Object(object) => match &self.python.object(object).value {
                Value::Call(call) if is_base_maker(&call.callee) => {
                    found.root = better(found.root, Some(Root::Object(object)));
                    self.given_classes(object, &["cls"], found, add);
                }
                _ => found.open = true,
            },
            _ => {
                let flask = name.ends_with(".Model");
                found.root = better(found.root, Some(Root::Unknown { flask }));
                found.open |= !flask;
            }
        }
    }

    /// The root that a class of a library stands for.
    fn of_library(&self, scope: Scope, name: &str, path: &str) -> Option<Root> {
        if path.starts_with("sqlmodel.") && last_name(path) == "SQLModel" {
            return Some(Root::SqlModel);
        }
        if vocabulary::canonical(path) == "sqlalchemy.Model" {
            let (db, _) = name.rsplit_once('.')?;
            return match self.python.resolve(scope, db) {
                Target::Object(object) => Some(Root::Flask(object)),
                _ => Some(Root::Unknown { flask: true }),
            };
        }
        None
    }

    /// Classes that are handed to what makes a base.
    fn given_classes(
        &self,
        object: ObjectId,
        names: &[&str],
        found: &mut Lineage,
        add: &mut dyn FnMut(ClassId),
    ) {
        let Value::Call(call) = &self.python.object(object).value else {
            return;
        };
        let given = call
            .keywords
            .iter()
            .filter(|it| names.contains(&it.name.as_str()));
        for keyword in given {
            if let Value::Name(name, _) = &keyword.value {
                match self.python.resolve(object.scope, name) {
                    Target::Class(class) => add(class),
                    Target::External(path) => {
                        found.open |= PLAIN.binary_search(&last_name(&path)).is_err();
                    }
                    _ => found.open = true,
                }
            }
        }
    }
}

/// What is in sight counts for more than what may be a base, the nearer for more than the farther.
fn better(one: Option<Root>, other: Option<Root>) -> Option<Root> {
    let known = |root: Option<Root>| root.filter(|root| root.is_known());
    known(one).or(known(other)).or(one).or(other)
}

fn is_base_maker(callee: &str) -> bool {
    matches!(
        last_name(callee),
        "declarative_base" | "automap_base" | "generate_base"
    )
}

/// The keyword argument that makes a base or `SQLAlchemy()` what it is.
pub(super) fn argument<'c>(call: &'c Call, name: &str) -> Option<&'c Value> {
    let mut keywords = call.keywords.iter();
    Some(&keywords.find(|keyword| keyword.name == name)?.value)
}

/// Python's order of looking for members: no class before what it descends from has seen it.
fn merge(mut orders: Vec<Vec<ClassId>>) -> Vec<ClassId> {
    let mut merged = Vec::new();
    loop {
        orders.retain(|order| !order.is_empty());
        let Some(first) = orders.first() else {
            return merged;
        };
        let heads = orders.iter().map(|order| order[0]);
        let is_free = |class: &ClassId| orders.iter().all(|order| !order[1..].contains(class));
        // A contradiction is an error of the program; any order serves.
        let next = heads.into_iter().find(is_free).unwrap_or(first[0]);
        merged.push(next);
        for order in &mut orders {
            order.retain(|class| *class != next);
        }
    }
}
