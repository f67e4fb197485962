//! Writes that a constraint of the schema refuses for what the client sends, and that nothing
//! answers: no `except`, no mapping, no look beforehand.

use std::collections::BTreeSet;

use super::apps::Framework;
use super::decorators;
use super::effects::{Frame, Happening};
use super::exceptions::{Failing, REFUSED_BY_DRIVER, is_refusal};
use super::index::{Python, last_name};
use super::mappings::Upstream;
use super::names::Target;
use super::protection::around;
use super::steps::StepPlace;
use super::summaries::{Known, call_at, known, raises};
use super::tables::TableId;
use super::writes::Writes;
use crate::facts::Answer;
use crate::facts::python::{CallSite, Cell, EffectKind, ExitKind, Origin};
use crate::facts::schema::Dialect;
use crate::project::schema::{Database, Table, TableKey};
use crate::source::Loc;

/// A write that a constraint may refuse, and nothing answers that.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// The call or assignment that writes.
    pub at: Loc,
    /// Where the write is sent, if that is another statement.
    pub sent: Option<Loc>,
    /// How the call that sends it reads: `db.commit`.
    pub sender: String,
    /// That call is awaited.
    pub awaited: bool,
    /// The table.
    pub table: TableId,
    /// The columns of the constraint.
    pub columns: Vec<String>,
    /// The parent, for a foreign key.
    pub parent: Option<TableKey>,
    /// It adds rows, rather than changing them.
    pub inserts: bool,
    /// What is raised, by its own name.
    pub exception: &'static str,
    /// How many things on the way are not known; 0 = proved.
    pub hops: u32,
}

/// Methods that check the form of what was sent, unique columns included.
const CHECKS: [&str; 6] = [
    "is_valid",
    "full_clean",
    "validate_unique",
    "validate_on_submit",
    "validate_constraints",
    "clean",
];

/// What a write may run into.
struct Constraint {
    columns: Vec<String>,
    parent: Option<TableKey>,
    hops: u32,
    /// The parameters of the handler that feed it.
    roots: BTreeSet<String>,
}

impl Writes<'_, '_> {
    /// The writes that may be refused without an answer.
    pub(super) fn conflicts(&self) -> Vec<Conflict> {
        let all = 0..self.happenings.len();
        let mut found: Vec<Conflict> = all.filter_map(|place| self.conflict(place)).collect();
        found.sort_by_key(|conflict| (conflict.at, conflict.hops));
        found.dedup_by_key(|conflict| conflict.at);
        // One `except` around the statement that sends them answers them all: a value that is taken
        // comes before a parent that is missing.
        found.sort_by_key(|conflict| (conflict.parent.is_some(), conflict.at));
        let mut sent = BTreeSet::new();
        found.retain(|conflict| conflict.sent.is_none_or(|at| sent.insert(at)));
        found.sort_by_key(|conflict| conflict.at);
        found
    }

    /// A table whose constraints are known: as migrations leave it, or, where they never make it, as
    /// the models declare it; with what that takes on trust.
    fn settled(&self, id: &TableId) -> Option<(&Table, u32)> {
        let database = &self.databases[id.database];
        let own = database.tables.get(&id.key)?;
        let (table, hops) = match (own.is_open(), &database.models) {
            (true, Some(models)) => (models.tables.get(&id.key)?, 1),
            _ => (own, 0),
        };
        let settled = !table.is_open() && table.columns_known && !table.derived;
        (settled && !database.unordered.contains(&id.key)).then_some((table, hops))
    }

