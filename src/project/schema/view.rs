//! Views: made, renamed and dropped, and what becomes of them when what they read from changes.

use std::collections::BTreeSet;

use super::namespace::schema_name;
use super::replay::Replay;
use super::{Index, TableKey, expression};
use crate::facts::schema::{
    AlterKind, CreateView, Index as IndexClause, Reads, TableName, ViewChange,
};
use crate::source::Loc;

/// A view at the end of replay.
#[derive(Clone, Debug)]
pub struct View {
    /// Its key.
    pub key: TableKey,
    /// The name in the statement that made it.
    pub at: Loc,
    /// Its rows are stored.
    pub materialized: bool,
    /// Its columns; `None` where its query does not name them all.
    pub columns: Option<Vec<String>>,
    /// The tables and views it reads from, as far as they are known.
    pub sources: Vec<TableKey>,
    /// The tables that it needs and their columns, as far as they are certain.
    pub needs: BTreeSet<(TableKey, Option<String>)>,
    /// What follows its name, as written; `None` once something it names was renamed.
    pub definition: Option<String>,
    /// The indexes of a materialized view.
    pub indexes: Vec<Index>,
}

impl View {
    /// Whether it needs a table, or a column of it, for certain.
    pub(super) fn needs(&self, table: &TableKey, column: Option<&str>) -> bool {
        let needed = (table.clone(), column.map(str::to_owned));
        self.needs.contains(&needed)
    }

    /// Whether it may read the column: every column where it names none.
    fn reads(&self, source: &TableKey, column: &str) -> bool {
        let definition = self.definition.as_deref();
        self.sources.contains(source)
            && definition
                .is_none_or(|text| text.contains('*') || expression::mentions(text, column))
    }
}

impl Replay {
    pub(super) fn create_view(&mut self, clause: &CreateView) {
        let key = self.target(&clause.name);
        if clause.temporary {
            self.temporary.insert(key);
            return;
        }
        let exists = self.database.views.contains_key(&key);
        if exists && (clause.if_not_exists || self.guarded && !clause.replace) {
            return;
        }
        let columns = clause.columns.as_ref();
        let sources = clause
            .sources
            .iter()
            .map(|source| self.resolve_relation(source));
        let sources = sources.filter(|source| self.is_relation(source)).collect();
        let view = View {
            at: self.at(clause.name.span),
            materialized: clause.materialized,
            columns: columns.map(|names| names.iter().map(|name| name.name.clone()).collect()),
            sources,
            needs: self.needed(&clause.reads),
            definition: Some(clause.definition.text.clone()),
            indexes: Vec::new(),
            key: key.clone(),
        };
        self.give(&key, &key.name);
        self.database.views.insert(key, view);
    }

    /// What a query needs now, where only one table can be meant.
    fn needed(&self, reads: &Reads) -> BTreeSet<(TableKey, Option<String>)> {
        let tables = reads.tables.iter().map(|name| (self.resolve(name), None));
        let whole = reads.whole.iter().flat_map(|name| {
            let key = self.resolve(name);
            let columns = self.table(&key).map_or(&[][..], |table| &table.columns);
            let names = columns.iter().map(|column| Some(column.name.clone()));
            names.map(|name| (key.clone(), name)).collect::<Vec<_>>()
        });
        let named = reads.columns.iter().filter_map(|read| {
            let keys: BTreeSet<TableKey> = read.among.iter().map(|it| self.resolve(it)).collect();
            let has = |key: &&TableKey| {
                let table = self.table(key);
                table.is_none_or(|it| !it.columns_known || it.column(&read.name.name).is_some())
            };
            let mut having = keys.iter().filter(has);
            let only = having.next().filter(|_| having.next().is_none())?;
            Some((only.clone(), Some(read.name.name.clone())))
        });
        let needed = tables.chain(whole).chain(named);
        needed.filter(|(key, _)| self.exists(key)).collect()
    }

    pub(super) fn alter_view(&mut self, name: &TableName, change: &ViewChange) {
        let key = self.resolve_relation(name);
        match change {
            ViewChange::Rename { to } => self.move_view(&key, key.sibling(&to.name)),
            ViewChange::SetSchema { schema } => {
                let to = TableKey {
                    schema: schema_name(&schema.name),
                    name: key.name.clone(),
                };
                self.move_view(&key, to);
            }
            ViewChange::RenameColumn { name, to } => {
                self.rename_view_column(&key, &name.name, &to.name);
            }
        }
    }

