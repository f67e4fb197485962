//! Where models and migrations disagree. Only what both sides tell in full is compared.

use std::collections::BTreeSet;

use camino::Utf8Path;

use super::{Column, Database, ForeignKey, Key, MigrationTool, Orm, Table};
use crate::discover::{FileKind, Profile, Unit};
use crate::facts::schema::{Action, Dialect};
use crate::source::Loc;

/// A difference between models and migrations.
#[derive(Clone, Debug)]
pub struct Drift<'a> {
    /// The table, as the migrations leave it; as the model declares it where they make none.
    pub table: &'a Table,
    /// The line of the model.
    pub model: Option<Loc>,
    /// The clause of the migration.
    pub migration: Option<Loc>,
    /// What differs.
    pub what: Difference<'a>,
}

/// What differs.
#[derive(Clone, Debug)]
pub enum Difference<'a> {
    /// No migration makes the table.
    UnmadeTable,
    /// No model declares the table.
    UnknownTable,
    /// No migration makes the column.
    UnmadeColumn(&'a Column),
    /// The model does not know the column.
    UnknownColumn(&'a Column),
    /// One side takes NULL: the model's column.
    Nullability(&'a Column),
    /// The types are of different kinds: the model's column and the migration's.
    Type(&'a Column, &'a Column),
    /// The model says that the columns are unique, and nothing sees to it.
    UnmadeUnique(Vec<String>),
    /// A delete does something else: the model's foreign key and the migration's.
    OnDelete(&'a ForeignKey, &'a ForeignKey),
}

impl Database {
    /// What models and migrations disagree on; `others` are all databases of the project.
    pub fn drift<'a>(&'a self, others: &'a [Database]) -> Vec<Drift<'a>> {
        let Some(models) = self.models.as_deref() else {
            return Vec::new();
        };
        if self.made_by_code {
            return Vec::new();
        }
        let made = |model: &&Table| self.tables.contains_key(&model.key);
        let known = models.tables.values().filter(made).count();
        // Of few tables in common nobody knows whether the rest belongs here; a history that alters
        // what it never made begins elsewhere.
        let is_told = self.complete
            && 2 * known >= models.tables.len()
            && self.tables.values().all(|table| table.created);
        let named = mentioned(others);
        let is_unmade =
            |model: &Table| is_told && !model.is_open() && !named.contains(&fold(model));
        let mut found = Vec::new();
        for model in models.tables.values() {
            match self.tables.get(&model.key) {
                Some(table) => self.compare(models, model, table, &mut found),
                None if is_unmade(model) => found.push(Drift {
                    table: model,
                    model: Some(model.at),
                    migration: None,
                    what: Difference::UnmadeTable,
                }),
                None => {}
            }
        }
        found.extend(self.unknown_tables(models));
        found
    }

    /// Tables that the mapper which writes the migrations would drop: their models are gone. Models
    /// of Django may be made by code.
    fn unknown_tables<'a>(&'a self, models: &Database) -> impl Iterator<Item = Drift<'a>> {
        let writes = models.orm == Some(Orm::Prisma) && self.tool == MigrationTool::Prisma;
        let is_told = writes && self.complete && models.complete;
        let named = mentioned(std::slice::from_ref(models));
        let is_gone = move |table: &&Table| {
            is_told && self.is_settled(table) && !named.contains(&fold(table))
        };
        self.tables.values().filter(is_gone).map(|table| Drift {
            table,
            model: None,
            migration: Some(table.at),
            what: Difference::UnknownTable,
        })
    }

    /// Whether everything about the table is known.
    fn is_settled(&self, table: &Table) -> bool {
        !table.is_open() && table.columns_known && !self.unordered.contains(&table.key)
    }

    fn compare<'a>(
        &'a self,
        models: &'a Database,
        model: &'a Table,
        table: &'a Table,
        found: &mut Vec<Drift<'a>>,
    ) {
        if !self.is_settled(table) || !models.is_settled(model) {
            return;
        }
        let mut differences = self.compare_columns(models, model, table);
        for (columns, at) in model.promised_uniques() {
            if !table.may_be_unique(&columns) {
                differences.push((at, table.at, Difference::UnmadeUnique(columns)));
            }
        }
        for declared in &model.foreign_keys {
            let fk = table.foreign_key(&declared.columns, &declared.parent);
            if let Some(fk) = fk.filter(|fk| effect(fk) != effect(declared)) {
                let place = |fk: &ForeignKey| fk.on_delete_at.unwrap_or(fk.at);
                let what = Difference::OnDelete(declared, fk);
                differences.push((place(declared), place(fk), what));
            }
        }
        found.extend(
            differences
                .into_iter()
                .map(|(model, migration, what)| Drift {
                    table,
                    model: Some(model),
                    migration: Some(migration),
                    what,
                }),
        );
    }

    fn compare_columns<'a>(
        &self,
        models: &Database,
        model: &'a Table,
        table: &'a Table,
    ) -> Vec<(Loc, Loc, Difference<'a>)> {
        let money: BTreeSet<&str> = table.money_columns().map(|c| c.name.as_str()).collect();
        let mut found = Vec::new();
        for declared in &model.columns {
            let Some(column) = table.column_like(&declared.name) else {
                found.push((declared.at, table.at, Difference::UnmadeColumn(declared)));
                continue;
            };
            let in_key = |key: &Key| key.columns.contains(&column.name);
            let is_key = table.primary_key.as_ref().is_some_and(in_key);
            // Of lists Prisma does not care.
            let is_list = declared.ty.as_ref().is_some_and(|(ty, _)| ty.array);
            if declared.nullable != column.nullable && !is_key && !is_list {
                let what = Difference::Nullability(declared);
                found.push((declared.at, column.at, what));
            }
            // Money in floating point is told as such.
            if !money.contains(column.name.as_str())
                && self.is_of_another_kind(models, declared, column)
            {
                let at = column.ty.as_ref().map_or(column.at, |(_, at)| *at);
                let what = Difference::Type(declared, column);
                found.push((declared.declared_at(), at, what));
            }
        }
        let is_known = |column: &&Column| model.column_like(&column.name).is_some();
        let unknown = table.columns.iter().filter(|column| !is_known(column));
        found
            .extend(unknown.map(|column| (model.at, column.at, Difference::UnknownColumn(column))));
        found
    }

    /// Whether the two types hold different kinds of values. SQLite takes any value in any column,
    /// and hand-written SQL names its types as it likes.
    fn is_of_another_kind(&self, models: &Database, declared: &Column, column: &Column) -> bool {
        let named_freely = self.dialect == Dialect::Sqlite
            && !matches!(self.tool, MigrationTool::Alembic | MigrationTool::Django);
        match (models.family_of(declared), self.family_of(column)) {
            (Some(declared), Some(column)) if !named_freely => declared != column,
            _ => false,
        }
    }
}

