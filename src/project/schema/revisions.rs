//! The order of Alembic's revisions: each after those it follows and needs, whatever the files are
//! called.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;

use super::order::versions;
use crate::discover::{MigrationTool, Unit};
use crate::facts::alembic::Revision;
use crate::facts::{FileOutcome, NoteId};
use crate::project::LinkNote;
use crate::source::{Loc, Span};

/// All histories of revisions.
#[derive(Debug, Default)]
pub(super) struct Revisions {
    /// Positions by unit.
    positions: BTreeMap<usize, u32>,
    /// Units of histories with gaps or several ends.
    uncertain: BTreeSet<usize>,
    /// What is wrong with them.
    pub(super) notes: Vec<LinkNote>,
}

/// The revisions of one folder, by unit.
type History<'a> = BTreeMap<usize, &'a Revision>;

impl Revisions {
    pub(super) fn read(units: &[Unit], outcomes: &[FileOutcome]) -> Self {
        let mut histories: BTreeMap<&Utf8Path, History> = BTreeMap::new();
        let mut found = Self::default();
        for (nth, (unit, outcome)) in units.iter().zip(outcomes).enumerate() {
            if unit.tool != MigrationTool::Alembic {
                continue;
            }
            let folder = unit.path.parent().unwrap_or(Utf8Path::new(""));
            match &outcome.facts.revision {
                Some(revision) => {
                    let history = histories.entry(versions(folder)).or_default();
                    history.insert(nth, revision);
                }
                None => {
                    found.uncertain.insert(nth);
                }
            }
        }
        for history in histories.values() {
            found.add(history, units);
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

    fn add(&mut self, history: &History, units: &[Unit]) {
        let ids: BTreeMap<&str, usize> = history
            .iter()
            .map(|(unit, revision)| (revision.id.as_str(), *unit))
            .collect();
        let mut complaints = Vec::new();
        let mut followed = BTreeSet::new();
        let mut parents: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (unit, revision) in history {
            if ids.get(revision.id.as_str()) != Some(unit) {
                complaints.push((
                    *unit,
                    format!("revision {} stands in two files", revision.id),
                ));
            }
            let mut after = Vec::new();
            for parent in revision.down.iter().chain(&revision.depends_on) {
                match find(&ids, parent) {
                    Some(parent) if after.contains(&parent) => {}
                    Some(parent) => after.push(parent),
                    // What a draft starts from lies elsewhere.
                    None if units[*unit].draft => {}
                    None => complaints.push((
                        *unit,
                        format!("revision {parent}, which this one follows, is missing"),
                    )),
                }
            }
            let down = revision.down.iter().filter_map(|parent| find(&ids, parent));
            followed.extend(down);
            parents.insert(*unit, after);
        }
        let heads: Vec<usize> = history
            .keys()
            .copied()
            .filter(|unit| !followed.contains(unit))
            .collect();
        if let [first, _, ..] = heads[..] {
            let message = format!(
                "{} revisions are followed by none: `alembic upgrade head` needs a single one",
                heads.len()
            );
            complaints.push((first, message));
        }
        self.place(&parents, units, &mut complaints);
        if !complaints.is_empty() {
            self.uncertain.extend(history.keys());
        }
        self.notes
            .extend(complaints.into_iter().map(|(unit, message)| LinkNote {
                id: NoteId::OpenTable,
                at: Some(Loc {
                    file: units[unit].file,
                    span: Span::from(units[unit].range.start..units[unit].range.start),
                }),
                message,
            }));
    }

    /// The order of Alembic, which goes from the heads down and then back: of the branches that a
    /// merge joins the one it names first comes last.
    fn place(
        &mut self,
        parents: &BTreeMap<usize, Vec<usize>>,
        units: &[Unit],
        complaints: &mut Vec<(usize, String)>,
    ) {
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
                let message = "revisions follow each other in a circle".to_owned();
                complaints.extend(circle.map(|unit| (unit, message)));
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
    }
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
