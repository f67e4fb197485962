//! Migrations that nothing takes back, in histories whose others can be taken back.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::rollback::{Rollback, Side};
use super::version::description;
use super::{Database, MigrationTool, Replay, TableKey};
use crate::discover::Unit;
use crate::facts::schema::{
    AlterKind, CodeChange, SchemaChange, SchemaStatement, Section, TypeChange,
};
use crate::facts::way_back::WayBack;
use crate::facts::{FileOutcome, NoteId};
use crate::source::{Loc, Span};

/// A migration that nothing takes back.
#[derive(Clone, Debug)]
pub struct OneWay {
    /// Where nothing is done, else the first statement that nothing takes back.
    pub at: Loc,
    /// What is missing.
    pub lack: Lack,
    /// Statements that take it back, where all that it does has a simple reverse.
    pub undo: Vec<String>,
    /// How many others of the history can be taken back.
    pub others: usize,
    /// Other migrations of its history follow.
    pub followed: bool,
}

/// What is missing on the way back: where the tool looks for it.
#[derive(Clone, Debug)]
pub enum Lack {
    /// The file of this path, or anything in it.
    File(Utf8PathBuf),
    /// The same, where the migration has the name of one without a way back.
    Pair(Utf8PathBuf),
    /// Anything under this mark.
    Part(&'static str),
    /// The function, or anything in it.
    Downgrade,
    /// The roll-back of a change set.
    RollBack,
    /// The reverse of an operation.
    Reverse,
}

/// How a migration is taken back.
enum Taken {
    /// It is.
    Back,
    /// Not, and it says so; or there is nothing to take back.
    AsSaid,
    /// Not; seen here.
    Nowhere(Span),
}

/// Where the migrations of a tool are taken back.
pub(super) struct WaysBack<'a> {
    units: &'a [Unit],
    outcomes: &'a [FileOutcome],
    by_path: BTreeMap<&'a Utf8Path, usize>,
    /// Migrations that are parts of one.
    wholes: Vec<Vec<usize>>,
}

impl<'a> WaysBack<'a> {
    /// Those of one history, which is given in order.
    pub(super) fn of(
        units: &'a [Unit],
        outcomes: &'a [FileOutcome],
        tool: MigrationTool,
        order: &[usize],
    ) -> Self {
        let own = units.iter().enumerate();
        let own = own.filter(|(_, unit)| unit.tool == tool);
        Self {
            units,
            outcomes,
            by_path: own.map(|(nth, unit)| (unit.path.as_path(), nth)).collect(),
            wholes: wholes(units, order),
        }
    }

    /// The file of this path; else the one for all dialects: `a.down.sql` for `a.mysql.down.sql`.
    fn file(&self, path: &Utf8Path) -> Option<usize> {
        let for_all = || {
            let (stem, _) = path.as_str().strip_suffix(".down.sql")?.rsplit_once('.')?;
            self.by_path.get(Utf8Path::new(&format!("{stem}.down.sql")))
        };
        self.by_path.get(path).or_else(for_all).copied()
    }

    /// What another file does on the way back.
    fn beside(&self, path: &Utf8Path) -> Option<WayBack> {
        let facts = &self.outcomes[self.file(path)?].facts;
        Some(WayBack {
            does: facts.transactions.statements > 0,
            ..facts.way_back.clone()
        })
    }

    /// Follows a migration there and back; `replay` is what was there before.
    pub(super) fn try_out(&self, replay: &Replay, nth: usize) -> Option<Rollback> {
        let whole = self.whole(&nth);
        if whole.first() != Some(&nth) {
            return None;
        }
        let (mut up, mut down) = (Side::default(), Side::default());
        for &part in whole {
            let (there, back) = self.sides(part)?;
            up.0.extend(there.0);
            down.0.splice(0..0, back.0);
        }
        if down.0.is_empty() {
            return None;
        }
        let last = self.units[*whole.last()?].file;
        Rollback::of(replay.there_and_back(&up, &down)?, last)
    }

    /// The migration, with those that are one with it.
    fn whole<'n>(&'n self, nth: &'n usize) -> &'n [usize] {
        let mut wholes = self.wholes.iter();
        let whole = wholes.find(|parts| parts.contains(nth));
        whole.map_or(std::slice::from_ref(nth), Vec::as_slice)
    }

