//! Annotations of fields: which type of the database stands for a type of Python, and whether it
//! may be NULL.

use super::classes::Root;
use super::mapping::module_scope;
use super::terms::{Context, Terms};
use super::vocabulary;
use crate::facts::python::{Annotation, Value};
use crate::facts::sqlalchemy::term::{Call, Form, Keyword, Term};
use crate::project::python::{ClassId, Scope, Target, last_name};
use crate::source::Span;
use std::collections::BTreeMap;

/// What an annotation says of a column.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    /// It admits None.
    pub(super) optional: bool,
    /// The type, where it is known.
    pub(super) ty: Option<Term>,
    /// What stands beside the type in `Annotated[…]`.
    pub(super) metadata: Vec<Term>,
    /// It is one of a model's columns: `Mapped[…]`.
    pub(super) mapped: bool,
    /// It holds other models, or many values.
    pub(super) related: bool,
}

/// A type as it is written.
#[derive(Debug)]
struct Written<'t> {
    /// The whole of it.
    text: &'t str,
    /// Without what stands in brackets; `|` for a union.
    name: &'t str,
    inside: Vec<&'t str>,
}

/// Where an annotation is read.
#[derive(Clone, Copy)]
struct Reading<'r> {
    /// The model, whose base may say what types stand for.
    class: ClassId,
    scope: Scope,
    annotation: &'r Annotation,
    at: Span,
    fuel: u32,
}

