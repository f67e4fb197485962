//! Statements in, model out. What PostgreSQL does unasked was read from PostgreSQL 15.

mod functions;
mod types;
mod views;

use super::{Database, Replay, Table, TableKey, replay};
use crate::config::Settings;
use crate::discover::{FileKind, MigrationTool, Profile, Unit};
use crate::facts::schema::Dialect;
use crate::facts::{FileOutcome, sql};
use crate::project::python::Python;
use crate::source::FileId;

/// The databases of some files.
fn databases(files: &[(&str, MigrationTool, &str)]) -> Vec<Database> {
    let units: Vec<Unit> = (0..)
        .zip(files)
        .map(|(file, (path, tool, text))| Unit {
            file: FileId(file),
            path: (*path).into(),
            text: (*text).into(),
            range: 0..text.len(),
            kind: FileKind::Sql,
            dialect: dialect_in(path),
            tool: *tool,
            profile: Profile::Production,
            order: None,
            untransacted: false,
            draft: false,
            why: String::new(),
        })
        .collect();
    let outcomes: Vec<FileOutcome> = units
        .iter()
        .map(|unit| sql::read(&unit.text, unit.range.clone(), unit.dialect))
        .collect();
    let python = Python::new(&units, &outcomes);
    replay(&units, &outcomes, &python, &Settings::default()).0
}

fn dialect_in(path: &str) -> Option<Dialect> {
    let named = [(".mysql.", Dialect::Mysql), (".sqlite3.", Dialect::Sqlite)];
    let found = named.into_iter().find(|(part, _)| path.contains(part));
    found.map(|(_, dialect)| dialect)
}

/// The database that one script makes.
fn made_in(dialect: Dialect, text: &str) -> Database {
    let outcome = sql::read(text, 0..text.len(), Some(dialect));
    let mut replay = Replay::new("db".into(), dialect, MigrationTool::None);
    for statement in &outcome.facts.schema {
        replay.apply(FileId(0), statement);
    }
    replay.finish().0
}

fn made(text: &str) -> Database {
    made_in(Dialect::Postgres, text)
}

fn table<'a>(database: &'a Database, name: &str) -> &'a Table {
    let key = TableKey {
        schema: String::new(),
        name: name.into(),
    };
    &database.tables[&key]
}

fn columns(database: &Database, name: &str) -> Vec<String> {
    let columns = table(database, name).columns.iter();
    columns.map(|column| column.name.clone()).collect()
}

/// Keys, foreign keys, indexes and checks, each as `name(columns)`.
fn parts(database: &Database, name: &str) -> Vec<String> {
    let table = table(database, name);
    let keys = table
        .keys()
        .map(|key| format!("{}({})", key.name, key.columns.join(",")));
    let fks = table.foreign_keys.iter().map(|fk| {
        let (columns, parent) = (fk.columns.join(","), fk.parent_columns.join(","));
        format!("{}({columns})->{}({parent})", fk.name, fk.parent)
    });
    let indexes = table.indexes.iter().map(|index| {
        let columns: Vec<&str> = index
            .columns
            .iter()
            .map(|column| column.as_deref().unwrap_or("*"))
            .collect();
        format!("{}({})", index.name, columns.join(","))
    });
    let checks = table.checks.iter().map(|check| check.name.clone());
    keys.chain(fks).chain(indexes).chain(checks).collect()
}

fn tables(database: &Database) -> Vec<String> {
    database.tables.keys().map(TableKey::to_string).collect()
}

#[test]
fn names_what_nobody_named() {
    let database = made(
        "create table p (id bigint primary key unique, code text unique, unique (id, code));
         create table c (id int, p_id bigint references p, q bigint, check (q > 0),
            check (q > p_id), foreign key (p_id) references p (id), e int check (e > 1) check (e < 5));
         create index on c (p_id); create index on c (p_id);
         create index on c (lower(q::text), p_id) include (id);",
    );
    assert_eq!(
        parts(&database, "p"),
        ["p_pkey(id)", "p_code_key(code)", "p_id_code_key(id,code)"]
    );
    assert_eq!(
        parts(&database, "c"),
        [
            "c_p_id_fkey(p_id)->p(id)",
            "c_p_id_fkey1(p_id)->p(id)",
            "c_p_id_idx(p_id)",
            "c_p_id_idx1(p_id)",
            "c_lower_p_id_id_idx(*,p_id)",
            "c_q_check",
            "c_check",
            "c_e_check",
            "c_e_check1"
        ]
    );
}

