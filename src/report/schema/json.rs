//! Databases for machines, version 1. Fields may be added to a version, never changed or removed.

use serde::Serialize;

use crate::facts::schema::{Action, Dialect};
use crate::project::schema::{
    Check, Column, Database, Domain, ForeignKey, Index, Key, MigrationTool, Table, TableKey, Type,
    TypeKind, View,
};
use crate::report::json::{Location, Tool};
use crate::source::{Loc, SourceFile};

/// Databases, as they are written.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Document {
    /// The version of this format.
    version: u32,
    /// What wrote it.
    tool: Tool,
    /// The databases, each as its migrations, schema files or models leave it behind.
    databases: Vec<DatabaseEntry>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct DatabaseEntry {
    /// The folder or file that makes it, relative to the root.
    name: String,
    dialect: Dialect,
    /// What applies its migrations; null where there are none, or nobody knows.
    migrations: Option<&'static str>,
    /// The mapper whose models were read for it; null where migrations or schema files were.
    models: Option<&'static str>,
    /// In order of schema and name.
    tables: Vec<TableEntry>,
    partitions: Vec<PartitionEntry>,
    views: Vec<ViewEntry>,
    enums: Vec<EnumEntry>,
    domains: Vec<DomainEntry>,
    /// Tables that are not fully known, and names of tables that there may be.
    open: Vec<String>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct TableEntry {
    /// Null for the default schema.
    schema: Option<String>,
    name: String,
    /// In the order of the table.
    columns: Vec<ColumnEntry>,
    /// Its columns; none where there is no primary key.
    primary_key: Vec<String>,
    /// The columns of each unique constraint.
    unique: Vec<Vec<String>>,
    /// Indexes that no constraint makes.
    indexes: Vec<IndexEntry>,
    foreign_keys: Vec<ForeignKeyEntry>,
    /// Everything but foreign keys, with names and places.
    constraints: Vec<ConstraintEntry>,
    /// Something may have changed it that was not understood: what it lacks is not known.
    open: bool,
    /// Whether all its columns are listed.
    columns_known: bool,
    defined_at: Location,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ColumnEntry {
    name: String,
    /// As the database calls it; null where it is not known.
    #[serde(rename = "type")]
    ty: Option<String>,
    nullable: bool,
    /// The expression, as written.
    default: Option<String>,
    /// Numbers itself: serial, identity, auto_increment.
    auto_increment: bool,
    defined_at: Location,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct IndexEntry {
    /// Null where nobody can know it.
    name: Option<String>,
    /// In order; null for an expression.
    columns: Vec<Option<String>>,
    /// The same as written, expressions and directions included.
    keys: Vec<String>,
    /// Columns carried along.
    include: Vec<String>,
    unique: bool,
    /// The condition of a partial index, as written.
    predicate: Option<String>,
    method: String,
    /// The database made it for a foreign key.
    implicit: bool,
    defined_at: Location,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ForeignKeyEntry {
    /// Null where nobody can know it.
    name: Option<String>,
    columns: Vec<String>,
    references: Reference,
    on_delete: &'static str,
    on_update: &'static str,
    defined_at: Location,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Reference {
    /// With its schema, unless that is the default one.
    table: String,
    /// None where the parent is not known.
    columns: Vec<String>,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
enum ConstraintKind {
    PrimaryKey,
    Unique,
    Check,
    Exclusion,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ConstraintEntry {
    kind: ConstraintKind,
    /// Null where nobody can know it.
    name: Option<String>,
    /// The columns of a key; none for others.
    columns: Vec<String>,
    /// The condition of a check, as written.
    condition: Option<String>,
    defined_at: Location,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct PartitionEntry {
    /// Null for the default schema.
    schema: Option<String>,
    name: String,
    /// The table it is a part of, with its schema unless that is the default one.
    partition_of: String,
    defined_at: Location,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ViewEntry {
    /// Null for the default schema.
    schema: Option<String>,
    name: String,
    materialized: bool,
    /// Null where its query does not name them all.
    columns: Option<Vec<String>>,
    /// The tables and views it reads from, as far as they are known.
    reads: Vec<String>,
    /// What follows its name, as written; null once something it names was renamed.
    definition: Option<String>,
    /// Those of a materialized view.
    indexes: Vec<IndexEntry>,
    defined_at: Location,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct EnumEntry {
    /// Null for the default schema.
    schema: Option<String>,
    name: String,
    /// In order.
    labels: Vec<String>,
    defined_at: Location,
}

#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct DomainEntry {
    /// Null for the default schema.
    schema: Option<String>,
    name: String,
    /// The type it stands for.
    #[serde(rename = "type")]
    ty: String,
    nullable: bool,
    /// The expression, as written.
    default: Option<String>,
    checks: Vec<ConstraintEntry>,
    defined_at: Location,
}

/// Databases, whose places lie in the files.
pub fn write(databases: &[&Database], files: &[SourceFile]) -> String {
    let document = Document::new(databases, files);
    serde_json::to_string_pretty(&document).expect("plain data is JSON") + "\n"
}

impl Document {
    /// What is written of databases.
    pub fn new(databases: &[&Database], files: &[SourceFile]) -> Self {
        let entry = |database: &&Database| Source { database, files }.database();
        Self {
            version: 1,
            tool: Tool::this(),
            databases: databases.iter().map(entry).collect(),
        }
    }
}

/// What entries are made from.
#[derive(Clone, Copy)]
struct Source<'a> {
    database: &'a Database,
    files: &'a [SourceFile],
}

impl Source<'_> {
    fn database(self) -> DatabaseEntry {
        let Database {
            name,
            dialect,
            tool,
            orm,
            ..
        } = self.database;
        let types = self.database.types.values();
        let views = self.database.views.values();
        DatabaseEntry {
            name: name.clone(),
            dialect: *dialect,
            migrations: (*tool != MigrationTool::None).then(|| tool.name()),
            models: orm.map(|orm| orm.name()),
            tables: self
                .database
                .tables
                .values()
                .map(|t| self.table(t))
                .collect(),
            partitions: self.partitions(),
            views: views.map(|view| self.view(view)).collect(),
            enums: types
                .clone()
                .filter_map(|own| self.enumeration(own))
                .collect(),
            domains: types.filter_map(|own| self.domain(own)).collect(),
            open: self.database.open.clone(),
        }
    }

    fn at(self, at: Loc) -> Location {
        Location::of(self.files, at)
    }

    fn table(self, table: &Table) -> TableEntry {
        let columns = |key: &Key| key.columns.clone();
        TableEntry {
            schema: schema(&table.key),
            name: table.key.name.clone(),
            columns: table.columns.iter().map(|c| self.column(c)).collect(),
            primary_key: table.primary_key.as_ref().map(columns).unwrap_or_default(),
            unique: table.uniques.iter().map(columns).collect(),
            indexes: table.indexes.iter().map(|i| self.index(i)).collect(),
            foreign_keys: table
                .foreign_keys
                .iter()
                .map(|fk| self.foreign_key(fk))
                .collect(),
            constraints: self.constraints(table),
            open: table.is_open(),
            columns_known: table.columns_known,
            defined_at: self.at(table.at),
        }
    }

    fn column(self, column: &Column) -> ColumnEntry {
        let ty = column.ty.as_ref();
        ColumnEntry {
            name: column.name.clone(),
            ty: ty.map(|(ty, _)| self.database.write_type(ty)),
            nullable: column.nullable,
            default: column.default.as_ref().map(|default| default.text.clone()),
            auto_increment: column.auto_increment,
            defined_at: self.at(column.at),
        }
    }

    fn index(self, index: &Index) -> IndexEntry {
        IndexEntry {
            name: name(&index.name),
            columns: index.columns.clone(),
            keys: index.keys.clone(),
            include: index.include.clone(),
            unique: index.unique,
            predicate: index.predicate.clone(),
            method: index.method.clone(),
            implicit: index.implicit,
            defined_at: self.at(index.at),
        }
    }

    fn foreign_key(self, fk: &ForeignKey) -> ForeignKeyEntry {
        ForeignKeyEntry {
            name: name(&fk.name),
            columns: fk.columns.clone(),
            references: Reference {
                table: fk.parent.to_string(),
                columns: fk.parent_columns.clone(),
            },
            on_delete: action(fk.on_delete),
            on_update: action(fk.on_update),
            defined_at: self.at(fk.at),
        }
    }

    fn constraints(self, table: &Table) -> Vec<ConstraintEntry> {
        let entry = |kind, constraint: &str, columns: &[String], at| ConstraintEntry {
            kind,
            name: name(constraint),
            columns: columns.to_vec(),
            condition: None,
            defined_at: self.at(at),
        };
        let primary = table.primary_key.iter();
        let primary = primary.map(|key| (ConstraintKind::PrimaryKey, key));
        let uniques = table
            .uniques
            .iter()
            .map(|key| (ConstraintKind::Unique, key));
        let keys = primary
            .chain(uniques)
            .map(|(kind, key)| entry(kind, &key.name, &key.columns, key.at));
        let exclusions = table
            .exclusions
            .iter()
            .map(|key| entry(ConstraintKind::Exclusion, &key.name, &[], key.at));
        keys.chain(exclusions)
            .chain(table.checks.iter().map(|check| self.check(check)))
            .collect()
    }

    fn check(self, check: &Check) -> ConstraintEntry {
        ConstraintEntry {
            kind: ConstraintKind::Check,
            name: name(&check.name),
            columns: Vec::new(),
            condition: Some(check.condition.clone()),
            defined_at: self.at(check.at),
        }
    }

    fn partitions(self) -> Vec<PartitionEntry> {
        let partitions = self.database.partitions.values();
        let entry = |table: &Table| {
            Some(PartitionEntry {
                schema: schema(&table.key),
                name: table.key.name.clone(),
                partition_of: table.partition_of.as_ref()?.to_string(),
                defined_at: self.at(table.at),
            })
        };
        partitions.filter_map(entry).collect()
    }

    fn view(self, view: &View) -> ViewEntry {
        ViewEntry {
            schema: schema(&view.key),
            name: view.key.name.clone(),
            materialized: view.materialized,
            columns: view.columns.clone(),
            reads: view.sources.iter().map(ToString::to_string).collect(),
            definition: view.definition.clone(),
            indexes: view.indexes.iter().map(|i| self.index(i)).collect(),
            defined_at: self.at(view.at),
        }
    }

    fn enumeration(self, own: &Type) -> Option<EnumEntry> {
        let TypeKind::Enum { labels } = &own.kind else {
            return None;
        };
        Some(EnumEntry {
            schema: schema(&own.key),
            name: own.key.name.clone(),
            labels: labels.clone(),
            defined_at: self.at(own.at),
        })
    }

    fn domain(self, own: &Type) -> Option<DomainEntry> {
        let TypeKind::Domain(Domain {
            base,
            not_null,
            default,
            checks,
        }) = &own.kind
        else {
            return None;
        };
        Some(DomainEntry {
            schema: schema(&own.key),
            name: own.key.name.clone(),
            ty: self.database.write_type(&base.0),
            nullable: !not_null,
            default: default.as_ref().map(|default| default.text.clone()),
            checks: checks.iter().map(|check| self.check(check)).collect(),
            defined_at: self.at(own.at),
        })
    }
}

fn schema(key: &TableKey) -> Option<String> {
    (!key.schema.is_empty()).then(|| key.schema.clone())
}

fn name(name: &str) -> Option<String> {
    (!name.is_empty()).then(|| name.to_owned())
}

/// In the words of the information schema.
pub(super) fn action(action: Action) -> &'static str {
    match action {
        Action::NoAction => "NO ACTION",
        Action::Restrict => "RESTRICT",
        Action::Cascade => "CASCADE",
        Action::SetNull => "SET NULL",
        Action::SetDefault => "SET DEFAULT",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_schema_is_current() {
        crate::report::json::tests::is_published::<Document>("schema", "aicheck schema, version 1");
    }
}
