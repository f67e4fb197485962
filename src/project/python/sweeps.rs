//! Statements about every row of a table that a request runs though it knows which rows are meant.

mod purpose;

use std::collections::BTreeSet;

use super::apps::Framework;
use super::effects::Happening;
use super::index::{FunctionId, last_name};
use super::names::Target;
use super::safety::words;
use super::steps::StepPlace;
use super::writes::Writes;
use crate::facts::Answer;
use crate::facts::python::{Clause, Effect, EffectKind, ParamKind, Whole};
use crate::project::schema::{Column, ForeignKey, Table};
use crate::source::Loc;

/// A statement about every row of a table.
#[derive(Clone, Debug)]
pub struct SweepingWrite {
    /// The call.
    pub at: Loc,
    /// It removes rows, rather than changing them.
    pub deletes: bool,
    /// The table, or the class as the code writes it.
    pub table: String,
    /// What of the request names the rows that are meant.
    pub ignored: Option<Ignored>,
    /// The condition that is missing.
    pub condition: String,
    /// How many things on the way are not known; 0 = proved.
    pub hops: u32,
}

/// What names the rows that are meant, and is not asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ignored {
    /// A parameter is the key of a row.
    Key(String),
    /// A parameter is a column of the table.
    Column(String),
    /// The rows belong to users by this column, and the request knows its user.
    Owner(String),
}

/// Columns by which rows belong to whoever is logged in, where they refer to such a table.
const OWNERS: [&str; 6] = ["account", "customer", "member", "owner", "profile", "user"];

/// How many tables a request sweeps before it means to.
const SEVERAL: usize = 3;

impl Writes<'_, '_> {
    /// The statements about every row, where nothing says that all are meant.
    pub(super) fn sweeping(&self, auth: &super::Auth) -> Vec<SweepingWrite> {
        let all = 0..self.happenings.len();
        let mut found: Vec<SweepingWrite> =
            all.filter_map(|place| self.sweeps(place, auth)).collect();
        found.sort_by_key(|write| (write.at, write.hops));
        found.dedup_by_key(|write| write.at);
        found
    }

    fn sweeps(&self, place: usize, auth: &super::Auth) -> Option<SweepingWrite> {
        let write = &self.happenings[place];
        let whole = write.effect.whole.as_ref()?;
        let own = !matches!(write.frame.place, StepPlace::Dependency(_));
        if !own || whole.explained || self.swept_tables() >= SEVERAL {
            return None;
        }
        let table = self.table_of(write);
        let mut ignored = self.ignored(place, whole, table, auth);
        let mut hops = u32::from(!self.route.known) + self.doubts(write, whole, table);
        if ignored.is_none() {
            ignored = self.chosen(place, whole, table, auth);
            hops += u32::from(ignored.is_some());
        }
        if ignored.is_none() && self.is_meant(place, whole, table) {
            return None;
        }
        let entity = write.effect.entity.as_deref()?;
        Some(SweepingWrite {
            at: write.at(self.python),
            deletes: write.effect.kind == EffectKind::Delete,
            table: match &write.table {
                Some(table) => table.key.to_string(),
                None => last_name(entity).to_owned(),
            },
            condition: condition(whole.clause, entity, table, ignored.as_ref()),
            ignored,
            hops,
        })
    }

    fn table_of(&self, write: &Happening) -> Option<&Table> {
        let id = write.table.as_ref()?;
        self.databases[id.database].tables.get(&id.key)
    }

    /// How many tables the request sweeps.
    fn swept_tables(&self) -> usize {
        let swept = self
            .happenings
            .iter()
            .filter(|it| it.effect.whole.is_some());
        let tables: BTreeSet<_> = swept.map(|it| &it.effect.entity).collect();
        tables.len()
    }

    /// What of the request names the rows that are meant.
    fn ignored(
        &self,
        place: usize,
        whole: &Whole,
        table: Option<&Table>,
        auth: &super::Auth,
    ) -> Option<Ignored> {
        let write = &self.happenings[place];
        let written = |column: &str| {
            let mut values = write.effect.values.iter();
            values.any(|cell| cell.column == column || cell.column.starts_with('*'))
        };
        let named = self.named(write).into_iter().filter(|name| is_key(name));
        let keys: Vec<String> = named.collect();
        let column = keys.iter().find(|name| {
            let column = table.and_then(|table| table.column(name));
            let is_primary = |column: &Column| {
                let primary = table.and_then(|it| it.primary_key.as_ref());
                primary.is_some_and(|key| key.columns.contains(&column.name))
            };
            column.is_some_and(|column| !is_primary(column) && !written(&column.name))
                && !self.is_asked_by(place, name)
        });
        if let Some(column) = column {
            return Some(Ignored::Column(column.clone()));
        }
        let entity = write.effect.entity.as_deref().map(last_name)?;
        let key = keys.iter().find(|name| self.names_row(name, entity, write));
        if let Some(key) = key.filter(|_| !self.is_replaced(place)) {
            return Some(Ignored::Key(key.clone()));
        }
        let owner = self.owner(table?, write)?;
        let asked = written(owner) || self.is_asked_by(place, owner);
        if asked || whole.privileged || self.is_for_nobody(write, auth) {
            return None;
        }
        // Who only has to log in may mean all rows; who is asked for by the handler means his own.
        let logged_in = auth.answer == Answer::Yes && !self.says_all(write) && !whole.announced;
        let personal = whole.personal || self.takes_user(write);
        (personal || logged_in).then(|| Ignored::Owner(owner.to_owned()))
    }

