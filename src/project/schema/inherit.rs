//! Inheritance: what tables take from their parents, when they are made and ever after. Partitions
//! inherit like any other table.

use super::replay::Replay;
use super::{Check, Column, Table, TableKey};
use crate::facts::schema::{Expression, TableName};

impl Table {
    /// The tables it inherits from.
    pub(super) fn parents(&self) -> impl Iterator<Item = &TableKey> {
        self.inherits.iter().chain(&self.partition_of)
    }

    /// Takes a column from a parent; of one that is there already both have their say.
    pub(super) fn inherit_column(&mut self, column: &Column) {
        match self.column_mut(&column.name) {
            Some(existing) => {
                existing.nullable &= column.nullable;
                if existing.default.is_none() {
                    existing.default.clone_from(&column.default);
                }
            }
            None => self.columns.push(Column {
                auto_increment: column.auto_increment && column.identity.is_none(),
                identity: None,
                own: false,
                ..column.clone()
            }),
        }
    }

    /// Adds a column of its own, which may be one that it inherits.
    pub(super) fn own_column(&mut self, column: Column) {
        match self.column_mut(&column.name) {
            Some(inherited) if !inherited.own => {
                *inherited = Column {
                    nullable: inherited.nullable && column.nullable,
                    default: column.default.or(inherited.default.take()),
                    generated: column.generated.or(inherited.generated.take()),
                    stored: inherited.stored || column.stored,
                    auto_increment: inherited.auto_increment || column.auto_increment,
                    ..column
                };
            }
            _ => self.put_column(column),
        }
    }

    /// Takes a check from a parent, unless it has one of that name.
    pub(super) fn inherit_check(&mut self, check: &Check) {
        if self.checks.iter().all(|own| own.name != check.name) {
            self.checks.push(Check {
                own: false,
                ..check.clone()
            });
        }
    }
}

impl Replay {
    /// The tables that follow what happens to this one; none where it happens to it `ONLY`.
    pub(super) fn heirs(&self, key: &TableKey) -> Vec<TableKey> {
        if self.only {
            return Vec::new();
        }
        self.children(key)
    }

    /// The tables that inherit from this one.
    pub(super) fn children(&self, key: &TableKey) -> Vec<TableKey> {
        let mut children = self.database.links.leaning(key);
        let inherits = |table: &Table| table.parents().any(|parent| parent == key);
        children.retain(|child| self.table(child).is_some_and(inherits));
        children
    }

    /// Whether a parent of the table still has something.
    fn is_inherited(&self, key: &TableKey, has: impl Fn(&Table) -> bool) -> bool {
        let mut parents = self.table(key).into_iter().flat_map(Table::parents);
        parents.any(|parent| self.table(parent).is_some_and(&has))
    }

    /// A column was added to a parent.
    pub(super) fn bequeath_column(&mut self, key: &TableKey, column: &Column) {
        for heir in self.heirs(key) {
            if let Some(table) = self.table_mut(&heir)
                && table.column(&column.name).is_none()
            {
                table.inherit_column(column);
            }
            self.bequeath_column(&heir, column);
        }
    }

    /// The children of whose only parent with the column has lost it; for the others it is their
    /// own from now on, as it is for all after `ONLY`.
    pub(super) fn disinherit_column(&mut self, key: &TableKey, name: &str) -> Vec<TableKey> {
        let mut losing = Vec::new();
        for child in self.children(key) {
            if self.is_inherited(&child, |parent| parent.column(name).is_some()) {
                continue;
            }
            let keeps = self.only;
            let column = self
                .table_mut(&child)
                .and_then(|table| table.column_mut(name));
            match column {
                Some(column) if keeps => column.own = true,
                Some(column) if !column.own => losing.push(child),
                _ => {}
            }
        }
        losing
    }

    /// A check was added to a parent.
    pub(super) fn bequeath_check(&mut self, key: &TableKey, check: &Check) {
        self.database.links.give(key, &check.name);
        for heir in self.heirs(key) {
            if let Some(table) = self.table_mut(&heir) {
                table.inherit_check(check);
            }
            self.bequeath_check(&heir, check);
        }
    }

