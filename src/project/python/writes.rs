//! What is wrong with what handlers write to databases.

use std::collections::BTreeMap;

use super::conflicts::Conflict;
use super::effects::Happening;
use super::index::Python;
use super::mappings::Mappings;
use super::mounts::Mounts;
use super::routes::Route;
use super::split::SplitWrite;
use super::sweeps::SweepingWrite;
use super::unchecked::UncheckedWrite;
use super::{Auth, Handler};
use crate::project::Project;
use crate::project::schema::Database;
use crate::source::Loc;

/// What is wrong with what a handler writes.
#[derive(Clone, Debug, Default)]
pub struct WriteFaults {
    /// Writes that a constraint may refuse, and nothing answers that.
    pub conflicts: Vec<Conflict>,
    /// Statements that change or remove a row that may not be there, and nobody asks.
    pub unchecked: Vec<UncheckedWrite>,
    /// Writes that belong together and are kept one by one.
    pub split: Vec<SplitWrite>,
    /// Statements about every row of a table, where nothing says that all are meant.
    pub sweeping: Vec<SweepingWrite>,
}

/// Judges the writes of one handler.
pub(super) struct Writes<'p, 'a> {
    pub(super) python: &'p Python<'a>,
    pub(super) databases: &'p [Database],
    pub(super) mappings: &'p Mappings,
    pub(super) mounts: &'p Mounts<'a>,
    pub(super) route: &'p Route,
    /// What a request does to databases, in order.
    pub(super) happenings: &'p [Happening<'a>],
}

impl Writes<'_, '_> {
    /// Everything that is wrong with them.
    pub(super) fn faults(&self, auth: &Auth) -> WriteFaults {
        WriteFaults {
            conflicts: self.conflicts(),
            unchecked: self.unchecked(),
            split: self.split(),
            sweeping: self.sweeping(auth),
        }
    }
}

impl Project {
    /// Every write that a constraint may refuse once, under the first handler that reaches it; the
    /// fewest hops win.
    pub fn conflicts(&self) -> Vec<(&Handler, &Conflict)> {
        let mut by_place: BTreeMap<Loc, (&Handler, &Conflict)> = BTreeMap::new();
        for handler in &self.handlers {
            for conflict in &handler.writes.conflicts {
                let first = by_place.entry(conflict.at).or_insert((handler, conflict));
                if conflict.hops < first.1.hops {
                    *first = (handler, conflict);
                }
            }
        }
        by_place.into_values().collect()
    }
}
