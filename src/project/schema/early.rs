//! Labels of enums that are used before the transaction ends which adds them.

use std::collections::BTreeSet;

use super::replay::Replay;
use super::transaction::Around;
use super::{Database, MigrationTool, Mistake, TableKey, Transacted, TypeKind, Wrapping};
use crate::facts::schema::Section;
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
        let up = |section: Section| section == Section::Up;
        let mut controls = said.controls.iter().filter(|it| up(it.section)).peekable();
        for label in said.labels.iter().filter(|it| up(it.section)) {
            while let Some(control) = controls.next_if(|it| it.span.start < label.span.start) {
                look.control(control);
            }
            look.label(label, &new);
        }
        let found = std::mem::take(&mut look.found);
        self.transacted.extend(found);
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
