//! The operations on indexes, constraints and fields that belong together.

use super::field::ModelKey;
use super::migrate::{Migrator, has_table};
use super::operation::argument;
use super::state::{MetaConstraint, MetaIndex, Model, Together};
use crate::facts::python::{Call, Value};
use crate::facts::schema::{AlterKind, Ident, SchemaChange, TableName};
use crate::project::schema::Table;
use crate::source::Span;

impl<'a> Migrator<'a> {
    pub(super) fn on_meta(&mut self, name: &str, call: &'a Call, key: &ModelKey) -> Option<()> {
        match name {
            "AlterUniqueTogether" => self.alter_unique_together(call, key),
            "AlterIndexTogether" => self.alter_index_together(call, key),
            "AddIndex" | "AddIndexConcurrently" => self.add_index(name, call, key),
            "RemoveIndex" | "RemoveIndexConcurrently" => self.remove_index(call, key),
            "RenameIndex" => self.rename_index(call, key),
            "AddConstraint" | "AddConstraintNotValid" => self.add_constraint(name, call, key),
            "RemoveConstraint" => self.remove_constraint(call, key),
            "AlterConstraint" => self.alter_constraint(call, key),
            _ => None,
        }
    }

    fn alter_unique_together(&mut self, call: &'a Call, key: &ModelKey) -> Option<()> {
        let value = argument(call, 1, "unique_together")?;
        let wanted = Together::read(&self.scope(key), value)?;
        let mut model = self.named_model(call, key)?;
        let had = std::mem::replace(&mut model.unique_together, wanted.clone());
        self.state.models.insert(key.clone(), model.clone());
        if self.is_muted || !has_table(&model) {
            return Some(());
        }
        for gone in had.iter().filter(|it| !has(&wanted, it)) {
            self.drop_unique(&model, gone, call.span);
        }
        for added in wanted.iter().filter(|it| !has(&had, it)) {
            self.make_unique(&model, added);
        }
        Some(())
    }

    /// Of several unique constraints over the same columns Django drops the one of its own name.
    fn drop_unique(&mut self, model: &Model, together: &Together, span: Span) {
        let columns = self.columns(model, together);
        let names = self.names_over(model, |table| {
            let keys = table.uniques.iter().filter(|key| key.columns == columns);
            let mut names: Vec<String> = keys.map(|key| key.name.clone()).collect();
            let indexes = table.indexes.iter().filter(|index| index.unique);
            let indexes = indexes.filter(|index| covers(&index.columns, &columns));
            names.extend(indexes.map(|index| index.name.clone()));
            names
        });
        let is_index = |model: &Model, migrator: &Self, name: &str| {
            let table = migrator.table_now(model);
            table.is_some_and(|table| table.indexes.iter().any(|index| index.name == name))
        };
        let own = self.unique_name(model, together);
        let name = match names.iter().find(|name| Some(*name) == own.as_ref()) {
            Some(own) => own.clone(),
            None => match names.into_iter().next() {
                Some(first) => first,
                None => return,
            },
        };
        match is_index(model, self, &name) {
            true => self.drop_index(model, &name, span),
            false => self.drop_constraint(model, &name, span),
        }
    }

    fn unique_name(&self, model: &Model, together: &Together) -> Option<String> {
        match self.state.unique_together(model, together) {
            SchemaChange::CreateIndex(index) => Some(index.name?.name),
            SchemaChange::AlterTable { actions, .. } => match &actions.first()?.kind {
                AlterKind::AddConstraint(constraint) => Some(constraint.name.clone()?.name),
                _ => None,
            },
            _ => None,
        }
    }

    fn columns(&self, model: &Model, together: &Together) -> Vec<String> {
        let fields = together.fields.iter();
        fields
            .map(|field| self.state.column(model, &field.name))
            .collect()
    }

