//! The models of a Django project at some point of its history: what classes or migrations say of
//! them, before any database makes tables of it.

use std::collections::BTreeMap;

use super::field::{Field, Kind, ModelKey, Relation};
use super::library;
use super::names;
use crate::facts::python::Value;
use crate::facts::schema::{Dialect, Ident};
use crate::source::{FileId, Span};

/// How many proxies may stand for proxies.
const PROXIES: usize = 8;

/// The models, in the dialect of a database.
#[derive(Clone, Debug)]
pub(in crate::project::schema) struct State {
    /// The dialect.
    pub dialect: Dialect,
    /// The models. Abstract ones are none.
    pub models: BTreeMap<ModelKey, Model>,
}

/// A model.
#[derive(Clone, Debug)]
pub(in crate::project::schema) struct Model {
    /// Its identity.
    pub key: ModelKey,
    /// Its name as written.
    pub name: Ident,
    /// The file it stands in.
    pub file: FileId,
    /// `db_table`, where said.
    pub table: Option<String>,
    /// The fields, the primary key among them.
    pub fields: Vec<Field>,
    /// `unique_together`.
    pub unique_together: Vec<Together>,
    /// `index_together`.
    pub index_together: Vec<Together>,
    /// `Meta.indexes`.
    pub indexes: Vec<MetaIndex>,
    /// `Meta.constraints`.
    pub constraints: Vec<MetaConstraint>,
    /// Django makes its table.
    pub managed: bool,
    /// The model whose table it uses instead of one of its own.
    pub proxy_of: Option<ModelKey>,
    /// The field that tables of pairs have for a primary key.
    pub auto_field: String,
    /// Deleting a row of it only marks the row, so that nothing else is deleted with it.
    pub marks_deleted: bool,
    /// Something about it cannot be read.
    pub open: bool,
}

/// Fields that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::project::schema) struct Together {
    /// The names of the fields.
    pub fields: Vec<Ident>,
    /// The file they stand in.
    pub file: FileId,
    /// The whole clause.
    pub span: Span,
}

/// An index of `Meta.indexes`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::project::schema) struct MetaIndex {
    /// `name`.
    pub name: Option<Ident>,
    /// The fields, `-` in front of descending ones, or the expressions.
    pub keys: Vec<Value>,
    /// `opclasses`, one for each field.
    pub opclasses: Vec<String>,
    /// `include`.
    pub include: Vec<Ident>,
    /// `condition`.
    pub condition: Option<Value>,
    /// The method, and what names made from it end in; `None` for a class that nobody knows.
    pub method: Option<&'static str>,
    /// The file it stands in.
    pub file: FileId,
    /// The whole call.
    pub span: Span,
}

/// A constraint of `Meta.constraints`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::project::schema) struct MetaConstraint {
    /// `name`.
    pub name: Option<Ident>,
    /// What it demands.
    pub kind: MetaConstraintKind,
    /// The file it stands in.
    pub file: FileId,
    /// The whole call.
    pub span: Span,
}

/// What a constraint of `Meta.constraints` demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::project::schema) enum MetaConstraintKind {
    /// `UniqueConstraint`.
    Unique {
        /// The fields or expressions.
        keys: Vec<Value>,
        /// `condition`.
        condition: Option<Value>,
        /// `include`.
        include: Vec<Ident>,
        /// It can only be an index: of expressions, in part, with operator classes.
        is_index: bool,
    },
    /// `CheckConstraint`, with its condition.
    Check(Value),
    /// `ExclusionConstraint`.
    Exclude {
        /// The fields or expressions, without operators.
        keys: Vec<Value>,
        /// `index_type`, in lower case.
        method: Option<String>,
        /// `condition`.
        condition: Option<Value>,
    },
    /// A class that nobody knows.
    Unknown,
}

/// The end that a foreign key leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::project::schema) struct Referenced<'s> {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// Its rows are only marked as deleted.
    pub marks_deleted: bool,
    /// The field behind the column; `None` for that of a package.
    pub field: Option<&'s Field>,
    /// The class of fields it is and its `max_length`, for that of a package.
    pub known: Option<(String, Option<i64>)>,
}

impl State {
    /// The table of a model.
    pub(in crate::project::schema) fn table(&self, model: &Model) -> String {
        match &model.table {
            Some(table) => {
                let table = names::truncated(table.trim_matches('"'), self.dialect);
                self.dialect.stored_table(&table)
            }
            None => names::table(&model.key.app, &model.name.name, self.dialect),
        }
    }

    /// The column of a field of a model; the name itself where it has no such field.
    pub(in crate::project::schema) fn column(&self, model: &Model, field: &str) -> String {
        let found = match field {
            "pk" => model.key_field(),
            _ => model.field(field),
        };
        match (found, field) {
            (Some(found), _) => self.column_of(found),
            (None, "pk") => "id".to_owned(),
            (None, _) => field.to_owned(),
        }
    }

    /// The column of a field.
    pub(super) fn column_of(&self, field: &Field) -> String {
        self.dialect.stored(&field.column())
    }

    /// Where a relation leads; `None` where the code does not tell.
    pub(in crate::project::schema) fn referenced(
        &self,
        relation: &Relation,
    ) -> Option<Referenced<'_>> {
        let key = relation.to.as_ref()?;
        let model = match self.concrete(key) {
            Ok(model) => model,
            Err(key) => return Some(of_package(&key)),
        };
        let field = match &relation.to_field {
            Some(name) => model.field(name)?,
            None => model.key_field()?,
        };
        Some(Referenced {
            table: self.table(model),
            column: self.column_of(field),
            marks_deleted: model.marks_deleted,
            field: Some(field),
            known: None,
        })
    }

    /// The model with the table; a proxy stands for the model behind it.
    pub(super) fn concrete(&self, key: &ModelKey) -> Result<&Model, ModelKey> {
        let mut key = key.clone();
        for _ in 0..PROXIES {
            match self.models.get(&key) {
                None => break,
                Some(model) => match &model.proxy_of {
                    None => return Ok(model),
                    Some(behind) => key = behind.clone(),
                },
            }
        }
        Err(key)
    }
}

/// A model of a package: what is known of it, or what Django would call it.
fn of_package<'s>(key: &ModelKey) -> Referenced<'s> {
    let known = library::model(key);
    Referenced {
        table: known.map_or_else(
            || format!("{}_{}", key.app, key.name),
            |model| model.table.clone(),
        ),
        column: known.map_or("id", |model| &model.key.0).to_owned(),
        marks_deleted: false,
        field: None,
        known: known.map(|model| (model.key.1.clone(), model.max_length)),
    }
}

impl Model {
    /// The field of that name, or whose column has it.
    pub(in crate::project::schema) fn field(&self, name: &str) -> Option<&Field> {
        let mut fields = self.fields.iter();
        let named = fields.clone().find(|field| field.name.name == name);
        named.or_else(|| fields.find(|field| field.has_column() && field.column() == name))
    }

    /// The primary key.
    pub(in crate::project::schema) fn key_field(&self) -> Option<&Field> {
        self.fields.iter().find(|field| field.options.primary_key)
    }

    /// The columns of a primary key that has several.
    pub(in crate::project::schema) fn composite_key(&self) -> Option<(&[String], &Field)> {
        self.fields.iter().find_map(|field| match &field.kind {
            Kind::CompositeKey(fields) => Some((fields.as_slice(), field)),
            _ => None,
        })
    }
}
