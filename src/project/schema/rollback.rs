//! Migrations whose way back does not lead back: both directions run on trial, on copies of what they
//! name, and what comes out is compared with what was there. Where either side does what depends on
//! more than the model knows, nothing is said.

mod clause;
mod compare;
mod named;
mod repair;
mod shape;
mod trial;

use crate::facts::schema::SchemaStatement;
use crate::source::{FileId, Loc};

use super::TableKey;

/// A migration whose way back does not lead back.
#[derive(Clone, Debug)]
pub struct Rollback {
    /// The clause of the way back that is nearest to the first fault.
    pub at: Loc,
    /// The file of the migration.
    pub migration: FileId,
    /// What differs afterwards.
    pub faults: Vec<Fault>,
    /// Other migrations of its history follow.
    pub followed: bool,
}

/// Something that is not what it was.
#[derive(Clone, Debug)]
pub struct Fault {
    /// What.
    pub thing: Thing,
    /// How it differs.
    pub how: How,
    /// The clause of the migration that changed it.
    pub cause: Option<Loc>,
    /// The clause of the way back that is nearest to it.
    pub at: Loc,
    /// Statements that mend it, where simple ones do.
    pub repair: Vec<String>,
}

/// A part of a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thing {
    /// What people call its kind.
    pub kind: &'static str,
    /// Its table, where it belongs to one.
    pub table: Option<TableKey>,
    /// Its name; of what has none, its columns.
    pub name: String,
}

/// How something differs from what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// The migration made it, and it stays.
    Stays,
    /// The migration took it away, and it does not come back.
    Missing,
    /// The way back takes it away, and the migration did not make it.
    Taken,
    /// It keeps the name that the migration gave it.
    Renamed(String),
    /// It is of another type: as it is, as it was.
    Type(String, String),
    /// It takes NULL, or no more.
    Nullable(bool),
    /// Its default: as it is, as it was.
    Default(Option<String>, Option<String>),
    /// It numbers itself, or no more.
    Numbered(bool),
    /// It bears its name and is holds other columns: as it is, as it was.
    Differs(String, String),
    /// A delete does something else: as it is, as it was.
    OnDelete(&'static str, &'static str),
    /// Its rows are secured, or no more.
    Secured(bool),
}

impl Rollback {
    /// What is found of a migration, if anything is.
    pub(super) fn of(faults: Vec<Fault>, migration: FileId) -> Option<Self> {
        Some(Self {
            at: faults.first()?.at,
            migration,
            faults,
            followed: false,
        })
    }
}

/// One direction of a migration: its statements, and the files that they stand in.
#[derive(Default)]
pub(super) struct Side<'a>(pub(super) Vec<(FileId, &'a SchemaStatement)>);
