//! Changes to a database schema, whatever wrote them: the vocabulary between front ends and replay.
//!
//! Names are stored as the database compares them: folded to lower case unless quoted in PostgreSQL,
//! always in SQLite and SQL Server, and for everything but tables in MySQL. Knows no parser.

mod access;
mod alter;
mod code;
mod index;
mod place;
mod query;
mod reads;
mod types;
mod view;

use serde::{Deserialize, Serialize};

use crate::source::Span;
pub use access::{AccessChange, Command, Granted, Held, Policy, PublicRight, Target};
pub use alter::{AlterAction, AlterKind};
pub use code::{CodeChange, CreateFunction, Rights};
pub use index::{Index, IndexKey};
pub use query::{Query, QueryColumn, QuerySource};
pub use reads::{ColumnRead, Reads};
pub use types::{Beside, Domain, TypeChange, TypeDefinition};
pub use view::{CreateView, ViewChange};

/// The SQL a document is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// PostgreSQL and its kin; also what is assumed without evidence.
    Postgres,
    /// MySQL and MariaDB.
    Mysql,
    /// SQLite.
    Sqlite,
    /// Microsoft SQL Server.
    Mssql,
}

impl Dialect {
    /// A name of anything but a table as the database compares it when it is given in quotes.
    pub fn stored(self, name: &str) -> String {
        /// The longest identifier of PostgreSQL, in bytes.
        const LONGEST: usize = 63;
        match self {
            Self::Postgres => name[..name.floor_char_boundary(LONGEST)].to_owned(),
            Self::Mysql | Self::Sqlite | Self::Mssql => name.to_lowercase(),
        }
    }

    /// The same for the name of a table.
    pub fn stored_table(self, name: &str) -> String {
        match self {
            Self::Mysql => name.to_owned(),
            _ => self.stored(name),
        }
    }

    /// The word users read and write.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
            Self::Sqlite => "sqlite",
            Self::Mssql => "mssql",
        }
    }
}

/// Which direction of a migration a statement belongs to.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Section {
    /// Applied.
    #[default]
    Up,
    /// The way back; never replayed.
    Down,
    /// Applied to other databases only; never replayed.
    Elsewhere,
}

/// One statement with what it changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaStatement {
    /// The statement, without its terminator.
    pub span: Span,
    /// Its direction, by the markers of the migration tool.
    pub section: Section,
    /// It stands under a condition of its text (a `DO` block, `IF`): it is taken to run, unless what
    /// it makes exists already or what it drops is missing.
    pub guarded: bool,
    /// What it does.
    pub change: SchemaChange,
}

/// What a statement does to the schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SchemaChange {
    /// `CREATE TABLE`.
    CreateTable(CreateTable),
    /// `ALTER TABLE`; several actions keep their order.
    AlterTable {
        /// The table.
        table: TableName,
        /// A missing table is no error.
        if_exists: bool,
        /// `ONLY`: tables that inherit from it stay as they are.
        only: bool,
        /// What is done, in order.
        actions: Vec<AlterAction>,
    },
    /// `DROP TABLE`.
    DropTable {
        /// The tables.
        tables: Vec<TableName>,
        /// A missing table is no error.
        if_exists: bool,
        /// Foreign keys of other tables go too.
        cascade: bool,
    },
    /// `TRUNCATE`: all rows go.
    Truncate {
        /// The tables.
        tables: Vec<TableName>,
    },
    /// `CREATE SCHEMA`.
    CreateSchema {
        /// The schema.
        name: Ident,
    },
    /// `ALTER SCHEMA … RENAME TO`.
    RenameSchema {
        /// The schema.
        name: Ident,
        /// Its new name.
        to: Ident,
    },
    /// `SET search_path`, to the end of the file.
    SetSearchPath {
        /// The schemas in which names without one are looked up; none = the default.
        schemas: Vec<Ident>,
    },
    /// `DROP SCHEMA`, with every table in it.
    DropSchema {
        /// The schemas; the default schema is named too.
        names: Vec<Ident>,
    },
    /// `RENAME TABLE a TO b` (MySQL), one pair each.
    RenameTable {
        /// The table.
        table: TableName,
        /// Its new name.
        to: TableName,
    },
    /// `CREATE INDEX`.
    CreateIndex(Index),
    /// `DROP INDEX`.
    DropIndex {
        /// The indexes.
        names: Vec<TableName>,
        /// The table, where the dialect names it.
        table: Option<TableName>,
        /// A missing index is no error.
        if_exists: bool,
        /// Foreign keys that lean on it go too.
        cascade: bool,
    },
    /// `ALTER INDEX a RENAME TO b`.
    RenameIndex {
        /// The index.
        name: TableName,
        /// A missing index is no error.
        if_exists: bool,
        /// Its new name.
        to: Ident,
    },
    /// `CREATE TYPE` or `CREATE DOMAIN`.
    CreateType {
        /// The type.
        name: TableName,
        /// What it is made of.
        definition: TypeDefinition,
    },
    /// `ALTER TYPE` or `ALTER DOMAIN`.
    AlterType {
        /// The type.
        name: TableName,
        /// What is done.
        change: TypeChange,
    },
    /// `DROP TYPE` or `DROP DOMAIN`.
    DropType {
        /// The types.
        names: Vec<TableName>,
        /// Columns of these types go too.
        cascade: bool,
    },
    /// `CREATE VIEW`, and `ALTER VIEW … AS`.
    CreateView(CreateView),
    /// `ALTER VIEW`.
    AlterView {
        /// The view.
        name: TableName,
        /// What is done.
        change: ViewChange,
    },
    /// `DROP VIEW`.
    DropView {
        /// The views.
        names: Vec<TableName>,
        /// Views that read from them go too.
        cascade: bool,
    },
    /// `CREATE POLICY` and what else decides who may reach rows.
    Access(AccessChange),
    /// Extensions and functions.
    Code(CodeChange),
    /// A step in a language that is not read: the tables of these names, where there are any, become
    /// open.
    Unread {
        /// Names in its strings.
        names: Vec<String>,
    },
    /// A statement that is put together when it runs: those of these tables that are there become
    /// open.
    Doubt {
        /// What may be meant.
        tables: Vec<TableName>,
    },
    /// A statement that nobody understood: the tables it names become open.
    Opaque {
        /// The tables named in it; none = it may have changed any table.
        tables: Vec<TableName>,
    },
}

