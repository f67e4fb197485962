//! What altering a field does to the database: `_alter_field` of Django's schema editor, step by
//! step. It asks the database which constraints and indexes a column has, and so do we.

use super::column::Made;
use super::field::{Field, Kind, keyword};
use super::introspect::{checks, foreign_keys, plain_indexes, uniques};
use super::migrate::{Migrator, has_table};
use super::names::{self, Suffix};
use super::state::{MetaConstraint, Model};
use crate::facts::python::Value;
use crate::facts::schema::{
    Action, AlterKind, Column, Constraint, ConstraintKind, Dialect, Ident, Index, TypeName,
};
use crate::project::schema::Table;
use crate::source::Span;

/// A field before it is altered, with what the models of that moment make of it.
pub(super) struct Was {
    pub(super) field: Field,
    made: Option<Made>,
    /// The table behind a many-to-many field, with its fields.
    pairs: Option<(Model, Vec<Self>)>,
}

/// One alteration of a column.
#[derive(Clone, Copy)]
struct Step<'s> {
    model: &'s Model,
    old: &'s Field,
    old_made: &'s Made,
    new: &'s Field,
    new_made: &'s Made,
    span: Span,
}

/// What the name of a foreign key ends in that was made again because the key it leads to changed.
const REBUILT: &str = "_fk";

