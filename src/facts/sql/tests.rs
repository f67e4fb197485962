//! One line of SQL in, facts out.

mod access;
mod texts;
mod types;
mod views;

use super::read;
use crate::facts::FileOutcome;
use crate::facts::schema::{
    AlterKind, CodeChange, Column, Constraint, ConstraintKind, CreateTable, Dialect, Index, Rights,
    SchemaChange,
};

fn outcome(dialect: Dialect, sql: &str) -> FileOutcome {
    read(sql, 0..sql.len(), Some(dialect))
}

fn changes(dialect: Dialect, sql: &str) -> Vec<SchemaChange> {
    let outcome = outcome(dialect, sql);
    assert_eq!(outcome.notes, [], "{sql}");
    outcome.facts.schema.into_iter().map(|s| s.change).collect()
}

fn change(dialect: Dialect, sql: &str) -> SchemaChange {
    let mut changes = changes(dialect, sql);
    assert_eq!(changes.len(), 1, "{sql}: {changes:#?}");
    changes.remove(0)
}

fn table(dialect: Dialect, sql: &str) -> CreateTable {
    match change(dialect, sql) {
        SchemaChange::CreateTable(table) => table,
        other => panic!("{sql}: {other:#?}"),
    }
}

fn index(dialect: Dialect, sql: &str) -> Index {
    match change(dialect, sql) {
        SchemaChange::CreateIndex(index) => index,
        other => panic!("{sql}: {other:#?}"),
    }
}

/// The actions of an `ALTER TABLE`, each in a few words.
fn actions(dialect: Dialect, sql: &str) -> Vec<String> {
    match change(dialect, sql) {
        SchemaChange::AlterTable { actions, .. } => actions
            .iter()
            .map(|action| format!("{} | {}", action.span.of(sql), alter(&action.kind)))
            .collect(),
        other => panic!("{sql}: {other:#?}"),
    }
}

fn alter(kind: &AlterKind) -> String {
    match kind {
        AlterKind::AddColumn {
            column: c,
            constraints,
            ..
        } => {
            let constraints: Vec<_> = constraints.iter().map(constraint).collect();
            format!("add {} {}", column(c), constraints.join(" "))
                .trim_end()
                .to_owned()
        }
        AlterKind::ReplaceColumn { name, column: c } => {
            format!("replace {} by {}", name.name, column(c))
        }
        AlterKind::AddConstraint(c) => format!("add {}", constraint(c)),
        AlterKind::AddIndex(index) => format!("index {}", keys(index)),
        AlterKind::DropColumn { name, cascade, .. } => format!("drop {} {cascade}", name.name),
        AlterKind::DropConstraint { name, .. } => format!("drop constraint {}", name.name),
        AlterKind::DropIndex { name } => format!("drop index {}", name.name),
        AlterKind::SetType { column, ty } => format!("{} is {}", column.name, ty.base),
        AlterKind::SetNotNull { column, not_null } => format!("{} {not_null}", column.name),
        AlterKind::SetDefault { column, default } => format!(
            "{} = {}",
            column.name,
            default.as_ref().map_or("-", |default| &default.text)
        ),
        AlterKind::SetIdentity { column, identity } => format!("{} {identity:?}", column.name),
        AlterKind::DropExpression { column } => format!("{} is plain", column.name),
        AlterKind::RenameColumn { name, to } => format!("{} -> {}", name.name, to.name),
        AlterKind::RenameConstraint { name, to } => format!("{} -> {}", name.name, to.name),
        AlterKind::RenameIndex { name, to } => format!("{} -> {}", name.name, to.name),
        AlterKind::RenameTable { to } => format!("-> {}", to.name),
        AlterKind::SetSchema { schema } => format!("in {}", schema.name),
        AlterKind::AttachPartition { partition, .. } => format!("attach {}", partition.name),
        AlterKind::DetachPartition { partition } => format!("detach {}", partition.name),
        AlterKind::Inherit { parent, inherits } => format!("inherit {} {inherits}", parent.name),
        AlterKind::ValidateConstraint { name } => format!("validate {}", name.name),
        AlterKind::DropPrimaryKey => "drop primary key".to_owned(),
        AlterKind::RowSecurity { enabled } => format!("row security {enabled}"),
        AlterKind::Nothing => "nothing".to_owned(),
        AlterKind::Opaque => "opaque".to_owned(),
    }
}

