//! The models of Django: classes that descend from `django.db.models.Model`, as the schema they
//! ask for. Knows no migrations.

mod classes;
mod meta;

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;

use super::{Models, Orm};
use crate::facts::python::Value;
use crate::facts::schema::{Action, Ident};
use crate::project::python::{ClassId, Python};
use crate::project::schema::django::{
    Apps, Field, Kind, Known, Model, ModelKey, Options, Relation, Scope, State, library,
};
use classes::{Class, Classes, Origin, Parent};

/// The label of the application of a draft that names none.
const DRAFT: &str = "app";

/// The models of each Django project.
pub(super) fn models<'a>(python: &'a Python<'a>) -> Vec<Models<'a>> {
    let is_django = |module: &crate::facts::python::Module| {
        let mut imports = module.imports.iter();
        imports.any(|import| import.path.split('.').next() == Some("django"))
    };
    if !python.modules.iter().any(|module| is_django(module.facts)) {
        return Vec::new();
    }
    let apps = Apps::new(python);
    let reader = Reader {
        python,
        classes: Classes::new(python, &apps),
        apps: &apps,
    };
    let mut projects: BTreeMap<&Utf8Path, BTreeMap<ModelKey, Model>> = BTreeMap::new();
    for class in reader.classes.concrete() {
        let root = apps.root(python.modules[class.module].path);
        if let Some(model) = reader.model(class) {
            let models = projects.entry(root).or_default();
            models.entry(model.key.clone()).or_insert(model);
        }
    }
    let projects = projects.into_iter().map(|(root, models)| Models {
        orm: Orm::Django,
        root: root.to_owned(),
        dialect: apps.settings(root).and_then(|settings| settings.dialect),
        lower: Box::new(move |dialect| {
            let state = State {
                dialect,
                models: models.clone(),
            };
            let made = state.models.values().map(|model| state.create(model));
            made.flatten().collect()
        }),
    });
    projects.collect()
}

#[cfg(test)]
mod tests;

/// Reads classes into models.
struct Reader<'r> {
    python: &'r Python<'r>,
    classes: Classes<'r>,
    apps: &'r Apps,
}

