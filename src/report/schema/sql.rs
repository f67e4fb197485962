//! A database as a script that makes it, in its dialect: types, tables in an order that their
//! foreign keys allow, the rest of the keys, views. What is not known stands in comments.

mod order;
mod table;
mod types;

use std::collections::BTreeSet;

use crate::facts::schema::Dialect;
use crate::project::schema::{Database, Index, Table, TableKey, View};
use crate::report::clean::neutralise;

/// Databases, one script after the other.
pub fn write(databases: &[&Database]) -> String {
    let scripts: Vec<String> = databases.iter().map(|it| script(it)).collect();
    match scripts.as_slice() {
        [] => "-- Nothing that was read makes a table.\n".to_owned(),
        scripts => neutralise(&scripts.join("\n")).into_owned(),
    }
}

/// The script of one database.
pub fn script(database: &Database) -> String {
    let mut script = Script {
        database,
        text: String::new(),
        unsure: BTreeSet::new(),
    };
    script.head();
    script.namespaces();
    for own in order::types(database) {
        script.own_type(own);
    }
    script.sequences();
    script.functions();
    let order = order::tables(database);
    for table in &order.tables {
        script.table(table, &order);
    }
    for partition in order::partitions(database) {
        script.partition(partition);
    }
    for (table, fk) in order.late() {
        script.late_foreign_key(table, fk);
    }
    for view in order::views(database) {
        script.view(view);
    }
    script.text
}

/// A script under construction.
struct Script<'a> {
    database: &'a Database,
    text: String,
    /// Tables and views that are not made as they are.
    unsure: BTreeSet<TableKey>,
}

impl Script<'_> {
    fn head(&mut self) {
        self.comment(&super::heading(self.database));
        self.comment("Triggers, policies, grants and rows are not part of it.");
    }

    /// Adds a comment, a line of it for each line of the text.
    fn comment(&mut self, text: &str) {
        for line in text.lines() {
            self.text.push_str(format!("-- {line}").trim_end());
            self.text.push('\n');
        }
    }

    /// Adds a statement behind a blank line.
    fn statement(&mut self, statement: &str) {
        self.text.push('\n');
        self.statement_next(statement);
    }

    /// Adds a statement on the next line. SQL Server reads some only when they stand alone.
    fn statement_next(&mut self, statement: &str) {
        let statement = statement.replace("\r\n", "\n");
        self.text.push_str(&statement);
        self.text.push_str(";\n");
        if self.database.dialect == Dialect::Mssql {
            self.text.push_str("GO\n");
        }
    }

    /// Adds a statement that would fail, as a comment that says why.
    fn doubtful(&mut self, why: &str, statement: &str) {
        self.text.push('\n');
        self.comment(why);
        self.comment(&format!("{statement};"));
    }

    fn namespaces(&mut self) {
        let database = self.database;
        let tables = database.tables.keys().chain(database.partitions.keys());
        let keys = tables
            .chain(database.views.keys())
            .chain(database.types.keys());
        let schemas: BTreeSet<&str> = keys.map(|key| key.schema.as_str()).collect();
        for schema in schemas.into_iter().filter(|schema| !schema.is_empty()) {
            let name = database.write_name(schema);
            match database.dialect {
                Dialect::Sqlite => {}
                Dialect::Mssql => self.statement(&format!("CREATE SCHEMA {name}")),
                _ => self.statement(&format!("CREATE SCHEMA IF NOT EXISTS {name}")),
            }
        }
        for name in &database.extensions {
            let name = database.write_name(name);
            self.statement(&format!("CREATE EXTENSION IF NOT EXISTS {name}"));
        }
    }

    /// The sequences that defaults count with.
    fn sequences(&mut self) {
        let tables = self
            .database
            .tables
            .values()
            .chain(self.database.partitions.values());
        let defaults = tables
            .flat_map(|table| &table.columns)
            .filter_map(|c| c.default.as_ref());
        let names: BTreeSet<&str> = defaults
            .filter_map(|default| sequence(&default.text))
            .collect();
        for name in names {
            self.statement(&format!("CREATE SEQUENCE {name}"));
        }
    }

    /// The functions that something calls; what their bodies name may not be made yet.
    fn functions(&mut self) {
        let functions = self.database.called_functions();
        if !functions.is_empty() && self.database.dialect == Dialect::Postgres {
            self.statement("SET check_function_bodies = false");
        }
        for function in functions {
            self.statement(&function.definition);
        }
    }

    fn index(&mut self, key: &TableKey, index: &Index, known: bool) {
        let statement = self.database.write_index(key, index);
        if known {
            self.statement_next(&statement);
        } else {
            self.comment(&format!("{statement};"));
        }
    }

    fn view(&mut self, view: &View) {
        let name = self.database.write_table(&view.key);
        let kind = match view.materialized {
            true => "MATERIALIZED VIEW",
            false => "VIEW",
        };
        let columns = view.columns.as_ref();
        let columns = columns.map(|names| format!(" ({})", self.database.write_columns(names)));
        let unknown = format!("{}AS …", columns.map_or(String::new(), |it| it + " "));
        let definition = view.definition.as_deref().unwrap_or(unknown.trim_start());
        let text = format!("CREATE {kind} {name} {definition}");
        let unsure = view
            .sources
            .iter()
            .find(|source| self.unsure.contains(source));
        let doubt = match (&view.definition, unsure) {
            (None, _) => {
                Some("Something that this view names was renamed since it was made.".into())
            }
            (_, Some(source)) => Some(format!(
                "This view reads from {source}, which is not known."
            )),
            _ => None,
        };
        match &doubt {
            None => self.statement(&text),
            Some(doubt) => {
                self.doubtful(doubt, &text);
                self.unsure.insert(view.key.clone());
            }
        }
        for index in &view.indexes {
            self.index(&view.key, index, doubt.is_none());
        }
    }
}

/// The sequence that a default takes numbers from.
fn sequence(default: &str) -> Option<&str> {
    let start = default.to_ascii_lowercase().find("nextval(")? + "nextval(".len();
    let rest = default[start..].trim_start().strip_prefix('\'')?;
    rest.split('\'').next().filter(|name| !name.is_empty())
}

/// Whether a text is SQL: what only code knows is left empty or told by an ellipsis outside quotes.
fn is_told(text: &str) -> bool {
    let mut outside = text.split('\'').step_by(2);
    !text.trim().is_empty() && outside.all(|part| !part.contains('…'))
}

/// Whether everything a statement needs of the table is known: the columns, and for an expression
/// all of them.
fn has_columns<'a>(table: &Table, mut columns: impl Iterator<Item = Option<&'a str>>) -> bool {
    let is_known = |name: &str| table.column(name).is_some_and(|column| column.ty.is_some());
    columns.all(|column| match column {
        Some(name) => is_known(name),
        None => table.columns_known && table.columns.iter().all(|column| column.ty.is_some()),
    })
}
