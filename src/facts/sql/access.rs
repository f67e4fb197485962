//! Policies and grants: who may reach the rows of a table.

use super::cursor::Cursor;
use crate::facts::schema::{
    AccessChange, Command, Dialect, Expression, Ident, Policy, SchemaChange, TableName, Target,
};

/// The roles under which Supabase lets its users in.
const USERS: [&str; 2] = ["anon", "authenticated"];

/// Reads `CREATE POLICY`, behind those words.
pub(super) fn create_policy(cursor: &mut Cursor, start: u32) -> Option<SchemaChange> {
    let (name, table) = policy_on(cursor)?;
    let mut policy = Policy {
        name,
        table,
        restrictive: false,
        command: Command::All,
        roles: Vec::new(),
        using: None,
        check: None,
        span: cursor.span_from(start),
    };
    loop {
        if cursor.eat("as restrictive") {
            policy.restrictive = true;
        } else if cursor.eat("as permissive") {
        } else if cursor.eat("for") {
            policy.command = command(cursor)?;
        } else if cursor.eat("to") {
            policy.roles = roles(cursor);
        } else if cursor.eat("using") {
            policy.using = Some(condition(cursor)?);
        } else if cursor.eat("with check") {
            policy.check = Some(condition(cursor)?);
        } else {
            break;
        }
    }
    policy.span = cursor.span_from(start);
    cursor
        .done()
        .then_some(SchemaChange::Access(AccessChange::CreatePolicy(policy)))
}

/// Reads `ALTER POLICY`, behind those words.
pub(super) fn alter_policy(cursor: &mut Cursor) -> Option<SchemaChange> {
    let (name, table) = policy_on(cursor)?;
    let (mut to, mut given, mut using, mut check) = (None, None, None, None);
    loop {
        if cursor.eat("rename to") {
            to = Some(cursor.ident()?);
        } else if cursor.eat("to") {
            given = Some(roles(cursor));
        } else if cursor.eat("using") {
            using = Some(condition(cursor)?);
        } else if cursor.eat("with check") {
            check = Some(condition(cursor)?);
        } else {
            break;
        }
    }
    cursor
        .done()
        .then_some(SchemaChange::Access(AccessChange::AlterPolicy {
            name,
            table,
            to,
            roles: given,
            using,
            check,
        }))
}

/// Reads `DROP POLICY`, behind those words.
pub(super) fn drop_policy(cursor: &mut Cursor) -> Option<SchemaChange> {
    cursor.eat("if exists");
    let (name, table) = policy_on(cursor)?;
    cursor.eat_any("cascade|restrict");
    Some(SchemaChange::Access(AccessChange::DropPolicy {
        name,
        table,
    }))
}

fn policy_on(cursor: &mut Cursor) -> Option<(Ident, TableName)> {
    let name = cursor.ident()?;
    let table = cursor.eat("on").then(|| cursor.table_name()).flatten()?;
    Some((name, table))
}

fn command(cursor: &mut Cursor) -> Option<Command> {
    Some(match cursor.eat_which("all|select|insert|update|delete")? {
        "select" => Command::Select,
        "insert" => Command::Insert,
        "update" => Command::Update,
        "delete" => Command::Delete,
        _ => Command::All,
    })
}

/// The roles; `PUBLIC` is everyone, as is nobody.
fn roles(cursor: &mut Cursor) -> Vec<Ident> {
    let mut roles = Vec::new();
    while let Some(role) = cursor.ident() {
        roles.push(role);
        if !cursor.eat_symbol(b',') {
            break;
        }
    }
    if roles.iter().any(|role| role.name == "public") {
        roles.clear();
    }
    roles
}

fn condition(cursor: &mut Cursor) -> Option<Expression> {
    let mut group = cursor.group()?;
    Some(group.expression())
}

/// What a `REVOKE` takes from the users of Supabase: from then on rows without row security may be
/// out of their reach. Reads the whole statement.
pub(super) fn revoke(mut cursor: Cursor) -> Option<SchemaChange> {
    if cursor.dialect() != Dialect::Postgres || !cursor.eat("revoke") {
        return None;
    }
    while !cursor.eat("on") {
        cursor.advance()?;
    }
    let target = revoked(&mut cursor)?;
    from_users(cursor).then_some(SchemaChange::Access(AccessChange::Revoke(target)))
}

/// `ALTER DEFAULT PRIVILEGES … REVOKE … ON TABLES FROM …`, behind its first two words.
pub(super) fn default_privileges(mut cursor: Cursor) -> Option<SchemaChange> {
    while !cursor.eat("revoke") {
        cursor.advance()?;
    }
    while !cursor.eat("on tables") {
        cursor.advance()?;
    }
    from_users(cursor).then_some(SchemaChange::Access(AccessChange::Revoke(Target::Later)))
}

/// The tables of a `REVOKE`, where it is about tables.
fn revoked(cursor: &mut Cursor) -> Option<Target> {
    if cursor.eat_any("all tables in schema|schema") {
        let schema = cursor.ident()?;
        cursor.eat("cascade");
        return (schema.name == "public").then_some(Target::All);
    }
    const OTHERS: &str = "all|database|domain|foreign|function|language|large|parameter|procedure|\
        routine|sequence|tablespace|type";
    if cursor.is_any(OTHERS) {
        return None;
    }
    cursor.eat("table");
    let tables = cursor.table_names();
    (!tables.is_empty()).then_some(Target::Tables(tables))
}

/// Whether users of Supabase are among those `FROM` whom something is taken.
fn from_users(mut cursor: Cursor) -> bool {
    while !cursor.done() && !cursor.eat("from") {
        cursor.skip();
    }
    let roles = std::iter::from_fn(|| {
        let role = cursor.ident();
        cursor.eat_symbol(b',');
        role
    });
    roles
        .into_iter()
        .any(|role| USERS.contains(&role.name.as_str()))
}