    /// A parent has lost a check.
    pub(super) fn disinherit_check(&mut self, key: &TableKey, name: &str) {
        let has = |table: &Table| table.checks.iter().any(|check| check.name == name);
        for child in self.children(key) {
            if self.is_inherited(&child, has) {
                continue;
            }
            let keeps = self.only;
            let Some(table) = self.table_mut(&child) else {
                continue;
            };
            let found = table.checks.iter_mut().find(|check| check.name == name);
            match found {
                Some(check) if keeps => check.own = true,
                Some(check) if !check.own => {
                    table.checks.retain(|check| check.name != name);
                    self.disinherit_check(&child, name);
                }
                _ => {}
            }
        }
    }

    /// PostgreSQL does not make checks anew that a table has from a parent which has lost them.
    pub(super) fn drop_orphaned_checks(&mut self, key: &TableKey, column: &str) {
        let checks = self
            .table(key)
            .into_iter()
            .flat_map(|table| table.checks_of(column));
        let inherited = checks
            .filter(|check| !check.own)
            .map(|check| check.name.clone());
        for name in inherited.collect::<Vec<String>>() {
            let has = |table: &Table| table.checks.iter().any(|check| check.name == name);
            if !self.is_inherited(key, has)
                && let Some(table) = self.table_mut(key)
            {
                table.checks.retain(|check| check.name != name);
            }
        }
    }

    /// Columns of a primary key are not null, and those of the heirs neither.
    pub(super) fn forbid_null(&mut self, key: &TableKey, columns: &[String]) {
        if let Some(table) = self.table_mut(key) {
            for column in table
                .columns
                .iter_mut()
                .filter(|c| columns.contains(&c.name))
            {
                column.nullable = false;
            }
        }
        for heir in self.heirs(key) {
            self.forbid_null(&heir, columns);
        }
    }

    pub(super) fn attach_partition(
        &mut self,
        parent: &TableKey,
        name: &TableName,
        bounds: Option<&Expression>,
    ) {
        let key = self.resolve(name);
        if let Some(mut table) = self.database.tables.remove(&key) {
            for column in &mut table.columns {
                column.own = false;
            }
            table.partition_of = Some(parent.clone());
            table.bounds = bounds.map(|bounds| bounds.text.clone());
            self.insert(table);
        }
    }

    /// A partition becomes a table. Which keys and indexes it got from its parent is not followed.
    pub(super) fn detach_partition(&mut self, name: &TableName) {
        let key = self.resolve(name);
        if let Some(mut table) = self.database.partitions.remove(&key) {
            table.partition_of = None;
            table.opaque = true;
            table
                .columns
                .iter_mut()
                .for_each(|column| column.own = true);
            self.insert(table);
        }
    }

    /// `INHERIT` demands that the columns and checks are there already.
    pub(super) fn inherit(&mut self, key: &TableKey, parent: &TableName, begins: bool) {
        let parent = self.resolve(parent);
        let Some(table) = self.table_mut(key) else {
            return;
        };
        if begins {
            table.inherits.push(parent.clone());
            self.database.links.lean(&parent, key);
            return;
        }
        table.inherits.retain(|other| *other != parent);
        let names: Vec<String> = table.columns.iter().map(|c| c.name.clone()).collect();
        for name in names {
            if !self.is_inherited(key, |parent| parent.column(&name).is_some())
                && let Some(column) = self.table_mut(key).and_then(|t| t.column_mut(&name))
            {
                column.own = true;
            }
        }
        let checks = self
            .table(key)
            .map(|table| table.checks.clone())
            .unwrap_or_default();
        for check in checks {
            let has = |parent: &Table| parent.checks.iter().any(|c| c.name == check.name);
            if !self.is_inherited(key, has)
                && let Some(table) = self.table_mut(key)
                && let Some(own) = table.checks.iter_mut().find(|c| c.name == check.name)
            {
                own.own = true;
            }
        }
    }
}
