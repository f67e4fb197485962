//! Runs a migration and its way back on copies of what they name.

use std::collections::BTreeSet;

use super::super::replay::Replay;
use super::super::{Database, Table, TableKey};
use super::named::{names, type_name};
use super::{Fault, Side};
use crate::facts::schema::{
    AlterAction, AlterKind, Ident, SchemaChange, SchemaStatement, TableName,
};

/// What was there before a migration, after it, and after its way back.
pub(super) struct Moments {
    pub(super) before: Database,
    pub(super) between: Database,
    pub(super) after: Database,
    /// What either side may have changed in a way that nobody knows.
    pub(super) muted: BTreeSet<TableKey>,
}

impl Replay {
    /// Follows a migration there and back, without leaving anything behind: what is not what it was
    /// afterwards. `None` where nobody can tell.
    pub(in crate::project::schema) fn there_and_back(
        &self,
        up: &Side,
        down: &Side,
    ) -> Option<Vec<Fault>> {
        let mut named = BTreeSet::new();
        for (_, statement) in up.0.iter().chain(&down.0) {
            named.extend(names(&statement.change)?);
        }
        let cascades = || {
            let mut all = up.0.iter().chain(&down.0);
            all.any(|(_, statement)| cascades(&statement.change))
        };
        let mut trial = self.copy(&named, cascades());
        let mut muted = BTreeSet::new();
        muted.extend(self.doubtful_among(&named));
        let before = trial.database.clone();
        trial.follow_side(up, &mut muted)?;
        let between = trial.database.clone();
        trial.follow_side(down, &mut muted)?;
        muted.extend(trial.doubtful_among(&named));
        let moments = Moments {
            before,
            between,
            after: trial.database,
            muted,
        };
        let mut faults = moments.compare(up, down);
        faults.sort_by_key(|fault| fault.at);
        Some(faults)
    }

    /// A database that holds what bears one of the names, or owns what does.
    fn copy(&self, named: &BTreeSet<String>, with_children: bool) -> Self {
        let mut trial = self.on_trial();
        trial
            .database
            .row_security
            .clone_from(&self.database.row_security);
        let links = &self.database.links;
        let mut keys: BTreeSet<TableKey> = named
            .iter()
            .flat_map(|name| links.bearers(name))
            .cloned()
            .collect();
        let leaning = |key: &TableKey| {
            let children = links.leaning(key).into_iter();
            children.filter(|child| with_children || self.table(child).is_some_and(Table::is_heir))
        };
        let children: Vec<TableKey> = keys.iter().flat_map(leaning).collect();
        keys.extend(children);
        let mut types: BTreeSet<&TableKey> = BTreeSet::new();
        for key in &keys {
            if let Some(table) = self.table(key) {
                let named = table.columns.iter().filter_map(|column| column.ty.as_ref());
                types.extend(named.flat_map(|(ty, _)| links.bearers(type_name(ty))));
                let mut table = table.clone();
                table.dropped.clear();
                trial.insert(table);
            }
            if let Some(view) = self.database.views.get(key) {
                trial.give(key, &key.name);
                trial.database.views.insert(key.clone(), view.clone());
            }
        }
        for key in keys.iter().chain(types) {
            if let Some(own) = self.database.types.get(key) {
                trial.give(key, &key.name);
                trial.database.types.insert(key.clone(), own.clone());
            }
        }
        let functions = self.database.functions.iter();
        let functions = functions.filter(|(key, _)| named.contains(&key.name));
        trial.database.functions = functions
            .map(|(key, of_name)| (key.clone(), of_name.clone()))
            .collect();
        trial
    }

    fn doubtful_among(&self, named: &BTreeSet<String>) -> Vec<TableKey> {
        let plain = named.iter().map(|name| TableKey {
            schema: String::new(),
            name: name.clone(),
        });
        plain.filter(|key| self.is_doubtful(key)).collect()
    }