impl Migrator<'_> {
    /// Remembers a field of a model before something about it changes.
    pub(super) fn was(&self, model: &Model, field: &Field) -> Was {
        let pairs = self.state.pairs(model, field).map(|pairs| {
            let ends = pairs.fields.iter().map(|end| self.was(&pairs, end));
            let ends = ends.collect();
            (pairs, ends)
        });
        Was {
            field: field.clone(),
            made: self.state.made(model, field),
            pairs,
        }
    }

    /// Makes the database follow a field that was altered or renamed. The state has followed.
    pub(super) fn alter_field(&mut self, was: &Was, model: &Model, field: &Field, span: Span) {
        if !has_table(model) || self.is_muted {
            return;
        }
        let pairs = self.state.pairs(model, field);
        if let (Some((from, ends)), Some(to)) = (&was.pairs, &pairs) {
            return self.alter_pairs(from, ends, to, span);
        }
        let Some(made) = self.state.made(model, field) else {
            // From columns to pairs there is no way.
            if was.made.is_some() {
                self.doubt(Some(&model.key), span);
            }
            return;
        };
        let Some(old) = &was.made else {
            return self.doubt(Some(&model.key), span);
        };
        if !self.matters(was, field, old, &made) {
            return self.restate(model, old, field, &made, span);
        }
        let step = Step {
            model,
            old: &was.field,
            old_made: old,
            new: field,
            new_made: &made,
            span,
        };
        if self.remakes() && !step.only_renames() {
            self.remake(model, span);
            if step.retypes_key() {
                for (related, _) in self.referring(&model.key, field) {
                    self.remake(&related, span);
                }
            }
        } else if self.remakes() {
            self.change_column(&step);
        } else {
            self.alter_column(&step);
        }
        if field.options.open {
            self.doubt(Some(&model.key), span);
        }
    }

    /// Whether the database is touched at all: Django leaves it alone where only what people see
    /// of a field changes.
    fn matters(&self, was: &Was, field: &Field, old: &Made, new: &Made) -> bool {
        let parent = |made: &Made| match made.foreign_key.as_ref().map(|key| &key.kind) {
            Some(ConstraintKind::ForeignKey(fk)) => Some(fk.parent.name.clone()),
            _ => None,
        };
        let leads_elsewhere = parent(old) != parent(new);
        let call = |field: &Field| self.calls.get(&(field.file, field.span)).copied();
        old.column.name.name != new.column.name.name
            || leads_elsewhere
            || match (call(&was.field), call(field)) {
                (Some(old), Some(new)) => !self.are_alike(old, new),
                _ => false,
            }
    }

    /// What happens on delete is no matter of the database: where it changed, the foreign key is
    /// said anew under its old name.
    fn restate(&mut self, model: &Model, old: &Made, field: &Field, new: &Made, span: Span) {
        let action = |made: &Made| match made.foreign_key.as_ref().map(|key| &key.kind) {
            Some(ConstraintKind::ForeignKey(fk)) => fk.on_delete.map(|(action, _)| action),
            _ => None,
        };
        let action: [Option<Action>; 2] = [action(old), action(new)];
        let Some(key) = new.foreign_key.clone().filter(|_| action[0] != action[1]) else {
            return;
        };
        let names = self.named(model, |table| foreign_keys(table, &new.column.name.name));
        for name in names {
            self.drop_constraint(model, &name, span);
            let name = Ident {
                name,
                span: field.name.span,
            };
            let key = Constraint {
                name: Some(name),
                ..key.clone()
            };
            self.constrain(model, field, key);
        }
    }

    /// What the database calls something of a table.
    fn named(&self, model: &Model, find: impl Fn(&Table) -> Vec<String>) -> Vec<String> {
        self.table_now(model).map(find).unwrap_or_default()
    }

    fn alter_column(&mut self, step: &Step) {
        let Step {
            model, old, new, ..
        } = *step;
        let had_key = self.drop_own_keys(step);
        let rebuilt = self.drop_leaning_keys(step);
        self.drop_replaced(step);
        self.change_column(step);
        if old.options.primary_key && !new.options.primary_key {
            let primary = |table: &Table| {
                let key = table.primary_key.iter();
                key.map(|key| key.name.clone()).collect()
            };
            for name in self.named(model, primary) {
                self.drop_constraint(model, &name, step.span);
            }
        }
        self.add_keys_and_indexes(step);
        let became_key = !old.options.primary_key && new.options.primary_key;
        for (related, field) in match became_key {
            true => self.referring(&model.key, new),
            false => rebuilt.clone(),
        } {
            self.retype(&related, &field, new, step.span);
        }
        let was_key = matches!(&old.kind, Kind::Relation(relation) if relation.constrained);
        if let Some(key) = step.new_made.foreign_key.clone()
            && (had_key || !was_key)
        {
            self.constrain(model, new, key);
        }
        for (related, field) in rebuilt {
            self.rebuild_key(&related, &field);
        }
        self.add_check(step);
        self.follow_patterns(step);
    }

    /// Drops the foreign key of the column; whether there was one.
    fn drop_own_keys(&mut self, step: &Step) -> bool {
        let column = step.old_column();
        let is_key = matches!(&step.old.kind, Kind::Relation(relation) if relation.constrained);
        let names = self.named(step.model, |table| foreign_keys(table, column));
        for name in names.iter().filter(|_| is_key) {
            self.drop_constraint(step.model, name, step.span);
        }
        is_key && !names.is_empty()
    }

    /// Drops the foreign keys that lean on a key whose type changes; the fields they belong to.
    fn drop_leaning_keys(&mut self, step: &Step) -> Vec<(Model, Field)> {
        if !step.retypes_key() {
            return Vec::new();
        }
        let leaning = self.referring(&step.model.key, step.new);
        for (related, field) in &leaning {
            let column = self.state.column_of(field);
            for name in self.named(related, |table| foreign_keys(table, &column)) {
                self.drop_constraint(related, &name, step.span);
            }
        }
        leaning
    }

    /// Drops the unique constraint, indexes and check that the new field has not.
    fn drop_replaced(&mut self, step: &Step) {
        let Step {
            model,
            old,
            new,
            span,
            ..
        } = *step;
        let column = step.old_column();
        let constraints: Vec<&str> = model.constraints.iter().filter_map(named).collect();
        let indexes: Vec<&str> = model
            .indexes
            .iter()
            .filter_map(|it| Some(it.name.as_ref()?.name.as_str()))
            .collect();
        let became_key = !old.options.primary_key && new.options.primary_key;
        if old.is_unique() && (!new.is_unique() || became_key) {
            for name in self.named(model, |table| uniques(table, column)) {
                if !constraints.contains(&name.as_str()) {
                    self.drop_constraint(model, &name, span);
                }
            }
        }
        let was_indexed = old.options.indexed && !old.is_unique();
        if was_indexed && (!new.options.indexed || new.is_unique()) {
            for name in self.named(model, |table| plain_indexes(table, column)) {
                if !indexes.contains(&name.as_str()) {
                    self.drop_index(model, &name, span);
                }
            }
        }
        if self.has_check(old) && !self.has_check(new) {
            for name in self.named(model, |table| checks(table, column)) {
                if !constraints.contains(&name.as_str()) {
                    self.drop_constraint(model, &name, span);
                }
            }
        }
    }

    /// The name, type, default and nullability of the column.
    fn change_column(&mut self, step: &Step) {
        let Step { model, span, .. } = *step;
        let (old, new) = (&step.old_made.column, &step.new_made.column);
        if old.name.name != new.name.name {
            let kind = AlterKind::RenameColumn {
                name: old.name.clone(),
                to: new.name.clone(),
            };
            self.alter(model, span, kind);
        }
        if step.is_retyped() || old.auto_increment != new.auto_increment {
            if step.leaves_text() {
                let name = self.like_name(model, &old.name.name);
                self.drop_index(model, &name, span);
            }
            let is_numbered_anew = old.auto_increment != new.auto_increment;
            self.alter(model, span, retyped(new, is_numbered_anew));
        }
        let defaults = [old, new].map(|column| column.default.as_ref().map(|it| it.span));
        // Where NULL is no longer accepted, Django sets a default of its own and drops it again.
        let fills = !old.not_null && new.not_null && self.fills_rows(step.old, step.new);
        if defaults[0] != defaults[1] || fills {
            let kind = AlterKind::SetDefault {
                column: new.name.clone(),
                default: new.default.clone(),
            };
            self.alter(model, span, kind);
        }
        if old.not_null != new.not_null {
            let kind = AlterKind::SetNotNull {
                column: new.name.clone(),
                not_null: new.not_null,
            };
            self.alter(model, span, kind);
        }
    }

    /// Whether a field has a default of Django's, and not the one it had before.
    fn fills_rows(&self, old: &Field, new: &Field) -> bool {
        let default = |field: &Field| {
            let call = *self.calls.get(&(field.file, field.span))?;
            keyword(call, "default").filter(|value| **value != Value::None)
        };
        match (default(old), default(new)) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(old), Some(new)) => !self.are_equal(old, new),
        }
    }

    fn add_keys_and_indexes(&mut self, step: &Step) {
        let Step {
            model, old, new, ..
        } = *step;
        let name = |ending: Suffix| {
            let table = self.state.table(model);
            let column = std::slice::from_ref(&step.new_made.column.name.name);
            Ident {
                name: names::over(&table, column, ending, self.state.dialect),
                span: new.name.span,
            }
        };
        let is_key = |it: &Field| it.options.primary_key;
        let columns = vec![step.new_made.column.name.clone()];
        let added = if !is_key(new) && new.is_unique() && (!old.is_unique() || is_key(old)) {
            let kind = ConstraintKind::Unique {
                columns,
                using_index: None,
            };
            Some((name(Suffix::Unique), kind))
        } else if is_key(new) && !is_key(old) {
            let kind = ConstraintKind::PrimaryKey {
                columns,
                using_index: None,
            };
            Some((name(Suffix::PrimaryKey), kind))
        } else {
            None
        };
        if let Some((name, kind)) = added {
            self.constrain(model, new, constraint(name, kind, new.span));
        }
        let had = old.options.indexed && !old.is_unique();
        if !had && new.options.indexed && !new.is_unique() {
            let plain = |index: &&Index| !is_like(index);
            if let Some(index) = step.new_made.indexes.iter().find(plain) {
                self.make_index(new, index.clone());
            }
        }
    }

    /// Gives a column that refers to a key the type of that key.
    fn retype(&mut self, model: &Model, field: &Field, key: &Field, span: Span) {
        let Some(made) = self.state.made(model, field) else {
            return;
        };
        let ty = made.column.ty.map(|ty| TypeName {
            span: key.class,
            ..ty
        });
        let column = Column { ty, ..made.column };
        self.alter(model, span, retyped(&column, false));
    }

    /// Makes a foreign key again that leant on an altered key.
    fn rebuild_key(&mut self, model: &Model, field: &Field) {
        let made = self.state.made(model, field);
        let Some(mut key) = made.and_then(|made| made.foreign_key) else {
            return;
        };
        let columns = [self.state.column_of(field)];
        let table = self.state.table(model);
        if let Some(name) = &mut key.name {
            let suffix = Suffix::Index(REBUILT);
            name.name = names::over(&table, &columns, suffix, self.state.dialect);
        }
        self.constrain(model, field, key);
    }

    fn add_check(&mut self, step: &Step) {
        let new = step.new;
        if self.has_check(step.old) || !self.has_check(new) {
            return;
        }
        let is_check = |it: &&Constraint| matches!(it.kind, ConstraintKind::Check { .. });
        let check = step.new_made.constraints.iter().find(is_check).cloned();
        if let Some(mut check) = check {
            let columns = [self.state.column_of(new)];
            let table = self.state.table(step.model);
            check.inline = false;
            check.name = Some(Ident {
                name: names::over(&table, &columns, Suffix::Check, self.state.dialect),
                span: new.name.span,
            });
            self.constrain(step.model, new, check);
        }
    }

    /// The second index that PostgreSQL needs to find beginnings of texts.
    fn follow_patterns(&mut self, step: &Step) {
        if self.state.dialect != Dialect::Postgres {
            return;
        }
        let Step {
            model, old, new, ..
        } = *step;
        let had = old.options.indexed || old.is_unique();
        let becomes_unique = !old.is_unique() && new.is_unique();
        let gains = !had && new.options.indexed || becomes_unique;
        let index = step.new_made.indexes.iter().find(|index| is_like(index));
        if let Some(index) = index.filter(|_| gains || step.is_retyped() && step.leaves_text()) {
            self.make_index(new, index.clone());
        }
        if old.is_unique() && !new.options.indexed && !new.is_unique() {
            let name = self.like_name(model, step.old_column());
            self.drop_index(model, &name, step.span);
        }
    }

    fn like_name(&self, model: &Model, column: &str) -> String {
        let table = self.state.table(model);
        let columns = [column.to_owned()];
        names::over(&table, &columns, Suffix::Index("_like"), self.state.dialect)
    }

    fn has_check(&self, field: &Field) -> bool {
        self.state.check(field, "").is_some()
    }

    /// Follows a many-to-many field whose model, other model or name changed: its table and both
    /// ends of its pairs.
    fn alter_pairs(&mut self, from: &Model, ends: &[Was], to: &Model, span: Span) {
        self.rename_table(from, to, span);
        for (was, end) in ends.iter().zip(&to.fields) {
            self.alter_field(was, to, end, span);
        }
    }
}