#[test]
fn names_stay_when_things_are_renamed() {
    let database = made(
        "create table p (id int primary key);
         create table c (a int references p, b int, unique (a, b), check (b > 0));
         create index on c (b) where a is not null;
         alter table c rename column a to x;
         alter table p rename column id to key;
         alter table c rename to kid;
         alter table p rename to parent;",
    );
    assert_eq!(
        parts(&database, "kid"),
        [
            "c_a_b_key(x,b)",
            "c_a_fkey(x)->parent(key)",
            "c_b_idx(b)",
            "c_b_check"
        ]
    );
    let predicate = table(&database, "kid").indexes[0].predicate.as_deref();
    assert_eq!(predicate, Some("x is not null"));
}

#[test]
fn a_dropped_column_takes_what_holds_it() {
    let database = made(
        "create table p (a int, b int, primary key (a, b));
         create table c (x int, y int, z int, unique (x, y), check (x > y), check (z > 0),
            foreign key (x, y) references p);
         create index i1 on c (z) where y > 1; create index i2 on c ((y + 1));
         create index i3 on c (z) include (y); create index i4 on c (z);
         alter table c drop column y;",
    );
    assert_eq!(parts(&database, "c"), ["i4(z)", "c_z_check"]);
    let dropped = table(&database, "c").dropped.len();
    assert_eq!(dropped, 4, "the unique constraint and three indexes");
}

#[test]
fn cascade_drops_the_foreign_keys_of_others() {
    let text = "create table p (id int primary key, u int constraint pu unique);
        create table c (a int references p, b int references p (u));";
    let with = |more: &str| parts(&made(&format!("{text}{more}")), "c");
    assert_eq!(with("").len(), 2);
    assert_eq!(with("drop table p cascade;"), Vec::<String>::new());
    assert_eq!(
        with("alter table p drop constraint pu cascade;"),
        ["c_a_fkey(a)->p(id)"]
    );
    assert_eq!(
        with("alter table p drop column u cascade;"),
        ["c_a_fkey(a)->p(id)"]
    );
}

#[test]
fn constraints_take_over_indexes() {
    let database = made(
        "create table t (a int, b int); create unique index i on t (a); create unique index j on t (b);
         alter table t add constraint u unique using index i, add primary key using index j;",
    );
    assert_eq!(parts(&database, "t"), ["j(b)", "u(a)"]);
    assert!(!table(&database, "t").column("b").unwrap().nullable);
}

#[test]
fn if_not_exists_adds_only_what_is_missing() {
    let database = made(
        "create table t (a int); create table if not exists t (b int);
         create table s (c int); create index i on t (a); create index if not exists i on s (c);
         alter table t add column if not exists a text, add column if not exists d int;",
    );
    let columns: Vec<&str> = table(&database, "t")
        .columns
        .iter()
        .map(|c| c.name.as_str())
        .collect();
    assert_eq!(columns, ["a", "d"]);
    assert_eq!(parts(&database, "s"), Vec::<String>::new());
}

#[test]
fn copies_columns_and_keys_but_no_foreign_keys() {
    let database = made(
        "create table p (id int primary key);
         create table t (a int primary key, b int unique references p);
         create index on t (b, a);
         create table l (like t including all); create table m (like t); create table k () inherits (t);",
    );
    assert_eq!(
        parts(&database, "l"),
        ["l_pkey(a)", "l_b_key(b)", "l_b_a_idx(b,a)"]
    );
    assert_eq!(parts(&database, "m"), Vec::<String>::new());
    assert_eq!(table(&database, "k").columns.len(), 2);
}

#[test]
fn partitions_and_temporary_tables_are_no_tables() {
    let database = made(
        "create table e (id int, at date) partition by range (at);
         create table e1 partition of e for values from ('2020-01-01') to ('2021-01-01');
         create table e2 (id int, at date);
         alter table e attach partition e2 default;
         create temp table scratch (id int); create index on scratch (id); alter table scratch add x int;",
    );
    assert_eq!(tables(&database), ["e"]);
    assert_eq!(database.partitions.len(), 2);
    assert_eq!(database.open, Vec::<String>::new());
}

