//! The order of Alembic's revisions: each after those it follows and needs, whatever the files are
//! called.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;

use super::fault::{FaultKind, HistoryFault};
use super::order::versions;
use crate::config::Settings;
use crate::discover::{FileKind, MigrationTool, Unit};
use crate::facts::alembic::Revision;
use crate::facts::schema::Dialect;
use crate::facts::{FileOutcome, NoteId};
use crate::project::LinkNote;
use crate::source::{Loc, Span};

/// Characters that the column holds in which Alembic keeps its revision.
const WIDTH: usize = 32;

/// All histories of revisions.
#[derive(Debug, Default)]
pub(super) struct Revisions {
    /// Positions by unit.
    positions: BTreeMap<usize, u32>,
    /// Units of histories with gaps or several ends.
    uncertain: BTreeSet<usize>,
    /// What is certainly wrong with them.
    pub(super) faults: Vec<HistoryFault>,
    /// What may be wrong with them.
    pub(super) notes: Vec<LinkNote>,
}

/// The revisions of one folder, by unit.
type History<'a> = BTreeMap<usize, &'a Revision>;

/// What is wrong with a revision, with the others that take part in it.
type Suspicion = (FaultKind, usize, Vec<usize>);

/// What all files together say of histories.
#[derive(Debug)]
struct Around<'a> {
    units: &'a [Unit],
    /// Revisions by how many histories name them.
    named: BTreeMap<&'a str, usize>,
    /// Several folders may make one history.
    several_folders: bool,
    /// Several ends are applied: `alembic upgrade heads`.
    all_ends: bool,
    /// Folders of revisions that were not understood.
    unread: BTreeSet<&'a Utf8Path>,
}

impl Revisions {
    pub(super) fn read(units: &[Unit], outcomes: &[FileOutcome], settings: &Settings) -> Self {
        let mut histories: BTreeMap<&Utf8Path, History> = BTreeMap::new();
        let mut found = Self::default();
        let mut around = Around {
            units,
            named: BTreeMap::new(),
            several_folders: units.iter().any(names_folders),
            all_ends: units.iter().any(upgrades_all),
            unread: BTreeSet::new(),
        };
        for (nth, (unit, outcome)) in units.iter().zip(outcomes).enumerate() {
            if unit.tool != MigrationTool::Alembic {
                continue;
            }
            let folder = versions(unit.path.parent().unwrap_or(Utf8Path::new("")));
            match &outcome.facts.revision {
                Some(revision) => {
                    histories.entry(folder).or_default().insert(nth, revision);
                }
                None => {
                    found.uncertain.insert(nth);
                    around.unread.insert(folder);
                }
            }
        }
        for history in histories.values() {
            let ids = history.values().map(|revision| revision.id.as_str());
            let down = history
                .values()
                .flat_map(|it| it.down.iter().map(String::as_str));
            for name in ids.chain(down).collect::<BTreeSet<&str>>() {
                *around.named.entry(name).or_default() += 1;
            }
        }
        for (folder, history) in &histories {
            found.add(folder, history, &around);
        }
        if !outcomes.iter().any(widens) {
            let all = histories.values().flatten();
            found.faults.extend(
                all.filter_map(|(unit, revision)| too_long(&units[*unit], revision, settings)),
            );
        }
        found
    }

    /// The place of a unit in its history.
    pub(super) fn position(&self, unit: usize) -> Option<u32> {
        self.positions.get(&unit).copied()
    }

    /// Whether that place is certain; always for what is no revision.
    pub(super) fn is_certain(&self, unit: usize) -> bool {
        !self.uncertain.contains(&unit)
    }

