//! Schemas, and which table a written name stands for.

use super::TableKey;
use super::replay::Replay;
use crate::facts::schema::{Ident, TableName};

impl Replay {
    pub(super) fn create_schema(&mut self, name: &str) {
        self.schemas.insert(schema_name(name));
    }

    /// Names without a schema are looked up in these from now on.
    pub(super) fn set_search_path(&mut self, schemas: &[Ident]) {
        let schemas = schemas.iter().map(|schema| schema_name(&schema.name));
        self.search_path = schemas.filter(|schema| schema != "$user").collect();
        if self.search_path.is_empty() {
            self.search_path.push(String::new());
        }
    }

    /// The name of what a statement makes: it goes into the first schema of the path that is there.
    pub(super) fn target(&self, name: &TableName) -> TableKey {
        let schema = name.schema.as_ref().or_else(|| {
            let mut path = self.search_path.iter();
            path.find(|schema| self.has_schema(schema))
                .or(self.search_path.first())
        });
        TableKey {
            schema: schema.cloned().unwrap_or_default(),
            name: name.name.clone(),
        }
    }

    fn has_schema(&self, schema: &str) -> bool {
        schema.is_empty() || self.schemas.contains(schema) || self.keys_in(schema).next().is_some()
    }

    /// The tables of a schema, partitions too.
    pub(super) fn keys_in(&self, schema: &str) -> impl Iterator<Item = &TableKey> {
        let first = TableKey {
            schema: schema.to_owned(),
            name: String::new(),
        };
        let tables = self.database.tables.range(first.clone()..);
        let tables = tables
            .map(|(key, _)| key)
            .take_while(move |key| key.schema == schema);
        let partitions = self.database.partitions.range(first..);
        let partitions = partitions
            .map(|(key, _)| key)
            .take_while(move |key| key.schema == schema);
        tables.chain(partitions)
    }

    /// The keys a written name may have, the likeliest first: those on the search path.
    pub(super) fn on_path(&self, name: &TableName) -> Vec<TableKey> {
        let path = match &name.schema {
            Some(schema) => std::slice::from_ref(schema),
            None => &self.search_path,
        };
        let key = |schema: &String| TableKey {
            schema: schema.clone(),
            name: name.name.clone(),
        };
        path.iter().map(key).collect()
    }

    /// The table a written name stands for.
    pub(super) fn resolve(&self, name: &TableName) -> TableKey {
        self.find(name, |key| self.exists(key) || self.temporary.contains(key))
    }

    /// The same where a missing table is no error: then nothing but the path is searched.
    pub(super) fn resolve_if(&self, name: &TableName, may_miss: bool) -> Option<TableKey> {
        let is_there = |key: &TableKey| self.is_relation(key) || self.temporary.contains(key);
        match may_miss {
            true => self.on_path(name).into_iter().find(is_there),
            false => Some(self.resolve(name)),
        }
    }

    /// What a written name stands for among what is there. Without a schema it may stand for the
    /// only thing of that name in any schema: a search path need not be visible in the files.
    pub(super) fn find(&self, name: &TableName, is_there: impl Fn(&TableKey) -> bool) -> TableKey {
        let elsewhere = || {
            let bearers = self.database.links.bearers(&name.name);
            let mut found = bearers.filter(|key| key.name == name.name && is_there(key));
            match (found.next(), found.next(), &name.schema) {
                (Some(only), None, None) => Some(only.clone()),
                _ => None,
            }
        };
        let on_path = self.on_path(name).into_iter().find(|key| is_there(key));
        on_path
            .or_else(elsewhere)
            .unwrap_or_else(|| self.target(name))
    }

    pub(super) fn drop_schemas(&mut self, names: &[Ident]) {
        for name in names {
            self.drop_schema(name);
        }
    }

    /// Everything in the schema goes, and with it what leans on it.
    fn drop_schema(&mut self, name: &Ident) {
        let schema = schema_name(&name.name);
        let tables: Vec<TableKey> = self.keys_in(&schema).cloned().collect();
        for key in tables {
            self.drop_table(&key, true);
        }
        let is_inside = |key: &&TableKey| key.schema == schema;
        let views: Vec<TableKey> = self
            .database
            .views
            .keys()
            .filter(is_inside)
            .cloned()
            .collect();
        for key in views {
            if self.database.views.remove(&key).is_some() {
                self.drop_readers(&key, None);
            }
        }
        let types: Vec<TableKey> = self
            .database
            .types
            .keys()
            .filter(is_inside)
            .cloned()
            .collect();
        for key in types {
            self.drop_type(&key, true, name.span);
        }
        self.schemas.remove(&schema);
    }

    /// Everything in the schema is in another from now on.
    pub(super) fn rename_schema(&mut self, name: &str, to: &str) {
        let (from, to) = (schema_name(name), schema_name(to));
        let moved = |key: &TableKey| TableKey {
            schema: to.clone(),
            name: key.name.clone(),
        };
        let tables: Vec<TableKey> = self.keys_in(&from).cloned().collect();
        for key in tables {
            self.move_table(&key, moved(&key));
        }
        let is_inside = |key: &&TableKey| key.schema == from;
        let views: Vec<TableKey> = self
            .database
            .views
            .keys()
            .filter(is_inside)
            .cloned()
            .collect();
        for key in views {
            self.move_view(&key, moved(&key));
        }
        let types: Vec<TableKey> = self
            .database
            .types
            .keys()
            .filter(is_inside)
            .cloned()
            .collect();
        for key in types {
            self.move_type(&key, moved(&key));
        }
        self.schemas.remove(&from);
        self.schemas.insert(to);
    }
}

/// A schema as keys hold it: the default one is empty.
pub(super) fn schema_name(name: &str) -> String {
    match name {
        "public" | "dbo" | "main" => String::new(),
        _ => name.to_owned(),
    }
}
