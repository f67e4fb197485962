//! Names in statements that stand for nothing: no table or column bore them when the statement ran.
//!
//! A history need not be whole: what an unseen beginning, another tool or a platform may have made is
//! not missing. Only what is left after all doubts is told.

use std::collections::{BTreeMap, BTreeSet};

use super::replay::Replay;
use super::{Database, Table, TableKey};
use crate::discover::{MigrationTool, Unit};
use crate::facts::schema::{Dialect, Ident};
use crate::source::{FileId, Loc, Span};

/// A name that stood for nothing.
#[derive(Clone, Debug)]
pub struct Unresolved {
    /// The name.
    pub at: Loc,
    /// What it should name.
    pub name: Unknown,
    /// What names it.
    pub by: Naming,
    /// The table whose statement names it.
    pub table: TableKey,
    /// What it named before.
    pub gone: Option<Gone>,
    /// The table is made, but later: here.
    pub later: Option<Loc>,
    /// The name that is there and nearest to it.
    pub nearest: Option<String>,
}

/// What a name should stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// A table.
    Table(TableKey),
    /// A column of a table that is known in full.
    Column(TableKey, String),
}

/// What names something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Naming {
    /// A foreign key of these columns.
    ForeignKey(Vec<String>),
    /// An index.
    Index,
    /// A primary key or unique constraint.
    Key,
    /// An action of `ALTER TABLE`.
    Alteration,
}

/// A statement that took a name away.
#[derive(Clone, Debug)]
pub struct Gone {
    /// Where.
    pub at: Loc,
    /// What it gave instead; `None` for a drop.
    pub to: Option<String>,
}

impl Unresolved {
    /// The table it names, or whose column it names.
    pub fn table_named(&self) -> &TableKey {
        match &self.name {
            Unknown::Table(key) | Unknown::Column(key, _) => key,
        }
    }
}

/// What replay remembers to tell unknown names from names of what it cannot see.
#[derive(Debug, Default)]
pub(super) struct Watch {
    found: Vec<Unresolved>,
    tables: BTreeMap<TableKey, Gone>,
    columns: BTreeMap<(TableKey, String), Gone>,
    /// The file that is applied first.
    first: Option<FileId>,
    /// Nobody knows when the file at hand runs.
    is_stray: bool,
    /// All of it was pasted: what it does not show may well be there.
    is_draft: bool,
    /// A statement was met that may have made any table.
    is_blind: bool,
    /// A table was changed before any was made: others were made elsewhere, too.
    starts_elsewhere: bool,
    /// Tables that are made only where the text finds them missing, with the file that does: they
    /// may have been there, and otherwise.
    guarded: BTreeMap<TableKey, FileId>,
    /// Tables that are made `IF NOT EXISTS`.
    lenient: BTreeSet<TableKey>,
}

impl Watch {
    /// A history of these units.
    pub(super) fn of<'a>(units: impl Iterator<Item = &'a Unit>) -> Self {
        let drafts: Vec<bool> = units.map(|unit| unit.draft).collect();
        Self {
            is_draft: !drafts.is_empty() && drafts.iter().all(|draft| *draft),
            ..Self::default()
        }
    }

    /// The unit whose statements come next.
    pub(super) fn enter(&mut self, unit: &Unit, tool: MigrationTool) {
        let first = *self.first.get_or_insert(unit.file);
        self.is_stray = unit.tool != tool && unit.file != first;
    }

    pub(super) fn blind(&mut self) {
        self.is_blind = true;
    }

    /// A table is made, perhaps by a statement that may have found it there.
    pub(super) fn make(&mut self, key: &TableKey, file: FileId, guarded: bool, lenient: bool) {
        if guarded {
            self.guarded.insert(key.clone(), file);
        }
        if lenient {
            self.lenient.insert(key.clone());
        }
    }

    pub(super) fn forget_table(&mut self, key: &TableKey, at: Loc, to: Option<String>) {
        self.tables.insert(key.clone(), Gone { at, to });
    }

    pub(super) fn forget_column(
        &mut self,
        key: &TableKey,
        name: &str,
        at: Loc,
        to: Option<String>,
    ) {
        let column = (key.clone(), name.to_owned());
        self.columns.insert(column, Gone { at, to });
    }
}

/// Columns that every table has.
const SYSTEM_COLUMNS: &[&str] = &[
    "_rowid_", "cmax", "cmin", "ctid", "oid", "rowid", "tableoid", "xmax", "xmin",
];

/// Tables that packages, extensions and the database itself make.
const FOREIGN_TABLES: &[&str] = &[
    "auth_group",
    "auth_permission",
    "auth_user",
    "geography_columns",
    "geometry_columns",
    "raster_columns",
    "spatial_ref_sys",
];

/// Beginnings of names that packages, extensions and the database itself give.
const FOREIGN_PREFIXES: &[&str] = &["django_", "pg_", "sqlite_"];

