//! Fields of Django: what one call says, wherever it stands. Knows no database.

use super::library::{self, Known};
use super::scope::Scope;
use crate::facts::python::{Call, Keyword, Value};
use crate::facts::schema::{Action, Ident};
use crate::source::{FileId, Span};

/// A model's identity: the label of its application and its own name in lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::project::schema) struct ModelKey {
    /// The label of the application.
    pub app: String,
    /// The name, in lower case.
    pub name: String,
}

impl ModelKey {
    /// The model of that name in an application.
    pub(in crate::project::schema) fn new(app: &str, name: &str) -> Self {
        Self {
            app: app.to_owned(),
            name: name.to_lowercase(),
        }
    }

    /// `django.contrib.auth.models.User`: the label is the package that holds the models.
    pub(super) fn of_library(path: &str) -> Option<Self> {
        let (package, name) = path.split_once(".models.")?;
        let label = package.rsplit('.').next()?;
        Some(Self::new(label, name.rsplit('.').next()?))
    }

    /// `app.Model`.
    pub(in crate::project::schema) fn dotted(path: &str) -> Option<Self> {
        let (app, name) = path.split_once('.')?;
        Some(Self::new(app, name))
    }
}

/// A field of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::project::schema) struct Field {
    /// Its name and where that stands.
    pub name: Ident,
    /// The file it stands in: a field of an abstract model may stand in another one.
    pub file: FileId,
    /// The whole clause.
    pub span: Span,
    /// The class that is called.
    pub class: Span,
    /// What it keeps.
    pub kind: Kind,
    /// What the arguments say.
    pub options: Options,
}

/// What a field keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::project::schema) enum Kind {
    /// A value in the column of this field of Django's: `CharField`, `AutoField`, …
    Plain(String),
    /// A value of a type that PostgreSQL knows by this name: `hstore`, `int4range`, …
    Named(String),
    /// An array of another field's values.
    Array(Box<Field>),
    /// What the database computes, with the values of another field.
    Generated(Box<Field>),
    /// A shape in space, with an index of its own unless told otherwise.
    Spatial {
        /// `geometry`, `geography` or `raster`.
        base: &'static str,
        /// What stands behind the type in parentheses.
        args: Vec<String>,
        /// Whether it is indexed.
        indexed: bool,
    },
    /// A foreign key, or with `unique` a one-to-one relation.
    Relation(Relation),
    /// Pairs of rows in a table of their own.
    Pairs(Pairs),
    /// A key of several columns.
    CompositeKey(Vec<String>),
    /// A column of a type that only the code of the project or of a package knows.
    Unknown,
    /// No column at all.
    Virtual,
}

/// What a foreign key says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::project::schema) struct Relation {
    /// The model it leads to; `None` where the code does not tell.
    pub to: Option<ModelKey>,
    /// The field it refers to, unless that is the primary key.
    pub to_field: Option<String>,
    /// What happens to the row when the other is deleted, and where that is said.
    pub on_delete: Option<(Action, Span)>,
    /// The database does that itself (`DB_CASCADE`).
    pub by_database: bool,
    /// The database checks it.
    pub constrained: bool,
    /// It leads to the row that this row is part of: that it extends, translates, ….
    pub parent_link: bool,
}

/// What a many-to-many field says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::project::schema) struct Pairs {
    /// The other model; `None` where the code does not tell.
    pub to: Option<ModelKey>,
    /// A model of its own keeps the pairs.
    pub through: bool,
    /// The table, where named.
    pub table: Option<String>,
    /// The database checks them.
    pub constrained: bool,
}