    fn add(&mut self, folder: &Utf8Path, history: &History, around: &Around) {
        let units = around.units;
        let ids: BTreeMap<&str, usize> = history
            .iter()
            .map(|(unit, revision)| (revision.id.as_str(), *unit))
            .collect();
        let mut wrong: Vec<Suspicion> = Vec::new();
        let mut has_gap = false;
        let mut by_path: Vec<usize> = history.keys().copied().collect();
        by_path.sort_by_key(|unit| (&history[unit].id, &units[*unit].path));
        for same in by_path.chunk_by(|left, right| history[left].id == history[right].id) {
            if let [others @ .., last] = same
                && !others.is_empty()
            {
                wrong.push((FaultKind::Twice, *last, others.to_vec()));
            }
        }
        let mut followed = BTreeSet::new();
        let mut parents: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (unit, revision) in history {
            let mut after = Vec::new();
            for parent in revision.down.iter().chain(&revision.depends_on) {
                match find(&ids, parent) {
                    Some(parent) if after.contains(&parent) => {}
                    Some(parent) => after.push(parent),
                    // What a draft starts from lies elsewhere.
                    None if units[*unit].draft => has_gap = true,
                    None => wrong.push((FaultKind::Missing(parent.clone()), *unit, Vec::new())),
                }
            }
            let down = revision.down.iter().filter_map(|parent| find(&ids, parent));
            followed.extend(down);
            parents.insert(*unit, after);
        }
        let mut ends: Vec<usize> = history.keys().copied().collect();
        ends.retain(|unit| !followed.contains(unit));
        ends.sort_by_key(|unit| &units[*unit].path);
        // A gap, or a name used twice, has ends of its own.
        if let ([others @ .., last], true) = (&ends[..], wrong.is_empty() && !has_gap)
            && !others.is_empty()
        {
            let names = others.iter().map(|unit| history[unit].id.clone());
            wrong.push((FaultKind::Ends(names.collect()), *last, others.to_vec()));
        }
        if let Some(unit) = self.place(&parents, units) {
            wrong.push((FaultKind::Circle, unit, Vec::new()));
        }
        if !wrong.is_empty() {
            self.uncertain.extend(history.keys());
        }
        for suspicion in wrong {
            match around.is_certain(folder, history, &suspicion) {
                true => self.faults.push(fault(units, history, suspicion)),
                false => self.notes.push(note(units, history, &suspicion)),
            }
        }
    }

    /// The order of Alembic, which goes from the heads down and then back: of the branches that a
    /// merge joins the one it names first comes last.
    fn place(&mut self, parents: &BTreeMap<usize, Vec<usize>>, units: &[Unit]) -> Option<usize> {
        let mut circular = None;
        let mut followers: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (unit, parents) in parents {
            for parent in parents {
                followers.entry(*parent).or_default().push(*unit);
            }
        }
        let by_path = |unit: &usize| (units[*unit].path.as_path(), *unit);
        let ends = parents.keys().filter(|unit| !followers.contains_key(unit));
        let mut heads: Vec<usize> = ends.copied().collect();
        heads.sort_by_key(by_path);
        let mut left: BTreeSet<usize> = parents.keys().copied().collect();
        let mut at = 0;
        while !left.is_empty() {
            let Some(&unit) = heads.get(at) else {
                let circle = left.iter().copied().min_by_key(by_path);
                circular = circular.or(circle);
                heads.extend(circle);
                followers.clear();
                continue;
            };
            // What follows it goes first.
            let above = above(unit, &followers, &left);
            let blocking = heads.iter().position(|head| above.contains(head));
            if let Some(blocking) = blocking {
                at = blocking;
                continue;
            }
            if left.remove(&unit) {
                self.positions.insert(unit, left.len() as u32);
            }
            let below = parents[&unit].iter().copied();
            let mut below = below.filter(|unit| left.contains(unit) && !heads.contains(unit));
            match below.next() {
                Some(next) => {
                    let others: Vec<usize> = below.collect();
                    heads[at] = next;
                    heads.extend(others);
                }
                None => {
                    heads.remove(at);
                    at = at.saturating_sub(1);
                }
            }
        }
        circular
    }
}

impl Around<'_> {
    /// Whether nothing that was not read or is meant explains what looks wrong.
    fn is_certain(&self, folder: &Utf8Path, history: &History, wrong: &Suspicion) -> bool {
        let (kind, unit, others) = wrong;
        let parent = |unit: &usize| self.units[*unit].path.parent();
        let together = others.iter().all(|other| parent(other) == parent(unit));
        let is_whole =
            !self.several_folders && !self.unread.contains(folder) && !self.is_put_aside(folder);
        let is_alone = |id: &str| self.named.get(id) == Some(&1);
        match kind {
            FaultKind::Twice | FaultKind::Circle => together,
            // Without a first one only a part of the history was given.
            FaultKind::Missing(parent) => {
                is_whole && is_alone(parent) && history.values().any(|it| it.down.is_empty())
            }
            FaultKind::Ends(_) => {
                let ends = others.iter().chain([unit]);
                is_whole
                    && together
                    && !self.all_ends
                    && ends.into_iter().all(|unit| is_alone(&history[unit].id))
                    && !history.values().any(|revision| revision.branches)
            }
            FaultKind::TooLong(_) => true,
        }
    }

    /// Whether Alembic reads the folder `versions` beside this one instead.
    fn is_put_aside(&self, folder: &Utf8Path) -> bool {
        let read = folder.with_file_name("versions");
        let is_read =
            |unit: &Unit| unit.tool == MigrationTool::Alembic && unit.path.starts_with(&read);
        folder.file_name() != Some("versions") && self.units.iter().any(is_read)
    }
}