#[test]
fn sqlite_rebuilds_keep_foreign_keys_whole() {
    let database = made_in(
        Dialect::Sqlite,
        "create table p (id integer primary key); create table c (p_id integer references p);
         create table __new_p (id integer primary key, up integer references __new_p (id));
         insert into __new_p select id, null from p; drop table p; alter table __new_p rename to p;",
    );
    assert_eq!(tables(&database), ["c", "p"]);
    assert_eq!(parts(&database, "c"), ["(p_id)->p(id)"]);
    assert_eq!(parts(&database, "p"), ["(id)", "(up)->p(id)"]);
}

#[test]
fn mysql_indexes_foreign_keys_until_a_written_index_serves() {
    let text = "create table p (id int primary key) engine=InnoDB;
        create table c (id int primary key, p_id int, q int, constraint f foreign key (p_id) references p (id),
            foreign key (q) references p (id));";
    let with = |more: &str| parts(&made_in(Dialect::Mysql, &format!("{text}{more}")), "c");
    assert_eq!(
        with(""),
        [
            "PRIMARY(id)",
            "f(p_id)->p(id)",
            "c_ibfk_1(q)->p(id)",
            "f(p_id)",
            "q(q)"
        ]
    );
    assert_eq!(
        with("alter table c add index both_of (p_id, q), drop column q;")[2..],
        ["both_of(p_id)"]
    );
}

#[test]
fn tables_that_are_only_altered_are_open() {
    let database = made("alter table t add column a int; create index on v (x);");
    assert_eq!(tables(&database), ["t"]);
    assert_eq!(database.open, ["t"]);
    assert!(table(&database, "t").column("a").unwrap().created);
}

#[test]
fn a_name_without_schema_may_stand_for_the_only_table_of_that_name() {
    let database = made(
        "create table app.t (id int primary key); create table c (a int references t);
         create index on t (id); alter table app.t set schema public;",
    );
    assert_eq!(tables(&database), ["c", "t"]);
    assert_eq!(parts(&database, "c"), ["c_a_fkey(a)->t(id)"]);
    assert_eq!(parts(&database, "t"), ["t_pkey(id)", "t_id_idx(id)"]);
}

#[test]
fn tools_keep_books_of_their_own() {
    let database = made("create table schema_migrations (version text primary key);");
    assert_eq!(tables(&database), Vec::<String>::new());
}

mod order {
    use super::*;

    const NONE: MigrationTool = MigrationTool::None;
    const NUMBERED: MigrationTool = MigrationTool::Numbered;

    #[test]
    fn numbers_decide() {
        let found = databases(&[
            (
                "m/10_c.sql",
                NUMBERED,
                "alter table t rename column b to c;",
            ),
            ("m/1_a.sql", NUMBERED, "create table t (a int);"),
            ("m/2_b.sql", NUMBERED, "alter table t rename column a to b;"),
            (
                "m/2_b.down.sql",
                NUMBERED,
                "alter table t rename column b to a;",
            ),
        ]);
        assert_eq!(columns(&found[0], "t"), ["c"]);
        assert!(found[0].unordered.is_empty());
    }

    #[test]
    fn equal_numbers_matter_only_where_the_order_does() {
        let pair = |first, second| {
            let start = (
                "m/1.sql",
                NUMBERED,
                "create table t (a int); create table s (a int);",
            );
            databases(&[
                start,
                ("m/2_a.sql", NUMBERED, first),
                ("m/2_b.sql", NUMBERED, second),
            ])[0]
                .unordered
                .is_empty()
        };
        assert!(pair("alter table t add b int;", "alter table t add c int;"));
        assert!(pair("alter table t drop a;", "alter table s drop a;"));
        assert!(!pair("alter table t drop a;", "create index on t (a);"));
    }

    #[test]
    fn each_folder_is_a_database() {
        let found = databases(&[
            ("db/pg/1.sql", NUMBERED, "create table t (a int);"),
            ("db/lite/1.sql", NUMBERED, "create table t (b int);"),
        ]);
        let names: Vec<&str> = found
            .iter()
            .map(|database| database.name.as_str())
            .collect();
        assert_eq!(names, ["db/lite", "db/pg"]);
    }

    #[test]
    fn makers_come_before_those_who_need_them() {
        let found = databases(&[
            ("sql/indexes.sql", NONE, "create index on t (a);"),
            ("sql/tables.sql", NONE, "create table t (a int);"),
        ]);
        assert_eq!(
            (found.len(), parts(&found[0], "t")),
            (1, vec!["t_a_idx(a)".to_owned()])
        );
    }