    /// Both directions of a migration, where all of them is read.
    fn sides(&self, nth: usize) -> Option<(Side<'a>, Side<'a>)> {
        let (back, section) = match kept(&self.units[nth])? {
            Lack::File(path) | Lack::Pair(path) => (self.file(&path)?, Section::Up),
            Lack::Part(_) | Lack::Downgrade => (nth, Section::Down),
            Lack::RollBack | Lack::Reverse => return None,
        };
        let side = |nth: usize, section: Section| {
            let file = self.units[nth].file;
            let statements = self.outcomes[nth].facts.schema.iter();
            let statements = statements.filter(|it| it.section == section);
            Side(statements.map(|it| (file, it)).collect())
        };
        let is_read = |nth: usize| {
            let mut notes = self.outcomes[nth].notes.iter();
            !notes.any(|note| matches!(note.id, NoteId::UnparsedSql | NoteId::UnparsedPython))
        };
        let sides = (side(nth, Section::Up), side(back, section));
        (is_read(nth) && is_read(back)).then_some(sides)
    }
}

/// Migrations that are parts of one: neighbours of one name. Which of them undoes what does not
/// matter, as long as all of them together do.
fn wholes(units: &[Unit], order: &[usize]) -> Vec<Vec<usize>> {
    let named = order
        .iter()
        .map(|&nth| (description(&units[nth].path), nth));
    let named: Vec<_> = named.collect();
    let alike = named.chunk_by(|(left, _), (right, _)| match (left, right) {
        (Some(left), Some(right)) => (left.0, left.2) == (right.0, right.2),
        _ => false,
    });
    let differ = |alike: &[(Option<(_, &str, _)>, usize)]| {
        let mut numbers = alike.windows(2);
        numbers.any(|pair| pair[0].0.map(|it| it.1) != pair[1].0.map(|it| it.1))
    };
    let several = alike.filter(|alike| differ(alike));
    let nths = several.map(|alike| alike.iter().map(|(_, nth)| *nth).collect());
    nths.collect()
}

impl Database {
    /// Looks for migrations that nothing takes back. Where most are like that, the team decided so;
    /// before the first there is nothing to go back to.
    pub(super) fn look_for_ways_back(&mut self, order: &[usize], ways_back: &WaysBack) {
        let WaysBack {
            units, outcomes, ..
        } = ways_back;
        let mut found = Vec::new();
        let mut others = 0;
        let mut is_first = true;
        let mut back: BTreeSet<usize> = BTreeSet::new();
        for &nth in order {
            let (unit, facts) = (&units[nth], &outcomes[nth].facts);
            let Some(kept) = kept(unit) else {
                continue;
            };
            let mut changes: Vec<&SchemaStatement> =
                facts.schema.iter().filter(|it| changes(it)).collect();
            match taken(&kept, &facts.way_back, &changes, |path| {
                ways_back.beside(path)
            }) {
                Taken::Back => {
                    others += 1;
                    back.extend(ways_back.whole(&nth));
                }
                Taken::Nowhere(at) if !is_first => {
                    if matches!(kept, Lack::RollBack) {
                        let gaps = &facts.way_back.gaps;
                        let set = gaps.iter().find(|gap| gap.contains(at));
                        changes.retain(|it| set.is_some_and(|set| set.contains(it.span)));
                    }
                    found.push((nth, at, kept, self.undo(&changes)));
                }
                Taken::Nowhere(_) | Taken::AsSaid => {}
            }
            is_first = false;
        }
        found.retain(|(nth, ..)| !back.contains(nth));
        if others < found.len() {
            return;
        }
        let found = found.into_iter().map(|(nth, span, lack, undo)| OneWay {
            at: Loc {
                file: units[nth].file,
                span,
            },
            lack,
            undo,
            others,
            followed: false,
        });
        self.one_way.extend(found);
    }

    /// Statements that take others back, the last first; none where one has no simple reverse.
    fn undo(&self, changes: &[&SchemaStatement]) -> Vec<String> {
        let mut undo = Vec::new();
        for statement in changes.iter().rev() {
            let Some(reverse) = self.reverse(&statement.change) else {
                return Vec::new();
            };
            undo.extend(reverse);
        }
        undo
    }

    fn reverse(&self, change: &SchemaChange) -> Option<Vec<String>> {
        let table = |name| self.write_table(&TableKey::of(name));
        let one = match change {
            SchemaChange::CreateTable(create) => format!("DROP TABLE {}", table(&create.table)),
            SchemaChange::CreateIndex(index) => {
                let name = self.write_name(&index.name.as_ref()?.name);
                format!("DROP INDEX {name}")
            }
            SchemaChange::AlterTable {
                table: name,
                actions,
                ..
            } => {
                let actions = actions.iter().rev();
                let reverse = |kind: &AlterKind| {
                    let action = match kind {
                        AlterKind::AddColumn { column, .. } => {
                            format!("DROP COLUMN {}", self.write_name(&column.name.name))
                        }
                        AlterKind::AddConstraint(constraint) => {
                            let name = &constraint.name.as_ref()?.name;
                            format!("DROP CONSTRAINT {}", self.write_name(name))
                        }
                        AlterKind::RenameColumn { name, to } => {
                            let (to, name) = (&to.name, &name.name);
                            let (to, name) = (self.write_name(to), self.write_name(name));
                            format!("RENAME COLUMN {to} TO {name}")
                        }
                        _ => return None,
                    };
                    Some(format!("ALTER TABLE {} {action}", table(name)))
                };
                return actions.map(|action| reverse(&action.kind)).collect();
            }
            _ => return None,
        };
        Some(vec![one])
    }
}

