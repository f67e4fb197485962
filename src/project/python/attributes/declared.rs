//! Names of fields in what Django and REST framework read from class bodies: forms, serializers,
//! administration, generic views, and the options of models.

use super::{Asking, Search, Unheld};
use crate::facts::Answer;
use crate::facts::python::{Call, Class, Value};
use crate::project::python::index::{ClassId, Scope, last_name};
use crate::source::Span;

/// What such a class is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reader {
    Admin,
    Filter,
    Form,
    Serializer,
    View,
}

/// Options of administration that name fields.
const OF_ADMIN: [&str; 10] = [
    "autocomplete_fields",
    "date_hierarchy",
    "fields",
    "fieldsets",
    "list_display",
    "list_editable",
    "list_filter",
    "ordering",
    "readonly_fields",
    "search_fields",
];

/// Options of models that name fields.
const OF_MODEL: [&str; 7] = [
    "constraints",
    "get_latest_by",
    "index_together",
    "indexes",
    "order_with_respect_to",
    "ordering",
    "unique_together",
];

impl Search<'_, '_> {
    /// The names that the body of a class asks of a model.
    pub(super) fn declared(&self, id: ClassId) -> Vec<Unheld> {
        let class = self.python.class(id);
        let names = |of: &Class| -> Vec<(String, String, Span)> {
            let fields = of.fields.iter();
            let listed = fields.flat_map(|field| {
                let value = field.value.as_ref();
                let names = value.map(strings).unwrap_or_default();
                let own = |(name, span)| (field.name.clone(), name, span);
                names.into_iter().map(own).collect::<Vec<_>>()
            });
            listed.collect()
        };
        let listed = names(class);
        let is_lost = |(_, name, _): &(String, String, Span)| {
            let name = name.trim_start_matches(['-', '+', '^', '=', '@', '$']);
            name.split("__").any(|part| self.lost.contains(part))
        };
        if !listed.iter().any(is_lost) {
            return Vec::new();
        }
        let Some((model, how, options, of)) = self.reads(id) else {
            return Vec::new();
        };
        let listed = listed.into_iter().filter(|it| is_lost(it));
        let asked = listed.filter(|(option, _, _)| options.contains(&option.as_str()));
        let found = asked.filter_map(|(_, written, span)| {
            let name = written.trim_start_matches(['-', '+', '^', '=', '@', '$']);
            let at = self.python.loc(id.module, span);
            if of.is_some_and(|of| self.declares(of, name)) {
                return None;
            }
            let (class, name) = self.end_of(model, &mut name.split("__"))?;
            self.asked(class, name, at, how)
        });
        found.collect()
    }

