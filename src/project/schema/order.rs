//! Which files make one database, and in which order: by folder, tool and dialect.

mod base;
mod newest;

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::TableKey;
use super::baseline;
use super::fault::HistoryFault;
use super::revisions::Revisions;
use super::touch::Touch;
use super::version::{Version, is_version, is_way_back, version};
use crate::config::Settings;
use crate::discover::{FileKind, MigrationTool, Unit, graphile_root};
use crate::facts::FileOutcome;
use crate::facts::schema::{Dialect, SchemaStatement};
use crate::project::LinkNote;
use base::{Bases, is_declared};

/// The files of one database, in the order in which they are applied.
#[derive(Debug)]
pub(super) struct Chain {
    /// The migration root, or the file of a schema that stands alone.
    pub(super) name: String,
    pub(super) dialect: Dialect,
    pub(super) tool: MigrationTool,
    /// Indexes of units.
    pub(super) units: Vec<usize>,
    /// The unit of the migration that none follows, where that is known.
    pub(super) newest: Option<usize>,
    /// Units among them that only bring rows.
    pub(super) seeds: Vec<usize>,
    /// Dumps of what these leave behind.
    copies: Vec<usize>,
    /// Tables whose end state depends on an order that is a guess.
    pub(super) unordered: BTreeSet<TableKey>,
}

/// Groups and orders all files that change a schema.
pub(super) fn chains(
    units: &[Unit],
    outcomes: &[FileOutcome],
    settings: &Settings,
) -> (Vec<Chain>, Vec<HistoryFault>, Vec<LinkNote>) {
    let files = Files::read(units, outcomes, settings);
    let mut chains: Vec<Chain> = files
        .by_root(|_, tool| !is_loose(tool))
        .into_iter()
        .filter(|(_, _, members)| members.iter().any(|member| !files.is_unread(*member)))
        .map(|(root, dialect, members)| files.migrations(&root, dialect, members))
        .collect();
    newest::settle_copies(&mut chains, units);
    let taken: BTreeSet<usize> = chains
        .iter()
        .flat_map(|chain| chain.units.iter().chain(&chain.copies).copied())
        .collect();
    let rest = files.by_root(|index, tool| is_loose(tool) && !taken.contains(&index));
    for (root, dialect, members) in rest {
        chains.extend(files.schemas(&root, dialect, members));
    }
    chains.sort_by(|left, right| (&left.name, left.dialect).cmp(&(&right.name, right.dialect)));
    (chains, files.revisions.faults, files.revisions.notes)
}

/// Whether the plan of its tool leaves it out.
fn is_passed_over(unit: &Unit) -> bool {
    unit.order
        .as_ref()
        .is_some_and(|planned| planned.position.is_none())
}

/// A schema file or a dump: no step of a history.
fn is_loose(tool: MigrationTool) -> bool {
    tool == MigrationTool::None
}

/// Whether it changes a schema, or as a step of a history all rows of a table.
fn changes_something(unit: &Unit, outcome: &FileOutcome) -> bool {
    let facts = &outcome.facts;
    !facts.schema.is_empty() || !facts.sweeps.is_empty() && !is_loose(unit.tool)
}

fn is_sql(unit: &Unit) -> bool {
    matches!(unit.kind, FileKind::Sql | FileKind::Step)
}

/// A file that changes a schema.
struct File<'a> {
    unit: &'a Unit,
    root: Utf8PathBuf,
    dialect: Option<Dialect>,
    version: Version,
    statements: &'a [SchemaStatement],
    touch: Touch,
}

/// The paths that a file may stand for in its dialect: `a.up.sql` for `a.sqlite.up.sql`.
fn replaced(unit: &Unit) -> Vec<(Dialect, String)> {
    let parts: Vec<&str> = unit.path.as_str().split('.').collect();
    let inner = 1..parts.len().saturating_sub(1);
    let without = |nth: usize| [&parts[..nth], &parts[nth + 1..]].concat().join(".");
    let paths = unit
        .dialect
        .map(|dialect| inner.map(move |nth| (dialect, without(nth))));
    paths.into_iter().flatten().collect()
}

/// The files, by index of their unit. One of no known dialect may stand in several chains.
struct Files<'a> {
    files: BTreeMap<usize, File<'a>>,
    /// Migrations that change no schema and bring rows, by root.
    seeds: BTreeMap<Utf8PathBuf, Vec<usize>>,
    /// The last of the migrations that change no schema, by root.
    idle: BTreeMap<Utf8PathBuf, Version>,
    /// The paths of files that another one replaces in a dialect, which may do nothing.
    replaced: BTreeSet<(Dialect, String)>,
    revisions: Revisions,
}