/// A column in a few words: `id integer(11) not null auto = default`.
fn column(column: &Column) -> String {
    let mut text = column.name.name.clone();
    if let Some(ty) = &column.ty {
        text += &format!(" {}", ty.base);
        if !ty.args.is_empty() {
            text += &format!("({})", ty.args.join(","));
        }
        text += if ty.array { "[]" } else { "" };
    }
    text += if column.not_null { " not null" } else { "" };
    text += if column.auto_increment { " auto" } else { "" };
    if let Some(default) = &column.default {
        text += &format!(" = {}", default.text);
    }
    if let Some(expression) = &column.generated {
        text += &format!(" as {}", expression.text);
    }
    text
}

fn columns(table: &CreateTable) -> Vec<String> {
    table.columns.iter().map(column).collect()
}

fn keys(index: &Index) -> String {
    let name = index.name.as_ref().map_or("-", |name| &name.name);
    let keys: Vec<_> = index
        .keys
        .iter()
        .map(|key| key.column.as_deref().unwrap_or("?"))
        .collect();
    format!("{name} on {}({})", index.table.name, keys.join(","))
}

/// A constraint in a few words.
fn constraint(constraint: &Constraint) -> String {
    let names = |columns: &[crate::facts::schema::Ident]| {
        let names: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
        names.join(",")
    };
    let text = match &constraint.kind {
        ConstraintKind::PrimaryKey { columns, .. } => format!("pk({})", names(columns)),
        ConstraintKind::Unique { columns, .. } => format!("unique({})", names(columns)),
        ConstraintKind::ForeignKey(key) => format!(
            "fk({}) {}({}) {:?}",
            names(&key.columns),
            key.parent.name,
            names(&key.parent_columns),
            key.on_delete.map(|(action, _)| action),
        ),
        ConstraintKind::Check { condition } => format!("check({})", condition.text),
        ConstraintKind::Exclude(exclusion) => format!("exclude({})", exclusion.keys.len()),
    };
    match &constraint.name {
        Some(name) => format!("{}: {text}", name.name),
        None => text,
    }
}

fn constraints(table: &CreateTable) -> Vec<String> {
    table.constraints.iter().map(constraint).collect()
}

fn code(change: &CodeChange) -> String {
    match change {
        CodeChange::CreateExtension { name } => format!("extension {}", name.name),
        CodeChange::DropExtensions { names } => format!("drop extension {}", names[0].name),
        CodeChange::CreateFunction(made) => {
            let rights = match made.rights {
                Rights {
                    definer: None,
                    path: None,
                } => String::new(),
                rights => format!(" {rights:?}"),
            };
            format!("function {}({}){rights}", made.name.name, made.arguments)
        }
        CodeChange::AlterFunction { name, rights, .. } => {
            format!("rights of {}: {rights:?}", name.name)
        }
        CodeChange::SettlePaths => "paths".to_owned(),
        CodeChange::DropFunctions { functions } => format!("drop function {}", functions[0].0.name),
    }
}

