//! What stands in a table: `sa.Column`, the constraints and `sa.Index`.

use super::names::{ident, idents, table_named, target, truncated};
use super::term::{Call, Form, Term};
use super::types;
use crate::facts::schema::{
    Action, Column, Constraint, ConstraintKind, CreateTable, Dialect, Exclusion, Expression,
    ForeignKey, Ident, Identity, Index, IndexKey, SchemaChange, TableName,
};
use crate::source::Span;

/// What stands in a table.
pub(crate) enum Element {
    Column(Box<Definition>),
    Constraint(Constraint),
    Index(Index),
}

/// A column with what its clause declares beside it.
pub(crate) struct Definition {
    pub(crate) column: Column,
    pub(crate) constraints: Vec<Constraint>,
    pub(crate) indexes: Vec<Index>,
    /// The place of `primary_key=True`.
    pub(crate) primary: Option<Span>,
    /// The type that must be made for it.
    pub(crate) made: Option<SchemaChange>,
    /// `autoincrement=False`.
    pub(crate) stays_put: bool,
    /// All of it was understood.
    pub(crate) whole: bool,
}

/// A table with the types that must be made for it.
pub(crate) struct Made {
    pub(crate) types: Vec<SchemaChange>,
    pub(crate) create: CreateTable,
    /// All of it was understood.
    pub(crate) whole: bool,
}

/// A table made of columns, constraints and indexes.
pub(crate) fn create<'a>(
    table: &TableName,
    elements: impl Iterator<Item = &'a Term>,
    dialect: Dialect,
) -> Made {
    let mut create = CreateTable::new(table.clone());
    let mut whole = true;
    let mut definitions = Vec::new();
    let mut constraints = Vec::new();
    for element in elements {
        match self::element(element, table, dialect) {
            Some(Element::Column(definition)) => {
                whole &= definition.whole;
                definitions.push(*definition);
            }
            Some(Element::Constraint(constraint)) => constraints.push(constraint),
            Some(Element::Index(index)) => create.indexes.push(index),
            None => whole = false,
        }
    }
    constraints.extend(primary_key(&definitions));
    number(&mut definitions, constraints.iter());
    let mut types = Vec::new();
    for definition in definitions {
        types.extend(definition.made);
        create.columns.push(definition.column);
        create.constraints.extend(definition.constraints);
        create.indexes.extend(definition.indexes);
    }
    create.constraints.extend(constraints);
    Made {
        types,
        create,
        whole,
    }
}

/// Reads what may stand in a table.
pub(crate) fn element(term: &Term, table: &TableName, dialect: Dialect) -> Option<Element> {
    let column = column(term, table, dialect).map(|found| Element::Column(Box::new(found)));
    let constraint = || constraint(term, table, dialect).map(Element::Constraint);
    let index = || table_index(term, table, dialect).map(Element::Index);
    column.or_else(constraint).or_else(index)
}

/// The key that `primary_key=True` makes.
pub(crate) fn primary_key(definitions: &[Definition]) -> Option<Constraint> {
    let named = |it: &Definition| Some((it.column.name.clone(), it.primary?));
    let primary: Vec<(Ident, Span)> = definitions.iter().filter_map(named).collect();
    let (_, span) = primary.first()?;
    Some(Constraint {
        name: None,
        not_valid: false,
        inline: primary.len() == 1,
        span: *span,
        kind: ConstraintKind::PrimaryKey {
            columns: primary.into_iter().map(|(name, _)| name).collect(),
            using_index: None,
        },
    })
}

/// The only column of the primary key numbers itself, if it is an integer of its own.
pub(crate) fn number<'a>(
    definitions: &mut [Definition],
    constraints: impl Iterator<Item = &'a Constraint>,
) {
    let mut keys = Vec::new();
    let mut references: Vec<&Ident> = Vec::new();
    for constraint in constraints {
        match &constraint.kind {
            ConstraintKind::PrimaryKey { columns, .. } => keys.push(columns),
            ConstraintKind::ForeignKey(fk) => references.extend(&fk.columns),
            _ => {}
        }
    }
    let Some([only]) = keys.first().map(|key| key.as_slice()) else {
        return;
    };
    let mut definitions = definitions.iter_mut();
    if let Some(found) = definitions.find(|it| it.column.name.name == only.name) {
        let refers =
            |constraint: &Constraint| matches!(constraint.kind, ConstraintKind::ForeignKey(_));
        let is_reference = references.iter().any(|column| column.name == only.name)
            || found.constraints.iter().any(refers);
        let ty = found.column.ty.as_ref().map_or("", |ty| ty.base.as_str());
        found.column.auto_increment |= matches!(ty, "integer" | "bigint" | "smallint")
            && !found.stays_put
            && !is_reference
            && found.column.default.is_none();
    }
}