    fn conflict(&self, place: usize) -> Option<Conflict> {
        let write = &self.happenings[place];
        let effect = write.effect;
        if !matches!(effect.kind, EffectKind::Insert | EffectKind::Update) {
            return None;
        }
        let id = write.table.as_ref()?;
        let database = &self.databases[id.database];
        let (table, trusted) = self.settled(id)?;
        let sent = self.sent(place)?;
        let failing = Failing {
            own: None,
            exception: self.exception(write).to_owned(),
            entity: None,
        };
        let constraints = self.constraints(place, database, table);
        let (constraint, hops) = constraints.into_iter().find_map(|constraint| {
            let seen_before = self.seen_before(place, id, &constraint);
            if seen_before || self.checked(write, id, &constraint) {
                return None;
            }
            let by_parent = constraint.parent.is_some();
            let hops =
                trusted + constraint.hops + self.unanswered(place, sent, &failing, by_parent)?;
            Some((constraint, hops))
        })?;
        let sender = &self.happenings[sent];
        Some(Conflict {
            at: write.at(self.python),
            sent: (sent != place).then(|| sender.at(self.python)),
            sender: self.callee(sender).unwrap_or_default().to_owned(),
            awaited: sender.effect.awaited,
            table: id.clone(),
            columns: constraint.columns,
            parent: constraint.parent,
            inserts: effect.kind == EffectKind::Insert,
            exception: last_name(self.exception(write)),
            hops,
        })
    }