/// Arguments that all fields take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::project::schema) struct Options {
    /// `null`.
    pub null: bool,
    /// `unique`, also of one-to-one relations.
    pub unique: bool,
    /// `primary_key`.
    pub primary_key: bool,
    /// `db_index`, as it is for the field when not said.
    pub indexed: bool,
    /// `db_column`.
    pub column: Option<Ident>,
    /// `max_length`, with the usual one of the field.
    pub max_length: Option<i64>,
    /// `max_digits` and `decimal_places`.
    pub digits: Option<(i64, i64)>,
    /// `choices`.
    pub listed: bool,
    /// `db_default`.
    pub db_default: Option<(Value, Span)>,
    /// `expression`, of a generated column.
    pub computed: Option<Span>,
    /// `db_persist`: what is computed is written into the row.
    pub persisted: bool,
    /// Some argument cannot be read: how the column is made is not certain.
    pub open: bool,
}

impl Field {
    /// Reads a field; `None` if the call makes none.
    pub(in crate::project::schema) fn read(
        scope: &Scope,
        name: Ident,
        call: &Call,
    ) -> Option<Self> {
        let known = scope.field_class(call)?;
        let mut options = Options::read(scope, call, &known);
        let kind = kind(scope, call, &known, &mut options);
        Some(Self {
            file: scope.file(),
            span: call.span,
            class: called(call),
            name,
            kind,
            options,
        })
    }

    /// The field that it brings along under another name.
    pub(in crate::project::schema) fn beside(&self, scope: &Scope, call: &Call) -> Option<Self> {
        let (ending, is, max_length) = scope.field_class(call)?.beside?;
        Some(Self {
            name: Ident {
                name: format!("{}{ending}", self.name.name),
                span: self.name.span,
            },
            kind: Kind::Plain(is),
            options: Options {
                max_length: Some(max_length),
                ..Options::default()
            },
            ..self.clone()
        })
    }

    /// Reads what is certain to be a field; of a class that nobody knows the column is.
    pub(in crate::project::schema) fn read_any(scope: &Scope, name: Ident, call: &Call) -> Self {
        Self::read(scope, name.clone(), call).unwrap_or_else(|| {
            let last = call.callee.rsplit('.').next().unwrap_or_default();
            let kind = match last.ends_with("Manager") || last.ends_with("Relation") {
                true => Kind::Virtual,
                false => Kind::Unknown,
            };
            Self {
                name,
                file: scope.file(),
                span: call.span,
                class: called(call),
                kind,
                options: Options::read(scope, call, &Known::default()),
            }
        })
    }

    /// Whether it stands for one column.
    pub(in crate::project::schema) fn has_column(&self) -> bool {
        !matches!(
            self.kind,
            Kind::Pairs(_) | Kind::Virtual | Kind::CompositeKey(_)
        )
    }

    /// Its column, where it has one.
    pub(in crate::project::schema) fn column(&self) -> String {
        match (&self.options.column, &self.kind) {
            (Some(column), _) => column.name.clone(),
            (None, Kind::Relation(_)) => format!("{}_id", self.name.name),
            (None, _) => self.name.name.clone(),
        }
    }

    /// Whether its values are kept apart: by a constraint of its own or as the primary key.
    pub(in crate::project::schema) fn is_unique(&self) -> bool {
        self.options.unique || self.options.primary_key
    }
}

/// The class of a call, where it is written in one piece.
fn called(call: &Call) -> Span {
    let start = call.span.start as usize;
    let end = (start + call.callee.len()).min(call.span.end as usize);
    Span::new(start, end)
}

impl Known {
    /// What a field keeps whose call nobody sees.
    pub(in crate::project::schema) fn kind(&self) -> Kind {
        let to = || self.to.as_deref().and_then(ModelKey::dotted);
        match (&self.ty, self.is.as_deref()) {
            (Some(ty), _) => Kind::Named(ty.clone()),
            (None, None) => Kind::Unknown,
            (None, Some("virtual")) => Kind::Virtual,
            (None, Some("ForeignKey" | "OneToOneField")) => Kind::Relation(Relation {
                to: to(),
                ..Relation::default()
            }),
            (None, Some("ManyToManyField")) => Kind::Pairs(Pairs {
                to: to(),
                ..Pairs::default()
            }),
            (None, Some(name)) => Kind::Plain(name.to_owned()),
        }
    }
}