/// Every change in a few words, with the bytes it stands on.
fn told(dialect: Dialect, sql: &str) -> Vec<String> {
    let outcome = outcome(dialect, sql);
    let told = outcome.facts.schema.iter().map(|statement| {
        let guard = if statement.guarded { "if " } else { "" };
        let names = |tables: &[crate::facts::schema::TableName]| {
            let names: Vec<_> = tables.iter().map(|table| table.name.as_str()).collect();
            names.join(",")
        };
        let what = match &statement.change {
            SchemaChange::CreateTable(table) => format!("table {}", table.table.name),
            SchemaChange::AlterTable { table, actions, .. } => {
                let actions: Vec<_> = actions.iter().map(|action| alter(&action.kind)).collect();
                format!("{}: {}", table.name, actions.join("; "))
            }
            SchemaChange::CreateIndex(index) => format!("index {}", keys(index)),
            SchemaChange::Doubt { tables } => format!("doubt {}", names(tables)),
            SchemaChange::Opaque { tables } => format!("opaque {}", names(tables)),
            SchemaChange::DropTable { tables, .. } => format!("drop {}", names(tables)),
            SchemaChange::RenameTable { table, to } => format!("{} -> {}", table.name, to.name),
            SchemaChange::RenameIndex { name, to, .. } => {
                format!("index {} -> {}", name.name, to.name)
            }
            SchemaChange::DropIndex { names: indexes, .. } => {
                format!("drop index {}", names(indexes))
            }
            SchemaChange::DropSchema { names } => format!("drop schema {}", names[0].name),
            SchemaChange::CreateSchema { name } => format!("schema {}", name.name),
            SchemaChange::RenameSchema { name, to } => {
                format!("schema {} -> {}", name.name, to.name)
            }
            SchemaChange::SetSearchPath { schemas } => {
                let names: Vec<_> = schemas.iter().map(|schema| schema.name.as_str()).collect();
                format!("path {}", names.join(","))
            }
            SchemaChange::CreateType { name, definition } => {
                format!("type {} {}", name.name, types::defined(definition))
            }
            SchemaChange::AlterType { name, change } => {
                format!("type {}: {}", name.name, types::changed(change))
            }
            SchemaChange::DropType { names: types, .. } => format!("drop type {}", names(types)),
            SchemaChange::Code(change) => code(change),
            SchemaChange::CreateView(view) => format!("view {}", view.name.name),
            SchemaChange::AlterView { name, .. } => format!("view {}: changed", name.name),
            SchemaChange::DropView { names: views, .. } => format!("drop view {}", names(views)),
            SchemaChange::Access(change) => access::told(change),
            SchemaChange::Truncate { tables } => format!("truncate {}", tables[0].name),
            SchemaChange::Unread { .. } => "unread".to_owned(),
        };
        assert!(!statement.span.of(sql).is_empty(), "{sql}: {what}");
        format!("{guard}{what}")
    });
    told.collect()
}

#[test]
fn postgres_table() {
    let sql = "CREATE TABLE IF NOT EXISTS public.\"Order\" (
        id bigserial PRIMARY KEY,
        Total FLOAT(24) NOT NULL DEFAULT 0.0 CHECK (total >= 0),
        tags varchar(20)[] DEFAULT '{}'::text[] NOT NULL,
        at timestamp(3) with time zone DEFAULT now(),
        user_id int8 CONSTRAINT fk REFERENCES users (id) ON UPDATE RESTRICT ON DELETE CASCADE DEFERRABLE,
        key text COLLATE \"C\", n int GENERATED BY DEFAULT AS IDENTITY,
        CONSTRAINT u UNIQUE NULLS NOT DISTINCT (user_id, key),
        FOREIGN KEY (n, key) REFERENCES app.b ON DELETE SET NULL (n),
        EXCLUDE USING gist (at WITH &&) WHERE (n > 0)
    ) PARTITION BY RANGE (at) WITH (fillfactor = 70) TABLESPACE fast;";
    let table = table(Dialect::Postgres, sql);
    assert_eq!(
        (table.table.schema.as_deref(), table.table.name.as_str()),
        (Some(""), "Order")
    );
    assert!(table.if_not_exists);
    assert_eq!(
        columns(&table),
        [
            "id bigint not null auto",
            "total real not null = 0.0",
            "tags character varying(20)[] not null = '{}'::text[]",
            "at timestamp with time zone(3) = now()",
            "user_id bigint",
            "key text",
            "n integer not null auto",
        ]
    );
    assert_eq!(
        constraints(&table),
        [
            "pk(id)",
            "check(total >= 0)",
            "fk: fk(user_id) users(id) Some(Cascade)",
            "u: unique(user_id,key)",
            "fk(n,key) b() Some(SetNull)",
            "exclude(1)",
        ]
    );
}