    fn exception(&self, write: &Happening) -> &'static str {
        let django = matches!(self.route.framework, Framework::Django | Framework::Drf);
        match (django, write.effect.by_table) {
            (true, _) => "django.IntegrityError",
            (false, true) => REFUSED_BY_DRIVER,
            _ => "sqlalchemy.IntegrityError",
        }
    }

    fn callee(&self, happening: &Happening) -> Option<&str> {
        let call = call_at(self.python, happening.frame.function, happening.effect.span)?;
        Some(call.callee.as_str())
    }

    /// The constraints that what the client sends may run into: unique ones first.
    fn constraints(&self, place: usize, database: &Database, table: &Table) -> Vec<Constraint> {
        let write = &self.happenings[place];
        let columns = Columns::of(self.python, write, table);
        let made = |parent: &TableKey| {
            self.happenings[..place].iter().any(|it| {
                let table = it.table.as_ref();
                it.effect.kind == EffectKind::Insert && table.is_some_and(|it| it.key == *parent)
            })
        };
        // A parent that is made with it has no other child yet.
        let parents = table.foreign_keys.iter().filter(|key| made(&key.parent));
        let new: Vec<&String> = parents.flat_map(|key| &key.columns).collect();
        let mut unique = table.unique_keys();
        unique.retain(|key| !key.iter().any(|column| new.contains(&column)));
        let unique = unique.iter().filter_map(|key| columns.fed(table, key));
        let enforced = database.dialect != Dialect::Sqlite;
        let keys = table.foreign_keys.iter().filter(|_| enforced);
        let refers = keys.filter_map(|key| {
            let all = columns.fed(table, &key.columns)?;
            let parent = Some(key.parent.clone());
            let mut happenings = self.happenings.iter();
            let known = happenings.any(|it| self.shows_parent(it, write, &key.parent, &all.roots));
            (!known).then_some(Constraint { parent, ..all })
        });
        unique.chain(refers).collect()
    }

    /// Whether something reads rows of a parent, or rows of another table that
    /// have a parent by the same value: then it is there.
    fn shows_parent(
        &self,
        read: &Happening,
        write: &Happening,
        parent: &TableKey,
        roots: &BTreeSet<String>,
    ) -> bool {
        let Some(id) = read.table.as_ref() else {
            return false;
        };
        if read.effect.kind != EffectKind::Read {
            return false;
        }
        if id.key == *parent {
            return true;
        }
        let table = self.databases[id.database].tables.get(&id.key);
        let table = table.filter(|_| read.table != write.table);
        table.is_some_and(|table| {
            let mut siblings = table.foreign_keys.iter();
            siblings.any(|sibling| {
                let by_key = |cell: &Cell| {
                    let column = table.column_called(&cell.column);
                    let value = self.known(&read.frame, &cell.origins);
                    column.is_some_and(|it| sibling.columns == [it])
                        && !value.roots.is_disjoint(roots)
                };
                sibling.parent == *parent && read.effect.conditions.iter().any(by_key)
            })
        })
    }

    /// The same table was asked before, by what is written: whoever asks knows what to do.
    fn seen_before(&self, place: usize, table: &TableId, constraint: &Constraint) -> bool {
        let inserts = self.happenings[place].effect.kind == EffectKind::Insert;
        self.happenings[..place].iter().any(|earlier| {
            let effect = earlier.effect;
            let same = match &earlier.table {
                Some(other) => other == table,
                None => effect.entity.is_none() || effect.by_table,
            };
            let asks = effect.kind == EffectKind::Read || effect.kind == EffectKind::Upsert;
            let dependency = matches!(earlier.frame.place, StepPlace::Dependency(_));
            let key = self.known(&earlier.frame, &effect.key);
            let shares = key.roots.iter().any(|root| constraint.roots.contains(root));
            let open = inserts && !dependency && constraint.parent.is_none();
            asks && same && (shares || open && earlier.table.is_some())
        })
    }

    /// What is known of a value in a function.
    pub(super) fn known(&self, frame: &Frame, origins: &[Origin]) -> Known {
        known(self.python, frame.function, &frame.env, origins)
    }

    /// A call before took the same values and raises, or somebody who is not known was asked and
    /// an exit followed.
    fn checked(&self, write: &Happening, table: &TableId, constraint: &Constraint) -> bool {
        let table = Some(table).filter(|_| constraint.parent.is_none());
        let mut before = write.effect.span.start;
        for frame in write.frame.path() {
            if self.checked_in(frame, before, &constraint.roots, table) {
                return true;
            }
            if let Some((_, call)) = &frame.caller {
                before = call.span.start;
            }
        }
        false
    }

    /// Whether a call before a place looks at the parameters of the handler with these names. One
    /// that asks other tables than the one that is written looks for something else.
    pub(super) fn checked_in(
        &self,
        frame: &Frame,
        before: u32,
        roots: &BTreeSet<String>,
        table: Option<&TableId>,
    ) -> bool {
        let python = self.python;
        let function = python.function(frame.function);
        let answered = |after: u32| {
            function.exits.iter().any(|exit| {
                after <= exit.span.start
                    && exit.span.end <= before
                    && !matches!(exit.kind, ExitKind::Catch(_) | ExitKind::MappedLookup(_))
            })
        };
        let calls = function.calls.iter().filter(|call| call.span.end <= before);
        calls.into_iter().any(|call| {
            if CHECKS.contains(&last_name(&call.callee)) {
                return true;
            }
            let keywords = call.keywords.iter().map(|(_, origins)| origins);
            let mut taken = call.args.iter().chain(keywords);
            let takes = taken.any(|origins| {
                let value = self.known(frame, origins);
                value.roots.iter().any(|root| roots.contains(root))
            });
            takes
                && match python.resolve(frame.function.scope(), &call.callee) {
                    Target::Function(callee) => {
                        raises(python, callee) && !self.asks_elsewhere(frame, call, table)
                    }
                    Target::Class(_) | Target::External(_) => false,
                    _ if last_name(&call.callee).starts_with(char::is_uppercase) => false,
                    _ => answered(call.span.end),
                }
        })
    }

    /// Whether a call reads tables, and all of them are known to be others than this one.
    fn asks_elsewhere(&self, frame: &Frame, call: &CallSite, table: Option<&TableId>) -> bool {
        let below = |it: &&Happening| {
            let mut callers = it.frame.path().filter_map(|it| it.caller.as_ref());
            callers.any(|(above, site)| above.function == frame.function && site.span == call.span)
        };
        let reads = |it: &&Happening| it.effect.kind == EffectKind::Read;
        let mut read = self
            .happenings
            .iter()
            .filter(reads)
            .filter(below)
            .peekable();
        let own = |it: &Happening| it.table.is_none() || it.table.as_ref() == table;
        table.is_some() && read.peek().is_some() && !read.any(own)
    }

    /// The statement that sends a write: itself, or the next flush or commit.
    ///
    /// A session keeps rows until it is flushed, and Django a row until it is saved.
    fn sent(&self, place: usize) -> Option<usize> {
        let write = &self.happenings[place];
        let effect = write.effect;
        let django = matches!(self.route.framework, Framework::Django | Framework::Drf);
        let is_call = self.callee(write).is_some();
        let is_statement = !effect.conditions.is_empty() || effect.by_table;
        if is_call && (django || is_statement) {
            return Some(place);
        }
        let sends = |it: &Happening| match it.effect.kind {
            EffectKind::Flush | EffectKind::Commit => !django,
            EffectKind::Update => {
                let saves = self.callee(it).map(last_name);
                django && saves.is_some_and(|it| matches!(it, "save" | "asave"))
            }
            _ => false,
        };
        let mut later = self.happenings[place + 1..].iter();
        let next = later.position(sends)?;
        Some(place + 1 + next)
    }

    /// How many things around the write are not known; `None` when its refusal is answered.
    fn unanswered(
        &self,
        place: usize,
        sent: usize,
        failing: &Failing,
        by_parent: bool,
    ) -> Option<u32> {
        let mut hops = self.exposed(&self.happenings[place], failing, by_parent)?;
        for later in &self.happenings[place + 1..] {
            let sends = matches!(later.effect.kind, EffectKind::Flush | EffectKind::Commit);
            if sends && self.callee(later).is_some() {
                self.exposed(later, failing, by_parent)?;
            }
        }
        if sent != place {
            hops = hops.max(self.exposed(&self.happenings[sent], failing, by_parent)?);
        }
        let upstream = match self.mappings.upstream(self.python, self.route, failing) {
            Upstream::Handled => return None,
            Upstream::Bare => 2,
            Upstream::Unmapped => {
                let draft = self.python.modules[self.route.function.module].draft;
                u32::from(!draft && !self.mappings.see(self.route))
            }
        };
        match decorators::effect(self.python, self.route.function, failing, &[]) {
            decorators::Effect::Handled => None,
            decorators::Effect::Unknown => Some(hops + upstream + 1),
            decorators::Effect::None => Some(hops + upstream),
        }
    }

    fn exposed(&self, happening: &Happening, failing: &Failing, by_parent: bool) -> Option<u32> {
        let python = self.python;
        let own = call_at(python, happening.frame.function, happening.effect.span);
        let mut hops = 0;
        let mut next = own.map(|call| (happening.frame.function, call));
        for frame in happening.frame.path() {
            if let Some((function, call)) = next {
                let caught = |it: &&String| !is_of_another_kind(it, by_parent);
                let caught: Vec<String> = call.catches.iter().filter(caught).cloned().collect();
                if caught.iter().any(|written| is_refusal(written)) {
                    return None;
                }
                hops += around(python, function.scope(), &caught, &call.contexts, failing)?;
            }
            next = frame
                .caller
                .as_ref()
                .map(|(above, call)| (above.function, *call));
        }
        Some(hops)
    }
}

