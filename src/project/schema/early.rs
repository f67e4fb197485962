//! Labels of enums that are used before the transaction ends which adds them.

use std::collections::BTreeSet;

use super::replay::Replay;
use super::transaction::Around;
use super::{Database, MigrationTool, Mistake, TableKey, Transacted, TypeKind, Wrapping};
use crate::discover::Unit;
use crate::facts::FileOutcome;
use crate::facts::schema::{Dialect, Section};
use crate::facts::transaction::{Control, ControlKind, Label, LabelRole, Transactions};
use crate::source::{FileId, Loc, Span};

/// The version of PostgreSQL that adds labels to an enum in a transaction.
const TAKES_LABELS: u32 = 12;

/// A label that an enum gets which was there before.
#[derive(Clone, Debug)]
pub(super) struct NewLabel {
    /// The enum in the statement.
    at: Loc,
    label: String,
    key: TableKey,
    /// The tables with columns of the enum, and these.
    tables: BTreeSet<String>,
    columns: BTreeSet<String>,
}

impl Replay {
    /// Remembers a label that a type is going to get. PostgreSQL 17 lets it be used at once where the
    /// type is new as well.
    pub(super) fn watch_label(&mut self, key: &TableKey, label: &str, span: Span) {
        let Some(own) = self.database.types.get(key) else {
            return;
        };
        let is_there =
            matches!(&own.kind, TypeKind::Enum { labels } if labels.iter().any(|it| it == label));
        if is_there || self.is_here(own.at) {
            return;
        }
        let (full, name) = (key.to_string(), &key.name);
        let (mut tables, mut columns) = (BTreeSet::new(), BTreeSet::new());
        for table in self.all_tables() {
            for column in &table.columns {
                let base = column.ty.as_ref().map(|(ty, _)| &ty.base);
                if base.is_some_and(|base| *base == full || base == name) {
                    tables.insert(table.key.name.to_ascii_lowercase());
                    columns.insert(column.name.to_ascii_lowercase());
                }
            }
        }
        let new = NewLabel {
            at: self.at(span),
            label: label.to_owned(),
            key: key.clone(),
            tables,
            columns,
        };
        self.database.new_labels.push(new);
    }
}

impl NewLabel {
    /// Whether a statement certainly uses it.
    fn is_used(&self, used: &Label) -> bool {
        let LabelRole::Used {
            column,
            cast,
            names,
        } = &used.role
        else {
            return false;
        };
        let named = |some: &BTreeSet<String>| names.iter().any(|name| some.contains(name));
        if used.text != self.label {
            return false;
        }
        match (cast, column) {
            (Some(cast), _) => *cast == self.key.name,
            (None, Some(column)) if !is_keyword(column) => {
                self.columns.contains(column) && named(&self.tables)
            }
            _ => named(&self.tables) && named(&self.columns),
        }
    }
}

/// Words that stand before a value and are no column.
fn is_keyword(word: &str) -> bool {
    matches!(
        word,
        "default" | "values" | "then" | "else" | "select" | "set" | "when"
    )
}

impl Database {
    /// Looks for labels that a migration uses in the transaction that adds them.
    pub(super) fn look_for_early_labels(&mut self, file: FileId, said: &Transactions) {
        let mut look = Look {
            file,
            takes_labels: self.postgres_version >= TAKES_LABELS,
            tool: self.kept_together(said),
            begun: None,
            open: Vec::new(),
            found: Vec::new(),
        };
        let new: Vec<&NewLabel> = self
            .new_labels
            .iter()
            .filter(|it| it.at.file == file)
            .collect();
        look.through(said, &new);
        let found = std::mem::take(&mut look.found);
        self.transacted.extend(found);
    }

    /// Looks for labels that a revision uses which the one before it adds, where Alembic runs both in one
    /// transaction.
    pub(super) fn look_for_labels_of_parents(
        &mut self,
        chain: &[usize],
        units: &[Unit],
        outcomes: &[FileOutcome],
    ) {
        let together = |unit: &usize| runs_together(&units[*unit], units);
        if self.dialect != Dialect::Postgres || !chain.first().is_some_and(together) {
            return;
        }
        let facts = |nth: usize| &outcomes[nth].facts;
        let follows = |child: usize, parent: usize| {
            let (child, parent) = (facts(child), facts(parent));
            let ids = (child.revision.as_ref(), parent.revision.as_ref());
            matches!(ids, (Some(child), Some(parent)) if child.down.contains(&parent.id))
        };
        let adds = |nth: &&usize| {
            let mut labels = facts(**nth).transactions.labels.iter();
            labels.any(|label| label.role == LabelRole::Added)
        };
        for &parent in chain.iter().filter(adds) {
            for child in (0..units.len()).filter(|child| follows(*child, parent)) {
                let said = |nth: usize| (units[nth].file, &facts(nth).transactions);
                let followed = (0..units.len()).any(|other| follows(other, child));
                let found = self.labels_across([said(parent), said(child)]);
                let found = found.into_iter().map(|it| Transacted { followed, ..it });
                let found: Vec<Transacted> = found.collect();
                self.transacted.extend(found);
            }
        }
    }

