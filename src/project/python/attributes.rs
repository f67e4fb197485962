//! Names that code asks of a model which has none of that name, though its table once had such a
//! column.

mod declared;
mod members;

use std::collections::BTreeSet;

use super::index::{ClassId, Python, Scope};
use super::names::Target;
use super::tables::{TableId, Tables};
use crate::facts::python::{Making, Mention, MentionKind};
use crate::project::schema::{Database, LiveKind, Orm};
use crate::source::Loc;
use members::members;

/// A name that code asks of a model which has none of that name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unheld {
    /// The table of the model.
    pub table: TableId,
    /// The name, which the model does not know.
    pub column: String,
    /// The class of the model.
    pub model: String,
    /// Where it is asked for.
    pub at: Loc,
    /// How.
    pub how: Asking,
}

/// How code asks a model for a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asking {
    /// `Order.note`
    OfClass,
    /// `order.note` where the row was read.
    OfRow,
    /// `order.note` of a row that comes from elsewhere.
    OfVariable,
    /// `filter_by(note=…)`: SQLAlchemy finds no attribute.
    Keyword,
    /// `filter(note=…)`, `order_by("note")`: Django finds no field.
    Lookup,
    /// `save(update_fields=["note"])`: Django finds no field.
    Save,
    /// A call that gives it a value.
    Write,
    /// The fields of a form, a view, or what an administrator filters by.
    Form,
    /// The fields of a serializer.
    Serializer,
    /// The options of the model itself: `ordering`, an index.
    Option,
}

/// Finds them in the modules that count.
pub(in crate::project) fn unheld(
    python: &Python,
    databases: &[Database],
    counts: impl Fn(usize) -> bool,
) -> Vec<Unheld> {
    let lost = lost(databases);
    if lost.is_empty() {
        return Vec::new();
    }
    let search = Search {
        python,
        databases,
        tables: Tables::new(python, databases),
        made: made(python, &lost),
        lost,
    };
    let mut found = Vec::new();
    for (number, module) in python.modules.iter().enumerate() {
        if !module.production || !counts(module.unit) {
            continue;
        }
        let mentions = module.facts.mentions.iter();
        let asked = mentions.filter_map(|mention| search.mention(number, mention));
        found.extend(asked.map(|it| (number, it)));
        for index in 0..module.facts.classes.len() {
            let class = ClassId {
                module: number,
                index,
            };
            found.extend(search.declared(class).into_iter().map(|it| (number, it)));
        }
    }
    // One for each place; what fails most clearly first, then by path.
    found.sort_by_key(|(module, it)| (*module, it.at.span, it.how));
    found.dedup_by(|(_, later), (_, first)| later.at == first.at);
    found.sort_by_key(|(module, it)| (it.how, *module, it.at.span));
    found.into_iter().map(|(_, it)| it).collect()
}

/// The names of the columns that migrations drop or rename. Of `customer_id` Django's field may be
/// called `customer`.
fn lost(databases: &[Database]) -> BTreeSet<&str> {
    let changes = databases.iter().flat_map(|database| &database.live);
    let columns = changes.filter_map(|change| match &change.kind {
        LiveKind::DropColumn { column, .. } | LiveKind::RenameColumn { column, .. } => {
            Some(column.as_str())
        }
        _ => None,
    });
    columns
        .flat_map(|column| [Some(column), column.strip_suffix("_id")])
        .flatten()
        .collect()
}

/// The names among these that some code gives to what it reads, and how.
fn made<'a>(python: &Python<'a>, lost: &BTreeSet<&str>) -> BTreeSet<(&'a str, Making)> {
    let names = python.modules.iter().flat_map(|it| &it.facts.made_names);
    let names = names.filter(|it| lost.contains(it.name.as_str()));
    names.map(|it| (it.name.as_str(), it.by)).collect()
}

