//! Reads the facts off the tree of a document.

use std::ops::Range;

use super::{
    Arity, DataSource, DefaultValue, Enum, Field, Key, KeyField, KeyKind, Model, Native, Relation,
    Schema,
};
use crate::facts::schema::{Action, Expression, Ident};
use crate::facts::{FileOutcome, Note, NoteId, directives};
use crate::parse::prisma::{
    self, Argument, Attribute, Block, Line, Name, Tree, Type, Value, ValueKind,
};
use crate::source::Span;

/// The facts of the part `range` of `text`, which is the text of a whole file.
pub fn read(text: &str, range: Range<usize>) -> FileOutcome {
    let tree = prisma::parse(text, range.clone());
    let mut outcome = FileOutcome {
        directives: directives::read(text, range.into(), &tree.comments, || places(&tree)),
        ..FileOutcome::default()
    };
    let reader = Reader { text };
    let mut schema = Schema::default();
    for block in &tree.blocks {
        match block.keyword.text.as_str() {
            "datasource" => {
                schema.source = Some(data_source(block));
                outcome.notes.extend(unsupported(block));
            }
            "model" => schema.models.push(reader.model(block)),
            "enum" => schema.enums.push(enumeration(block)),
            "view" | "type" => schema.others.push(block.name.text.clone()),
            _ => {}
        }
    }
    outcome.facts.prisma = Some(schema);
    outcome.notes.extend(unparsed(&tree));
    outcome
}

/// What directives can cover: blocks, and inside them lines.
fn places(tree: &Tree) -> Vec<Span> {
    let lines = tree.blocks.iter().flat_map(|block| &block.lines);
    let lines = lines.map(|line| match line {
        Line::Field(field) => field.span,
        Line::Attribute(attribute) => attribute.span,
        Line::Property(name, value) => name.span.to(value.span),
    });
    let blocks = tree.blocks.iter().map(|block| block.span);
    blocks.chain(lines).collect()
}

fn unparsed(tree: &Tree) -> Option<Note> {
    let message = match tree.faults.len() {
        0 => return None,
        1 => "a line was not understood; nothing is argued from what its model lacks".to_owned(),
        count => format!(
            "{count} lines were not understood; nothing is argued from what their models lack"
        ),
    };
    Some(Note {
        id: NoteId::UnparsedPrisma,
        span: tree.faults.first().copied(),
        message,
    })
}

fn data_source(block: &Block) -> DataSource {
    let text = |name| property(block, name).and_then(Value::text);
    DataSource {
        provider: text("provider").map(str::to_owned),
        emulates_relations: text("relationMode").or(text("referentialIntegrity")) == Some("prisma"),
    }
}

/// Databases that are not read.
fn unsupported(block: &Block) -> Option<Note> {
    let provider = property(block, "provider")?;
    let name = match provider.text()? {
        "mongodb" => "MongoDB",
        "cockroachdb" => "CockroachDB",
        _ => return None,
    };
    Some(Note {
        id: NoteId::UnsupportedDialect,
        span: Some(provider.span),
        message: format!("{name} is not supported; nothing in this schema was checked"),
    })
}

fn property<'a>(block: &'a Block, wanted: &str) -> Option<&'a Value> {
    block.lines.iter().find_map(|line| match line {
        Line::Property(name, value) if name.text == wanted => Some(value),
        _ => None,
    })
}

fn enumeration(block: &Block) -> Enum {
    let values = block.lines.iter().filter_map(|line| match line {
        Line::Field(field) => {
            let name = field.name.text.clone();
            let mapped = text_of(&field.attributes, "map").unwrap_or_else(|| name.clone());
            Some((name, mapped))
        }
        _ => None,
    });
    Enum {
        name: ident(&block.name),
        mapped: block_text(block, "map"),
        schema: block_text(block, "schema"),
        values: values.collect(),
        span: block.span,
    }
}

fn ident(name: &Name) -> Ident {
    Ident {
        name: name.text.clone(),
        span: name.span,
    }
}

