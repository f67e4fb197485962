//! `ALTER TABLE`, action by action.

use super::replay::{Replay, schema_name};
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
        let mut key = self.resolve(name);
        if self.ignores(&key) || if_exists && self.was_dropped(&key) {
            return;
        }
        for action in actions {
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
                kind => self.alter(&key, kind, action.span),
            }
        }
    }

    fn alter(&mut self, key: &TableKey, kind: &AlterKind, span: Span) {
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
            AlterKind::AttachPartition { partition } => self.attach_partition(key, partition),
            kind => self.alter_alone(key, kind, span),
        }
    }

    /// The actions that leave everything outside the table alone.
    fn alter_alone(&mut self, key: &TableKey, kind: &AlterKind, span: Span) {
        let at = self.at(span);
        if let AlterKind::RenameConstraint { to, .. } | AlterKind::RenameIndex { to, .. } = kind {
            self.give(&to.name);
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
                    column.auto_increment = default.as_ref().is_some_and(is_sequence);
                }
            }
            AlterKind::SetIdentity { column, identity } => {
                if let Some(column) = table.column_mut(&column.name) {
                    column.auto_increment = *identity;
                }
            }
            AlterKind::DropExpression { column } => {
                if let Some(column) = table.column_mut(&column.name) {
                    column.generated = None;
                }
            }
            AlterKind::DropPrimaryKey => table.drop_primary_key(at),
            AlterKind::RenameConstraint { name, to } => {
                table.rename_constraint(&name.name, &to.name);
            }
            AlterKind::RenameIndex { name, to } => table.rename_index(&name.name, &to.name),
            AlterKind::DropIndex { name } => table.drop_index(&name.name, at),
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
        table.put_column(column);
        for constraint in constraints {
            self.add_constraint(key, constraint);
        }
    }

    fn drop_column(&mut self, key: &TableKey, name: &str, cascade: bool, span: Span) {
        let at = self.at(span);
        let keeps_keys = self.database.dialect == Dialect::Mysql;
        let Some(table) = self.table_mut(key) else {
            return;
        };
        if keeps_keys {
            table.drop_column_from_keys(name, at);
        } else {
            table.drop_column(name, at);
        }
        if cascade {
            for table in self.all_tables_mut() {
                table.foreign_keys.retain(|fk| {
                    fk.parent != *key || fk.parent_columns.iter().all(|column| column != name)
                });
            }
            self.drop_readers(key, Some(name));
        }
    }

    fn rename_column(&mut self, key: &TableKey, name: &str, to: &str) {
        if let Some(table) = self.table_mut(key) {
            table.rename_column(name, to);
        }
        self.rename_read_column(key, name);
        let children = self
            .all_tables_mut()
            .flat_map(|table| &mut table.foreign_keys);
        for fk in children.filter(|fk| fk.parent == *key) {
            for column in fk
                .parent_columns
                .iter_mut()
                .filter(|column| *column == name)
            {
                to.clone_into(column);
            }
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
        } else {
            column.created = false;
        }
        table.put_column(column);
    }

    fn set_type(&mut self, key: &TableKey, name: &Ident, ty: &TypeName) {
        let at = self.at(ty.span);
        let name_at = self.at(name.span);
        let Some(table) = self.table_mut(key) else {
            return;
        };
        if let Some(column) = table.column_mut(&name.name) {
            column.ty = Some((ty.clone(), at));
            column.retyped = true;
        } else if !table.columns_known {
            table.columns.push(Column {
                name: name.name.clone(),
                at: name_at,
                ty: Some((ty.clone(), at)),
                retyped: false,
                nullable: true,
                default: None,
                auto_increment: false,
                listed: false,
                generated: None,
                attribute: None,
                created: false,
            });
        }
    }

    fn attach_partition(&mut self, parent: &TableKey, name: &TableName) {
        let key = self.resolve(name);
        if let Some(mut table) = self.database.tables.remove(&key) {
            table.partition_of = Some(parent.clone());
            self.insert(table);
        }
    }
}

/// Whether a default takes the next number of a sequence.
fn is_sequence(default: &Expression) -> bool {
    let text = default.text.trim_start().to_ascii_lowercase();
    text.starts_with("nextval") || text.starts_with("next value for")
}
