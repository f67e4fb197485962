//! Statements about every row that migrations of Django run, told by the tables behind their models.

use std::collections::BTreeSet;

use super::field::ModelKey;
use super::migrate::Migrator;
use crate::facts::django::{ModelSweep, Rows};
use crate::facts::schema::{SchemaStatement, Section};
use crate::facts::sweep::Sweep;

/// What migrations do to rows.
#[derive(Default)]
pub(super) struct Written {
    /// What the migration at hand changes.
    pub(super) changed: Vec<SchemaStatement>,
    /// Its statements about every row.
    sweeps: Vec<Sweep>,
    /// The tables that got rows so far.
    filled: BTreeSet<String>,
}

impl Migrator<'_> {
    /// Takes down what an operation does to rows, by the models as they are now.
    pub(super) fn see_rows(&mut self, rows: &Rows) {
        self.rows.sweeps.extend(rows.sweeps.iter().cloned());
        let by_model = rows.models.iter().filter_map(|sweep| self.by_table(sweep));
        let by_model: Vec<Sweep> = by_model.collect();
        self.rows.sweeps.extend(by_model);
        for model in &rows.filled {
            let model = self.state.models.get(&self.model_named(model));
            let table = model.map(|model| self.state.table_name(model).name);
            self.rows.filled.extend(table);
        }
    }

    fn model_named(&self, model: &str) -> ModelKey {
        ModelKey::dotted(model).unwrap_or_else(|| ModelKey::new(&self.app, model))
    }

    fn by_table(&self, sweep: &ModelSweep) -> Option<Sweep> {
        let model = self.state.models.get(&self.model_named(&sweep.model))?;
        let column = |name: &String| {
            let field = model.field(name);
            field.map_or_else(|| name.clone(), |field| self.state.column_of(field))
        };
        Some(Sweep {
            span: sweep.span,
            section: Section::Up,
            table: self.state.table_name(model),
            columns: sweep.fields.iter().map(column).collect(),
            converts: false,
            explained: sweep.explained,
        })
    }

    /// Judges the statements of the migration at hand, when it is done. Rows that migrations bring
    /// are theirs.
    pub(super) fn sweep(&mut self) {
        let changed = std::mem::take(&mut self.rows.changed);
        let mut sweeps = std::mem::take(&mut self.rows.sweeps);
        sweeps.retain(|sweep| !self.rows.filled.contains(&sweep.table.name));
        self.replay.enter(self.file());
        self.replay.sweep(&sweeps, &changed, &[]);
    }
}
