//! Views and what they read from.

use super::{made, made_in, tables};
use crate::facts::schema::Dialect;
use crate::project::schema::Database;

/// Each view as `key(columns) sources`, with `stale` where its text is not true any more.
fn views(database: &Database) -> Vec<String> {
    let told = database.views.values().map(|view| {
        let columns = view.columns.as_ref().map_or("?".into(), |c| c.join(","));
        let sources: Vec<String> = view.sources.iter().map(ToString::to_string).collect();
        let stale = if view.definition.is_none() {
            " stale"
        } else {
            ""
        };
        format!("{}({columns}) {}{stale}", view.key, sources.join(","))
    });
    told.collect()
}

#[test]
fn views_are_made_replaced_renamed_and_dropped() {
    let database = made(
        "create table t (id int, a text); create view v as select id, upper(a) as b from t;
         create or replace view v as select id, a, t.a as b from public.t where id in (select 1);
         create view w (x, y) as select * from v; create view gone as select 1 as one;
         create materialized view if not exists app.m as with c as (select id from t) select c.id from c, v with no data;
         create index on app.m (id); create temp view n as select 1 as one;
         alter view w rename column y to z; alter table w rename to u; drop view if exists gone;
         alter materialized view app.m set schema public;",
    );
    assert_eq!(
        views(&database),
        ["m(id) t,v", "u(x,z) v stale", "v(id,a,b) t"]
    );
    assert_eq!(tables(&database), ["t"]);
    let view = database.views.values().next().unwrap();
    assert!(view.materialized);
    assert_eq!(
        view.definition.as_deref(),
        Some("as with c as (select id from t) select c.id from c, v")
    );
    assert_eq!(view.indexes[0].name, "m_id_idx");
}

#[test]
fn what_is_dropped_with_cascade_takes_its_readers_along() {
    let sql = "create table t (id int, a int, b int); create view a as select a from t;
               create view ab as select a.a from a; create view b as select t.b as c from t;
               create view al as select * from t;";
    let after = |more: &str| views(&made(&format!("{sql}{more}")));
    assert_eq!(after("drop table t cascade;"), [""; 0]);
    assert_eq!(after("alter table t drop a cascade;"), ["b(c) t"]);
    assert_eq!(after("drop view a cascade;"), ["al(?) t", "b(c) t"]);
    assert_eq!(
        after("alter table t rename column b to d;"),
        ["a(a) t", "ab(a) a", "al(?) t stale", "b(c) t stale"]
    );
    assert_eq!(
        after("drop view al, ab; alter table t rename to s;"),
        ["a(a) s stale", "b(c) s stale"]
    );
}

#[test]
fn other_dialects() {
    let database = made_in(
        Dialect::Mysql,
        "create table T (id int); create algorithm=merge definer=`root`@`localhost` sql security invoker view `V` as select `id` from `T`;
         alter view V as select id as x from T;",
    );
    assert_eq!(views(&database), ["V(x) T"]);
    let database = made_in(
        Dialect::Mssql,
        "create or alter view [dbo].[v] with schemabinding as select count_big(*) total from dbo.t\nGO\ndrop view if exists w",
    );
    assert_eq!(views(&database), ["v(total) "]);
}
