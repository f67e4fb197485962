//! Applies schema changes one by one, in the order they are given.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::grant::Taken;
use super::links::Links;
use super::unresolved::Watch;
use super::{Database, RowSecurity, Table, TableKey};
use crate::discover::MigrationTool;
use crate::facts::NoteId;
use crate::facts::schema::{Dialect, SchemaChange, SchemaStatement, Section, TableName};
use crate::project::LinkNote;
use crate::source::{FileId, Loc, Span};

/// A database under construction. Statements may come from any front end.
#[derive(Debug)]
pub struct Replay {
    pub(super) database: Database,
    pub(super) file: FileId,
    /// The part of the file that is the document at hand.
    pub(super) part: Range<usize>,
    /// The statement at hand.
    pub(super) statement: Span,
    /// The statement at hand only adds what is missing.
    pub(super) guarded: bool,
    /// The statement at hand leaves alone what inherits.
    pub(super) only: bool,
    /// Where names without a schema are looked up, to the end of the file.
    pub(super) search_path: Vec<String>,
    /// Schemas that were made.
    pub(super) schemas: BTreeSet<String>,
    /// How many keys and indexes were made.
    made: u32,
    /// Names in statements nobody understood, of tables not made yet.
    doubtful: BTreeSet<TableKey>,
    /// What such statements may mean, and is not there.
    guessed: BTreeSet<TableKey>,
    /// Temporary tables of the file at hand.
    pub(super) temporary: BTreeSet<TableKey>,
    /// Tables that were there already when the file at hand would have made them.
    pub(super) would_make: BTreeSet<TableKey>,
    /// Tables that are altered though nothing made them, with the first statement that does.
    altered: BTreeMap<TableKey, Loc>,
    /// Names that stand for nothing.
    pub(super) watch: Watch,
    /// Steps nobody read that name tables.
    unread: Vec<Loc>,
    /// Columns that were written in all rows.
    pub(super) filled: BTreeSet<(TableKey, String)>,
    /// What was taken from everyone.
    pub(super) taken: Taken,
}

/// The oldest version of PostgreSQL that gets repairs.
const SUPPORTED: u32 = 14;

/// Where migration tools keep their own books.
const TOOL_TABLES: &[&str] = &[
    "__diesel_schema_migrations",
    "__drizzle_migrations",
    "_prisma_migrations",
    "_sqlx_migrations",
    "alembic_version",
    "ar_internal_metadata",
    "atlas_schema_revisions",
    "databasechangelog",
    "databasechangeloglock",
    "django_migrations",
    "flyway_schema_history",
    "goose_db_version",
    "gorp_migrations",
    "knex_migrations",
    "knex_migrations_lock",
    "refinery_schema_history",
    "schema_migrations",
    "schema_version",
];

impl Replay {
    /// An empty database.
    pub fn new(name: String, dialect: Dialect, tool: MigrationTool) -> Self {
        Self {
            database: Database {
                name,
                dialect,
                tool,
                orm: None,
                models: None,
                postgres_version: SUPPORTED,
                tables: BTreeMap::new(),
                partitions: BTreeMap::new(),
                types: BTreeMap::new(),
                views: BTreeMap::new(),
                extensions: BTreeSet::new(),
                functions: BTreeMap::new(),
                open: Vec::new(),
                unordered: BTreeSet::new(),
                files: Vec::new(),
                secured_elsewhere: BTreeSet::new(),
                unresolved: Vec::new(),
                live: Vec::new(),
                transacted: Vec::new(),
                one_way: Vec::new(),
                public: Vec::new(),
                rollbacks: Vec::new(),
                swept: Vec::new(),
                new_labels: Vec::new(),
                made_by_code: false,
                complete: true,
                row_security: RowSecurity::default(),
                links: Links::default(),
            },
            file: FileId(0),
            part: 0..usize::MAX,
            statement: Span { start: 0, end: 0 },
            guarded: false,
            only: false,
            search_path: vec![String::new()],
            schemas: BTreeSet::new(),
            made: 0,
            doubtful: BTreeSet::new(),
            guessed: BTreeSet::new(),
            temporary: BTreeSet::new(),
            would_make: BTreeSet::new(),
            altered: BTreeMap::new(),
            watch: Watch::default(),
            unread: Vec::new(),
            filled: BTreeSet::new(),
            taken: Taken::new(),
        }
    }

    /// Applies one statement of a file; the way back, and what is for other databases, is left out.
    pub fn apply(&mut self, file: FileId, statement: &SchemaStatement) {
        if statement.section != Section::Up {
            return;
        }
        self.enter(file);
        self.statement = statement.span;
        self.run(statement);
    }

