//! Indexes: made, named, renamed and dropped.

use super::replay::Replay;
use super::unresolved::Naming;
use super::{Index, Table, TableKey, expression, names};
use crate::facts::schema::{Dialect, Ident, Index as IndexClause, TableName};
use crate::source::{Loc, Span};

impl Replay {
    /// `CREATE INDEX`; of a relation that nothing made it says nothing.
    pub(super) fn create_index(&mut self, clause: &IndexClause) {
        let key = self.resolve_relation(&clause.table);
        if self.ignores(&key) {
            return;
        }
        if self.exists(&key) {
            self.add_index(&key, clause);
        } else if self.database.views.contains_key(&key) {
            self.add_view_index(&key, clause);
        } else {
            self.miss_table(&key, clause.table.span, Naming::Index, &key);
        }
    }

    pub(super) fn add_index(&mut self, key: &TableKey, clause: &IndexClause) {
        if (clause.if_not_exists || self.guarded)
            && let Some(name) = &clause.name
            && self.index_exists(key, &name.name)
        {
            return;
        }
        self.watch_index(key, clause);
        let columns: Vec<Ident> = clause.keys.iter().filter_map(Ident::of_key).collect();
        self.miss_columns(key, &columns, &Naming::Index, key);
        self.miss_columns(key, &clause.include, &Naming::Index, key);
        let index = self.index(key, clause);
        self.put_index(key, index);
    }

    pub(super) fn put_index(&mut self, key: &TableKey, mut index: Index) {
        self.give(key, &index.name);
        index.made = self.next_made();
        if let Some(table) = self.table_mut(key) {
            table.indexes.push(index);
            table.drop_superseded();
        }
    }

    /// The index that a clause makes.
    pub(super) fn index(&self, key: &TableKey, clause: &IndexClause) -> Index {
        let mut index = Index {
            name: String::new(),
            columns: clause.keys.iter().map(|key| key.column.clone()).collect(),
            keys: clause.keys.iter().map(|key| key.text.clone()).collect(),
            unique: clause.unique,
            method: clause.method.clone().unwrap_or_else(|| "btree".into()),
            predicate: clause.predicate.as_ref().map(|p| p.text.clone()),
            include: clause.include.iter().map(|c| c.name.clone()).collect(),
            implicit: false,
            at: self.at(clause.span),
            made: 0,
        };
        index.name = match &clause.name {
            Some(name) => name.name.clone(),
            None => self.index_name(key, &index),
        };
        index
    }

    /// The name the database gives an index.
    pub(super) fn index_name(&self, key: &TableKey, index: &Index) -> String {
        match self.database.dialect {
            Dialect::Postgres => {
                names::choose(&key.name, Some(&index.columns_in_name()), "idx", |name| {
                    self.relation_taken(key, name)
                })
            }
            Dialect::Mysql => {
                self.mysql_index_name(key, index.columns.first().and_then(Option::as_ref))
            }
            Dialect::Sqlite | Dialect::Mssql => String::new(),
        }
    }

    /// Names of indexes belong to the schema in PostgreSQL and SQLite, to the table elsewhere.
    fn index_exists(&self, key: &TableKey, name: &str) -> bool {
        match self.database.dialect {
            Dialect::Postgres | Dialect::Sqlite => self.relation_taken(key, name),
            Dialect::Mysql | Dialect::Mssql => self
                .table(key)
                .is_some_and(|table| table.has_index_named(name)),
        }
    }

    /// The table that owns the index of a written name.
    pub(super) fn index_owner(
        &self,
        name: &TableName,
        table: Option<&TableName>,
        may_miss: bool,
    ) -> Option<TableKey> {
        if let Some(table) = table {
            let key = self.resolve(table);
            return self
                .table(&key)
                .is_some_and(|table| table.has_index_named(&name.name))
                .then_some(key);
        }
        let path = match &name.schema {
            Some(schema) => std::slice::from_ref(schema),
            None => &self.search_path,
        };
        let place = |table: &Table| path.iter().position(|schema| *schema == table.key.schema);
        let bearers = self.database.links.bearers(&name.name);
        bearers
            .filter_map(|owner| self.table(owner))
            .filter(|table| table.has_index_named(&name.name))
            .filter(|table| name.schema.is_none() && !may_miss || place(table).is_some())
            // What is on the search path comes first.
            .min_by_key(|table| (place(table).unwrap_or(usize::MAX), &table.key))
            .map(|table| table.key.clone())
    }

    pub(super) fn drop_index(
        &mut self,
        name: &str,
        owner: Option<TableKey>,
        cascade: bool,
        at: Span,
    ) {
        let at: Loc = self.at(at);
        let Some(owner) = owner else {
            self.drop_view_index(name);
            return;
        };
        let table = self.table_mut(&owner);
        let dropped = table.and_then(|table| table.drop_index(name, at));
        if let Some(dropped) = dropped.filter(|_| cascade) {
            self.drop_leaning(&owner, &dropped);
        }
    }

    pub(super) fn rename_index(&mut self, name: &TableName, if_exists: bool, to: &str) {
        if let Some(owner) = self.index_owner(name, None, if_exists) {
            if let Some(table) = self.table_mut(&owner) {
                table.rename_index(&name.name, to);
                self.give(&owner, to);
            }
        } else if let Some(key) = self.resolve_if(name, if_exists) {
            // PostgreSQL lets ALTER INDEX rename a table.
            self.move_table(&key, key.sibling(to));
        }
    }
}

impl Index {
    /// What PostgreSQL writes for the columns into the name of an index, each made distinct.
    pub(super) fn columns_in_name(&self) -> String {
        let keys = self.columns.iter().zip(&self.keys);
        let keys = keys.map(|(column, text)| match column {
            Some(column) => column.clone(),
            None => expression::column_name(text),
        });
        let mut columns: Vec<String> = Vec::new();
        for name in keys.chain(self.include.iter().cloned()) {
            let mut distinct = name.clone();
            let mut number = 1;
            while columns.contains(&distinct) {
                distinct = format!("{name}{number}");
                number += 1;
            }
            columns.push(distinct);
        }
        columns.join("_")
    }
}
