//! The end state of each database: migrations replayed in their tool's order. Knows what statements
//! do to a schema, not what they are written in; every part of the model cites what made it.

mod access;
mod alter;
mod baseline;
mod cascade;
mod clause;
mod constraint;
mod coverage;
mod create;
mod derive;
mod django;

mod drift;
mod early;
mod edit;
mod enumeration;
mod expression;
mod family;
mod fault;
mod function;
mod grant;
mod growth;
mod habit;
mod history;
mod idiom;
mod index;
mod inherit;
mod keys;
mod limit;
mod links;
mod live;
mod loss;
mod mismatch;
mod models;
mod moments;
mod money;
mod names;
mod namespace;
pub mod operation;
mod order;
mod passes;
mod place;
mod redundant;
mod reference;
mod replay;
mod reserved;
mod retype;
mod revisions;
mod rewrite;
mod rollback;
mod rounding;
mod select;
mod soft_delete;
mod sweep;
mod table;
mod touch;
mod transaction;
mod typed;
mod types;
mod unresolved;
mod usage;
mod version;
mod view;
mod way_back;
mod words;
mod wrapping;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use super::LinkNote;
use super::python::Python;
use crate::config::Settings;
use crate::discover::Unit;
use crate::facts::FileOutcome;
use crate::facts::schema::{Action, Dialect, Expression, Identity, TypeName};
use crate::source::{FileId, Loc};

use early::NewLabel;
use links::Links;
use unresolved::Watch;
use way_back::WaysBack;

pub use crate::discover::MigrationTool;
pub use access::{Policy, RowSecurity};
pub use cascade::{Cascades, Precious, Reached};
pub use coverage::{NearMiss, Why};
pub use drift::{Difference, Drift};
pub use family::Family;
pub use fault::{FaultKind, HistoryFault};
pub use function::Function;
pub use grant::{Holding, PublicGrant};
pub use growth::NarrowKey;
pub use idiom::Idiom;
pub use limit::{Because, Unlimited};
pub use live::{Demand, LiveChange, LiveKind};
pub use loss::{Dependence, Dependent};
pub use mismatch::{Misfit, Mismatch};
pub use models::Orm;
pub use place::Place;
pub use redundant::{Access, Redundant};
pub use reference::Unreferenced;
pub use replay::Replay;
pub use retype::NewType;
pub use rewrite::Varies;
pub use rollback::{Fault, How, Rollback, Thing};
pub use sweep::SweptTable;
pub use transaction::{Around, Mistake, Transacted};
pub use typed::Typed;
pub use types::{Domain, Type, TypeKind};
pub use unresolved::{Gone, Naming, Unknown, Unresolved};
pub use usage::{StillUsed, User, UserKind};
pub use view::View;
pub use way_back::{Lack, OneWay};
pub use wrapping::Wrapping;

/// One database: a migration root in one dialect.
#[derive(Clone, Debug)]
pub struct Database {
    /// The migration root.
    pub name: String,
    /// Its dialect.
    pub dialect: Dialect,
    /// The tool whose migrations built it.
    pub tool: MigrationTool,
    /// The mapper whose models it was read from; `None` for what migrations and schema files build.
    pub orm: Option<Orm>,
    /// The same database as the models of the project declare it, where it has both.
    pub models: Option<Box<Database>>,
    /// The oldest version of PostgreSQL that it may run on.
    pub postgres_version: u32,
    /// The files whose statements built it, in the order in which they were replayed.
    pub files: Vec<FileId>,
    /// The tables, by key. Partitions are none.
    pub tables: BTreeMap<TableKey, Table>,
    /// Partitions by key: indexes and keys count on their parent, no rule looks at them.
    pub partitions: BTreeMap<TableKey, Table>,
    /// Types that statements made: enums, domains, …
    pub types: BTreeMap<TableKey, Type>,
    /// Extensions of PostgreSQL.
    pub extensions: BTreeSet<String>,
    /// Functions by key, those of one name with other arguments together.
    pub functions: BTreeMap<TableKey, Vec<Function>>,
    /// The views, by key.
    pub views: BTreeMap<TableKey, View>,
    /// Names of tables that some statement nobody understood may have made or changed, or that are
    /// only altered and never made.
    pub open: Vec<String>,
    /// Tables whose end state depends on an order of files that is a guess.
    pub unordered: BTreeSet<TableKey>,
    /// Tables whose rows are secured here and that are made by another history, if any.
    pub secured_elsewhere: BTreeSet<TableKey>,
    /// Names in its statements that stand for nothing.
    pub unresolved: Vec<Unresolved>,
    /// What its files do to tables that earlier ones made, in order.
    pub live: Vec<LiveChange>,
    /// What its files do wrong with transactions, in order.
    pub transacted: Vec<Transacted>,
    /// Its files that nothing takes back, though others are, in order.
    pub one_way: Vec<OneWay>,
    /// What its files do to all rows of tables that were there before, in order.
    pub swept: Vec<SweptTable>,
    /// What everyone who may log in was granted.
    public: Vec<PublicGrant>,
    /// Its files whose way back does not lead back, in order.
    pub rollbacks: Vec<Rollback>,
    /// Labels that its files give to enums which earlier ones made, in order.
    new_labels: Vec<NewLabel>,
    /// The application makes its tables itself when it starts.
    made_by_code: bool,
    /// Every statement says which tables it may have made.
    complete: bool,
    /// What a table begins with when it is made.
    row_security: RowSecurity,
    /// Who may bear a name and who may lean on whom, which keeps large schemas linear.
    links: Links,
}

