//! Tables: the statements with which Django makes those of a model.

use super::field::{Field, Kind, ModelKey, Options, Pairs, Relation};
use super::names::{self, Suffix};
use super::state::{MetaConstraint, MetaConstraintKind, MetaIndex, Model, State, Together};
use crate::facts::python::Value;
use crate::facts::schema::{
    AlterAction, AlterKind, Constraint, ConstraintKind, CreateTable, Dialect, Exclusion,
    Expression, Ident, Index, IndexKey, SchemaChange, SchemaStatement, Section, TableName,
};
use crate::source::{FileId, Span};

/// Statements with the file each stands in.
pub(in crate::project::schema) type Statements = Vec<(FileId, SchemaStatement)>;

impl State {
    /// The statements that make the tables of a model; none for one that has no table of its own.
    pub(in crate::project::schema) fn create(&self, model: &Model) -> Statements {
        if !model.managed || model.proxy_of.is_some() {
            return Vec::new();
        }
        let table = TableName {
            schema: None,
            name: self.table(model),
            span: model.name.span,
        };
        let mut made = self.columns(model, &table);
        for together in &model.unique_together {
            made.push((
                together.file,
                statement(together.span, self.unique_together(model, together)),
            ));
        }
        for together in &model.index_together {
            let index = SchemaChange::CreateIndex(self.index_together(model, together));
            made.push((together.file, statement(together.span, index)));
        }
        for constraint in &model.constraints {
            let change = self.constraint(model, constraint);
            made.extend(change.map(|change| (constraint.file, statement(constraint.span, change))));
        }
        for index in &model.indexes {
            let change = match self.meta_index(model, index) {
                Some(index) => SchemaChange::CreateIndex(index),
                None => SchemaChange::Opaque {
                    tables: vec![table.clone()],
                },
            };
            made.push((index.file, statement(index.span, change)));
        }
        if model.open || model.fields.iter().any(|field| field.options.open) {
            let tables = vec![table];
            made.push((
                model.file,
                statement(model.name.span, SchemaChange::Opaque { tables }),
            ));
        }
        for field in &model.fields {
            if let Some(pairs) = self.pairs(model, field) {
                made.extend(self.create(&pairs));
            }
        }
        made
    }

    /// The table with its columns, foreign keys and the indexes of fields. Columns of another file
    /// are added by statements of their own, which keeps their order.
    fn columns(&self, model: &Model, table: &TableName) -> Statements {
        let mut create = CreateTable::new(table.clone());
        let mut added: Statements = Vec::new();
        let mut indexes: Statements = Vec::new();
        for field in &model.fields {
            let Some(made) = self.made(model, field) else {
                continue;
            };
            let constraints = made.constraints.into_iter().chain(made.foreign_key);
            if added.is_empty() && field.file == model.file {
                create.columns.push(made.column);
                create.constraints.extend(constraints);
            } else {
                let kind = AlterKind::AddColumn {
                    column: made.column,
                    constraints: constraints.collect(),
                    if_not_exists: false,
                };
                added.push((field.file, alter(table, field.span, kind)));
            }
            let made = made.indexes.into_iter();
            indexes.extend(made.map(|index| {
                let span = index.span;
                (
                    field.file,
                    statement(span, SchemaChange::CreateIndex(index)),
                )
            }));
        }
        if let Some((fields, field)) = model.composite_key() {
            create.constraints.push(Constraint {
                name: None,
                kind: ConstraintKind::PrimaryKey {
                    columns: self.idents(model, fields, field.span),
                    using_index: None,
                },
                not_valid: false,
                inline: false,
                span: field.span,
            });
        }
        let create = statement(model.name.span, SchemaChange::CreateTable(create));
        let made = [(model.file, create)].into_iter();
        made.chain(added).chain(indexes).collect()
    }

    fn idents(&self, model: &Model, fields: &[String], span: Span) -> Vec<Ident> {
        let columns = fields.iter().map(|field| self.column(model, field));
        columns.map(|name| Ident { name, span }).collect()
    }

    /// The columns of fields, in the places of the fields.
    fn columns_of(&self, model: &Model, fields: &[Ident]) -> Vec<Ident> {
        let column = |field: &Ident| Ident {
            name: self.column(model, &field.name),
            span: field.span,
        };
        fields.iter().map(column).collect()
    }