#[test]
fn spans_are_exact() {
    let sql =
        "create table a (price double  precision, b int references c on delete cascade not null)";
    let table = table(Dialect::Postgres, sql);
    let ty = table.columns[0].ty.as_ref().expect("a type");
    assert_eq!(ty.span.of(sql), "double  precision");
    assert_eq!(table.columns[0].name.span.of(sql), "price");
    assert_eq!(
        table.columns[1].span.of(sql),
        "b int references c on delete cascade not null"
    );
    assert_eq!(
        table.constraints[0].span.of(sql),
        "references c on delete cascade"
    );
    let ConstraintKind::ForeignKey(key) = &table.constraints[0].kind else {
        panic!("a foreign key");
    };
    let (_, on_delete) = key.on_delete.expect("an action");
    assert_eq!(on_delete.of(sql), "on delete cascade");
}

#[test]
fn postgres_alter_table() {
    let sql = "alter table if exists only t add column if not exists a int references b on delete cascade, drop b cascade, alter c type numeric(10,2) using c::numeric, alter column d set not null, add constraint f foreign key (a) references b (id) not valid, rename to u, owner to me";
    assert_eq!(
        actions(Dialect::Postgres, sql),
        [
            "add column if not exists a int references b on delete cascade | add a integer fk(a) b() Some(Cascade)",
            "drop b cascade | drop b true",
            "alter c type numeric(10,2) using c::numeric | c is numeric",
            "alter column d set not null | d true",
            "add constraint f foreign key (a) references b (id) not valid | add f: fk(a) b(id) None",
            "rename to u | -> u",
            "owner to me | nothing",
        ]
    );
}

#[test]
fn postgres_indexes() {
    let sql = "create unique index concurrently if not exists I on only app.t using GIN (a desc nulls last, lower(b), (c), d text_pattern_ops, (e + 1)) include (f) with (fillfactor = 9) where g is not null";
    let index = index(Dialect::Postgres, sql);
    assert_eq!(keys(&index), "i on t(a,?,c,d,?)");
    assert_eq!(index.keys[0].text, "a desc nulls last");
    assert_eq!(index.method.as_deref(), Some("gin"));
    assert_eq!(index.include[0].name, "f");
    assert!(index.unique && index.concurrently && index.if_not_exists && index.only);
    let predicate = index.predicate.expect("a predicate");
    assert_eq!(predicate.text, "g is not null");
    assert_eq!(index.span.of(sql), sql);
}

#[test]
fn mysql_table() {
    let sql = "CREATE TABLE IF NOT EXISTS `Shop`.`Orders` (
        `Id` INT(11) UNSIGNED NOT NULL AUTO_INCREMENT COMMENT 'the; id',
        total DOUBLE(10,2) DEFAULT '0.00', state ENUM('a','b') CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
        at TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, `key` VARCHAR(20) BINARY UNIQUE KEY,
        g INT GENERATED ALWAYS AS (total * 2) STORED, n SERIAL,
        PRIMARY KEY (`Id`) USING BTREE COMMENT 'x', UNIQUE KEY u (total, `key`(10)), KEY `k` (state DESC) USING HASH,
        FULLTEXT INDEX (state), CONSTRAINT fk FOREIGN KEY ix (g) REFERENCES `Users` (`Id`) ON DELETE CASCADE ON UPDATE SET NULL
    ) ENGINE=InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin ROW_FORMAT=DYNAMIC COMMENT='orders; all'
    PARTITION BY HASH(id) PARTITIONS 4;";
    let table = table(Dialect::Mysql, sql);
    assert_eq!(
        (table.table.schema.as_deref(), table.table.name.as_str()),
        (Some("shop"), "Orders")
    );
    assert_eq!(
        columns(&table),
        [
            "id integer(11) not null auto",
            "total double(10,2) = '0.00'",
            "state enum('a','b')",
            "at timestamp = CURRENT_TIMESTAMP",
            "key character varying(20)",
            "g integer as total * 2",
            "n bigint not null auto",
        ]
    );
    assert_eq!(
        constraints(&table),
        [
            "unique(key)",
            "pk(id)",
            "u: unique(total,key)",
            "fk: fk(g) Users(id) Some(Cascade)"
        ]
    );
    let indexes: Vec<_> = table.indexes.iter().map(keys).collect();
    assert_eq!(indexes, ["k on Orders(state)", "- on Orders(state)"]);
    assert_eq!(table.indexes[1].method.as_deref(), Some("fulltext"));
}

