//! Types of the project's own.

use super::told;
use crate::facts::schema::{Beside, ConstraintKind, Dialect, TypeChange, TypeDefinition};

pub(super) fn defined(definition: &TypeDefinition) -> String {
    match definition {
        TypeDefinition::Enum { labels } => labels.join(","),
        TypeDefinition::Domain(domain) => format!("{} {}", domain.base.base, domain.checks.len()),
        TypeDefinition::Other { definition } => definition.text.clone(),
    }
}

pub(super) fn changed(change: &TypeChange) -> String {
    match change {
        TypeChange::AddValue { label, beside } => match beside {
            Some(Beside::Before(other)) => format!("{label} before {other}"),
            Some(Beside::After(other)) => format!("{label} after {other}"),
            None => format!("{label} last"),
        },
        TypeChange::RenameValue { label, to } => format!("value {label} -> {to}"),
        TypeChange::Rename { to } => format!("-> {}", to.name),
        TypeChange::SetSchema { schema } => format!("in {}", schema.name),
        TypeChange::SetNotNull(not_null) => format!("not null {not_null}"),
        TypeChange::SetDefault(Some(default)) => format!("default {}", default.text),
        TypeChange::SetDefault(None) => "no default".to_owned(),
        TypeChange::AddConstraint(constraint) => match &constraint.kind {
            ConstraintKind::Check { condition } => format!("check {}", condition.text),
            kind => format!("{kind:?}"),
        },
        TypeChange::DropConstraint(name) => format!("drop {}", name.name),
        TypeChange::RenameConstraint { name, to } => format!("{} -> {}", name.name, to.name),
        TypeChange::Opaque => "opaque".to_owned(),
    }
}

#[test]
fn enums() {
    assert_eq!(
        told(
            Dialect::Postgres,
            "create type s.mood as enum ('it''s', 'b'); create type none as enum ();
             alter type mood add value if not exists 'c' before 'b';
             alter type mood add value 'd' after 'c'; alter type mood add value 'f';
             alter type mood rename value 'b' to 'e'; alter type mood rename to feeling;
             alter type mood set schema app; alter type mood owner to me;
             drop type if exists mood, s.other cascade;"
        ),
        [
            "type mood it's,b",
            "type none ",
            "type mood: c before b",
            "type mood: d after c",
            "type mood: f last",
            "type mood: value b -> e",
            "type mood: -> feeling",
            "type mood: in app",
            "drop type mood,other",
        ]
    );
}

#[test]
fn domains() {
    assert_eq!(
        told(
            Dialect::Postgres,
            "create domain d as int not null default 1 check (value > 0)
                 constraint c check (value < 9);
             alter domain d set not null; alter domain d drop not null;
             alter domain d set default 1 + 2; alter domain d drop default;
             alter domain d add check (value <> 5) not valid;
             alter domain d drop constraint if exists c cascade;
             alter domain d rename constraint d_check to e; alter domain d validate constraint e;
             drop domain d;"
        ),
        [
            "type d integer 2",
            "type d: not null true",
            "type d: not null false",
            "type d: default 1 + 2",
            "type d: no default",
            "type d: check value <> 5",
            "type d: drop c",
            "type d: d_check -> e",
            "drop type d",
        ]
    );
}

#[test]
fn extensions_and_functions() {
    let told = |sql| told(Dialect::Postgres, sql);
    assert_eq!(
        told(
            "create extension if not exists \"uuid-ossp\" with schema x; drop extension a, b cascade;
             create or replace function s.f(a int,  B text default 'x') returns int as $$ select 1; $$ language sql;
             create function t() returns trigger as $$ begin end $$ language plpgsql;
             alter function f(int, text) owner to me; alter function f rename to g;
             alter function s.f reset search_path security definer;
             create function h() returns void language sql security definer set \"search_path\" to '' as '';
             drop function if exists f(int, text), g cascade;"
        ),
        [
            "extension uuid-ossp",
            "drop extension a",
            "function f(a int, b text default 'x')",
            "function t()",
            "drop function f",
            "rights of f: Rights { definer: Some(true), path: Some(false) }",
            "function h() Rights { definer: Some(true), path: Some(true) }",
            "drop function f",
        ]
    );
}

#[test]
fn other_types() {
    assert_eq!(
        told(
            Dialect::Postgres,
            "create type pair as (a int, b text); create type later;
             alter type pair add attribute c int;"
        ),
        [
            "type pair as (a int, b text)",
            "type later ",
            "type pair: opaque"
        ]
    );
    assert_eq!(
        told(
            Dialect::Mssql,
            "create type [dbo].[Flag] from bit not null\nGO\ncreate type t as table (a int)"
        ),
        ["type flag bit 0", "type t as table (a int)"]
    );
}
