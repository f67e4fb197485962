//! Which fields refer to a field, directly or through others.

use super::field::{Field, Kind, ModelKey};
use super::migrate::{Migrator, has_table};
use super::state::Model;

/// How many keys may lean on keys that lean on an altered one.
const STEPS: usize = 8;

impl Migrator<'_> {
    /// The fields that refer to a field of a model, and those that refer to these in turn.
    pub(super) fn referring(&self, key: &ModelKey, field: &Field) -> Vec<(Model, Field)> {
        let mut found: Vec<(Model, Field)> = Vec::new();
        let mut next = vec![(key.clone(), field.clone())];
        for _ in 0..STEPS {
            let leaning: Vec<(Model, Field)> = next
                .iter()
                .flat_map(|(key, field)| self.referring_to(key, field))
                .filter(|(model, field)| {
                    let is_it = |(other, known): &(Model, Field)| {
                        other.key == model.key && known.name.name == field.name.name
                    };
                    !found.iter().any(is_it)
                })
                .collect();
            next = leaning
                .iter()
                .filter(|(_, field)| field.is_unique())
                .map(|(model, field)| (model.key.clone(), field.clone()))
                .collect();
            found.extend(leaning);
            if next.is_empty() {
                break;
            }
        }
        found
    }

    fn referring_to(&self, key: &ModelKey, altered: &Field) -> Vec<(Model, Field)> {
        let refers = |field: &Field| match &field.kind {
            Kind::Relation(relation) => {
                let leads = relation
                    .to
                    .as_ref()
                    .is_some_and(|to| self.is_model(to, key));
                leads
                    && match &relation.to_field {
                        Some(name) => *name == altered.name.name,
                        None => altered.options.primary_key,
                    }
            }
            _ => false,
        };
        let mut found = Vec::new();
        for model in self.state.models.values().filter(|model| has_table(model)) {
            for field in &model.fields {
                if refers(field) {
                    found.push((model.clone(), field.clone()));
                } else if let Some(pairs) = self.state.pairs(model, field) {
                    let ends = pairs.fields.iter().filter(|end| refers(end));
                    found.extend(ends.map(|end| (pairs.clone(), end.clone())));
                }
            }
        }
        found
    }

    /// Whether a model is another, or stands for it.
    fn is_model(&self, model: &ModelKey, key: &ModelKey) -> bool {
        let behind = self.state.concrete(model);
        behind.map_or(model == key, |model| model.key == *key)
    }
}