#[test]
fn mysql_alter_table() {
    let sql = "alter table t add (a int, b int not null), add column c int first, add key i (a), add unique (b), add foreign key (a) references u (id), modify column d bigint null after a, change e f float not null unique, drop foreign key g, drop index h, drop primary key, rename index j to k, alter l set default 1, engine = InnoDB, convert to character set utf8mb4, rename v";
    assert_eq!(
        actions(Dialect::Mysql, sql),
        [
            "a int | add a integer",
            "b int not null | add b integer not null",
            "add column c int first | add c integer",
            "add key i (a) | index i on t(a)",
            "add unique (b) | add unique(b)",
            "add foreign key (a) references u (id) | add fk(a) u(id) None",
            "modify column d bigint null after a | replace d by d bigint",
            "change e f float not null unique | replace e by f float not null",
            "change e f float not null unique | add unique(f)",
            "drop foreign key g | drop constraint g",
            "drop index h | drop index h",
            "drop primary key | drop primary key",
            "rename index j to k | j -> k",
            "alter l set default 1 | l = 1",
            "engine = InnoDB | nothing",
            "convert to character set utf8mb4 | nothing",
            "rename v | -> v",
        ]
    );
    assert_eq!(
        told(
            Dialect::Mysql,
            "rename table a to b, c to d; drop index i on t; create index j on t (k(10)); drop temporary table x"
        ),
        [
            "a -> b",
            "c -> d",
            "drop index i",
            "index j on t(k)",
            "drop x"
        ]
    );
}

#[test]
fn sqlite_table() {
    let sql = "create table [Order Item] (id integer primary key on conflict abort autoincrement, price real, any, big unsigned big int, key text default (lower('A')) not null, x as (price * 2) virtual, foreign key (any) references b deferrable initially deferred) without rowid, strict";
    let table = table(Dialect::Sqlite, sql);
    assert_eq!(table.table.name, "order item");
    assert_eq!(
        columns(&table),
        [
            "id integer not null auto",
            "price real",
            "any",
            "big bigint",
            "key text not null = (lower('A'))",
            "x as price * 2"
        ]
    );
    assert_eq!(constraints(&table), ["pk(id)", "fk(any) b() None"]);
    assert_eq!(
        told(
            Dialect::Sqlite,
            "create virtual table f using fts5(a, b); create unique index if not exists main.i on t (a collate nocase);\n.mode csv\nPRAGMA foreign_keys=off;"
        ),
        ["table f", "index i on t(a)"]
    );
}

#[test]
fn mssql_table() {
    let sql = "CREATE TABLE [dbo].[Orders] ([Id] [int] IDENTITY(1,1) NOT FOR REPLICATION NOT NULL, [Total] FLOAT NOT NULL CONSTRAINT [df] DEFAULT ((0)), [Name] [nvarchar](max) COLLATE Latin1_General_CI_AS NULL, [Gone] AS ([Total] * 2) PERSISTED, [At] DATETIME2(7) DEFAULT (GETDATE()), INDEX [ix] NONCLUSTERED ([Name]), CONSTRAINT [pk] PRIMARY KEY CLUSTERED ([Id] ASC) WITH (PAD_INDEX = OFF) ON [PRIMARY], CONSTRAINT [fk] FOREIGN KEY ([Total]) REFERENCES [app].[U] ([Id]) ON DELETE CASCADE) ON [PRIMARY] TEXTIMAGE_ON [PRIMARY]";
    let table = table(Dialect::Mssql, sql);
    assert_eq!(
        (table.table.schema.as_deref(), table.table.name.as_str()),
        (None, "orders")
    );
    assert_eq!(
        columns(&table),
        [
            "id integer not null auto",
            "total double precision not null = ((0))",
            "name nvarchar(max)",
            "gone as [Total] * 2",
            "at datetime2(7) = (GETDATE())",
        ]
    );
    assert_eq!(
        constraints(&table),
        ["pk: pk(id)", "fk: fk(total) u(id) Some(Cascade)"]
    );
    assert_eq!(
        table.indexes.iter().map(keys).collect::<Vec<_>>(),
        ["ix on orders(name)"]
    );
}