fn fault(units: &[Unit], history: &History, (kind, unit, others): Suspicion) -> HistoryFault {
    let at = |unit: usize, span: Span| Loc {
        file: units[unit].file,
        span,
    };
    let revision = history[&unit];
    let span = match kind {
        FaultKind::Missing(_) => revision.down_at,
        _ => revision.at,
    };
    HistoryFault {
        kind,
        tool: MigrationTool::Alembic,
        at: at(unit, span),
        name: revision.id.clone(),
        others: others
            .iter()
            .map(|unit| at(*unit, history[unit].at))
            .collect(),
    }
}

fn note(units: &[Unit], history: &History, (kind, unit, others): &Suspicion) -> LinkNote {
    let message = match kind {
        FaultKind::Twice => format!("revision {} stands in two files", history[unit].id),
        FaultKind::Missing(parent) => {
            format!("revision {parent}, which this one follows, is missing")
        }
        _ => format!(
            "{} revisions are followed by none: `alembic upgrade head` needs a single one",
            others.len() + 1
        ),
    };
    LinkNote {
        id: NoteId::OpenTable,
        at: Some(Loc {
            file: units[*unit].file,
            span: history[unit].at,
        }),
        message,
    }
}

/// A revision whose name does not fit, unless its database takes it all the same.
fn too_long(unit: &Unit, revision: &Revision, settings: &Settings) -> Option<HistoryFault> {
    let dialect = settings.dialect.or(unit.dialect);
    let is_long = revision.id.chars().count() > WIDTH;
    (is_long && dialect != Some(Dialect::Sqlite)).then(|| HistoryFault {
        kind: FaultKind::TooLong(dialect),
        tool: MigrationTool::Alembic,
        at: Loc {
            file: unit.file,
            span: revision.at,
        },
        name: revision.id.clone(),
        others: Vec::new(),
    })
}

/// Whether a file may make the column wider.
fn widens(outcome: &FileOutcome) -> bool {
    let changes = outcome.facts.schema.iter();
    outcome.facts.widens_versions
        || changes
            .flat_map(|statement| statement.change.tables())
            .any(|table| table.name == "alembic_version")
}

/// Whether a file says in which folders Alembic looks.
fn names_folders(unit: &Unit) -> bool {
    let part = unit.text.get(unit.range.clone()).unwrap_or_default();
    let mut lines = part.lines().map(str::trim_start);
    memchr::memmem::find(part.as_bytes(), b"version_locations").is_some()
        && lines.any(|line| {
            let is_python = unit.kind == FileKind::Python && !line.starts_with('#');
            line.starts_with("version_locations") || is_python && line.contains("version_locations")
        })
}

/// Whether a file has Alembic apply all ends.
fn upgrades_all(unit: &Unit) -> bool {
    let part = unit.text.get(unit.range.clone()).unwrap_or_default();
    let has = |words: &str| memchr::memmem::find(part.as_bytes(), words.as_bytes()).is_some();
    has("upgrade heads") || has("upgrade") && (has("\"heads\"") || has("'heads'"))
}

/// The revisions not placed yet that follow one, however far.
fn above(
    unit: usize,
    followers: &BTreeMap<usize, Vec<usize>>,
    left: &BTreeSet<usize>,
) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut queue = vec![unit];
    while let Some(unit) = queue.pop() {
        let next = followers.get(&unit).into_iter().flatten();
        queue.extend(next.filter(|unit| left.contains(unit) && found.insert(**unit)));
    }
    found
}

/// Alembic takes the beginning of an identifier for the whole.
fn find(ids: &BTreeMap<&str, usize>, id: &str) -> Option<usize> {
    let exact = ids.get(id);
    exact.copied().or_else(|| {
        let mut longer = ids
            .range(id..)
            .take_while(|(other, _)| other.starts_with(id));
        match (longer.next(), longer.next()) {
            (Some((_, unit)), None) => Some(*unit),
            _ => None,
        }
    })
}
