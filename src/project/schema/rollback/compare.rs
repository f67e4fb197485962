//! What differs between the state before a migration and the one after its way back.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Column, ForeignKey, Table, TableKey, TypeKind};
use super::shape::{Part, same_default, same_type};
use super::trial::Moments;
use super::{Fault, How, Side, Thing};
use crate::facts::Answer;
use crate::facts::schema::{Dialect, Expression};
use crate::source::Loc;

/// The faults of a migration, under construction.
pub(super) struct Found<'a> {
    pub(super) moments: &'a Moments,
    up: &'a Side<'a>,
    down: &'a Side<'a>,
    faults: Vec<Fault>,
}

impl Moments {
    /// Everything that is not what it was.
    pub(super) fn compare(&self, up: &Side, down: &Side) -> Vec<Fault> {
        let mut found = Found {
            moments: self,
            up,
            down,
            faults: Vec::new(),
        };
        found.tables();
        found.keyed("view", |database| database.views.keys().collect());
        found.keyed("type", |database| {
            let own = database.types.values();
            let own = own.filter(|own| !matches!(own.kind, TypeKind::Other { .. }));
            own.map(|own| &own.key).collect()
        });
        found.keyed("function", |database| database.functions.keys().collect());
        found.faults
    }

    /// Whether something of this name may be there or not, for all we know.
    fn is_unsure(&self, key: &TableKey) -> bool {
        let opaque = |table: Option<&Table>| table.is_some_and(Table::is_open);
        let moments = [&self.before, &self.between, &self.after];
        self.muted.contains(key)
            || moments
                .iter()
                .any(|moment| opaque(moment.tables.get(key)) || moment.partitions.contains_key(key))
    }
}