impl SchemaChange {
    /// The tables it names; those an index or a type stands for are not known.
    pub fn tables(&self) -> Vec<TableName> {
        match self {
            Self::CreateTable(create) => vec![create.table.clone()],
            Self::AlterTable { table, .. } => vec![table.clone()],
            Self::RenameTable { table, to } => vec![table.clone(), to.clone()],
            Self::CreateIndex(index) => vec![index.table.clone()],
            Self::DropTable { tables, .. }
            | Self::Truncate { tables }
            | Self::Opaque { tables }
            | Self::Doubt { tables } => tables.clone(),
            Self::DropIndex { table, .. } => table.iter().cloned().collect(),
            Self::Access(change) => change.tables(),
            Self::Code(_)
            | Self::DropSchema { .. }
            | Self::CreateSchema { .. }
            | Self::RenameSchema { .. }
            | Self::SetSearchPath { .. }
            | Self::RenameIndex { .. }
            | Self::CreateType { .. }
            | Self::AlterType { .. }
            | Self::DropType { .. }
            | Self::CreateView(_)
            | Self::AlterView { .. }
            | Self::DropView { .. }
            | Self::Unread { .. } => Vec::new(),
        }
    }
}

/// A name as the database compares it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ident {
    /// The name without quotes, folded as the dialect does.
    pub name: String,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// A name with an optional schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableName {
    /// The schema, when written. The default schema (`public`, `dbo`, `main`) is empty where names
    /// without one may mean another, else left out.
    pub schema: Option<String>,
    /// The name.
    pub name: String,
    /// Where the whole name stands.
    pub span: Span,
}

/// `CREATE TABLE`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateTable {
    /// The table.
    pub table: TableName,
    /// An existing table makes it a no-op.
    pub if_not_exists: bool,
    /// A temporary table: not part of the schema.
    pub temporary: bool,
    /// What follows `PARTITION BY`.
    pub partitioning: Option<Expression>,
    /// The columns, in order.
    pub columns: Vec<Column>,
    /// Constraints of the table and of its columns; an inline one has its column in it.
    pub constraints: Vec<Constraint>,
    /// Indexes declared inside (MySQL, MSSQL).
    pub indexes: Vec<Index>,
    /// `PARTITION OF` / `INHERITS` / `LIKE` / `AS SELECT`: columns come from elsewhere.
    pub derived: Option<Derived>,
}

impl CreateTable {
    /// A table with nothing in it.
    pub fn new(table: TableName) -> Self {
        CreateTable {
            table,
            if_not_exists: false,
            temporary: false,
            partitioning: None,
            columns: Vec::new(),
            constraints: Vec::new(),
            indexes: Vec::new(),
            derived: None,
        }
    }
}

/// Where the columns of a table come from when it does not list them all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Derived {
    /// A partition of another table: no table of its own for any rule.
    PartitionOf {
        /// The table it is a part of.
        parent: TableName,
        /// What follows that name: `FOR VALUES …`.
        bounds: Option<Expression>,
    },
    /// Inherits columns.
    Inherits(Vec<TableName>),
    /// Copies columns, and with `indexes` keys and indexes too.
    Like(Like),
    /// `AS SELECT`; `None` = nobody can tell the columns.
    Query(Option<Query>),
    /// `CREATE FOREIGN TABLE`: the columns are listed, the rows are those of another server.
    Foreign,
}

/// `LIKE`: columns that are copied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Like {
    /// The table copied.
    pub table: TableName,
    /// How many of the columns that are listed come before.
    pub position: usize,
    /// What is copied with them.
    pub including: Including,
}

/// What `LIKE` copies beside columns, their types and nullability.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Including {
    /// Keys and indexes.
    pub indexes: bool,
    /// Check constraints.
    pub checks: bool,
    /// Defaults.
    pub defaults: bool,
    /// What computes them.
    pub generated: bool,
    /// Identity.
    pub identity: bool,
}

