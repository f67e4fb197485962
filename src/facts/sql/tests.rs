//! One line of SQL in, facts out.

use super::read;
use crate::facts::schema::{
    AlterKind, Column, Constraint, ConstraintKind, CreateTable, Dialect, Index, SchemaChange,
};
use crate::facts::{FileOutcome, NoteId};

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
        AlterKind::RenameColumn { name, to } => format!("{} -> {}", name.name, to.name),
        AlterKind::RenameConstraint { name, to } => format!("{} -> {}", name.name, to.name),
        AlterKind::RenameIndex { name, to } => format!("{} -> {}", name.name, to.name),
        AlterKind::RenameTable { to } => format!("-> {}", to.name),
        AlterKind::SetSchema { schema } => format!("in {}", schema.name),
        AlterKind::AttachPartition { partition } => format!("attach {}", partition.name),
        AlterKind::DropPrimaryKey => "drop primary key".to_owned(),
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
        ConstraintKind::Exclude => "exclude".to_owned(),
    };
    match &constraint.name {
        Some(name) => format!("{}: {text}", name.name),
        None => text,
    }
}

fn constraints(table: &CreateTable) -> Vec<String> {
    table.constraints.iter().map(constraint).collect()
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
        (None, "Order")
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
            "exclude",
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
fn what_nobody_understands_opens_its_tables() {
    let outcome = outcome(
        Dialect::Postgres,
        "alter table a frobnicate b; crate table c (d int);",
    );
    assert_eq!(outcome.notes.len(), 1);
    assert_eq!(outcome.notes[0].id, NoteId::UnparsedSql);
    let changes: Vec<_> = outcome.facts.schema.iter().map(|s| &s.change).collect();
    assert!(
        matches!(changes[0], SchemaChange::AlterTable { table, actions, .. }
        if table.name == "a" && actions[0].kind == AlterKind::Opaque)
    );
    assert!(matches!(changes[1], SchemaChange::Opaque { tables } if tables[0].name == "c"));
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
            SchemaChange::Opaque { tables } => format!("opaque {}", names(tables)),
            SchemaChange::DropTable { tables, .. } => format!("drop {}", names(tables)),
            SchemaChange::RenameTable { table, to } => format!("{} -> {}", table.name, to.name),
            SchemaChange::RenameIndex { name, to } => format!("index {} -> {}", name.name, to.name),
            SchemaChange::DropIndex { names: indexes, .. } => {
                format!("drop index {}", names(indexes))
            }
            SchemaChange::DropSchema { names } => format!("drop schema {}", names[0].name),
            SchemaChange::CreateType { name, base } => format!(
                "type {} {}",
                name.name,
                base.as_ref().map_or("", |base| base.base.as_str())
            ),
        };
        assert!(!statement.span.of(sql).is_empty(), "{sql}: {what}");
        format!("{guard}{what}")
    });
    told.collect()
}

#[test]
fn blocks_are_read_as_if_their_guards_held() {
    let pg = |sql| told(Dialect::Postgres, sql);
    assert_eq!(
        pg(
            "DO $$ DECLARE n int := 1; BEGIN IF NOT EXISTS (SELECT 1 FROM pg_constraint) THEN ALTER TABLE a ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES c (id); CREATE INDEX i ON a (b); ELSE NULL; END IF; EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
        ),
        ["if a: add f: fk(b) c(id) None", "if index i on a(b)"]
    );
    assert_eq!(
        pg("do $$ begin execute 'alter table a add b text default ''x'' not null'; end $$"),
        ["if a: add b text not null = 'x'"]
    );
    assert_eq!(
        pg(
            "do $$ declare t text; begin foreach t in array array['a', 'b'] loop execute format('alter table %I add column c int', t); end loop; end $$"
        ),
        ["if opaque a,b"]
    );
    assert_eq!(
        pg(
            "do $$ begin for r in select tablename from pg_tables loop execute 'alter table ' || r.tablename || ' enable row level security'; end loop; end $$"
        ),
        [""; 0]
    );
    assert_eq!(
        pg(
            "do $$ begin for r in select tablename from pg_tables where s = 'x' loop execute 'drop table ' || r.tablename; end loop; end $$"
        ),
        ["if opaque "]
    );
    assert_eq!(
        pg(
            "do $$ begin select conname into n from pg_constraint; execute 'alter table a drop constraint ' || n; execute format('create index %I on a (b)', n); end $$"
        ),
        ["if a: opaque", "if index %i on a(b)"]
    );
    assert_eq!(pg("do $$ begin execute stmt; end $$"), ["if opaque "]);
}

#[test]
fn routines_run_when_they_are_called() {
    let define = "create function f() returns void as $$ begin alter table a add b int; end $$ language plpgsql;";
    assert_eq!(told(Dialect::Postgres, define), [""; 0]);
    let called = format!("{define} select f();");
    assert_eq!(told(Dialect::Postgres, &called), ["if a: add b integer"]);
    assert_eq!(
        told(
            Dialect::Mysql,
            "DELIMITER //\nCREATE PROCEDURE p() BEGIN IF NOT EXISTS (SELECT 1) THEN ALTER TABLE a ADD b INT; END IF; CALL p(); END//\nDELIMITER ;\nCALL p(); DROP PROCEDURE p;"
        ),
        ["if a: add b integer"]
    );
}

#[test]
fn scripts_run_texts_under_conditions() {
    assert_eq!(
        told(
            Dialect::Mysql,
            "set @s = if((select count(*) from information_schema.columns) = 0, 'alter table a add b int', 'select 1'); prepare x from @s; execute x;"
        ),
        ["if a: add b integer"]
    );
    assert_eq!(
        told(
            Dialect::Mssql,
            "IF NOT EXISTS (SELECT 1)\nBEGIN\n EXEC(N'CREATE INDEX i ON [a] ([B])');\nEND\nEXEC sp_rename N'dbo.a.b', N'c', N'COLUMN'\nEXEC sys.sp_rename 'a', 'd'\nexec sp_rename 'd.i', 'j', 'INDEX'"
        ),
        ["if index i on a(b)", "a: b -> c", "a -> d", "index i -> j"]
    );
}