impl Terms<'_> {
    /// Reads the annotation of a field that `holder` declares, for a model.
    pub(super) fn annotation(
        &self,
        class: ClassId,
        holder: ClassId,
        annotation: &Annotation,
    ) -> Said {
        let reading = Reading {
            class,
            scope: module_scope(holder),
            annotation,
            at: annotation.span,
            fuel: 8,
        };
        let mut said = Said::default();
        self.read_type(reading, &annotation.text, &mut said);
        said
    }

    fn read_type(&self, reading: Reading, text: &str, said: &mut Said) {
        let Some(fuel) = reading.fuel.checked_sub(1) else {
            return;
        };
        let reading = Reading { fuel, ..reading };
        let written = Written::read(text);
        if let Some(ty) = self.mapped_type(reading, &written) {
            said.ty = Some(ty);
            return;
        }
        let inner = written.inside.first().copied().unwrap_or_default();
        match last_name(written.name) {
            "|" | "Union" | "Optional" => {
                let is_none = |part: &&str| *part == "None";
                said.optional |= written.name != "|" && last_name(written.name) == "Optional"
                    || written.inside.iter().any(is_none);
                let mut others = written.inside.iter().filter(|part| !is_none(part));
                if let (Some(only), None) = (others.next(), others.next()) {
                    self.read_type(reading, only, said);
                }
            }
            "Mapped" => {
                said.mapped = true;
                let inner_at = self.place_of(reading, inner);
                self.read_type(
                    Reading {
                        at: inner_at,
                        ..reading
                    },
                    inner,
                    said,
                );
            }
            "WriteOnlyMapped" | "DynamicMapped" | "ClassVar" => said.related = true,
            "Annotated" => {
                let bound = BTreeMap::new();
                let context = self.placed(reading, &bound);
                let metadata = reading.annotation.metadata.iter();
                let metadata = metadata.map(|value| self.term(&context, value, reading.at));
                said.metadata.extend(metadata);
                self.read_type(reading, inner, said);
            }
            "Literal" => said.ty = Some(plain_enumeration(&written.inside, reading.at)),
            "list" | "List" | "set" | "Set" | "Sequence" | "Collection" | "dict" | "Dict" => {
                said.related = true;
            }
            _ => self.read_name(reading, written.name, said),
        }
    }

    fn read_name(&self, reading: Reading, name: &str, said: &mut Said) {
        let path = match self.python.resolve(reading.scope, name) {
            Target::Object(object) => {
                let global = self.python.object(object);
                let reading = Reading {
                    scope: object.scope,
                    ..reading
                };
                match &global.value {
                    Value::Type(annotation) => {
                        let reading = Reading {
                            annotation,
                            ..reading
                        };
                        self.read_alias(reading, &annotation.text, said);
                    }
                    // NewType("UserId", int)
                    Value::Call(call) => {
                        if let Some(Value::Name(name, _)) = call.args.get(1) {
                            self.read_type(reading, name, said);
                        }
                    }
                    _ => {}
                }
                return;
            }
            Target::Class(class) => {
                let lineage = self.classes.lineage(class);
                said.related |= lineage.root.is_some_and(Root::is_known);
                let is_enum = |path: &String| path.starts_with("enum.");
                if lineage.external.iter().any(is_enum) {
                    let name = last_name(&self.python.class(class).name);
                    let labels = self.members_of(class, reading.at);
                    said.ty = Some(self.enumeration(reading, &name.to_lowercase(), labels));
                }
                return;
            }
            Target::External(path) => path,
            _ => name.to_owned(),
        };
        said.ty = default_type(&path).map(|ty| Term {
            span: reading.at,
            form: Form::Name(format!("sqlalchemy.{ty}")),
        });
    }

    /// An alias stands for what it names, wherever it is written.
    fn read_alias(&self, reading: Reading, text: &str, said: &mut Said) {
        self.read_type(reading, text, said);
    }

    /// An enumeration as the base wants it, if that says so.
    fn enumeration(&self, reading: Reading, name: &str, labels: Vec<Term>) -> Term {
        let keyword = |value| Keyword {
            name: "name".to_owned(),
            value: Term::plain(reading.at, value),
            span: reading.at,
        };
        let wanted = self.type_map(reading.class).into_iter();
        let mut wanted = wanted.filter(|(_, key, _)| last_name(key) == "Enum");
        let wanted = wanted.find_map(|(holder, _, value)| {
            let bound = BTreeMap::new();
            let mut context = Context::new(module_scope(holder), &bound);
            context.here = Some(reading.at);
            self.term(&context, value, reading.at).call().cloned()
        });
        let mut call = wanted.unwrap_or_else(|| Call::bare("sqlalchemy.Enum"));
        if call.given("name").is_none() {
            call.keywords.push(keyword(name.to_owned()));
        }
        if call.given("values_callable").is_none() {
            call.args = labels;
        }
        Term {
            span: reading.at,
            form: Form::Call(Box::new(call)),
        }
    }

    /// What `type_annotation_map` makes of a type.
    fn mapped_type(&self, reading: Reading, written: &Written) -> Option<Term> {
        let map = self.type_map(reading.class);
        if map.is_empty() {
            return None;
        }
        let target = self.python.resolve(reading.scope, written.name);
        let is_plain = written.inside.is_empty();
        let mut map = map.into_iter();
        map.find_map(|(holder, key, value)| {
            let same_text = squeezed(&key) == squeezed(written.text);
            let same = match is_plain {
                false => same_text,
                true => {
                    let other = self.python.resolve(module_scope(holder), &key);
                    other == target && (target != Target::Unknown || same_text)
                }
            };
            if !same {
                return None;
            }
            let bound = BTreeMap::new();
            let mut context = Context::new(module_scope(holder), &bound);
            context.here = Some(reading.at);
            Some(self.term(&context, value, reading.at))
        })
    }

    /// The entries of the map that the base of a class holds: who says it, for what, and what.
    fn type_map(&self, class: ClassId) -> Vec<(ClassId, String, &Value)> {
        let lineage = self.classes.lineage(class);
        let mut found = Vec::new();
        for &holder in &lineage.classes {
            for field in &self.python.class(holder).fields {
                let map = match (field.name.as_str(), &field.value) {
                    ("type_annotation_map", Some(map)) => Some(map),
                    ("registry", Some(Value::Call(call))) => {
                        super::classes::argument(call, "type_annotation_map")
                    }
                    _ => None,
                };
                let Some(Value::Dict(pairs)) = map else {
                    continue;
                };
                let bound = BTreeMap::new();
                let context = Context::new(module_scope(holder), &bound);
                for (key, value) in pairs {
                    let key = match key {
                        Value::Name(name, _) => name.clone(),
                        Value::Type(it) => it.text.clone(),
                        Value::Other(span) => self.source(&context, *span).to_owned(),
                        _ => continue,
                    };
                    found.push((holder, key, value));
                }
            }
        }
        found
    }

    fn placed<'c>(&self, reading: Reading, bound: &'c BTreeMap<String, Term>) -> Context<'c> {
        let mut context = Context::new(reading.scope, bound);
        context.here = (reading.annotation.span != reading.at).then_some(reading.at);
        context
    }

    /// Where a part of an annotation stands.
    fn place_of(&self, reading: Reading, part: &str) -> Span {
        let bound = BTreeMap::new();
        let context = Context::new(reading.scope, &bound);
        let whole = reading.annotation.span;
        let source = self.source(&context, whole);
        match source.find(part) {
            Some(at) if !part.is_empty() => Span {
                start: whole.start + at as u32,
                end: whole.start + (at + part.len()) as u32,
            },
            _ => whole,
        }
    }
}