/// Reads `sa.Column(…)`.
pub(crate) fn column(term: &Term, table: &TableName, dialect: Dialect) -> Option<Definition> {
    let call = term.call().filter(|call| call.name() == "Column")?;
    let name = ident(call.arg(0, &["name"])?, dialect)?;
    let primary = call.entry("primary_key").filter(|it| it.value.is_true());
    let mut found = Definition {
        column: Column {
            not_null: call.denies("nullable") || primary.is_some() && !call.says("nullable"),
            default: call.given("server_default").map(expression),
            ..Column::new(name.clone(), term.span)
        },
        constraints: Vec::new(),
        indexes: Vec::new(),
        primary: primary.map(|primary| primary.span),
        made: None,
        stays_put: call.denies("autoincrement"),
        whole: !call.more,
    };
    let parts = call.args.iter().skip(1);
    for part in parts.chain(call.keyword("type_")) {
        match part.call().map(Call::name) {
            Some("ForeignKey") => match foreign_key(part, &name, dialect) {
                Some(constraint) => found.constraints.push(constraint),
                None => found.whole = false,
            },
            Some("Identity") => {
                found.column.auto_increment = true;
                found.column.identity =
                    Some(match part.call().is_some_and(|it| it.says("always")) {
                        true => Identity::Always,
                        false => Identity::ByDefault,
                    });
                found.column.not_null = true;
            }
            Some("CheckConstraint") => found.constraints.extend(constraint(part, table, dialect)),
            Some("Computed") => {
                let call = part.call();
                let rule = call.and_then(|call| call.arg(0, &["sqltext"]));
                found.column.generated = rule.map(expression);
            }
            Some("Sequence" | "FetchedValue") => {}
            name => {
                found.column.listed = matches!(name, Some("Enum" | "ENUM"));
                found.column.ty = types::read(part, dialect);
                found.made = types::made(part, dialect);
            }
        }
    }
    keys(call, &name, table, dialect, &mut found);
    Some(found)
}

/// The name of an index that has none.
fn default_name(table: &TableName, column: &str, dialect: Dialect) -> String {
    let name = match &table.schema {
        Some(schema) => format!("ix_{schema}_{}_{column}", table.name),
        None => format!("ix_{}_{column}", table.name),
    };
    truncated(&name, dialect)
}

/// `index=True` and `unique=True`; with both there is one unique index.
fn keys(call: &Call, name: &Ident, table: &TableName, dialect: Dialect, found: &mut Definition) {
    let entry = |name| call.entry(name).filter(|entry| entry.value.is_true());
    if let Some(index) = entry("index") {
        let label = default_name(table, &name.name, dialect);
        found.indexes.push(Index {
            unique: entry("unique").is_some(),
            keys: vec![IndexKey {
                column: Some(name.name.clone()),
                text: name.name.clone(),
                span: name.span,
            }],
            ..blank(Some(label), table, index.span)
        });
    } else if let Some(unique) = entry("unique") {
        found.constraints.push(Constraint {
            name: None,
            kind: ConstraintKind::Unique {
                columns: vec![name.clone()],
                using_index: None,
            },
            not_valid: false,
            inline: true,
            span: unique.span,
        });
    }
}

/// `sa.ForeignKey("parent.id", ondelete=…)` of a column.
fn foreign_key(term: &Term, column: &Ident, dialect: Dialect) -> Option<Constraint> {
    let call = term.call()?;
    let (parent, parent_column) = target(call.arg(0, &["column"])?, dialect)?;
    let fk = ForeignKey {
        columns: vec![column.clone()],
        parent,
        parent_columns: vec![parent_column],
        on_delete: action(call, "ondelete")?,
        on_update: action(call, "onupdate")?,
        emulated: false,
        deferred: call.says("use_alter"),
    };
    Some(Constraint {
        name: call.given("name").and_then(|name| ident(name, dialect)),
        kind: ConstraintKind::ForeignKey(fk),
        not_valid: says_not_valid(call),
        inline: true,
        span: term.span,
    })
}