#[test]
fn mssql_alter_table() {
    let act = |sql: &'static str| actions(Dialect::Mssql, sql);
    assert_eq!(
        act("ALTER TABLE t ADD a INT NOT NULL, [b] MONEY NULL, CONSTRAINT c UNIQUE (a)"),
        [
            "ADD a INT NOT NULL | add a integer not null",
            "[b] MONEY NULL | add b money",
            "CONSTRAINT c UNIQUE (a) | add c: unique(a)",
        ]
    );
    assert_eq!(
        act("ALTER TABLE t WITH NOCHECK ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES u (b)"),
        ["WITH NOCHECK ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES u (b) | add f: fk(a) u(b) None"]
    );
    assert_eq!(
        act("ALTER TABLE t ALTER COLUMN a DECIMAL(9, 2) NOT NULL"),
        [
            "ALTER COLUMN a DECIMAL(9, 2) NOT NULL | a is numeric",
            "ALTER COLUMN a DECIMAL(9, 2) NOT NULL | a true",
        ]
    );
    assert_eq!(
        act("ALTER TABLE t DROP COLUMN a, b, CONSTRAINT c, d"),
        [
            "DROP COLUMN a | drop a false",
            "b | drop b false",
            "CONSTRAINT c | drop constraint c",
            "d | drop constraint d",
        ]
    );
    assert_eq!(
        act("ALTER TABLE t DROP c, COLUMN d"),
        ["DROP c | drop constraint c", "COLUMN d | drop d false"]
    );
    assert_eq!(
        act("ALTER TABLE t ADD CONSTRAINT d DEFAULT (0) FOR a"),
        ["ADD CONSTRAINT d DEFAULT (0) FOR a | a = (0)"]
    );
    assert_eq!(
        told(
            Dialect::Mssql,
            "DROP INDEX t.i\nGO\nDROP INDEX IF EXISTS j ON t\nCREATE CLUSTERED COLUMNSTORE INDEX k ON t\nDROP TABLE IF EXISTS a, b"
        ),
        ["drop index i", "drop index j", "index k on t()", "drop a,b"]
    );
}

#[test]
fn postgres_odds_and_ends() {
    let pg = |sql: &str| told(Dialect::Postgres, sql);
    assert_eq!(
        pg(
            "drop index concurrently if exists a.i, j cascade; drop schema if exists s cascade; create type mood as enum ('a'); create domain d as float8 check (value > 0); alter index i rename to k; alter table all in tablespace x set tablespace y; create table p partition of q for values from (1) to (2); alter table only t attach partition p default; alter table t add constraint n not null c;"
        ),
        [
            "drop index i,j",
            "drop schema s",
            "type mood a",
            "type d double precision 1",
            "index i -> k",
            "table p",
            "t: attach p",
            "t: c true",
        ]
    );
    let made = table(
        Dialect::Postgres,
        "create table a (like b including all, constraint n not null c, key varchar(20), index int, d text not null constraint m not null, e int references f(g) match full on delete no action initially deferred) inherits (x, y)",
    );
    assert_eq!(
        columns(&made),
        [
            "key character varying(20)",
            "index integer",
            "d text not null",
            "e integer"
        ]
    );
    assert_eq!(constraints(&made), ["fk(e) f(g) Some(NoAction)"]);
    assert_eq!(made.indexes, []);
    let made = table(
        Dialect::Postgres,
        "create table a (b int default 1 is not null or false not null, index i (b))",
    );
    assert_eq!(
        columns(&made),
        ["b integer not null = 1 is not null or false"]
    );
    assert_eq!(
        made.indexes.iter().map(keys).collect::<Vec<_>>(),
        ["i on a(b)"]
    );
}