    /// Runs one direction; `None` where it does what the model cannot follow.
    fn follow_side(&mut self, side: &Side, muted: &mut BTreeSet<TableKey>) -> Option<()> {
        let mut at = None;
        for (file, statement) in &side.0 {
            if at.replace(*file) != Some(*file) {
                self.begin(*file);
            }
            if self.misses(statement) {
                return None;
            }
            self.mute(statement, muted)?;
            self.run(statement);
        }
        Some(())
    }

    /// Whether a statement needs what is not there, or makes what is: it fails, or the model is wrong. Names that a
    /// mapper gives are not always known, so that Python may mean another by one that is not there.
    fn misses(&self, statement: &SchemaStatement) -> bool {
        let is_python = self.database.tool.is_python();
        match &statement.change {
            SchemaChange::AlterTable {
                table,
                if_exists: false,
                actions,
                ..
            } => self.misses_action(table, actions),
            SchemaChange::DropTable {
                tables,
                if_exists,
                cascade,
            } => tables.iter().any(|name| {
                let key = self.resolve(name);
                let mut views = self.database.views.values();
                !if_exists && !self.exists(&key) && !self.ignores(&key)
                    || !cascade && views.any(|view| view.sources.contains(&key))
            }),
            SchemaChange::DropIndex {
                names,
                table,
                if_exists,
                ..
            } => {
                let may_miss = *if_exists && !is_python;
                let is_there =
                    |name: &TableName| self.index_owner(name, table.as_ref(), *if_exists).is_some();
                !may_miss && !names.iter().all(is_there)
            }
            SchemaChange::RenameIndex {
                name, if_exists, ..
            } => {
                !if_exists
                    && self.index_owner(name, None, false).is_none()
                    && self.resolve_if(name, true).is_none()
            }
            SchemaChange::CreateTable(create) => {
                let key = self.target(&create.table);
                !create.if_not_exists && !create.temporary && self.is_relation(&key)
            }
            SchemaChange::CreateIndex(index) => {
                let key = self.resolve_relation(&index.table);
                let taken = |name: &Ident| self.relation_taken(&key, &name.name);
                let is_there = self.is_relation(&key) || self.ignores(&key);
                !is_there || !index.if_not_exists && index.name.as_ref().is_some_and(taken)
            }
            _ => false,
        }
    }

    fn misses_action(&self, table: &TableName, actions: &[AlterAction]) -> bool {
        let key = self.resolve_relation(table);
        if self.ignores(&key) || self.database.views.contains_key(&key) {
            return false;
        }
        let Some(table) = self.table(&key) else {
            return true;
        };
        let is_python = self.database.tool.is_python();
        let mut new: BTreeSet<&str> = BTreeSet::new();
        actions.iter().any(|action| {
            let misses = table.lacks(&action.kind, is_python, &new);
            new.extend(brought(&action.kind));
            misses
        })
    }

    /// Notes what nobody knows afterwards: things that conditions decide about, those that were there
    /// though the text reckons with both, and those it takes away in case somebody made them by hand.
    fn mute(&self, statement: &SchemaStatement, muted: &mut BTreeSet<TableKey>) -> Option<()> {
        let change = &statement.change;
        let of_table = |name: &TableName| self.resolve_relation(name);
        match change {
            SchemaChange::CreateTable(create) if create.if_not_exists => {
                let key = of_table(&create.table);
                muted.extend(self.is_relation(&key).then_some(key));
            }
            SchemaChange::CreateIndex(index) if index.if_not_exists => {
                let key = of_table(&index.table);
                let name = index.name.as_ref();
                let is_there = name.is_some_and(|name| self.relation_taken(&key, &name.name));
                muted.extend(is_there.then_some(key));
            }
            SchemaChange::AlterTable { table, actions, .. } => {
                let key = of_table(table);
                let table = self.table(&key);
                let has_column =
                    |name: &Ident| table.is_some_and(|it| it.column(&name.name).is_some());
                let is_unsure = |kind: &AlterKind| match kind {
                    AlterKind::AddColumn { column, .. } => has_column(&column.name),
                    AlterKind::DropColumn {
                        name,
                        if_exists: true,
                        ..
                    } => !has_column(name),
                    AlterKind::DropConstraint {
                        name,
                        if_exists: true,
                        ..
                    } => !table.is_some_and(|it| it.has_constraint_named(&name.name)),
                    AlterKind::AttachPartition { .. } | AlterKind::DetachPartition { .. } => true,
                    _ => false,
                };
                let any = actions.iter().any(|action| is_unsure(&action.kind));
                muted.extend(any.then_some(key));
            }
            _ => {}
        }
        match statement.guarded {
            true => self.mute_guarded(change, muted),
            false => Some(()),
        }
    }

