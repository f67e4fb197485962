//! Indexes that another index or key makes needless.

use std::collections::BTreeMap;

use super::{Database, Index, Key, Table, expression};
use crate::facts::schema::Dialect;
use crate::source::Loc;

/// An index or unique constraint that another one makes needless.
#[derive(Clone, Copy, Debug)]
pub struct Redundant<'a> {
    /// The table.
    pub table: &'a Table,
    /// What is needless.
    pub access: Access<'a>,
    /// What does the same and perhaps more.
    pub by: Access<'a>,
    /// Both hold the same keys; otherwise it is the beginning of the other.
    pub is_same: bool,
}

impl Redundant<'_> {
    /// Whether it comes along with a foreign key, as Django makes it.
    pub fn comes_along(&self) -> bool {
        comes_along(self.table, self.access.at())
    }
}

fn comes_along(table: &Table, at: Loc) -> bool {
    table.foreign_keys.iter().any(|fk| fk.at == at)
}

/// A way to find rows.
#[derive(Clone, Copy, Debug)]
pub enum Access<'a> {
    /// The primary key.
    Primary(&'a Key),
    /// A unique constraint.
    Unique(&'a Key),
    /// An index.
    Index(&'a Index),
}

impl<'a> Access<'a> {
    /// Its name; empty where nobody can know it.
    pub fn name(self) -> &'a str {
        match self {
            Self::Primary(key) | Self::Unique(key) => &key.name,
            Self::Index(index) => &index.name,
        }
    }

    /// Its clause.
    pub fn at(self) -> Loc {
        match self {
            Self::Primary(key) | Self::Unique(key) => key.at,
            Self::Index(index) => index.at,
        }
    }

    /// Its plain columns.
    pub fn columns(self) -> Vec<String> {
        match self {
            Self::Primary(key) | Self::Unique(key) => key.columns.clone(),
            Self::Index(index) => index.columns.iter().flatten().cloned().collect(),
        }
    }

    fn is_unique(self) -> bool {
        match self {
            Self::Primary(_) | Self::Unique(_) => true,
            Self::Index(index) => index.unique,
        }
    }

    fn include(self) -> &'a [String] {
        match self {
            Self::Primary(_) | Self::Unique(_) => &[],
            Self::Index(index) => &index.include,
        }
    }
}

/// What must agree for one index to do what another does, besides the keys: method and predicate.
type Kind = (String, Option<String>);

/// An access with its keys in one spelling.
struct Keyed<'a> {
    keys: Vec<String>,
    access: Access<'a>,
}

impl Database {
    /// Indexes and unique constraints that do nothing another one does not do as well.
    pub fn redundant_indexes(&self) -> Vec<Redundant<'_>> {
        let tables = self.tables.values();
        let tables = tables.filter(|table| !table.opaque && !self.unordered.contains(&table.key));
        let mut found = Vec::new();
        for table in tables {
            for (kind, accesses) in self.accesses(table) {
                redundant(table, kind, accesses, &mut found);
            }
        }
        found
    }

    /// The ways to find rows of a table, by kind. In SQL Server the rows themselves stand in the
    /// order of the primary key, and an index beside it has its use.
    fn accesses<'a>(&self, table: &'a Table) -> BTreeMap<Kind, Vec<Keyed<'a>>> {
        let mut kinds: BTreeMap<Kind, Vec<Keyed>> = BTreeMap::new();
        let primary = table.primary_key.iter().map(Access::Primary);
        let primary = primary.filter(|_| self.dialect != Dialect::Mssql);
        let keys = primary.chain(table.uniques.iter().map(Access::Unique));
        for access in keys {
            let keys = access.columns();
            let kind = ("btree".to_owned(), None);
            kinds.entry(kind).or_default().push(Keyed { keys, access });
        }
        for index in table.indexes.iter().filter(|index| !index.implicit) {
            if let Some((kind, keys)) = table.spelled(index) {
                let access = Access::Index(index);
                kinds.entry(kind).or_default().push(Keyed { keys, access });
            }
        }
        kinds
    }
}

/// Equal keys follow each other in order, and so does a longer list of keys its beginning.
fn redundant<'a>(
    table: &'a Table,
    kind: Kind,
    mut accesses: Vec<Keyed<'a>>,
    found: &mut Vec<Redundant<'a>>,
) {
    // The sort is stable: of equal ones the first made stays first.
    accesses.sort_by(|left, right| left.keys.cmp(&right.keys));
    let groups: Vec<&[Keyed]> = accesses.chunk_by(|l, r| l.keys == r.keys).collect();
    for (at, group) in groups.iter().enumerate() {
        let kept = kept(table, group);
        let is_longer = |other: &&Keyed| other.keys.starts_with(&group[0].keys);
        let longer = groups.get(at + 1).map(|group| &group[0]).filter(is_longer);
        for (nth, needless) in group.iter().enumerate() {
            let access = needless.access;
            let covered = access
                .include()
                .iter()
                .all(|column| group[kept].access.include().contains(column));
            let report = |by: Access<'a>, is_same| Redundant {
                table,
                access,
                by,
                is_same,
            };
            // What one clause makes nobody can take apart.
            let can_go = |by: Access| by.at() != access.at();
            if nth != kept && covered && can_go(group[kept].access) {
                found.push(report(group[kept].access, true));
            } else if let Some(longer) = longer
                && nth == kept
                && kind.0 == "btree"
                && !access.is_unique()
                && access.include().is_empty()
                && can_go(longer.access)
            {
                found.push(report(longer.access, false));
            }
        }
    }
}

/// Which of several with equal keys does most: a key, then a unique index, then the one that comes
/// with a foreign key, then the first made.
fn kept(table: &Table, group: &[Keyed]) -> usize {
    let rank = |keyed: &Keyed| match keyed.access {
        Access::Primary(_) => 0,
        Access::Unique(_) => 1,
        Access::Index(index) if index.unique => 2,
        Access::Index(index) if comes_along(table, index.at) => 3,
        Access::Index(_) => 4,
    };
    let ranked = group.iter().enumerate();
    let best = ranked.min_by_key(|(nth, keyed)| (rank(keyed), *nth));
    best.map_or(0, |(nth, _)| nth)
}

impl Table {
    /// An index in one spelling; `None` where an expression of it is not known.
    fn spelled(&self, index: &Index) -> Option<(Kind, Vec<String>)> {
        let is_known = |text: &str| {
            let mut columns = self.columns.iter();
            columns.any(|column| expression::mentions(text, &column.name))
        };
        let predicate = match &index.predicate {
            Some(text) => Some(expression::normal(text))
                .filter(|_| is_known(text))?
                .into(),
            None => None,
        };
        let keys = index.columns.iter().zip(&index.keys);
        let keys = keys.map(|(column, text)| match column {
            Some(column) => Some(format!("{column}{}", expression::behind_name(text))),
            None => Some(expression::normal(text)).filter(|_| is_known(text)),
        });
        let keys: Vec<String> = keys.collect::<Option<_>>()?;
        (!keys.is_empty()).then(|| ((index.method.clone(), predicate), keys))
    }
}