    /// What comes next stands in this file, or in another part of it that runs on its own.
    pub(super) fn begin(&mut self, file: FileId) {
        self.file = file;
        self.temporary.clear();
        self.would_make.clear();
        self.set_search_path(&[]);
    }

    /// An empty database of the same kind.
    pub(super) fn on_trial(&self) -> Self {
        let Database { dialect, tool, .. } = self.database;
        let mut trial = Self::new(String::new(), dialect, tool);
        trial.schemas.clone_from(&self.schemas);
        trial.made = self.made;
        trial
    }

    /// Applies one statement of the file at hand.
    pub(super) fn run(&mut self, statement: &SchemaStatement) {
        self.guarded = statement.guarded;
        match &statement.change {
            SchemaChange::CreateTable(create) => self.create_table(create),
            SchemaChange::AlterTable {
                table,
                if_exists,
                only,
                actions,
            } => {
                self.only = *only;
                self.alter_table(table, *if_exists, actions);
                self.only = false;
            }
            SchemaChange::DropTable {
                tables,
                if_exists,
                cascade,
            } => self.drop_tables(tables, *if_exists, *cascade),
            SchemaChange::Truncate { tables } => self.truncate(tables),
            SchemaChange::DropSchema { names } => self.drop_schemas(names),
            SchemaChange::CreateSchema { name } => self.create_schema(&name.name),
            SchemaChange::RenameSchema { name, to } => self.rename_schema(&name.name, &to.name),
            SchemaChange::SetSearchPath { schemas } => self.set_search_path(schemas),
            SchemaChange::RenameTable { table, to } => self.rename_table(table, to),
            SchemaChange::CreateIndex(index) => self.create_index(index),
            SchemaChange::DropIndex {
                names,
                table,
                if_exists,
                cascade,
            } => names.iter().for_each(|name| {
                let owner = self.index_owner(name, table.as_ref(), *if_exists);
                self.drop_index(&name.name, owner, *cascade, statement.span);
            }),
            SchemaChange::RenameIndex {
                name,
                if_exists,
                to,
            } => self.rename_index(name, *if_exists, &to.name),
            SchemaChange::CreateType { name, definition } => self.create_type(name, definition),
            SchemaChange::AlterType { name, change } => self.alter_type(name, change),
            SchemaChange::DropType { names, cascade } => self.drop_types(names, *cascade),
            SchemaChange::CreateView(view) => self.create_view(view),
            SchemaChange::AlterView { name, change } => self.alter_view(name, change),
            SchemaChange::DropView { names, cascade } => self.drop_views(names, *cascade),
            SchemaChange::Access(change) => self.change_access(change),
            SchemaChange::Code(change) => self.change_code(change),
            SchemaChange::Opaque { tables } => self.open_all(tables),
            SchemaChange::Unread { names } => self.open_named(names, statement.span),
            SchemaChange::Doubt { tables } => self.doubt(tables),
        }
    }

    /// What holds to the end of a file ends.
    pub(super) fn enter(&mut self, file: FileId) {
        if file != self.file {
            self.begin(file);
        }
    }

    /// The end state, and what had to be left open.
    pub fn finish(mut self) -> (Database, Vec<LinkNote>) {
        self.complete_references();
        self.database.unresolved = self.unresolved();
        let notes = self.notes();
        let open: BTreeSet<String> = self
            .database
            .tables
            .values()
            .filter(|table| table.is_open())
            .map(|table| table.key.to_string())
            .chain(self.doubtful.iter().map(TableKey::to_string))
            .collect();
        self.database.open = open.into_iter().collect();
        (self.database, notes)
    }

    /// A note of each kind for a database: a long history must not drown the report.
    fn notes(&self) -> Vec<LinkNote> {
        self.note_of_altered()
            .into_iter()
            .chain(self.note_of_unread())
            .collect()
    }

    fn note_of_unread(&self) -> Option<LinkNote> {
        let at = *self.unread.first()?;
        let message = match self.unread.len() - 1 {
            0 => "this step is in a language that is not read: nothing is argued from what the \
                  tables it names lack"
                .to_owned(),
            more => format!(
                "this step and {more} more are in a language that is not read: nothing is argued \
                 from what the tables they name lack"
            ),
        };
        Some(LinkNote {
            id: NoteId::OpenTable,
            at: Some(at),
            message,
        })
    }