pub(crate) fn says_not_valid(call: &Call) -> bool {
    call.says("postgresql_not_valid")
}

/// What a foreign key does; `None` if it says something that is not known.
#[expect(clippy::option_option, reason = "not said, and not known")]
pub(crate) fn action(call: &Call, name: &str) -> Option<Option<(Action, Span)>> {
    let Some(entry) = call.entry(name) else {
        return Some(None);
    };
    if matches!(entry.value.form, Form::None) {
        return Some(None);
    }
    let written = entry.value.text()?.to_ascii_uppercase();
    let action = match written.split_whitespace().collect::<Vec<_>>()[..] {
        ["CASCADE"] => Action::Cascade,
        ["RESTRICT"] => Action::Restrict,
        ["NO", "ACTION"] => Action::NoAction,
        ["SET", "NULL"] => Action::SetNull,
        ["SET", "DEFAULT"] => Action::SetDefault,
        _ => return None,
    };
    Some(Some((action, entry.span)))
}

/// Reads a constraint of a table; `None` for anything else, and for what is not known.
fn constraint(term: &Term, table: &TableName, dialect: Dialect) -> Option<Constraint> {
    let call = term.call()?;
    let kind = match call.name() {
        "PrimaryKeyConstraint" => ConstraintKind::PrimaryKey {
            columns: idents(&call.args, dialect)?,
            using_index: None,
        },
        "UniqueConstraint" => ConstraintKind::Unique {
            columns: idents(&call.args, dialect)?,
            using_index: None,
        },
        "ForeignKeyConstraint" => ConstraintKind::ForeignKey(table_key(call, table, dialect)?),
        "CheckConstraint" => ConstraintKind::Check {
            condition: condition(call.arg(0, &["sqltext"])?),
        },
        "ExcludeConstraint" => ConstraintKind::Exclude(Exclusion::default()),
        _ => return None,
    };
    Some(Constraint {
        name: call.given("name").and_then(|name| ident(name, dialect)),
        kind,
        not_valid: says_not_valid(call),
        inline: false,
        span: term.span,
    })
}

/// `sa.ForeignKeyConstraint(["a"], ["parent.id"], ondelete=…)`.
fn table_key(call: &Call, table: &TableName, dialect: Dialect) -> Option<ForeignKey> {
    let columns = idents(call.arg(0, &["columns"])?.elements()?, dialect)?;
    let targets = call.arg(1, &["refcolumns"])?.elements()?;
    let targets: Vec<_> = targets
        .iter()
        .map(|term| target(term, dialect))
        .collect::<Option<_>>()?;
    let parent = targets.first().map(|(table, _)| table.clone());
    Some(ForeignKey {
        columns,
        parent: parent.unwrap_or_else(|| table.clone()),
        parent_columns: targets.into_iter().map(|(_, column)| column).collect(),
        on_delete: action(call, "ondelete")?,
        on_update: action(call, "onupdate")?,
        emulated: false,
        deferred: call.says("use_alter"),
    })
}

/// `sa.Index("name", "a", "b")` in a table.
fn table_index(term: &Term, table: &TableName, dialect: Dialect) -> Option<Index> {
    let call = term.call().filter(|call| call.name() == "Index")?;
    let (name, columns) = call.args.split_first()?;
    index(name, columns, table, call, (term.span, dialect))
}

/// An index with its options.
pub(crate) fn index(
    name: &Term,
    columns: &[Term],
    table: &TableName,
    call: &Call,
    (span, dialect): (Span, Dialect),
) -> Option<Index> {
    let keys: Vec<IndexKey> = columns.iter().map(|term| key(term, dialect)).collect();
    let name = match name.form {
        Form::None => keys.first().and_then(|first| {
            Some(Ident {
                name: default_name(table, first.column.as_deref()?, dialect),
                span: name.span,
            })
        }),
        _ => Some(ident(name, dialect)?),
    };
    let include = call.given("postgresql_include");
    let include = include.map_or(Some(Vec::new()), |include| {
        idents(include.elements()?, dialect)
    })?;
    let methods = ["postgresql_using", "mysql_using", "mariadb_using"];
    let method = methods.iter().find_map(|name| call.given(name)?.text());
    let predicates = ["postgresql_where", "sqlite_where", "mssql_where"];
    let predicate = predicates.iter().find_map(|name| call.given(name));
    let mut keys: Vec<IndexKey> = columns.iter().map(|term| key(term, dialect)).collect();
    for option in ["postgresql_ops", "mysql_length", "mariadb_length"] {
        if let Some(option) = call.given(option) {
            refine(&mut keys, option)?;
        }
    }
    Some(Index {
        name,
        keys,
        include,
        unique: call.says("unique"),
        method: method.map(str::to_ascii_lowercase),
        predicate: predicate.map(condition),
        concurrently: call.says("postgresql_concurrently"),
        if_not_exists: call.says("if_not_exists"),
        ..blank(None, table, span)
    })
}

