//! Which `except` catches which exception: a table of library facts, imports and class names.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::index::{ClassId, Python, Scope, last_name};
use super::names::Target;
use crate::facts::Answer;
use crate::facts::python::{Failure, Step, UseKind, Value};

/// Exception → its ancestors, nearest first.
static PARENTS: LazyLock<BTreeMap<&str, Vec<&str>>> = LazyLock::new(|| {
    let lines = include_str!("../../../data/python-exceptions.txt").lines();
    let facts = lines.filter(|line| !line.starts_with('#'));
    facts
        .filter_map(|line| {
            let mut names = line.split_whitespace();
            Some((names.next()?, names.collect()))
        })
        .collect()
});

/// What a driver raises when a constraint refuses a row, whichever driver it is.
pub(super) const REFUSED_BY_DRIVER: &str = "driver.IntegrityError";

/// Names of exceptions that stand for a refused row, and of their parents.
const REFUSALS: [&str; 17] = [
    "IntegrityError",
    "UniqueViolation",
    "UniqueViolationError",
    "ForeignKeyViolation",
    "ForeignKeyViolationError",
    "IntegrityConstraintViolation",
    "IntegrityConstraintViolationError",
    "DatabaseError",
    "DBAPIError",
    "StatementError",
    "SQLAlchemyError",
    "PostgresError",
    "MySQLError",
    "DuplicateKeyError",
    "UniqueConstraintError",
    "NotUniqueError",
    "Error",
];

/// Whether an `except` is named for catching refused rows.
pub(super) fn is_refusal(written: &str) -> bool {
    REFUSALS.contains(&last_name(written))
}

/// The exception that a failing step ends in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failing {
    /// `library.Name`, or a builtin's bare name; empty where nothing is raised.
    pub exception: String,
    /// The class that is looked up; libraries give each its own exception class.
    pub entity: Option<ClassId>,
    /// The exception's own class, where the project declares it.
    pub own: Option<ClassId>,
}

impl Failing {
    /// An exception that no class of the project has a say in.
    pub(super) fn by(path: &str) -> Self {
        Self::named(&short(path))
    }

    /// What the failing of a step ends in when nothing handles it.
    pub(super) fn of(python: &Python, scope: Scope, step: &Step) -> Self {
        let written = match &step.failure {
            Failure::Raises(types) if step.use_kind == UseKind::Raised => types.first(),
            _ => None,
        };
        let own = written.and_then(|name| match python.resolve(scope, name) {
            Target::Class(class) => Some(class),
            _ => None,
        });
        let exception = match &step.failure {
            Failure::Raises(types) | Failure::Malformed(types) => {
                short(types.first().map_or("", String::as_str))
            }
            Failure::None => by_use(step.use_kind).to_owned(),
        };
        let entity = step
            .entity
            .as_deref()
            .and_then(|name| entity(python, scope, name));
        Self {
            exception,
            entity,
            own,
        }
    }

    /// An exception by name, of no class that is looked up.
    pub(super) fn named(exception: &str) -> Self {
        Self {
            exception: exception.to_owned(),
            entity: None,
            own: None,
        }
    }
}

/// What the use of a None raises; nothing where it goes out as the answer.
fn by_use(kind: UseKind) -> &'static str {
    match kind {
        UseKind::Attribute => "AttributeError",
        UseKind::Stored => "sqlalchemy.UnmappedInstanceError",
        UseKind::Validated => "pydantic.ValidationError",
        UseKind::Answered | UseKind::Dumped | UseKind::Returned => "",
        UseKind::Subscript | UseKind::Iteration | UseKind::Builtin => "TypeError",
        UseKind::Call | UseKind::Raised => "TypeError",
    }
}

/// `Order.objects` → the class `Order`.
fn entity(python: &Python, scope: Scope, name: &str) -> Option<ClassId> {
    let mut name = name;
    loop {
        if let Target::Class(class) | Target::Instance(class) = python.resolve(scope, name) {
            return Some(class);
        }
        name = name.rsplit_once('.')?.0;
    }
}

/// Whether a type, as written in an `except`, a handler's registration or the like, catches it.
pub(super) fn catches(python: &Python, failing: &Failing, scope: Scope, written: &str) -> Answer {
    if failing.exception.is_empty() {
        return Answer::No;
    }
    if is_bare(written) {
        return Answer::Yes;
    }
    if failing.exception == REFUSED_BY_DRIVER {
        return match is_refusal(written) {
            true => Answer::Yes,
            false => Answer::No,
        };
    }
    if let Some(own) = failing.own {
        return catches_own(python, failing, own, scope, written);
    }
    if let Some((owner, own)) = written.rsplit_once('.')
        && matches!(own, "DoesNotExist" | "MultipleObjectsReturned")
        && last_name(&failing.exception).trim_start_matches("Object") == own
    {
        match (python.resolve(scope, owner), failing.entity) {
            (Target::Class(owner), Some(entity)) => return related(python, owner, entity),
            (Target::Class(_) | Target::Unknown | Target::Instance(_), _) => {
                return Answer::Unknown;
            }
            _ => {}
        }
    }
    match python.resolve(scope, written) {
        Target::External(path) => is_ancestor(&short(&path), &failing.exception),
        Target::Class(_) => Answer::No,
        Target::Object(object) => match &python.object(object).value {
            Value::List(items) => items.iter().fold(Answer::No, |all, item| match item {
                Value::Name(name, _) => all.or(catches(python, failing, object.scope, name)),
                _ => all.or(Answer::Unknown),
            }),
            _ => Answer::Unknown,
        },
        _ if PARENTS.contains_key(written) => is_ancestor(written, &failing.exception),
        _ => Answer::Unknown,
    }
}

