//! Types of the project's own.

use super::{columns, made, table};
use crate::project::schema::{Database, TypeKind};

/// Each type as `key: what it is`.
fn types(database: &Database) -> Vec<String> {
    let told = database.types.values().map(|own| match &own.kind {
        TypeKind::Enum { labels } => format!("{}: {}", own.key, labels.join(",")),
        TypeKind::Domain(domain) => {
            let checks: Vec<_> = domain.checks.iter().map(|c| c.name.as_str()).collect();
            let base = &domain.base.0.base;
            format!(
                "{}: {base} {} {}",
                own.key,
                domain.not_null,
                checks.join(",")
            )
        }
        TypeKind::Other { definition } => format!("{}: {definition:?}", own.key),
    });
    told.collect()
}

fn column_type<'a>(database: &'a Database, name: &str, column: &str) -> &'a str {
    let column = table(database, name).column(column).unwrap();
    &column.ty.as_ref().unwrap().0.base
}

#[test]
fn labels_are_added_in_their_places_and_renamed() {
    let database = made(
        "create type mood as enum ('b', 'd');
         alter type mood add value 'a' before 'b'; alter type mood add value 'c' after 'b';
         alter type mood add value if not exists 'b'; alter type mood add value 'e';
         alter type mood rename value 'd' to 'D';",
    );
    assert_eq!(types(&database), ["mood: a,b,c,D,e"]);
}

#[test]
fn columns_follow_a_renamed_type() {
    let database = made(
        "create type mood as enum ('a'); create domain moods as mood[];
         create table t (a mood, b public.mood, c text);
         alter type mood rename to feeling; alter type feeling set schema app;",
    );
    assert_eq!(
        types(&database),
        ["moods: app.feeling false ", "app.feeling: a"]
    );
    assert_eq!(column_type(&database, "t", "a"), "app.feeling");
    assert_eq!(column_type(&database, "t", "b"), "app.feeling");
    assert_eq!(column_type(&database, "t", "c"), "text");
}

#[test]
fn an_enum_is_replaced_by_another() {
    let database = made(
        "create type role as enum ('a', 'b'); create table t (r role);
         create type role_new as enum ('a'); alter table t alter r type role_new using r::text::role_new;
         drop type role; alter type role_new rename to role;",
    );
    assert_eq!(types(&database), ["role: a"]);
    assert_eq!(column_type(&database, "t", "r"), "role");
}

#[test]
fn a_type_that_is_there_is_not_made_again() {
    let database = made(
        "create type mood as enum ('a');
         do $$ begin create type mood as enum ('b'); exception when duplicate_object then null; end $$;",
    );
    assert_eq!(types(&database), ["mood: a"]);
}

#[test]
fn a_dropped_type_may_take_columns_along() {
    let database = made(
        "create type app.mood as enum ('a'); create table t (a int, b app.mood);
         create index i on t (b); drop type app.mood cascade;",
    );
    assert_eq!(types(&database), [""; 0]);
    assert_eq!(columns(&database, "t"), ["a"]);
    assert!(table(&database, "t").indexes.is_empty());
    let database = made("create type s.mood as enum ('a'); create schema s; drop schema s;");
    assert_eq!(types(&database), [""; 0]);
}

#[test]
fn checks_of_domains_are_named() {
    let database = made(
        "create domain d as int check (value > 0) check (value < 9) constraint e check (value <> 5);
         alter domain d set not null; alter domain d drop constraint d_check;
         alter domain d rename constraint e to f; alter domain d add check (value <> 6);
         create type pair as (a int); alter type pair add attribute b int;",
    );
    assert_eq!(
        types(&database),
        ["d: integer true d_check1,f,d_check", "pair: None"]
    );
}
