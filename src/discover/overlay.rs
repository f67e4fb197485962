//! Lays a draft over a project: what has a path of the project replaces it, SQL without a name
//! comes after the newest migration, models without one belong to the only schema.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::tool::MigrationTool;
use super::tool::recognise::folder;
use super::{FileKind, Profile, Unit};

/// Gives the blocks the paths they would have in the project. `named` are those of the blocks
/// that the draft names.
pub(super) fn place(blocks: &mut [Unit], named: &[bool], project: &[Unit]) {
    let newest = Newest::of(project);
    let schema = folder_of_schema(project);
    let mut count = 0;
    for (block, named) in blocks.iter_mut().zip(named) {
        if *named {
            block.path = in_project(&block.path, block.kind, project);
        } else if let (FileKind::Sql, Some(newest)) = (block.kind, &newest) {
            count += 1;
            block.path = newest.next(count);
        } else if let (FileKind::Prisma, Some(folder)) = (block.kind, schema) {
            block.path = folder.join(&block.path);
        }
    }
}

/// The folder of the only Prisma schema that names a database.
fn folder_of_schema(project: &[Unit]) -> Option<&Utf8Path> {
    let names_database = |unit: &&Unit| {
        let text = &unit.text[unit.range.clone()];
        let mut lines = text.lines().map(str::trim_start);
        unit.kind == FileKind::Prisma && lines.any(|line| line.starts_with("datasource "))
    };
    let mut schemas = project.iter().filter(names_database);
    let only = schemas.next()?;
    schemas.next().is_none().then(|| only.path.parent())?
}

/// The path of a file whose draft was written from deeper down: the only file that ends so, else
/// the only folder of migrations that does.
fn in_project(path: &Utf8Path, kind: FileKind, project: &[Unit]) -> Utf8PathBuf {
    let of_kind = || project.iter().filter(|unit| unit.kind == kind);
    if of_kind().any(|unit| unit.path == path) {
        return path.to_owned();
    }
    let same: BTreeSet<_> = of_kind()
        .map(|unit| &unit.path)
        .filter(|other| other.ends_with(path))
        .collect();
    if let (Some(only), 1) = (same.first(), same.len()) {
        return (*only).clone();
    }
    let (Some(name), Some(above)) = (path.file_name(), path.parent()) else {
        return path.to_owned();
    };
    let folders: BTreeSet<_> = of_kind()
        .filter(|unit| unit.tool != MigrationTool::None)
        .filter_map(|unit| unit.path.parent())
        .collect();
    let mut ends_so = folders.iter().filter(|folder| folder.ends_with(above));
    match (ends_so.next(), ends_so.next()) {
        (Some(only), None) if !above.as_str().is_empty() && !folders.contains(above) => {
            only.join(name)
        }
        _ => path.to_owned(),
    }
}

/// Where the only history of a project ends.
struct Newest {
    folder: Utf8PathBuf,
    /// The name of the newest migration up to its number, that number, its digits, what follows.
    prefix: String,
    number: u128,
    width: usize,
    suffix: &'static str,
}

impl Newest {
    fn of(project: &[Unit]) -> Option<Self> {
        let migrations = || {
            let applied = |unit: &&Unit| unit.tool != MigrationTool::None;
            let live = |unit: &&Unit| unit.profile == Profile::Production;
            project.iter().filter(applied).filter(live)
        };
        let folders: BTreeSet<_> = migrations().map(|unit| folder(&unit.path)).collect();
        let (Some(only), 1) = (folders.first(), folders.len()) else {
            return None;
        };
        let below = |unit: &Unit| {
            let below = unit.path.strip_prefix(only).ok()?;
            let name = below.components().next()?.as_str();
            let start = name.find(|c: char| c.is_ascii_digit())?;
            let digits = name[start..].find(|c: char| !c.is_ascii_digit());
            let digits = &name[start..digits.map_or(name.len(), |end| start + end)];
            Some((digits.parse().ok()?, digits.len(), name[..start].to_owned()))
        };
        let (number, width, prefix): (u128, _, _) = migrations().filter_map(below).max()?;
        let newest = migrations().next_back()?;
        Some(Self {
            folder: only.clone(),
            prefix,
            number,
            width,
            suffix: suffix(newest),
        })
    }

    fn next(&self, count: u128) -> Utf8PathBuf {
        let Self {
            prefix,
            width,
            suffix,
            ..
        } = self;
        let number = self.number.saturating_add(count);
        self.folder
            .join(format!("{prefix}{number:0width$}{suffix}"))
    }
}

fn suffix(newest: &Unit) -> &'static str {
    let name = newest.path.file_name().unwrap_or_default();
    match newest.tool {
        MigrationTool::Diesel => "_draft/up.sql",
        MigrationTool::Prisma => "_draft/migration.sql",
        MigrationTool::Flyway | MigrationTool::Refinery => "__draft.sql",
        _ if name.ends_with(".up.sql") || name.ends_with(".down.sql") => "_draft.up.sql",
        _ => "_draft.sql",
    }
}