impl Reader<'_> {
    /// Django installs no model outside of applications; only a draft need not tell of which.
    fn key(&self, class: ClassId) -> Option<ModelKey> {
        let known = self.apps.key(self.python, class);
        let is_draft = self.python.modules[class.module].draft;
        known.or_else(|| is_draft.then(|| ModelKey::new(DRAFT, &self.python.class(class).name)))
    }

    fn model(&self, class: ClassId) -> Option<Model> {
        let module = class.module;
        let facts = self.python.class(class);
        let key = self.key(class)?;
        let path = self.python.modules[module].path;
        let mut model = Model {
            name: Ident {
                name: facts.name.rsplit('.').next()?.to_owned(),
                span: facts.name_span,
            },
            file: self.python.modules[module].file,
            table: None,
            fields: Vec::new(),
            unique_together: Vec::new(),
            index_together: Vec::new(),
            indexes: Vec::new(),
            constraints: Vec::new(),
            managed: true,
            proxy_of: None,
            auto_field: self.apps.project_auto_field(path).to_owned(),
            marks_deleted: marks_deleted(self.python, class),
            open: self.classes.is_open(class),
            key: key.clone(),
        };
        meta::read(self, class, &mut model);
        let parents = self.classes.parents(class);
        if self.classes.of(class) == Some(Class::Proxy) {
            model.proxy_of = Some(self.parent_key(parents.first()?)?);
            return Some(model);
        }
        self.inherit(class, &mut model);
        for parent in parents.iter().rev() {
            self.link(&self.parent_key(parent)?, &mut model);
        }
        if model.key_field().is_none() && model.composite_key().is_none() {
            let kind = Kind::Plain(self.apps.auto_field(path).to_owned());
            let field = made_up(&model, "id", kind);
            model.fields.insert(0, field);
        }
        Some(model)
    }

    fn parent_key(&self, parent: &Parent) -> Option<ModelKey> {
        match parent {
            Parent::Own(class) => self.key(*class),
            Parent::Package(key) => Some(key.clone()),
        }
    }

    /// The fields of the class and of the abstract models it descends from. What is nearer hides
    /// what is farther; what was declared first stands first.
    fn inherit(&self, class: ClassId, model: &mut Model) {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut found = Vec::new();
        for origin in self.classes.lineage(class) {
            let fields: Vec<Field> = match origin {
                Origin::Own(class) => self.declared(class, model, &mut seen),
                Origin::Package(fields) => fields
                    .iter()
                    .filter(|(name, _)| seen.insert(name))
                    .map(|(name, known)| of_package(model, name, known))
                    .collect(),
            };
            found.push((origin, fields));
        }
        let order = self.classes.declared_order(class);
        found.sort_by_key(|(origin, _)| order.iter().position(|it| it == origin));
        let fields = found.into_iter().flat_map(|(_, fields)| fields);
        model.fields.splice(0..0, fields);
    }

    /// The fields that the body of a class declares, for a model that takes them over. The last
    /// assignment of a name counts.
    fn declared<'s>(
        &'s self,
        class: ClassId,
        model: &Model,
        seen: &mut BTreeSet<&'s str>,
    ) -> Vec<Field> {
        let scope = Scope {
            python: self.python,
            apps: self.apps,
            module: class.module,
            model: &model.key,
        };
        let mut found = Vec::new();
        for field in self.python.class(class).fields.iter().rev() {
            let Some(value) = &field.value else { continue };
            if !seen.insert(&field.name) {
                continue;
            }
            let Value::Call(call) = value else { continue };
            let name = Ident {
                name: field.name.clone(),
                span: field.name_span,
            };
            let Some(read) = Field::read(&scope, name, call) else {
                continue;
            };
            let read = Field {
                span: field.span,
                ..read
            };
            found.extend(read.beside(&scope, call));
            found.push(read);
        }
        found.reverse();
        found
    }

    /// The field that leads to the row of a model that this one extends.
    fn link(&self, to: &ModelKey, model: &mut Model) {
        let has_key = model.key_field().is_some();
        let declared = model.fields.iter_mut().find(|field| {
            matches!(&field.kind, Kind::Relation(relation)
                if relation.parent_link && relation.to.as_ref() == Some(to))
        });
        if let Some(declared) = declared {
            declared.options.primary_key |= !has_key;
            return;
        }
        let relation = Relation {
            to: Some(to.clone()),
            to_field: None,
            on_delete: Some((Action::Cascade, model.name.span)),
            by_database: false,
            constrained: true,
            parent_link: true,
        };
        let name = format!("{}_ptr", to.name);
        let mut field = made_up(model, &name, Kind::Relation(relation));
        field.options.primary_key = !has_key;
        field.options.unique = true;
        field.options.indexed = true;
        model.fields.insert(0, field);
    }
}

/// Whether a model and its manager see to deletes themselves, and save the row instead of removing it.
fn marks_deleted(python: &Python, class: ClassId) -> bool {
    let ancestry = python.ancestry(class);
    if ancestry
        .external
        .iter()
        .any(|path| library::marks_deleted(path))
    {
        return true;
    }
    let is_last = |callee: &str, name: &str| callee.rsplit('.').next() == Some(name);
    let saves = python.method(class, "delete").is_some_and(|method| {
        let mut calls = python.function(method).calls.iter();
        calls.any(|call| is_last(&call.callee, "save") || is_last(&call.callee, "update"))
    });
    let mut fields = ancestry
        .classes
        .iter()
        .flat_map(|class| &python.class(*class).fields);
    let has_manager = fields.any(|field| {
        let manager = matches!(field.name.as_str(), "objects" | "_default_manager");
        manager
            && matches!(&field.value, Some(Value::Call(call)) if !is_last(&call.callee, "Manager"))
    });
    saves && has_manager
}

/// A field that no line of the class declares.
fn made_up(model: &Model, name: &str, kind: Kind) -> Field {
    Field {
        name: Ident {
            name: name.to_owned(),
            span: model.name.span,
        },
        file: model.file,
        span: model.name.span,
        class: model.name.span,
        kind,
        options: Options {
            primary_key: true,
            ..Options::default()
        },
    }
}

/// A field of an abstract model of a package.
fn of_package(model: &Model, name: &str, known: &Known) -> Field {
    let kind = known.kind();
    let mut field = made_up(model, name, kind);
    field.options = Options::of(known);
    field
}
