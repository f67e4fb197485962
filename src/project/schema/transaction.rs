//! What migrations do inside and to the transactions they run in.

use super::{Database, MigrationTool, TableKey, Wrapping};
use crate::facts::schema::{Dialect, Section};
use crate::facts::transaction::{ControlKind, Transactions};
use crate::source::{FileId, Loc, Span};

/// A mistake that a migration makes with transactions.
#[derive(Clone, Debug)]
pub struct Transacted {
    /// The statement.
    pub at: Loc,
    /// What is wrong with it.
    pub kind: Mistake,
    /// Other migrations of its history follow.
    pub followed: bool,
}

/// What is wrong.
#[derive(Clone, Debug)]
pub enum Mistake {
    /// The statement of this name fails inside a transaction.
    Refused(String, Around),
    /// The transaction that it begins never ends.
    Unfinished,
    /// A transaction begins while another one, begun at this place, is open.
    Nested(Loc),
    /// A label is used in the transaction that adds it.
    Early {
        /// The label.
        label: String,
        /// The enum.
        key: TableKey,
        /// The enum in the statement that adds the label.
        added: Loc,
        /// What puts both into one transaction.
        around: Around,
    },
    /// The transaction of the tool ends before the migration does.
    Ended,
    /// SQLite refuses it inside the transaction of the tool, or the end of that one after it.
    Clash,
}

/// What puts a statement into a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Around {
    /// A statement of the migration itself.
    Begin(Loc),
    /// The tool runs each migration in one.
    Tool,
    /// The tool sends the statements of a file together.
    Together,
    /// The tool runs all migrations that it applies at a time in one.
    Upgrade,
}

impl Database {
    /// Looks at the transactions of a migration of this database.
    pub(super) fn look_at_transactions(&mut self, file: FileId, said: &Transactions) {
        if self.dialect == Dialect::Sqlite {
            return self.look_for_clashes(file, said);
        }
        if self.dialect != Dialect::Postgres {
            return;
        }
        let mut found = Vec::new();
        for section in [Section::Up, Section::Down] {
            let mut look = Look {
                file,
                around: self.around(said),
                is_wrapped: matches!(self.wrapping(), Wrapping::Transaction(_)) && !said.declined,
                begun: None,
                found: &mut found,
            };
            look.at(said, section);
        }
        let found = found.into_iter().map(|(span, kind)| Transacted {
            at: Loc { file, span },
            kind,
            followed: false,
        });
        self.transacted.extend(found);
        self.look_for_early_labels(file, said);
    }

    /// Looks for statements of SQLite, which refuses to begin a transaction inside another one and to
    /// end one that is not there. Others of these tools let their drivers decide.
    fn look_for_clashes(&mut self, file: FileId, said: &Transactions) {
        use MigrationTool::{Dbmate, Diesel, Goose, SqlMigrate, Sqlx};
        let is_wrapped = matches!(self.tool, Dbmate | Diesel | Goose | SqlMigrate | Sqlx);
        if !is_wrapped || said.declined {
            return;
        }
        for section in [Section::Up, Section::Down] {
            let mut controls = said.controls.iter();
            let first = controls.find(|control| control.section == section);
            self.transacted.extend(first.map(|control| Transacted {
                at: Loc {
                    file,
                    span: control.span,
                },
                kind: Mistake::Clash,
                followed: false,
            }));
        }
    }

    /// What puts all statements of a migration into a transaction, where anything certainly does.
    fn around(&self, said: &Transactions) -> Option<Around> {
        match self.wrapping() {
            _ if said.declined => None,
            Wrapping::Transaction(_) => Some(Around::Tool),
            Wrapping::AtOnce => (said.statements > 1).then_some(Around::Together),
            Wrapping::Apart | Wrapping::Unknown => None,
        }
    }
}

/// A look through one direction of a migration.
struct Look<'a> {
    file: FileId,
    /// What puts its statements into a transaction.
    around: Option<Around>,
    /// The tool runs it in a transaction.
    is_wrapped: bool,
    /// Where the transaction at hand was begun.
    begun: Option<Span>,
    found: &'a mut Vec<(Span, Mistake)>,
}

impl Look<'_> {
    fn at(&mut self, said: &Transactions, section: Section) {
        let controls = said.controls.iter().filter(|it| it.section == section);
        let mut controls = controls.peekable();
        let outsiders = said.outsiders.iter().filter(|it| it.section == section);
        for outsider in outsiders {
            while let Some(control) = controls.next_if(|it| it.span.start < outsider.span.start) {
                self.control(control.kind, control.span);
            }
            if let Some(around) = self.around_now().filter(|_| !outsider.apart) {
                let mistake = Mistake::Refused(outsider.name.clone(), around);
                self.found.push((outsider.span, mistake));
            }
        }
        for control in controls {
            self.control(control.kind, control.span);
        }
        if let Some(begun) = self.begun.filter(|_| !self.is_wrapped) {
            self.found.push((begun, Mistake::Unfinished));
        }
    }

    fn around_now(&self) -> Option<Around> {
        let begun = self.begun.map(|span| Around::Begin(self.loc(span)));
        begun.or(self.around)
    }

    fn loc(&self, span: Span) -> Loc {
        Loc {
            file: self.file,
            span,
        }
    }

    fn control(&mut self, kind: ControlKind, span: Span) {
        match kind {
            ControlKind::Begin => {
                if let Some(begun) = self.begun {
                    let mistake = Mistake::Nested(self.loc(begun));
                    self.found.push((span, mistake));
                }
                self.begun = Some(span);
            }
            ControlKind::Commit | ControlKind::Rollback => {
                let own = self.begun.take().is_some();
                // What ends a transaction that it did not begin runs in one, whoever began it.
                self.is_wrapped |= !own;
                if self.is_wrapped && self.around.is_some() {
                    self.found.push((span, Mistake::Ended));
                    // What follows runs outside.
                    self.around = None;
                }
            }
        }
    }
}
