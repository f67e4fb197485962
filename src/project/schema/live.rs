//! What statements do to tables that are there already when their file runs: others may read and
//! write them meanwhile, and they may hold rows.

use std::collections::BTreeSet;

use super::loss::Dependent;
use super::replay::Replay;
use super::{Column, Database, ForeignKey, Index, MigrationTool, Table, TableKey, TypeKind};
use crate::facts::schema::{
    AlterAction, AlterKind, Column as ColumnClause, Constraint, ConstraintKind, Dialect,
    Expression, Ident, Index as IndexClause, TypeName,
};
use crate::source::{FileId, Loc, Span};

/// A change to a table that was there before its file ran.
#[derive(Clone, Debug)]
pub struct LiveChange {
    /// The table, by its name at that time.
    pub table: TableKey,
    /// The name in the statement that made the table; `None` where none did.
    pub made: Option<Loc>,
    /// The rows of the table are kept in partitions.
    pub partitioned: bool,
    /// Other migrations of its history follow.
    pub followed: bool,
    /// The statement.
    statement: Span,
    /// The clause.
    pub at: Loc,
    /// What it does.
    pub kind: LiveKind,
}

/// What is done to such a table.
#[derive(Clone, Debug)]
pub enum LiveKind {
    /// A column comes.
    AddColumn {
        /// The column as it is added.
        column: Column,
    },
    /// A column may hold NULL no more.
    ForbidNull {
        /// The column.
        column: String,
        /// A check that all rows passed says so already.
        proved: bool,
    },
    /// A column becomes of another type.
    Retype {
        /// The column.
        column: String,
        /// What it was.
        from: TypeName,
        /// What it becomes.
        to: TypeName,
    },
    /// All rows are checked against a constraint that comes.
    Constrain {
        /// The name that the database gives it where none is written.
        name: String,
        /// What it demands.
        demand: Demand,
    },
    /// The table goes.
    DropTable {
        /// What the database refuses to drop it for.
        kept_by: Vec<Dependent>,
    },
    /// All its rows go.
    Truncate,
    /// The table is called otherwise from now on.
    RenameTable {
        /// Its new name.
        to: TableKey,
    },
    /// A column goes.
    DropColumn {
        /// The column.
        column: String,
        /// What the database refuses to drop it for.
        kept_by: Vec<Dependent>,
    },
    /// A column is called otherwise from now on.
    RenameColumn {
        /// The column.
        column: String,
        /// Its new name.
        to: String,
        /// Its type.
        ty: Option<TypeName>,
    },
    /// An index is built.
    BuildIndex {
        /// The index.
        index: Index,
        /// `CONCURRENTLY`: writers need not wait.
        concurrently: bool,
        /// Nobody asked for it: Django makes one with each foreign key that it adds.
        implied: bool,
    },
}

impl LiveKind {
    /// Whether it is about the rows that the table holds.
    pub(super) fn meets_rows(&self) -> bool {
        match self {
            Self::AddColumn { .. }
            | Self::ForbidNull { .. }
            | Self::Retype { .. }
            | Self::Constrain { .. }
            | Self::BuildIndex { .. } => true,
            Self::DropTable { .. }
            | Self::Truncate
            | Self::RenameTable { .. }
            | Self::DropColumn { .. }
            | Self::RenameColumn { .. } => false,
        }
    }
}

/// What a constraint demands of rows that are there.
#[derive(Clone, Debug)]
pub enum Demand {
    /// That they refer to rows of another table.
    ForeignKey(ForeignKey),
    /// That a condition holds.
    Check(String),
    /// That no two of them agree in these columns.
    Unique(Vec<String>),
    /// That, and that none of these columns is NULL.
    PrimaryKey(Vec<String>),
}

impl Replay {
    /// Remembers what an action of `ALTER TABLE` is going to do.
    pub(super) fn watch_action(&mut self, key: &TableKey, action: &AlterAction) {
        let Some(table) = self.live(key) else {
            return;
        };
        let kind = match &action.kind {
            AlterKind::AddColumn {
                column,
                if_not_exists,
                ..
            } => self.live_addition(table, column, *if_not_exists),
            AlterKind::SetNotNull {
                column,
                not_null: true,
            } => table.live_null(column),
            AlterKind::SetType { column, ty } => self.live_type(table, column, ty),
            AlterKind::ReplaceColumn { name, column } if name.name == column.name.name => {
                self.live_replacement(table, name, column)
            }
            AlterKind::AddConstraint(constraint) => self.live_constraint(table, constraint),
            kind => self.live_loss(table, kind),
        };
        self.remember(key, self.at(action.span), kind);
    }

    /// Remembers an index that is going to be built.
    pub(super) fn watch_index(&mut self, key: &TableKey, clause: &IndexClause) {
        let may_exist = |table: &Table| (clause.if_not_exists || self.guarded) && table.is_open();
        let table = self.live(key).filter(|table| !may_exist(table));
        let kind = table.map(|table| LiveKind::BuildIndex {
            index: self.index(key, clause),
            concurrently: clause.concurrently,
            implied: self.is_implied(table, clause),
        });
        self.remember(key, self.at(clause.span), kind);
    }

