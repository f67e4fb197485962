//! New names of models: fields and tables that lead there follow.

use super::field::{Field, Kind, ModelKey};
use super::migrate::{Migrator, has_table};
use super::operation::argument;
use super::state::Model;
use crate::facts::python::{Call, Value};
use crate::source::Span;

impl<'a> Migrator<'a> {
    pub(super) fn rename_model(&mut self, call: &'a Call) -> Option<()> {
        let from = self.ident(argument(call, 0, "old_name")?)?;
        let to = self.ident(argument(call, 1, "new_name")?)?;
        let old = ModelKey::new(&self.app, &from.name);
        let new = ModelKey::new(&self.app, &to.name);
        let before = self.model(&old, &from.name, from.span);
        // Fields that lead here, as the models before and after make them.
        let leading = self.leading_to(&old);
        let own: Vec<_> = before
            .fields
            .iter()
            .filter(|field| matches!(field.kind, Kind::Pairs(_)) && !leads(field, &old))
            .map(|field| self.was(&before, field))
            .collect();
        let mut after = self.state.models.remove(&old)?;
        after.key.clone_from(&new);
        after.name.name.clone_from(&to.name);
        self.state.models.insert(new.clone(), after);
        self.repoint(&old, &new);
        let after = self.state.models.get(&new)?.clone();
        if !has_table(&after) {
            return Some(());
        }
        self.rename_table(&before, &after, call.span);
        for (key, was) in leading {
            let key = if key == old { &new } else { &key };
            let model = self.state.models.get(key).cloned();
            let field = model.as_ref().and_then(|it| it.field(&was.field.name.name));
            if let (Some(model), Some(field)) = (&model, field) {
                self.alter_field(&was, model, field, call.span);
            }
        }
        for was in own {
            if let Some(field) = after.field(&was.field.name.name) {
                self.alter_field(&was, &after, field, call.span);
            }
        }
        Some(())
    }

    /// The fields that lead to a model, each with the model it belongs to. Those that hide the way
    /// back Django does not see.
    fn leading_to(&self, key: &ModelKey) -> Vec<(ModelKey, super::alter::Was)> {
        let mut found = Vec::new();
        for model in self.state.models.values() {
            for field in model.fields.iter().filter(|field| leads(field, key)) {
                if matches!(field.kind, Kind::Pairs(_)) || !self.is_hidden(field) {
                    found.push((model.key.clone(), self.was(model, field)));
                }
            }
        }
        found
    }

    /// `related_name="+"`.
    fn is_hidden(&self, field: &Field) -> bool {
        let call = self.calls.get(&(field.file, field.span));
        let name = call.and_then(|call| super::field::keyword(call, "related_name"));
        matches!(name, Some(Value::Str(name, _)) if name.ends_with('+'))
    }

    /// Leads all that led to one model to another.
    fn repoint(&mut self, from: &ModelKey, to: &ModelKey) {
        for model in self.state.models.values_mut() {
            if model.proxy_of.as_ref() == Some(from) {
                model.proxy_of = Some(to.clone());
            }
            for field in &mut model.fields {
                let end = match &mut field.kind {
                    Kind::Relation(relation) => &mut relation.to,
                    Kind::Pairs(pairs) => &mut pairs.to,
                    _ => continue,
                };
                if end.as_ref() == Some(from) {
                    *end = Some(to.clone());
                }
            }
        }
        for pending in self.pending.iter_mut().filter(|it| it.model == *from) {
            pending.model.clone_from(to);
        }
    }

    /// Renames the table of a model, and those of its many-to-many fields that are called after it.
    pub(super) fn rename_tables(&mut self, before: &Model, after: &Model, span: Span) {
        if !has_table(after) {
            return;
        }
        self.rename_table(before, after, span);
        for (old, new) in before.fields.iter().zip(&after.fields) {
            let pairs = (self.state.pairs(before, old), self.state.pairs(after, new));
            if let (Some(from), Some(to)) = pairs {
                self.rename_table(&from, &to, span);
            }
        }
    }
}

fn leads(field: &Field, key: &ModelKey) -> bool {
    let to = match &field.kind {
        Kind::Relation(relation) => &relation.to,
        Kind::Pairs(pairs) => &pairs.to,
        _ => return false,
    };
    to.as_ref() == Some(key)
}
