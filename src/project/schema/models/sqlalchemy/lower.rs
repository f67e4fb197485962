//! Tables of models as the statements that would make them in a dialect.

use std::collections::BTreeMap;

use super::tables::Table;
use crate::facts::schema::{
    AlterAction, AlterKind, Constraint, ConstraintKind, CreateTable, Derived, Dialect, ForeignKey,
    Index, SchemaChange, SchemaStatement, Section, TableName, TypeName,
};
use crate::facts::sqlalchemy::names;
use crate::facts::sqlalchemy::table::{self, Definition};
use crate::source::{FileId, Span};

/// A table with the files of the modules that declare it.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) table: Table,
    /// By module.
    pub(super) files: BTreeMap<usize, FileId>,
}

/// A table in a dialect, each part with the module in which it stands.
struct Parts {
    name: TableName,
    columns: Vec<(usize, Definition)>,
    constraints: Vec<(usize, Constraint)>,
    indexes: Vec<(usize, Index)>,
    types: Vec<(usize, Span, SchemaChange)>,
    opaque: bool,
}

/// The statements that would make the tables.
pub(super) fn statements(sources: &[Source], dialect: Dialect) -> Vec<(FileId, SchemaStatement)> {
    let mut all: Vec<Parts> = sources.iter().map(|it| parts(&it.table, dialect)).collect();
    borrow_types(&mut all);
    let made = sources.iter().zip(all);
    made.flat_map(|(source, parts)| made_by(source, parts))
        .collect()
}

/// The tables that the foreign keys of a table lead to.
pub(super) fn parents(table: &Table) -> Vec<TableName> {
    let parts = parts(table, Dialect::Postgres);
    let inline = parts
        .columns
        .iter()
        .flat_map(|(_, column)| &column.constraints);
    let all = parts
        .constraints
        .iter()
        .map(|(_, constraint)| constraint)
        .chain(inline);
    all.filter_map(|constraint| reference(constraint).map(|fk| fk.parent.clone()))
        .collect()
}

/// The name of a table.
pub(super) fn name(table: &Table, dialect: Dialect) -> TableName {
    let name = table.name.text().unwrap_or_default();
    names::table_named(name, table.schema.as_deref(), table.name.span, dialect)
}

fn reference(constraint: &Constraint) -> Option<&ForeignKey> {
    match &constraint.kind {
        ConstraintKind::ForeignKey(fk) => Some(fk),
        _ => None,
    }
}

fn parts(table: &Table, dialect: Dialect) -> Parts {
    let name = name(table, dialect);
    let mut parts = Parts {
        columns: Vec::new(),
        constraints: Vec::new(),
        indexes: Vec::new(),
        types: Vec::new(),
        opaque: table.opaque,
        name,
    };
    for element in &table.elements {
        match table::element(&element.term, &parts.name, dialect) {
            Some(table::Element::Column(mut definition)) => {
                let attribute = element.attribute.clone();
                let name = &definition.column.name.name;
                definition.column.attribute = attribute.filter(|it| it != name);
                for index in &mut definition.indexes {
                    table.convention.name_index(index, dialect);
                }
                let made = definition.made.take();
                let span = definition.column.span;
                parts
                    .types
                    .extend(made.map(|made| (element.module, span, made)));
                parts.columns.push((element.module, *definition));
            }
            Some(table::Element::Constraint(constraint)) => {
                parts.constraints.push((element.module, constraint));
            }
            Some(table::Element::Index(index)) => parts.indexes.push((element.module, index)),
            None => parts.opaque = true,
        }
    }
    parts.complete(table, dialect);
    parts
}

impl Parts {
    /// What is added to a table that is made already, each with the module that says it.
    fn added(self, table: &Table) -> Vec<(usize, Span, SchemaChange)> {
        let name = self.name;
        let alter = |module, span, kind| {
            let change = SchemaChange::AlterTable {
                table: name.clone(),
                if_exists: false,
                only: false,
                actions: vec![AlterAction { span, kind }],
            };
            (module, span, change)
        };
        let mut added = Vec::new();
        let mut indexes = Vec::new();
        for (module, definition) in self.columns {
            let span = definition.column.span;
            let kind = AlterKind::AddColumn {
                column: definition.column,
                constraints: definition.constraints,
                if_not_exists: false,
            };
            added.push(alter(module, span, kind));
            indexes.extend(definition.indexes.into_iter().map(|index| (module, index)));
        }
        for (module, constraint) in self.constraints {
            let span = constraint.span;
            added.push(alter(module, span, AlterKind::AddConstraint(constraint)));
        }
        indexes.extend(self.indexes);
        for (module, index) in indexes {
            added.push((module, index.span, SchemaChange::CreateIndex(index)));
        }
        if self.opaque {
            let tables = vec![name];
            added.push((table.module, table.span, SchemaChange::Opaque { tables }));
        }
        added
    }

