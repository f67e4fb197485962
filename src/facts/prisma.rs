//! What a Prisma schema says: models and enums as written. What tables they make depends on the
//! other files of the schema and on the database, which only link knows.

mod read;

use serde::{Deserialize, Serialize};

use super::schema::{Action, Expression, Ident};
use crate::source::Span;

pub use read::read;

/// One file of a schema.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// The database, where this file says it.
    pub source: Option<DataSource>,
    /// The models, in order.
    pub models: Vec<Model>,
    /// The enums, in order.
    pub enums: Vec<Enum>,
    /// The names of views and of composite types: fields of these types are no columns.
    pub others: Vec<String>,
}

/// `datasource db { … }`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataSource {
    /// Its provider, where it is a string.
    pub provider: Option<String>,
    /// `relationMode = "prisma"`: the database has no foreign keys.
    pub emulates_relations: bool,
}

/// `enum Role { … }`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enum {
    /// Its name.
    pub name: Ident,
    /// Its name in the database.
    pub mapped: Option<String>,
    /// Its schema in the database.
    pub schema: Option<String>,
    /// Its values, with what they are called in the database.
    pub values: Vec<(String, String)>,
    /// The whole block.
    pub span: Span,
}

/// `model User { … }`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    /// Its name.
    pub name: Ident,
    /// The name of its table, by `@@map`.
    pub mapped: Option<String>,
    /// The schema of its table, by `@@schema`.
    pub schema: Option<String>,
    /// Its fields, in order.
    pub fields: Vec<Field>,
    /// Keys and indexes, those of single fields too.
    pub keys: Vec<Key>,
    /// Some line of it was not understood.
    pub broken: bool,
    /// The whole block.
    pub span: Span,
}

/// A field of a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// Its name.
    pub name: Ident,
    /// The name of its type.
    pub ty: Ident,
    /// What stands in the parentheses of `Unsupported("…")`.
    pub unsupported: Option<String>,
    /// One, none or many.
    pub arity: Arity,
    /// The name of its column, by `@map`.
    pub mapped: Option<String>,
    /// The type of the database, by `@db.…`.
    pub native: Option<Native>,
    /// Its default.
    pub default: Option<(DefaultValue, Span)>,
    /// Its side of a relation, by `@relation`.
    pub relation: Option<Relation>,
    /// The whole line.
    pub span: Span,
}

/// How many values a field has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Arity {
    /// One.
    Required,
    /// None or one: `?`.
    Optional,
    /// Any number: `[]`.
    List,
}

/// `@db.VarChar(9)`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Native {
    /// What stands behind `db.`.
    pub name: String,
    /// What stands in the parentheses.
    pub args: Vec<String>,
}

/// What `@default` gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DefaultValue {
    /// `autoincrement()`.
    AutoIncrement,
    /// `now()`.
    Now,
    /// `dbgenerated("…")`.
    Database(Option<String>),
    /// The client makes it: `cuid()`, `uuid()`, `nanoid()`, …
    Client,
    /// A string.
    Text(String),
    /// A number, or `true` and `false`.
    Literal(String),
    /// A value of an enum.
    EnumValue(String),
    /// A list.
    List(Vec<DefaultValue>),
}

/// `@relation(…)`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relation {
    /// The name that keeps relations between the same models apart.
    pub name: Option<String>,
    /// The fields of this model; empty on the side that holds no foreign key.
    pub fields: Vec<Ident>,
    /// The fields of the other model.
    pub references: Vec<Ident>,
    /// `onDelete: …`.
    pub on_delete: Option<(Action, Span)>,
    /// `onUpdate: …`.
    pub on_update: Option<(Action, Span)>,
    /// The name of the foreign key, by `map`.
    pub mapped: Option<String>,
    /// The whole attribute.
    pub span: Span,
}

/// `@id`, `@@unique([a, b])`, `@@index([a])`, …
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// What it is.
    pub kind: KeyKind,
    /// Its fields, in order.
    pub fields: Vec<KeyField>,
    /// Its name in the database, by `map`.
    pub mapped: Option<String>,
    /// `type: Gin`, in lower case.
    pub method: Option<String>,
    /// `where: …`: a partial index.
    pub predicate: Option<Expression>,
    /// The whole attribute.
    pub span: Span,
}

/// The kinds of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyKind {
    /// `@id`, `@@id`.
    Primary,
    /// `@unique`, `@@unique`.
    Unique,
    /// `@@index`.
    Index,
    /// `@@fulltext`.
    Fulltext,
}

/// A field of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyField {
    /// Its name.
    pub name: Ident,
    /// With `sort`, `length` and `ops`, as written.
    pub text: String,
}
