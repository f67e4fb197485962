//! Views.

use super::changes;
use crate::facts::schema::{Dialect, SchemaChange};

/// The columns and sources of a view.
fn view(dialect: Dialect, query: &str) -> (Option<String>, String) {
    let changes = changes(dialect, &format!("create view v as {query}"));
    let [SchemaChange::CreateView(view)] = &changes[..] else {
        panic!("one view: {changes:?}");
    };
    let columns = view.columns.as_ref().map(|columns| {
        let names: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
        names.join(",")
    });
    let sources: Vec<_> = view.sources.iter().map(|s| s.name.as_str()).collect();
    (columns, sources.join(","))
}

#[test]
fn columns_are_read_where_words_name_them() {
    let columns = |query| view(Dialect::Postgres, query).0;
    let some = |names: &str| Some(names.to_owned());
    assert_eq!(columns("select a, t.b, s.t.c from t"), some("a,b,c"));
    assert_eq!(
        columns("select distinct on (a) a as x, count(*) filter (where b) as n, (b) y from t"),
        some("x,n,y")
    );
    assert_eq!(
        columns(
            "(with c as (select 1 as z) select case when a then 1 end as k, \"B\" from c union select 1, 2)"
        ),
        some("k,B")
    );
    assert_eq!(columns("select a::date as d"), some("d"));
    assert_eq!(columns("select a::date, count(*) from t"), some("a,count"));
    for query in [
        "select count_big(*) total from dbo.t",
        "select sum(a) over (order by a) total",
    ] {
        assert_eq!(view(Dialect::Mssql, query).0, some("total"), "{query}");
    }
    for query in [
        "select *",
        "select t.* from t",
        "select case when (a) then (b) end from t",
        "select a + b from t",
        "values (1)",
        "table t",
        "",
    ] {
        assert_eq!(columns(query), None, "{query}");
    }
}

#[test]
fn sources_stand_behind_from_and_join() {
    let sources = |query| view(Dialect::Postgres, query).1;
    assert_eq!(
        sources(
            "select a, b from only t x, lateral (select 1 from s) y, u left join a.v as w using (id), k where z in (select q from r, r2)"
        ),
        "t,s,u,v,k,r,r2"
    );
    assert_eq!(sources("select 1"), "");
}
