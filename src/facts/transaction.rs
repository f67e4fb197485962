//! How a migration treats transactions: what it asks of its tool, what it begins and ends itself,
//! and what of it no transaction takes.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::schema::Section;
use crate::source::Span;

/// What a document says of transactions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transactions {
    /// It asks its tool to run it in none.
    pub declined: bool,
    /// How many statements go up.
    pub statements: u32,
    /// Where it begins and ends transactions, in order.
    pub controls: Vec<Control>,
    /// Statements that fail inside a transaction, in order.
    pub outsiders: Vec<Outsider>,
    /// Labels that enums get, and texts behind them that may stand for these, in order.
    pub labels: Vec<Label>,
}

/// A label that an enum gets, or a text that may stand for one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// The statement.
    pub span: Span,
    /// Its direction.
    pub section: Section,
    /// The document takes it out of the transaction of its tool.
    pub apart: bool,
    /// The label.
    pub text: String,
    /// What it is to the statement.
    pub role: LabelRole,
}

/// What a label is to a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LabelRole {
    /// `ALTER TYPE … ADD VALUE` adds it.
    Added,
    /// It stands in quotes.
    Used {
        /// The column that it is compared with or given to, where one stands before it.
        column: Option<String>,
        /// The type it is cast to.
        cast: Option<String>,
        /// All names in the statement.
        names: Vec<String>,
    },
}

/// A statement that begins or ends a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Control {
    /// The statement.
    pub span: Span,
    /// Its direction.
    pub section: Section,
    /// What it does.
    pub kind: ControlKind,
}

/// What a statement does to the transaction at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ControlKind {
    /// `BEGIN`, `START TRANSACTION`.
    Begin,
    /// `COMMIT`, `END`.
    Commit,
    /// `ROLLBACK`, `ABORT`.
    Rollback,
}

/// A statement that fails inside a transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outsider {
    /// The statement.
    pub span: Span,
    /// Its direction.
    pub section: Section,
    /// What it is called: `CREATE INDEX CONCURRENTLY`.
    pub name: String,
    /// The document takes it out of the transaction of its tool.
    pub apart: bool,
}

impl Transactions {
    /// Adds what a text inside the document says, which belongs to a direction of it.
    pub(super) fn extend(&mut self, inner: Self, section: Section, apart: bool) {
        // Outside the transaction of the tool, it begins and ends its own.
        let controls = inner.controls.into_iter().filter(|_| !apart);
        self.controls
            .extend(controls.map(|control| Control { section, ..control }));
        let outsiders = inner.outsiders.into_iter();
        self.outsiders.extend(outsiders.map(|outsider| Outsider {
            section,
            apart,
            ..outsider
        }));
        let labels = inner.labels.into_iter();
        self.labels.extend(labels.map(|label| Label {
            section,
            apart,
            ..label
        }));
    }

    /// Forgets the texts that stand for no label which was added before.
    pub(super) fn settle(&mut self) {
        let mut added = BTreeSet::new();
        self.labels.retain(|label| match label.role {
            LabelRole::Added => {
                added.insert((label.section, label.text.clone()));
                true
            }
            LabelRole::Used { .. } => added.contains(&(label.section, label.text.clone())),
        });
    }

    /// All of it stands at one place.
    pub(super) fn move_to(&mut self, at: Span) {
        self.controls
            .iter_mut()
            .for_each(|control| control.span = at);
        self.outsiders
            .iter_mut()
            .for_each(|outsider| outsider.span = at);
        self.labels.iter_mut().for_each(|label| label.span = at);
    }
}

/// Whether a comment, marks included, asks the tool to run a migration in no transaction.
pub(super) fn declines(comment: &str) -> bool {
    const MARKS: [&str; 8] = [
        "+goose no transaction",
        "migrate:up transaction:false",
        "no-transaction",
        "+migrate up notransaction",
        "tern: disable-tx",
        "atlas:txmode none",
        "! no-transaction",
        "executeintransaction=false",
    ];
    let text = comment
        .trim_start_matches(['-', '#', ' ', '/', '*'])
        .to_ascii_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    MARKS.iter().any(|mark| text.starts_with(mark))
        || text.starts_with("changeset ") && text.contains("runintransaction:false")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tools_are_told() {
        for comment in [
            "-- +goose NO TRANSACTION",
            "-- migrate:up transaction:false",
            "-- no-transaction",
            "-- +migrate Up notransaction",
            "---- tern: disable-tx ----",
            "-- atlas:txmode none",
            "--! no-transaction",
            "--changeset ann:1 runInTransaction:false",
        ] {
            assert!(declines(comment), "{comment}");
        }
        for comment in ["-- migrate:up", "-- in no transaction", "--changeset ann:1"] {
            assert!(!declines(comment), "{comment}");
        }
    }
}