/// How a migration of these changes is taken back; `beside` tells of another file.
fn taken(
    kept: &Lack,
    own: &WayBack,
    changes: &[&SchemaStatement],
    beside: impl Fn(&Utf8Path) -> Option<WayBack>,
) -> Taken {
    let start = changes.first().map(|statement| statement.span);
    let gap = own.gaps.first().copied();
    let told = |way_back: &WayBack, at: Option<Span>| match at {
        _ if way_back.does => Taken::Back,
        Some(at) if !way_back.explained => Taken::Nowhere(at),
        _ => Taken::AsSaid,
    };
    match kept {
        Lack::File(path) | Lack::Pair(path) => told(&beside(path).unwrap_or_default(), start),
        // The template of tern asks to delete the mark where there is no way back.
        Lack::Part(TERN) if own.begins.is_none() => Taken::AsSaid,
        Lack::Part(_) => told(own, start),
        Lack::Downgrade => told(own, start.map(|start| gap.unwrap_or(start))),
        Lack::RollBack => {
            let is_lost = |change: &Span| own.gaps.iter().any(|gap| gap.contains(*change));
            let mut spans = changes.iter().map(|change| change.span);
            match spans.find(is_lost) {
                Some(at) => Taken::Nowhere(at),
                None => told(own, None),
            }
        }
        Lack::Reverse => match gap {
            Some(at) => Taken::Nowhere(at),
            None => told(own, None),
        },
    }
}

/// The mark of tern.
const TERN: &str = "---- create above / drop below ----";

/// Where the tool of a migration looks for the way back; nowhere for tools without one. What is
/// pasted without a name may be one direction only.
fn kept(unit: &Unit) -> Option<Lack> {
    const UNNAMED: [&str; 3] = ["_draft.sql", "_draft.up.sql", "_draft/up.sql"];
    let path = unit.path.as_str();
    if unit.draft && UNNAMED.iter().any(|end| path.ends_with(end)) {
        return None;
    }
    let beside = |end: &str, other: &str| {
        let path = path.strip_suffix(end)?;
        Some(Lack::File(format!("{path}{other}").into()))
    };
    match unit.tool {
        _ if !unit.bears_mark() => None,
        MigrationTool::GolangMigrate => beside(".up.sql", ".down.sql"),
        MigrationTool::Sqlx => beside(".up.sql", ".down.sql").or_else(|| {
            let path = path.strip_suffix(".sql")?;
            Some(Lack::Pair(format!("{path}.down.sql").into()))
        }),
        MigrationTool::Diesel => beside("/up.sql", "/down.sql"),
        MigrationTool::Sqitch => {
            let (above, name) = path.rsplit_once("deploy/")?;
            Some(Lack::File(format!("{above}revert/{name}").into()))
        }
        MigrationTool::Liquibase => Some(Lack::RollBack),
        MigrationTool::Goose => Some(Lack::Part("-- +goose Down")),
        MigrationTool::Dbmate => Some(Lack::Part("-- migrate:down")),
        MigrationTool::SqlMigrate => Some(Lack::Part("-- +migrate Down")),
        MigrationTool::Tern => Some(Lack::Part(TERN)),
        MigrationTool::NodePgMigrate => Some(Lack::Part("-- Down Migration")),
        MigrationTool::Alembic => Some(Lack::Downgrade),
        MigrationTool::Django => Some(Lack::Reverse),
        _ => None,
    }
}

/// Whether a statement leaves behind what could be taken back. PostgreSQL has nothing that takes a
/// label from an enum, and others may need an extension.
fn changes(statement: &SchemaStatement) -> bool {
    statement.section == Section::Up
        && match &statement.change {
            SchemaChange::SetSearchPath { .. }
            | SchemaChange::Truncate { .. }
            | SchemaChange::Opaque { .. }
            | SchemaChange::Unread { .. }
            | SchemaChange::Doubt { .. }
            | SchemaChange::Code(CodeChange::CreateExtension { .. })
            | SchemaChange::AlterType {
                change: TypeChange::AddValue { .. },
                ..
            } => false,
            SchemaChange::AlterTable { actions, .. } => actions.iter().any(|action| {
                !matches!(
                    action.kind,
                    AlterKind::ValidateConstraint { .. } | AlterKind::Nothing
                )
            }),
            _ => true,
        }
}
