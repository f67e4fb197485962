//! What keeps a tool from applying a history of migrations: several ends, steps that are missing or
//! there twice, names that do not fit. Knows no statement.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::MigrationTool;
use super::order::root;
use super::version::{Version, is_way_back, version};
use crate::discover::{FileKind, Unit};
use crate::facts::FileOutcome;
use crate::facts::schema::Dialect;
use crate::source::{Loc, Span};

/// A fault of a history of migrations.
#[derive(Clone, Debug)]
pub struct HistoryFault {
    /// What is wrong.
    pub kind: FaultKind,
    /// The tool that applies the history.
    pub tool: MigrationTool,
    /// The migration to change, or what it says of itself.
    pub at: Loc,
    /// What it is called.
    pub name: String,
    /// The other migrations that take part in it.
    pub others: Vec<Loc>,
}

/// What is wrong with a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// Nothing follows this one, nor these.
    Ends(Vec<String>),
    /// What it follows is missing.
    Missing(String),
    /// Another one goes by the same name or number.
    Twice,
    /// It follows itself.
    Circle,
    /// Its name does not fit into the column that keeps it. Whether the database minds is not known
    /// where it is not.
    TooLong(Option<Dialect>),
}

/// Migrations of one number, where the tool tells them apart by it.
pub(super) fn repeated_numbers(units: &[Unit], outcomes: &[FileOutcome]) -> Vec<HistoryFault> {
    let mut histories: BTreeMap<(Utf8PathBuf, MigrationTool), Vec<(Version, usize)>> =
        BTreeMap::new();
    let paths: BTreeSet<&Utf8Path> = units.iter().map(|unit| unit.path.as_path()).collect();
    for (index, unit) in units.iter().enumerate() {
        let counts = unit.kind == FileKind::Sql
            && numbers(unit.tool)
            && is_read(unit, &paths)
            && !is_way_back(&unit.path, unit.tool)
            && unit.bears_mark()
            && starts_with_number(unit);
        if counts {
            let history = histories.entry((root(unit), unit.tool)).or_default();
            history.push((version(unit, None), index));
        }
    }
    let mut faults = Vec::new();
    for ((_, tool), mut members) in histories {
        members.sort();
        for equal in members.chunk_by(|(left, _), (right, _)| left.clashes(right)) {
            let [first, .., (_, last)] = equal else {
                continue;
            };
            // Files for several databases, folders of several histories.
            let alike = equal.iter().all(|(_, index)| {
                let (unit, other) = (&units[*index], &units[first.1]);
                unit.dialect == other.dialect && unit.path.parent() == other.path.parent()
                    || is_folder(unit)
            });
            if alike {
                let place = |index: usize| place(&units[index], &outcomes[index]);
                let others = equal[..equal.len() - 1].iter();
                faults.push(HistoryFault {
                    kind: FaultKind::Twice,
                    tool,
                    at: place(*last),
                    name: number(&units[*last]).to_owned(),
                    others: others.map(|(_, index)| place(*index)).collect(),
                });
            }
        }
    }
    faults
}

/// Whether the tool reads the folder for certain: sqlx does where it lies beside its manifest, while
/// other runners may take the same names elsewhere.
fn is_read(unit: &Unit, paths: &BTreeSet<&Utf8Path>) -> bool {
    let manifest = root(unit).with_file_name("Cargo.toml");
    unit.tool != MigrationTool::Sqlx || paths.contains(manifest.as_path())
}

/// Whether a tool refuses two migrations of one number.
fn numbers(tool: MigrationTool) -> bool {
    matches!(
        tool,
        MigrationTool::GolangMigrate
            | MigrationTool::Goose
            | MigrationTool::Dbmate
            | MigrationTool::Sqlx
            | MigrationTool::Diesel
            | MigrationTool::Refinery
            | MigrationTool::Flyway
            | MigrationTool::Tern
            | MigrationTool::Supabase
    )
}

/// The name of a migration: that of its folder where all files are called the same.
fn own_name(unit: &Unit) -> &str {
    match unit.path.file_name() {
        Some("up.sql") => unit.path.parent().and_then(|it| it.file_name()),
        name => name,
    }
    .unwrap_or_default()
}

fn is_folder(unit: &Unit) -> bool {
    unit.path.file_name() == Some("up.sql")
}

fn number(unit: &Unit) -> &str {
    own_name(unit).split('_').next().unwrap_or_default()
}

fn starts_with_number(unit: &Unit) -> bool {
    let number = number(unit);
    let number = match unit.tool {
        MigrationTool::Flyway | MigrationTool::Refinery => number.strip_prefix(['V', 'v']),
        _ => Some(number),
    };
    // Others pass over a file with a letter in its number: `03b_plans.sql`.
    let takes_letters = matches!(unit.tool, MigrationTool::Diesel | MigrationTool::Dbmate);
    let is_part = |c: char| takes_letters || c.is_ascii_digit() || matches!(c, '-' | '.');
    number.is_some_and(|number| {
        number.starts_with(|c: char| c.is_ascii_digit()) && number.chars().all(is_part)
    })
}

/// Where a migration begins.
fn place(unit: &Unit, outcome: &FileOutcome) -> Loc {
    let first = outcome.facts.schema.first().map(|statement| statement.span);
    let start = unit.range.start;
    Loc {
        file: unit.file,
        span: first.unwrap_or(Span::from(start..start)),
    }
}
