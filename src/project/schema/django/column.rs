//! Columns: what the schema editor of Django makes of a field in each database.

use super::expression::UNTOLD;
use super::field::{Field, Kind, Options, Relation};
use super::names::{self, Suffix};
use super::state::{Model, State};
use crate::facts::schema::{
    Column, Constraint, ConstraintKind, Dialect, Expression, ForeignKey, Ident, Identity, Index,
    IndexKey, TableName, TypeName,
};
use crate::source::Span;

/// What a field becomes.
#[derive(Clone, Debug)]
pub(in crate::project::schema) struct Made {
    /// The column.
    pub column: Column,
    /// The key, unique and check constraints of its clause.
    pub constraints: Vec<Constraint>,
    /// The foreign key, where the database knows of it.
    pub foreign_key: Option<Constraint>,
    /// Its indexes.
    pub indexes: Vec<Index>,
}

/// The columns of Django's fields on PostgreSQL, MySQL, SQLite and SQL Server.
const TYPES: &[(&str, [&str; 4])] = &[
    ("AutoField", ["integer"; 4]),
    ("BigAutoField", ["bigint", "bigint", "integer", "bigint"]),
    ("BigIntegerField", ["bigint"; 4]),
    ("BinaryField", ["bytea", "longblob", "blob", "varbinary"]),
    ("BooleanField", ["boolean", "boolean", "boolean", "bit"]),
    ("CharField", VARYING),
    ("DateField", ["date"; 4]),
    (
        "DateTimeField",
        [
            "timestamp with time zone",
            "datetime",
            "datetime",
            "datetime2",
        ],
    ),
    ("DecimalField", ["numeric"; 4]),
    ("DurationField", ["interval", "bigint", "bigint", "bigint"]),
    ("FileField", VARYING),
    (
        "FloatField",
        ["double precision", "double", "real", "double precision"],
    ),
    (
        "GenericIPAddressField",
        ["inet", "character", "character", "nvarchar"],
    ),
    (
        "IPAddressField",
        ["inet", "character", "character", "nvarchar"],
    ),
    ("IntegerField", ["integer"; 4]),
    ("JSONField", ["jsonb", "json", "text", "nvarchar"]),
    (
        "PositiveBigIntegerField",
        ["bigint", "bigint", "bigint unsigned", "bigint"],
    ),
    (
        "PositiveIntegerField",
        ["integer", "integer", "integer unsigned", "integer"],
    ),
    (
        "PositiveSmallIntegerField",
        ["smallint", "smallint", "smallint unsigned", "smallint"],
    ),
    (
        "SmallAutoField",
        ["smallint", "smallint", "integer", "smallint"],
    ),
    ("SmallIntegerField", ["smallint"; 4]),
    ("TextField", ["text", "longtext", "text", "nvarchar"]),
    ("TimeField", ["time"; 4]),
    ("UUIDField", ["uuid", "character", "character", "character"]),
];

const VARYING: [&str; 4] = [
    "character varying",
    "character varying",
    "character varying",
    "nvarchar",
];

/// How many foreign keys may lead to foreign keys.
const STEPS: u32 = 8;

impl State {
    /// What a field of a model becomes; nothing for one without a column.
    pub(in crate::project::schema) fn made(&self, model: &Model, field: &Field) -> Option<Made> {
        let table = self.table(model);
        self.made_in(&table, field)
    }

    /// What a field becomes in a table.
    pub(super) fn made_in(&self, table: &str, field: &Field) -> Option<Made> {
        if !field.has_column() {
            return None;
        }
        let options = &field.options;
        let name = Ident {
            name: self.column_of(field),
            span: options
                .column
                .as_ref()
                .map_or(field.name.span, |it| it.span),
        };
        let ty = self.ty(field).map(|ty| TypeName {
            span: field.class,
            ..ty
        });
        let has_identities = matches!(self.dialect, Dialect::Postgres | Dialect::Mssql);
        let column = Column {
            attribute: (name.name != field.name.name).then(|| field.name.name.clone()),
            name: name.clone(),
            not_null: !options.null || options.primary_key,
            default: options.db_default.as_ref().map(|(value, span)| Expression {
                text: self.literal(value),
                span: *span,
            }),
            auto_increment: is_auto(&field.kind),
            listed: options.listed,
            released: matches!(&field.kind, Kind::Relation(it) if !it.constrained),
            identity: (is_auto(&field.kind) && has_identities).then_some(Identity::ByDefault),
            generated: options.computed.map(|span| Expression {
                text: UNTOLD.to_owned(),
                span,
            }),
            stored: options.persisted,
            ty,
            span: field.span,
        };
        Some(Made {
            constraints: self.inline(field, &name),
            foreign_key: self.foreign_key(table, field, &name),
            indexes: self.indexes(table, field, &column),
            column,
        })
    }

