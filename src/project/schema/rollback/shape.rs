//! What makes two keys, constraints or indexes the same, whatever they are called.

use super::super::{Database, ForeignKey, Index, Key, Table, TableKey, expression};
use crate::facts::schema::{Action, Dialect, Expression, TypeName};
use crate::source::Loc;

/// A key, constraint or index of a table.
pub(super) struct Part {
    /// What people call its kind.
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) columns: Vec<String>,
    /// What it is, in one spelling.
    pub(super) shape: String,
    /// What of that no spelling hides.
    pub(super) sure: String,
    /// Its clause.
    pub(super) at: Loc,
    /// The statement that makes it.
    pub(super) make: String,
    /// What a delete of a parent does.
    pub(super) on_delete: Option<&'static str>,
}

impl Part {
    /// Its name, or its columns.
    pub(super) fn title(&self) -> String {
        match self.name.as_str() {
            "" => format!("({})", self.columns.join(", ")),
            name => name.to_owned(),
        }
    }
}

impl Database {
    /// Everything of a table beside its columns.
    pub(super) fn parts(&self, table: &Table) -> Vec<Part> {
        let add = |name: &str, what: String| self.add_constraint(&table.key, name, &what);
        let key = |kind, word: &str, key: &Key| Part {
            kind,
            name: key.name.clone(),
            columns: key.columns.clone(),
            shape: format!("{word} ({})", key.columns.join(", ")),
            sure: format!("{word} ({})", key.columns.join(", ")),
            at: key.at,
            make: {
                let columns = self.write_columns(&key.columns);
                add(&key.name, format!("{} ({columns})", word.to_uppercase()))
            },
            on_delete: None,
        };
        let primary = table.primary_key.iter();
        let primary = primary.map(|it| key("primary key", "primary key", it));
        let uniques = table.uniques.iter();
        let uniques = uniques.map(|it| key("unique constraint", "unique", it));
        let checks = table.checks.iter().map(|check| Part {
            kind: "check",
            name: check.name.clone(),
            columns: mentioned(table, &check.condition),
            shape: format!("check {}", expression::normal(&check.condition)),
            sure: "check".to_owned(),
            at: check.at,
            make: add(&check.name, format!("CHECK ({})", check.condition)),
            on_delete: None,
        });
        let foreign_keys = table.foreign_keys.iter().map(|fk| Part {
            kind: "foreign key",
            name: fk.name.clone(),
            columns: fk.columns.clone(),
            shape: references(fk),
            sure: references(fk),
            at: fk.at,
            make: add(&fk.name, self.foreign_key_clause(fk)),
            on_delete: Some(on_delete(fk)),
        });
        let indexes = table.indexes.iter().filter(|index| !index.implicit);
        let indexes = indexes.map(|index| self.index_part(&table.key, index));
        primary
            .chain(uniques)
            .chain(checks)
            .chain(foreign_keys)
            .chain(indexes)
            .collect()
    }

    fn add_constraint(&self, key: &TableKey, name: &str, what: &str) -> String {
        let name = match name {
            "" => String::new(),
            name => format!("CONSTRAINT {} ", self.write_name(name)),
        };
        format!("ALTER TABLE {} ADD {name}{what}", self.write_table(key))
    }

    fn index_part(&self, key: &TableKey, index: &Index) -> Part {
        Part {
            kind: "index",
            name: index.name.clone(),
            columns: index.columns.iter().flatten().cloned().collect(),
            shape: shape(index, true),
            sure: shape(index, false),
            at: index.at,
            make: self.write_index(key, index),
            on_delete: None,
        }
    }

    fn foreign_key_clause(&self, fk: &ForeignKey) -> String {
        let action = match on_delete(fk) {
            "NO ACTION" => String::new(),
            action => format!(" ON DELETE {action}"),
        };
        format!(
            "FOREIGN KEY ({}) REFERENCES {} ({}){action}",
            self.write_columns(&fk.columns),
            self.write_table(&fk.parent),
            self.write_columns(&fk.parent_columns)
        )
    }
}

fn mentioned(table: &Table, condition: &str) -> Vec<String> {
    let columns = table.columns.iter().map(|column| &column.name);
    let columns = columns.filter(|name| expression::mentions(condition, name));
    columns.cloned().collect()
}

