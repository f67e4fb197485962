//! The linked project: what all files together say. Pure; knows facts, no syntax tree and no rule.

pub mod money;
pub mod python;
pub mod schema;
mod secrets;
pub mod statements;

use camino::{Utf8Path, Utf8PathBuf};

use crate::config::Settings;
use crate::discover::{Profile, Unit};
use crate::facts::FileOutcome;
use crate::facts::secrets::{Credential, Suspect};
use crate::source::{FileId, Loc};
use python::{Endpoint, Handler, OnRequest, Python, SilentError, Unawaited, Unheld, Wait};
use schema::{Database, HistoryFault};
use statements::Statement;

/// Everything rules can ask about.
#[derive(Debug, Default)]
pub struct Project {
    /// One per unit (a file, or a fenced block of a draft), in path order.
    pub units: Vec<UnitInfo>,
    /// The databases, each with the end state of its schema.
    pub databases: Vec<Database>,
    /// What keeps their tools from applying their migrations, in order of place.
    pub history_faults: Vec<HistoryFault>,
    /// The functions that frameworks call per request, in order of place.
    pub handlers: Vec<Handler>,
    /// The paths that lead to them, and those that libraries answer, by path and method.
    pub endpoints: Vec<Endpoint>,
    /// What they, and the functions they call, do that is the fault of no single handler.
    pub on_request: OnRequest,
    /// The calls that wait for other hosts without a limit, in order of place.
    pub waits: Vec<Wait>,
    /// Answers to errors that go out as successes, in order of place.
    pub silent_errors: Vec<SilentError>,
    /// The coroutines that nobody awaits, in order of place.
    pub unawaited: Vec<Unawaited>,
    /// The statements of SQL that code sends.
    pub statements: Vec<Statement>,
    /// Names that code asks of a model which has none of that name.
    pub unheld: Vec<Unheld>,
    /// Suspects by unit.
    pub suspects: Vec<(usize, Suspect)>,
    /// Credentials by unit.
    pub credentials: Vec<(usize, Credential)>,
    /// What linking could not understand.
    pub notes: Vec<LinkNote>,
}

/// What rules may know of a unit.
#[derive(Clone, Debug)]
pub struct UnitInfo {
    /// The file that findings point into.
    pub file: FileId,
    /// The unit's own path: of the file, or of the block inside a draft.
    pub path: Utf8PathBuf,
    /// Tests, examples and the like get a relaxed profile.
    pub profile: Profile,
}

impl UnitInfo {
    /// What people call a migration: the name of its file, or of its folder where the tool calls all
    /// files the same.
    fn migration(&self) -> &str {
        let folder = || self.path.parent().and_then(Utf8Path::file_name);
        match self.path.file_stem() {
            Some("up" | "down" | "migration") => folder().unwrap_or_default(),
            stem => stem.map_or("", |stem| stem.trim_end_matches(".up")),
        }
    }
}

/// A note that arose while linking.
#[derive(Clone, Debug)]
pub struct LinkNote {
    /// What kind.
    pub id: crate::facts::NoteId,
    /// Where, when it has a place.
    pub at: Option<Loc>,
    /// One sentence for the user.
    pub message: String,
}

impl Project {
    /// Links the facts of all units.
    pub fn link(units: &[Unit], outcomes: &[FileOutcome], settings: &Settings) -> Self {
        let python = Python::new(units, outcomes);
        let (databases, history_faults, notes) = schema::replay(units, outcomes, &python, settings);
        let facts = || outcomes.iter().map(|outcome| &outcome.facts).enumerate();
        let suspects = facts().flat_map(|(unit, facts)| {
            let suspects = facts.secrets.iter().cloned();
            suspects.map(move |suspect| (unit, suspect))
        });
        let credentials = facts().flat_map(|(unit, facts)| {
            let credentials = facts.credentials.iter().cloned();
            credentials.map(move |credential| (unit, credential))
        });
        let infos = units
            .iter()
            .map(|unit| UnitInfo {
                file: unit.file,
                path: unit.path.clone(),
                profile: unit.profile,
            })
            .collect();
        let (handlers, endpoints, unawaited, on_request) = python::handlers(&python, &databases);
        let is_code = |unit: usize| statements::is_code(&units[unit]);
        let unheld = python::unheld(&python, &databases, is_code);
        let waits = python::endless(&python, &handlers);
        Self {
            units: infos,
            databases,
            history_faults,
            handlers,
            endpoints,
            on_request,
            waits,
            silent_errors: python::silent_errors(&python),
            unawaited,
            statements: statements::statements(units, outcomes, &python),
            unheld,
            suspects: suspects.collect(),
            credentials: credentials.collect(),
            notes,
        }
    }

    /// What a finding about a step of a migration is about: `0002_orders:orders.total`.
    pub fn step(&self, database: &Database, at: Loc, object: &str) -> String {
        let unit = self.units.iter().find(|unit| unit.file == at.file);
        let name = unit.map_or("", |unit| unit.migration());
        self.subject(database, format!("{name}:{object}"))
    }

    /// What a finding about a schema is about: `orders.total`, behind the database's name where
    /// there are several.
    pub fn subject(&self, database: &Database, subject: String) -> String {
        match self.databases.len() {
            0 | 1 => subject,
            _ => format!("{}/{subject}", database.name),
        }
    }
}
