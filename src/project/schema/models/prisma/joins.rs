//! Relations of many to many without a model of their own: Prisma keeps them in tables that no
//! model shows.

use super::tables::{add, column_name, constraint, create, statement, table_name};
use super::{Entry, Names, types};
use crate::facts::prisma::{Arity, Field, KeyKind, Model};
use crate::facts::schema::{
    Action, Column, ConstraintKind, Dialect, ForeignKey, Ident, Index, IndexKey, SchemaChange,
    SchemaStatement, TableName, TypeName,
};
use crate::source::Span;

/// The statements that make the tables of relations which a model comes first in.
pub(super) fn tables(names: &Names, entry: &Entry) -> Vec<SchemaStatement> {
    let fields = entry.model.fields.iter();
    let joins = fields.filter_map(|field| Join::of(names, entry, field));
    joins.flat_map(|join| join.statements(names)).collect()
}

/// A table that pairs the rows of two models.
struct Join<'a> {
    name: TableName,
    /// What column `A` and column `B` point at, in the order of the models' names.
    sides: [Side<'a>; 2],
    /// The field that tells of it.
    at: Span,
}

/// A model with the field by which others point at it.
struct Side<'a> {
    model: &'a Model,
    key: &'a Field,
    ty: TypeName,
}

impl<'a> Join<'a> {
    /// The table that a field stands for, told by the first of the two fields that do.
    fn of(names: &'a Names<'a>, entry: &Entry<'a>, field: &Field) -> Option<Self> {
        let model = entry.model;
        let other = names.models.get(field.ty.name.as_str());
        let other = other.filter(|_| is_many(field))?;
        let name = relation_name(field);
        let is_back = |back: &&Field| {
            is_many(back)
                && back.ty.name == model.name.name
                && relation_name(back) == name
                && !std::ptr::eq(*back, field)
        };
        let back = other.fields.values().copied().find(is_back)?;
        let order = (&model.name.name, &field.name.name);
        if order > (&other.model.name.name, &back.name.name) {
            return None;
        }
        let given = match name {
            Some(name) => format!("_{name}"),
            None => format!("_{}To{}", model.name.name, other.model.name.name),
        };
        Some(Self {
            name: TableName {
                name: names.dialect.stored_table(&given),
                span: field.name.span,
                ..table_name(names, model)
            },
            sides: [Side::of(names, entry)?, Side::of(names, other)?],
            at: field.span,
        })
    }

    fn statements(&self, names: &Names) -> Vec<SchemaStatement> {
        let label = |label: &str| names.ident(&format!("{}_{label}", self.name.name), self.at);
        let [a, b] = ["A", "B"].map(|name| names.ident(name, self.name.span));
        let both = vec![a.clone(), b.clone()];
        let mut constraints = Vec::new();
        let mut indexes = Vec::new();
        if names.dialect == Dialect::Postgres {
            let kind = ConstraintKind::PrimaryKey {
                columns: both,
                using_index: None,
            };
            constraints.push(constraint(Some(label("AB_pkey")), kind, self.at));
        } else {
            indexes.push(Index {
                unique: true,
                ..self.index(label("AB_unique"), &both)
            });
        }
        indexes.push(self.index(label("B_index"), std::slice::from_ref(&b)));
        let sides = || [&a, &b].into_iter().zip(&self.sides);
        let columns = sides()
            .map(|(name, side)| self.column(name, side))
            .collect();
        let create = create(self.name.clone(), columns, constraints);
        let changes = indexes.into_iter().map(SchemaChange::CreateIndex);
        let changes = [SchemaChange::CreateTable(create)]
            .into_iter()
            .chain(changes);
        let mut statements: Vec<SchemaStatement> =
            changes.map(|change| statement(self.at, change)).collect();
        if !names.emulates_relations {
            let keys = sides().map(|(name, side)| self.foreign_key(names, name, side));
            statements.extend(keys);
        }
        statements
    }

    fn column(&self, name: &Ident, side: &Side) -> Column {
        Column {
            ty: Some(TypeName {
                span: self.name.span,
                ..side.ty.clone()
            }),
            not_null: true,
            ..Column::new(name.clone(), self.at)
        }
    }

    fn index(&self, name: Ident, columns: &[Ident]) -> Index {
        let key = |column: &Ident| IndexKey {
            column: Some(column.name.clone()),
            text: column.name.clone(),
            span: column.span,
        };
        Index {
            keys: columns.iter().map(key).collect(),
            ..Index::new(Some(name), self.name.clone(), self.at)
        }
    }

    fn foreign_key(&self, names: &Names, column: &Ident, side: &Side) -> SchemaStatement {
        let foreign_key = ForeignKey {
            columns: vec![column.clone()],
            parent: TableName {
                span: self.name.span,
                ..table_name(names, side.model)
            },
            parent_columns: vec![names.ident(column_name(side.key), self.name.span)],
            on_delete: Some((Action::Cascade, self.at)),
            on_update: Some((Action::Cascade, self.at)),
            emulated: false,
            deferred: false,
        };
        let given = format!("{}_{}_fkey", self.name.name, column.name);
        let given = names.ident(&given, self.at);
        let kind = ConstraintKind::ForeignKey(foreign_key);
        add(self.name.clone(), constraint(Some(given), kind, self.at))
    }
}

impl<'a> Side<'a> {
    fn of(names: &Names, entry: &Entry<'a>) -> Option<Self> {
        let model = entry.model;
        let mut keys = model.keys.iter();
        let [only] = &keys.find(|key| key.kind == KeyKind::Primary)?.fields[..] else {
            return None;
        };
        let key = entry.fields.get(only.name.name.as_str())?;
        let ty = types::column_type(names, key)?;
        Some(Self { model, key, ty })
    }
}

fn is_many(field: &Field) -> bool {
    let relation = field.relation.as_ref();
    field.arity == Arity::List && relation.is_none_or(|relation| relation.fields.is_empty())
}

fn relation_name(field: &Field) -> Option<&str> {
    field.relation.as_ref()?.name.as_deref()
}