/// A table's identity: schema (empty = the default one) and name, both as stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableKey {
    /// The schema; empty for the default schema.
    pub schema: String,
    /// The name.
    pub name: String,
}

impl std::fmt::Display for TableKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.schema.is_empty() {
            out.write_str(&self.name)
        } else {
            write!(out, "{}.{}", self.schema, self.name)
        }
    }
}

/// A table at the end of replay.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its key.
    pub key: TableKey,
    /// The name in the statement that made it, or in the first that mentions it.
    pub at: Loc,
    /// The columns, in order.
    pub columns: Vec<Column>,
    /// The primary key.
    pub primary_key: Option<Key>,
    /// Unique constraints.
    pub uniques: Vec<Key>,
    /// Check constraints.
    pub checks: Vec<Check>,
    /// Exclusion constraints, each as the index that backs it.
    pub exclusions: Vec<Index>,
    /// Indexes that are not made by a constraint.
    pub indexes: Vec<Index>,
    /// Foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
    /// Indexes that existed and were dropped, those of keys too, with the place of the drop.
    pub dropped: Vec<(Index, Loc)>,
    /// The statement that made it was read. Otherwise it is only altered, and what it held before
    /// is unknown.
    pub created: bool,
    /// Its columns are all known; those of `AS SELECT` are not.
    pub columns_known: bool,
    /// A statement that nobody understood touched it: nothing may be argued from what it lacks.
    pub opaque: bool,
    /// The table it is a partition of.
    pub partition_of: Option<TableKey>,
    /// Which of that table's rows it holds, as written.
    pub bounds: Option<String>,
    /// How its rows are told to partitions, as written.
    pub partitioning: Option<String>,
    /// The tables it inherits from.
    pub inherits: Vec<TableKey>,
    /// Its rows are those of a query, a server or a module elsewhere, or it inherits its columns:
    /// it need not have keys of its own.
    pub derived: bool,
    /// Some migration writes rows of it out.
    pub seeded: bool,
    /// Who may reach its rows.
    pub row_security: RowSecurity,
}

/// A column at the end of replay.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// The name in the clause that made it.
    pub at: Loc,
    /// Its type, with the place that gave it its present form.
    pub ty: Option<(TypeName, Loc)>,
    /// Another statement than the one that made it gave it this type.
    pub retyped: bool,
    /// Accepts NULL.
    pub nullable: bool,
    /// The default.
    pub default: Option<Expression>,
    /// A foreign key of it was dropped, or is not wanted: that it refers to nothing is a decision.
    pub released: bool,
    /// The code that writes it takes only values of a list.
    pub listed: bool,
    /// Numbers itself.
    pub auto_increment: bool,
    /// Numbers itself as an identity, not by a default.
    pub identity: Option<Identity>,
    /// What computes it.
    pub generated: Option<Expression>,
    /// What is computed is written into the row.
    pub stored: bool,
    /// The field of the model that stands for it, where that has another name.
    pub attribute: Option<String>,
    /// The clause that made it was read, so that nothing about it is older.
    pub created: bool,
    /// The table declares it, though it may inherit it as well.
    pub own: bool,
}

/// A primary key or a unique constraint.
#[derive(Clone, Debug)]
pub struct Key {
    /// Its name, written or given by the database; empty where nobody can know it.
    pub name: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// Its clause.
    pub at: Loc,
    /// Its place among all keys and indexes, in the order in which they were made.
    pub made: u32,
}

/// A check constraint.
#[derive(Clone, Debug)]
pub struct Check {
    /// Its name, written or given by the database; empty where nobody can know it.
    pub name: String,
    /// The condition, as written.
    pub condition: String,
    /// All rows were checked; `NOT VALID` leaves out those that were there.
    pub valid: bool,
    /// Its clause.
    pub at: Loc,
    /// The table declares it, though it may inherit it as well.
    pub own: bool,
}