/// A string that says what it may be, without a type of its own.
fn plain_enumeration(labels: &[&str], at: Span) -> Term {
    let mut call = Call::bare("sqlalchemy.Enum");
    let labels = labels.iter().map(|label| label.trim_matches(['"', '\'']));
    call.args
        .extend(labels.map(|label| Term::plain(at, label.to_owned())));
    call.keywords.push(Keyword {
        name: "native_enum".to_owned(),
        value: Term {
            span: at,
            form: Form::Bool(false),
        },
        span: at,
    });
    Term {
        span: at,
        form: Form::Call(Box::new(call)),
    }
}

/// The type that SQLAlchemy gives to a type of Python.
fn default_type(path: &str) -> Option<&'static str> {
    let name = match vocabulary::library_of(path) {
        "" | "builtins" | "datetime" | "decimal" | "pydantic" | "uuid" => last_name(path),
        _ => return None,
    };
    Some(match name {
        "int" => "Integer",
        "str" | "EmailStr" => "String",
        "float" => "Float",
        "bool" => "Boolean",
        "bytes" => "LargeBinary",
        "datetime" => "DateTime",
        "date" => "Date",
        "time" => "Time",
        "timedelta" => "Interval",
        "Decimal" => "Numeric",
        "UUID" => "Uuid",
        _ => return None,
    })
}

impl<'t> Written<'t> {
    fn read(text: &'t str) -> Self {
        let text = text.trim().trim_matches(['"', '\'']).trim();
        let parts: Vec<&str> = top_level(text, '|').collect();
        if parts.len() > 1 {
            return Self {
                text,
                name: "|",
                inside: parts,
            };
        }
        let brackets = text.strip_suffix(']').and_then(|rest| rest.split_once('['));
        match brackets {
            Some((name, inside)) => Self {
                text,
                name: name.trim(),
                inside: top_level(inside, ',').collect(),
            },
            None => Self {
                text,
                name: text,
                inside: Vec::new(),
            },
        }
    }
}

/// Splits where `separator` stands outside of brackets and quotes.
fn top_level(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut depth = 0i32;
    let mut quote = None;
    let parts = text.split(move |c| {
        match (quote, c) {
            (None, '[' | '(') => depth += 1,
            (None, ']' | ')') => depth -= 1,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if c == open => quote = None,
            _ => {}
        }
        quote.is_none() && c == separator && depth == 0
    });
    parts.map(str::trim).filter(|part| !part.is_empty())
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}
