//! The migration of a history that none follows: what it does is still ahead of a database in use.
//! Knows no statement.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::{
    Chain, Files, changes_something, is_loose, is_passed_over, is_sql, is_way_back, root, version,
};
use crate::discover::{MigrationTool, Unit};
use crate::facts::FileOutcome;
use crate::project::schema::revisions::Revisions;
use crate::project::schema::version::Version;

/// Migrations that change no schema, by root: the last of them.
pub(super) fn idle(
    units: &[Unit],
    outcomes: &[FileOutcome],
    revisions: &Revisions,
) -> BTreeMap<Utf8PathBuf, Version> {
    let mut idle: BTreeMap<Utf8PathBuf, Version> = BTreeMap::new();
    for (index, (unit, outcome)) in units.iter().zip(outcomes).enumerate() {
        let is_step = (is_sql(unit) || unit.tool == MigrationTool::Alembic)
            && !is_loose(unit.tool)
            && !is_way_back(&unit.path, unit.tool)
            && !is_passed_over(unit);
        if is_step && !changes_something(unit, outcome) {
            let version = version(unit, revisions.position(index));
            let last = idle.entry(root(unit)).or_insert_with(|| version.clone());
            *last = version.max(last.clone());
        }
    }
    idle
}

impl Files<'_> {
    /// The last of these migrations, given in order, unless one that changes no schema follows, or
    /// nobody knows whether any is applied.
    pub(super) fn newest(&self, root: &Utf8Path, members: &[usize]) -> Option<usize> {
        let last = members.last().copied()?;
        let file = &self.files[&last];
        let idle = self.idle.get(root);
        let is_followed = idle.is_some_and(|idle| idle.is_behind(&file.version));
        (!is_followed && !self.lies_aside(root, members)).then_some(last)
    }

    /// Whether revisions with gaps lie elsewhere than where Alembic reads those of the project.
    fn lies_aside(&self, root: &Utf8Path, members: &[usize]) -> bool {
        let is_read = |root: &Utf8Path| root.file_name() == Some("versions");
        let has_gaps = || members.iter().any(|it| !self.revisions.is_certain(*it));
        let is_revision = |index: &usize| self.files[index].unit.tool == MigrationTool::Alembic;
        let mut others = self.files.iter().filter(|(index, _)| is_revision(index));
        !is_read(root)
            && members.iter().all(is_revision)
            && has_gaps()
            && others.any(|(_, file)| is_read(&file.root))
    }
}

/// What a longer history holds under the same names is a copy of it, and past.
pub(super) fn settle_copies(chains: &mut [Chain], units: &[Unit]) {
    let names = |chain: &Chain| -> BTreeSet<String> {
        let paths = chain.units.iter().map(|unit| &units[*unit].path);
        let names = paths.filter_map(|path| path.file_name());
        names.map(str::to_owned).collect()
    };
    let named: Vec<BTreeSet<String>> = chains.iter().map(names).collect();
    // Names without a version are those of many files of each history.
    let is_version = |name: &String| name.starts_with(|first: char| first.is_ascii_digit());
    for (nth, chain) in chains.iter_mut().enumerate() {
        let own = &named[nth];
        let mut others = named.iter().filter(|other| other.len() > own.len());
        if own.iter().all(is_version) && others.any(|other| own.is_subset(other)) {
            chain.newest = None;
        }
    }
}
