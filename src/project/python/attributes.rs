//! Columns that code writes through a model that has none of that name.

use std::collections::BTreeSet;

use super::index::{ClassId, FunctionId, Python};
use super::names::Target;
use super::tables::{TableId, Tables};
use crate::facts::python::{Effect, EffectKind};
use crate::project::schema::Database;
use crate::source::Loc;

/// A column that is written by name through a model.
#[derive(Clone, Debug)]
pub struct Unheld {
    /// The table of the model.
    pub table: TableId,
    /// The name, which the model does not know.
    pub column: String,
    /// The call.
    pub at: Loc,
}

/// Finds them in the modules that count: `Order(note=…)`, `Order.objects.create(note=…)`.
pub(in crate::project) fn unheld(
    python: &Python,
    databases: &[Database],
    counts: impl Fn(usize) -> bool,
) -> Vec<Unheld> {
    let tables = Tables::new(python, databases);
    let mut found = Vec::new();
    for (number, module) in python.modules.iter().enumerate() {
        if !module.production || !counts(module.unit) {
            continue;
        }
        for (index, function) in module.facts.functions.iter().enumerate() {
            let id = FunctionId {
                module: number,
                index,
            };
            let writes = function.effects.iter().filter(|it| writes_by_name(it));
            found.extend(writes.flat_map(|effect| of_effect(python, &tables, id, effect)));
        }
    }
    found
}

fn of_effect(python: &Python, tables: &Tables, id: FunctionId, effect: &Effect) -> Vec<Unheld> {
    let entity = effect.entity.as_deref();
    let class = entity.and_then(|entity| match python.resolve(id.scope(), entity) {
        Target::Class(class) => Some(class),
        _ => None,
    });
    let known = class.and_then(|class| {
        let table = tables.of_class(python, class)?;
        Some((table, members(python, class)?))
    });
    let Some((table, known)) = known else {
        return Vec::new();
    };
    let names = effect.values.iter().map(|cell| cell.column.as_str());
    let names = names.filter(|name| *name != "*" && !known.contains(name));
    let unheld = names.map(|name| Unheld {
        table: table.clone(),
        column: name.to_owned(),
        at: python.loc(id.module, effect.span),
    });
    unheld.collect()
}

fn writes_by_name(effect: &Effect) -> bool {
    let makes = matches!(effect.kind, EffectKind::Insert | EffectKind::Update);
    makes && !effect.by_table && effect.reads.is_none()
}

/// All names that objects of a class know; `None` where nobody can tell, or where the class takes what it
/// is given in its own way. Models of SQLModel drop what they do not know.
fn members<'a>(python: &Python<'a>, class: ClassId) -> Option<BTreeSet<&'a str>> {
    let ancestry = python.ancestry(class);
    let is_lenient = |path: &String| path.starts_with("sqlmodel") || path.starts_with("pydantic");
    if ancestry.open || ancestry.external.iter().any(is_lenient) {
        return None;
    }
    let mut names = BTreeSet::new();
    for id in ancestry.classes {
        let class = python.class(id);
        let fields = class.fields.iter().chain(&class.attributes);
        names.extend(fields.map(|field| field.name.as_str()));
        let methods = python.modules[id.module].facts.functions.iter();
        let own = methods.filter(|it| it.class.as_deref() == Some(&class.name));
        names.extend(own.filter_map(|it| it.name.rsplit('.').next()));
    }
    let own_way = ["__init__", "objects", "__getattr__", "__table__"];
    (!own_way.iter().any(|name| names.contains(name))).then_some(names)
}
