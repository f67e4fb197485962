//! The applications of Django projects: which folder is which, under what label, and what the
//! settings say that decides about tables.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::field::ModelKey;
use crate::facts::python::{Class, Value};
use crate::facts::schema::Dialect;
use crate::project::python::{ClassId, Place, Python};

/// A primary key that numbers itself, where nothing says how wide it is: before Django 6 that is an
/// `AutoField`, since then a `BigAutoField`.
pub(super) const SOME_AUTO_FIELD: &str = "SomeAutoField";

/// All applications of all projects.
#[derive(Debug, Default)]
pub(in crate::project::schema) struct Apps {
    /// Applications by their folder: those that settings list, that configure themselves or have
    /// migrations.
    apps: BTreeMap<Utf8PathBuf, App>,
    /// Folders that only hold models, which makes them applications where none is around them.
    folders: BTreeSet<Utf8PathBuf>,
    /// Projects by the folder of their `manage.py`; one for the whole where there is none.
    projects: BTreeMap<Utf8PathBuf, Settings>,
}

/// An application.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct App {
    label: String,
    /// The primary key of its models that declare none.
    auto_field: Option<String>,
}

/// What the settings of a project say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::project::schema) struct Settings {
    /// `AUTH_USER_MODEL`.
    user: Option<ModelKey>,
    /// `DEFAULT_AUTO_FIELD`.
    auto_field: Option<String>,
    /// The engine of the default database.
    pub dialect: Option<Dialect>,
    /// Other settings that are constants, each with the module that says so.
    constants: BTreeMap<String, (usize, Value)>,
}

impl Apps {
    /// Finds them.
    pub(in crate::project::schema) fn new(python: &Python) -> Self {
        let mut found = Self::default();
        for module in &python.modules {
            if module.path.file_name() == Some("manage.py") {
                let root = module.path.parent().unwrap_or(Utf8Path::new(""));
                found.projects.entry(root.to_owned()).or_default();
            }
        }
        if found.projects.len() != 1 {
            found.projects.entry(Utf8PathBuf::new()).or_default();
        }
        for (number, module) in python.modules.iter().enumerate() {
            let folder = module.path.parent().unwrap_or(Utf8Path::new(""));
            match (folder.file_name(), module.path.file_name()) {
                (Some("migrations"), _) => found.add(folder.parent()),
                (Some("models"), _) => found
                    .folders
                    .extend(folder.parent().map(Utf8Path::to_owned)),
                (_, Some("models.py")) => {
                    found.folders.insert(folder.to_owned());
                }
                _ => {}
            }
            for global in module
                .facts
                .globals
                .iter()
                .filter(|it| it.name == "INSTALLED_APPS")
            {
                for name in texts(&global.value) {
                    found.add(package(python, number, name).as_deref());
                }
            }
            for class in module.facts.classes.iter().filter(|class| is_config(class)) {
                found.configure(python, number, class);
            }
        }
        for (number, module) in python.modules.iter().enumerate() {
            if module.production {
                found.set(python, number);
            }
        }
        found
    }

    /// An application that says nothing about itself.
    fn add(&mut self, folder: Option<&Utf8Path>) {
        let Some(folder) = folder else { return };
        self.apps.entry(folder.to_owned()).or_insert_with(|| App {
            label: folder.file_name().unwrap_or_default().to_owned(),
            auto_field: None,
        });
    }

    /// `class ShopConfig(AppConfig)`.
    fn configure(&mut self, python: &Python, module: usize, class: &Class) {
        let own = python.modules[module].path.parent();
        let name = field(class, "name");
        let folder = name
            .and_then(|name| package(python, module, name))
            .unwrap_or_else(|| own.unwrap_or(Utf8Path::new("")).to_owned());
        let last = |name: &str| name.rsplit('.').next().unwrap_or(name).to_owned();
        let label = field(class, "label").map(str::to_owned);
        let label = label.or(name.map(last));
        let own = folder.file_name().unwrap_or_default().to_owned();
        self.apps.insert(
            folder,
            App {
                label: label.unwrap_or(own),
                auto_field: field(class, "default_auto_field").map(last),
            },
        );
    }

    /// What a module sets, if it is one of settings. The first by path that says something wins,
    /// except that a server beats SQLite, which is what people develop with.
    fn set(&mut self, python: &Python, module: usize) {
        let info = &python.modules[module];
        let is_setting = |name: &str| name.chars().all(|c| c == '_' || c.is_ascii_uppercase());
        let is_settings = info.facts.globals.iter().any(|global| {
            matches!(
                global.name.as_str(),
                "INSTALLED_APPS" | "DATABASES" | "AUTH_USER_MODEL" | "DEFAULT_AUTO_FIELD"
            )
        });
        if !is_settings {
            return;
        }
        let root = self.root(info.path).to_owned();
        let settings = self.projects.entry(root).or_default();
        for global in &info.facts.globals {
            match (&global.value, global.name.as_str()) {
                (Value::Str(text, _), "AUTH_USER_MODEL") => {
                    settings.user = settings.user.take().or(ModelKey::dotted(text));
                }
                (Value::Str(text, _), "DEFAULT_AUTO_FIELD") => {
                    let name = text.rsplit('.').next().unwrap_or(text);
                    settings.auto_field.get_or_insert_with(|| name.to_owned());
                }
                (Value::Str(..) | Value::Int(_) | Value::Bool(_), name) if is_setting(name) => {
                    let constant = (module, global.value.clone());
                    let constants = &mut settings.constants;
                    constants.entry(name.to_owned()).or_insert(constant);
                }
                (Value::Dict(databases), "DATABASES") => {
                    let engine = engine(databases).or(info.facts.dialect);
                    settings.prefer(engine);
                }
                (_, "DATABASES") => settings.prefer(info.facts.dialect),
                _ => {}
            }
        }
    }