fn references(fk: &ForeignKey) -> String {
    let (columns, parent) = (fk.columns.join(", "), &fk.parent);
    format!(
        "foreign key ({columns}) to {parent} ({})",
        fk.parent_columns.join(", ")
    )
}

/// What an index is, with its expressions or without; a unique one over plain columns does what a
/// unique constraint does.
fn shape(index: &Index, in_full: bool) -> String {
    let expression = |text: &str| match in_full {
        true => expression::normal(text),
        false => "…".to_owned(),
    };
    let keys = index.columns.iter().zip(&index.keys);
    let keys = keys.map(|(column, text)| match column {
        // Ascending is the usual direction.
        Some(column) => {
            column.clone() + &expression::behind_name(text).replace(" asc nulls", " nulls")
        }
        None => expression(text),
    });
    let keys: Vec<String> = keys.collect();
    let unique = if index.unique { "unique" } else { "index" };
    let mut shape = format!("{unique} ({})", keys.join(", "));
    if index.method != "btree" {
        shape += &format!(" using {}", index.method);
    }
    if !index.include.is_empty() {
        shape += &format!(" include ({})", index.include.join(", "));
    }
    if let Some(predicate) = &index.predicate {
        shape += &format!(" where {}", expression(predicate));
    }
    shape
}

/// What a delete of a parent does to the database, as statements say it. `RESTRICT` hardly differs
/// from what is done unasked.
fn on_delete(fk: &ForeignKey) -> &'static str {
    match fk.on_delete {
        _ if fk.emulated => "NO ACTION",
        Action::NoAction | Action::Restrict => "NO ACTION",
        Action::Cascade => "CASCADE",
        Action::SetNull => "SET NULL",
        Action::SetDefault => "SET DEFAULT",
    }
}

/// Whether two types are written alike; of types with a schema and without one nobody knows. SQLite
/// takes any word for a type, and treats alike what has one affinity.
pub(super) fn same_type(left: &TypeName, right: &TypeName, dialect: Dialect) -> bool {
    if dialect == Dialect::Sqlite {
        return affinity(left) == affinity(right);
    }
    let base = |ty: &TypeName| {
        let name = super::named::type_name(ty);
        name.to_lowercase()
    };
    let args = |ty: &TypeName| -> Vec<String> {
        let args = ty.args.iter().map(|arg| arg.trim().to_lowercase());
        let args: Vec<String> = args.collect();
        // `numeric(10)` is `numeric(10, 0)`.
        match args.as_slice() {
            [precision, scale] if scale == "0" => vec![precision.clone()],
            _ => args,
        }
    };
    base(left) == base(right)
        && args(left) == args(right)
        && left.array == right.array
        && left.unsigned == right.unsigned
}

/// What SQLite makes of the name of a type: the first that fits, else a number.
fn affinity(ty: &TypeName) -> &'static str {
    const AFFINITIES: [(&str, &[&str]); 4] = [
        ("integer", &["int"]),
        ("text", &["char", "clob", "text"]),
        ("blob", &["blob", "bytea"]),
        ("real", &["real", "floa", "doub"]),
    ];
    let name = ty.base.to_lowercase();
    let fits = |words: &[&str]| words.iter().any(|word| name.contains(word));
    let found = AFFINITIES.iter().find(|(_, words)| fits(words));
    found.map_or("numeric", |(affinity, _)| affinity)
}

/// Whether two defaults are not known to differ: only plain values are told apart.
pub(super) fn same_default(left: &Expression, right: &Expression) -> bool {
    let value = |default: &Expression| {
        let text = expression::normal(&default.text);
        let text = text.split("::").next().unwrap_or_default().to_owned();
        let bare = text.trim_matches('\'').to_owned();
        match bare.to_ascii_lowercase().as_str() {
            "t" | "true" | "1" => "1".to_owned(),
            "f" | "false" | "0" => "0".to_owned(),
            _ => bare,
        }
    };
    let is_plain = |text: &str| !text.contains(['(', ' ', '+', '|']);
    let (left, right) = (value(left), value(right));
    let names_a_moment = |text: &str| {
        let text = text.to_ascii_lowercase();
        text.starts_with("current") || text.starts_with("local") || text == "null"
    };
    let told =
        is_plain(&left) && is_plain(&right) && !names_a_moment(&left) && !names_a_moment(&right);
    !told || left == right
}
