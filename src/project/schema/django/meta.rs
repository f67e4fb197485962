//! What `class Meta` and the options of migrations say of indexes and constraints.

use super::field::keyword;
use super::scope::Scope;
use super::state::{MetaConstraint, MetaConstraintKind, MetaIndex, Together};
use crate::facts::python::{Call, Value};
use crate::facts::schema::Ident;
use crate::source::Span;

/// Classes of indexes with their methods. Names that Django makes end in the method, except for
/// plain ones.
const METHODS: [(&str, &str); 10] = [
    ("Index", "idx"),
    ("BTreeIndex", "btree"),
    ("BloomIndex", "bloom"),
    ("BrinIndex", "brin"),
    ("GinIndex", "gin"),
    ("GistIndex", "gist"),
    ("HashIndex", "hash"),
    ("HnswIndex", "hnsw"),
    ("IvfflatIndex", "ivfflat"),
    ("SpGistIndex", "spgist"),
];

impl Together {
    /// `unique_together` or `index_together`: several lists of fields, or one. `None` if it cannot
    /// be read.
    pub(in crate::project::schema) fn read(scope: &Scope, value: &Value) -> Option<Vec<Self>> {
        let items = match listed(scope, value) {
            Value::List(items) => items,
            Value::None => return Some(Vec::new()),
            _ => return None,
        };
        let is_one = items.iter().any(|item| matches!(item, Value::Str(..)));
        let lists = match is_one {
            true => vec![items.as_slice()],
            false => items
                .iter()
                .map(|item| match item {
                    Value::List(fields) => Some(fields.as_slice()),
                    _ => None,
                })
                .collect::<Option<_>>()?,
        };
        let lists = lists.into_iter().map(|list| {
            let fields = names(scope, list)?;
            let span = fields.iter().map(|field| field.span).reduce(Span::to)?;
            Some(Self {
                fields,
                file: scope.file(),
                span,
            })
        });
        lists.collect()
    }
}

/// A list, also one that `set(…)` or `list(…)` makes of another.
fn listed(scope: &Scope, value: &Value) -> Value {
    match scope.constant(value) {
        Value::Call(call)
            if matches!(call.callee.as_str(), "frozenset" | "list" | "set" | "tuple") =>
        {
            match call.args.as_slice() {
                [] => Value::List(Vec::new()),
                [inner] => scope.constant(inner),
                _ => Value::Call(call),
            }
        }
        value => value,
    }
}

fn names(scope: &Scope, values: &[Value]) -> Option<Vec<Ident>> {
    let names = values.iter().map(|value| match scope.constant(value) {
        Value::Str(name, span) => Some(Ident { name, span }),
        _ => None,
    });
    names.collect()
}

impl MetaIndex {
    /// `Index(…)`; `None` if it is no call.
    pub(in crate::project::schema) fn read(scope: &Scope, value: &Value) -> Option<Self> {
        let Value::Call(call) = value else {
            return None;
        };
        let class = scope.class(&call.callee, &METHODS.map(|(class, _)| class));
        let method = METHODS.iter().find(|(known, _)| class == Some(*known));
        Some(Self {
            name: name(scope, call),
            keys: keys(scope, call)?,
            opclasses: opclasses(scope, call),
            include: included(scope, call),
            condition: condition(call, "condition"),
            method: method.map(|(_, method)| *method),
            file: scope.file(),
            span: call.span,
        })
    }
}

impl MetaConstraint {
    /// `UniqueConstraint(…)` and the like; `None` if it is no call.
    pub(in crate::project::schema) fn read(scope: &Scope, value: &Value) -> Option<Self> {
        const CLASSES: [&str; 3] = ["UniqueConstraint", "CheckConstraint", "ExclusionConstraint"];
        let Value::Call(call) = value else {
            return None;
        };
        let kind = match scope.class(&call.callee, &CLASSES) {
            Some("UniqueConstraint") => {
                let condition = condition(call, "condition");
                let include = included(scope, call);
                let is_index = condition.is_some()
                    || !include.is_empty()
                    || !call.args.is_empty()
                    || keyword(call, "opclasses").is_some();
                MetaConstraintKind::Unique {
                    keys: keys(scope, call)?,
                    condition,
                    include,
                    is_index,
                }
            }
            Some("CheckConstraint") => {
                let condition = condition(call, "condition").or_else(|| condition(call, "check"));
                MetaConstraintKind::Check(condition.unwrap_or(Value::None))
            }
            Some("ExclusionConstraint") => MetaConstraintKind::Exclude {
                keys: excluded(scope, call)?,
                method: keyword(call, "index_type")
                    .and_then(|value| scope.text(value))
                    .map(|method| method.to_lowercase()),
                condition: condition(call, "condition"),
            },
            _ => MetaConstraintKind::Unknown,
        };
        Some(Self {
            name: name(scope, call),
            kind,
            file: scope.file(),
            span: call.span,
        })
    }
}

fn condition(call: &Call, name: &str) -> Option<Value> {
    let value = keyword(call, name)?;
    (*value != Value::None).then(|| value.clone())
}

/// `name`; in abstract models it may hold places for the application and the model.
fn name(scope: &Scope, call: &Call) -> Option<Ident> {
    match scope.constant(keyword(call, "name")?) {
        Value::Str(name, span) => Some(Ident {
            name: name
                .replace("%(app_label)s", &scope.model.app)
                .replace("%(class)s", &scope.model.name),
            span,
        }),
        _ => None,
    }
}

/// The fields, or the expressions in front.
fn keys(scope: &Scope, call: &Call) -> Option<Vec<Value>> {
    let Some(fields) = keyword(call, "fields") else {
        return Some(call.args.clone());
    };
    match scope.constant(fields) {
        Value::List(fields) => Some(fields.iter().map(|field| scope.constant(field)).collect()),
        _ => None,
    }
}

/// The first of each pair of `expressions`.
fn excluded(scope: &Scope, call: &Call) -> Option<Vec<Value>> {
    let Value::List(pairs) = scope.constant(keyword(call, "expressions")?) else {
        return None;
    };
    let keys = pairs.into_iter().map(|pair| match pair {
        Value::List(pair) => pair.into_iter().next(),
        _ => None,
    });
    keys.collect()
}

fn opclasses(scope: &Scope, call: &Call) -> Vec<String> {
    match keyword(call, "opclasses").map(|value| scope.constant(value)) {
        Some(Value::List(names)) => {
            let name = |value: &Value| scope.text(value).unwrap_or_default();
            names.iter().map(name).collect()
        }
        _ => Vec::new(),
    }
}

fn included(scope: &Scope, call: &Call) -> Vec<Ident> {
    match keyword(call, "include").map(|value| scope.constant(value)) {
        Some(Value::List(fields)) => names(scope, &fields).unwrap_or_default(),
        _ => Vec::new(),
    }
}
