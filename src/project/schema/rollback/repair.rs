//! Statements that make what a way back forgets, in dialects that say it as PostgreSQL does.

use super::super::{Column, TableKey};
use super::How;
use super::compare::Found;
use super::shape::Part;
use crate::facts::schema::Dialect;

impl Found<'_> {
    /// Statements that mend a table or a column of it.
    pub(super) fn repair(&self, how: &How, key: &TableKey, name: &str) -> Vec<String> {
        let database = &self.moments.after;
        let (table, column) = (database.write_table(key), database.write_name(name));
        let alter = |what: String| vec![format!("ALTER TABLE {table} {what}")];
        let set = |what: &str| alter(format!("ALTER COLUMN {column} {what}"));
        let is_postgres = database.dialect == Dialect::Postgres;
        match how {
            How::Stays => alter(format!("DROP COLUMN {column}")),
            How::Renamed(to) if name.is_empty() => {
                vec![format!(
                    "ALTER TABLE {to} RENAME TO {}",
                    database.write_name(&key.name)
                )]
            }
            How::Renamed(to) => {
                let to = database.write_name(to);
                alter(format!("RENAME COLUMN {to} TO {column}"))
            }
            How::Secured(true) => alter("DISABLE ROW LEVEL SECURITY".to_owned()),
            How::Secured(false) => alter("ENABLE ROW LEVEL SECURITY".to_owned()),
            _ if !is_postgres => Vec::new(),
            How::Type(_, was) => set(&format!("TYPE {was} USING {column}::{was}")),
            How::Nullable(true) => set("SET NOT NULL"),
            How::Nullable(false) => set("DROP NOT NULL"),
            How::Default(_, Some(was)) => set(&format!("SET DEFAULT {was}")),
            How::Default(_, None) => set("DROP DEFAULT"),
            _ => Vec::new(),
        }
    }

    /// Statements that give a column back.
    pub(super) fn add_column(&self, key: &TableKey, column: &Column) -> Vec<String> {
        let database = &self.moments.before;
        let Some((ty, _)) = column.ty.as_ref().filter(|_| column.generated.is_none()) else {
            return Vec::new();
        };
        let (table, name) = (database.write_table(key), database.write_name(&column.name));
        let add = format!(
            "ALTER TABLE {table} ADD COLUMN {name} {}",
            database.write_type(ty)
        );
        let counts = column.auto_increment;
        match (&column.default, column.nullable) {
            _ if counts => Vec::new(),
            (Some(default), nullable) => {
                let not_null = if nullable { "" } else { " NOT NULL" };
                vec![format!("{add}{not_null} DEFAULT {}", default.text)]
            }
            (None, true) => vec![add],
            // Rows that are there get it first.
            (None, false) => vec![
                add,
                format!("ALTER TABLE {table} ALTER COLUMN {name} SET NOT NULL"),
            ],
        }
    }

    /// Statements that take a key, a constraint or an index away.
    pub(super) fn drop_part(&self, key: &TableKey, part: &Part) -> Vec<String> {
        let database = &self.moments.after;
        if part.name.is_empty() {
            return Vec::new();
        }
        let (table, name) = (database.write_table(key), database.write_name(&part.name));
        match (part.kind, database.dialect) {
            ("index", Dialect::Mysql | Dialect::Mssql) => {
                vec![format!("DROP INDEX {name} ON {table}")]
            }
            ("index", _) => vec![format!("DROP INDEX {name}")],
            ("foreign key", Dialect::Mysql) => {
                vec![format!("ALTER TABLE {table} DROP FOREIGN KEY {name}")]
            }
            (_, Dialect::Sqlite | Dialect::Mysql) => Vec::new(),
            _ => vec![format!("ALTER TABLE {table} DROP CONSTRAINT {name}")],
        }
    }
}
