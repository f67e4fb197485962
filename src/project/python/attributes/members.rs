//! The names that objects of a class know: its own, those of its bases in the project, and those
//! that bases of libraries bring along, from `data/python-model-bases.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::facts::python::Value;
use crate::project::python::index::{ClassId, Python, Scope, last_name};
use crate::project::python::names::Target;

/// Package → class → attributes.
type Bases = BTreeMap<String, BTreeMap<String, Vec<String>>>;

static BASES: LazyLock<Bases> = LazyLock::new(|| {
    let text = include_str!("../../../../data/python-model-bases.toml");
    toml::from_str(text).expect("a test reads the table")
});

/// Decorators of classes that add no attributes.
const PLAIN_DECORATORS: [&str; 7] = [
    "dataclass",
    "generic_repr",
    "mapped",
    "mapped_as_dataclass",
    "python_2_unicode_compatible",
    "reversion.register",
    "total_ordering",
];

/// Names with which a class sees to its attributes in its own way.
const OWN_WAY: [&str; 3] = ["__getattr__", "__getattribute__", "__table__"];

/// What is known of the attributes of a class.
pub(super) struct Members<'a> {
    /// Their names.
    pub(super) names: BTreeSet<&'a str>,
    /// The class and those that it descends from.
    pub(super) classes: Vec<ClassId>,
    /// It is one of SQLModel, which drops values for names that it does not know.
    pub(super) is_lenient: bool,
}

/// All names that objects of a class know; `None` where nobody can tell.
pub(super) fn members<'a>(python: &Python<'a>, class: ClassId) -> Option<Members<'a>> {
    let mut found = Members {
        names: BTreeSet::new(),
        classes: Vec::new(),
        is_lenient: false,
    };
    let mut queue = vec![class];
    while let Some(id) = queue.pop() {
        if found.classes.contains(&id) {
            continue;
        }
        found.classes.push(id);
        found.take(python, id)?;
        let scope = Scope {
            module: id.module,
            function: None,
        };
        for base in &python.class(id).bases {
            queue.extend(found.base(python, scope, base)?);
        }
    }
    Some(found)
}

impl<'a> Members<'a> {
    /// What a class itself has.
    fn take(&mut self, python: &Python<'a>, id: ClassId) -> Option<()> {
        let class = python.class(id);
        let is_plain = |name: &str| {
            PLAIN_DECORATORS.contains(&name) || PLAIN_DECORATORS.contains(&last_name(name))
        };
        let mut decorators = class.decorators.iter();
        let is_made_otherwise = class.keywords.iter().any(|(name, _)| name == "metaclass")
            || !decorators.all(|it| is_plain(&it.call.callee));
        if is_made_otherwise {
            return None;
        }
        let fields = class.fields.iter().chain(&class.attributes);
        self.names.extend(fields.map(|field| field.name.as_str()));
        let methods = python.modules[id.module].facts.functions.iter();
        let own = methods.filter(|it| it.class.as_deref() == Some(&class.name) && !it.nested);
        self.names.extend(own.map(|it| last_name(&it.name)));
        // `remark = Column("note")`
        let values = class.fields.iter().filter_map(|field| field.value.as_ref());
        let calls = values.filter_map(Value::call);
        self.names
            .extend(calls.filter_map(|call| match call.args.first() {
                Some(Value::Str(name, _)) => Some(name.as_str()),
                _ => None,
            }));
        (!OWN_WAY.iter().any(|name| self.names.contains(name))).then_some(())
    }

    /// Whether objects know a name; those of Django know `customer_id` where they have `customer`.
    pub(super) fn knows(&self, name: &str, is_django: bool) -> bool {
        let field = name.strip_suffix("_id").filter(|_| is_django);
        self.names.contains(name) || field.is_some_and(|field| self.names.contains(field))
    }

    /// Follows one base: gives it where it is a class of the project; `None` where nobody knows it.
    fn base(&mut self, python: &Python<'a>, scope: Scope, base: &str) -> Option<Option<ClassId>> {
        match python.resolve(scope, base) {
            Target::Class(class) => Some(Some(class)),
            Target::External(path) => {
                self.names
                    .extend(of_library(&path)?.iter().map(String::as_str));
                self.is_lenient |= path.starts_with("sqlmodel");
                Some(None)
            }
            Target::Object(object) => match &python.object(object).value {
                Value::Call(call) if last_name(&call.callee) == "declarative_base" => {
                    let mut keywords = call.keywords.iter();
                    match keywords.find(|it| it.name == "cls").map(|it| &it.value) {
                        None => Some(None),
                        Some(Value::Name(name, _)) => self.base(python, object.scope, name),
                        Some(_) => None,
                    }
                }
                _ => None,
            },
            _ => None,
        }
    }
}

/// The attributes that a class of a library brings along; `None` for those that nobody knows.
fn of_library(path: &str) -> Option<&'static [String]> {
    let package = match path.strip_prefix("builtins.") {
        Some(_) => "object",
        None => path.split('.').next()?,
    };
    let classes = BASES.get(package)?;
    let behind = path.split_once('.').map_or(path, |(_, behind)| behind);
    let known = classes
        .get(behind)
        .or_else(|| classes.get(last_name(path)))?;
    Some(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_and_known_bases_are_found() {
        for path in [
            "django.db.models.Model",
            "sqlalchemy.orm.DeclarativeBase",
            "flask_sqlalchemy.SQLAlchemy().Model",
            "builtins.object",
        ] {
            assert!(of_library(path).is_some(), "{path}");
        }
        assert!(of_library("django_extensions.db.models.TimeStampedModel").is_none());
    }
}