/// What the search knows.
struct Search<'p, 'a> {
    python: &'p Python<'a>,
    databases: &'p [Database],
    tables: Tables,
    /// The names that are looked for.
    lost: BTreeSet<&'p str>,
    made: BTreeSet<(&'a str, Making)>,
}

impl Search<'_, '_> {
    fn mention(&self, module: usize, mention: &Mention) -> Option<Unheld> {
        let mut names = mention.name.split("__");
        if !names.clone().any(|name| self.lost.contains(name)) {
            return None;
        }
        let scope = Scope {
            module,
            function: mention.function.map(|index| index as usize),
        };
        let class = match mention.kind {
            MentionKind::OfVariable | MentionKind::SavedVariable => {
                self.held(scope, &mention.of)?
            }
            _ => self.class(scope, &mention.of)?,
        };
        let how = match mention.kind {
            MentionKind::OfClass => Asking::OfClass,
            MentionKind::OfRow => Asking::OfRow,
            MentionKind::OfVariable => Asking::OfVariable,
            MentionKind::Keyword => Asking::Keyword,
            MentionKind::Lookup => Asking::Lookup,
            MentionKind::SavedRow | MentionKind::SavedVariable => Asking::Save,
            MentionKind::Written => Asking::Write,
        };
        let (class, name) = match how {
            Asking::Lookup => self.end_of(class, &mut names)?,
            _ => (class, mention.name.as_str()),
        };
        let at = self.python.loc(module, mention.span);
        self.asked(class, name, at, how)
    }

    /// The class that a name means, where that is certain.
    fn class(&self, scope: Scope, name: &str) -> Option<ClassId> {
        match self.python.resolve(scope, name) {
            Target::Class(class) => Some(class),
            _ => None,
        }
    }

    /// The class of what a variable holds.
    fn held(&self, scope: Scope, name: &str) -> Option<ClassId> {
        let target = match self.python.resolve(scope, name) {
            Target::Object(object) => self.python.value_of(object, 8),
            target => target,
        };
        match target {
            Target::Instance(class) => Some(class),
            _ => None,
        }
    }

    /// Follows a name of Django's through relations, up to the first that its model does not have.
    fn end_of<'n>(
        &self,
        class: ClassId,
        names: &mut impl Iterator<Item = &'n str>,
    ) -> Option<(ClassId, &'n str)> {
        let mut class = class;
        loop {
            let name = names.next()?;
            match self.related(class, name) {
                Some(next) => class = next,
                None => return Some((class, name)),
            }
        }
    }

    /// Judges a name that is asked of a class.
    fn asked(&self, class: ClassId, name: &str, at: Loc, how: Asking) -> Option<Unheld> {
        if !self.lost.contains(name) {
            return None;
        }
        let table = self.tables.of_class(self.python, class)?;
        let is_django = self.is_django(table);
        let fits = match how {
            Asking::Lookup | Asking::Save => is_django,
            Asking::Keyword => !is_django,
            _ => true,
        };
        if !fits || self.is_made(name, how) || is_django && self.is_reverse(name) {
            return None;
        }
        let known = members(self.python, class)?;
        let own_way = ["__init__", "objects"];
        let drops = how == Asking::Write
            && (known.is_lenient || own_way.iter().any(|name| known.names.contains(name)));
        if drops || known.knows(name, is_django) || self.below(class, name, how) {
            return None;
        }
        Some(Unheld {
            table: table.clone(),
            column: name.to_owned(),
            model: self.python.class(class).name.clone(),
            at,
            how,
        })
    }

    /// Whether code gives the name to what such an expression reads.
    fn is_made(&self, name: &str, how: Asking) -> bool {
        let made = |by| self.made.contains(&(name, by));
        let asks_row = matches!(how, Asking::OfRow | Asking::OfVariable | Asking::Serializer);
        made(Making::Class)
            || made(Making::Query) && (asks_row || how == Asking::Lookup)
            || made(Making::Setting) && how == Asking::OfVariable
    }

    /// Whether Django may call a relation of another model so: by the name of its class.
    fn is_reverse(&self, name: &str) -> bool {
        let name = name.strip_suffix("_set").unwrap_or(name);
        let mut classes = self.python.modules.iter().flat_map(|it| &it.facts.classes);
        classes.any(|class| class.name.eq_ignore_ascii_case(name))
    }

    fn is_django(&self, table: &TableId) -> bool {
        let database = &self.databases[table.database];
        let models = database.models.as_deref();
        models.map_or(database.orm, |models| models.orm) == Some(Orm::Django)
    }

    /// Whether a row may be one of a class below that knows the name.
    fn below(&self, class: ClassId, name: &str, how: Asking) -> bool {
        if !matches!(how, Asking::OfRow | Asking::OfVariable) {
            return false;
        }
        self.python
            .modules
            .iter()
            .enumerate()
            .any(|(module, info)| {
                (0..info.facts.classes.len()).any(|index| {
                    let other = ClassId { module, index };
                    let facts = self.python.class(other);
                    let has = facts.fields.iter().any(|field| field.name == name)
                        || self.python.own_method(other, name).is_some();
                    has && other != class && self.python.ancestry(other).classes.contains(&class)
                })
            })
    }
}
