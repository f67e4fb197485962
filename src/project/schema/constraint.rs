//! Keys, checks and foreign keys: made, named and dropped.

use super::replay::Replay;
use super::unresolved::Naming;
use super::{Check, ForeignKey, Index, Key, Table, TableKey, expression, names};
use crate::facts::schema::{
    Action, Constraint, ConstraintKind, Dialect, Exclusion, ForeignKey as ForeignKeyClause, Ident,
};
use crate::source::{Loc, Span};

impl Replay {
    pub(super) fn add_constraint(&mut self, key: &TableKey, constraint: &Constraint) {
        let at = self.at(constraint.span);
        let name = constraint.name.as_ref().map(|name| name.name.clone());
        if self.guarded && self.has_such(key, constraint) {
            return;
        }
        match &constraint.kind {
            ConstraintKind::PrimaryKey {
                columns,
                using_index,
            } => {
                self.miss_columns(key, columns, &Naming::Key, key);
                let (name, columns) = self.key_parts(key, name, columns, using_index.as_ref());
                self.put_primary_key(key, name, columns, at);
            }
            ConstraintKind::Unique {
                columns,
                using_index,
            } => {
                self.miss_columns(key, columns, &Naming::Key, key);
                let (name, columns) = self.key_parts(key, name, columns, using_index.as_ref());
                self.put_unique(key, name, columns, at);
            }
            ConstraintKind::ForeignKey(fk) => self.add_foreign_key(key, name, fk, at),
            ConstraintKind::Check { condition } => {
                let name = name.unwrap_or_else(|| self.check_name(key, &condition.text));
                let check = Check {
                    name,
                    condition: condition.text.clone(),
                    valid: !constraint.not_valid,
                    at,
                    own: true,
                };
                self.put_check(key, check);
            }
            ConstraintKind::Exclude(clause) => self.add_exclusion(key, name, clause, at),
        }
    }

    fn add_exclusion(&mut self, key: &TableKey, name: Option<String>, clause: &Exclusion, at: Loc) {
        let mut index = Index {
            columns: clause.keys.iter().map(|key| key.column.clone()).collect(),
            keys: clause.keys.iter().map(|key| key.text.clone()).collect(),
            predicate: clause.predicate.as_ref().map(|p| p.text.clone()),
            ..Index::plain(String::new(), &[], at)
        };
        if let Some(method) = &clause.method {
            index.method.clone_from(method);
        }
        self.put_exclusion(key, name, index);
    }

    pub(super) fn put_exclusion(&mut self, key: &TableKey, name: Option<String>, index: Index) {
        let name =
            name.unwrap_or_else(|| self.relation_name(key, Some(&index.columns_in_name()), "excl"));
        self.give(key, &name);
        let made = self.next_made();
        if let Some(table) = self.table_mut(key) {
            table.exclusions.push(Index {
                name,
                made,
                ..index
            });
        }
    }

    /// Of one that it inherits as well, the table makes its own.
    fn put_check(&mut self, key: &TableKey, check: Check) {
        let Some(table) = self.table_mut(key) else {
            return;
        };
        match table
            .checks
            .iter_mut()
            .find(|other| other.name == check.name)
        {
            Some(inherited) => *inherited = check.clone(),
            None => table.checks.push(check.clone()),
        }
        self.bequeath_check(key, &check);
    }

    /// Whether the table holds what a guarded statement would add.
    pub(super) fn has_such(&self, key: &TableKey, constraint: &Constraint) -> bool {
        let Some(table) = self.table(key) else {
            return false;
        };
        let named = constraint.name.as_ref();
        named.is_some_and(|name| table.has_constraint_named(&name.name))
            || matches!(constraint.kind, ConstraintKind::PrimaryKey { .. })
                && table.primary_key.is_some()
    }

    /// Name and columns of a key. With `USING INDEX` the index becomes the constraint.
    fn key_parts(
        &mut self,
        key: &TableKey,
        name: Option<String>,
        columns: &[Ident],
        using_index: Option<&Ident>,
    ) -> (Option<String>, Vec<String>) {
        let written = columns.iter().map(|column| column.name.clone()).collect();
        let Some(using) = using_index else {
            return (name, written);
        };
        let index = self
            .table_mut(key)
            .and_then(|table| table.take_index(&using.name));
        let columns = index.map_or(written, |index| {
            index.columns.into_iter().flatten().collect()
        });
        (name.or(Some(using.name.clone())), columns)
    }