    /// The folder of the project that a file belongs to.
    pub(in crate::project::schema) fn root(&self, path: &Utf8Path) -> &Utf8Path {
        let mut roots = self.projects.keys().rev();
        let nearest = roots.find(|root| path.starts_with(root));
        let only = self
            .projects
            .keys()
            .next()
            .filter(|_| self.projects.len() == 1);
        nearest.or(only).map_or(Utf8Path::new(""), |root| root)
    }

    /// What the settings of the project at a root say.
    pub(in crate::project::schema) fn settings(&self, root: &Utf8Path) -> Option<&Settings> {
        self.projects.get(root)
    }

    /// The label of the application that a file belongs to.
    pub(in crate::project::schema) fn label(&self, path: &Utf8Path) -> Option<&str> {
        if let Some(app) = self.app(path) {
            return Some(&app.label);
        }
        let mut above = path.ancestors().skip(1);
        let folder = above.find_map(|folder| self.folders.get(folder));
        folder?.file_name()
    }

    fn app(&self, path: &Utf8Path) -> Option<&App> {
        path.ancestors()
            .skip(1)
            .find_map(|folder| self.apps.get(folder))
    }

    /// The field that models of the application at a path have for a primary key when they declare
    /// none.
    pub(in crate::project::schema) fn auto_field(&self, path: &Utf8Path) -> &str {
        let own = self.app(path).and_then(|app| app.auto_field.as_deref());
        own.unwrap_or_else(|| self.project_auto_field(path))
    }

    /// The same of the whole project, which holds for tables of pairs: migrations make them without
    /// asking the application.
    pub(in crate::project::schema) fn project_auto_field(&self, path: &Utf8Path) -> &str {
        let settings = self.projects.get(self.root(path));
        let said = settings.and_then(|settings| settings.auto_field.as_deref());
        said.unwrap_or(SOME_AUTO_FIELD)
    }

    /// The model of users in the project that a file belongs to.
    pub(in crate::project::schema) fn user(&self, path: &Utf8Path) -> ModelKey {
        let settings = self.projects.get(self.root(path));
        let user = settings.and_then(|settings| settings.user.clone());
        user.unwrap_or_else(|| ModelKey::new("auth", "User"))
    }

    /// The constant that a setting is, with the module that says so.
    pub(super) fn setting(&self, path: &Utf8Path, name: &str) -> Option<&(usize, Value)> {
        let settings = self.projects.get(self.root(path))?;
        settings.constants.get(name)
    }

    /// The model that a class is.
    pub(in crate::project::schema) fn key(
        &self,
        python: &Python,
        class: ClassId,
    ) -> Option<ModelKey> {
        let module = &python.modules[class.module];
        let facts = python.class(class);
        let meta = format!("{}.Meta", facts.name);
        let meta = module.classes.get(meta.as_str());
        let said = meta.and_then(|meta| field(&module.facts.classes[*meta], "app_label"));
        let label = said.or_else(|| self.label(module.path))?;
        Some(ModelKey::new(label, &facts.name))
    }
}

impl Settings {
    fn prefer(&mut self, dialect: Option<Dialect>) {
        if self.dialect.is_none() || self.dialect == Some(Dialect::Sqlite) && dialect.is_some() {
            self.dialect = dialect;
        }
    }
}

/// The folder of a package.
fn package(python: &Python, from: usize, name: &str) -> Option<Utf8PathBuf> {
    match python.tree.find(from, name) {
        Place::Module(module) => {
            let path = python.modules[module].path;
            let is_package = path.file_name() == Some("__init__.py");
            path.parent().filter(|_| is_package).map(Utf8Path::to_owned)
        }
        Place::Folder(folder) => Some(folder.into()),
        _ => None,
    }
}

/// The texts in a list, also in one that is put together.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Str(text, _) => vec![text],
        Value::List(items) | Value::Joined(items) => items.iter().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// The classes of applications are called so by all.
fn is_config(class: &Class) -> bool {
    let mut bases = class.bases.iter();
    bases.any(|base| base.ends_with("AppConfig")) && field(class, "name").is_some()
}

/// The text of a field in the body of a class.
fn field<'c>(class: &'c Class, name: &str) -> Option<&'c str> {
    let field = class.fields.iter().find(|field| field.name == name)?;
    match field.value.as_ref()? {
        Value::Str(text, _) => Some(text),
        _ => None,
    }
}

/// The engine of the default database.
fn engine(databases: &[(Value, Value)]) -> Option<Dialect> {
    let entry = |pairs: &[(Value, Value)], name: &str| {
        let named = |key: &Value| matches!(key, Value::Str(text, _) if text == name);
        let found = pairs.iter().find(|(key, _)| named(key));
        found.map(|(_, value)| value.clone())
    };
    let Value::Dict(default) = entry(databases, "default")? else {
        return None;
    };
    let Value::Str(engine, _) = entry(&default, "ENGINE")? else {
        return None;
    };
    let named = |words: &[&str]| words.iter().any(|word| engine.contains(word));
    if named(&["postgres", "postgis"]) {
        Some(Dialect::Postgres)
    } else if named(&["mysql"]) {
        Some(Dialect::Mysql)
    } else if named(&["sqlite", "spatialite"]) {
        Some(Dialect::Sqlite)
    } else if named(&["mssql", "sql_server"]) {
        Some(Dialect::Mssql)
    } else {
        None
    }
}
