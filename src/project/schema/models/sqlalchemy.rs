//! Models of SQLAlchemy, SQLModel and Flask-SQLAlchemy, and tables of its Core. Evaluates no code;
//! what only running it would tell leaves tables open.

mod annotations;
mod classes;
mod columns;
mod groups;
mod lower;
mod mapping;
mod naming;
mod sqlmodel;
mod tables;
mod terms;
#[cfg(test)]
mod tests;
mod vocabulary;

use std::collections::{BTreeMap, BTreeSet};

use super::{Models, Orm};
use crate::discover::{MigrationTool, Unit};
use crate::facts::schema::Dialect;
use crate::project::python::Python;
use crate::source::FileId;
use lower::Source;
use tables::Table;
use terms::Terms;

/// The models of each application.
pub(super) fn read<'a>(units: &'a [Unit], python: &'a Python<'a>) -> Vec<Models<'a>> {
    // A revision may repeat models as they once were.
    let passes = |module: usize| {
        let module = &python.modules[module];
        module.production && units[module.unit].tool == MigrationTool::None
    };
    let terms = Terms::new(python, units);
    let tables = terms.tables(passes);
    let groups = groups::groups(&terms, tables).into_iter();
    groups.map(|group| models(units, python, group)).collect()
}

fn models<'a>(units: &[Unit], python: &Python, group: Vec<Table>) -> Models<'a> {
    let root = groups::root(python, &group);
    let modules: BTreeSet<usize> = group.iter().map(|table| table.module).collect();
    let dialects = modules
        .iter()
        .filter_map(|&module| units[python.modules[module].unit].dialect);
    let dialects: BTreeSet<Dialect> = dialects.collect();
    let dialect = match Vec::from_iter(dialects)[..] {
        [only] => Some(only),
        _ => None,
    };
    let sources: Vec<Source> = group
        .into_iter()
        .map(|table| {
            let elsewhere = table.elements.iter().map(|element| element.module);
            let modules = elsewhere.chain([table.module]);
            let files: BTreeMap<usize, FileId> = modules
                .map(|module| (module, python.modules[module].file))
                .collect();
            Source { table, files }
        })
        .collect();
    Models {
        orm: Orm::SqlAlchemy,
        root,
        dialect,
        lower: Box::new(move |dialect| lower::statements(&sources, dialect)),
    }
}