impl Replay {
    /// A statement names a table that is not there.
    pub(super) fn miss_table(&mut self, key: &TableKey, at: Span, by: Naming, table: &TableKey) {
        let is_change = !matches!(by, Naming::ForeignKey(_));
        if is_change && !self.database.tables.values().any(|table| table.created) {
            self.watch.starts_elsewhere = true;
        }
        let is_known = self.is_relation(key) || self.ignores(key) || self.is_doubtful(key);
        if is_known || self.guarded || self.watch.is_stray || self.watch.is_blind {
            return;
        }
        let gone = self.watch.tables.get(key).cloned();
        self.miss(Unknown::Table(key.clone()), at, by, table, gone);
    }

    /// A statement names columns; some may not be there.
    pub(super) fn miss_columns(
        &mut self,
        key: &TableKey,
        names: &[Ident],
        by: &Naming,
        table: &TableKey,
    ) {
        if self.guarded || self.watch.is_stray {
            return;
        }
        let is_certain = |of: &&Table| {
            let guarded = self.watch.guarded.get(&of.key);
            of.is_whole() && guarded.is_none_or(|file| *file == self.file)
        };
        let Some(of) = self.table(key).filter(is_certain) else {
            return;
        };
        let is_missing = |name: &&Ident| {
            of.column(&name.name).is_none() && !SYSTEM_COLUMNS.contains(&name.name.as_str())
        };
        let missing: Vec<Ident> = names.iter().filter(is_missing).cloned().collect();
        for name in missing {
            let column = (key.clone(), name.name.clone());
            let gone = self.watch.columns.get(&column).cloned();
            let unknown = Unknown::Column(key.clone(), name.name);
            self.miss(unknown, name.span, by.clone(), table, gone);
        }
    }

    fn miss(&mut self, name: Unknown, at: Span, by: Naming, table: &TableKey, gone: Option<Gone>) {
        let at = self.at(at);
        self.watch.found.push(Unresolved {
            at,
            name,
            by,
            table: table.clone(),
            gone,
            later: None,
            nearest: None,
        });
    }

    /// The names that stand for nothing, now that all statements were read.
    pub(super) fn unresolved(&mut self) -> Vec<Unresolved> {
        let mut found = std::mem::take(&mut self.watch.found);
        for missing in &mut found {
            missing.nearest = self.database.nearest(&missing.name);
            if let Unknown::Table(key) = &missing.name {
                missing.later = self.table(key).filter(|t| t.created).map(|t| t.at);
            }
        }
        let starts_elsewhere = self.watch.starts_elsewhere
            || found.iter().any(|missing| self.starts_elsewhere(missing));
        found.retain(|missing| {
            self.still_stands(missing)
                && match &missing.name {
                    Unknown::Column(..) => true,
                    Unknown::Table(key) => {
                        !starts_elsewhere && self.is_ours(key) && self.is_proved(missing)
                    }
                }
        });
        found
    }

    /// Whether a history changes, before it has made much, what it never makes: then its beginning
    /// is not seen.
    fn starts_elsewhere(&self, missing: &Unresolved) -> bool {
        let first = self.watch.first == Some(missing.at.file);
        let is_early = first || self.database.tool == MigrationTool::None;
        matches!(missing.name, Unknown::Table(_))
            && matches!(missing.by, Naming::Alteration | Naming::Index)
            && missing.later.is_none()
            && missing.gone.is_none()
            && missing.nearest.is_none()
            && is_early
    }

    /// Whether what names it is still there, and the order of the files decides nothing about it.
    fn still_stands(&self, missing: &Unresolved) -> bool {
        let named = missing.table_named();
        let is_doubtful = |key: &TableKey| self.database.unordered.contains(key);
        let Some(table) = self.table(&missing.table) else {
            // Only an index on a table that is not there leaves nothing behind.
            return missing.by == Naming::Index && *named == missing.table && !is_doubtful(named);
        };
        let stands = match &missing.by {
            Naming::ForeignKey(columns) => {
                table.foreign_keys.iter().any(|fk| fk.columns == *columns)
            }
            Naming::Index | Naming::Key | Naming::Alteration => true,
        };
        stands && !is_doubtful(named) && !is_doubtful(&missing.table)
    }