/// `@@map("users")`, `@@schema("shop")`.
fn block_text(block: &Block, name: &str) -> Option<String> {
    block.lines.iter().find_map(|line| match line {
        Line::Attribute(attribute) if attribute.name.text == name => name_argument(attribute),
        _ => None,
    })
}

/// `@map("user_id")`.
fn text_of(attributes: &[Attribute], name: &str) -> Option<String> {
    name_argument(attributes.iter().find(|found| found.name.text == name)?)
}

fn name_argument(attribute: &Attribute) -> Option<String> {
    let argument = attribute.argument("name")?;
    argument.value.text().map(str::to_owned)
}

struct Reader<'a> {
    text: &'a str,
}

impl Reader<'_> {
    fn model(&self, block: &Block) -> Model {
        let mut model = Model {
            name: ident(&block.name),
            mapped: block_text(block, "map"),
            schema: block_text(block, "schema"),
            fields: Vec::new(),
            keys: Vec::new(),
            broken: block.broken,
            span: block.span,
        };
        for line in &block.lines {
            match line {
                Line::Field(field) => match &field.ty {
                    Some(ty) => {
                        model.keys.extend(self.field_keys(field));
                        model.fields.push(self.field(field, ty));
                    }
                    None => model.broken = true,
                },
                Line::Attribute(attribute) => {
                    if let Some(kind) = key_kind(&attribute.name.text) {
                        match self.block_key(attribute, kind) {
                            Some(key) => model.keys.push(key),
                            None => model.broken = true,
                        }
                    }
                }
                Line::Property(..) => model.broken = true,
            }
        }
        model
    }

    fn field(&self, field: &prisma::Field, ty: &Type) -> Field {
        let attribute = |name: &str| field.attributes.iter().find(|it| it.name.text == name);
        Field {
            name: ident(&field.name),
            ty: ident(&ty.name),
            unsupported: ty.unsupported.clone(),
            arity: match (ty.list, ty.optional) {
                (true, _) => Arity::List,
                (_, true) => Arity::Optional,
                _ => Arity::Required,
            },
            mapped: text_of(&field.attributes, "map"),
            native: field.attributes.iter().find_map(|it| self.native(it)),
            default: attribute("default").and_then(default),
            relation: attribute("relation").map(relation),
            span: field.span,
        }
    }

    fn native(&self, attribute: &Attribute) -> Option<Native> {
        // The source may be called anything; no other attribute has a dot.
        let (_, name) = attribute.name.text.split_once('.')?;
        let arguments = attribute.arguments.iter();
        Some(Native {
            name: name.to_owned(),
            args: arguments
                .map(|argument| argument.span.of(self.text).to_owned())
                .collect(),
        })
    }

    /// `@id` and `@unique` of a field.
    fn field_keys(&self, field: &prisma::Field) -> Vec<Key> {
        let name = ident(&field.name);
        let keys = field.attributes.iter().filter_map(|attribute| {
            let kind = match attribute.name.text.as_str() {
                "id" => KeyKind::Primary,
                "unique" => KeyKind::Unique,
                _ => return None,
            };
            let fields = vec![KeyField {
                text: name.name.clone(),
                name: name.clone(),
            }];
            Some(self.key(attribute, kind, fields))
        });
        keys.collect()
    }

    /// `@@id([a, b])`, `@@index(fields: [a(sort: Desc)])`, `@@unique(a)`.
    fn block_key(&self, attribute: &Attribute, kind: KeyKind) -> Option<Key> {
        let value = &attribute.argument("fields")?.value;
        let items = match &value.kind {
            ValueKind::List(items) => items.as_slice(),
            _ => std::slice::from_ref(value),
        };
        let field = |item: &Value| {
            let name = match &item.kind {
                ValueKind::Word(name) | ValueKind::Call(name, _) => name.clone(),
                _ => return None,
            };
            let span = Span {
                start: item.span.start,
                end: item.span.start + name.len() as u32,
            };
            Some(KeyField {
                name: Ident { name, span },
                text: item.span.of(self.text).to_owned(),
            })
        };
        let fields: Option<Vec<KeyField>> = items.iter().map(field).collect();
        let fields = fields.filter(|fields| !fields.is_empty())?;
        Some(self.key(attribute, kind, fields))
    }

    fn key(&self, attribute: &Attribute, kind: KeyKind, fields: Vec<KeyField>) -> Key {
        let named = |name| attribute.named(name).map(|argument| &argument.value);
        let mapped = named("map").and_then(Value::text);
        // What `name` meant before there was `map`; of the others it is the name in the client.
        let legacy = named("name")
            .filter(|_| kind == KeyKind::Index)
            .and_then(Value::text);
        Key {
            kind,
            fields,
            mapped: mapped.or(legacy).map(str::to_owned),
            method: named("type")
                .and_then(Value::word)
                .map(str::to_ascii_lowercase),
            predicate: named("where").map(|value| self.predicate(value)),
            span: attribute.span,
        }
    }

    /// `raw("deleted_at IS NULL")`; whatever else it is, it leaves out rows.
    fn predicate(&self, value: &Value) -> Expression {
        let raw = match &value.kind {
            ValueKind::Call(name, arguments) if name == "raw" => {
                arguments.first().and_then(|argument| argument.value.text())
            }
            _ => value.text(),
        };
        Expression {
            text: raw.unwrap_or(value.span.of(self.text)).to_owned(),
            span: value.span,
        }
    }
}

