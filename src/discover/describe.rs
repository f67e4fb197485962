//! Says of each unit what it is taken for, and why: tool, dialect, profile.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use memchr::memmem;
use rayon::prelude::*;

use super::dialect::{self, Named};
use super::profile::profile;
use super::sidecar::{self, Sidecars};
use super::tool::MigrationTool;
use super::tool::marker::python_marker;
use super::tool::recognise::{self, Recognised, folder, recognise};
use super::{FileKind, Unit};
use crate::config::Settings;
use crate::facts::schema::Dialect;
use crate::parse::sql::dialect_evidence;

/// What is known around the units.
pub(super) struct Surroundings<'a> {
    pub(super) settings: &'a Settings,
    pub(super) sidecars: &'a Sidecars,
    /// The folders that were named; profiles are told by the path below them.
    pub(super) worlds: &'a [Utf8PathBuf],
    /// Units of the project around a draft, described already.
    pub(super) project: &'a [Unit],
}

/// Describes units whose kind is known. A dialect they have already is one their fence names.
pub(super) fn describe(units: &mut [Unit], around: &Surroundings) {
    set_tools(units, around);
    set_tools_of_python(units, around);
    set_tools_of_steps(units);
    set_dialects(units, around);
    for unit in units {
        set_profile(unit, around);
    }
}

fn set_tools(units: &mut [Unit], around: &Surroundings) {
    let sql: Vec<usize> = sql(units);
    let files: Vec<_> = sql
        .iter()
        .map(|&nth| {
            (
                units[nth].path.as_path(),
                &units[nth].text[units[nth].range.clone()],
            )
        })
        .collect();
    let found = recognise(&files, around.sidecars, around.settings);
    for (nth, found) in sql.into_iter().zip(found) {
        let unit = &mut units[nth];
        let Recognised { tool, order, why } = found;
        let neighbour = neighbour(unit, around.project).map(|neighbour| neighbour.tool);
        (unit.tool, unit.order) = (neighbour.unwrap_or(tool), order);
        unit.untransacted = around.sidecars.decline_transaction(&unit.path);
        if unit.tool != MigrationTool::None {
            let why = if why.is_empty() {
                "its neighbours"
            } else {
                &why
            };
            unit.because(&format!("{} by {why}", unit.tool.name()));
        } else if unit.order.is_some() {
            unit.because(&why);
        }
    }
}

/// Migrations in Python are told by what they say, wherever they lie.
fn set_tools_of_python(units: &mut [Unit], around: &Surroundings) {
    for unit in units {
        if unit.kind != FileKind::Python {
            continue;
        }
        let Some((tool, marker)) = python_marker(&unit.text[unit.range.clone()]) else {
            continue;
        };
        let why = match recognise::configured(&unit.path, around.settings) {
            Some(configured) if configured != tool => continue,
            Some(_) => "configuration",
            None => marker,
        };
        unit.tool = tool;
        unit.because(&format!("{} by {why}", tool.name()));
    }
}

/// Steps in other languages belong to the tool of the SQL beside them.
fn set_tools_of_steps(units: &mut [Unit]) {
    let beside: BTreeMap<Utf8PathBuf, MigrationTool> = units
        .iter()
        .filter(|unit| unit.kind == FileKind::Sql && unit.tool != MigrationTool::None)
        .map(|unit| (folder(&unit.path), unit.tool))
        .collect();
    for unit in units.iter_mut().filter(|unit| unit.kind == FileKind::Step) {
        if let Some(tool) = beside.get(&folder(&unit.path)) {
            unit.tool = *tool;
            unit.because(&format!(
                "{} by its neighbours; its code is not read",
                tool.name()
            ));
        }
    }
}

fn set_dialects(units: &mut [Unit], around: &Surroundings) {
    let mixed: BTreeSet<Utf8PathBuf> = units
        .iter()
        .filter(|unit| unit.kind == FileKind::Sql && dialect::by_name(&unit.path).is_some())
        .map(|unit| folder(&unit.path))
        .collect();
    let mut left = Vec::new();
    for nth in changing_schemas(units) {
        let found = said(&units[nth], around);
        // Where some files of a folder name a dialect, the others are for all of them.
        let is_for_all = mixed.contains(&folder(&units[nth].path));
        let found = found.or_else(|| hinted(&units[nth], around).filter(|_| !is_for_all));
        match found {
            Some((dialect, why)) => units[nth].set_dialect(dialect, &why),
            None if is_for_all => {}
            None => left.push(nth),
        }
    }
    if !left.is_empty() && !set_by_drivers(units, &left, around) {
        set_by_syntax(units, left);
    }
}

fn set_by_drivers(units: &mut [Unit], left: &[usize], around: &Surroundings) -> bool {
    let is_python = |unit: &&Unit| unit.kind == FileKind::Python;
    let all = units.iter().chain(around.project);
    let python: Vec<&Unit> = all.filter(is_python).collect();
    let Some(dialect) = dialect::by_drivers(&python) else {
        return false;
    };
    for &nth in left {
        units[nth].set_dialect(dialect, "the drivers in use");
    }
    true
}