impl<'a> Files<'a> {
    fn read(units: &'a [Unit], outcomes: &'a [FileOutcome], settings: &Settings) -> Self {
        let revisions = Revisions::read(units, outcomes, settings);
        let files = units
            .iter()
            .zip(outcomes)
            .enumerate()
            .filter(|(_, (unit, outcome))| {
                (is_sql(unit) || unit.tool == MigrationTool::Alembic)
                    && changes_something(unit, outcome)
                    && !is_way_back(&unit.path, unit.tool)
                    && !is_passed_over(unit)
            })
            .map(|(index, (unit, outcome))| {
                let file = File {
                    unit,
                    root: root(unit),
                    dialect: settings.dialect.or(unit.dialect),
                    version: version(unit, revisions.position(index)),
                    statements: &outcome.facts.schema,
                    touch: Touch::of(&outcome.facts.schema),
                };
                (index, file)
            });
        let mut files = Self {
            files: files.collect(),
            seeds: seeds(units, outcomes),
            idle: newest::idle(units, outcomes, &revisions),
            replaced: units.iter().flat_map(replaced).collect(),
            revisions,
        };
        files.join_folders();
        files
    }

    /// Whether it is a step in a language that is not read.
    fn is_unread(&self, file: usize) -> bool {
        self.files[&file].unit.kind == FileKind::Step
    }

    /// A folder of schema files that needs the tables of exactly one folder near it belongs to
    /// that: `sql/indexes` to `sql/tables`.
    fn join_folders(&mut self) {
        let mut makers: BTreeMap<&TableKey, BTreeSet<&Utf8Path>> = BTreeMap::new();
        let mut needs: BTreeMap<&Utf8Path, BTreeSet<&TableKey>> = BTreeMap::new();
        for file in self.files.values().filter(|file| is_loose(file.unit.tool)) {
            needs
                .entry(&file.root)
                .or_default()
                .extend(&file.touch.needs);
            for key in &file.touch.makes {
                makers.entry(key).or_default().insert(&file.root);
            }
        }
        let mut joined: BTreeMap<Utf8PathBuf, Utf8PathBuf> = BTreeMap::new();
        for (root, needs) in &needs {
            let made_by = needs.iter().filter_map(|key| makers.get(key)).flatten();
            let others: BTreeSet<&&Utf8Path> = made_by.filter(|maker| maker != &root).collect();
            if let [maker] = Vec::from_iter(others)[..]
                && are_near(maker, root)
                && !joined.contains_key(*maker)
            {
                joined.insert(root.to_path_buf(), maker.to_path_buf());
            }
        }
        for file in self.files.values_mut() {
            if is_loose(file.unit.tool)
                && let Some(maker) = joined.get(&file.root)
            {
                file.root.clone_from(maker);
            }
        }
    }

    /// The files that pass, by root and dialect, each group in order. Files of no known
    /// dialect belong to each dialect of their root, unless that has a file of the same version.
    fn by_root(
        &self,
        passes: impl Fn(usize, MigrationTool) -> bool,
    ) -> Vec<(Utf8PathBuf, Dialect, Vec<usize>)> {
        let mut roots: BTreeMap<(&Utf8Path, bool), Vec<usize>> = BTreeMap::new();
        for (index, file) in &self.files {
            if passes(*index, file.unit.tool) {
                // Revisions and the SQL beside them are two histories.
                let key = (file.root.as_path(), is_sql(file.unit));
                roots.entry(key).or_default().push(*index);
            }
        }
        let mut groups = Vec::new();
        for ((root, _), members) in roots {
            let known: BTreeSet<Dialect> = members
                .iter()
                .filter_map(|i| self.files[i].dialect)
                .collect();
            let dialects = if known.is_empty() {
                BTreeSet::from([Dialect::Postgres])
            } else {
                known
            };
            for dialect in dialects {
                let members = self.of_dialect(&members, dialect);
                groups.push((root.to_owned(), dialect, members));
            }
        }
        groups
    }

