//! Whether the schema may refuse what a handler writes: a mapping for that maps nothing where no
//! constraint is over what the client sends.

use std::collections::BTreeSet;

use aicheck::config::Settings;
use aicheck::discover::Inputs;
use aicheck::engine;
use aicheck::facts::FileOutcome;
use aicheck::facts::python::{Class, EffectKind};
use aicheck::project::Project;
use aicheck::project::python::{DatabaseEffect, Handler};
use camino::Utf8Path;

use super::losses::Loss;
use crate::folder::Files;

/// A project as it stands, with everything in place.
pub(super) struct Refusals {
    inputs: Inputs,
    outcomes: Vec<FileOutcome>,
    project: Project,
}

impl Refusals {
    pub(super) fn new(files: &Files) -> Self {
        let settings = Settings::default();
        let inputs = Inputs::from_memory(files.clone(), &settings);
        let (outcomes, project) = engine::read(&inputs, &settings);
        Self {
            inputs,
            outcomes,
            project,
        }
    }

    /// Whether something can go wrong without what is taken away, as far as the schema tells.
    pub(super) fn may_miss(&self, path: &Utf8Path, loss: &Loss) -> bool {
        let Some(parameters) = &loss.refused else {
            return true;
        };
        let here = |handler: &&Handler| {
            let file = &self.inputs.files[handler.header.file.index()];
            let line = file.position(handler.header.span.start).line;
            file.path == *path && loss.missed.contains(&line)
        };
        let Some(handler) = self.project.handlers.iter().find(here) else {
            return true;
        };
        let written = handler.effects.iter().filter(|it| it.kind.writes());
        let written: Vec<&DatabaseEffect> = written.filter(|it| it.table.is_some()).collect();
        let sent = self.sent(parameters);
        let untyped = ["dict", "request"].iter().any(|it| sent.contains(*it));
        written.is_empty() || untyped || written.iter().any(|it| self.refuses(it, &sent))
    }

    fn refuses(&self, effect: &DatabaseEffect, sent: &BTreeSet<String>) -> bool {
        let Some(id) = &effect.table else { return true };
        let database = &self.project.databases[id.database];
        let Some(table) = database.tables.get(&id.key) else {
            return true;
        };
        let keys = table.unique_keys().into_iter();
        let refers = table.foreign_keys.iter().map(|key| key.columns.clone());
        // A key that numbers itself is nothing that clients fill, whatever their models say.
        let numbers = |name: &str| {
            let column = table.columns.iter().find(|column| column.name == name);
            column.is_some_and(|it| it.auto_increment || it.identity.is_some())
        };
        let mut constrained = keys.chain(refers).flatten();
        effect.kind == EffectKind::Delete
            || constrained.any(|column| sent.contains(&column) && !numbers(&column))
    }

    /// The parameters, their types, and the fields of those.
    fn sent(&self, parameters: &[String]) -> BTreeSet<String> {
        let modules = self
            .outcomes
            .iter()
            .filter_map(|it| it.facts.python.as_ref());
        let classes: Vec<&Class> = modules.flat_map(|it| &it.classes).collect();
        let mut sent: BTreeSet<String> = parameters.iter().cloned().collect();
        let mut open: Vec<&str> = parameters.iter().map(String::as_str).collect();
        while let Some(name) = open.pop() {
            for class in classes.iter().filter(|it| it.name == name) {
                sent.extend(class.fields.iter().map(|field| field.name.clone()));
                let bases = class
                    .bases
                    .iter()
                    .filter(|base| sent.insert((*base).clone()));
                open.extend(bases.map(String::as_str));
            }
        }
        sent
    }
}
