//! What migrations take away from tables that are in use: when it goes, and what the database would
//! refuse to let go.

use super::live::LiveKind;
use super::replay::Replay;
use super::{Table, TableKey, expression};
use crate::facts::schema::{AlterKind, Dialect, TableName};
use crate::source::{Loc, Span};

/// Something of the database that needs a table or a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependent {
    /// What it is.
    pub kind: Dependence,
    /// The view, or the table that it belongs to.
    pub table: TableKey,
    /// Its name; that of the table for a view.
    pub name: String,
    /// The name in the clause that made it.
    pub at: Loc,
}

/// Why something of the database needs a table or a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dependence {
    /// A view reads it.
    View,
    /// A materialized view reads it.
    MaterializedView,
    /// A policy of the table asks it.
    Policy,
    /// A foreign key of another table refers to it.
    ForeignKey,
    /// Another column of the table is computed from it.
    Generated,
}

impl Replay {
    /// Remembers that a table is going to be dropped.
    pub(super) fn watch_drop(&mut self, key: &TableKey, at: Span, cascade: bool) {
        let kind = self.live(key).filter(|_| !self.guarded);
        let kind = kind.map(|_| LiveKind::DropTable {
            kept_by: self.kept_by(key, None, cascade),
        });
        self.remember(key, self.at(at), kind);
    }

    /// Remembers that a table is going to be called otherwise.
    pub(super) fn watch_new_name(&mut self, key: &TableKey, to: &TableKey, at: Loc) {
        let kind = self.live(key).filter(|_| !self.guarded);
        let kind = kind.map(|_| LiveKind::RenameTable { to: to.clone() });
        self.remember(key, at, kind);
    }

    /// Remembers that all rows go.
    pub(super) fn truncate(&mut self, tables: &[TableName]) {
        for name in tables {
            let key = self.resolve(name);
            let kind = self.live(&key).filter(|_| !self.guarded);
            let kind = kind.map(|_| LiveKind::Truncate);
            self.remember(&key, self.at(name.span), kind);
        }
    }

    /// A table that the document at hand drops and makes again, as SQLite must to alter it, is not
    /// gone.
    pub(super) fn bring_back(&mut self, key: &TableKey) {
        let file = self.file;
        let live = &mut self.database.live;
        let here = live
            .iter()
            .rev()
            .take_while(|change| change.at.file == file);
        let is_drop = |kind: &LiveKind| matches!(kind, LiveKind::DropTable { .. });
        let dropped = here
            .enumerate()
            .find(|(_, change)| change.table == *key && is_drop(&change.kind));
        if let Some((back, _)) = dropped {
            live.remove(live.len() - 1 - back);
        }
    }

    /// What an action takes away from a table that is there.
    pub(super) fn live_loss(&self, table: &Table, kind: &AlterKind) -> Option<LiveKind> {
        let (column, to, cascade) = match kind {
            AlterKind::DropColumn { name, cascade, .. } => (name, None, *cascade),
            AlterKind::RenameColumn { name, to } => (name, Some(to), false),
            AlterKind::ReplaceColumn { name, column } if name.name != column.name.name => {
                (name, Some(&column.name), false)
            }
            _ => return None,
        };
        let held = table.column(&column.name);
        let is_new = held.is_some_and(|held| held.created && self.is_here(held.at));
        let may_be_there = held.is_some() || !table.columns_known;
        if is_new || !may_be_there || self.guarded {
            return None;
        }
        let column = column.name.clone();
        Some(match to {
            Some(to) => LiveKind::RenameColumn {
                column,
                to: to.name.clone(),
                ty: held.and_then(|held| Some(held.ty.clone()?.0)),
            },
            None => LiveKind::DropColumn {
                kept_by: self.kept_by(&table.key, Some(&column), cascade),
                column,
            },
        })
    }

    /// What PostgreSQL refuses to drop a table or a column for.
    fn kept_by(&self, key: &TableKey, column: Option<&str>, cascade: bool) -> Vec<Dependent> {
        if cascade || self.database.dialect != Dialect::Postgres {
            return Vec::new();
        }
        let views = self.database.views.values();
        let views = views.filter(|view| view.needs(key, column));
        let views = views.map(|view| Dependent {
            kind: match view.materialized {
                true => Dependence::MaterializedView,
                false => Dependence::View,
            },
            table: view.key.clone(),
            name: view.key.to_string(),
            at: view.at,
        });
        let own = self.table(key).filter(|_| column.is_some());
        let own = own.into_iter().flat_map(|table| table.kept_by(column));
        views
            .chain(self.referring(key, column))
            .chain(own)
            .collect()
    }

    /// The foreign keys of other tables that refer to a table or a column.
    fn referring(&self, key: &TableKey, column: Option<&str>) -> Vec<Dependent> {
        let mut found = Vec::new();
        for other in self.database.links.leaning(key) {
            let fks = self.table(&other).filter(|other| other.key != *key);
            let fks = fks.into_iter().flat_map(|table| &table.foreign_keys);
            let refers = fks.filter(|fk| {
                let names = |column: &str| fk.parent_columns.iter().any(|name| name == column);
                fk.parent == *key && column.is_none_or(names)
            });
            found.extend(refers.map(|fk| Dependent {
                kind: Dependence::ForeignKey,
                table: other.clone(),
                name: fk.name.clone(),
                at: fk.at,
            }));
        }
        found
    }
}

impl Table {
    /// What of the table itself needs one of its columns and does not go with it.
    fn kept_by(&self, column: Option<&str>) -> Vec<Dependent> {
        let Some(column) = column else {
            return Vec::new();
        };
        let policies = self.row_security.policies.iter().filter(|policy| {
            let mut conditions = policy.using.iter().chain(&policy.check);
            conditions.any(|(text, _)| is_bare(text) && expression::mentions(text, column))
        });
        let policies = policies.map(|policy| Dependent {
            kind: Dependence::Policy,
            table: self.key.clone(),
            name: policy.name.clone(),
            at: policy.at,
        });
        let computed = self.columns.iter().filter(|other| {
            let from = other.generated.as_ref();
            from.is_some_and(|from| expression::mentions(&from.text, column))
        });
        let computed = computed.map(|other| Dependent {
            kind: Dependence::Generated,
            table: self.key.clone(),
            name: other.name.clone(),
            at: other.at,
        });
        policies.chain(computed).collect()
    }
}

/// Whether all names of a condition are those of its table: no query stands in it.
fn is_bare(condition: &str) -> bool {
    let lower = condition.to_ascii_lowercase();
    !lower
        .split(|c: char| !c.is_alphanumeric())
        .any(|word| word == "select")
}