fn kind(scope: &Scope, call: &Call, known: &Known, options: &mut Options) -> Kind {
    match known.is.as_deref().filter(|_| known.ty.is_none()) {
        Some("ForeignKey") => Kind::Relation(Relation::read(scope, call, known)),
        Some("OneToOneField") => {
            options.unique = true;
            Kind::Relation(Relation::read(scope, call, known))
        }
        Some("ManyToManyField") => Kind::Pairs(Pairs::read(scope, call, known)),
        Some("ArrayField") => inner(scope, call, "base_field").map_or(Kind::Unknown, Kind::Array),
        Some("GeneratedField") => {
            options.null = true;
            inner(scope, call, "output_field").map_or(Kind::Unknown, Kind::Generated)
        }
        Some("CompositePrimaryKey") => {
            let columns = call.args.iter().filter_map(|value| scope.text(value));
            Kind::CompositeKey(columns.collect())
        }
        // How long its values are only the constructor knows.
        Some("CharField")
            if options.max_length.is_none() && (known.own_length || is_unread(scope, call)) =>
        {
            Kind::Unknown
        }
        name => match name.and_then(library::spatial) {
            Some(shape) => spatial(scope, call, shape),
            None => known.kind(),
        },
    }
}

/// Whether the length of its values is given, and cannot be read.
fn is_unread(scope: &Scope, call: &Call) -> bool {
    let length = keyword(call, "max_length").map(|value| scope.constant(value));
    length.is_some_and(|length| length != Value::None)
}

/// The field that an argument makes.
fn inner(scope: &Scope, call: &Call, name: &str) -> Option<Box<Field>> {
    match keyword(call, name).or_else(|| call.args.first()) {
        Some(Value::Call(inner)) => Field::read(scope, nameless(inner.span), inner).map(Box::new),
        _ => None,
    }
}

fn nameless(span: Span) -> Ident {
    Ident {
        name: String::new(),
        span,
    }
}

fn spatial(scope: &Scope, call: &Call, shape: &str) -> Kind {
    let said = |name: &str| keyword(call, name).map(|value| scope.constant(value));
    let geography = said("geography") == Some(Value::Bool(true));
    let indexed = said("spatial_index") != Some(Value::Bool(false));
    let srid = match said("srid").or(call.args.get(1).map(|value| scope.constant(value))) {
        Some(Value::Int(srid)) => srid,
        _ => 4326,
    };
    let dim = match said("dim") {
        Some(Value::Int(3)) => "z",
        _ => "",
    };
    let base = match (shape, geography) {
        ("raster", _) => "raster",
        (_, true) => "geography",
        (_, false) => "geometry",
    };
    let args = match base {
        "raster" => Vec::new(),
        _ => vec![format!("{shape}{dim}"), srid.to_string()],
    };
    Kind::Spatial {
        base,
        args,
        indexed,
    }
}

impl Options {
    /// What holds for a class of fields when nothing is said.
    pub(in crate::project::schema) fn of(known: &Known) -> Self {
        Self {
            null: known.null,
            unique: known.unique,
            primary_key: known.primary_key,
            indexed: known.indexed,
            max_length: known.max_length,
            ..Self::default()
        }
    }

    fn read(scope: &Scope, call: &Call, known: &Known) -> Self {
        let mut options = Self::of(known);
        let mut digits = (None, None);
        // The first argument of most fields is what people call them.
        if known.is.as_deref() == Some("DecimalField") {
            let at = |place: usize| call.args.get(place).and_then(|value| scope.number(value));
            digits = (at(2), at(3));
        }
        for Keyword { name, value, span } in &scope.keywords(call, known) {
            match name.as_str() {
                "null" => scope.flag(value, &mut options.null, &mut options.open),
                "unique" => scope.flag(value, &mut options.unique, &mut options.open),
                "primary_key" => scope.flag(value, &mut options.primary_key, &mut options.open),
                "db_index" => scope.flag(value, &mut options.indexed, &mut options.open),
                "choices" => options.listed = *value != Value::None,
                "db_column" => match scope.constant(value) {
                    Value::Str(name, span) => options.column = Some(Ident { name, span }),
                    Value::None => {}
                    _ => options.open = true,
                },
                "max_length" => options.max_length = scope.number(value),
                "max_digits" => digits.0 = scope.number(value),
                "decimal_places" => digits.1 = scope.number(value),
                "db_default" => options.db_default = Some((scope.constant(value), *span)),
                "expression" => options.computed = Some(*span),
                "db_persist" => scope.flag(value, &mut options.persisted, &mut options.open),
                "**" => options.open = true,
                _ => {}
            }
        }
        if let (Some(digits), Some(places)) = digits {
            options.digits = Some((digits, places));
        }
        options
    }
}