/// Whether an `except` is for constraints of the other kind: `UniqueViolation`.
fn is_of_another_kind(written: &str, by_parent: bool) -> bool {
    match last_name(written) {
        name if name.starts_with("ForeignKey") => !by_parent,
        name if name.starts_with("Unique") || name.starts_with("Duplicate") => by_parent,
        _ => false,
    }
}

/// The columns that a write fills.
struct Columns {
    /// The others keep what they hold.
    changes: bool,
    /// Each with what is known of its value; `None` where nobody knows.
    cells: Vec<(String, Option<Known>)>,
}

impl Columns {
    fn of(python: &Python, write: &Happening, table: &Table) -> Self {
        let mut cells = Vec::new();
        for cell in &write.effect.values {
            let value = value_of(python, &write.frame, cell);
            if !cell.column.starts_with('*') {
                let named = table.column_called(&cell.column);
                cells.extend(named.map(|name| (name.to_owned(), value)));
                continue;
            }
            let raw = cell.column == "**" || is_body(python, &write.frame, cell, value.as_ref());
            let fields = fields(python, &write.frame, cell);
            if !raw && fields.is_none() {
                continue;
            }
            // A key that numbers itself is no field that clients fill, whatever the model says.
            let key = table.primary_key.iter().flat_map(|key| &key.columns);
            let key: Vec<&String> = key.collect();
            let overwritten = overwritten(python, &write.frame, cell, value.as_ref());
            for column in &table.columns {
                let set = overwritten.contains(column.name.as_str());
                let mut fields = fields.iter().flatten();
                let given = !set && (raw || fields.any(|field| *field == column.name));
                let own = cells.iter().any(|(name, _)| *name == column.name);
                if given && !own && !key.contains(&&column.name) {
                    cells.push((column.name.clone(), value.clone()));
                }
            }
        }
        let changes = write.effect.kind == EffectKind::Update;
        Self { changes, cells }
    }

