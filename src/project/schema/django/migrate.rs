//! Runs the migrations of Django in the model: each operation changes the state of the models, and
//! with it the database, as Django's own executor does it.

use std::collections::{BTreeMap, BTreeSet};

use super::apps::Apps;
use super::field::ModelKey;
use super::history::{History, Migration, histories};
use super::scope::Scope;
use super::state::{Model, State, Together};
use super::table::statement;
use crate::config::Settings;
use crate::discover::{MigrationTool, Unit};
use crate::facts::FileOutcome;
use crate::facts::python::{Call, Class, Value};
use crate::facts::schema::{Dialect, Ident, SchemaChange, SchemaStatement, TableName};
use crate::project::LinkNote;
use crate::project::python::Python;
use crate::project::schema::order::name;
use crate::project::schema::{Database, HistoryFault, Replay};
use crate::source::{FileId, Span};

/// The databases that migrations of Django leave behind, with what could not be understood.
pub(in crate::project::schema) fn databases(
    units: &[Unit],
    outcomes: &[FileOutcome],
    python: &Python,
    settings: &Settings,
) -> (Vec<(Database, Vec<LinkNote>)>, Vec<HistoryFault>) {
    let apps = &Apps::new(python);
    let mut histories = histories(units, python, apps);
    let faults = histories
        .iter_mut()
        .flat_map(|it| std::mem::take(&mut it.faults));
    let faults: Vec<HistoryFault> = faults.collect();
    let histories = histories.into_iter();
    let replayed = histories.map(|history| {
        let dialect = dialect(&history, units, python, apps, settings);
        let name = name(&history.root);
        let mut migrator = Migrator {
            python,
            apps,
            units,
            outcomes,
            state: State {
                dialect,
                models: BTreeMap::new(),
            },
            replay: Replay::new(name, dialect, MigrationTool::Django),
            calls: BTreeMap::new(),
            pending: Vec::new(),
            is_muted: false,
            text: "",
            class: None,
            module: 0,
            app: String::new(),
        };
        for migration in &history.migrations {
            migrator.run(migration);
        }
        let (mut database, open) = migrator.replay.finish();
        let file = |migration: &Migration| units[python.modules[migration.module].unit].file;
        let last: BTreeMap<&str, FileId> = history
            .migrations
            .iter()
            .map(|migration| (migration.app.as_str(), file(migration)))
            .collect();
        for migration in &history.migrations {
            let unit = python.modules[migration.module].unit;
            let said = &outcomes[unit].facts.transactions;
            database.look_at_transactions(units[unit].file, said);
        }
        let migrations = history.migrations.iter();
        let order: Vec<usize> = migrations
            .map(|it| python.modules[it.module].unit)
            .collect();
        database.look_for_ways_back(&order, units, outcomes);
        database.follow(&last.into_values().collect());
        if history.is_guess {
            database.unordered = database.tables.keys().cloned().collect();
        }
        (database, history.notes.into_iter().chain(open).collect())
    });
    (replayed.collect(), faults)
}

/// The dialect of a project: as configured, as its settings say, as its files were taken for.
/// Whether it says that it is one of those that first make the tables of its app. Django writes
/// several where models of two apps refer to each other.
fn is_initial(class: &Class) -> bool {
    let mut fields = class.fields.iter();
    let initial = fields.find(|field| field.name == "initial");
    initial.is_some_and(|field| field.value == Some(Value::Bool(true)))
}

fn dialect(
    history: &History,
    units: &[Unit],
    python: &Python,
    apps: &Apps,
    settings: &Settings,
) -> Dialect {
    let said = apps.settings(&history.root).and_then(|it| it.dialect);
    let taken = || {
        let mut migrations = history.migrations.iter();
        migrations.find_map(|it| units[python.modules[it.module].unit].dialect)
    };
    let dialect = settings.dialect.or(said).or_else(taken);
    dialect.unwrap_or(Dialect::Postgres)
}

/// A project whose migrations run.
pub(super) struct Migrator<'a> {
    pub(super) python: &'a Python<'a>,
    pub(super) apps: &'a Apps,
    units: &'a [Unit],
    outcomes: &'a [FileOutcome],
    /// The models as they are now.
    pub(super) state: State,
    /// The database as it is now.
    pub(super) replay: Replay,
    /// The calls that fields were read from, by where they stand.
    pub(super) calls: BTreeMap<(FileId, Span), &'a Call>,
    /// What waits for the end of the migration.
    pub(super) pending: Vec<Pending>,
    /// Only the state changes.
    pub(super) is_muted: bool,
    /// The text of the file at hand.
    text: &'a str,
    /// The class of the migration at hand.
    pub(super) class: Option<&'a Class>,
    /// The module it stands in.
    pub(super) module: usize,
    /// The label of its application.
    pub(super) app: String,
}

/// Foreign keys and indexes of new tables, which Django makes when a migration is done. Until then
/// they follow their model and field through new names.
pub(super) struct Pending {
    pub(super) model: ModelKey,
    pub(super) what: Waiting,
}