impl Default for Relation {
    fn default() -> Self {
        Self {
            to: None,
            to_field: None,
            on_delete: None,
            by_database: false,
            constrained: true,
            parent_link: false,
        }
    }
}

impl Default for Pairs {
    fn default() -> Self {
        Self {
            to: None,
            through: false,
            table: None,
            constrained: true,
        }
    }
}

impl Relation {
    fn read(scope: &Scope, call: &Call, known: &Known) -> Self {
        let mut relation = Self {
            to: call.args.first().and_then(|to| scope.model(to)),
            parent_link: known.part,
            ..Self::default()
        };
        if let Some(action) = call.args.get(1) {
            relation.act(action, place(action).unwrap_or(call.span));
        }
        let mut unread = false;
        for Keyword { name, value, span } in &scope.keywords(call, known) {
            match name.as_str() {
                "to" => relation.to = scope.model(value),
                "on_delete" => relation.act(value, *span),
                "to_field" => relation.to_field = scope.text(value),
                "db_constraint" => scope.flag(value, &mut relation.constrained, &mut unread),
                "parent_link" => scope.flag(value, &mut relation.parent_link, &mut unread),
                _ => {}
            }
        }
        relation
    }

    fn act(&mut self, action: &Value, span: Span) {
        self.on_delete = on_delete(action, span);
        self.by_database = last(action).starts_with("DB_");
    }
}

impl Pairs {
    fn read(scope: &Scope, call: &Call, known: &Known) -> Self {
        let mut pairs = Self {
            to: call.args.first().and_then(|to| scope.model(to)),
            ..Self::default()
        };
        let mut unread = false;
        for Keyword { name, value, .. } in &scope.keywords(call, known) {
            match name.as_str() {
                "to" => pairs.to = scope.model(value),
                "through" => pairs.through = *value != Value::None,
                "db_table" => pairs.table = scope.text(value),
                "db_constraint" => scope.flag(value, &mut pairs.constrained, &mut unread),
                _ => {}
            }
        }
        pairs
    }
}

/// What `on_delete` asks for; a function of the project's own may do anything.
fn on_delete(value: &Value, span: Span) -> Option<(Action, Span)> {
    let action = match last(value) {
        "CASCADE" | "DB_CASCADE" => Action::Cascade,
        "PROTECT" | "RESTRICT" => Action::Restrict,
        "SET_NULL" | "DB_SET_NULL" => Action::SetNull,
        "SET_DEFAULT" | "DB_SET_DEFAULT" => Action::SetDefault,
        "DO_NOTHING" => Action::NoAction,
        _ => return None,
    };
    Some((action, span))
}

/// The last part of a name.
fn last(value: &Value) -> &str {
    match value {
        Value::Name(name, _) => name.rsplit('.').next().unwrap_or(name),
        _ => "",
    }
}

fn place(value: &Value) -> Option<Span> {
    match value {
        Value::Name(_, span) | Value::Str(_, span) | Value::Other(span) => Some(*span),
        Value::Call(call) => Some(call.span),
        _ => None,
    }
}

/// A keyword argument.
pub(in crate::project::schema) fn keyword<'c>(call: &'c Call, name: &str) -> Option<&'c Value> {
    let mut keywords = call.keywords.iter();
    let found = keywords.find(|keyword| keyword.name == name)?;
    Some(&found.value)
}
