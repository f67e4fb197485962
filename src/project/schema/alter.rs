//! `ALTER TABLE`, action by action.

use std::borrow::Cow;

use super::namespace::schema_name;
use super::passes::in_passes;
use super::replay::Replay;
use super::unresolved::Naming;
use super::{Column, TableKey};
use crate::facts::schema::{
    AlterAction, AlterKind, Column as ColumnClause, Constraint, Dialect, Expression, Ident,
    TableName, TypeName,
};
use crate::source::Span;

impl Replay {
    pub(super) fn alter_table(
        &mut self,
        name: &TableName,
        if_exists: bool,
        actions: &[AlterAction],
    ) {
        let Some(mut key) = self.resolve_if(name, if_exists) else {
            return;
        };
        if self.ignores(&key) {
            return;
        }
        let actions = match self.is_postgres() {
            true => in_passes(actions, self.table(&key)),
            false => actions.iter().map(Cow::Borrowed).collect(),
        };
        for action in &actions {
            if self.database.views.contains_key(&key) && !self.exists(&key) {
                self.alter_view_as_table(&key, &action.kind);
            } else if !self.exists(&key) {
                // Views, sequences and indexes can be altered by this statement too, but not so.
                let plain = matches!(
                    action.kind,
                    AlterKind::Nothing
                        | AlterKind::RowSecurity { .. }
                        | AlterKind::RenameTable { .. }
                        | AlterKind::SetSchema { .. }
                );
                if !plain {
                    self.miss_table(&key, name.span, Naming::Alteration, &key);
                    self.insert_unseen(&key, name.span);
                }
            }
            match &action.kind {
                AlterKind::RenameTable { to } => {
                    self.rename_table(name, to);
                    let schema = to.schema.clone().unwrap_or(key.schema);
                    key = TableKey {
                        schema,
                        name: to.name.clone(),
                    };
                }
                AlterKind::SetSchema { schema } => {
                    let to = TableKey {
                        schema: schema_name(&schema.name),
                        name: key.name.clone(),
                    };
                    self.move_table(&key, to.clone());
                    key = to;
                }
                AlterKind::RowSecurity { enabled } => self.secure(name, *enabled, action.span),
                kind => {
                    self.watch_action(&key, action);
                    self.alter(&key, kind, action.span);
                }
            }
        }
    }

    fn alter(&mut self, key: &TableKey, kind: &AlterKind, span: Span) {
        if let Some(name) = altered_column(kind) {
            let name = std::slice::from_ref(name);
            self.miss_columns(key, name, &Naming::Alteration, key);
        }
        self.remember_column(key, kind);
        match kind {
            AlterKind::AddColumn {
                column,
                constraints,
                if_not_exists,
            } => self.add_column(key, column, constraints, *if_not_exists),
            AlterKind::DropColumn { name, cascade, .. } => {
                self.drop_column(key, &name.name, *cascade, span);
            }
            AlterKind::RenameColumn { name, to } => self.rename_column(key, &name.name, &to.name),
            AlterKind::ReplaceColumn { name, column } => self.replace_column(key, name, column),
            AlterKind::SetType { column, ty } => self.set_type(key, column, ty),
            AlterKind::AddConstraint(constraint) => self.add_constraint(key, constraint),
            AlterKind::DropConstraint { name, cascade, .. } => {
                self.drop_constraint(key, &name.name, *cascade, span);
            }
            AlterKind::AddIndex(index) => self.add_index(key, index),
            AlterKind::AttachPartition { partition, bounds } => {
                self.attach_partition(key, partition, bounds.as_ref());
            }
            AlterKind::DetachPartition { partition } => self.detach_partition(partition),
            AlterKind::Inherit { parent, inherits } => self.inherit(key, parent, *inherits),
            AlterKind::RenameConstraint { name, to } => {
                self.rename_constraint(key, &name.name, &to.name);
            }
            kind => self.alter_alone(key, kind, span),
        }
    }

    /// Remembers the name of a column that goes.
    fn remember_column(&mut self, key: &TableKey, kind: &AlterKind) {
        let (name, at, to) = match kind {
            AlterKind::DropColumn { name, .. } => (name, name.span, None),
            AlterKind::RenameColumn { name, to } => (name, to.span, Some(to.name.clone())),
            AlterKind::ReplaceColumn { name, column } if name.name != column.name.name => {
                (name, column.name.span, Some(column.name.name.clone()))
            }
            _ => return,
        };
        let at = self.at(at);
        self.watch.forget_column(key, &name.name, at, to);
    }

    /// The actions that leave everything outside the table and its heirs alone.
    fn alter_alone(&mut self, key: &TableKey, kind: &AlterKind, span: Span) {
        let at = self.at(span);
        if let AlterKind::RenameIndex { to, .. } = kind {
            self.give(key, &to.name);
        }
        if is_inherited(kind) {
            for heir in self.heirs(key) {
                self.alter_alone(&heir, kind, span);
            }
        }
        let Some(table) = self.table_mut(key) else {
            return;
        };
        match kind {
            AlterKind::SetNotNull { column, not_null } => {
                if let Some(column) = table.column_mut(&column.name) {
                    column.nullable = !not_null;
                }
            }
            AlterKind::SetDefault { column, default } => {
                if let Some(column) = table.column_mut(&column.name) {
                    column.default.clone_from(default);
                    column.auto_increment = default.as_ref().is_some_and(Expression::counts);
                }
            }
            AlterKind::SetIdentity { column, identity } => {
                let column = table.column_mut(&column.name);
                let changes =
                    |column: &&mut Column| column.identity.is_some() != identity.is_some();
                if let Some(column) = column.filter(changes) {
                    column.auto_increment = identity.is_some();
                    column.identity = *identity;
                }
            }
            AlterKind::DropExpression { column } => {
                if let Some(column) = table.column_mut(&column.name) {
                    column.generated = None;
                }
            }
            AlterKind::ValidateConstraint { name } => table.validate_check(&name.name),
            AlterKind::DropPrimaryKey => table.drop_primary_key(at),
            AlterKind::RenameIndex { name, to } => table.rename_index(&name.name, &to.name),
            AlterKind::DropIndex { name } => {
                table.drop_index(&name.name, at);
            }
            AlterKind::Opaque => table.opaque = true,
            _ => {}
        }
    }