/// What waits.
#[derive(PartialEq, Eq)]
pub(super) enum Waiting {
    /// The foreign key and the indexes of a field.
    Field(String),
    /// The indexes of a field.
    Indexes(String),
    /// The keys and indexes of the table behind a many-to-many field.
    Pairs(String),
    /// `unique_together`.
    Unique(Together),
}

impl<'a> Migrator<'a> {
    fn run(&mut self, migration: &Migration<'a>) {
        let unit = &self.units[self.python.modules[migration.module].unit];
        self.text = &unit.text;
        self.replay.part.clone_from(&unit.range);
        self.class = Some(migration.class);
        self.module = migration.module;
        self.app.clone_from(&migration.app);
        let mut fields = migration.class.fields.iter();
        let operations = fields.find(|field| field.name == "operations");
        let before = self.replay.live_changes();
        if let Some(value) = operations.and_then(|field| field.value.as_ref()) {
            self.operations(value);
        }
        for pending in std::mem::take(&mut self.pending) {
            self.finish(pending);
        }
        if is_initial(migration.class) {
            self.replay.forget_live_changes(before);
        }
    }

    /// What names mean in the migration at hand, for a model.
    pub(super) fn scope<'s>(&'s self, model: &'s ModelKey) -> Scope<'s> {
        Scope {
            python: self.python,
            apps: self.apps,
            module: self.module,
            model,
        }
    }

    /// The file of the migration at hand.
    pub(super) fn file(&self) -> FileId {
        self.python.modules[self.module].file
    }

    /// Changes the database by a statement of the migration at hand.
    pub(super) fn execute(&mut self, span: Span, change: SchemaChange) {
        self.apply(self.file(), &statement(span, change));
    }

    /// Changes the database by a statement that stands in some file.
    pub(super) fn apply(&mut self, file: FileId, statement: &SchemaStatement) {
        if !self.is_muted {
            self.replay.apply(file, statement);
        }
    }

    /// Applies what an operation runs besides Django's own statements.
    pub(super) fn run_beside(&mut self, call: &Call) {
        let unit = self.python.modules[self.module].unit;
        let runs = self.outcomes[unit].facts.runs.iter();
        for run in runs.filter(|run| run.operation == call.span) {
            for statement in &run.statements {
                let statement = self.narrowed(statement);
                self.apply(self.file(), &statement);
            }
            for model in &run.models {
                let key = match ModelKey::dotted(model) {
                    Some(key) => key,
                    None => ModelKey::new(&self.app, model),
                };
                self.doubt(Some(&key), call.span);
            }
        }
    }

    /// A statement that may change any table is taken to change those its file speaks of.
    fn narrowed(&self, statement: &SchemaStatement) -> SchemaStatement {
        let mut statement = statement.clone();
        if let SchemaChange::Opaque { tables } = &mut statement.change
            && tables.is_empty()
        {
            let words = self.text.split(|c: char| !c.is_alphanumeric() && c != '_');
            let spoken: BTreeSet<&str> = words.collect();
            let named = self.replay.all_tables().map(|table| &table.key);
            let named = named.filter(|key| spoken.contains(key.name.as_str()));
            tables.extend(named.map(|key| TableName {
                schema: None,
                name: key.name.clone(),
                span: statement.span,
            }));
        }
        statement
    }

    /// Nobody knows what happens to the table of a model, or to any.
    pub(super) fn doubt(&mut self, model: Option<&ModelKey>, span: Span) {
        let known = model.and_then(|model| self.state.models.get(model));
        let tables = known.map(|model| self.state.table_name(model));
        let tables = tables.into_iter().collect();
        self.execute(span, SchemaChange::Opaque { tables });
    }

    /// The model of that name; one that nothing has made yet is open.
    pub(super) fn model(&mut self, key: &ModelKey, name: &str, span: Span) -> Model {
        if let Some(model) = self.state.models.get(key) {
            return model.clone();
        }
        let model = Model {
            open: true,
            ..self.blank(key, name, span)
        };
        self.state.models.insert(key.clone(), model.clone());
        model
    }

    /// A model that nothing is said of yet.
    pub(super) fn blank(&self, key: &ModelKey, name: &str, span: Span) -> Model {
        let path = self.python.modules[self.module].path;
        Model {
            key: key.clone(),
            name: Ident {
                name: name.to_owned(),
                span,
            },
            file: self.file(),
            table: None,
            fields: Vec::new(),
            unique_together: Vec::new(),
            index_together: Vec::new(),
            indexes: Vec::new(),
            constraints: Vec::new(),
            managed: true,
            proxy_of: None,
            auto_field: self.apps.project_auto_field(path).to_owned(),
            marks_deleted: false,
            open: false,
        }
    }
}

/// Whether Django makes the table of a model.
pub(super) fn has_table(model: &Model) -> bool {
    model.managed && model.proxy_of.is_none()
}