/// Files of one folder are written in one dialect: the one that most of those which show any do.
fn set_by_syntax(units: &mut [Unit], left: Vec<usize>) {
    let left: Vec<usize> = left
        .into_iter()
        .filter(|&nth| units[nth].kind == FileKind::Sql)
        .collect();
    let evidence: Vec<_> = left
        .par_iter()
        .map(|&nth| dialect_evidence(&units[nth].text[units[nth].range.clone()]))
        .collect();
    let mut folders: BTreeMap<Utf8PathBuf, Vec<(usize, Option<Dialect>)>> = BTreeMap::new();
    for (nth, evidence) in left.into_iter().zip(evidence) {
        let members = folders.entry(folder(&units[nth].path)).or_default();
        members.push((nth, evidence));
    }
    for members in folders.into_values() {
        let mut votes: BTreeMap<Dialect, usize> = BTreeMap::new();
        for dialect in members.iter().filter_map(|(_, evidence)| *evidence) {
            *votes.entry(dialect).or_default() += 1;
        }
        let total: usize = votes.values().sum();
        let clear = votes.into_iter().find(|(_, count)| count * 3 > total * 2);
        for (nth, _) in members {
            if let Some((dialect, _)) = clear {
                units[nth].set_dialect(dialect, "its syntax");
            }
        }
    }
}

/// The dialect that the unit itself is said to be written in.
fn said(unit: &Unit, around: &Surroundings) -> Option<(Dialect, String)> {
    if let Some(dialect) = configured(unit, around.settings) {
        return Some((dialect, "configuration".to_owned()));
    }
    if let Some(dialect) = unit.dialect {
        return Some((dialect, "its fence".to_owned()));
    }
    if unit.kind == FileKind::Prisma {
        let text = &unit.text[unit.range.clone()];
        let mut named = sidecar::dialects(&unit.path, text).into_iter();
        return named
            .next()
            .map(|dialect| (dialect, "its provider".to_owned()));
    }
    // The name of a step is about something else.
    let path = match unit.tool.is_python() {
        true => unit.path.with_file_name("step"),
        false => unit.path.clone(),
    };
    if let Some(Named::Known(dialect)) = dialect::by_path(&path) {
        return Some((dialect, "its path".to_owned()));
    }
    None
}

/// The dialect that is written down around it, the nearest place first.
fn hinted(unit: &Unit, around: &Surroundings) -> Option<(Dialect, String)> {
    let folder = unit.path.parent().unwrap_or(Utf8Path::new(""));
    let neighbour = neighbour(unit, around.project);
    if let Some(dialect) = neighbour.and_then(|neighbour| neighbour.dialect) {
        return Some((dialect, "its neighbours".to_owned()));
    }
    if let Some(dialect) = dialect::by_tool(unit.tool) {
        return Some((dialect, "its tool".to_owned()));
    }
    let sidecars = around.sidecars;
    let (dialect, path) = sidecars
        .of_tool(folder)
        .or_else(|| sidecars.of_project(folder))?;
    Some((dialect, path.to_string()))
}

fn configured(unit: &Unit, settings: &Settings) -> Option<Dialect> {
    let mut per_path = settings.per_path.iter().rev();
    per_path
        .find_map(|entry| entry.dialect.filter(|_| entry.paths.is_match(&unit.path)))
        .or(settings.dialect)
}

/// A migration of the project in the same folder, in the same language.
fn neighbour<'a>(unit: &Unit, project: &'a [Unit]) -> Option<&'a Unit> {
    let folder = folder(&unit.path);
    project
        .iter()
        .filter(|other| other.tool != MigrationTool::None && other.kind == unit.kind)
        .find(|other| self::folder(&other.path) == folder)
}

fn set_profile(unit: &mut Unit, around: &Surroundings) {
    let mut per_path = around.settings.per_path.iter().rev();
    let configured =
        per_path.find_map(|entry| entry.profile.filter(|_| entry.paths.is_match(&unit.path)));
    let world = around
        .worlds
        .iter()
        .filter(|world| unit.path.starts_with(world));
    let world = world.max_by_key(|world| world.as_str().len());
    let below = world.and_then(|world| unit.path.strip_prefix(world).ok());
    let (found, why) = match configured {
        Some(profile) => (profile, Some("profile by configuration".to_owned())),
        None if unit.tool.is_python() => {
            let path = below.unwrap_or(&unit.path).with_file_name("step.py");
            profile(&path, unit.kind)
        }
        None => profile(below.unwrap_or(&unit.path), unit.kind),
    };
    unit.profile = found;
    if let Some(why) = why {
        unit.because(&why);
    }
}

fn sql(units: &[Unit]) -> Vec<usize> {
    let is_sql = |nth: &usize| units[*nth].kind == FileKind::Sql;
    (0..units.len()).filter(is_sql).collect()
}

/// SQL, migrations in Python, and models of Prisma and SQLAlchemy.
fn changing_schemas(units: &[Unit]) -> Vec<usize> {
    let changes = |nth: &usize| {
        let unit = &units[*nth];
        match unit.kind {
            FileKind::Sql | FileKind::Prisma => true,
            FileKind::Python => {
                unit.tool.is_python() || declares_tables(&unit.text[unit.range.clone()])
            }
            FileKind::Step | FileKind::Markdown | FileKind::Config(_) | FileKind::Text => false,
        }
    };
    (0..units.len()).filter(changes).collect()
}

/// Whether Python may hold models of SQLAlchemy.
fn declares_tables(text: &str) -> bool {
    let has = |word: &&str| memmem::find(text.as_bytes(), word.as_bytes()).is_some();
    let uses = ["sqlalchemy", "sqlmodel", ".Model"];
    let declares = ["__tablename__", "Column(", "mapped_column", "table=True"];
    declares.iter().any(has) && uses.iter().any(has)
}

impl Unit {
    pub(super) fn because(&mut self, why: &str) {
        if !self.why.is_empty() {
            self.why.push_str("; ");
        }
        self.why.push_str(why);
    }

    fn set_dialect(&mut self, dialect: Dialect, why: &str) {
        self.dialect = Some(dialect);
        self.because(&format!("{} by {why}", dialect.as_str()));
    }
}