    /// The primary key, the schemas and names that the metadata gives.
    fn complete(&mut self, table: &Table, dialect: Dialect) {
        let first = self
            .columns
            .iter()
            .find(|(_, column)| column.primary.is_some());
        let module = first.map_or(table.module, |(module, _)| *module);
        let (modules, mut definitions): (Vec<usize>, Vec<Definition>) =
            std::mem::take(&mut self.columns).into_iter().unzip();
        let key = table::primary_key(&definitions).map(|key| (module, key));
        self.constraints.extend(key);
        table::number(&mut definitions, self.constraints.iter().map(|(_, it)| it));
        let inline = definitions.iter_mut().flat_map(|it| &mut it.constraints);
        let all = self.constraints.iter_mut().map(|(_, it)| it).chain(inline);
        for constraint in all {
            if let ConstraintKind::ForeignKey(fk) = &mut constraint.kind
                && fk.parent.schema.is_none()
                && let Some(schema) = &table.default_schema
            {
                fk.parent.schema = Some(names::stored(schema, dialect));
            }
            table.convention.name(constraint, &self.name, dialect);
        }
        self.columns = modules.into_iter().zip(definitions).collect();
    }
}

/// A column that only refers to another has its type.
fn borrow_types(all: &mut [Parts]) {
    // A key may lead to a key.
    for _ in 0..8 {
        let mut types: BTreeMap<(Option<String>, String, String), TypeName> = BTreeMap::new();
        for parts in all.iter() {
            for (_, definition) in &parts.columns {
                let column = &definition.column;
                if let Some(ty) = &column.ty {
                    let (schema, table) = (parts.name.schema.clone(), parts.name.name.clone());
                    types.insert((schema, table, column.name.name.clone()), ty.clone());
                }
            }
        }
        let mut found = false;
        for (_, definition) in all.iter_mut().flat_map(|parts| &mut parts.columns) {
            let mut constraints = definition.constraints.iter();
            let parent = constraints.find_map(|it| Some((reference(it)?, it.span)));
            let (None, Some((fk, span))) = (&definition.column.ty, parent) else {
                continue;
            };
            let Some(column) = fk.parent_columns.first() else {
                continue;
            };
            let parent = (
                fk.parent.schema.clone(),
                fk.parent.name.clone(),
                column.name.clone(),
            );
            if let Some(ty) = types.get(&parent) {
                definition.column.ty = Some(TypeName { span, ..ty.clone() });
                found = true;
            }
        }
        if !found {
            return;
        }
    }
}

/// One statement where one file holds all; what stands elsewhere is added by statements of its own.
fn made_by(source: &Source, mut parts: Parts) -> Vec<(FileId, SchemaStatement)> {
    let table = &source.table;
    let is_here = |module: usize| module == table.module;
    let is_whole = parts.columns.iter().all(|(module, _)| is_here(*module));
    let mut create = CreateTable {
        derived: table.open.then_some(Derived::Query(None)),
        ..CreateTable::new(parts.name.clone())
    };
    let mut elsewhere = Vec::new();
    for (module, definition) in parts.columns {
        if is_here(module) {
            create.columns.push(definition.column);
            create.constraints.extend(definition.constraints);
            create.indexes.extend(definition.indexes);
        } else {
            elsewhere.push((module, definition));
        }
    }
    parts.constraints.retain(|(module, constraint)| {
        let is_own = is_whole && is_here(*module);
        create
            .constraints
            .extend(is_own.then(|| constraint.clone()));
        !is_own
    });
    parts.columns = elsewhere;
    let types = std::mem::take(&mut parts.types).into_iter();
    let first = (table.module, table.span, SchemaChange::CreateTable(create));
    let changes = types.chain([first]).chain(parts.added(table));
    changes
        .filter_map(|(module, span, change)| {
            let statement = SchemaStatement {
                span,
                section: Section::Up,
                // Tables share types.
                guarded: matches!(change, SchemaChange::CreateType { .. }),
                change,
            };
            Some((*source.files.get(&module)?, statement))
        })
        .collect()
}
