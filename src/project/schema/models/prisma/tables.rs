//! The statements that Prisma would write for the models of a schema, each where the model says it.

use super::{Entry, Meaning, Names, joins, types};
use crate::facts::prisma::{Arity, DefaultValue, Enum, Field, Key, KeyKind, Model, Relation};
use crate::facts::schema::{
    Action, AlterAction, AlterKind, Column, Constraint, ConstraintKind, CreateTable, Dialect,
    ForeignKey, Ident, Index, IndexKey, SchemaChange, SchemaStatement, Section, TableName,
    TypeDefinition,
};
use crate::project::schema::namespace::schema_name;
use crate::source::{FileId, Span};

/// All statements: types, tables, those of relations, indexes and foreign keys.
pub(super) fn statements(names: &Names) -> Vec<(FileId, SchemaStatement)> {
    let entries = names.in_order();
    let mut statements = Vec::new();
    if names.dialect == Dialect::Postgres {
        let enums = names.enums.values();
        statements.extend(enums.map(|(file, of)| (*file, create_type(of))));
    }
    for entry in &entries {
        statements.push((entry.file, create_table(names, entry)));
    }
    for entry in &entries {
        let mut made = joins::tables(names, entry);
        let keys = entry
            .model
            .keys
            .iter()
            .filter(|key| key.kind != KeyKind::Primary);
        made.extend(keys.filter_map(|key| create_index(names, entry, key)));
        let fields = entry.model.fields.iter();
        made.extend(fields.filter_map(|field| add_foreign_key(names, entry, field)));
        if !is_understood(names, entry.model) {
            let tables = vec![table_name(names, entry.model)];
            made.push(statement(
                entry.model.name.span,
                SchemaChange::Opaque { tables },
            ));
        }
        statements.extend(made.into_iter().map(|made| (entry.file, made)));
    }
    statements
}

pub(super) fn statement(span: Span, change: SchemaChange) -> SchemaStatement {
    SchemaStatement {
        span,
        section: Section::Up,
        guarded: false,
        change,
    }
}

/// Whether the model holds nothing but what is seen of it.
fn is_understood(names: &Names, model: &Model) -> bool {
    let known = |field: &Field| {
        field.relation.is_some() || !matches!(names.meaning(field), Meaning::Unknown)
    };
    !model.broken && model.fields.iter().all(known)
}

pub(super) fn table_name(names: &Names, model: &Model) -> TableName {
    let schema = schema(model.schema.as_deref());
    let name = model.mapped.as_ref().unwrap_or(&model.name.name);
    TableName {
        schema: schema.map(|schema| names.dialect.stored(&schema)),
        name: names.dialect.stored_table(name),
        span: model.name.span,
    }
}

/// A schema as names hold it: the default one is left out.
fn schema(written: Option<&str>) -> Option<String> {
    written.map(schema_name).filter(|schema| !schema.is_empty())
}

/// An enum as columns name it.
pub(super) fn type_name(of: &Enum) -> String {
    let name = of.mapped.as_ref().unwrap_or(&of.name.name);
    match schema(of.schema.as_deref()) {
        Some(schema) => format!("{schema}.{name}"),
        None => name.clone(),
    }
}

fn create_type(of: &Enum) -> SchemaStatement {
    let labels = of.values.iter().map(|(_, value)| value.clone()).collect();
    let change = SchemaChange::CreateType {
        name: TableName {
            schema: schema(of.schema.as_deref()),
            name: of.mapped.as_ref().unwrap_or(&of.name.name).clone(),
            span: of.name.span,
        },
        definition: TypeDefinition::Enum { labels },
    };
    statement(of.span, change)
}

fn create_table(names: &Names, entry: &Entry) -> SchemaStatement {
    let columns = entry.model.fields.iter();
    let columns = columns.filter_map(|field| column(names, field));
    let mut columns: Vec<Column> = columns.collect();
    let mut keys = entry.model.keys.iter();
    let key = keys.find(|key| key.kind == KeyKind::Primary);
    let key = key.and_then(|key| primary_key(names, entry, key));
    if let (Dialect::Sqlite, Some(key)) = (names.dialect, &key) {
        number_rows(&mut columns, key);
    }
    let create = create(
        table_name(names, entry.model),
        columns,
        key.into_iter().collect(),
    );
    statement(entry.model.span, SchemaChange::CreateTable(create))
}