    /// `unique_together`: a constraint, on SQLite an index.
    pub(in crate::project::schema) fn unique_together(
        &self,
        model: &Model,
        together: &Together,
    ) -> SchemaChange {
        let columns = self.columns_of(model, &together.fields);
        let name = self.over(model, &columns, Suffix::Unique, together.span);
        if self.dialect == Dialect::Sqlite {
            let mut index = self.index(model, Some(name), together.span);
            index.keys = columns.iter().map(key).collect();
            index.unique = true;
            return SchemaChange::CreateIndex(index);
        }
        self.add_constraint(
            model,
            Constraint {
                name: Some(name),
                kind: ConstraintKind::Unique {
                    columns,
                    using_index: None,
                },
                not_valid: false,
                inline: false,
                span: together.span,
            },
        )
    }

    /// `index_together`.
    pub(in crate::project::schema) fn index_together(
        &self,
        model: &Model,
        together: &Together,
    ) -> Index {
        let columns = self.columns_of(model, &together.fields);
        let name = self.over(model, &columns, Suffix::Index("_idx"), together.span);
        let mut index = self.index(model, Some(name), together.span);
        index.keys = columns.iter().map(key).collect();
        index
    }

    fn over(&self, model: &Model, columns: &[Ident], suffix: Suffix, span: Span) -> Ident {
        let columns: Vec<String> = columns.iter().map(|it| it.name.clone()).collect();
        Ident {
            name: names::over(&self.table(model), &columns, suffix, self.dialect),
            span,
        }
    }

    /// An index of `Meta.indexes`; `None` if its class is not known.
    pub(in crate::project::schema) fn meta_index(
        &self,
        model: &Model,
        meta: &MetaIndex,
    ) -> Option<Index> {
        let method = meta.method?;
        let keys = self.keys(model, &meta.keys, meta.span);
        let name = self.stored(meta.name.as_ref()).or_else(|| {
            let columns = keys.iter().map(|key| {
                let column = key.column.clone().unwrap_or_default();
                (column, key.text.ends_with(" DESC"))
            });
            let columns: Vec<(String, bool)> = columns.collect();
            Some(Ident {
                name: names::of_index(&self.table(model), &columns, method),
                span: meta.span,
            })
        });
        let mut index = self.index(model, name, meta.span);
        index.keys = keys;
        index.method = (method != "idx").then(|| method.to_owned());
        if self.dialect == Dialect::Postgres {
            index.include = self.columns_of(model, &meta.include);
            for (key, class) in index.keys.iter_mut().zip(&meta.opclasses) {
                let (name, order) = key.text.split_once(' ').unwrap_or((&key.text, ""));
                key.text = format!("{name} {class} {order}").trim_end().to_owned();
            }
        }
        if self.dialect != Dialect::Mysql {
            index.predicate = self.where_clause(model, meta.condition.as_ref(), meta.span);
        }
        Some(index)
    }

    fn keys(&self, model: &Model, values: &[Value], span: Span) -> Vec<IndexKey> {
        let keys = values.iter().map(|value| {
            let key = self.key(model, value);
            IndexKey {
                column: key.column,
                text: key.text,
                span: match value {
                    Value::Str(_, span) => *span,
                    Value::Call(call) => call.span,
                    _ => span,
                },
            }
        });
        keys.collect()
    }

    fn where_clause(
        &self,
        model: &Model,
        condition: Option<&Value>,
        span: Span,
    ) -> Option<Expression> {
        let condition = condition?;
        Some(Expression {
            text: self.condition(model, condition),
            span,
        })
    }

    /// A constraint of `Meta.constraints`; `None` where the database has none of the kind.
    pub(in crate::project::schema) fn constraint(
        &self,
        model: &Model,
        meta: &MetaConstraint,
    ) -> Option<SchemaChange> {
        let kind = match &meta.kind {
            MetaConstraintKind::Unique {
                keys,
                condition,
                include,
                is_index: true,
            } => {
                let covers = !include.is_empty();
                match self.dialect {
                    Dialect::Mysql if condition.is_some() || covers => return None,
                    Dialect::Sqlite if covers => return None,
                    _ => {}
                }
                let mut index = self.index(model, self.stored(meta.name.as_ref()), meta.span);
                index.keys = self.keys(model, keys, meta.span);
                index.unique = true;
                index.include = self.columns_of(model, include);
                index.predicate = self.where_clause(model, condition.as_ref(), meta.span);
                return Some(SchemaChange::CreateIndex(index));
            }
            MetaConstraintKind::Unique { keys, .. } => {
                let keys = self.keys(model, keys, meta.span).into_iter();
                let columns = keys.map(|key| {
                    Some(Ident {
                        name: key.column?,
                        span: key.span,
                    })
                });
                ConstraintKind::Unique {
                    columns: columns.collect::<Option<_>>()?,
                    using_index: None,
                }
            }
            MetaConstraintKind::Check(condition) => ConstraintKind::Check {
                condition: Expression {
                    text: self.condition(model, condition),
                    span: meta.span,
                },
            },
            MetaConstraintKind::Exclude {
                keys,
                method,
                condition,
            } if self.dialect == Dialect::Postgres => ConstraintKind::Exclude(Exclusion {
                method: Some(method.clone().unwrap_or_else(|| "gist".to_owned())),
                keys: self.keys(model, keys, meta.span),
                predicate: self.where_clause(model, condition.as_ref(), meta.span),
            }),
            MetaConstraintKind::Exclude { .. } => return None,
            MetaConstraintKind::Unknown => {
                return Some(SchemaChange::Opaque {
                    tables: vec![self.table_name(model)],
                });
            }
        };
        Some(self.add_constraint(
            model,
            Constraint {
                name: self.stored(meta.name.as_ref()),
                kind,
                not_valid: false,
                inline: false,
                span: meta.span,
            },
        ))
    }