    fn of_dialect(&self, members: &[usize], dialect: Dialect) -> Vec<usize> {
        let own = |index: &&usize| self.files[index].dialect == Some(dialect);
        let has_own = |version: &Version| {
            members
                .iter()
                .filter(own)
                .any(|index| self.files[index].version.clashes(version))
        };
        let several = members.iter().any(|index| {
            self.files[index]
                .dialect
                .is_some_and(|other| other != dialect)
        });
        let mut chosen: Vec<usize> = members
            .iter()
            .copied()
            .filter(|index| {
                let file = &self.files[index];
                let replaced = || {
                    let path = file.unit.path.as_str().to_owned();
                    several && has_own(&file.version) || self.replaced.contains(&(dialect, path))
                };
                file.dialect == Some(dialect) || file.dialect.is_none() && !replaced()
            })
            .collect();
        chosen.sort_by_key(|index| &self.files[index].version);
        chosen
    }

    /// A history of migrations, with the schema it starts from.
    fn migrations(&self, root: &Utf8Path, dialect: Dialect, members: Vec<usize>) -> Chain {
        let tools: BTreeSet<MigrationTool> =
            members.iter().map(|i| self.files[i].unit.tool).collect();
        let members = baseline::since(members, |index| {
            let file = &self.files[&index];
            (file.unit, &file.version)
        });
        let Bases { bases, copies } = self.bases(root, dialect, &members);
        let applied = self.not_held(&bases, dialect, &members);
        let units = [bases, applied].concat();
        let strays = self.strays(root, dialect, &[&units[..], &copies].concat(), &members);
        let mut unordered = self.clashes(&members);
        let is_certain = |member| tools.len() == 1 && self.revisions.is_certain(member);
        for member in members.iter().filter(|member| !is_certain(**member)) {
            unordered.extend(self.files[member].touch.all());
        }
        for (stray, member) in strays
            .iter()
            .flat_map(|s| members.iter().map(move |m| (s, m)))
        {
            let (stray, member) = (&self.files[stray].touch, &self.files[member].touch);
            unordered.extend(stray.conflicts(member));
        }
        Chain {
            name: name(root),
            dialect,
            tool: self.files[&members[0]].unit.tool,
            unordered: unordered.into_iter().cloned().collect(),
            units: [units, strays].concat(),
            newest: self.newest(root, &members),
            seeds: self.seeds.get(root).cloned().unwrap_or_default(),
            copies,
        }
    }

    /// Tables for which the order of files of one number matters.
    fn clashes(&self, members: &[usize]) -> BTreeSet<&TableKey> {
        let files: Vec<&File> = members.iter().map(|index| &self.files[index]).collect();
        let mut clashes = BTreeSet::new();
        for equal in files.chunk_by(|left, right| left.version.clashes(&right.version)) {
            for (nth, file) in equal.iter().enumerate() {
                for other in &equal[nth + 1..] {
                    clashes.extend(file.touch.conflicts(&other.touch));
                }
            }
        }
        clashes
    }

    /// Files without a number beside migrations, speaking of the same tables: they belong to the
    /// database, and nobody knows when they run.
    fn strays(
        &self,
        root: &Utf8Path,
        dialect: Dialect,
        units: &[usize],
        members: &[usize],
    ) -> Vec<usize> {
        let is_stray = |index: usize, file: &File| {
            file.root == root
                && is_loose(file.unit.tool)
                && file.dialect.is_none_or(|own| own == dialect)
                && !units.contains(&index)
                && members
                    .iter()
                    .any(|member| self.files[member].touch.shares(&file.touch))
        };
        let mut strays: Vec<usize> = self
            .files
            .iter()
            .filter(|(index, file)| is_stray(**index, file))
            .map(|(index, _)| *index)
            .collect();
        strays.sort_by_key(|index| &self.files[index].version);
        strays
    }

    /// Schema files of one folder. Files that make the same table are different databases; the
    /// others are one, makers before those who need what they make.
    fn schemas(&self, root: &Utf8Path, dialect: Dialect, members: Vec<usize>) -> Vec<Chain> {
        let mut groups: Vec<(BTreeSet<_>, Vec<usize>)> = Vec::new();
        for index in members {
            let touch = &self.files[&index].touch;
            let free = groups
                .iter_mut()
                .find(|(made, _)| touch.insists.is_disjoint(made));
            match free {
                Some((made, group)) => {
                    made.extend(touch.makes.iter().cloned());
                    group.push(index);
                }
                None => groups.push((touch.makes.clone(), vec![index])),
            }
        }
        let alone = groups.len() == 1;
        let chains = groups.into_iter().map(|(_, group)| {
            let (units, circle) = self.makers_first(group);
            let in_circle = circle
                .iter()
                .flat_map(|index| self.files[index].touch.all());
            let name = if alone {
                name(root)
            } else {
                self.files[&units[0]].unit.path.to_string()
            };
            let tool = match is_declared(self.files[&units[0]].unit) {
                true => MigrationTool::Supabase,
                false => MigrationTool::None,
            };
            Chain {
                name,
                dialect,
                tool,
                unordered: in_circle.cloned().collect(),
                units,
                newest: None,
                seeds: Vec::new(),
                copies: Vec::new(),
            }
        });
        chains.collect()
    }