/// Names of everything that holds rows in the databases, or may do so, whatever its schema and case.
fn mentioned(databases: &[Database]) -> BTreeSet<String> {
    let names = databases.iter().flat_map(|database| {
        let keys = database.tables.keys().chain(database.partitions.keys());
        let keys = keys
            .chain(database.views.keys())
            .map(|key| key.name.as_str());
        let open = database
            .open
            .iter()
            .filter_map(|name| name.rsplit('.').next());
        keys.chain(open)
    });
    names.map(str::to_lowercase).collect()
}

fn fold(table: &Table) -> String {
    table.key.name.to_lowercase()
}

/// What a delete does to the database.
fn effect(fk: &ForeignKey) -> Action {
    match fk.on_delete {
        _ if fk.emulated => Action::NoAction,
        Action::Restrict => Action::NoAction,
        action => action,
    }
}

impl Table {
    /// The column of that name, in any case.
    pub(in crate::project) fn column_like(&self, name: &str) -> Option<&Column> {
        let like = || {
            self.columns
                .iter()
                .find(|column| column.name.eq_ignore_ascii_case(name))
        };
        self.column(name).or_else(like)
    }

    /// The sets of columns that all rows differ in, the primary key left out.
    fn promised_uniques(&self) -> Vec<(Vec<String>, Loc)> {
        let keys = self.uniques.iter().map(|key| (key.columns.clone(), key.at));
        let indexes = self
            .indexes
            .iter()
            .filter(|index| index.unique && index.predicate.is_none());
        let indexes = indexes.filter_map(|index| {
            let columns: Option<Vec<String>> = index.columns.iter().cloned().collect();
            Some((columns?, index.at))
        });
        keys.chain(indexes).collect()
    }

    /// Whether something sees to it that rows differ in these columns, or may do so: a partial index,
    /// or one over an expression.
    fn may_be_unique(&self, columns: &[String]) -> bool {
        let is_within = |held: &[String]| held.iter().all(|name| columns.contains(name));
        let mut promised = self.promised_uniques().into_iter();
        let key = self.primary_key.as_ref();
        let mut indexes = self.indexes.iter().filter(|index| index.unique);
        promised.any(|(held, _)| is_within(&held))
            || key.is_some_and(|key| is_within(&key.columns))
            || indexes.any(|index| index.predicate.is_some() || index.columns.contains(&None))
            || !self.exclusions.is_empty()
    }
}

/// Tells the databases whose application makes its tables itself when it starts or is installed:
/// whatever migrations say, the models won. Models and callers of one service share their first folder.
pub(super) fn heed_create_all(databases: &mut [Database], units: &[Unit]) {
    let callers: BTreeSet<&Utf8Path> = units
        .iter()
        .filter(|unit| unit.kind == FileKind::Python && unit.profile == Profile::Production)
        .filter(|unit| unit.tool != MigrationTool::Alembic && calls_create_all(unit))
        .map(|unit| unit.path.as_path())
        .collect();
    for database in databases {
        let Some(models) = database.models.as_deref() else {
            continue;
        };
        let service = first_folder(Utf8Path::new(models.name.trim_start_matches('.')));
        let is_near = |caller: &&Utf8Path| {
            let folder = caller.parent().and_then(first_folder);
            service.is_none() || folder.is_none() || folder == service
        };
        database.made_by_code = callers.iter().any(is_near);
    }
}

fn first_folder(path: &Utf8Path) -> Option<&str> {
    path.components().next().map(|folder| folder.as_str())
}

fn calls_create_all(unit: &Unit) -> bool {
    let text = unit.text.get(unit.range.clone()).unwrap_or_default();
    memchr::memmem::find(text.as_bytes(), b".create_all").is_some()
}
