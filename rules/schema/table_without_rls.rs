//! Tables of a Supabase project whose rows are open to its clients.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "table-without-rls",
    family: "schema",
    page: include_str!("table_without_rls.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    let databases = &project.databases;
    for database in databases.iter().filter(|database| database.is_supabase()) {
        for table in database.exposed_tables() {
            let elsewhere = |other: &Database| other.secured_elsewhere.contains(&table.key);
            let is_secured_elsewhere = databases.iter().any(elsewhere);
            let subject = project.subject(database, table.key.to_string());
            let confidence = super::confidence(database, table);
            let security = &table.row_security;
            if security.enabled == Answer::Yes {
                for policy in &security.policies {
                    let subject = format!("{subject}::{}", policy.name);
                    let finding = open_policy(sink, database, table, policy, subject);
                    finding.map(|finding| finding.confidence(confidence));
                }
                if security.policies.is_empty() && !is_secured_elsewhere {
                    locked(sink, database, table, subject).confidence(confidence);
                }
            } else if !is_secured_elsewhere {
                open(sink, database, table, subject).confidence(confidence);
            }
        }
    }
}

/// Row security is off.
fn open<'s>(
    sink: &'s mut Sink,
    database: &Database,
    table: &Table,
    subject: String,
) -> &'s mut Finding {
    let security = &table.row_security;
    let (key, on) = (&table.key, database.write_table(&table.key));
    let message = format!(
        "row level security of `{key}` is off: whoever has the public key of the project reads and \
         changes all its rows"
    );
    let at = security.at.unwrap_or(table.at);
    let finding = sink.report(Severity::Error, at, subject, message);
    if security.at.is_some() {
        finding.label(table.at, "the table is made here");
    }
    for policy in &security.policies {
        finding.label(policy.at, "does nothing while row level security is off");
    }
    let enable = format!("ALTER TABLE {on} ENABLE ROW LEVEL SECURITY;");
    if security.policies.is_empty() {
        let policy = policy(database, table);
        let both = code(&format!("{enable}\n{policy}"));
        finding.help(format!(
            "turn it on, and say who may do what (the service role needs no policy):{both}"
        ))
    } else {
        finding.help(format!("turn it on:{}", code(&enable)))
    }
}

/// Row security is on, and nobody gets in.
fn locked<'s>(
    sink: &'s mut Sink,
    database: &Database,
    table: &Table,
    subject: String,
) -> &'s mut Finding {
    let message = format!(
        "row level security of `{}` is on and has no policy: only the service role reaches its rows",
        table.key
    );
    let at = table.row_security.at.unwrap_or(table.at);
    let policy = code(&policy(database, table));
    sink.report(Severity::Info, at, subject, message)
        .help(format!(
            "right for what only the server touches; else say who may do what:{policy}"
        ))
}

/// A policy that lets everyone write.
fn open_policy<'s>(
    sink: &'s mut Sink,
    database: &Database,
    table: &Table,
    policy: &Policy,
    subject: String,
) -> Option<&'s mut Finding> {
    let (command, at) = policy.lets_all()?;
    let is_checked_by = |other: &Policy| {
        let covers = other.command == Command::All || other.command == command;
        other.restrictive && covers
    };
    if policy.restrictive || table.row_security.policies.iter().any(is_checked_by) {
        return None;
    }
    let who = match (policy.is_for("anon"), policy.is_for("authenticated")) {
        (true, _) => "whoever has the public key of the project",
        (false, true) => "every signed-in user",
        (false, false) => return None,
    };
    let (severity, does) = match command {
        Command::Insert => (Severity::Warning, "add any row to"),
        Command::Update => (Severity::Error, "change every row of"),
        Command::Delete => (Severity::Error, "delete every row of"),
        Command::All | Command::Select => (Severity::Error, "read and change every row of"),
    };
    let severity = match policy.is_for("anon") {
        // Who names strangers means them: a form for everyone.
        true if command == Command::Insert && !policy.roles.is_empty() => Severity::Info,
        true => severity,
        false => Severity::Warning,
    };
    let message = format!(
        "policy `{}` lets {who} {does} `{}`: nothing but `true` decides",
        policy.name, table.key
    );
    let (name, on) = (
        database.write_name(&policy.name),
        database.write_table(&table.key),
    );
    let clause = match command {
        Command::Insert => "WITH CHECK",
        _ => "USING",
    };
    let alter = format!(
        "ALTER POLICY {name} ON {on}\n  {clause} ({});",
        own(database, table)
    );
    let finding = sink.report(severity, at, subject, message);
    Some(finding.help(format!(
        "say whose rows (where only the service role is meant, drop the policy: it needs none):{}",
        code(&alter)
    )))
}

/// A policy that lets each user reach the own rows.
fn policy(database: &Database, table: &Table) -> String {
    let own = own(database, table);
    format!(
        "CREATE POLICY own_rows ON {} FOR ALL TO authenticated\n  USING ({own}) WITH CHECK ({own});",
        database.write_table(&table.key)
    )
}

/// What is true of the rows of a user.
fn own(database: &Database, table: &Table) -> String {
    match table.owner() {
        Some(owner) => format!("(SELECT auth.uid()) = {}", database.write_name(&owner.name)),
        None => "(SELECT auth.uid()) = …".to_owned(),
    }
}
