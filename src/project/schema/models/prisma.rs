//! Prisma schemas: which files make one, and what the names in it mean.

mod joins;
mod tables;
mod types;

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;

use super::{Models, Orm};
use crate::discover::Unit;
use crate::facts::FileOutcome;
use crate::facts::prisma::{Enum, Field, Model, Schema};
use crate::facts::schema::{Dialect, Ident};
use crate::source::{FileId, Span};

/// The schemas of the project.
pub(super) fn models<'a>(units: &'a [Unit], outcomes: &'a [FileOutcome]) -> Vec<Models<'a>> {
    let mut documents: Vec<Document> = units
        .iter()
        .zip(outcomes)
        .filter_map(|(unit, outcome)| {
            let schema = outcome.facts.prisma.as_ref()?;
            Some(Document { unit, schema })
        })
        .collect();
    documents.sort_by_key(|document| &document.unit.path);
    let sets = sets(documents).into_iter();
    sets.filter_map(into_models).collect()
}

/// One file of a schema.
#[derive(Clone, Copy)]
struct Document<'a> {
    unit: &'a Unit,
    schema: &'a Schema,
}

impl<'a> Document<'a> {
    fn folder(self) -> &'a Utf8Path {
        self.unit.path.parent().unwrap_or(Utf8Path::new(""))
    }
}

/// The files of each schema; the first says which database it is, where any does.
///
/// A file that names a database takes in those without one in its folder and below; if none lies
/// above them, those in the folder above and beside it. What no such file takes in makes a schema
/// by folder.
fn sets(documents: Vec<Document>) -> Vec<Vec<Document>> {
    let (sources, rest): (Vec<Document>, Vec<Document>) = documents
        .into_iter()
        .partition(|document| document.schema.source.is_some());
    let mut folders: BTreeMap<&Utf8Path, Vec<usize>> = BTreeMap::new();
    for (nth, source) in sources.iter().enumerate() {
        folders.entry(source.folder()).or_default().push(nth);
    }
    let mut sets: Vec<Vec<Document>> = sources.into_iter().map(|source| vec![source]).collect();
    let mut loose: BTreeMap<&Utf8Path, Vec<Document>> = BTreeMap::new();
    for document in rest {
        let folder = document.folder();
        let above = folder.ancestors().find_map(|above| folders.get(above));
        let near = || {
            let mut near = folder
                .ancestors()
                .take(2)
                .map(|above| sources_below(&folders, above));
            near.find(|sources| !sources.is_empty())
        };
        let owners = above.cloned().or_else(near).unwrap_or_default();
        match owners[..] {
            [] => loose.entry(folder).or_default().push(document),
            [only] => sets[only].push(document),
            // Nobody knows for which of the databases it is.
            _ => {}
        }
    }
    sets.extend(loose.into_values());
    sets
}

/// The files in a folder and below that name a database.
fn sources_below(folders: &BTreeMap<&Utf8Path, Vec<usize>>, folder: &Utf8Path) -> Vec<usize> {
    let below = folders.range(folder..);
    let below = below.take_while(|(other, _)| other.starts_with(folder));
    below.flat_map(|(_, sources)| sources.clone()).collect()
}

fn into_models(set: Vec<Document>) -> Option<Models> {
    let source = set[0].schema.source.as_ref();
    let provider = source.and_then(|source| source.provider.as_deref());
    if matches!(provider, Some("mongodb" | "cockroachdb")) {
        return None;
    }
    let folders = set.iter().map(|document| document.folder());
    let root = folders.reduce(common).unwrap_or(Utf8Path::new(""));
    Some(Models {
        orm: Orm::Prisma,
        root: root.to_owned(),
        dialect: set.iter().find_map(|document| document.unit.dialect),
        lower: Box::new(move |dialect| tables::statements(&Names::new(&set, dialect))),
    })
}

fn common<'a>(left: &'a Utf8Path, right: &Utf8Path) -> &'a Utf8Path {
    let mut above = left.ancestors();
    let shared = above.find(|folder| right.starts_with(folder));
    shared.unwrap_or(Utf8Path::new(""))
}

/// What the names in a schema mean.
struct Names<'a> {
    dialect: Dialect,
    emulates_relations: bool,
    models: BTreeMap<&'a str, Entry<'a>>,
    enums: BTreeMap<&'a str, (FileId, &'a Enum)>,
    /// Views and composite types.
    others: BTreeSet<&'a str>,
}

/// A model, with its fields by name.
struct Entry<'a> {
    file: FileId,
    model: &'a Model,
    fields: BTreeMap<&'a str, &'a Field>,
}

/// What the type of a field is.
enum Meaning<'a> {
    Scalar,
    Enum(&'a Enum),
    /// A model, a view, a composite type: no column.
    Other,
    Unknown,
}

impl<'a> Names<'a> {
    fn new(set: &[Document<'a>], dialect: Dialect) -> Self {
        let source = set[0].schema.source.as_ref();
        let mut names = Self {
            dialect,
            emulates_relations: source.is_some_and(|source| source.emulates_relations),
            models: BTreeMap::new(),
            enums: BTreeMap::new(),
            others: BTreeSet::new(),
        };
        // What a draft says anew replaces what the project says; else the file with the database
        // comes first, and a copy of what it holds says nothing new.
        let (drafts, rest): (Vec<&Document>, Vec<_>) = set.iter().partition(|it| it.unit.draft);
        for document in drafts.into_iter().chain(rest) {
            let file = document.unit.file;
            for model in &document.schema.models {
                let fields = model.fields.iter();
                let entry = Entry {
                    file,
                    model,
                    fields: fields
                        .map(|field| (field.name.name.as_str(), field))
                        .collect(),
                };
                names.models.entry(&model.name.name).or_insert(entry);
            }
            let enums = document.schema.enums.iter();
            for of in enums {
                names.enums.entry(&of.name.name).or_insert((file, of));
            }
            let others = document.schema.others.iter();
            names.others.extend(others.map(String::as_str));
        }
        names
    }

    /// A name as the database compares it.
    fn ident(&self, name: &str, span: Span) -> Ident {
        Ident {
            name: self.dialect.stored(name),
            span,
        }
    }

    /// The models, in the order in which they stand.
    fn in_order(&self) -> Vec<&Entry<'a>> {
        let mut entries: Vec<&Entry> = self.models.values().collect();
        entries.sort_by_key(|entry| (entry.file, entry.model.span));
        entries
    }

    fn meaning(&self, field: &Field) -> Meaning<'a> {
        let name = field.ty.name.as_str();
        if field.unsupported.is_some() || types::is_scalar(name) {
            Meaning::Scalar
        } else if let Some((_, found)) = self.enums.get(name) {
            Meaning::Enum(found)
        } else if self.models.contains_key(name) || self.others.contains(name) {
            Meaning::Other
        } else {
            Meaning::Unknown
        }
    }
}