    /// How many changes of tables in use were met.
    pub(super) fn live_changes(&self) -> usize {
        self.database.live.len()
    }

    /// Forgets those that were met since there were so many: no rows met them.
    pub(super) fn forget_live_changes(&mut self, since: usize) {
        self.database.live.truncate(since);
    }

    pub(super) fn remember(&mut self, key: &TableKey, at: Loc, kind: Option<LiveKind>) {
        let (Some(kind), Some(table)) = (kind, self.table(key)) else {
            return;
        };
        let change = LiveChange {
            table: key.clone(),
            made: table.created.then_some(table.at),
            partitioned: table.partitioning.is_some(),
            followed: false,
            statement: self.statement,
            at,
            kind,
        };
        self.database.live.push(change);
    }

    /// The table, where it was there before the document at hand: an earlier one made it, or none
    /// at all does. A document that would make it does not count on it.
    pub(super) fn live(&self, key: &TableKey) -> Option<&Table> {
        let table = self.table(key)?;
        let is_new = table.created && self.is_here(table.at);
        (!is_new && !self.would_make.contains(key)).then_some(table)
    }

    /// Whether an index comes with a column that Django adds.
    fn is_implied(&self, table: &Table, clause: &IndexClause) -> bool {
        let [key] = clause.keys.as_slice() else {
            return false;
        };
        let column = key.column.as_ref().and_then(|name| table.column(name));
        self.database.tool == MigrationTool::Django
            && column.is_some_and(|column| self.is_here(column.at))
    }

    /// Whether a place is in the document at hand.
    pub(super) fn is_here(&self, at: Loc) -> bool {
        at.file == self.file && self.part.contains(&(at.span.start as usize))
    }

    fn live_addition(
        &self,
        table: &Table,
        clause: &ColumnClause,
        if_not_exists: bool,
    ) -> Option<LiveKind> {
        let is_there = table.column(&clause.name.name).is_some();
        // On a table that is not known whole, a column that may be there may not be added.
        let may_be_there = (if_not_exists || self.guarded) && table.is_open();
        (!is_there && !may_be_there).then(|| LiveKind::AddColumn {
            column: self.column(clause),
        })
    }

    fn live_type(&self, table: &Table, column: &Ident, to: &TypeName) -> Option<LiveKind> {
        let (from, _) = table.column(&column.name)?.ty.clone()?;
        Some(LiveKind::Retype {
            column: column.name.clone(),
            from,
            to: self.named_type(to),
        })
    }

    /// The new type of a column that MySQL makes anew. Elsewhere only Django does, which keeps the type.
    fn live_replacement(
        &self,
        table: &Table,
        column: &Ident,
        clause: &ColumnClause,
    ) -> Option<LiveKind> {
        let ty = clause.ty.as_ref();
        let ty = ty.filter(|_| self.database.dialect == Dialect::Mysql)?;
        self.live_type(table, column, ty)
    }

    /// A constraint that all rows are checked against. The rows of a new column without a default
    /// refer to nothing yet.
    fn live_constraint(&self, table: &Table, constraint: &Constraint) -> Option<LiveKind> {
        let key = &table.key;
        let may_exist = || table.is_open() || self.has_such(key, constraint);
        if constraint.not_valid || self.guarded && may_exist() {
            return None;
        }
        let names = |columns: &[Ident]| -> Vec<String> {
            columns.iter().map(|it| it.name.clone()).collect()
        };
        let given = constraint.name.as_ref().map(|name| name.name.clone());
        let (name, demand) = match &constraint.kind {
            ConstraintKind::ForeignKey(clause) => {
                let columns = names(&clause.columns);
                let mut held = columns.iter().filter_map(|name| table.column(name));
                if constraint.inline && held.all(|column| column.default.is_none()) {
                    return None;
                }
                let fk = self.foreign_key(key, given, clause, self.at(constraint.span));
                (fk.name.clone(), Demand::ForeignKey(fk))
            }
            // Nobody asked for it: Django makes one with a column of positive numbers.
            ConstraintKind::Check { .. }
                if constraint.inline && self.database.tool == MigrationTool::Django =>
            {
                return None;
            }
            ConstraintKind::Check { condition } => {
                let name = given.unwrap_or_else(|| self.check_name(key, &condition.text));
                (name, Demand::Check(condition.text.clone()))
            }
            ConstraintKind::Unique {
                columns,
                using_index: None,
            } => {
                let columns = names(columns);
                let name = || self.relation_name(key, Some(&columns.join("_")), "key");
                (given.unwrap_or_else(name), Demand::Unique(columns))
            }
            ConstraintKind::PrimaryKey {
                columns,
                using_index: None,
            } => {
                let name = given.unwrap_or_else(|| self.relation_name(key, None, "pkey"));
                (name, Demand::PrimaryKey(names(columns)))
            }
            ConstraintKind::Unique { .. }
            | ConstraintKind::PrimaryKey { .. }
            | ConstraintKind::Exclude(_) => return None,
        };
        Some(LiveKind::Constrain { name, demand })
    }
}