/// An index.
#[derive(Clone, Debug)]
pub struct Index {
    /// Its name, written or given by the database; empty where nobody can know it.
    pub name: String,
    /// Columns in order; `None` for an expression.
    pub columns: Vec<Option<String>>,
    /// The keys as written.
    pub keys: Vec<String>,
    /// Unique.
    pub unique: bool,
    /// The method, `btree` unless written.
    pub method: String,
    /// The predicate of a partial index.
    pub predicate: Option<String>,
    /// Included columns.
    pub include: Vec<String>,
    /// MySQL made it for a foreign key; it goes when a written one serves as well.
    pub implicit: bool,
    /// Its clause.
    pub at: Loc,
    /// Its place among all keys and indexes, in the order in which they were made.
    pub made: u32,
}

/// A foreign key.
#[derive(Clone, Debug)]
pub struct ForeignKey {
    /// Its name, written or given by the database; empty where nobody can know it.
    pub name: String,
    /// The referencing columns.
    pub columns: Vec<String>,
    /// The parent.
    pub parent: TableKey,
    /// The referenced columns.
    pub parent_columns: Vec<String>,
    /// What deleting a parent does.
    pub on_delete: Action,
    /// What updating a parent's key does.
    pub on_update: Action,
    /// The mapper of the application does that (Django); to the database it is `NO ACTION`.
    pub emulated: bool,
    /// Its clause.
    pub at: Loc,
    /// Its columns in the clause.
    pub columns_at: Loc,
    /// The `ON DELETE` clause, where written.
    pub on_delete_at: Option<Loc>,
}

/// Replays all migrations.
pub(super) fn replay(
    units: &[Unit],
    outcomes: &[FileOutcome],
    python: &Python,
    settings: &Settings,
) -> (Vec<Database>, Vec<HistoryFault>, Vec<LinkNote>) {
    let mut databases = Vec::new();
    let (chains, mut faults, mut notes) = order::chains(units, outcomes, settings);
    faults.extend(fault::repeated_numbers(units, outcomes));
    for chain in chains {
        let mut replay = Replay::new(chain.name, chain.dialect, chain.tool);
        replay.database.unordered = chain.unordered;
        replay.watch = Watch::of(chain.units.iter().map(|unit| &units[*unit]));
        replay.database.files = chain.units.iter().map(|unit| units[*unit].file).collect();
        let ways_back = WaysBack::of(units, outcomes, chain.tool, &chain.units);
        let mut rollbacks = Vec::new();
        for &unit in &chain.units {
            replay.watch.enter(&units[unit], chain.tool);
            rollbacks.extend(ways_back.try_out(&replay, unit));
            replay.part.clone_from(&units[unit].range);
            for statement in &outcomes[unit].facts.schema {
                replay.apply(units[unit].file, statement);
            }
            let facts = &outcomes[unit].facts;
            replay.enter(units[unit].file);
            replay.sweep(&facts.sweeps, &facts.schema, &facts.seeded);
            replay.seed(&facts.seeded);
        }
        for unit in chain.seeds {
            replay.seed(&outcomes[unit].facts.seeded);
        }
        let (mut database, open) = replay.finish();
        database.rollbacks = rollbacks;
        database.set_version(settings);
        look_at_transactions(&mut database, &chain.units, units, outcomes);
        database.look_for_ways_back(&chain.units, &ways_back);
        let newest = chain.newest.map(|unit| units[unit].file);
        database.follow(&newest.into_iter().collect());
        database.look_for_labels_of_parents(&chain.units, units, outcomes);
        databases.push(database);
        notes.extend(open);
    }
    let (applied, wrong) = django::databases(units, outcomes, python, settings);
    faults.extend(wrong);
    for (database, found) in applied {
        databases.push(database);
        notes.extend(found);
    }
    notes.extend(models::add(
        &mut databases,
        models::all(units, outcomes, python),
        settings,
    ));
    drift::heed_create_all(&mut databases, units);
    faults.sort_by_key(|fault| fault.at);
    (databases, faults, notes)
}

fn look_at_transactions(
    database: &mut Database,
    chain: &[usize],
    units: &[Unit],
    outcomes: &[FileOutcome],
) {
    for unit in chain {
        let mut said = outcomes[*unit].facts.transactions.clone();
        // What its tool would not take for a migration, something else applies.
        said.declined |= units[*unit].untransacted || !units[*unit].bears_mark();
        database.look_at_transactions(units[*unit].file, &said);
    }
}

#[cfg(test)]
mod tests;
