//! Whether the texts of SQL in a migration lead back with what they say undoes them. Operations that
//! Django undoes by itself lead back by their nature; knows none of them.

use std::collections::BTreeSet;

use crate::facts::Facts;
use crate::facts::django::Run;
use crate::facts::schema::{SchemaChange, SchemaStatement};
use crate::project::schema::rollback::{Fault, Side};
use crate::project::schema::{Replay, Rollback};
use crate::source::{FileId, Span};

/// The migration at hand, there and back.
#[derive(Default)]
pub(super) struct Trial {
    /// Its operations that run texts which change the schema. Of several, one may undo what the other
    /// leaves.
    runs: usize,
    /// How many of them ran.
    ran: usize,
    /// What they leave that is not what it was; `None` where nobody can tell, or Django refuses.
    faults: Option<Vec<Fault>>,
    /// Statements of operations that say that nothing is to be undone.
    kept: Vec<Span>,
    /// The tables that Django's own operations change: as it takes these back, they may go with all
    /// that was left.
    touched: BTreeSet<String>,
    /// Some operation may change any table.
    is_blind: bool,
}

impl Trial {
    /// `replay` is what was there before.
    pub(super) fn begin(replay: &Replay, file: FileId, facts: &Facts) -> Self {
        let runs: Vec<&Run> = facts.runs.iter().filter(|run| changes(run)).collect();
        let kept = runs.iter().filter(|run| run.reverse == Some(Vec::new()));
        let is_refused = !facts.way_back.gaps.is_empty();
        Self {
            runs: runs.len(),
            // What one runs alone may need what Django does before.
            faults: match runs.len() {
                0 | 1 => None,
                _ if is_refused => None,
                _ => there_and_back(replay, file, &runs),
            },
            kept: kept
                .flat_map(|run| &run.statements)
                .map(|it| it.span)
                .collect(),
            is_blind: is_refused,
            ..Self::default()
        }
    }

    /// Follows one operation there and back; `replay` is what was there before it.
    pub(super) fn run(&mut self, replay: &Replay, file: FileId, run: &Run) {
        if changes(run) {
            self.ran += 1;
            if self.runs == 1 {
                self.faults = there_and_back(replay, file, &[run]);
            }
        }
    }

    /// Takes note of what Django itself does.
    pub(super) fn touch(&mut self, statement: &SchemaStatement) {
        let change = &statement.change;
        self.is_blind |= matches!(change, SchemaChange::Opaque { tables } if tables.is_empty());
        let tables = change.tables().into_iter();
        self.touched.extend(tables.map(|table| table.name));
    }

    /// What was found of the migration of this file.
    pub(super) fn end(self, file: FileId) -> Option<Rollback> {
        if self.is_blind || self.ran != self.runs {
            return None;
        }
        let mut faults = self.faults?;
        faults.retain(|fault| {
            let thing = &fault.thing;
            let table = thing.table.as_ref().map_or(&thing.name, |key| &key.name);
            let is_kept = |cause: Span| self.kept.iter().any(|kept| kept.contains(cause));
            !self.touched.contains(table) && !fault.cause.is_some_and(|at| is_kept(at.span))
        });
        Rollback::of(faults, file)
    }
}

/// What operations leave, where all that they run on the way back is known and anything is run.
fn there_and_back(replay: &Replay, file: FileId, runs: &[&Run]) -> Option<Vec<Fault>> {
    let (mut up, mut down) = (Side::default(), Side::default());
    for run in runs {
        let back = run.reverse.as_ref()?.iter();
        up.0.extend(run.statements.iter().map(|it| (file, it)));
        down.0.splice(0..0, back.map(|it| (file, it)));
    }
    if down.0.is_empty() {
        return None;
    }
    replay.there_and_back(&up, &down)
}

/// Whether an operation changes the schema by what it runs.
fn changes(run: &Run) -> bool {
    let reverse = run.reverse.iter().flatten();
    !run.models.is_empty() || run.statements.iter().chain(reverse).next().is_some()
}
