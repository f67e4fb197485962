//! The models of object-relational mappers as schemas: a database of their own where nothing else
//! makes their tables, otherwise beside the database that migrations leave behind.

mod django;
mod prisma;
mod sqlalchemy;

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Database, Replay, TableKey};
use crate::config::Settings;
use crate::discover::{MigrationTool, Unit};
use crate::facts::FileOutcome;
use crate::facts::schema::{Action, Dialect, SchemaChange, SchemaStatement};
use crate::project::LinkNote;
use crate::project::python::Python;
use crate::source::FileId;

/// An object-relational mapper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Orm {
    /// SQLAlchemy, with SQLModel and Flask-SQLAlchemy.
    SqlAlchemy,
    /// Django.
    Django,
    /// Prisma.
    Prisma,
}

impl Orm {
    /// The name users read and write.
    pub fn name(self) -> &'static str {
        match self {
            Self::SqlAlchemy => "sqlalchemy",
            Self::Django => "django",
            Self::Prisma => "prisma",
        }
    }
}

/// The models of one application.
pub(super) struct Models<'a> {
    /// Their mapper.
    pub(super) orm: Orm,
    /// The folder of the application.
    pub(super) root: Utf8PathBuf,
    /// The dialect that the code proves.
    pub(super) dialect: Option<Dialect>,
    /// The statements that would make the tables, in order, in a dialect.
    pub(super) lower: Box<dyn Fn(Dialect) -> Vec<(FileId, SchemaStatement)> + 'a>,
}

/// The models of all mappers.
pub(super) fn all<'a>(
    units: &'a [Unit],
    outcomes: &'a [FileOutcome],
    python: &'a Python<'a>,
) -> Vec<Models<'a>> {
    let mut models = django::models(python);
    models.extend(prisma::models(units, outcomes));
    models.extend(sqlalchemy::read(units, python));
    models
}

/// Puts each application's models beside the database that they describe, or makes one of them.
pub(super) fn add(
    databases: &mut Vec<Database>,
    models: Vec<Models>,
    settings: &Settings,
) -> Vec<LinkNote> {
    let migrated = databases.len();
    let mut notes = Vec::new();
    for models in models {
        let dialect = settings.dialect.or(models.dialect);
        let statements = (models.lower)(dialect.unwrap_or(Dialect::Postgres));
        let made = tables(&statements);
        if made.is_empty() {
            continue;
        }
        let held = |database: &Database| made.iter().filter(|key| database.mentions(key)).count();
        let describes = |database: &Database| {
            let held = held(database);
            2 * held >= made.len() || held > 0 && is_of_service(database, &models.root)
        };
        let candidates: Vec<usize> = (0..migrated)
            .filter(|&nth| describes(&databases[nth]))
            .filter(|&nth| dialect.is_none_or(|dialect| dialect == databases[nth].dialect))
            .collect();
        if candidates.is_empty() {
            let dialect = dialect.unwrap_or(Dialect::Postgres);
            let (database, open) = build(&models, dialect, &statements);
            databases.push(database);
            notes.extend(open);
            continue;
        }
        // Of several that hold its tables, the nearest; of several near ones nobody knows which.
        let rank = |nth: &usize| {
            let database = &databases[*nth];
            (
                shared(Utf8Path::new(&database.name), &models.root),
                held(database),
            )
        };
        let best = candidates.iter().map(rank).max();
        let nearest: Vec<usize> = candidates
            .into_iter()
            .filter(|nth| Some(rank(nth)) == best)
            .collect();
        if let [nth] = nearest[..]
            && databases[nth].models.is_none()
        {
            let dialect = databases[nth].dialect;
            let (database, _) = build(&models, dialect, &(models.lower)(dialect));
            carry_out(&mut databases[nth], &database);
            databases[nth].models = Some(Box::new(database));
        }
    }
    databases.sort_by(|left, right| (&left.name, left.dialect).cmp(&(&right.name, right.dialect)));
    notes
}

/// What happens on delete, where the mapper sees to that (Django), stands in the models as they are
/// now. Migrations only remember it, and of a table without a model nobody deletes rows that way.
fn carry_out(database: &mut Database, models: &Database) {
    for table in database.tables.values_mut() {
        let model = models.tables.get(&table.key);
        for fk in table.foreign_keys.iter_mut().filter(|fk| fk.emulated) {
            let declared = model.and_then(|model| model.foreign_key(&fk.columns, &fk.parent));
            let action = declared.map_or(Action::NoAction, |declared| declared.on_delete);
            if fk.on_delete != action {
                fk.on_delete = action;
                fk.on_delete_at = None;
            }
        }
    }
}

fn build(
    models: &Models,
    dialect: Dialect,
    statements: &[(FileId, SchemaStatement)],
) -> (Database, Vec<LinkNote>) {
    let mut replay = Replay::new(
        super::order::name(&models.root),
        dialect,
        MigrationTool::None,
    );
    for (file, statement) in statements {
        replay.apply(*file, statement);
    }
    let (mut database, notes) = replay.finish();
    // Models say what there is; they change nothing.
    database.live.clear();
    database.orm = Some(models.orm);
    (database, notes)
}

/// Whether the folder of an application lies in the service whose migrations make the database.
/// Those at the top are of a service whose code lies there as well.
fn is_of_service(database: &Database, root: &Utf8Path) -> bool {
    const PARTS: [&str; 10] = [
        "alembic",
        "database",
        "db",
        "migration",
        "migrations",
        "prisma",
        "schema",
        "sql",
        "supabase",
        "versions",
    ];
    let is_part = |folder: &&Utf8Path| folder.file_name().is_some_and(|name| PARTS.contains(&name));
    let folder = Utf8Path::new(&database.name);
    let service = folder.ancestors().find(|folder| !is_part(folder));
    match service.filter(|service| !matches!(service.as_str(), "" | ".")) {
        Some(service) => root.starts_with(service),
        None => root.components().count() <= 1,
    }
}

/// The tables that statements make.
fn tables(statements: &[(FileId, SchemaStatement)]) -> BTreeSet<TableKey> {
    let changes = statements.iter().map(|(_, statement)| &statement.change);
    changes
        .filter_map(|change| match change {
            SchemaChange::CreateTable(create) => Some(TableKey::of(&create.table)),
            _ => None,
        })
        .collect()
}

/// How many folders two paths begin with alike.
fn shared(left: &Utf8Path, right: &Utf8Path) -> usize {
    let pairs = left.components().zip(right.components());
    pairs.take_while(|(left, right)| left == right).count()
}

impl Database {
    fn mentions(&self, key: &TableKey) -> bool {
        self.tables.contains_key(key) || self.partitions.contains_key(key)
    }
}