    fn labels_across(&self, [before, after]: [(FileId, &Transactions); 2]) -> Vec<Transacted> {
        let look = |file, open| Look {
            file,
            takes_labels: self.postgres_version >= TAKES_LABELS,
            tool: Some(Around::Upgrade),
            begun: None,
            open,
            found: Vec::new(),
        };
        let new = self.new_labels.iter().filter(|it| it.at.file == before.0);
        let new: Vec<&NewLabel> = new.collect();
        let mut first = look(before.0, Vec::new());
        first.through(before.1, &new);
        let mut second = look(after.0, first.open);
        second.through(after.1, &[]);
        let mut found = second.found;
        found.retain(|it| matches!(it.kind, Mistake::Early { .. }));
        found
    }

    /// What keeps the statements of a migration in one transaction, where anything certainly does.
    fn kept_together(&self, said: &Transactions) -> Option<Around> {
        match self.tool {
            _ if said.declined => None,
            // Statements that no transaction takes are sent alone; this one is taken.
            MigrationTool::Flyway if self.postgres_version >= TAKES_LABELS => Some(Around::Tool),
            MigrationTool::Supabase => Some(Around::Together),
            _ => match self.wrapping() {
                Wrapping::Transaction(_) => Some(Around::Tool),
                Wrapping::AtOnce => Some(Around::Together),
                Wrapping::Apart | Wrapping::Unknown => None,
            },
        }
    }
}

/// Whether Alembic runs all revisions of an upgrade in one transaction, as it does where the `env.py`
/// beside them says nothing else.
fn runs_together(unit: &Unit, units: &[Unit]) -> bool {
    const MARKS: [&str; 3] = ["context.configure(", "begin_transaction", "run_migrations"];
    const OTHERS: [&str; 3] = [
        "transaction_per_migration",
        "autocommit",
        "transactional_ddl",
    ];
    let mut folders = unit.path.ancestors().skip(2).take(3);
    let env = folders.find_map(|folder| {
        let path = folder.join("env.py");
        units.iter().find(|unit| unit.path == path)
    });
    unit.tool == MigrationTool::Alembic
        && env.is_some_and(|env| {
            let text = env.text.to_ascii_lowercase();
            MARKS.iter().all(|mark| text.contains(mark))
                && !OTHERS.iter().any(|other| text.contains(other))
        })
}

/// A look through a migration.
struct Look<'a> {
    file: FileId,
    /// The server adds labels in a transaction.
    takes_labels: bool,
    /// What the tool puts around its statements.
    tool: Option<Around>,
    /// Where a transaction was begun.
    begun: Option<Span>,
    /// Labels that were added in the transaction at hand.
    open: Vec<&'a NewLabel>,
    found: Vec<Transacted>,
}

impl<'a> Look<'a> {
    fn through(&mut self, said: &Transactions, new: &[&'a NewLabel]) {
        let up = |section: Section| section == Section::Up;
        let mut controls = said.controls.iter().filter(|it| up(it.section)).peekable();
        for label in said.labels.iter().filter(|it| up(it.section)) {
            while let Some(control) = controls.next_if(|it| it.span.start < label.span.start) {
                self.control(control);
            }
            self.label(label, new);
        }
        for control in controls {
            self.control(control);
        }
    }

    fn control(&mut self, control: &Control) {
        match control.kind {
            ControlKind::Begin if self.begun.is_none() && self.tool != Some(Around::Tool) => {
                self.open.clear();
                self.begun = Some(control.span);
            }
            ControlKind::Begin => {}
            ControlKind::Commit | ControlKind::Rollback => {
                self.open.clear();
                let own = self.begun.take().is_some();
                if !own && self.tool == Some(Around::Tool) {
                    self.tool = None;
                }
            }
        }
    }

    fn label(&mut self, label: &Label, new: &[&'a NewLabel]) {
        if label.apart {
            // What runs apart ends the transaction before it.
            self.open.clear();
            return;
        }
        let at = |span| Loc {
            file: self.file,
            span,
        };
        let Some(around) = self.begun.map(|span| Around::Begin(at(span))).or(self.tool) else {
            return;
        };
        if label.role == LabelRole::Added && !self.takes_labels {
            self.found.push(Transacted {
                at: at(label.span),
                kind: Mistake::Refused("ALTER TYPE … ADD VALUE".to_owned(), around),
                followed: false,
            });
            return;
        }
        if label.role == LabelRole::Added {
            let added = new.iter().filter(|new| {
                let inside =
                    label.span.start <= new.at.span.start && new.at.span.end <= label.span.end;
                inside && new.label == label.text
            });
            self.open.extend(added.copied());
            return;
        }
        // One statement may use it many times.
        if let Some(nth) = self.open.iter().position(|new| new.is_used(label)) {
            let new = self.open.remove(nth);
            self.found.push(Transacted {
                at: at(label.span),
                kind: Mistake::Early {
                    label: new.label.clone(),
                    key: new.key.clone(),
                    added: new.at,
                    around,
                },
                followed: false,
            });
        }
    }
}