    /// Whether the project is who makes tables of that name: no platform, package or extension.
    fn is_ours(&self, key: &TableKey) -> bool {
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '-' | ' ');
        let name = key.name.to_lowercase();
        let makes_schema = || self.keys_in(&key.schema).any(|other| self.is_made(other));
        key.name.chars().all(plain)
            && !FOREIGN_TABLES.contains(&name.as_str())
            && !FOREIGN_PREFIXES
                .iter()
                .any(|prefix| name.starts_with(prefix))
            && (key.schema.is_empty() || makes_schema())
    }

    fn is_made(&self, key: &TableKey) -> bool {
        self.table(key).is_some_and(|table| table.created)
    }

    /// Whether nothing speaks for the name. A draft need not show what it speaks of.
    fn is_proved(&self, missing: &Unresolved) -> bool {
        let is_reference = matches!(missing.by, Naming::ForeignKey(_));
        let may_wait = matches!(self.database.dialect, Dialect::Mysql | Dialect::Sqlite);
        match missing.later {
            Some(later) => {
                let named = missing.table_named();
                let in_file = later.file == missing.at.file;
                // Made only where it is not there: so it may have been.
                let may_be_there = self.watch.guarded.contains_key(named)
                    || self.watch.lenient.contains(named) && !in_file;
                let is_ordered = self.database.tool != MigrationTool::None || in_file;
                is_ordered && !may_be_there && !(is_reference && may_wait)
            }
            None => !self.watch.is_draft || missing.nearest.is_some() || missing.gone.is_some(),
        }
    }
}

impl Table {
    /// Whether all its columns are known.
    fn is_whole(&self) -> bool {
        self.columns_known && !self.is_open()
    }
}

impl Database {
    /// The name that is there and hardly differs.
    fn nearest(&self, unknown: &Unknown) -> Option<String> {
        match unknown {
            Unknown::Table(key) => {
                let tables = self.tables.values().filter(|table| table.created);
                let tables = tables.filter(|table| table.key.schema == key.schema);
                let names = tables.map(|table| table.key.name.as_str());
                nearest(&key.name, names)
            }
            Unknown::Column(key, name) => {
                let columns = self.tables.get(key).map(|table| &table.columns);
                let names = columns.into_iter().flatten();
                nearest(name, names.map(|column| column.name.as_str()))
            }
        }
    }
}

/// The name that differs by a letter or two, its underscores, its number or its case.
fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    let fold = |name: &str| name.to_lowercase().replace('_', "");
    let wanted = fold(name);
    let most = match wanted.chars().count() {
        ..4 => 0,
        4..8 => 1,
        _ => 2,
    };
    let ranked = names.map(|other| (distance(&wanted, &fold(other)), other));
    let near = ranked.filter(|(distance, _)| *distance <= most);
    near.min().map(|(_, other)| other.to_owned())
}

/// How many letters differ; the plural of a name differs by none.
fn distance(left: &str, right: &str) -> usize {
    let (short, long) = match left.len() <= right.len() {
        true => (left, right),
        false => (right, left),
    };
    let is_plural = match long.strip_prefix(short) {
        Some(end) => matches!(end, "s" | "es"),
        None => long.strip_suffix("ies") == short.strip_suffix('y') && long.ends_with("ies"),
    };
    match is_plural {
        true => 0,
        false => strsim::damerau_levenshtein(left, right),
    }
}

impl Ident {
    /// The name of a key of an index, where it is a column.
    pub(super) fn of_key(key: &crate::facts::schema::IndexKey) -> Option<Self> {
        Some(Self {
            name: key.column.clone()?,
            span: key.span,
        })
    }
}

impl crate::project::Project {
    /// Names in the statements of a database that stand for nothing in the whole project. What
    /// Django's migrations name is there, or in an application that is not.
    pub fn unresolved<'a>(
        &'a self,
        database: &'a Database,
    ) -> impl Iterator<Item = &'a Unresolved> {
        let is_told =
            |database: &Database| database.tool != MigrationTool::Django && database.orm.is_none();
        let found = database
            .unresolved
            .iter()
            .filter(move |_| is_told(database));
        found.filter(move |missing| match &missing.name {
            Unknown::Column(key, name) => !self
                .models_of(key)
                .any(|table| table.column(name).is_some() || !table.is_whole()),
            Unknown::Table(key) => {
                let is_elsewhere = |other: &Database| other.knows(&key.name);
                missing.later.is_some() || !self.databases.iter().any(is_elsewhere)
            }
        })
    }

    /// What the models of the project say of a table.
    fn models_of(&self, key: &TableKey) -> impl Iterator<Item = &Table> {
        let databases = self.databases.iter();
        let models = databases.filter_map(|database| match database.orm {
            Some(_) => Some(database),
            None => database.models.as_deref(),
        });
        models.filter_map(|models| models.tables.get(key))
    }
}

impl Database {
    /// Whether something in it or in its models bears the name of a table.
    fn knows(&self, name: &str) -> bool {
        let made = self.tables.values().filter(|table| table.created);
        let mut names = made
            .map(|table| &table.key.name)
            .chain(self.partitions.keys().map(|key| &key.name))
            .chain(self.views.keys().map(|key| &key.name));
        names.any(|other| other.eq_ignore_ascii_case(name))
            || self
                .models
                .as_ref()
                .is_some_and(|models| models.knows(name))
    }
}