/// In SQLite an integer that is the whole key numbers itself, asked for or not.
fn number_rows(columns: &mut [Column], key: &Constraint) {
    let ConstraintKind::PrimaryKey { columns: only, .. } = &key.kind else {
        return;
    };
    let [only] = &only[..] else { return };
    let mut columns = columns.iter_mut();
    if let Some(column) = columns.find(|column| column.name.name == only.name) {
        column.auto_increment |= column.ty.as_ref().is_some_and(|ty| ty.base == "integer");
    }
}

pub(super) fn create(
    table: TableName,
    columns: Vec<Column>,
    constraints: Vec<Constraint>,
) -> CreateTable {
    CreateTable {
        columns,
        constraints,
        ..CreateTable::new(table)
    }
}

fn primary_key(names: &Names, entry: &Entry, key: &Key) -> Option<Constraint> {
    let kind = ConstraintKind::PrimaryKey {
        columns: columns_of(names, entry, key)?,
        using_index: None,
    };
    let table = table_name(names, entry.model).name;
    let default = || constraint_name(names.dialect, &table, &[], "pkey");
    let name = match names.dialect {
        Dialect::Postgres | Dialect::Mssql => {
            let name = key.mapped.clone().unwrap_or_else(default);
            Some(names.ident(&name, key.span))
        }
        // These keep no name.
        Dialect::Mysql | Dialect::Sqlite => None,
    };
    Some(constraint(name, kind, key.span))
}

pub(super) fn constraint(name: Option<Ident>, kind: ConstraintKind, span: Span) -> Constraint {
    Constraint {
        name,
        kind,
        not_valid: false,
        inline: false,
        span,
    }
}

fn column(names: &Names, field: &Field) -> Option<Column> {
    let name = names.ident(column_name(field), field.name.span);
    let is_counted = matches!(field.default, Some((DefaultValue::AutoIncrement, _)));
    Some(Column {
        ty: Some(types::column_type(names, field)?),
        not_null: field.arity == Arity::Required,
        default: types::default(names, field),
        auto_increment: is_counted,
        attribute: Some(field.name.name.clone()).filter(|attribute| *attribute != name.name),
        ..Column::new(name, field.span)
    })
}

pub(super) fn column_name(field: &Field) -> &str {
    field.mapped.as_ref().unwrap_or(&field.name.name)
}

/// The columns of a key, each where its field is named.
fn columns_of(names: &Names, entry: &Entry, key: &Key) -> Option<Vec<Ident>> {
    let fields = key.fields.iter();
    fields
        .map(|field| column_of(names, entry, &field.name))
        .collect()
}

fn column_of(names: &Names, entry: &Entry, name: &Ident) -> Option<Ident> {
    let field = entry.fields.get(name.name.as_str())?;
    let is_column = matches!(names.meaning(field), Meaning::Scalar | Meaning::Enum(_));
    is_column.then(|| names.ident(column_name(field), name.span))
}

fn texts(columns: &[Ident]) -> Vec<&str> {
    columns.iter().map(|column| column.name.as_str()).collect()
}

fn create_index(names: &Names, entry: &Entry, key: &Key) -> Option<SchemaStatement> {
    let columns = columns_of(names, entry, key)?;
    let table = table_name(names, entry.model);
    let unique = key.kind == KeyKind::Unique;
    let label = if unique { "key" } else { "idx" };
    let default = || constraint_name(names.dialect, &table.name, &texts(&columns), label);
    let name = key.mapped.clone().unwrap_or_else(default);
    let keys = key.fields.iter().zip(&columns).map(|(field, column)| {
        let options = &field.text[field.name.name.len()..];
        IndexKey {
            column: Some(column.name.clone()),
            text: format!("{}{options}", column.name),
            span: column.span,
        }
    });
    let index = Index {
        keys: keys.collect(),
        unique,
        method: match key.kind {
            KeyKind::Fulltext => Some("fulltext".to_owned()),
            _ => key.method.clone(),
        },
        predicate: key.predicate.clone(),
        ..Index::new(Some(names.ident(&name, key.span)), table, key.span)
    };
    Some(statement(key.span, SchemaChange::CreateIndex(index)))
}