    /// Adding what is there already adds nothing: with `IF NOT EXISTS` by definition, without it
    /// because the statement fails.
    fn add_column(
        &mut self,
        key: &TableKey,
        clause: &ColumnClause,
        constraints: &[Constraint],
        if_not_exists: bool,
    ) {
        let mut column = self.column(clause);
        let guarded = if_not_exists || self.guarded;
        let Some(table) = self.table_mut(key) else {
            return;
        };
        if table.column(&column.name).is_some() {
            return;
        }
        column.created = !guarded || table.columns_known;
        table.put_column(column.clone());
        self.bequeath_column(key, &column);
        for constraint in constraints {
            self.add_constraint(key, constraint);
        }
    }

    pub(super) fn drop_column(&mut self, key: &TableKey, name: &str, cascade: bool, span: Span) {
        let at = self.at(span);
        let keeps_keys = self.database.dialect == Dialect::Mysql;
        let Some(table) = self.table_mut(key) else {
            return;
        };
        let was_there = !table.columns_known || table.column(name).is_some();
        if keeps_keys {
            table.drop_column_from_keys(name, at);
        } else {
            table.drop_column(name, at);
        }
        let computed = table.computed_from(name);
        for other in computed {
            self.drop_column(key, &other, cascade, span);
        }
        if cascade {
            for other in self.database.links.leaning(key) {
                if let Some(table) = self.table_mut(&other) {
                    table.foreign_keys.retain(|fk| {
                        fk.parent != *key || fk.parent_columns.iter().all(|column| column != name)
                    });
                }
            }
            if was_there {
                self.drop_readers(key, Some(name));
            }
        } else {
            self.drop_needing(key, Some(name));
        }
        for heir in self.disinherit_column(key, name) {
            self.drop_column(&heir, name, cascade, span);
        }
    }

    fn rename_column(&mut self, key: &TableKey, name: &str, to: &str) {
        let spelled = self.database.write_name(to);
        if let Some(table) = self.table_mut(key) {
            table.rename_column(name, to, &spelled);
        }
        self.rename_read_column(key, name, to);
        for other in self.database.links.leaning(key) {
            let fks = self
                .table_mut(&other)
                .into_iter()
                .flat_map(|t| &mut t.foreign_keys);
            let columns = fks
                .filter(|fk| fk.parent == *key)
                .flat_map(|fk| &mut fk.parent_columns);
            for column in columns.filter(|column| *column == name) {
                to.clone_into(column);
            }
        }
        for heir in self.heirs(key) {
            self.rename_column(&heir, name, to);
        }
    }

    fn replace_column(&mut self, key: &TableKey, name: &Ident, clause: &ColumnClause) {
        if name.name != clause.name.name {
            self.rename_column(key, &name.name, &clause.name.name);
        }
        let mut column = self.column(clause);
        let Some(table) = self.table_mut(key) else {
            return;
        };
        let in_primary_key = table
            .primary_key
            .as_ref()
            .is_some_and(|key| key.columns.contains(&column.name));
        column.nullable &= !in_primary_key;
        if let Some(existing) = table.column(&column.name) {
            column.at = existing.at;
            column.retyped = true;
            column.created = existing.created;
            column.released |= existing.released;
        } else {
            column.created = false;
        }
        table.put_column(column);
    }

    fn set_type(&mut self, key: &TableKey, name: &Ident, ty: &TypeName) {
        self.drop_orphaned_checks(key, &name.name);
        for heir in self.heirs(key) {
            self.set_type(&heir, name, ty);
        }
        let at = self.at(ty.span);
        let name_at = self.at(name.span);
        let ty = &self.named_type(ty);
        let Some(table) = self.table_mut(key) else {
            return;
        };
        if let Some(column) = table.column_mut(&name.name) {
            column.ty = Some((ty.clone(), at));
            column.retyped = true;
        } else if !table.columns_known {
            table.columns.push(Column {
                ty: Some((ty.clone(), at)),
                created: false,
                ..Column::new(name.name.clone(), name_at)
            });
        }
    }
}

/// The column that an action needs.
fn altered_column(kind: &AlterKind) -> Option<&Ident> {
    match kind {
        AlterKind::DropColumn {
            name,
            if_exists: false,
            ..
        }
        | AlterKind::RenameColumn { name, .. }
        | AlterKind::ReplaceColumn { name, .. }
        | AlterKind::SetType { column: name, .. }
        | AlterKind::SetNotNull { column: name, .. }
        | AlterKind::SetDefault { column: name, .. } => Some(name),
        _ => None,
    }
}

/// Whether the heirs of a table are altered with it.
fn is_inherited(kind: &AlterKind) -> bool {
    matches!(
        kind,
        AlterKind::SetNotNull { .. }
            | AlterKind::SetDefault { .. }
            | AlterKind::DropExpression { .. }
    )
}
