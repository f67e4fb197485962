//! The models of a Django project at some point of its history: what classes or migrations say of
//! them, before any database makes tables of it.

use std::collections::BTreeMap;

use super::field::{Field, Kind, ModelKey, Relation};
use super::library;
use super::names;
use crate::facts::python::Value;
use crate::facts::schema::{Dialect, Ident};
use crate::source::{FileId, Span};

/// The models, in the dialect of a database.
#[derive(Clone, Debug)]
pub(in crate::project::schema) struct State {
    /// The dialect.
    pub(in crate::project::schema) dialect: Dialect,
    /// The models. Abstract ones are none.
    pub(in crate::project::schema) models: BTreeMap<ModelKey, Model>,
}

/// A model.
#[derive(Clone, Debug)]
pub(in crate::project::schema) struct Model {
    /// Its identity.
    pub(in crate::project::schema) key: ModelKey,
    /// Its name as written.
    pub(in crate::project::schema) name: Ident,
    /// The file it stands in.
    pub(in crate::project::schema) file: FileId,
    /// `db_table`, where said.
    pub(in crate::project::schema) table: Option<String>,
    /// The fields, the primary key among them.
    pub(in crate::project::schema) fields: Vec<Field>,
    /// `unique_together`.
    pub(in crate::project::schema) unique_together: Vec<Together>,
    /// `index_together`.
    pub(in crate::project::schema) index_together: Vec<Together>,
    /// `Meta.indexes`.
    pub(in crate::project::schema) indexes: Vec<MetaIndex>,
    /// `Meta.constraints`.
    pub(in crate::project::schema) constraints: Vec<MetaConstraint>,
    /// Django makes its table.
    pub(in crate::project::schema) managed: bool,
    /// It has no table of its own.
    pub(in crate::project::schema) proxy: bool,
    /// The field that tables of pairs have for a primary key.
    pub(in crate::project::schema) auto_field: String,
    /// Something about it cannot be read.
    pub(in crate::project::schema) open: bool,
}

/// Fields that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::project::schema) struct Together {
    /// The names of the fields.
    pub(in crate::project::schema) fields: Vec<Ident>,
    /// The file they stand in.
    pub(in crate::project::schema) file: FileId,
    /// The whole clause.
    pub(in crate::project::schema) span: Span,
}

/// An index of `Meta.indexes`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::project::schema) struct MetaIndex {
    /// `name`.
    pub(in crate::project::schema) name: Option<Ident>,
    /// The fields, `-` in front of descending ones, or the expressions.
    pub(in crate::project::schema) keys: Vec<Value>,
    /// `include`.
    pub(in crate::project::schema) include: Vec<Ident>,
    /// `condition`.
    pub(in crate::project::schema) condition: Option<Value>,
    /// The method, and what names made from it end in; `None` for a class that nobody knows.
    pub(in crate::project::schema) method: Option<&'static str>,
    /// The file it stands in.
    pub(in crate::project::schema) file: FileId,
    /// The whole call.
    pub(in crate::project::schema) span: Span,
}

/// A constraint of `Meta.constraints`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::project::schema) struct MetaConstraint {
    /// `name`.
    pub(in crate::project::schema) name: Option<Ident>,
    /// What it demands.
    pub(in crate::project::schema) kind: MetaConstraintKind,
    /// The file it stands in.
    pub(in crate::project::schema) file: FileId,
    /// The whole call.
    pub(in crate::project::schema) span: Span,
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
    Exclude,
    /// A class that nobody knows.
    Unknown,
}

/// The end that a foreign key leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::project::schema) struct Referenced<'s> {
    /// The table.
    pub(in crate::project::schema) table: String,
    /// The column.
    pub(in crate::project::schema) column: String,
    /// The field behind the column; `None` for that of a package.
    pub(in crate::project::schema) field: Option<&'s Field>,
    /// The class of fields it is and its `max_length`, for that of a package.
    pub(in crate::project::schema) known: Option<(String, Option<i64>)>,
}

impl State {
    /// The table of a model.
    pub(in crate::project::schema) fn table(&self, model: &Model) -> String {
        match &model.table {
            Some(table) => names::truncated(table.trim_matches('"'), self.dialect),
            None => names::table(&model.key.app, &model.name.name, self.dialect),
        }
    }

    /// The column of a field of a model; the name itself where it has no such field.
    pub(in crate::project::schema) fn column(&self, model: &Model, field: &str) -> String {
        if field == "pk" {
            return model.key_field().map_or("id".to_owned(), Field::column);
        }
        let found = model.field(field);
        found.map_or_else(|| field.to_owned(), Field::column)
    }

    /// Where a relation leads; `None` where the code does not tell.
    pub(in crate::project::schema) fn referenced(
        &self,
        relation: &Relation,
    ) -> Option<Referenced<'_>> {
        let key = relation.to.as_ref()?;
        let Some(model) = self.concrete(key) else {
            return Some(of_package(key));
        };
        let field = match &relation.to_field {
            Some(name) => model.field(name)?,
            None => model.key_field()?,
        };
        Some(Referenced {
            table: self.table(model),
            column: field.column(),
            field: Some(field),
            known: None,
        })
    }

    /// The model with that table; a proxy stands for the model behind it.
    fn concrete(&self, key: &ModelKey) -> Option<&Model> {
        self.models.get(key)
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