impl Step<'_> {
    fn old_column(&self) -> &str {
        &self.old_made.column.name.name
    }

    fn is_retyped(&self) -> bool {
        let parts = |made: &Made| {
            let ty = made.column.ty.clone();
            ty.map(|ty| (ty.base, ty.args, ty.array, ty.unsigned))
        };
        parts(self.old_made) != parts(self.new_made)
    }

    /// Whether the column gets another name and nothing else, and leads nowhere.
    fn only_renames(&self) -> bool {
        let clause = |made: &Made| {
            let kinds = made
                .constraints
                .iter()
                .map(|it| std::mem::discriminant(&it.kind));
            let kinds: Vec<_> = kinds.collect();
            (made.column.not_null, made.column.auto_increment, kinds)
        };
        self.old_column() != self.new_made.column.name.name
            && self.old_made.foreign_key.is_none()
            && self.new_made.foreign_key.is_none()
            && !self.is_retyped()
            && clause(self.old_made) == clause(self.new_made)
    }

    /// Whether it changes the type of a key that foreign keys may lean on.
    fn retypes_key(&self) -> bool {
        let both = |is: fn(&Field) -> bool| is(self.old) && is(self.new);
        (both(|field| field.options.primary_key) || both(Field::is_unique)) && self.is_retyped()
    }

    /// Whether an indexed text becomes something else.
    fn leaves_text(&self) -> bool {
        let base = |made: &Made| made.column.ty.as_ref().map(|ty| ty.base.clone());
        let (old, new) = (base(self.old_made), base(self.new_made));
        let is_text = matches!(
            old.as_deref(),
            Some("character varying" | "text" | "citext")
        );
        (self.old.options.indexed || self.old.is_unique()) && is_text && old != new
    }
}

fn named(constraint: &MetaConstraint) -> Option<&str> {
    Some(&constraint.name.as_ref()?.name)
}

fn is_like(index: &Index) -> bool {
    let name = index.name.as_ref();
    name.is_some_and(|name| name.name.ends_with("_like"))
}

fn retyped(column: &Column, is_numbered_anew: bool) -> AlterKind {
    match column.ty.clone() {
        Some(ty) if !is_numbered_anew => AlterKind::SetType {
            column: column.name.clone(),
            ty,
        },
        _ => AlterKind::ReplaceColumn {
            name: column.name.clone(),
            column: column.clone(),
        },
    }
}

fn constraint(name: Ident, kind: ConstraintKind, span: Span) -> Constraint {
    Constraint {
        name: Some(name),
        kind,
        not_valid: false,
        inline: false,
        span,
    }
}
