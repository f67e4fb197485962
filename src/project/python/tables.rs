//! Which table of which database a class or a name in the code means.

use std::collections::{BTreeMap, BTreeSet};

use super::index::{ClassId, Python, Scope, last_name};
use super::names::Target;
use crate::facts::python::Field;
use crate::project::schema::{Database, TableKey};
use crate::source::{FileId, Span};

/// A table of one of the databases.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TableId {
    /// The place of the database among those of the project.
    pub database: usize,
    /// Its key.
    pub key: TableKey,
}

/// The tables of all databases, by what the code calls them.
#[derive(Debug, Default)]
pub(super) struct Tables {
    by_class: BTreeMap<ClassId, TableId>,
    /// By the name of the class, for names that do not resolve; several classes have none.
    by_class_name: BTreeMap<String, BTreeSet<TableId>>,
    /// By their own name, in lower case.
    by_name: BTreeMap<String, BTreeSet<TableId>>,
}

impl Tables {
    /// Finds the class behind each table that models declare.
    pub(super) fn new(python: &Python, databases: &[Database]) -> Self {
        let mut tables = Self::default();
        let classes = Classes::new(python);
        for (number, database) in databases.iter().enumerate() {
            let id = |key: &TableKey| TableId {
                database: number,
                key: key.clone(),
            };
            for key in database.tables.keys() {
                let name = key.name.to_lowercase();
                tables.by_name.entry(name).or_default().insert(id(key));
            }
            let models = match (&database.models, database.orm) {
                (Some(models), _) => &**models,
                (None, Some(_)) => database,
                (None, None) => continue,
            };
            for (key, table) in &models.tables {
                let Some(class) = classes.around(table.at.file, table.at.span) else {
                    continue;
                };
                // A field that pairs rows makes a table as well, which is not that of the class.
                let mut fields = python.class(class).fields.iter();
                let by_field = |field: &Field| field.span.contains(table.at.span);
                if fields.any(|field| by_field(field) && !field.name.starts_with("__")) {
                    continue;
                }
                let name = last_name(&python.class(class).name).to_owned();
                let named = tables.by_class_name.entry(name).or_default();
                named.insert(id(key));
                tables.by_class.insert(class, id(key));
            }
        }
        tables
    }

    /// The table of a class, or of the nearest class that it descends from.
    pub(super) fn of_class(&self, python: &Python, class: ClassId) -> Option<&TableId> {
        let own = self.by_class.get(&class);
        own.or_else(|| {
            let ancestry = python.ancestry(class);
            ancestry.classes.iter().find_map(|it| self.by_class.get(it))
        })
    }

    /// The table that a name in a statement means.
    pub(super) fn named(&self, name: &str) -> Option<&TableId> {
        only(self.by_name.get(&name.to_lowercase())?)
    }

    /// The table of the class that a name in the code means.
    pub(super) fn of(&self, python: &Python, scope: Scope, entity: &str) -> Option<&TableId> {
        match python.resolve(scope, entity) {
            Target::Class(class) | Target::Instance(class) => self.of_class(python, class),
            // What a library calls like a model is none.
            Target::External(_) | Target::Function(_) => None,
            _ => only(self.by_class_name.get(last_name(entity))?),
        }
    }
}

fn only(tables: &BTreeSet<TableId>) -> Option<&TableId> {
    tables.first().filter(|_| tables.len() == 1)
}

/// The classes of each file, in order of place.
struct Classes {
    by_file: BTreeMap<FileId, Vec<(Span, ClassId)>>,
}

impl Classes {
    fn new(python: &Python) -> Self {
        let mut by_file: BTreeMap<FileId, Vec<(Span, ClassId)>> = BTreeMap::new();
        for (module, info) in python.modules.iter().enumerate() {
            let classes = by_file.entry(info.file).or_default();
            for (index, class) in info.facts.classes.iter().enumerate() {
                classes.push((class.span, ClassId { module, index }));
            }
        }
        by_file.values_mut().for_each(|classes| classes.sort());
        Self { by_file }
    }

    /// The outermost class that holds a place: a model, whatever stands inside of it.
    fn around(&self, file: FileId, place: Span) -> Option<ClassId> {
        let classes = self.by_file.get(&file)?;
        let before = classes.partition_point(|(span, _)| span.start <= place.start);
        let mut holding = classes[..before].iter().rev();
        // Classes inside of a class follow it, and end before it does.
        let (_, class) = holding.find(|(span, _)| span.contains(place))?;
        Some(*class)
    }
}