fn add_foreign_key(names: &Names, entry: &Entry, field: &Field) -> Option<SchemaStatement> {
    let relation = field.relation.as_ref()?;
    if names.emulates_relations
        || relation.fields.is_empty()
        || names.others.contains(field.ty.name.as_str())
    {
        return None;
    }
    let fields = relation.fields.iter();
    let columns: Option<Vec<Ident>> = fields.map(|name| column_of(names, entry, name)).collect();
    let columns = columns?;
    let table = table_name(names, entry.model);
    let default = || constraint_name(names.dialect, &table.name, &texts(&columns), "fkey");
    let name = relation.mapped.clone().unwrap_or_else(default);
    let name = names.ident(&name, relation.span);
    let parent = names.models.get(field.ty.name.as_str());
    let on_update = (Action::Cascade, relation.span);
    let foreign_key = ForeignKey {
        // A model that lies in no file of the project has a table all the same.
        parent: TableName {
            schema: parent.and_then(|parent| table_name(names, parent.model).schema),
            name: parent.map_or_else(
                || names.dialect.stored_table(&field.ty.name),
                |parent| table_name(names, parent.model).name,
            ),
            span: field.ty.span,
        },
        parent_columns: parent_columns(names, parent, relation),
        on_delete: Some(on_delete(names, entry, field, relation)),
        on_update: Some(relation.on_update.unwrap_or(on_update)),
        emulated: false,
        deferred: false,
        columns,
    };
    let kind = ConstraintKind::ForeignKey(foreign_key);
    Some(add(table, constraint(Some(name), kind, relation.span)))
}

fn parent_columns(names: &Names, parent: Option<&Entry>, relation: &Relation) -> Vec<Ident> {
    let column = |name: &Ident| {
        let found = parent.and_then(|parent| column_of(names, parent, name));
        found.unwrap_or_else(|| names.ident(&name.name, name.span))
    };
    relation.references.iter().map(column).collect()
}

/// What is written; else what Prisma takes: a key of which some part is never null holds its
/// parent.
fn on_delete(names: &Names, entry: &Entry, field: &Field, relation: &Relation) -> (Action, Span) {
    let is_required = |name: &Ident| {
        let field = entry.fields.get(name.name.as_str());
        field.is_some_and(|field| field.arity == Arity::Required)
    };
    let holds = field.arity == Arity::Required || relation.fields.iter().any(is_required);
    let default = match names.dialect {
        _ if !holds => Action::SetNull,
        Dialect::Mssql => Action::NoAction,
        _ => Action::Restrict,
    };
    relation.on_delete.unwrap_or((default, relation.span))
}

pub(super) fn add(table: TableName, constraint: Constraint) -> SchemaStatement {
    let span = constraint.span;
    let actions = vec![AlterAction {
        span,
        kind: AlterKind::AddConstraint(constraint),
    }];
    let change = SchemaChange::AlterTable {
        table,
        if_exists: false,
        only: false,
        actions,
    };
    statement(span, change)
}

/// The name Prisma gives: `table_column_column_label`, cut to what the database takes.
fn constraint_name(dialect: Dialect, table: &str, columns: &[&str], label: &str) -> String {
    let longest = match dialect {
        Dialect::Postgres => 63,
        Dialect::Mysql => 64,
        Dialect::Mssql => 128,
        Dialect::Sqlite => 10_000,
    };
    let name = [&[table], columns].concat().join("_");
    let room = longest - label.len() - 1;
    format!("{}_{label}", &name[..name.floor_char_boundary(room)])
}