    /// Makers before those who need what they make, else as given; and those in a circle.
    fn makers_first(&self, group: Vec<usize>) -> (Vec<usize>, Vec<usize>) {
        let makes = |index: usize| self.files[&index].touch.makes.iter();
        let maker: BTreeMap<&TableKey, usize> = group
            .iter()
            .rev()
            .flat_map(|&index| makes(index).map(move |key| (key, index)))
            .collect();
        let mut waits: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for &index in &group {
            let needs = self.files[&index].touch.needs.iter();
            let makers = needs.filter_map(|key| maker.get(key).copied());
            waits.insert(index, makers.filter(|&maker| maker != index).collect());
        }
        let mut order = Vec::with_capacity(group.len());
        let mut placed = BTreeSet::new();
        let mut circle = Vec::new();
        let mut left = group;
        while !left.is_empty() {
            let ready = left
                .iter()
                .position(|index| waits[index].is_subset(&placed));
            let index = left.remove(ready.unwrap_or(0));
            if ready.is_none() {
                circle.push(index);
            }
            placed.insert(index);
            order.push(index);
        }
        (order, circle)
    }
}

/// Migrations that only bring rows, by root.
fn seeds(units: &[Unit], outcomes: &[FileOutcome]) -> BTreeMap<Utf8PathBuf, Vec<usize>> {
    let mut seeds: BTreeMap<Utf8PathBuf, Vec<usize>> = BTreeMap::new();
    for (index, (unit, outcome)) in units.iter().zip(outcomes).enumerate() {
        let facts = &outcome.facts;
        if !is_loose(unit.tool) && facts.schema.is_empty() && !facts.seeded.is_empty() {
            let root = root(unit);
            seeds.entry(root).or_default().push(index);
        }
    }
    seeds
}

/// Whether a folder is another, or stands above, below or beside it.
fn are_near(left: &Utf8Path, right: &Utf8Path) -> bool {
    let (above_left, above_right) = (left.parent(), right.parent());
    left == right
        || above_left == Some(right)
        || above_right == Some(left)
        || above_left.is_some() && above_left == above_right
}

/// The folder whose files make one history.
pub(super) fn root(unit: &Unit) -> Utf8PathBuf {
    let path = &unit.path;
    let folder = path.parent().unwrap_or(Utf8Path::new(""));
    let has_own_folder = matches!(path.file_stem(), Some("up" | "migration"));
    match unit.tool {
        MigrationTool::None | MigrationTool::Liquibase if let Some(planned) = &unit.order => {
            &planned.root
        }
        MigrationTool::None => folder,
        MigrationTool::Graphile => graphile_root(path),
        // One for each database.
        MigrationTool::Rails => path,
        MigrationTool::Flyway => flyway_location(folder),
        MigrationTool::Alembic => versions(folder),
        _ if has_own_folder => folder.parent().unwrap_or(folder),
        // A folder for each version or year, with numbers of its own.
        _ => folder
            .ancestors()
            .find(|above| !above.file_name().is_some_and(is_version))
            .unwrap_or(folder),
    }
    .to_owned()
}

/// Alembic may keep revisions in folders below the one of its versions.
pub(super) fn versions(folder: &Utf8Path) -> &Utf8Path {
    let mut above = folder.ancestors();
    let named = above.find(|folder| folder.file_name() == Some("versions"));
    named.unwrap_or(folder)
}

/// Flyway reads folders below its location; those of one vendor each are locations of their own.
fn flyway_location(folder: &Utf8Path) -> &Utf8Path {
    const VENDORS: [&str; 8] = [
        "h2",
        "mariadb",
        "mssql",
        "mysql",
        "oracle",
        "postgres",
        "postgresql",
        "sqlite",
    ];
    let named = |folder: &&Utf8Path| {
        let name = folder.file_name().unwrap_or_default();
        let above = folder.parent().and_then(Utf8Path::file_name);
        matches!(name, "migration" | "migrations")
            || VENDORS.contains(&name) && matches!(above, Some("migration" | "migrations"))
    };
    folder.ancestors().find(named).unwrap_or(folder)
}

pub(super) fn name(root: &Utf8Path) -> String {
    if root.as_str().is_empty() {
        ".".into()
    } else {
        root.to_string()
    }
}
