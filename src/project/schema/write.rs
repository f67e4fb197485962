//! Names as they are written in a statement: for code to paste.

use super::reserved::is_reserved;
use super::{Database, ForeignKey, Index, MigrationTool, TableKey};
use crate::facts::schema::{Action, Dialect, TypeName};

/// What stands behind the arguments of a type.
const ZONE: &str = " with time zone";

/// What types are called where people write no PostgreSQL.
const USUAL: [(&str, &str); 4] = [
    ("integer", "int"),
    ("character varying", "varchar"),
    ("character", "char"),
    ("numeric", "decimal"),
];

impl Database {
    /// A table as a statement names it.
    pub fn write_table(&self, key: &TableKey) -> String {
        let name = self.write_name(&key.name);
        if key.schema.is_empty() {
            name
        } else {
            format!("{}.{name}", self.write_name(&key.schema))
        }
    }

    /// Columns as a list in a statement.
    pub fn write_columns(&self, columns: &[String]) -> String {
        let columns: Vec<String> = columns.iter().map(|c| self.write_name(c)).collect();
        columns.join(", ")
    }

    /// The clause of a foreign key, without its name.
    pub fn write_foreign_key(&self, fk: &ForeignKey) -> String {
        let action = |event: &str, action: Action| match action {
            Action::NoAction => String::new(),
            Action::Restrict => format!(" ON {event} RESTRICT"),
            Action::Cascade => format!(" ON {event} CASCADE"),
            Action::SetNull => format!(" ON {event} SET NULL"),
            Action::SetDefault => format!(" ON {event} SET DEFAULT"),
        };
        format!(
            "FOREIGN KEY ({}) REFERENCES {} ({}){}{}",
            self.write_columns(&fk.columns),
            self.write_table(&fk.parent),
            self.write_columns(&fk.parent_columns),
            action("DELETE", fk.on_delete),
            action("UPDATE", fk.on_update)
        )
    }

    /// The statement that makes an index, without a terminator.
    pub fn write_index(&self, key: &TableKey, index: &Index) -> String {
        self.index_statement(key, index, "")
    }

    /// The same without making those wait who write meanwhile.
    pub fn write_index_concurrently(&self, key: &TableKey, index: &Index) -> String {
        self.index_statement(key, index, "CONCURRENTLY ")
    }

    fn index_statement(&self, key: &TableKey, index: &Index, how: &str) -> String {
        let name = match index.name.as_str() {
            "" => {
                let columns: Vec<String> = index.columns.iter().flatten().cloned().collect();
                self.free_index_name(key, &columns)
            }
            name => name.to_owned(),
        };
        let unique = if index.unique { "UNIQUE " } else { "" };
        let (kind, method) = match index.method.as_str() {
            "btree" => (String::new(), String::new()),
            kind @ ("fulltext" | "spatial" | "columnstore") => {
                (format!("{} ", kind.to_uppercase()), String::new())
            }
            method => (String::new(), format!("USING {method} ")),
        };
        format!(
            "CREATE {unique}{kind}INDEX {how}{} ON {} {method}({}){}",
            self.write_name(&name),
            self.write_table(key),
            self.write_keys(index),
            self.write_index_tail(index)
        )
    }

    /// The keys of an index: a plain column as a name, anything else as it was written.
    pub fn write_keys(&self, index: &Index) -> String {
        let keys = index.keys.iter().zip(&index.columns);
        let keys = keys.map(|(text, column)| match column {
            Some(column) if column == text => self.write_name(column),
            _ => text.clone(),
        });
        keys.collect::<Vec<_>>().join(", ")
    }

    /// What follows the keys of an index.
    pub fn write_index_tail(&self, index: &Index) -> String {
        let mut tail = String::new();
        if !index.include.is_empty() {
            let columns = self.write_columns(&index.include);
            tail += &format!(" INCLUDE ({columns})");
        }
        if let Some(predicate) = &index.predicate {
            tail += &format!(" WHERE {predicate}");
        }
        tail
    }

    /// A type as a statement names it.
    pub fn write_type(&self, ty: &TypeName) -> String {
        let (name, zone) = match ty.base.strip_suffix(ZONE) {
            Some(name) => (name.to_owned(), ZONE),
            None => (self.write_type_name(ty), ""),
        };
        let args = match ty.args.as_slice() {
            [] => String::new(),
            args => format!("({})", args.join(",")),
        };
        let unsigned = if ty.unsigned { " unsigned" } else { "" };
        let array = if ty.array { "[]" } else { "" };
        format!("{name}{args}{zone}{unsigned}{array}")
    }

    fn write_type_name(&self, ty: &TypeName) -> String {
        if let Some(own) = self.type_of(ty) {
            return self.write_table(&own.key);
        }
        let usual = match self.dialect {
            Dialect::Postgres => None,
            _ => USUAL.iter().find(|(name, _)| *name == ty.base),
        };
        match (usual, self.dialect) {
            (_, Dialect::Mssql) if ty.base == "double precision" => "float".to_owned(),
            (Some((_, usual)), _) => (*usual).to_owned(),
            (None, Dialect::Postgres) if ty.base.contains(|c: char| c.is_uppercase()) => {
                let (schema, name) = ty.base.rsplit_once('.').unwrap_or(("", &ty.base));
                self.write_table(&TableKey {
                    schema: schema.to_owned(),
                    name: name.to_owned(),
                })
            }
            (None, _) => ty.base.clone(),
        }
    }

    /// A name as a statement spells it: quoted only where it must be.
    pub fn write_name(&self, name: &str) -> String {
        let plain = name
            .chars()
            .all(|c| c == '_' || c.is_ascii_digit() || self.is_plain_letter(c))
            && !name.starts_with(|c: char| c.is_ascii_digit())
            && !is_reserved(self.dialect, name);
        if plain {
            return name.to_owned();
        }
        match self.dialect {
            Dialect::Postgres | Dialect::Sqlite => format!("\"{}\"", name.replace('"', "\"\"")),
            Dialect::Mysql => format!("`{}`", name.replace('`', "``")),
            Dialect::Mssql => format!("[{}]", name.replace(']', "]]")),
        }
    }

    fn is_plain_letter(&self, c: char) -> bool {
        c.is_ascii_lowercase() || c.is_ascii_uppercase() && self.dialect != Dialect::Postgres
    }

    /// A name for a new index that nothing of the schema bears yet.
    pub fn free_index_name(&self, key: &TableKey, columns: &[String]) -> String {
        let prefix = match self.tool {
            MigrationTool::Alembic => "ix",
            _ => "idx",
        };
        let name = format!("{prefix}_{}_{}", key.name, columns.join("_"));
        let name = self.dialect.stored(&name);
        let taken = |name: &str| self.links.knows(name);
        if !taken(&name) {
            return name;
        }
        let stem = &name[..name.floor_char_boundary(59)];
        (2..)
            .map(|number| format!("{stem}_{number}"))
            .find(|name| !taken(name))
            .expect("some number is free")
    }
}