    /// Types that Alembic makes for columns are marked as guarded, because tables share them.
    fn mute_guarded(&self, change: &SchemaChange, muted: &mut BTreeSet<TableKey>) -> Option<()> {
        let is_type = matches!(
            change,
            SchemaChange::CreateType { .. } | SchemaChange::DropType { .. }
        );
        if is_type && self.database.tool.is_python() {
            return Some(());
        }
        let guarded = names(change)?;
        let links = &self.database.links;
        muted.extend(guarded.iter().flat_map(|name| links.bearers(name)).cloned());
        muted.extend(guarded.into_iter().map(|name| TableKey {
            schema: String::new(),
            name,
        }));
        Some(())
    }
}

impl Table {
    /// Whether it takes columns from others.
    pub(super) fn is_heir(&self) -> bool {
        self.partition_of.is_some() || !self.inherits.is_empty()
    }

    /// Whether an action needs what the table does not have; `new` is what the statement brought.
    fn lacks(&self, kind: &AlterKind, strict: bool, new: &BTreeSet<&str>) -> bool {
        let has = |name: &str| self.column(name).is_some() || new.contains(name);
        match kind {
            AlterKind::DropColumn {
                name, if_exists, ..
            } => (!if_exists || strict) && !has(&name.name),
            AlterKind::RenameColumn { name, .. }
            | AlterKind::ReplaceColumn { name, .. }
            | AlterKind::SetType { column: name, .. }
            | AlterKind::SetNotNull { column: name, .. }
            | AlterKind::SetDefault { column: name, .. } => !has(&name.name),
            AlterKind::DropConstraint {
                name, if_exists, ..
            } => {
                let has = self.has_constraint_named(&name.name) || new.contains(&*name.name);
                (!if_exists || strict) && !has
            }
            AlterKind::RenameConstraint { name, .. } => !self.has_constraint_named(&name.name),
            AlterKind::DropIndex { name } | AlterKind::RenameIndex { name, .. } => {
                !self.owns(&name.name)
            }
            AlterKind::DropPrimaryKey => self.primary_key.is_none(),
            _ => false,
        }
    }

    fn owns(&self, name: &str) -> bool {
        self.names().any(|own| own == name)
    }
}

/// The name that an action brings.
fn brought(kind: &AlterKind) -> Option<&str> {
    match kind {
        AlterKind::AddColumn { column, .. } => Some(&column.name.name),
        AlterKind::RenameColumn { to, .. } => Some(&to.name),
        AlterKind::AddConstraint(constraint) => Some(&constraint.name.as_ref()?.name),
        _ => None,
    }
}

/// Whether a statement may change tables that it does not name.
fn cascades(change: &SchemaChange) -> bool {
    match change {
        SchemaChange::DropTable { cascade, .. }
        | SchemaChange::DropIndex { cascade, .. }
        | SchemaChange::DropType { cascade, .. } => *cascade,
        SchemaChange::AlterTable { actions, .. } => {
            actions.iter().any(|action| match &action.kind {
                AlterKind::DropColumn { cascade, .. }
                | AlterKind::DropConstraint { cascade, .. } => *cascade,
                _ => false,
            })
        }
        _ => false,
    }
}