impl Found<'_> {
    fn report(&mut self, thing: Thing, how: How, made: Option<Loc>, repair: Vec<String>) {
        let of_side = |loc: &Loc| {
            let mut statements = self.up.0.iter();
            statements.any(|(file, it)| *file == loc.file && it.span.contains(loc.span))
        };
        let made = made.filter(of_side);
        let cause = match how {
            How::Taken => None,
            _ => made.or_else(|| self.up.about(&thing)),
        };
        let Some(at) = self.down.about(&thing).or_else(|| self.down.start()) else {
            return;
        };
        self.faults.push(Fault {
            thing,
            how,
            cause,
            at,
            repair,
        });
    }

    fn tables(&mut self) {
        let Moments {
            before,
            between,
            after,
            ..
        } = self.moments;
        let keys: BTreeSet<&TableKey> = before.tables.keys().chain(after.tables.keys()).collect();
        let keys: Vec<&TableKey> = keys
            .into_iter()
            .filter(|key| !self.moments.is_unsure(key))
            .collect();
        let is_new =
            |key: &TableKey| !before.tables.contains_key(key) && !before.views.contains_key(key);
        let mut new: Vec<&Table> = keys
            .iter()
            .filter(|key| is_new(key))
            .filter_map(|key| after.tables.get(key))
            .collect();
        for key in &keys {
            let Some(table) = before.tables.get(key) else {
                continue;
            };
            match after.tables.get(key) {
                Some(now) => self.columns_and_parts(table, now),
                None if after.views.contains_key(key) => {}
                None => {
                    let same = new.iter().position(|other| is_renamed(table, other));
                    let thing = thing("table", None, &key.to_string());
                    let how = match same.map(|at| new.remove(at)) {
                        Some(other) => How::Renamed(other.key.to_string()),
                        None => taken_or_missing(table.at, between.tables.get(key).map(|it| it.at)),
                    };
                    let repair = self.repair(&how, key, "");
                    self.report(thing, how, None, repair);
                }
            }
        }
        for table in new {
            let thing = thing("table", None, &table.key.to_string());
            let repair = vec![format!("DROP TABLE {}", after.write_table(&table.key))];
            self.report(thing, How::Stays, Some(table.at), repair);
        }
    }

    fn columns_and_parts(&mut self, table: &Table, now: &Table) {
        if table.columns_known && now.columns_known && !table.is_heir() && !now.is_heir() {
            self.columns(table, now);
        }
        self.parts(table, now);
        let (was, is) = (&table.row_security, &now.row_security);
        let secured = match (was.enabled, is.enabled) {
            (Answer::No, Answer::Yes) => Some(true),
            (Answer::Yes, Answer::No) => Some(false),
            _ => None,
        };
        if let Some(secured) = secured {
            let thing = thing("table", None, &table.key.to_string());
            let repair = self.repair(&How::Secured(secured), &table.key, "");
            self.report(thing, How::Secured(secured), is.at, repair);
        }
    }

    fn columns(&mut self, table: &Table, now: &Table) {
        let between = self.moments.between.tables.get(&table.key);
        let is_new = |column: &&Column| table.column(&column.name).is_none();
        let mut new: Vec<&Column> = now.columns.iter().filter(is_new).collect();
        for column in &table.columns {
            let name = &column.name;
            if let Some(other) = now.column(name) {
                self.column(&table.key, column, other);
                continue;
            }
            let to = self.up.renames(&table.key.name, name);
            let same = new.iter().position(|other| Some(other.name.as_str()) == to);
            let how = match same.map(|at| new.remove(at)) {
                Some(other) => How::Renamed(other.name.clone()),
                None => {
                    let there = between.and_then(|it| it.column(name));
                    taken_or_missing(column.at, there.map(|it| it.at))
                }
            };
            let repair = match how {
                How::Missing => self.add_column(&table.key, column),
                _ => self.repair(&how, &table.key, name),
            };
            self.report(thing("column", Some(&table.key), name), how, None, repair);
        }
        for column in new {
            let repair = self.repair(&How::Stays, &table.key, &column.name);
            let thing = thing("column", Some(&table.key), &column.name);
            self.report(thing, How::Stays, Some(column.at), repair);
        }
    }

    fn column(&mut self, key: &TableKey, was: &Column, is: &Column) {
        let mut hows = Vec::new();
        if let (Some((left, _)), Some((right, _))) = (&was.ty, &is.ty)
            && !same_type(left, right, self.moments.after.dialect)
        {
            let write = |ty| self.moments.after.write_type(ty);
            hows.push(How::Type(write(right), write(left)));
        }
        if was.nullable != is.nullable {
            hows.push(How::Nullable(is.nullable));
        }
        // A sequence that exists already may be named.
        let counts = |column: &Column| {
            let default = column.default.as_ref();
            column.auto_increment || default.is_some_and(Expression::counts)
        };
        if counts(was) != counts(is) {
            hows.push(How::Numbered(counts(is)));
        } else if !counts(was) {
            let text = |column: &Column| column.default.as_ref().map(|it| it.text.clone());
            let same = match (&was.default, &is.default) {
                (None, None) => true,
                (Some(left), Some(right)) => same_default(left, right),
                (Some(one), None) | (None, Some(one)) => {
                    one.text.trim().is_empty() || one.text.eq_ignore_ascii_case("null")
                }
            };
            if !same {
                hows.push(How::Default(text(is), text(was)));
            }
        }
        let is_remade = is.at != was.at;
        for how in hows {
            let repair = match is_remade {
                true => self.add_column(key, was),
                false => self.repair(&how, key, &was.name),
            };
            self.report(thing("column", Some(key), &was.name), how, None, repair);
        }
    }

    /// Keys, constraints and indexes. What belongs to a column that is not what it was, is told with
    /// that; where one of a kind went and another came for the same columns, it is one thing that may
    /// be spelled anew.
    fn parts(&mut self, table: &Table, now: &Table) {
        let both = |name: &String| table.column(name).is_some() == now.column(name).is_some();
        let (was, is) = (
            self.moments.before.parts(table),
            self.moments.after.parts(now),
        );
        let silent = self.come_and_go([table, now], was.iter().chain(&is));
        let told = |part: &Part| {
            part.columns.iter().all(both) && !(part.kind == "index" && silent.contains(&part.name))
        };
        let mut left: Vec<Part> = is.into_iter().filter(|part| told(part)).collect();
        let mut lost: Vec<Part> = Vec::new();
        for part in was.into_iter().filter(|part| told(part)) {
            let same = |other: &&Part| other.shape == part.shape;
            let same_name = |other: &Part| same(&other) && other.name == part.name;
            let at = left.iter().position(same_name);
            match at.or_else(|| left.iter().position(|other| same(&other))) {
                Some(at) => {
                    let other = left.remove(at);
                    self.foreign_key(&table.key, &part, &other);
                }
                None => lost.push(part),
            }
        }
        let mut kept = Vec::new();
        for part in left {
            match lost.iter().position(|other| may_be(other, &part)) {
                Some(at) => self.differs(&table.key, &lost.remove(at), &part),
                None => kept.push(part),
            }
        }
        let between = self.moments.between.tables.get(&table.key);
        let between = between.map(|table| self.moments.between.parts(table));
        for part in lost {
            let mut there = between.iter().flatten();
            let there = there.find(|it| it.shape == part.shape);
            let how = taken_or_missing(part.at, there.map(|it| it.at));
            let thing = thing(part.kind, Some(&table.key), &part.title());
            self.report(thing, how, None, vec![part.make]);
        }
        for part in kept {
            let thing = thing(part.kind, Some(&table.key), &part.title());
            let repair = self.drop_part(&table.key, &part);
            self.report(thing, How::Stays, Some(part.at), repair);
        }
    }

    /// The names of indexes that MySQL makes and drops for foreign keys, as others come and go.
    fn come_and_go<'p>(
        &self,
        tables: [&Table; 2],
        parts: impl Iterator<Item = &'p Part>,
    ) -> BTreeSet<String> {
        if self.moments.after.dialect != Dialect::Mysql {
            return BTreeSet::new();
        }
        let serves = |part: &Part, fk: &ForeignKey| {
            part.shape.starts_with("index") && part.columns.starts_with(&fk.columns)
        };
        let foreign_keys = || tables.iter().flat_map(|table| &table.foreign_keys);
        let parts = parts.filter(|part| foreign_keys().any(|fk| serves(part, fk)));
        parts.map(|part| part.name.clone()).collect()
    }

    /// Two that may be one, spelled anew.
    fn differs(&mut self, key: &TableKey, was: &Part, is: &Part) {
        // A column and an expression may be the same to the server.
        let has_expression = was.sure.contains("(…") != is.sure.contains("(…");
        if was.sure == is.sure || has_expression {
            return;
        }
        let thing = thing(is.kind, Some(key), &is.title());
        let repair = [self.drop_part(key, is), vec![was.make.clone()]].concat();
        let how = How::Differs(is.sure.clone(), was.sure.clone());
        self.report(thing, how, None, repair);
    }

    fn foreign_key(&mut self, key: &TableKey, was: &Part, is: &Part) {
        let (Some(before), Some(now)) = (was.on_delete, is.on_delete) else {
            return;
        };
        if before != now {
            let thing = thing(is.kind, Some(key), &is.title());
            let repair = [self.drop_part(key, is), vec![was.make.clone()]].concat();
            self.report(thing, How::OnDelete(now, before), None, repair);
        }
    }

    /// Things that are there or not.
    fn keyed(
        &mut self,
        kind: &'static str,
        keys: impl Fn(&super::super::Database) -> BTreeSet<&TableKey>,
    ) {
        let moments = self.moments;
        let (was, is) = (keys(&moments.before), keys(&moments.after));
        let between = keys(&moments.between);
        let mut known: BTreeMap<&TableKey, How> = BTreeMap::new();
        for key in was.difference(&is) {
            let how = match between.contains(key) {
                true => How::Taken,
                false => How::Missing,
            };
            known.insert(key, how);
        }
        for key in is.difference(&was) {
            known.insert(key, How::Stays);
        }
        for (key, how) in known {
            // Of functions a new name is read as the loss of the old one.
            let is_told = kind != "function" || how == How::Stays;
            if moments.muted.contains(key) || !is_told {
                continue;
            }
            let name = moments.after.write_table(key);
            let repair = match how {
                How::Stays => vec![format!("DROP {} {name}", self.word(kind, key))],
                _ => Vec::new(),
            };
            self.report(thing(kind, None, &key.to_string()), how, None, repair);
        }
    }

    /// What a kind is called in a statement.
    fn word(&self, kind: &str, key: &TableKey) -> String {
        let view = self.moments.after.views.get(key);
        match view.is_some_and(|view| view.materialized) {
            true => "MATERIALIZED VIEW".to_owned(),
            false => kind.to_uppercase(),
        }
    }
}

fn thing(kind: &'static str, table: Option<&TableKey>, name: &str) -> Thing {
    Thing {
        kind,
        table: table.cloned(),
        name: name.to_owned(),
    }
}

/// What became of something made at one place: the migration left it there, or made it anew.
fn taken_or_missing(made: Loc, between: Option<Loc>) -> How {
    match between == Some(made) {
        true => How::Taken,
        false => How::Missing,
    }
}

/// Whether a table may be another under a new name.
fn is_renamed(table: &Table, other: &Table) -> bool {
    let names = |table: &Table| -> BTreeSet<String> {
        table.columns.iter().map(|it| it.name.clone()).collect()
    };
    table.at == other.at || names(table) == names(other)
}

/// Whether one may be the other, spelled anew.
fn may_be(lost: &Part, left: &Part) -> bool {
    lost.kind == left.kind
        && (lost.kind == "check" || lost.columns == left.columns || is_named(lost, left))
}

fn is_named(lost: &Part, left: &Part) -> bool {
    !lost.name.is_empty() && lost.name == left.name
}