    pub(super) fn put_primary_key(
        &mut self,
        key: &TableKey,
        name: Option<String>,
        columns: Vec<String>,
        at: Loc,
    ) {
        let name = name.unwrap_or_else(|| match self.database.dialect {
            Dialect::Postgres => self.relation_name(key, None, "pkey"),
            Dialect::Mysql => "PRIMARY".into(),
            Dialect::Sqlite | Dialect::Mssql => String::new(),
        });
        self.give(key, &name);
        self.forbid_null(key, &columns);
        let made = self.next_made();
        if let Some(table) = self.table_mut(key) {
            table.primary_key = Some(Key {
                name,
                columns,
                at,
                made,
            });
        }
    }

    pub(super) fn put_unique(
        &mut self,
        key: &TableKey,
        name: Option<String>,
        columns: Vec<String>,
        at: Loc,
    ) {
        let name = name.unwrap_or_else(|| match self.database.dialect {
            Dialect::Postgres => self.relation_name(key, Some(&columns.join("_")), "key"),
            Dialect::Mysql => self.mysql_index_name(key, columns.first()),
            Dialect::Sqlite | Dialect::Mssql => String::new(),
        });
        self.give(key, &name);
        let made = self.next_made();
        if let Some(table) = self.table_mut(key) {
            table.uniques.push(Key {
                name,
                columns,
                at,
                made,
            });
            table.drop_superseded();
        }
    }

    fn add_foreign_key(
        &mut self,
        key: &TableKey,
        name: Option<String>,
        clause: &ForeignKeyClause,
        at: Loc,
    ) {
        let columns: Vec<String> = clause.columns.iter().map(|c| c.name.clone()).collect();
        let parent = self.resolve(&clause.parent);
        let by = Naming::ForeignKey(columns.clone());
        self.miss_columns(key, &clause.columns, &by, key);
        self.miss_columns(&parent, &clause.parent_columns, &by, key);
        self.miss_table(&parent, clause.parent.span, by, key);
        if self.database.dialect == Dialect::Mysql {
            self.add_implicit_index(key, name.as_deref(), &columns, at);
        }
        let fk = self.foreign_key(key, name, clause, at);
        self.give(key, &fk.name);
        self.database.links.lean(&parent, key);
        if let Some(table) = self.table_mut(key) {
            table.foreign_keys.push(fk);
        }
    }

    /// The foreign key that a clause makes.
    pub(super) fn foreign_key(
        &self,
        key: &TableKey,
        name: Option<String>,
        clause: &ForeignKeyClause,
        at: Loc,
    ) -> ForeignKey {
        let columns: Vec<String> = clause.columns.iter().map(|c| c.name.clone()).collect();
        let spans = clause.columns.iter().map(|column| column.span);
        let columns_at = spans.reduce(Span::to).map_or(at, |span| self.at(span));
        let parent = self.resolve(&clause.parent);
        let written = clause.parent_columns.iter();
        let mut parent_columns: Vec<String> = written.map(|column| column.name.clone()).collect();
        if parent_columns.is_empty()
            && let Some(primary) = self.table(&parent).and_then(|t| t.primary_key.as_ref())
        {
            parent_columns.clone_from(&primary.columns);
        }
        let action = |clause: Option<(Action, Span)>| clause.map_or(Action::NoAction, |it| it.0);
        ForeignKey {
            name: name.unwrap_or_else(|| self.foreign_key_name(key, &columns)),
            columns,
            parent,
            parent_columns,
            on_delete: action(clause.on_delete),
            on_update: action(clause.on_update),
            emulated: clause.emulated,
            at,
            columns_at,
            on_delete_at: clause.on_delete.map(|(_, span)| self.at(span)),
        }
    }

    /// InnoDB needs an index that begins with the columns, and makes it where none does.
    fn add_implicit_index(
        &mut self,
        key: &TableKey,
        name: Option<&str>,
        columns: &[String],
        at: Loc,
    ) {
        let covered = self
            .table(key)
            .is_none_or(|table| table.index_begins_with(columns));
        if covered {
            return;
        }
        let name = match name {
            Some(name) => name.to_owned(),
            None => self.mysql_index_name(key, columns.first()),
        };
        let index = Index {
            implicit: true,
            ..Index::plain(name, columns, at)
        };
        if let Some(table) = self.table_mut(key) {
            table.indexes.push(index);
        }
    }

    /// Takes a constraint away; foreign keys that lean on a dropped key go with `CASCADE`.
    pub(super) fn drop_constraint(&mut self, key: &TableKey, name: &str, cascade: bool, at: Span) {
        let at = self.at(at);
        let dropped = self
            .table_mut(key)
            .and_then(|table| table.take_constraint(name, at));
        if let Some(dropped) = dropped.filter(|_| cascade) {
            self.drop_leaning(key, &dropped);
        }
        self.disinherit_check(key, name);
    }