    /// The type of a field's column; `None` where nobody knows. Its place is not set.
    pub(in crate::project::schema) fn ty(&self, field: &Field) -> Option<TypeName> {
        self.ty_within(field, STEPS)
    }

    fn ty_within(&self, field: &Field, steps: u32) -> Option<TypeName> {
        let plain = |base: &str, args: Vec<String>| TypeName {
            base: base.to_owned(),
            args,
            array: false,
            unsigned: false,
            span: field.class,
        };
        match &field.kind {
            Kind::Plain(name) => self.plain(name, &field.options, field.class),
            Kind::Named(name) => Some(plain(name, Vec::new())),
            Kind::Generated(field) => self.ty_within(field, steps),
            Kind::Array(item) => Some(TypeName {
                array: true,
                ..self.ty_within(item, steps)?
            }),
            Kind::Spatial { base, args, .. } => Some(plain(base, args.clone())),
            Kind::Relation(relation) => self.referencing(relation, field.class, steps),
            _ => None,
        }
    }

    /// The type of a foreign key: that of what it refers to, without what makes that count.
    fn referencing(&self, relation: &Relation, span: Span, steps: u32) -> Option<TypeName> {
        let steps = steps.checked_sub(1)?;
        let referenced = self.referenced(relation)?;
        let counted = |name: &str| match name {
            "AutoField" => "IntegerField",
            "BigAutoField" => "BigIntegerField",
            "SmallAutoField" => "SmallIntegerField",
            "PositiveIntegerField" if self.dialect != Dialect::Mysql => "IntegerField",
            "PositiveBigIntegerField" if self.dialect != Dialect::Mysql => "BigIntegerField",
            "PositiveSmallIntegerField" if self.dialect != Dialect::Mysql => "SmallIntegerField",
            _ => "",
        };
        match (referenced.field, referenced.known) {
            (Some(field), _) => match &field.kind {
                Kind::Plain(name) if !counted(name).is_empty() => {
                    self.plain(counted(name), &field.options, span)
                }
                _ => self.ty_within(field, steps),
            },
            (None, Some((name, max_length))) => {
                let options = Options {
                    max_length,
                    ..Options::default()
                };
                let name = match counted(&name) {
                    "" => name.as_str(),
                    counted => counted,
                };
                self.plain(name, &options, span)
            }
            (None, None) => None,
        }
    }

    fn plain(&self, name: &str, options: &Options, span: Span) -> Option<TypeName> {
        let (_, bases) = TYPES.iter().find(|(field, _)| *field == name)?;
        let base = match self.dialect {
            Dialect::Postgres => bases[0],
            Dialect::Mysql => bases[1],
            Dialect::Sqlite => bases[2],
            Dialect::Mssql => bases[3],
        };
        Some(TypeName {
            base: base.to_owned(),
            args: self.arguments(name, base, options),
            array: false,
            unsigned: name.starts_with("Positive") && self.dialect == Dialect::Mysql,
            span,
        })
    }

