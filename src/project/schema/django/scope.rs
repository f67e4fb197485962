//! What names mean where a field of Django is written.

use super::apps::Apps;
use super::field::ModelKey;
use super::library::{self, Known};
use crate::facts::python::{Call, Keyword, ParamKind, Value};
use crate::project::python::{ClassId, Python, Scope as PythonScope, Target};
use crate::source::{FileId, Span};

/// The place where fields of a model are written.
#[derive(Clone, Copy, Debug)]
pub(in crate::project::schema) struct Scope<'s> {
    /// The Python of the project.
    pub python: &'s Python<'s>,
    /// Its applications.
    pub apps: &'s Apps,
    /// The module they are written in.
    pub module: usize,
    /// The model they belong to.
    pub model: &'s ModelKey,
}

impl Scope<'_> {
    pub(super) fn file(&self) -> FileId {
        self.python.modules[self.module].file
    }

    fn resolve(&self, name: &str) -> Target {
        let scope = PythonScope {
            module: self.module,
            function: None,
        };
        self.python.resolve(scope, name)
    }

    /// What is known of the field that a call makes; `None` if it makes none.
    pub(super) fn field_class(&self, call: &Call) -> Option<Known> {
        match self.resolve(&call.callee) {
            Target::External(path) => library::field(&path),
            Target::Class(class) => self.own_field(class),
            Target::Unknown => {
                let stars = &self.python.modules[self.module].facts.star_imports;
                let is_django = stars.iter().any(|star| star.starts_with("django."));
                let package = if is_django { "django" } else { "" };
                library::field(&format!("{package}.{}", call.callee))
                    .or_else(|| library::field(&format!(".{}", call.callee)))
            }
            _ => None,
        }
    }

    /// A class of fields that the project has written: what it descends from, as far as the class
    /// leaves that alone.
    fn own_field(&self, class: ClassId) -> Option<Known> {
        let ancestry = self.python.ancestry(class);
        let mut known = ancestry
            .external
            .iter()
            .find_map(|path| library::field(path));
        let name = &self.python.class(class).name;
        if known.is_none() && ancestry.open {
            known = library::field(&format!(".{name}"));
        }
        let mut known = known?;
        let defines = |name: &str| {
            let own = ancestry.classes.iter();
            own.copied()
                .any(|class| self.python.own_method(class, name).is_some())
        };
        let is_relation = matches!(
            known.is.as_deref(),
            Some("ForeignKey" | "OneToOneField" | "ManyToManyField")
        );
        if !is_relation && (defines("db_type") || defines("get_internal_type")) {
            known.is = None;
            known.ty = None;
        }
        for class in ancestry.classes {
            self.construct(class, &mut known);
        }
        Some(known)
    }

    /// Adds what the constructor of a class of fields sets. What the class nearer to the call says
    /// counts.
    fn construct(&self, class: ClassId, known: &mut Known) {
        let Some(method) = self.python.own_method(class, "__init__") else {
            return;
        };
        let method = self.python.function(method);
        let mut params = method.params.iter();
        known.own_length |= !params.any(|param| param.kind == ParamKind::KeywordArgs);
        let scope = Self {
            module: class.module,
            ..*self
        };
        for given in &method.given {
            let value = scope.constant(&given.value);
            known.own_length |= given.name == "max_length" && !matches!(value, Value::Int(_));
            let set = match given.default {
                true => &mut known.set.0,
                false => &mut known.set.1,
            };
            if !set.iter().any(|keyword| keyword.name == given.name) {
                set.push(Keyword {
                    name: given.name.clone(),
                    value,
                    span: Span::default(),
                });
            }
        }
    }

    /// Which of some classes of Django a callee is, or descends from.
    pub(super) fn class<'c>(&self, callee: &str, classes: &[&'c str]) -> Option<&'c str> {
        let known = |path: &str| {
            let name = path.rsplit('.').next();
            classes.iter().find(|class| name == Some(**class)).copied()
        };
        match self.resolve(callee) {
            Target::External(path) => known(&path),
            Target::Class(class) => {
                let ancestry = self.python.ancestry(class);
                ancestry.external.iter().find_map(|path| known(path))
            }
            Target::Unknown => known(callee),
            _ => None,
        }
    }

    /// The model that a value names.
    pub(super) fn model(&self, value: &Value) -> Option<ModelKey> {
        let path = self.python.modules[self.module].path;
        match value {
            Value::Str(name, _) if name == "self" => Some(self.model.clone()),
            Value::Str(name, _) => match name.split_once('.') {
                Some(_) => ModelKey::dotted(name),
                None => Some(ModelKey::new(&self.model.app, name)),
            },
            Value::Name(name, _) if name.ends_with("AUTH_USER_MODEL") => Some(self.apps.user(path)),
            Value::Name(name, _) => match self.resolve(name) {
                Target::Class(class) => self.apps.key(self.python, class),
                Target::External(name) => match name.strip_prefix("django.conf.settings.") {
                    Some(setting) => match self.apps.setting(path, setting)? {
                        (_, Value::Str(name, _)) => ModelKey::dotted(name),
                        _ => None,
                    },
                    None => ModelKey::of_library(&name),
                },
                Target::Object(_) => match self.constant(value) {
                    text @ Value::Str(..) => self.model(&text),
                    Value::Call(call) => self.model(&Value::Call(call)),
                    _ => None,
                },
                _ => None,
            },
            Value::Call(call) if call.callee.ends_with("get_user_model") => {
                Some(self.apps.user(path))
            }
            _ => None,
        }
    }

    /// A value, or the constant it names.
    pub(in crate::project::schema) fn constant(&self, value: &Value) -> Value {
        self.named(value)
            .map_or_else(|| value.clone(), |(_, it)| it)
    }

    /// The constant that a value names, of a module or of a class, with the module it stands in.
    pub(in crate::project::schema) fn named(&self, value: &Value) -> Option<(usize, Value)> {
        let Value::Name(name, _) = value else {
            return None;
        };
        match self.resolve(name) {
            Target::Object(object) => {
                let value = self.python.object(object).value.clone();
                return Some((object.scope.module, value));
            }
            Target::External(path) => {
                let setting = path.strip_prefix("django.conf.settings.")?;
                let path = self.python.modules[self.module].path;
                return self.apps.setting(path, setting).cloned();
            }
            _ => {}
        }
        let (owner, attribute) = name.rsplit_once('.')?;
        let Target::Class(owner) = self.resolve(owner) else {
            return None;
        };
        let classes = self.python.ancestry(owner).classes.into_iter();
        let mut found = classes.filter_map(|class| {
            let fields = &self.python.class(class).fields;
            let field = fields.iter().rfind(|field| field.name == attribute)?;
            Some((class.module, field.value.clone()?))
        });
        found.next()
    }

    /// A text.
    pub(in crate::project::schema) fn text(&self, value: &Value) -> Option<String> {
        match self.constant(value) {
            Value::Str(text, _) => Some(text),
            _ => None,
        }
    }

    /// A number.
    pub(in crate::project::schema) fn number(&self, value: &Value) -> Option<i64> {
        match self.constant(value) {
            Value::Int(number) => Some(number),
            _ => None,
        }
    }

    /// A truth; one that cannot be read is `unread`.
    pub(super) fn flag(&self, value: &Value, flag: &mut bool, unread: &mut bool) {
        match self.constant(value) {
            Value::Bool(said) => *flag = said,
            Value::Int(said) => *flag = said != 0,
            Value::None => *flag = false,
            _ => *unread = true,
        }
    }

    /// The keyword arguments of a call of a class of fields: those of `**CONSTANT` among them, and
    /// what constructors set.
    pub(super) fn keywords(&self, call: &Call, known: &Known) -> Vec<Keyword> {
        let at = |keyword: &Keyword| Keyword {
            span: call.span,
            ..keyword.clone()
        };
        let mut keywords: Vec<Keyword> = known.set.0.iter().map(at).collect();
        for keyword in &call.keywords {
            match (keyword.name.as_str(), self.constant(&keyword.value)) {
                ("**", Value::Dict(pairs)) => {
                    keywords.extend(pairs.into_iter().map(|(key, value)| Keyword {
                        name: match key {
                            Value::Str(name, _) => name,
                            _ => "**".to_owned(),
                        },
                        value,
                        span: keyword.span,
                    }));
                }
                _ => keywords.push(keyword.clone()),
            }
        }
        keywords.extend(known.set.1.iter().map(at));
        keywords
    }
}