    #[test]
    fn a_folder_of_indexes_belongs_to_the_folder_of_their_tables() {
        let found = databases(&[
            ("sql/indexes/t.sql", NONE, "create index on t (a);"),
            ("sql/tables/t.sql", NONE, "create table t (a int);"),
            ("other/t.sql", NONE, "create table u (a int);"),
        ]);
        let names: Vec<&str> = found
            .iter()
            .map(|database| database.name.as_str())
            .collect();
        assert_eq!(names, ["other", "sql/tables"]);
        assert_eq!(parts(&found[1], "t"), ["t_a_idx(a)"]);
    }

    #[test]
    fn schemas_that_make_one_table_are_two_databases() {
        let found = databases(&[
            ("sql/v1.sql", NONE, "create table t (a int);"),
            ("sql/v2.sql", NONE, "create table t (b int);"),
            ("sql/v3.sql", NONE, "create table if not exists t (c int);"),
        ]);
        let names: Vec<&str> = found
            .iter()
            .map(|database| database.name.as_str())
            .collect();
        assert_eq!(names, ["sql/v1.sql", "sql/v2.sql"]);
    }

    #[test]
    fn migrations_start_from_the_schema_they_need() {
        let found = databases(&[
            ("db/init.sql", NONE, "create table t (a int);"),
            ("db/migrations/1.sql", NUMBERED, "alter table t add b int;"),
            ("other/schema.sql", NONE, "create table t (z int);"),
        ]);
        let names: Vec<&str> = found
            .iter()
            .map(|database| database.name.as_str())
            .collect();
        assert_eq!(names, ["db/migrations", "other"]);
        assert_eq!(columns(&found[0], "t"), ["a", "b"]);
        assert!(found[0].open.is_empty());
    }

    #[test]
    fn a_dump_stands_for_the_migrations_it_lists() {
        let dump = "-- PostgreSQL database dump\ncreate table t (a int, b int);
            insert into schema_migrations values ('001'), ('002');";
        let found = databases(&[
            ("db/schema.sql", NONE, dump),
            ("db/migrations/001.sql", NUMBERED, "create table t (a int);"),
            (
                "db/migrations/002.sql",
                NUMBERED,
                "alter table t add b int;",
            ),
            (
                "db/migrations/003.sql",
                NUMBERED,
                "alter table t add c int;",
            ),
        ]);
        assert_eq!(found.len(), 1);
        assert_eq!(columns(&found[0], "t"), ["a", "b", "c"]);
    }

    #[test]
    fn a_schema_holds_the_migrations_up_to_the_last_whose_additions_it_knows() {
        let found = databases(&[
            ("db/LATEST.sql", NONE, "create table t (a int, c int);"),
            ("db/0.2/01.sql", NUMBERED, "create table t (a int);"),
            ("db/0.9/01.sql", NUMBERED, "alter table t add b int;"),
            (
                "db/0.10/01.sql",
                NUMBERED,
                "alter table t drop b, add c int;",
            ),
            ("db/0.11/01.sql", NUMBERED, "alter table t add d int;"),
        ]);
        assert_eq!(found.len(), 1);
        assert_eq!(columns(&found[0], "t"), ["a", "c", "d"]);
    }

    #[test]
    fn one_folder_may_hold_several_dialects() {
        let found = databases(&[
            ("m/1.sql", NUMBERED, "create table t (a int);"),
            ("m/2.sql", NUMBERED, "create table s (id int);"),
            (
                "m/2.mysql.sql",
                NUMBERED,
                "create table s (id int auto_increment);",
            ),
            (
                "m/2.sqlite3.sql",
                NUMBERED,
                "create table s (id integer primary key);",
            ),
        ]);
        let dialects: Vec<Dialect> = found.iter().map(|database| database.dialect).collect();
        assert_eq!(dialects, [Dialect::Mysql, Dialect::Sqlite]);
        assert!(found.iter().all(|database| tables(database) == ["s", "t"]));
        assert!(found.iter().all(|database| database.unordered.is_empty()));
    }

    #[test]
    fn a_file_without_a_number_makes_the_order_a_guess() {
        let found = databases(&[
            ("m/001.sql", NUMBERED, "create table t (a int);"),
            ("m/extra.sql", NONE, "alter table t drop a;"),
        ]);
        assert_eq!((found.len(), found[0].unordered.is_empty()), (1, false));
    }
}