/// Operator classes and lengths, by the column they are for; a length alone is for all.
fn refine(keys: &mut [IndexKey], option: &Term) -> Option<()> {
    let said = |term: &Term| match &term.form {
        Form::Number(length) => Some(format!("({length})")),
        _ => Some(format!(" {}", term.text()?)),
    };
    match &option.form {
        Form::Dict(pairs) => {
            for (name, value) in pairs {
                let (name, said) = (name.text()?, said(value)?);
                for key in keys.iter_mut() {
                    if key.column.as_deref() == Some(name) {
                        key.text.push_str(&said);
                    }
                }
            }
        }
        _ => {
            let said = said(option)?;
            keys.iter_mut().for_each(|key| key.text.push_str(&said));
        }
    }
    Some(())
}

fn blank(name: Option<String>, table: &TableName, span: Span) -> Index {
    Index::new(name.map(|name| Ident { name, span }), table.clone(), span)
}

/// A column by its name, or an expression; `text("created_at DESC")` is a column too.
fn key(term: &Term, dialect: Dialect) -> IndexKey {
    if let Some(name) = ident(term, dialect) {
        return IndexKey {
            column: Some(name.name.clone()),
            text: name.name,
            span: term.span,
        };
    }
    let text = expression(term).text;
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((&text, ""));
    let is_name = first.chars().all(|c| c.is_alphanumeric() || c == '_');
    let rest = rest.to_ascii_lowercase();
    let is_order = rest
        .split_whitespace()
        .all(|word| matches!(word, "asc" | "desc" | "nulls" | "first" | "last"));
    IndexKey {
        column: (is_name && is_order).then(|| first.to_lowercase()),
        text: text.clone(),
        span: term.span,
    }
}

/// SQL given as text; anything else as it is written.
pub(crate) fn expression(term: &Term) -> Expression {
    Expression {
        text: told(term).unwrap_or_default(),
        span: term.span,
    }
}

/// An expression as SQL, with an ellipsis for what cannot be told; `None` where nothing can.
fn told(term: &Term) -> Option<String> {
    let call = match (&term.form, term.sql()) {
        (Form::Text(text), _) => return Some(format!("'{}'", text.text.replace('\'', "''"))),
        (_, Some((text, _))) => return Some(text.text.clone()),
        (Form::Number(number), _) => return Some(number.clone()),
        (Form::Call(call), _) => call,
        _ => return None,
    };
    match (call.name(), call.args.as_slice()) {
        (name @ ("true" | "false" | "null"), []) => Some(name.to_owned()),
        ("column", [name, ..]) => name.text().map(str::to_owned),
        (name, args) => {
            let mut path = call.callee.split('.');
            if !path.any(|part| matches!(part, "func" | "functions")) {
                return None;
            }
            let args = args.iter();
            let args = args.map(|arg| told(arg).unwrap_or_else(|| "…".to_owned()));
            Some(format!("{name}({})", args.collect::<Vec<_>>().join(", ")))
        }
    }
}

/// A condition: a string is SQL here.
pub(crate) fn condition(term: &Term) -> Expression {
    let text = term.sql().map(|(text, _)| text.text.clone());
    Expression {
        text: text.unwrap_or_default(),
        span: term.span,
    }
}

/// A parent that operations name apart from its columns.
pub(crate) fn parent(name: &Term, schema: Option<&Term>, dialect: Dialect) -> Option<TableName> {
    let schema = schema.and_then(Term::text);
    Some(table_named(name.text()?, schema, name.span, dialect))
}