    /// What the database calls something of a table that `class Meta` does not name.
    fn names_over(&self, model: &Model, find: impl Fn(&Table) -> Vec<String>) -> Vec<String> {
        let constraints = model.constraints.iter().map(|it| &it.name);
        let indexes = model.indexes.iter().map(|it| &it.name);
        let meant: Vec<&String> = constraints
            .chain(indexes)
            .flatten()
            .map(|name| &name.name)
            .collect();
        let mut names = self.table_now(model).map(find).unwrap_or_default();
        names.retain(|name| !meant.contains(&name));
        names
    }

    fn alter_index_together(&mut self, call: &'a Call, key: &ModelKey) -> Option<()> {
        let value = argument(call, 1, "index_together")?;
        let wanted = Together::read(&self.scope(key), value)?;
        let mut model = self.named_model(call, key)?;
        let had = std::mem::replace(&mut model.index_together, wanted.clone());
        self.state.models.insert(key.clone(), model.clone());
        if self.is_muted || !has_table(&model) {
            return Some(());
        }
        for gone in had.iter().filter(|it| !has(&wanted, it)) {
            let name = self.index_over(&model, gone);
            if let Some(name) = name {
                self.drop_index(&model, &name, call.span);
            }
        }
        for added in wanted.iter().filter(|it| !has(&had, it)) {
            let index = self.state.index_together(&model, added);
            self.execute(added.span, SchemaChange::CreateIndex(index));
        }
        Some(())
    }

    /// The plain index over the columns of fields.
    fn index_over(&self, model: &Model, together: &Together) -> Option<String> {
        let columns = self.columns(model, together);
        let names = self.names_over(model, |table| {
            let plain = table.indexes.iter().filter(|index| !index.unique);
            let over = plain.filter(|index| covers(&index.columns, &columns));
            over.map(|index| index.name.clone()).collect()
        });
        names.into_iter().next()
    }

    fn add_index(&mut self, name: &str, call: &'a Call, key: &ModelKey) -> Option<()> {
        let value = self.behind(argument(call, 1, "index")?);
        let index = MetaIndex::read(&self.scope(key), value)?;
        let mut model = self.named_model(call, key)?;
        model.indexes.push(index.clone());
        self.state.models.insert(key.clone(), model.clone());
        if has_table(&model) {
            let mut made = self.state.meta_index(&model, &index)?;
            made.concurrently = name == "AddIndexConcurrently";
            self.execute(index.span, SchemaChange::CreateIndex(made));
        }
        Some(())
    }

    fn remove_index(&mut self, call: &'a Call, key: &ModelKey) -> Option<()> {
        let name = self.ident(argument(call, 1, "name")?)?.name;
        let mut model = self.named_model(call, key)?;
        let named = |index: &MetaIndex| index.name.as_ref().is_some_and(|it| it.name == name);
        model.indexes.retain(|index| !named(index));
        self.state.models.insert(key.clone(), model.clone());
        if has_table(&model) {
            self.drop_index(&model, &name, call.span);
        }
        Some(())
    }

    fn rename_index(&mut self, call: &'a Call, key: &ModelKey) -> Option<()> {
        let to = self.ident(argument(call, 1, "new_name")?)?;
        let mut model = self.named_model(call, key)?;
        let given = |place, name| argument(call, place, name).filter(|it| **it != Value::None);
        let from = match (given(2, "old_name"), given(3, "old_fields")) {
            (Some(name), _) => self.ident(name)?.name,
            (None, Some(fields)) => {
                let fields = Together::read(&self.scope(key), fields)?.pop()?;
                let name = self.index_over(&model, &fields);
                model.index_together.retain(|it| !is_same(it, &fields));
                model.indexes.push(self.index_of(&fields, to.clone()));
                name?
            }
            (None, None) => return None,
        };
        let names = model.indexes.iter_mut().flat_map(|index| &mut index.name);
        for name in names.filter(|name| name.name == from) {
            name.name.clone_from(&to.name);
        }
        self.state.models.insert(key.clone(), model.clone());
        if has_table(&model) {
            let dialect = self.state.dialect;
            let name = TableName {
                schema: None,
                name: dialect.stored(&from),
                span: call.span,
            };
            let to = Ident {
                name: dialect.stored(&to.name),
                span: to.span,
            };
            self.execute(
                call.span,
                SchemaChange::RenameIndex {
                    name,
                    if_exists: false,
                    to,
                },
            );
        }
        Some(())
    }

