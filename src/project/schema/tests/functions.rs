//! Functions that expressions call.

use super::made;

#[test]
fn what_expressions_call_is_found_with_what_that_calls() {
    let database = made(
        "create function a() returns int as $$ select b(1) $$ language sql;
         create function b(x int) returns int as $$ select 1 $$ language sql;
         create function b(x int, y int) returns int as $$ select 2 $$ language sql;
         create function unused() returns int as $$ select 3 $$ language sql;
         create function old() returns int as $$ select 4 $$ language sql;
         create function s.c(x int) returns int as $$ select 5 $$ language sql;
         create or replace function b(x  INT) returns int as $$ select 6 $$ language sql;
         create table t (x int default a(), check (old() > 0)); create index on t (s.c(x));
         drop function old; drop function b(int, int);",
    );
    let called = database.called_functions().into_iter();
    let called: Vec<String> = called
        .map(|function| format!("{} {}", function.key, function.definition))
        .collect();
    assert_eq!(
        called,
        [
            "a create function a() returns int as $$ select b(1) $$ language sql",
            "b create or replace function b(x  INT) returns int as $$ select 6 $$ language sql",
            "s.c create function s.c(x int) returns int as $$ select 5 $$ language sql",
        ]
    );
}
