//! What `class Meta` says of a model's table.

use super::Reader;
use super::classes::{Origin, own_meta};
use crate::facts::python::{Field as Assigned, Value};
use crate::facts::schema::Ident;
use crate::project::python::ClassId;
use crate::project::schema::django::{
    Field, Kind, MetaConstraint, MetaIndex, Model, Options, Scope, Together,
};

/// Reads the `Meta` of a class, or the one it takes over, into the model.
pub(super) fn read(reader: &Reader, class: ClassId, model: &mut Model) {
    for (meta, field) in settings(reader, class) {
        let Some(value) = &field.value else { continue };
        let key = model.key.clone();
        let scope = Scope {
            python: reader.python,
            apps: reader.apps,
            module: meta.module,
            model: &key,
        };
        set(&scope, field, value, model);
    }
}

/// The assignments of the nearest `Meta` and of those it descends from, each name once.
fn settings<'r>(reader: &Reader<'r>, class: ClassId) -> Vec<(ClassId, &'r Assigned)> {
    let lineage = reader.classes.lineage(class);
    let metas = lineage.iter().filter_map(|origin| match origin {
        Origin::Own(class) => own_meta(reader.python, *class),
        Origin::Package(_) => None,
    });
    let mut found: Vec<(ClassId, &Assigned)> = Vec::new();
    for meta in metas.take(1) {
        for meta in reader.python.ancestry(meta).classes {
            for field in reader.python.class(meta).fields.iter().rev() {
                if !found.iter().any(|(_, other)| other.name == field.name) {
                    found.push((meta, field));
                }
            }
        }
    }
    found
}

fn set(scope: &Scope, field: &Assigned, value: &Value, model: &mut Model) {
    match field.name.as_str() {
        "db_table" => match scope.text(value) {
            Some(table) => model.table = Some(table),
            // A table that nobody can name is left to itself.
            None => model.managed = false,
        },
        "managed" => model.managed &= *value != Value::Bool(false),
        "unique_together" => match Together::read(scope, value) {
            Some(together) => model.unique_together = together,
            None => model.open = true,
        },
        "index_together" => match Together::read(scope, value) {
            Some(together) => model.index_together = together,
            None => model.open = true,
        },
        "indexes" => {
            for (module, item) in items(scope, value) {
                match MetaIndex::read(&Scope { module, ..*scope }, &item) {
                    Some(index) => model.indexes.push(index),
                    None => model.open = true,
                }
            }
        }
        "constraints" => {
            for (module, item) in items(scope, value) {
                match MetaConstraint::read(&Scope { module, ..*scope }, &item) {
                    Some(constraint) => model.constraints.push(constraint),
                    None => model.open = true,
                }
            }
        }
        "order_with_respect_to" if *value != Value::None => model.fields.push(Field {
            name: Ident {
                name: "_order".to_owned(),
                span: field.name_span,
            },
            file: scope.python.modules[scope.module].file,
            span: field.span,
            class: field.name_span,
            kind: Kind::Plain("IntegerField".to_owned()),
            options: Options::default(),
        }),
        _ => {}
    }
}

/// How deep lists may be made of lists.
const DEPTH: usize = 8;

/// The elements of a list, also of one that is put together, each with the module it stands in. What
/// is no list is an element that nobody can read.
fn items(scope: &Scope, value: &Value) -> Vec<(usize, Value)> {
    let mut found = Vec::new();
    collect(scope, value, DEPTH, &mut found);
    found
}

fn collect(scope: &Scope, value: &Value, depth: usize, found: &mut Vec<(usize, Value)>) {
    let named = scope.named(value);
    let (scope, value) = match &named {
        Some((module, value)) => (
            &Scope {
                module: *module,
                ..*scope
            },
            value,
        ),
        None => (scope, value),
    };
    let Some(depth) = depth.checked_sub(1) else {
        return found.push((scope.module, value.clone()));
    };
    match value {
        Value::List(items) => {
            for item in items {
                match item {
                    Value::Spread(inner) => collect(scope, inner, depth, found),
                    item => found.push((scope.module, item.clone())),
                }
            }
        }
        Value::Joined(parts) => {
            for part in parts {
                collect(scope, part, depth, found);
            }
        }
        Value::None => {}
        value => found.push((scope.module, value.clone())),
    }
}