    fn index_of(&self, fields: &Together, name: Ident) -> MetaIndex {
        let keys = fields.fields.iter();
        MetaIndex {
            name: Some(name),
            keys: keys
                .map(|field| Value::Str(field.name.clone(), field.span))
                .collect(),
            opclasses: Vec::new(),
            include: Vec::new(),
            condition: None,
            method: Some("idx"),
            file: self.file(),
            span: fields.span,
        }
    }

    fn add_constraint(&mut self, name: &str, call: &'a Call, key: &ModelKey) -> Option<()> {
        let value = self.behind(argument(call, 1, "constraint")?);
        let constraint = MetaConstraint::read(&self.scope(key), value)?;
        let mut model = self.named_model(call, key)?;
        model.constraints.push(constraint.clone());
        self.state.models.insert(key.clone(), model.clone());
        if !has_table(&model) {
            return Some(());
        }
        let mut change = self.state.constraint(&model, &constraint);
        if name == "AddConstraintNotValid"
            && let Some(SchemaChange::AlterTable { actions, .. }) = &mut change
        {
            for action in actions {
                if let AlterKind::AddConstraint(constraint) = &mut action.kind {
                    constraint.not_valid = true;
                }
            }
        }
        if let Some(change) = change {
            self.execute(constraint.span, change);
        }
        Some(())
    }

    fn remove_constraint(&mut self, call: &'a Call, key: &ModelKey) -> Option<()> {
        let name = self.ident(argument(call, 1, "name")?)?.name;
        let mut model = self.named_model(call, key)?;
        let named = |it: &MetaConstraint| it.name.as_ref().is_some_and(|it| it.name == name);
        model.constraints.retain(|constraint| !named(constraint));
        self.state.models.insert(key.clone(), model.clone());
        if !has_table(&model) {
            return Some(());
        }
        let stored = self.state.dialect.stored(&name);
        let is_index = self.table_now(&model).is_some_and(|table| {
            let mut indexes = table.indexes.iter();
            indexes.any(|index| index.name == stored)
        });
        match is_index {
            true => self.drop_index(&model, &name, call.span),
            false => self.drop_constraint(&model, &name, call.span),
        }
        Some(())
    }

    fn alter_constraint(&mut self, call: &'a Call, key: &ModelKey) -> Option<()> {
        let name = self.ident(argument(call, 1, "name")?)?.name;
        let value = self.behind(argument(call, 2, "constraint")?);
        let constraint = MetaConstraint::read(&self.scope(key), value)?;
        let mut model = self.named_model(call, key)?;
        let named = |it: &&mut MetaConstraint| it.name.as_ref().is_some_and(|it| it.name == name);
        if let Some(place) = model.constraints.iter_mut().find(named) {
            *place = constraint;
        }
        self.state.models.insert(key.clone(), model);
        Some(())
    }
}

fn has(all: &[Together], one: &Together) -> bool {
    all.iter().any(|it| is_same(it, one))
}

fn is_same(left: &Together, right: &Together) -> bool {
    let fields = |it: &Together| {
        it.fields
            .iter()
            .map(|it| it.name.clone())
            .collect::<Vec<_>>()
    };
    fields(left) == fields(right)
}

/// Whether an index is over exactly these columns.
fn covers(index: &[Option<String>], columns: &[String]) -> bool {
    index.len() == columns.len()
        && index
            .iter()
            .zip(columns)
            .all(|(key, column)| key.as_ref() == Some(column))
}
