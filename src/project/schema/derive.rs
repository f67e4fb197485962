//! Columns that a table does not list: those of the tables it inherits from or is made like, those
//! of a query.

use super::replay::Replay;
use super::{Index, Table, TableKey};
use crate::facts::schema::{CreateTable, Derived, Dialect, Like, TableName};
use crate::source::Loc;

impl Replay {
    /// Gives a new table its columns, in order.
    pub(super) fn fill(&self, table: &mut Table, create: &CreateTable) {
        let like = match &create.derived {
            Some(Derived::Query(query)) => {
                table.derived = true;
                return self.select_columns(table, query.as_ref(), create);
            }
            Some(Derived::Like(like)) => Some(like),
            Some(derived) => {
                self.inherit_columns(table, derived);
                None
            }
            None => None,
        };
        for (nth, clause) in create.columns.iter().enumerate() {
            if let Some(like) = like.filter(|like| like.position == nth) {
                self.copy_columns(table, like);
            }
            table.own_column(self.column(clause));
        }
        if let Some(like) = like.filter(|like| like.position >= create.columns.len()) {
            self.copy_columns(table, like);
        }
    }

    fn inherit_columns(&self, table: &mut Table, derived: &Derived) {
        table.derived = true;
        let parents = match derived {
            Derived::Foreign | Derived::Like(_) | Derived::Query(_) => return,
            Derived::PartitionOf { parent, bounds } => {
                table.partition_of = Some(self.resolve(parent));
                table.bounds = bounds.as_ref().map(|bounds| bounds.text.clone());
                std::slice::from_ref(parent)
            }
            Derived::Inherits(parents) => {
                table.inherits = parents.iter().map(|parent| self.resolve(parent)).collect();
                parents
            }
        };
        for parent in parents {
            let Some(parent) = self.source(table, parent) else {
                continue;
            };
            for column in &parent.columns {
                table.inherit_column(column);
            }
            for check in &parent.checks {
                table.inherit_check(check);
            }
        }
    }

    /// The table that columns come from; one that nobody knows leaves them unknown.
    fn source(&self, table: &mut Table, name: &TableName) -> Option<&Table> {
        let found = self.table(&self.resolve(name));
        table.columns_known &= found.is_some_and(|found| found.columns_known);
        table.opaque |= found.is_none_or(Table::is_open);
        found
    }

    fn copy_columns(&self, table: &mut Table, like: &Like) {
        let Some(source) = self.source(table, &like.table) else {
            return;
        };
        for column in &source.columns {
            let mut column = column.clone();
            let including = like.including;
            let numbers = if column.identity.is_some() {
                including.identity
            } else {
                including.defaults
            };
            column.auto_increment &= numbers;
            column.identity.take_if(|_| !numbers);
            column.default.take_if(|_| !including.defaults);
            column.generated.take_if(|_| !including.generated);
            column.own = true;
            table.put_column(column);
        }
    }

    /// Checks, keys and indexes of the table that a new one is made like; never foreign keys.
    pub(super) fn copy_constraints(&mut self, key: &TableKey, like: &Like, at: Loc) {
        let Some(source) = self.table(&self.resolve(&like.table)).cloned() else {
            return;
        };
        if like.including.checks
            && let Some(table) = self.table_mut(key)
        {
            for mut check in source.checks {
                check.own = true;
                table.checks.push(check);
            }
        }
        if !like.including.indexes {
            return;
        }
        // MySQL keeps the names, which are those of a table only.
        let keeps = self.database.dialect == Dialect::Mysql;
        let name = |name: String| Some(name).filter(|_| keeps);
        if let Some(primary) = source.primary_key {
            self.put_primary_key(key, name(primary.name), primary.columns, at);
        }
        for unique in source.uniques {
            self.put_unique(key, name(unique.name), unique.columns, at);
        }
        for exclusion in source.exclusions {
            self.put_exclusion(key, name(exclusion.name.clone()), Index { at, ..exclusion });
        }
        for mut index in source.indexes {
            index.at = at;
            if !keeps {
                index.name = self.index_name(key, &index);
            }
            self.put_index(key, index);
        }
    }
}