/// A column as a clause declares it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: Ident,
    /// Its type; `None` where none is written (SQLite).
    pub ty: Option<TypeName>,
    /// `NOT NULL` (also by being a primary key, serial or identity column).
    pub not_null: bool,
    /// The default, as written.
    pub default: Option<Expression>,
    /// Numbers itself: serial, identity, AUTO_INCREMENT, AUTOINCREMENT.
    pub auto_increment: bool,
    /// The code that writes it takes only values of a list: `choices`, an `Enum` kept as text.
    pub listed: bool,
    /// It names rows of another table and is to have no foreign key: `db_constraint=False`.
    pub released: bool,
    /// Numbers itself as an identity, not by a default.
    pub identity: Option<Identity>,
    /// What computes it, as written.
    pub generated: Option<Expression>,
    /// What is computed is written into the row.
    pub stored: bool,
    /// The field of a model that stands for it, where that has another name.
    pub attribute: Option<String>,
    /// The whole clause.
    pub span: Span,
}

impl Column {
    /// A column of no known type that may hold NULL.
    pub fn new(name: Ident, span: Span) -> Self {
        Column {
            name,
            ty: None,
            not_null: false,
            default: None,
            auto_increment: false,
            listed: false,
            released: false,
            identity: None,
            generated: None,
            stored: false,
            attribute: None,
            span,
        }
    }
}

/// `GENERATED … AS IDENTITY`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Identity {
    /// `ALWAYS`.
    Always,
    /// `BY DEFAULT`: a value that is given counts. Also where nothing more is said.
    ByDefault,
}

/// A type as written and as the database calls it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeName {
    /// Canonical lower-case base name: `integer`, `bigint`, `double precision`, `character varying`, `numeric`, …
    /// A user-defined type keeps its stored name.
    pub base: String,
    /// What stands in the parentheses: length, or precision and scale.
    pub args: Vec<String>,
    /// An array of it.
    pub array: bool,
    /// `UNSIGNED` (MySQL).
    pub unsigned: bool,
    /// Where it stands, arguments included.
    pub span: Span,
}

/// An expression kept as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expression {
    /// As written.
    pub text: String,
    /// Where.
    pub span: Span,
}

impl Expression {
    /// Whether it takes the next number of a sequence.
    pub fn counts(&self) -> bool {
        let text = self
            .text
            .trim_start_matches(['"', '(', ' '])
            .to_ascii_lowercase();
        let text = text.strip_prefix("pg_catalog.").unwrap_or(&text);
        text.starts_with("nextval") || text.starts_with("next value for")
    }
}

/// A constraint of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Constraint {
    /// Its name, when written.
    pub name: Option<Ident>,
    /// What it demands.
    pub kind: ConstraintKind,
    /// Existing rows are not checked.
    pub not_valid: bool,
    /// Declared inside a column's clause.
    pub inline: bool,
    /// The whole clause.
    pub span: Span,
}

/// What a constraint demands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConstraintKind {
    /// `PRIMARY KEY`.
    PrimaryKey {
        /// The columns; empty with `using_index`.
        columns: Vec<Ident>,
        /// `USING INDEX name`.
        using_index: Option<Ident>,
    },
    /// `UNIQUE`.
    Unique {
        /// The columns; empty with `using_index`.
        columns: Vec<Ident>,
        /// `USING INDEX name`.
        using_index: Option<Ident>,
    },
    /// `FOREIGN KEY` / `REFERENCES`.
    ForeignKey(ForeignKey),
    /// `CHECK`.
    Check {
        /// The condition.
        condition: Expression,
    },
    /// `EXCLUDE`.
    Exclude(Exclusion),
}

/// A foreign key clause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForeignKey {
    /// The referencing columns.
    pub columns: Vec<Ident>,
    /// The parent table.
    pub parent: TableName,
    /// The referenced columns; empty = the parent's primary key at that time.
    pub parent_columns: Vec<Ident>,
    /// `ON DELETE …`, with the span of the clause.
    pub on_delete: Option<(Action, Span)>,
    /// `ON UPDATE …`, with the span of the clause.
    pub on_update: Option<(Action, Span)>,
    /// The mapper of the application carries the actions out (Django); the database itself is told
    /// nothing, which is `NO ACTION`.
    pub emulated: bool,
    /// Left to a statement behind all tables (SQLAlchemy's `use_alter`).
    pub deferred: bool,
}

/// An exclusion constraint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exclusion {
    /// `USING method`, lower case.
    pub method: Option<String>,
    /// Its keys, in order; the text of each ends in its operator.
    pub keys: Vec<IndexKey>,
    /// `WHERE …`.
    pub predicate: Option<Expression>,
}

/// What happens to the referencing rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Action {
    /// `NO ACTION`.
    NoAction,
    /// `RESTRICT`.
    Restrict,
    /// `CASCADE`.
    Cascade,
    /// `SET NULL`.
    SetNull,
    /// `SET DEFAULT`.
    SetDefault,
}
