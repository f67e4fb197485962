//! Texts within texts, queries that make tables, and what is not understood.

use super::{changes, columns, outcome, table, told};
use crate::facts::NoteId;
use crate::facts::schema::{AlterKind, CreateTable, Derived, Dialect, QueryColumn, SchemaChange};

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
        ["if doubt a,b"]
    );
    assert_eq!(
        pg(
            "do $$ begin for r in select tablename from pg_tables loop execute 'alter table ' || r.tablename || ' enable row level security'; end loop; end $$"
        ),
        ["if secure all"]
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
    assert_eq!(
        pg(
            "do $$ begin old := 'a'; for r in select c.relname from pg_class c join pg_class p on c.oid = p.oid where p.relname = old loop execute format('drop table %I', r.relname || '_new'); end loop; end $$"
        ),
        ["if doubt a,_new,a_new"]
    );
    assert_eq!(
        pg(
            "do $$ begin for r in select 1 from pg_class c, pg_tables t where c.relname = t.tablename loop execute format('drop table %I', 'a' || r.x); end loop; end $$"
        ),
        ["if opaque "]
    );
    assert_eq!(
        pg(
            "do $$ begin execute format('alter table a add b text default %L not null, add %I int', x, y); end $$"
        ),
        ["if a: add b text not null = %L; opaque"]
    );
    assert_eq!(pg("do $$ begin execute stmt; end $$"), ["if opaque "]);
}

#[test]
fn routines_run_when_they_are_called() {
    let define = "create function f() returns void as $$ begin alter table a add b int; end $$ language plpgsql;";
    assert_eq!(told(Dialect::Postgres, define), ["function f()"]);
    let called = format!("{define} select f();");
    assert_eq!(
        told(Dialect::Postgres, &called),
        ["function f()", "if a: add b integer"]
    );
    assert_eq!(
        told(
            Dialect::Mysql,
            "DELIMITER //\nCREATE PROCEDURE p() BEGIN IF NOT EXISTS (SELECT 1) THEN ALTER TABLE a ADD b INT; END IF; CALL p(); END//\nDELIMITER ;\nCALL p(); DROP PROCEDURE p;"
        ),
        ["if a: add b integer"]
    );
}

#[test]
fn procedures_may_change_the_tables_they_are_given() {
    let my = |sql: &str| told(Dialect::Mysql, sql);
    assert_eq!(my("call drop_key('a', 'b_fkey')"), ["opaque a,b_fkey"]);
    let define =
        "create procedure p(in t text) begin set @s = concat('alter table ', t, ' drop c'); end;";
    assert_eq!(my(&format!("{define} call p('a');")), ["if doubt a"]);
    assert_eq!(
        my("create procedure p(in t text) begin insert into d values (t); end; call p('a');"),
        [""; 0]
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

/// What the query of a table selects.
fn selected(table: &CreateTable) -> Vec<String> {
    let Some(Derived::Query(Some(query))) = &table.derived else {
        panic!("a query: {table:?}");
    };
    let told = |column: &QueryColumn| match column {
        QueryColumn::All { source, .. } => format!("{}.*", source.as_deref().unwrap_or_default()),
        QueryColumn::Of { source, column, .. } => match source {
            Some(source) => format!("{source}.{column}"),
            None => column.clone(),
        },
        QueryColumn::Other { name, ty } => format!(
            "{}: {}",
            name.as_ref().map_or("?", |name| &name.name),
            ty.as_ref().map_or("other", |ty| &ty.base)
        ),
    };
    query.columns.iter().map(told).collect()
}

#[test]
fn queries_make_tables() {
    let sql = "create table a as with x as (select 1) select b, c.\"D\", lower(e), f::int as g, h.*, 1 + 1 from c with no data";
    let made = table(Dialect::Postgres, sql);
    assert_eq!(
        selected(&made),
        ["b", "c.D", "lower: other", "g: integer", "h.*", "?: other"]
    );
    let made = table(Dialect::Postgres, "create table a (b, c) as select 1, 2");
    assert_eq!(columns(&made), ["b", "c"]);
    let sql = "select 'x\ny' as é, b into temp a from c";
    let made = table(Dialect::Postgres, sql);
    assert_eq!(selected(&made), ["é: other", "b"]);
    let sql = "create table a as select x.* , cast(b as numeric(9, 2)) y from b x join c using (d) union select 1";
    assert_eq!(
        selected(&table(Dialect::Postgres, sql)),
        ["?: other", "y: other"]
    );
    let sql =
        "create table a as select *, t.b from only s.t, (select 1) u left join v w on w.a = t.b";
    let Some(Derived::Query(Some(query))) = table(Dialect::Postgres, sql).derived else {
        panic!("a query");
    };
    let sources: Vec<_> = query
        .sources
        .iter()
        .map(|source| (source.alias.as_str(), source.table.is_some()))
        .collect();
    assert_eq!(sources, [("t", true), ("u", false), ("w", true)]);
    let made = table(Dialect::Postgres, "select b into temp a from c");
    assert!(made.temporary);
    assert_eq!(
        changes(
            Dialect::Postgres,
            "with a as (insert into b values (1)) insert into c select 1"
        ),
        []
    );
    assert!(table(Dialect::Mssql, "SELECT TOP 1 [A] INTO #b FROM c").temporary);
    assert_eq!(changes(Dialect::Mysql, "select a into @b from c"), []);
}

#[test]
fn templates_are_names() {
    let sql = "create table {{ schema }}.a (id int); create table \"{{ index . \"s\" }}\".${p}_b (a_id int references {{ schema }}.a)";
    let outcome = outcome(Dialect::Postgres, sql);
    assert_eq!(outcome.notes.len(), 1);
    assert_eq!(outcome.notes[0].id, NoteId::Templated);
    let tables: Vec<_> = outcome
        .facts
        .schema
        .iter()
        .map(|statement| match &statement.change {
            SchemaChange::CreateTable(table) => {
                (table.table.schema.clone(), table.table.name.as_str())
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(tables, [(None, "a"), (None, "${p}_b")]);
}

#[test]
fn clickhouse_is_told() {
    let sql = "create table a (b Nullable(String)) engine = ReplacingMergeTree order by b";
    let outcome = outcome(Dialect::Postgres, sql);
    assert_eq!(outcome.facts.schema, []);
    assert_eq!(outcome.notes[0].id, NoteId::UnsupportedDialect);
}

#[test]
fn hostile_text_ends_in_notes() {
    let nested = format!(
        "create table a (b int check {}1{})",
        "(".repeat(10_000),
        ")".repeat(10_000)
    );
    let terms = format!(
        "create table a (b int default {} 1)",
        "1 + ".repeat(100_000)
    );
    for sql in [nested, terms] {
        let outcome = outcome(Dialect::Postgres, &sql);
        let last = outcome.facts.schema.last().expect("the table is opened");
        assert!(matches!(&last.change, SchemaChange::Opaque { tables } if tables[0].name == "a"));
        assert_eq!(outcome.notes[0].id, NoteId::UnparsedSql);
    }
    let open = "create procedure p() begin create table a (id int);";
    let outcome = outcome(Dialect::Mysql, open);
    assert!(
        matches!(&outcome.facts.schema[0].change, SchemaChange::Opaque { tables } if tables[0].name == "a")
    );
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
