//! Policies, row security and grants.

use super::told as changes;
use crate::facts::schema::{AccessChange, Dialect, Expression, Held, Ident, Target};

/// A change of who may reach rows, in a few words.
pub(super) fn told(change: &AccessChange) -> String {
    let condition = |word: &str, condition: &Option<Expression>| match condition {
        Some(condition) => format!(" {word} {}", condition.text),
        None => String::new(),
    };
    let names = |roles: &[Ident]| {
        let names: Vec<_> = roles.iter().map(|role| role.name.as_str()).collect();
        names.join(",")
    };
    let target = |target: &Target| match target {
        Target::Tables(tables) => {
            let names: Vec<_> = tables.iter().map(|table| table.name.as_str()).collect();
            names.join(",")
        }
        Target::All => "all".to_owned(),
        Target::Later => "later".to_owned(),
    };
    match change {
        AccessChange::CreatePolicy(policy) => format!(
            "policy {} on {} {:?} to [{}]{}{}",
            policy.name.name,
            policy.table.name,
            policy.command,
            names(&policy.roles),
            condition("using", &policy.using),
            condition("check", &policy.check),
        ),
        AccessChange::AlterPolicy {
            name,
            table,
            to,
            roles,
            using,
            check,
        } => format!(
            "policy {} on {}: {:?} {:?}{}{}",
            name.name,
            table.name,
            to.as_ref().map(|to| &to.name),
            roles.as_deref().map(names),
            condition("using", using),
            condition("check", check),
        ),
        AccessChange::DropPolicy { name, table } => {
            format!("drop policy {} on {}", name.name, table.name)
        }
        AccessChange::Secure(tables) => format!("secure {}", target(tables)),
        AccessChange::GrantPublic(given) => {
            format!("public {:?} {}", given.right, held(&given.held))
        }
        AccessChange::RevokePublic(held) => format!("not public {}", self::held(held)),
        AccessChange::Revoke(tables) => format!("revoke {}", target(tables)),
    }
}

fn held(held: &Held) -> String {
    match held {
        Held::Tables(tables) => {
            let names: Vec<_> = tables.iter().map(|table| table.name.as_str()).collect();
            names.join(",")
        }
        other => format!("{other:?}"),
    }
}

#[test]
fn policies() {
    let told = changes(
        Dialect::Postgres,
        "create policy \"Own rows\" on public.notes as permissive for update to authenticated, anon
            using ((select auth.uid()) = user_id) with check (true);
        create policy p on notes to public;
        alter policy p on notes rename to q;
        alter policy q on notes to public using (a in (1, 2));
        drop policy if exists q on notes cascade;
        alter table only notes enable row level security, force row level security;
        alter table notes disable row level security;",
    );
    assert_eq!(
        told,
        [
            "policy Own rows on notes Update to [authenticated,anon] using (select auth.uid()) = user_id check true",
            "policy p on notes All to []",
            "policy p on notes: Some(\"q\") None",
            "policy q on notes: None Some(\"\") using a in (1, 2)",
            "drop policy q on notes",
            "notes: row security true; nothing",
            "notes: row security false",
        ]
    );
}

#[test]
fn rights_taken_from_clients() {
    let told = changes(
        Dialect::Postgres,
        "revoke all on table a, public.b from anon, authenticated;
        revoke select (x), update on c from \"anon\" cascade;
        revoke all on all tables in schema public from authenticated;
        revoke usage on schema public from anon;
        revoke all on a from public;
        revoke execute on function f() from anon;
        revoke all on all functions in schema public from anon;
        alter default privileges for role postgres in schema public revoke all on tables from anon;
        alter default privileges in schema public grant all on tables to anon;",
    );
    let expected = [
        "revoke a,b",
        "revoke c",
        "revoke all",
        "revoke all",
        "not public a",
        "revoke later",
    ];
    assert_eq!(told, expected);
}

#[test]
fn rights_of_everyone() {
    let told = changes(
        Dialect::Postgres,
        "grant all privileges on table a, s.b to public;
        grant select, insert on a to x, PUBLIC with grant option;
        grant all on all tables in schema public to public;
        alter default privileges for role x in schema s grant select on tables to public;
        grant create on schema s to public; grant all on database d to public;
        revoke create on schema s from public;
        grant select on a to public; grant all on a to x; grant usage on schema s to public;
        grant all on function f() to public; grant x to public;
        do $$ begin execute format('revoke all on %I from public', t);
            execute format('grant all on %I to public', t); end $$;",
    );
    let expected = [
        "public All a,b",
        "public Write a",
        "public All AllTables([\"public\"])",
        "public Read LaterTables",
        "public Make Schemas([\"s\"])",
        "public Make Databases([\"d\"])",
        "not public Schemas([\"s\"])",
        "if not public Anything",
    ];
    assert_eq!(told, expected);
}

#[test]
fn texts_secure_what_nobody_knows() {
    let block = |body: &str| format!("do $$ begin {body} end $$;");
    let told = |sql: &str| changes(Dialect::Postgres, sql);
    assert_eq!(
        told(&block(
            "for t in select tablename from pg_tables loop
                execute format('alter table %I enable row level security', t);
                execute format('create policy p on %I using (true)', t);
            end loop;"
        )),
        ["if secure all", "if secure all"]
    );
    assert_eq!(
        told(&block(
            "foreach t in array array['a', 'b'] loop
                execute 'alter table ' || t || ' enable row level security';
            end loop;"
        )),
        ["if secure a,b"]
    );
    let trigger = |body: &str| {
        format!(
            "create function f() returns event_trigger as $$ begin {body} end $$ language plpgsql;
            create event trigger e on ddl_command_end execute function f();"
        )
    };
    let secures = trigger("execute format('alter table %s enable row level security', o);");
    assert_eq!(told(&secures), ["function f()", "secure later"]);
    assert_eq!(
        told(&trigger("notify pgrst, 'reload schema';")),
        ["function f()"]
    );
}