    fn note_of_altered(&self) -> Option<LinkNote> {
        let tables = &self.database.tables;
        let is_open = |key: &TableKey| tables.get(key).is_some_and(Table::is_open);
        let altered: Vec<_> = self
            .altered
            .iter()
            .filter(|(key, _)| is_open(key))
            .collect();
        let (first, at) = altered.iter().min_by_key(|(_, at)| **at)?;
        let message = match altered.len() - 1 {
            0 => format!(
                "table `{first}` is altered but never created: what it held before is unknown"
            ),
            more => format!(
                "table `{first}` and {more} more are altered but never created: what they held \
                 before is unknown"
            ),
        };
        Some(LinkNote {
            id: NoteId::OpenTable,
            at: Some(**at),
            message,
        })
    }

    pub(super) fn at(&self, span: Span) -> Loc {
        Loc {
            file: self.file,
            span,
        }
    }

    pub(super) fn is_postgres(&self) -> bool {
        self.database.dialect == Dialect::Postgres
    }

    /// Whether statements on this name are none of the schema's business.
    pub(super) fn ignores(&self, key: &TableKey) -> bool {
        self.temporary.contains(key) || is_book(key)
    }

    pub(super) fn exists(&self, key: &TableKey) -> bool {
        self.database.tables.contains_key(key) || self.database.partitions.contains_key(key)
    }

    pub(super) fn is_doubtful(&self, key: &TableKey) -> bool {
        self.doubtful.contains(key) || self.guessed.contains(key)
    }

    /// The table or partition.
    pub(super) fn table(&self, key: &TableKey) -> Option<&Table> {
        let Database {
            tables, partitions, ..
        } = &self.database;
        tables.get(key).or_else(|| partitions.get(key))
    }

    /// The table or partition.
    pub(super) fn table_mut(&mut self, key: &TableKey) -> Option<&mut Table> {
        let Database {
            tables, partitions, ..
        } = &mut self.database;
        match tables.get_mut(key) {
            Some(table) => Some(table),
            None => partitions.get_mut(key),
        }
    }

    pub(super) fn all_tables(&self) -> impl Iterator<Item = &Table> {
        self.database
            .tables
            .values()
            .chain(self.database.partitions.values())
    }

    pub(super) fn all_tables_mut(&mut self) -> impl Iterator<Item = &mut Table> {
        self.database
            .tables
            .values_mut()
            .chain(self.database.partitions.values_mut())
    }

    /// Remembers a name that a table, or something of it, is given.
    pub(super) fn give(&mut self, owner: &TableKey, name: &str) {
        self.database.links.give(owner, name);
    }

    /// The place of the next key or index.
    pub(super) fn next_made(&mut self) -> u32 {
        self.made += 1;
        self.made
    }

    pub(super) fn insert(&mut self, table: Table) {
        self.bring_back(&table.key.clone());
        self.database.links.add(&table);
        self.doubtful.remove(&table.key);
        self.guessed.remove(&table.key);
        let key = table.key.clone();
        self.database.views.remove(&key);
        if table.partition_of.is_some() {
            self.database.tables.remove(&key);
            self.database.partitions.insert(key, table);
        } else {
            self.database.partitions.remove(&key);
            self.database.tables.insert(key, table);
        }
    }

    fn remove(&mut self, key: &TableKey) -> Option<Table> {
        let table = self.database.tables.remove(key);
        table.or_else(|| self.database.partitions.remove(key))
    }

    /// A table that is altered though nothing made it.
    pub(super) fn insert_unseen(&mut self, key: &TableKey, span: Span) {
        let at = self.at(span);
        let mut table = Table::new(key.clone(), at);
        table.created = false;
        table.columns_known = false;
        self.altered.insert(key.clone(), at);
        self.insert(table);
    }

    /// A statement nobody understood names these tables; without a name it may mean any.
    fn open_all(&mut self, names: &[TableName]) {
        for name in names {
            self.open(name);
        }
        if names.is_empty() {
            self.watch.blind();
            self.database.complete = false;
            for table in self.all_tables_mut() {
                table.opaque = true;
            }
        }
    }

    /// A step nobody read may change what it names.
    fn open_named(&mut self, names: &[String], span: Span) {
        let at = self.at(span);
        let dialect = self.database.dialect;
        let names: BTreeSet<String> = names
            .iter()
            .flat_map(|name| [dialect.stored_table(name), name.to_lowercase()])
            .collect();
        let mut opened = false;
        for table in self.all_tables_mut() {
            if names.contains(&table.key.name) {
                table.opaque = true;
                opened = true;
            }
        }
        self.unread.extend(opened.then_some(at));
    }

    /// A statement may mean these tables, or others that are not there.
    fn doubt(&mut self, names: &[TableName]) {
        for name in names {
            let key = self.resolve(name);
            match self.table_mut(&key) {
                Some(table) => table.opaque = true,
                None => {
                    self.guessed.insert(key);
                }
            }
        }
    }