    /// The column by which rows belong to users where one of them is chosen, as the default say, and
    /// every other one is not, whoever owns it.
    fn chosen(
        &self,
        place: usize,
        whole: &Whole,
        table: Option<&Table>,
        auth: &super::Auth,
    ) -> Option<Ignored> {
        let write = &self.happenings[place];
        let column = owner(table?)?;
        let chooses = write.effect.kind == EffectKind::Update && self.is_replaced(place);
        let others = whole.converts || whole.privileged || self.is_for_nobody(write, auth);
        let asked = self.is_asked_by(place, column);
        (chooses && !others && !asked).then(|| Ignored::Owner(column.to_owned()))
    }

    /// Whether a parameter is the key of a row: `order_id` of `Order` or `orders`, `id` behind `/orders/`.
    fn names_row(&self, name: &str, entity: &str, write: &Happening) -> bool {
        let path = self.route.path.as_deref().unwrap_or_default();
        let owner = match name.rsplit_once('_') {
            Some((owner, _)) => owner,
            None => {
                let is_place = |part: &str| part.contains(['{', '<']) && part.contains(name);
                let mut parts = path.rsplit('/').skip_while(|part| !is_place(part));
                parts.nth(1).unwrap_or_default()
            }
        };
        let owner = singular(owner);
        let table = write.table.as_ref().map(|id| id.key.name.to_lowercase());
        let table = table.unwrap_or_default();
        let is_django = matches!(self.route.framework, Framework::Django | Framework::Drf);
        let own = table
            .split_once('_')
            .filter(|_| is_django)
            .map(|(_, own)| own);
        let names = [words(entity).join("_"), table.clone()];
        let mut names = names.iter().map(String::as_str).chain(own);
        !owner.is_empty() && names.any(|name| singular(name) == owner)
    }

    /// The column by which the rows of a table belong to users, or to something of theirs.
    fn owner<'t>(&self, table: &'t Table, write: &Happening) -> Option<&'t str> {
        let database = &self.databases[write.table.as_ref()?.database];
        let is_owned = |key: &&ForeignKey| {
            let parent = database.tables.get(&key.parent);
            key.columns.len() == 1 && parent.is_some_and(|parent| owner(parent).is_some())
        };
        let through = || {
            let key = table.foreign_keys.iter().find(is_owned)?;
            Some(key.columns[0].as_str())
        };
        owner(table).or_else(through)
    }

    /// Whether something says that all rows are meant.
    fn is_meant(&self, place: usize, whole: &Whole, table: Option<&Table>) -> bool {
        let write = &self.happenings[place];
        let path = self.route.path.as_deref().unwrap_or_default();
        let collection = self.route.methods.iter().all(|method| method == "DELETE")
            && !self.route.methods.is_empty()
            && !path.contains(['{', '<', '(']);
        whole.announced
            || whole.converts
            || collection
            || self.says_all(write)
            || self.is_replaced(place)
            || self.is_read_whole(place)
            || self.is_single(write)
            || table.is_some_and(|table| table.seeded)
    }

    /// The parameters that every request gives a value, of the functions on the way.
    fn named(&self, write: &Happening) -> Vec<String> {
        let of = |function: FunctionId| {
            let params = self.python.function(function).params.iter();
            params.filter(|param| {
                let single = matches!(param.kind, ParamKind::Normal | ParamKind::KeywordOnly);
                let text = param.annotation.as_ref().map_or("", |it| it.text.as_str());
                let optional = text.contains("Optional") || text.contains("None");
                single && !optional
            })
        };
        let frames = write.frame.path();
        frames
            .flat_map(|frame| of(frame.function))
            .map(|param| param.name.clone())
            .collect()
    }

    /// Whether another statement on the same table names that column.
    fn is_asked_by(&self, place: usize, column: &str) -> bool {
        self.others(place).any(|other| {
            let cells = other.effect.conditions.iter();
            let named = |name: &str| name == column || column.strip_suffix("_id") == Some(name);
            other.effect.kind.writes() && cells.map(|cell| cell.column.as_str()).any(named)
        })
    }

    /// Whether the request writes rows of the same table one by one as well.
    fn is_replaced(&self, place: usize) -> bool {
        self.others(place)
            .any(|other| other.effect.kind.writes() && other.effect.whole.is_none())
    }

    /// Whether the request reads the table without a condition as well: it is about all of its rows.
    fn is_read_whole(&self, place: usize) -> bool {
        let is_all = |effect: &Effect| effect.conditions.is_empty() && effect.key.is_empty();
        let mut others = self.others(place);
        others.any(|other| other.effect.kind == EffectKind::Read && is_all(other.effect))
    }

    /// What else the request does to the same table, or may.
    fn others(&self, place: usize) -> impl Iterator<Item = &Happening<'_>> {
        let write = &self.happenings[place];
        let entity = |it: &Happening| {
            it.effect
                .entity
                .as_deref()
                .map(|it| last_name(it).to_owned())
        };
        let own = entity(write);
        let all = self
            .happenings
            .iter()
            .enumerate()
            .filter(move |(at, _)| *at != place);
        all.map(|(_, other)| other).filter(move |other| {
            let same = match (&other.table, &write.table) {
                (Some(one), Some(two)) => one == two,
                _ => other.effect.entity.is_none() || entity(other) == own,
            };
            same && !matches!(other.frame.place, StepPlace::Dependency(_))
        })
    }

    /// What may narrow the statement where nobody sees it: a manager or query class of the project,
    /// row security; a table that nobody knows may be a temporary one.
    fn doubts(&self, write: &Happening, whole: &Whole, table: Option<&Table>) -> u32 {
        let Some(table) = table else {
            let by_text = matches!(whole.clause, Clause::Text | Clause::Columns);
            return u32::from(by_text || self.is_managed(write, Clause::Keywords));
        };
        let secured = table.row_security.enabled != Answer::No;
        let managed = match whole.clause {
            Clause::Keywords | Clause::Filter => self.is_managed(write, whole.clause),
            _ => false,
        };
        u32::from(secured) + u32::from(managed)
    }

    /// Whether the class gives its queries itself, or may.
    fn is_managed(&self, write: &Happening, clause: Clause) -> bool {
        let python = self.python;
        let entity = write.effect.entity.as_deref().unwrap_or_default();
        let Target::Class(class) = python.resolve(write.frame.function.scope(), entity) else {
            return clause == Clause::Keywords;
        };
        let ancestry = python.ancestry(class);
        let own = ancestry.classes.iter().any(|class| {
            let mut fields = python.class(*class).fields.iter();
            fields.any(|field| matches!(field.name.as_str(), "objects" | "query" | "query_class"))
        });
        let foreign = |path: &String| {
            let root = path.split('.').next().unwrap_or_default();
            ![
                "django",
                "sqlalchemy",
                "sqlmodel",
                "flask_sqlalchemy",
                "tortoise",
                "peewee",
                "abc",
                "typing",
            ]
            .contains(&root)
        };
        let open = ancestry.open || ancestry.external.iter().any(foreign);
        own || open && clause == Clause::Keywords
    }
}