    /// The model that a class body is about, what it is told for, the options that name fields, and
    /// the class whose own names count as well.
    fn reads(
        &self,
        id: ClassId,
    ) -> Option<(ClassId, Asking, &'static [&'static str], Option<ClassId>)> {
        let class = self.python.class(id);
        let scope = Scope {
            module: id.module,
            function: None,
        };
        let named = |class: &Class| match field(class, "model") {
            Some(Value::Name(name, _)) => self.class(scope, name),
            _ => None,
        };
        let Some(outer) = class.name.strip_suffix(".Meta") else {
            return match self.kind(id)? {
                Reader::Admin => {
                    let model = self.registered(id).or_else(|| named(class))?;
                    Some((model, Asking::Form, &OF_ADMIN, Some(id)))
                }
                Reader::View => Some((named(class)?, Asking::Form, &["fields"], None)),
                _ => None,
            };
        };
        let index = *self.python.modules[id.module].classes.get(outer)?;
        let outer = ClassId {
            module: id.module,
            index,
        };
        match self.kind(outer) {
            Some(Reader::Form | Reader::Filter) => {
                Some((named(class)?, Asking::Form, &["fields"], Some(outer)))
            }
            Some(Reader::Serializer) => {
                Some((named(class)?, Asking::Serializer, &["fields"], Some(outer)))
            }
            Some(_) => None,
            None => {
                let table = self.tables.of_class(self.python, outer)?;
                let is_model = self.is_django(table);
                is_model.then_some((outer, Asking::Option, &OF_MODEL[..], None))
            }
        }
    }

    /// What a class is, by what it descends from; `None` where some base is not known.
    fn kind(&self, class: ClassId) -> Option<Reader> {
        let descends = |package: &'static str, names: &'static [&'static str]| {
            let is_base =
                move |path: &str| path.starts_with(package) && names.contains(&last_name(path));
            self.python.descends(class, is_base) == Answer::Yes
        };
        if self.python.ancestry(class).open {
            return None;
        }
        const ADMIN: [&str; 4] = ["ModelAdmin", "StackedInline", "TabularInline", "UserAdmin"];
        const SERIALIZERS: [&str; 2] = ["HyperlinkedModelSerializer", "ModelSerializer"];
        const VIEWS: [&str; 3] = ["CreateView", "ModelFormMixin", "UpdateView"];
        if descends("rest_framework", &SERIALIZERS) {
            Some(Reader::Serializer)
        } else if descends("django.contrib", &ADMIN) {
            Some(Reader::Admin)
        } else if descends("django.forms", &["ModelForm"]) {
            Some(Reader::Form)
        } else if descends("django_filters", &["FilterSet"]) {
            Some(Reader::Filter)
        } else if descends("django.views", &VIEWS) {
            Some(Reader::View)
        } else {
            None
        }
    }

    /// The model that `@admin.register(Order)` or `admin.site.register(Order, OrderAdmin)` names.
    fn registered(&self, id: ClassId) -> Option<ClassId> {
        let scope = Scope {
            module: id.module,
            function: None,
        };
        let model = |call: &Call| match call.args.first() {
            Some(Value::Name(name, _)) => self.class(scope, name),
            _ => None,
        };
        let is_register = |call: &&Call| last_name(&call.callee) == "register";
        let decorators = self.python.class(id).decorators.iter();
        let mut decorators = decorators.map(|it| &it.call).filter(is_register);
        if let Some(call) = decorators.find(|call| call.args.len() == 1) {
            return model(call);
        }
        let calls = self.python.modules[id.module].facts.calls.iter();
        let mut calls = calls
            .filter(is_register)
            .filter(|call| match call.args.get(1) {
                Some(Value::Name(name, _)) => self.class(scope, name) == Some(id),
                _ => false,
            });
        match (calls.next(), calls.next()) {
            (Some(only), None) => model(only),
            _ => None,
        }
    }

    /// Whether a class has a field or method of its own of that name, or may get one from the form
    /// that it uses.
    fn declares(&self, class: ClassId, name: &str) -> bool {
        let ancestry = self.python.ancestry(class);
        ancestry.classes.iter().any(|&id| {
            let mut fields = self.python.class(id).fields.iter();
            fields.any(|field| field.name == name || field.name == "form")
                || self.python.own_method(id, name).is_some()
        })
    }

    /// The model of the project that a field of Django leads to.
    pub(super) fn related(&self, class: ClassId, name: &str) -> Option<ClassId> {
        let ancestry = self.python.ancestry(class);
        ancestry.classes.iter().find_map(|&id| {
            let Some(Value::Call(call)) = field(self.python.class(id), name) else {
                return None;
            };
            let relation = ["ForeignKey", "OneToOneField", "ManyToManyField"];
            let relates = relation.contains(&last_name(&call.callee));
            let named = call.keywords.iter().find(|it| it.name == "to");
            let to = call.args.first().or(named.map(|it| &it.value));
            let scope = Scope {
                module: id.module,
                function: None,
            };
            match to.filter(|_| relates)? {
                Value::Name(name, _) => self.class(scope, name),
                Value::Str(name, _) if !name.contains('.') => self.class(scope, name),
                _ => None,
            }
        })
    }
}

fn field<'c>(class: &'c Class, name: &str) -> Option<&'c Value> {
    let mut fields = class.fields.iter().rev();
    fields.find(|field| field.name == name)?.value.as_ref()
}

/// The names in an option: a string, a list of some, and those that stand behind `fields` in
/// dictionaries and calls.
fn strings(value: &Value) -> Vec<(String, Span)> {
    let mut found = Vec::new();
    let mut left = vec![value];
    while let Some(value) = left.pop() {
        match value {
            Value::Str(text, span) => found.push((text.clone(), *span)),
            Value::List(values) | Value::Joined(values) => left.extend(values),
            Value::Dict(pairs) => {
                let is_fields =
                    |key: &Value| matches!(key, Value::Str(text, _) if text == "fields");
                left.extend(
                    pairs
                        .iter()
                        .filter(|(key, _)| is_fields(key))
                        .map(|(_, it)| it),
                );
            }
            Value::Call(call) => {
                let fields = call.keywords.iter().filter(|it| it.name == "fields");
                left.extend(fields.map(|it| &it.value));
            }
            _ => {}
        }
    }
    found
}