fn key_kind(name: &str) -> Option<KeyKind> {
    match name {
        "id" => Some(KeyKind::Primary),
        "unique" => Some(KeyKind::Unique),
        "index" => Some(KeyKind::Index),
        "fulltext" => Some(KeyKind::Fulltext),
        _ => None,
    }
}

fn default(attribute: &Attribute) -> Option<(DefaultValue, Span)> {
    let value = &attribute.argument("value")?.value;
    Some((default_value(value), value.span))
}

fn default_value(value: &Value) -> DefaultValue {
    match &value.kind {
        ValueKind::Text(text) => DefaultValue::Text(text.clone()),
        ValueKind::Number(text) => DefaultValue::Literal(text.clone()),
        ValueKind::Word(word) if matches!(word.as_str(), "true" | "false") => {
            DefaultValue::Literal(word.clone())
        }
        ValueKind::Word(word) => DefaultValue::EnumValue(word.clone()),
        ValueKind::List(items) => DefaultValue::List(items.iter().map(default_value).collect()),
        ValueKind::Call(name, arguments) => match name.as_str() {
            "autoincrement" | "sequence" => DefaultValue::AutoIncrement,
            "now" => DefaultValue::Now,
            "dbgenerated" => {
                let argument = arguments.first();
                let text = argument.and_then(|argument| argument.value.text());
                DefaultValue::Database(text.map(str::to_owned))
            }
            _ => DefaultValue::Client,
        },
        ValueKind::Object(_) => DefaultValue::Client,
    }
}

fn relation(attribute: &Attribute) -> Relation {
    let text = |argument: Option<&Argument>| {
        argument.and_then(|argument| argument.value.text().map(str::to_owned))
    };
    Relation {
        name: text(attribute.argument("name")),
        fields: idents(attribute.named("fields")),
        references: idents(attribute.named("references")),
        on_delete: action(attribute.named("onDelete")),
        on_update: action(attribute.named("onUpdate")),
        mapped: text(attribute.named("map")),
        span: attribute.span,
    }
}

fn idents(argument: Option<&Argument>) -> Vec<Ident> {
    let items = match argument.map(|argument| &argument.value.kind) {
        Some(ValueKind::List(items)) => items.as_slice(),
        _ => &[],
    };
    let ident = |item: &Value| {
        Some(Ident {
            name: item.word()?.to_owned(),
            span: item.span,
        })
    };
    items.iter().filter_map(ident).collect()
}

fn action(argument: Option<&Argument>) -> Option<(Action, Span)> {
    let argument = argument?;
    let action = match argument.value.word()? {
        "Cascade" => Action::Cascade,
        "Restrict" => Action::Restrict,
        "NoAction" => Action::NoAction,
        "SetNull" => Action::SetNull,
        "SetDefault" => Action::SetDefault,
        _ => return None,
    };
    Some((action, argument.span))
}