    fn add_constraint(&self, model: &Model, constraint: Constraint) -> SchemaChange {
        SchemaChange::AlterTable {
            table: self.table_name(model),
            if_exists: false,
            only: false,
            actions: vec![AlterAction {
                span: constraint.span,
                kind: AlterKind::AddConstraint(constraint),
            }],
        }
    }

    /// A written name as the database keeps it.
    fn stored(&self, name: Option<&Ident>) -> Option<Ident> {
        name.map(|name| Ident {
            name: self.dialect.stored(&name.name),
            span: name.span,
        })
    }

    /// The name of a model's table, in the place of the model.
    pub(in crate::project::schema) fn table_name(&self, model: &Model) -> TableName {
        TableName {
            schema: None,
            name: self.table(model),
            span: model.name.span,
        }
    }

    fn index(&self, model: &Model, name: Option<Ident>, span: Span) -> Index {
        Index::new(name, self.table_name(model), span)
    }

    /// The model that Django makes up for the pairs of a many-to-many field.
    pub(in crate::project::schema) fn pairs(&self, model: &Model, field: &Field) -> Option<Model> {
        let Kind::Pairs(pairs) = &field.kind else {
            return None;
        };
        let to = pairs.to.as_ref().filter(|_| !pairs.through)?;
        let (own, other) = match *to == model.key {
            true => (format!("from_{}", to.name), format!("to_{}", to.name)),
            false => (model.key.name.clone(), to.name.clone()),
        };
        let table = match &pairs.table {
            Some(table) => table.clone(),
            None => names::pairs(&self.table(model), &field.name.name, self.dialect),
        };
        let ident = |name: String| Ident {
            name,
            span: field.name.span,
        };
        let end = |name: &str, to: &ModelKey| Field {
            name: ident(name.to_owned()),
            kind: Kind::Relation(end_of(pairs, to)),
            options: Options {
                indexed: true,
                ..Options::default()
            },
            ..field.clone()
        };
        let id = Field {
            name: ident("id".to_owned()),
            kind: Kind::Plain(model.auto_field.clone()),
            options: Options {
                primary_key: true,
                ..Options::default()
            },
            ..field.clone()
        };
        Some(Model {
            key: ModelKey::new(
                &model.key.app,
                &format!("{}_{}", model.key.name, field.name.name),
            ),
            name: ident(format!("{}_{}", model.name.name, field.name.name)),
            file: field.file,
            table: Some(table),
            fields: vec![id, end(&own, &model.key), end(&other, to)],
            unique_together: vec![Together {
                fields: vec![ident(own), ident(other)],
                file: field.file,
                span: field.span,
            }],
            index_together: Vec::new(),
            indexes: Vec::new(),
            constraints: Vec::new(),
            managed: true,
            proxy_of: None,
            auto_field: model.auto_field.clone(),
            marks_deleted: false,
            open: false,
        })
    }
}

/// One end of a pair. It goes with its row: nobody decides that, so nothing says it.
fn end_of(pairs: &Pairs, to: &ModelKey) -> Relation {
    Relation {
        to: Some(to.clone()),
        constrained: pairs.constrained,
        ..Relation::default()
    }
}

fn key(column: &Ident) -> IndexKey {
    IndexKey {
        column: Some(column.name.clone()),
        text: column.name.clone(),
        span: column.span,
    }
}

/// A statement of a migration that goes forward.
pub(in crate::project::schema) fn statement(span: Span, change: SchemaChange) -> SchemaStatement {
    SchemaStatement {
        span,
        section: Section::Up,
        guarded: false,
        change,
    }
}

/// One action on a table.
pub(in crate::project::schema) fn alter(
    table: &TableName,
    span: Span,
    kind: AlterKind,
) -> SchemaStatement {
    statement(
        span,
        SchemaChange::AlterTable {
            table: table.clone(),
            if_exists: false,
            only: false,
            actions: vec![AlterAction { span, kind }],
        },
    )
}
