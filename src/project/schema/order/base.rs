//! What a history starts from: schema files and dumps beside its migrations.

use std::collections::BTreeSet;

use camino::Utf8Path;

use super::{File, Files, are_near, is_loose};
use crate::discover::{MigrationTool, Unit};
use crate::facts::schema::{Dialect, SchemaChange};
use crate::project::schema::TableKey;
use crate::project::schema::history::held;
use crate::project::schema::replay::{Replay, is_book};

/// The schema files of a history.
pub(super) struct Bases {
    /// Those it starts from.
    pub(super) bases: Vec<usize>,
    /// Those that only repeat what its migrations say.
    pub(super) copies: Vec<usize>,
}

impl Files<'_> {
    /// Schema files in the root, above or beside it that make a table the migrations speak of and
    /// do not make: what the history starts from. A dump starts any history it shares a table with.
    pub(super) fn bases(&self, root: &Utf8Path, dialect: Dialect, members: &[usize]) -> Bases {
        let mut made = BTreeSet::new();
        let mut spoken_of = BTreeSet::new();
        for touch in members.iter().map(|index| &self.files[index].touch) {
            made.extend(&touch.makes);
            spoken_of.extend(touch.needs.iter().chain(&touch.refers));
        }
        let is_near = |file: &File| {
            are_near(root, &file.root)
                && is_loose(file.unit.tool)
                && file.dialect.is_none_or(|own| own == dialect)
        };
        let is_base = |file: &File| {
            let mut makes = file.touch.makes.iter();
            is_declared(file.unit)
                || makes.any(|key| {
                    spoken_of.contains(key) && !made.contains(key)
                        || made.contains(key) && is_whole_schema(file.unit)
                })
        };
        let near = self.files.iter().filter(|(_, file)| is_near(file));
        let near = near.filter(|(_, file)| is_base(file));
        let (copies, mut bases): (Vec<usize>, Vec<usize>) = near
            .map(|(index, _)| *index)
            .partition(|index| self.is_copy(*index, &made, members));
        bases.sort_by_key(|index| {
            let file = &self.files[index];
            (!is_whole_schema(file.unit), &file.version)
        });
        // Of two that make one table the first counts; the other is a database of its own.
        let mut taken = BTreeSet::new();
        bases.retain(|index| {
            let touch = &self.files[index].touch;
            let free = touch.makes.is_disjoint(&taken);
            taken.extend(touch.makes.iter().cloned());
            free
        });
        Bases { bases, copies }
    }

    /// Whether a dump says nothing that the migrations do not say: its tool wrote it after them, and
    /// they make all of its tables. What people edit are the migrations.
    fn is_copy(&self, dump: usize, made: &BTreeSet<&TableKey>, members: &[usize]) -> bool {
        let mut makes = self.files[&dump].touch.makes.iter();
        let is_opaque = |member: &usize| {
            let mut changes = self.files[member].statements.iter();
            changes.any(|statement| {
                matches!(
                    statement.change,
                    SchemaChange::Opaque { .. }
                        | SchemaChange::Doubt { .. }
                        | SchemaChange::Unread { .. }
                )
            })
        };
        members.iter().any(|member| self.lists(dump, *member))
            && makes.all(|key| made.contains(key) || is_book(key))
            && !members.iter().any(is_opaque)
    }

    /// The migrations that the schema files do not hold already.
    pub(super) fn not_held(
        &self,
        bases: &[usize],
        dialect: Dialect,
        members: &[usize],
    ) -> Vec<usize> {
        let is_listed = |index: &usize| bases.iter().any(|base| self.lists(*base, *index));
        let left: Vec<usize> = members.iter().copied().filter(|i| !is_listed(i)).collect();
        if left.len() < members.len() || bases.is_empty() {
            return left;
        }
        let mut schema = Replay::new(String::new(), dialect, MigrationTool::None);
        for base in bases.iter().map(|index| &self.files[index]) {
            for statement in base.statements {
                schema.apply(base.unit.file, statement);
            }
        }
        let migrations = members.iter().map(|index| self.files[index].statements);
        left[held(&schema.finish().0, migrations)..].to_vec()
    }

    /// Whether a dump lists the number of a migration, as tools do that keep it up to date.
    fn lists(&self, dump: usize, migration: usize) -> bool {
        let unit = self.files[&dump].unit;
        let text = unit.text.get(unit.range.clone()).unwrap_or_default();
        let number = written_number(&self.files[&migration].unit.path);
        number.is_some_and(|number| text.contains(&format!("'{number}'")))
    }
}

/// Whether it is part of what its tool writes migrations from.
pub(super) fn is_declared(unit: &Unit) -> bool {
    unit.tool == MigrationTool::None && unit.order.is_some()
}

/// Whether a name says that the file holds the whole schema.
fn is_whole_schema(unit: &Unit) -> bool {
    let stem = unit.path.file_stem().unwrap_or_default();
    let stem = stem.to_ascii_lowercase();
    is_declared(unit) || matches!(stem.as_str(), "schema" | "structure" | "dump" | "latest")
}

/// The number of a migration as a tool writes it into its books.
fn written_number(path: &Utf8Path) -> Option<&str> {
    let names = [
        path.file_name(),
        path.parent().and_then(Utf8Path::file_name),
    ];
    names
        .into_iter()
        .flatten()
        .map(|name| {
            &name[..name
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(name.len())]
        })
        .find(|digits| digits.len() >= 3)
}
