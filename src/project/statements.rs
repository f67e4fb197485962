//! Statements of SQL that the code of the project sends, and the tables that they mean. Tests, migrations
//! and dumps send none.

use std::collections::BTreeMap;

use super::Project;
use super::python::Python;
use super::schema::{Database, Orm, Table, TableKey, User, UserKind};
use crate::discover::{FileKind, MigrationTool, Profile, Unit};
use crate::facts::FileOutcome;
use crate::facts::schema::{ColumnRead, Reads};
use crate::source::{FileId, Loc, Span};

/// A statement that code sends.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The file that holds it.
    pub file: FileId,
    /// What it needs.
    pub reads: Reads,
}

/// The statements of all code.
pub(super) fn statements(
    units: &[Unit],
    outcomes: &[FileOutcome],
    python: &Python,
) -> Vec<Statement> {
    let files = units.iter().zip(outcomes).filter(|(unit, _)| is_code(unit));
    let named = files.flat_map(|(unit, outcome)| {
        let queries = outcome.facts.queries.iter();
        queries.map(|reads| (unit.file, reads.clone()))
    });
    let modules = python.modules.iter();
    let modules = modules.filter(|module| module.production && is_code(&units[module.unit]));
    let sent = modules.flat_map(|module| {
        let effects = module.facts.functions.iter().flat_map(|it| &it.effects);
        let reads = effects.filter_map(|effect| effect.reads.as_deref());
        reads.map(|reads| (module.file, reads.clone()))
    });
    let all = named.chain(sent);
    all.map(|(file, reads)| Statement { file, reads }).collect()
}

/// Whether a unit is code that runs in production: no migration, which says how things once were. A
/// module whose name begins with a number cannot be imported, but takes its turn among migrations.
pub(super) fn is_code(unit: &Unit) -> bool {
    let name = unit.path.file_name().unwrap_or_default();
    let is_step = unit.kind == FileKind::Python && name.starts_with(|c: char| c.is_ascii_digit());
    unit.profile == Profile::Production && unit.tool == MigrationTool::None && !is_step
}

/// A statement, with who sends it.
#[derive(Clone)]
struct Named<'a> {
    file: FileId,
    reads: &'a Reads,
    by: UserKind,
}

impl Named<'_> {
    fn user(&self, span: Span) -> User {
        User {
            at: Loc {
                file: self.file,
                span,
            },
            kind: self.by.clone(),
        }
    }
}

/// The statements by the tables that they name, whatever their schema and case.
pub(super) struct Index<'a> {
    project: &'a Project,
    database: &'a Database,
    statements: BTreeMap<String, Vec<Named<'a>>>,
    tables: BTreeMap<String, Vec<&'a Table>>,
}

impl<'a> Index<'a> {
    /// The statements of the code, and of the functions of a database.
    pub(super) fn new(project: &'a Project, database: &'a Database) -> Self {
        let sent = project.statements.iter().map(|statement| Named {
            file: statement.file,
            reads: &statement.reads,
            by: UserKind::Statement,
        });
        let functions = database.functions.values().flatten();
        let inside = functions.flat_map(|function| {
            function.reads.iter().map(|reads| Named {
                file: function.at.file,
                reads,
                by: UserKind::Function(function.key.to_string()),
            })
        });
        let mut statements: BTreeMap<String, Vec<Named>> = BTreeMap::new();
        for statement in inside.chain(sent) {
            for table in &statement.reads.tables {
                let named = statements.entry(table.name.to_lowercase()).or_default();
                named.push(statement.clone());
            }
        }
        let mut tables: BTreeMap<String, Vec<&Table>> = BTreeMap::new();
        for table in project.databases.iter().flat_map(Database::every_table) {
            let name = table.key.name.to_lowercase();
            tables.entry(name).or_default().push(table);
        }
        Self {
            project,
            database,
            statements,
            tables,
        }
    }

    /// The places that name a table which no database of the project has.
    pub(super) fn of_table(&self, name: &str) -> Vec<User> {
        let name = name.to_lowercase();
        let is_there = self.project.databases.iter().any(|it| it.may_have(&name));
        let statements = self.statements.get(&name).filter(|_| !is_there);
        let places = statements.into_iter().flatten().flat_map(|statement| {
            let named = statement.reads.tables.iter();
            let named = named.filter(|table| table.name.to_lowercase() == name);
            named.map(|table| statement.user(table.span))
        });
        places.collect()
    }

    /// The places that name a column which no table of that name has.
    pub(super) fn of_column(&self, table: &str, column: &str) -> Vec<User> {
        let table = table.to_lowercase();
        let statements = self.statements.get(&table);
        let statements = statements.filter(|_| self.lacks(&table, column, false));
        let places = statements.into_iter().flatten().flat_map(|statement| {
            let named = statement.reads.columns.iter();
            let named = named.filter(|read| self.means(read, &table, column));
            named.map(|read| statement.user(read.name.span))
        });
        places.collect()
    }

    /// The places that ask a model of the table for a name which it does not know.
    pub(super) fn asked(&self, table: &TableKey, column: &str) -> Vec<User> {
        let models = self.database.models.as_deref().unwrap_or(self.database);
        let relation = column.strip_suffix("_id");
        let relation = relation.filter(|_| models.orm == Some(Orm::Django));
        let unheld = self.project.unheld.iter().filter(|it| {
            let database = &self.project.databases[it.table.database];
            let is_it = it.column == column || relation == Some(it.column.as_str());
            std::ptr::eq(database, self.database) && it.table.key == *table && is_it
        });
        let users = unheld.map(|it| User {
            at: it.at,
            kind: UserKind::Code {
                model: it.model.clone(),
                how: it.how,
            },
        });
        users.collect()
    }

    /// Whether a name can only mean the column of that table.
    fn means(&self, read: &ColumnRead, table: &str, column: &str) -> bool {
        let mut among = read.among.iter().map(|it| it.name.to_lowercase());
        let others = || among.clone().filter(|name| name != table);
        read.name.name.eq_ignore_ascii_case(column)
            && others().all(|name| self.lacks(&name, column, true))
            && among.any(|name| name == table)
    }

    /// Whether a table is there and lacks a column, in every database that has it; `whole` where
    /// nobody has said that it lacks it, so that all its columns must be known.
    fn lacks(&self, table: &str, column: &str, whole: bool) -> bool {
        let tables = self.tables.get(table);
        tables.is_some_and(|tables| {
            let mut tables = tables.iter();
            tables.all(|it| {
                !it.opaque && (it.columns_known || !whole) && it.column_like(column).is_none()
            })
        })
    }
}