    /// The constraint over these columns, if the client has a say in it and nothing random has.
    fn fed(&self, table: &Table, columns: &[String]) -> Option<Constraint> {
        let mut found = Constraint {
            columns: columns.to_vec(),
            parent: None,
            hops: u32::MAX,
            roots: BTreeSet::new(),
        };
        for column in columns {
            // The last value written counts.
            let written = self.cells.iter().rev().find(|(name, _)| name == column);
            let value = match written {
                Some((_, value)) => value,
                None if self.changes => continue,
                None => return None,
            };
            let refers = || {
                table
                    .foreign_keys
                    .iter()
                    .any(|key| key.columns.contains(column))
            };
            match value {
                Some(known) if known.derived == Answer::Yes => {
                    found.hops = found.hops.min(known.hops);
                    found.roots.extend(known.roots.iter().cloned());
                }
                Some(known) if known.derived == Answer::No => {}
                _ if refers() => {}
                _ => return None,
            }
        }
        (found.hops < u32::MAX).then_some(found)
    }
}

/// What is known of a value; nothing where something unknown has a part in it.
fn value_of(python: &Python, frame: &Frame, cell: &Cell) -> Option<Known> {
    let whole = !cell.origins.contains(&Origin::Unknown);
    whole.then(|| known(python, frame.function, &frame.env, &cell.origins))
}

/// The fields that somebody on the way sets before the whole becomes a row.
fn overwritten<'a>(
    python: &Python<'a>,
    frame: &Frame,
    cell: &Cell,
    value: Option<&Known>,
) -> BTreeSet<&'a str> {
    let roots = value.map(|value| &value.roots);
    let is_whole = |name: &String| {
        let own = [Origin::Parameter(name.clone()), Origin::Field(name.clone())];
        roots.is_some_and(|roots| roots.contains(name))
            || cell.origins.iter().any(|it| own.contains(it))
    };
    let params = frame
        .path()
        .flat_map(|frame| &python.function(frame.function).params);
    params
        .filter(|param| is_whole(&param.name))
        .flat_map(|param| &param.overwritten)
        .map(String::as_str)
        .collect()
}

/// Whether a whole is the body of the request as the handler takes it: `payload: dict`.
fn is_body(python: &Python, frame: &Frame, cell: &Cell, value: Option<&Known>) -> bool {
    let ([Origin::Parameter(_)], Some(value), Some(handler)) =
        (cell.origins.as_slice(), value, frame.path().last())
    else {
        return false;
    };
    let params = &python.function(handler.function).params;
    let mut roots = value.roots.iter();
    let is_dict = |root: &String| {
        let param = params.iter().find(|param| param.name == *root);
        let annotation = param.and_then(|param| param.annotation.as_ref());
        annotation.is_some_and(|it| {
            let base = it.text.split('[').next().unwrap_or_default();
            matches!(last_name(base), "dict" | "Dict")
        })
    };
    !value.roots.is_empty() && roots.all(is_dict)
}

/// The fields of the model whose fields become columns: `Order(**payload.dict())`.
fn fields<'a>(python: &Python<'a>, frame: &Frame, cell: &Cell) -> Option<Vec<&'a str>> {
    let [Origin::Parameter(name) | Origin::Field(name)] = cell.origins.as_slice() else {
        return None;
    };
    let params = &python.function(frame.function).params;
    let param = params.iter().find(|param| param.name == *name)?;
    let annotation = param.annotation.as_ref()?;
    let Target::Instance(class) = python.annotated_class(frame.function.outer(python), annotation)
    else {
        return None;
    };
    let classes = python.ancestry(class).classes.into_iter();
    let fields = classes.flat_map(|class| &python.class(class).fields);
    Some(fields.map(|field| field.name.as_str()).collect())
}