impl Database {
    /// Tells what the last files of a history do from what others do.
    pub(super) fn follow(&mut self, last: &BTreeSet<FileId>) {
        for change in &mut self.live {
            change.followed = !last.contains(&change.at.file);
        }
        for swept in &mut self.swept {
            swept.followed = !last.contains(&swept.at.file);
        }
        // What is no step of a history may run at any time.
        let has_steps = self.tool != MigrationTool::None;
        for transacted in &mut self.transacted {
            transacted.followed = has_steps && !last.contains(&transacted.at.file);
        }
        for rollback in &mut self.rollbacks {
            rollback.followed = !last.contains(&rollback.migration);
        }
        for one_way in &mut self.one_way {
            one_way.followed = !last.contains(&one_way.at.file);
        }
    }

    /// Whether rows that are there could only hold NULL in a new column that forbids it. MySQL gives
    /// them the zero of the type.
    pub fn leaves_rows_out(&self, column: &Column) -> bool {
        let domain = column.ty.as_ref().and_then(|(ty, _)| self.type_of(ty));
        let by_domain = domain.is_some_and(
            |own| matches!(&own.kind, TypeKind::Domain(domain) if domain.default.is_some()),
        );
        let null = |default: &Expression| default.text.trim().eq_ignore_ascii_case("null");
        self.dialect != Dialect::Mysql
            && !column.nullable
            && column.default.as_ref().is_none_or(null)
            && column.generated.is_none()
            && !column.auto_increment
            && !by_domain
    }

    /// The foreign key for which MySQL refuses a new column: it gives rows that are there the zero of the
    /// type, which a parent that numbers itself does not hold. Unknown where something may fill the
    /// column in between.
    pub fn refuses_zeros(&self, added: &LiveChange, column: &Column) -> Option<&ForeignKey> {
        /// What writes a row is longer.
        const GAP: u32 = 16;
        let fills = column.default.is_some() || column.generated.is_some() || column.auto_increment;
        if self.dialect != Dialect::Mysql || column.nullable || fills {
            return None;
        }
        let follows = |change: &&LiveChange| {
            let (start, end) = (change.statement.start, added.statement.end);
            change.table == added.table
                && change.at.file == added.at.file
                && change.at.span.start > added.at.span.start
                && start < end + GAP
        };
        let later = self.live.iter().filter(follows);
        let mut keys = later.filter_map(|change| match &change.kind {
            LiveKind::Constrain {
                demand: Demand::ForeignKey(fk),
                ..
            } => Some(fk),
            _ => None,
        });
        let numbers_itself = |fk: &ForeignKey| {
            let parent = self.tables.get(&fk.parent);
            let column = parent.and_then(|parent| parent.column(fk.parent_columns.first()?));
            column.is_some_and(|column| column.auto_increment)
        };
        keys.find(|fk| *fk.columns == [column.name.clone()] && numbers_itself(fk))
    }
}

impl Table {
    /// An open table may have a check that nobody has seen.
    fn live_null(&self, column: &Ident) -> Option<LiveKind> {
        let held = self.column(&column.name)?;
        (held.nullable && !self.is_open()).then(|| LiveKind::ForbidNull {
            column: column.name.clone(),
            proved: self.proves_filled(&column.name),
        })
    }

    /// Whether a check that all rows passed says that a column holds no NULL.
    fn proves_filled(&self, column: &str) -> bool {
        let mut checks = self.checks.iter().filter(|check| check.valid);
        checks.any(|check| says_filled(&check.condition, column))
    }
}

/// Whether a condition holds only where a column is not NULL: `a IS NOT NULL`, also among others
/// that hold as well.
fn says_filled(condition: &str, column: &str) -> bool {
    let text: String = condition
        .to_ascii_lowercase()
        .replace(['(', ')', '"', '`'], " ");
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ").replace("is not null", "filled");
    let words: Vec<&str> = text.split(' ').collect();
    let said = [&column.to_ascii_lowercase(), "filled"];
    // What is denied, or one of two, holds where the column is NULL, too.
    let doubtful = ["not", "or", "case"];
    words.split(|word| *word == "and").any(|part| part == said)
        && !words.iter().any(|word| doubtful.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_that_leave_no_null() {
        for text in [
            "a is not null",
            "(\"a\" IS NOT NULL)",
            "b > 1 AND a IS NOT NULL",
        ] {
            assert!(says_filled(text, "a"), "{text}");
        }
        for text in [
            "a is null",
            "b is not null",
            "a is not null or b > 1",
            "a > 1",
            "not (a is not null)",
            "not (b > 1 and a is not null)",
            "(a is not null) is false",
        ] {
            assert!(!says_filled(text, "a"), "{text}");
        }
    }
}