/// Whether a name is that of a key.
fn is_key(name: &str) -> bool {
    matches!(name, "id" | "pk" | "uuid")
        || name.ends_with("_id")
        || name.ends_with("_pk")
        || name.ends_with("_uuid")
}

/// `orders` as one says it of one: `order`.
fn singular(many: &str) -> String {
    let ends = ["ches", "ses", "shes", "xes"]
        .iter()
        .any(|end| many.ends_with(end));
    match many.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None if ends => many[..many.len() - 2].to_owned(),
        None => many.strip_suffix('s').unwrap_or(many).to_owned(),
    }
}

/// The column by which the rows of a table belong to users.
fn owner(table: &Table) -> Option<&str> {
    let mut keys = table.foreign_keys.iter();
    let key = keys.find(|key| {
        let [column] = key.columns.as_slice() else {
            return false;
        };
        let parent = key.parent.name.to_lowercase();
        let parent_is = OWNERS.iter().any(|owner| parent.contains(owner));
        parent_is
            && OWNERS
                .iter()
                .any(|owner| column == owner || column.strip_suffix("_id") == Some(owner))
    });
    key.map(|key| key.columns[0].as_str())
}

/// The condition that is missing, as the statement takes it.
fn condition(
    clause: Clause,
    entity: &str,
    table: Option<&Table>,
    ignored: Option<&Ignored>,
) -> String {
    let primary = table.and_then(
        |table| match table.primary_key.as_ref()?.columns.as_slice() {
            [column] => Some(column.as_str()),
            _ => None,
        },
    );
    let (column, value) = match ignored {
        Some(Ignored::Column(name)) => (name.as_str(), name.as_str()),
        Some(Ignored::Key(name)) => (primary.unwrap_or("id"), name.as_str()),
        Some(Ignored::Owner(column)) => (column.as_str(), "…"),
        None => (primary.unwrap_or("id"), "…"),
    };
    let attribute = table.and_then(|table| table.column(column)?.attribute.as_deref());
    let attribute = attribute.unwrap_or(column);
    match clause {
        Clause::Text if value == "…" => format!("WHERE {column} = …"),
        Clause::Text => format!("WHERE {column} = :{value}"),
        Clause::Where => format!(".where({entity}.{attribute} == {value})"),
        Clause::Columns => format!(".where({entity}.c.{column} == {value})"),
        Clause::Filter => format!(".filter({entity}.{attribute} == {value})"),
        Clause::Keywords => format!(".filter({attribute}={value})"),
    }
}