    /// Drops the foreign keys that lean on a key which is gone. Of equal keys they lean on the one
    /// that was there first.
    pub(super) fn drop_leaning(&mut self, key: &TableKey, dropped: &Index) {
        let columns = dropped.leading_columns();
        let is_older =
            |(held, made): (Vec<String>, u32)| same_set(&held, &columns) && made < dropped.made;
        if self
            .table(key)
            .is_some_and(|table| table.referable().any(is_older))
        {
            return;
        }
        for other in self.database.links.leaning(key) {
            if let Some(table) = self.table_mut(&other) {
                table
                    .foreign_keys
                    .retain(|fk| fk.parent != *key || !same_set(&fk.parent_columns, &columns));
            }
        }
    }

    /// A check of the heirs follows.
    pub(super) fn rename_constraint(&mut self, key: &TableKey, name: &str, to: &str) {
        self.give(key, to);
        let is_check = |table: &Table| table.checks.iter().any(|check| check.name == name);
        let heirs = match self.table(key).is_some_and(is_check) {
            true => self.heirs(key),
            false => Vec::new(),
        };
        if let Some(table) = self.table_mut(key) {
            table.rename_constraint(name, to);
        }
        for heir in heirs {
            self.rename_constraint(&heir, name, to);
        }
    }

    pub(super) fn foreign_key_name(&self, key: &TableKey, columns: &[String]) -> String {
        match self.database.dialect {
            Dialect::Postgres => {
                names::choose(&key.name, Some(&columns.join("_")), "fkey", |name| {
                    self.constraint_taken(key, name)
                })
            }
            Dialect::Mysql => {
                let prefix = format!("{}_ibfk_", key.name);
                let last = self.table(key).into_iter().flat_map(|table| {
                    table
                        .foreign_keys
                        .iter()
                        .filter_map(|fk| fk.name.strip_prefix(&prefix)?.parse::<u32>().ok())
                });
                format!("{prefix}{}", last.max().unwrap_or(0).saturating_add(1))
            }
            Dialect::Sqlite | Dialect::Mssql => String::new(),
        }
    }

    /// PostgreSQL puts the column into the name when the condition speaks of one column only.
    pub(super) fn check_name(&self, key: &TableKey, condition: &str) -> String {
        if !self.is_postgres() {
            return String::new();
        }
        let mut mentioned = self
            .table(key)
            .into_iter()
            .flat_map(|table| &table.columns)
            .map(|column| column.name.as_str())
            .filter(|column| expression::mentions(condition, column));
        let column = match (mentioned.next(), mentioned.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        };
        names::choose(&key.name, column, "check", |name| {
            self.constraint_taken(key, name)
        })
    }

    /// A free name for a key, exclusion or other relation with a constraint.
    pub(super) fn relation_name(
        &self,
        key: &TableKey,
        columns: Option<&str>,
        label: &str,
    ) -> String {
        names::choose(&key.name, columns, label, |name| {
            self.relation_taken(key, name) || self.constraint_taken(key, name)
        })
    }

    /// MySQL names an index after its first column, numbered from 2.
    pub(super) fn mysql_index_name(&self, key: &TableKey, column: Option<&String>) -> String {
        let column = column.map_or("functional_index", String::as_str);
        let taken = |name: &str| {
            self.table(key)
                .is_some_and(|table| table.has_index_named(name))
        };
        if !taken(column) {
            return column.to_owned();
        }
        let numbered = (2..).map(|number| format!("{column}_{number}"));
        numbered
            .into_iter()
            .find(|name| !taken(name))
            .expect("some number is free")
    }

    /// Whether a constraint of the schema has the name.
    fn constraint_taken(&self, key: &TableKey, name: &str) -> bool {
        self.bearers_beside(key, name)
            .any(|table| table.has_constraint_named(name))
    }

    /// Whether a table, view or index of the schema has the name.
    pub(super) fn relation_taken(&self, key: &TableKey, name: &str) -> bool {
        let of_view = || {
            let bearers = self.database.links.bearers(name);
            let beside = bearers.filter(|owner| owner.schema == key.schema);
            let mut views = beside.filter_map(|owner| self.database.views.get(owner));
            views.any(|view| view.indexes.iter().any(|index| index.name == name))
        };
        self.is_relation(&key.sibling(name))
            || self
                .bearers_beside(key, name)
                .any(|table| table.has_index_named(name))
            || of_view()
    }

    /// The tables of the schema that may bear the name, or own what does.
    fn bearers_beside(&self, key: &TableKey, name: &str) -> impl Iterator<Item = &Table> {
        let bearers = self.database.links.bearers(name);
        let beside = bearers.filter(|owner| owner.schema == key.schema);
        beside.filter_map(|owner| self.table(owner))
    }
}

fn same_set(left: &[String], right: &[String]) -> bool {
    left.len() == right.len() && left.iter().all(|column| right.contains(column))
}