    fn arguments(&self, name: &str, base: &str, options: &Options) -> Vec<String> {
        let length = |length: i64| vec![length.to_string()];
        match (name, self.dialect) {
            ("DecimalField", Dialect::Sqlite) => Vec::new(),
            ("DecimalField", _) => {
                let digits = options.digits.into_iter();
                digits
                    .flat_map(|(digits, places)| [digits.to_string(), places.to_string()])
                    .collect()
            }
            ("DateTimeField" | "TimeField", Dialect::Mysql) => length(6),
            ("UUIDField", _) if base == "character" => length(32),
            ("IPAddressField", _) if base != "inet" => length(15),
            ("GenericIPAddressField", _) if base != "inet" => length(39),
            ("BinaryField" | "TextField" | "JSONField", Dialect::Mssql) => vec!["max".to_owned()],
            _ if base == "character varying" || base == "nvarchar" => {
                options.max_length.into_iter().flat_map(length).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Constraints that are part of the column's clause.
    fn inline(&self, field: &Field, column: &Ident) -> Vec<Constraint> {
        let constraint = |kind| Constraint {
            name: None,
            kind,
            not_valid: false,
            inline: true,
            span: field.span,
        };
        let columns = vec![column.clone()];
        let mut found = Vec::new();
        if field.options.primary_key {
            found.push(constraint(ConstraintKind::PrimaryKey {
                columns,
                using_index: None,
            }));
        } else if field.options.unique {
            found.push(constraint(ConstraintKind::Unique {
                columns,
                using_index: None,
            }));
        }
        if let Some(condition) = self.check(field, &column.name) {
            found.push(constraint(ConstraintKind::Check {
                condition: Expression {
                    text: condition,
                    span: field.span,
                },
            }));
        }
        found
    }

    /// What the database checks of every value of a field.
    pub(in crate::project::schema) fn check(&self, field: &Field, column: &str) -> Option<String> {
        let Kind::Plain(name) = &field.kind else {
            return None;
        };
        match (name.as_str(), self.dialect) {
            (_, Dialect::Mysql) => None,
            (
                "PositiveIntegerField" | "PositiveBigIntegerField" | "PositiveSmallIntegerField",
                _,
            ) => Some(format!("\"{column}\" >= 0")),
            ("JSONField", Dialect::Sqlite) => Some(format!(
                "(JSON_VALID(\"{column}\") OR \"{column}\" IS NULL)"
            )),
            _ => None,
        }
    }

    /// The foreign key of a relation. What happens on delete Django does by itself.
    fn foreign_key(&self, table: &str, field: &Field, column: &Ident) -> Option<Constraint> {
        let Kind::Relation(relation) = &field.kind else {
            return None;
        };
        if !relation.constrained {
            return None;
        }
        let referenced = self.referenced(relation)?;
        let name = (self.dialect != Dialect::Sqlite).then(|| Ident {
            name: names::over(
                table,
                std::slice::from_ref(&column.name),
                Suffix::ForeignKey(&referenced.table, &referenced.column),
                self.dialect,
            ),
            span: field.name.span,
        });
        // Of a package that nobody knows the column is a guess.
        let is_known = referenced.field.is_some() || referenced.known.is_some();
        let parent_columns = is_known.then(|| Ident {
            name: referenced.column.clone(),
            span: field.span,
        });
        // A row that is part of another one goes with it, whatever is said, and a row that is only
        // marked takes nothing along.
        let is_decided = !relation.parent_link && !referenced.marks_deleted;
        let on_delete = relation.on_delete.filter(|_| is_decided);
        Some(Constraint {
            name,
            kind: ConstraintKind::ForeignKey(ForeignKey {
                columns: vec![Ident {
                    name: column.name.clone(),
                    span: field.name.span,
                }],
                parent: TableName {
                    schema: None,
                    name: referenced.table,
                    span: field.span,
                },
                parent_columns: parent_columns.into_iter().collect(),
                on_delete,
                on_update: None,
                emulated: !relation.by_database,
                deferred: false,
            }),
            not_valid: false,
            inline: true,
            span: field.span,
        })
    }

    /// The indexes of a field that no constraint makes.
    fn indexes(&self, table: &str, field: &Field, column: &Column) -> Vec<Index> {
        let options = &field.options;
        let mut found = Vec::new();
        if let Kind::Spatial { indexed: true, .. } = &field.kind {
            if self.dialect == Dialect::Postgres {
                let mut index = self.field_index(table, field, column, "_id", None);
                index.method = Some("gist".to_owned());
                found.push(index);
            }
            return found;
        }
        if options.indexed && !field.is_unique() && !self.is_left_out(field, column) {
            found.push(self.field_index(table, field, column, "", None));
        }
        let base = column.ty.as_ref().filter(|ty| !ty.array);
        let operators = match base.map(|ty| ty.base.as_str()) {
            Some("character varying") => Some("varchar_pattern_ops"),
            Some("text") => Some("text_pattern_ops"),
            _ => None,
        };
        if let (Dialect::Postgres, Some(operators)) = (self.dialect, operators)
            && (options.indexed || field.is_unique())
        {
            found.push(self.field_index(table, field, column, "_like", Some(operators)));
        }
        found
    }

    /// InnoDB indexes foreign keys by itself, and no long texts.
    fn is_left_out(&self, field: &Field, column: &Column) -> bool {
        let is_long = |ty: &TypeName| matches!(ty.base.as_str(), "longtext" | "longblob" | "json");
        let constrained = matches!(&field.kind, Kind::Relation(relation) if relation.constrained);
        self.dialect == Dialect::Mysql && (constrained || column.ty.as_ref().is_some_and(is_long))
    }

    fn field_index(
        &self,
        table: &str,
        field: &Field,
        column: &Column,
        ending: &str,
        operators: Option<&str>,
    ) -> Index {
        let columns = std::slice::from_ref(&column.name.name);
        let name = &column.name.name;
        let named = Some(Ident {
            name: names::over(table, columns, Suffix::Index(ending), self.dialect),
            span: field.name.span,
        });
        let table = TableName {
            schema: None,
            name: table.to_owned(),
            span: field.name.span,
        };
        Index {
            keys: vec![IndexKey {
                column: Some(name.clone()),
                text: match operators {
                    Some(operators) => format!("{name} {operators}"),
                    None => name.clone(),
                },
                span: field.name.span,
            }],
            ..Index::new(named, table, field.span)
        }
    }
}

fn is_auto(kind: &Kind) -> bool {
    matches!(kind, Kind::Plain(name) if name.ends_with("AutoField"))
}