    /// A statement nobody understood names the table.
    pub(super) fn open(&mut self, name: &TableName) {
        let key = self.resolve(name);
        if self.ignores(&key) {
            return;
        }
        match self.table_mut(&key) {
            Some(table) => table.opaque = true,
            None => {
                self.doubtful.insert(key);
            }
        }
    }

    fn drop_tables(&mut self, names: &[TableName], if_exists: bool, cascade: bool) {
        let keys = names
            .iter()
            .filter_map(|name| Some((self.resolve_if(name, if_exists)?, name.span)));
        for (key, span) in keys.collect::<Vec<(TableKey, Span)>>() {
            if !self.temporary.remove(&key) {
                self.watch_drop(&key, span, cascade);
                self.drop_table(&key, cascade);
                self.watch.forget_table(&key, self.at(span), None);
            }
        }
    }

    /// Takes a table away, and those that inherit from it.
    pub(super) fn drop_table(&mut self, key: &TableKey, cascade: bool) {
        for child in self.children(key) {
            self.drop_table(&child, cascade);
        }
        self.remove(key);
        if cascade {
            for other in self.database.links.leaning(key) {
                if let Some(table) = self.table_mut(&other) {
                    table.foreign_keys.retain(|fk| fk.parent != *key);
                }
            }
            self.drop_readers(key, None);
        } else {
            self.drop_needing(key, None);
        }
        self.doubtful.remove(key);
    }

    pub(super) fn rename_table(&mut self, name: &TableName, to: &TableName) {
        let key = self.resolve(name);
        let schema = to.schema.clone().unwrap_or_else(|| key.schema.clone());
        let renamed = TableKey {
            schema,
            name: to.name.clone(),
        };
        if self.temporary.remove(&key) {
            self.temporary.insert(renamed);
        } else if self.exists(&key) {
            let at = self.at(to.span);
            self.watch_new_name(&key, &renamed, at);
            self.watch.forget_table(&key, at, Some(to.name.clone()));
            self.move_table(&key, renamed);
        } else if self.database.views.contains_key(&key) {
            self.move_view(&key, renamed);
        } else if self.index_owner(name, None, false).is_some() {
            // PostgreSQL lets ALTER TABLE rename an index.
            self.rename_index(name, false, &to.name);
        }
    }

    /// Gives a table another name or schema; what refers to it follows.
    pub(super) fn move_table(&mut self, key: &TableKey, to: TableKey) {
        let Some(mut table) = self.remove(key) else {
            return;
        };
        table.key = to.clone();
        if self.database.unordered.contains(key) {
            self.database.unordered.insert(to.clone());
        }
        if let Some(at) = self.altered.remove(key) {
            self.altered.insert(to.clone(), at);
        }
        self.insert(table);
        self.move_source(key, &to);
        for other in self.database.links.leaning(key) {
            let Some(table) = self.table_mut(&other) else {
                continue;
            };
            let parents = table.foreign_keys.iter_mut().map(|fk| &mut fk.parent);
            let parents = parents
                .chain(&mut table.inherits)
                .chain(&mut table.partition_of);
            for parent in parents.filter(|parent| **parent == *key) {
                parent.clone_from(&to);
            }
            self.database.links.lean(&to, &other);
        }
    }

    /// `REFERENCES t` where `t` was made later, which SQLite and MySQL allow.
    fn complete_references(&mut self) {
        let keys: BTreeMap<TableKey, Vec<String>> = self
            .database
            .tables
            .values()
            .filter_map(|table| Some((table.key.clone(), table.primary_key.clone()?.columns)))
            .collect();
        for table in self.all_tables_mut() {
            for fk in &mut table.foreign_keys {
                if fk.parent_columns.is_empty()
                    && let Some(columns) = keys.get(&fk.parent)
                {
                    fk.parent_columns.clone_from(columns);
                }
            }
        }
    }
}

/// Whether a migration tool keeps its books in the table.
pub(super) fn is_book(key: &TableKey) -> bool {
    TOOL_TABLES.contains(&key.name.as_str())
}

impl TableKey {
    /// The key of a written name.
    pub(super) fn of(name: &TableName) -> Self {
        Self {
            schema: name.schema.clone().unwrap_or_default(),
            name: name.name.clone(),
        }
    }

    /// A name in the same schema.
    pub(super) fn sibling(&self, name: &str) -> Self {
        Self {
            schema: self.schema.clone(),
            name: name.to_owned(),
        }
    }
}