    /// PostgreSQL lets `ALTER TABLE` alter a view.
    pub(super) fn alter_view_as_table(&mut self, key: &TableKey, kind: &AlterKind) {
        match kind {
            AlterKind::RenameColumn { name, to } => {
                self.rename_view_column(key, &name.name, &to.name);
            }
            AlterKind::SetSchema { schema } => {
                let to = TableKey {
                    schema: schema_name(&schema.name),
                    name: key.name.clone(),
                };
                self.move_view(key, to);
            }
            _ => {}
        }
    }

    fn rename_view_column(&mut self, key: &TableKey, name: &str, to: &str) {
        if let Some(view) = self.database.views.get_mut(key) {
            view.definition = None;
            let columns = view.columns.iter_mut().flatten();
            for column in columns.filter(|column| *column == name) {
                to.clone_into(column);
            }
        }
    }

    pub(super) fn drop_views(&mut self, names: &[TableName], cascade: bool) {
        for name in names {
            self.drop_view(name, cascade);
        }
    }

    fn drop_view(&mut self, name: &TableName, cascade: bool) {
        let key = self.resolve_relation(name);
        if self.temporary.remove(&key) {
            return;
        }
        if self.database.views.remove(&key).is_some() && cascade {
            self.drop_readers(&key, None);
        }
    }

    /// Drops the views that read from a dropped relation or column, and those that read from them.
    pub(super) fn drop_readers(&mut self, source: &TableKey, column: Option<&str>) {
        let reads = |view: &View| match column {
            Some(column) => view.reads(source, column),
            None => view.sources.contains(source),
        };
        let views = &mut self.database.views;
        let mut gone: Vec<TableKey> = views
            .extract_if(.., |_, view| reads(view))
            .map(|(key, _)| key)
            .collect();
        while let Some(source) = gone.pop() {
            let readers = views.extract_if(.., |_, view| view.sources.contains(&source));
            gone.extend(readers.map(|(key, _)| key));
        }
    }

    /// The same for views that certainly need it, where nobody says so: PostgreSQL refuses to, and
    /// whoever makes that right must drop them.
    pub(super) fn drop_needing(&mut self, source: &TableKey, column: Option<&str>) {
        if self.is_postgres() {
            let views = &mut self.database.views;
            views.retain(|_, view| !view.needs(source, column));
        }
    }

    pub(super) fn move_view(&mut self, key: &TableKey, to: TableKey) {
        let Some(mut view) = self.database.views.remove(key) else {
            return;
        };
        view.key = to.clone();
        self.give(&to, &to.name);
        self.move_source(key, &to);
        self.database.views.insert(to, view);
    }

    /// Views follow a renamed source; what they are written as does not.
    pub(super) fn move_source(&mut self, key: &TableKey, to: &TableKey) {
        if key == to {
            return;
        }
        for view in self.database.views.values_mut() {
            for source in view.sources.iter_mut().filter(|source| *source == key) {
                source.clone_from(to);
                view.definition = None;
            }
            let moved = |(table, column): (TableKey, Option<String>)| match table == *key {
                true => (to.clone(), column),
                false => (table, column),
            };
            if view.needs(key, None) {
                view.needs = std::mem::take(&mut view.needs)
                    .into_iter()
                    .map(moved)
                    .collect();
            }
        }
    }

    /// The same for a column.
    pub(super) fn rename_read_column(&mut self, source: &TableKey, column: &str, to: &str) {
        for view in self.database.views.values_mut() {
            let needed = (source.clone(), Some(column.to_owned()));
            if view.needs.remove(&needed) {
                view.needs.insert((source.clone(), Some(to.to_owned())));
            }
            if view.reads(source, column) {
                view.definition = None;
            }
        }
    }

    /// An index of a materialized view.
    pub(super) fn add_view_index(&mut self, key: &TableKey, clause: &IndexClause) {
        let index = self.index(key, clause);
        self.give(key, &index.name);
        if let Some(view) = self.database.views.get_mut(key) {
            view.indexes.retain(|other| other.name != index.name);
            view.indexes.push(index);
        }
    }

    pub(super) fn drop_view_index(&mut self, name: &str) {
        if self.database.links.knows(name) {
            for view in self.database.views.values_mut() {
                view.indexes.retain(|index| index.name != name);
            }
        }
    }

    pub(super) fn is_relation(&self, key: &TableKey) -> bool {
        self.exists(key) || self.database.views.contains_key(key)
    }

    /// The table or view a written name stands for.
    pub(super) fn resolve_relation(&self, name: &TableName) -> TableKey {
        let is_there = |key: &TableKey| self.is_relation(key) || self.temporary.contains(key);
        self.find(name, is_there)
    }
}