/// Whether a type catches an exception that the project declares.
fn catches_own(
    python: &Python,
    failing: &Failing,
    own: ClassId,
    scope: Scope,
    written: &str,
) -> Answer {
    match python.resolve(scope, written) {
        Target::Class(caught) if python.ancestry(own).classes.contains(&caught) => Answer::Yes,
        Target::Class(_) | Target::External(_) => Answer::No,
        Target::Object(object) => match &python.object(object).value {
            Value::List(items) => items.iter().fold(Answer::No, |all, item| match item {
                Value::Name(name, _) => all.or(catches(python, failing, object.scope, name)),
                _ => all.or(Answer::Unknown),
            }),
            _ => Answer::Unknown,
        },
        _ if PARENTS.contains_key(written) => match builtin_bases(python, own) {
            Some(bases) => bases
                .iter()
                .fold(Answer::No, |all, base| all.or(is_ancestor(written, base))),
            None => Answer::Unknown,
        },
        _ => Answer::Unknown,
    }
}

/// Whether an exception is one that means nothing to any framework: of the project or built in.
pub(super) fn is_plain(python: &Python, scope: Scope, written: &str) -> bool {
    match python.resolve(scope, written) {
        Target::Class(class) => builtin_bases(python, class).is_some(),
        Target::Unknown => PLAIN.contains(&written),
        _ => false,
    }
}

/// Builtin exceptions that code raises for a row that is not there.
const PLAIN: [&str; 5] = [
    "Exception",
    "KeyError",
    "LookupError",
    "RuntimeError",
    "ValueError",
];

/// The builtin exceptions that a class of the project descends from, where all its bases are known.
fn builtin_bases(python: &Python, class: ClassId) -> Option<Vec<String>> {
    let mut bases = Vec::new();
    for class in python.ancestry(class).classes {
        let scope = Scope {
            module: class.module,
            function: None,
        };
        for base in &python.class(class).bases {
            match python.resolve(scope, base) {
                Target::Class(_) => {}
                Target::Unknown if is_bare(base) || PARENTS.contains_key(base.as_str()) => {
                    bases.push(base.clone());
                }
                _ => return None,
            }
        }
    }
    (!bases.is_empty()).then_some(bases)
}

/// Whether a type catches everything, which answers 500 like no handler at all.
pub(super) fn is_bare(written: &str) -> bool {
    matches!(
        written,
        "Exception" | "BaseException" | "builtins.Exception" | "builtins.BaseException"
    )
}

fn related(python: &Python, owner: ClassId, entity: ClassId) -> Answer {
    let descends = |class, from: ClassId| python.ancestry(class).classes.contains(&from);
    if descends(entity, owner) || descends(owner, entity) {
        Answer::Yes
    } else {
        Answer::No
    }
}

fn is_ancestor(caught: &str, exception: &str) -> Answer {
    if caught == exception || is_bare(caught) {
        return Answer::Yes;
    }
    match PARENTS.get(exception) {
        Some(parents) if parents.contains(&caught) => Answer::Yes,
        Some(_) => Answer::No,
        None => Answer::Unknown,
    }
}

/// `sqlalchemy.orm.exc.NoResultFound` → `sqlalchemy.NoResultFound`.
fn short(path: &str) -> String {
    let path = path.strip_prefix("builtins.").unwrap_or(path);
    match path.split_once('.') {
        Some((library, rest)) => format!("{library}.{}", last_name(rest)),
        None => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parent_stands_in_the_table_or_is_abstract() {
        let roots = [
            "django",
            "sqlalchemy",
            "mongoengine",
            "pony",
            "tortoise",
            "decimal",
        ];
        for (exception, parents) in PARENTS.iter() {
            for parent in parents {
                let library = parent.split('.').next().unwrap();
                let known = PARENTS.contains_key(parent) || roots.contains(&library);
                assert!(
                    known,
                    "{exception} descends from {parent}, which the table lacks"
                );
            }
        }
    }

    #[test]
    fn ancestors_catch_and_others_do_not() {
        let missing = "sqlalchemy.NoResultFound";
        assert_eq!(
            is_ancestor("sqlalchemy.SQLAlchemyError", missing),
            Answer::Yes
        );
        assert_eq!(
            is_ancestor("sqlalchemy.IntegrityError", missing),
            Answer::No
        );
        assert_eq!(is_ancestor("Exception", missing), Answer::Yes);
        assert_eq!(is_ancestor("ValueError", "acme.Gone"), Answer::Unknown);
        assert_eq!(short("sqlalchemy.orm.exc.NoResultFound"), missing);
    }
}
