//! `ON DELETE CASCADE` that nobody signed off.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unreviewed-cascade",
    family: "schema",
    page: include_str!("unreviewed_cascade.md"),
    check,
};

/// How many tables a message names before it only counts.
const NAMED: usize = 4;

fn check(project: &Project, sink: &mut Sink) {
    for database in &project.databases {
        let cascades = database.cascades();
        for (table, fk) in database.cascading_keys() {
            let severity = match table.is_join_table() {
                true => Severity::Info,
                false => Severity::Error,
            };
            let reach = cascades.reach(table);
            let subject = project.subject(database, table.subject(&fk.columns));
            let at = fk.on_delete_at.unwrap_or(fk.at);
            let finding = sink
                .report(severity, at, &subject, message(fk, &reach, &cascades))
                .confidence(super::confidence(database))
                .help(help(database, table, fk, &subject));
            if let Some(parent) = database
                .tables
                .get(&fk.parent)
                .filter(|p| p.key != table.key)
            {
                finding.label(parent.at, "deleting a row of this table");
            }
            let below = reach[1..].iter();
            for table in below.filter(|t| cascades.precious(t).is_some()).take(NAMED) {
                finding.label(table.at, "takes its rows here as well");
            }
        }
    }
}

/// What would vanish.
fn message(fk: &ForeignKey, reach: &[&Table], cascades: &Cascades) -> String {
    let (child, below) = (reach[0], &reach[1..]);
    let first = if child.key == fk.parent {
        format!(
            "deleting a row of `{}` silently deletes every row below it",
            fk.parent
        )
    } else {
        format!(
            "deleting a row of `{}` silently deletes its rows in `{}`",
            fk.parent, child.key
        )
    };
    let chain = match below {
        [] => String::new(),
        below => format!(", and with them rows of {}", listed(below)),
    };
    let lost: Vec<String> = [Precious::Money, Precious::Audit, Precious::People]
        .into_iter()
        .filter_map(|kind| {
            let of_kind = |table: &&&Table| cascades.precious(table) == Some(kind);
            let tables: Vec<&Table> = reach.iter().filter(of_kind).copied().collect();
            let what = match kind {
                Precious::Money => "money",
                Precious::Audit => "an audit trail",
                Precious::People => "personal records",
            };
            (!tables.is_empty()).then(|| format!("{what} in {}", listed(&tables)))
        })
        .collect();
    match lost.as_slice() {
        [] => format!("{first}{chain}"),
        lost => format!("{first}{chain}: this destroys {}", lost.join(", ")),
    }
}

fn listed(tables: &[&Table]) -> String {
    let name = |table: &&Table| format!("`{}`", table.key);
    let named: Vec<String> = tables.iter().take(NAMED).map(name).collect();
    match (named.as_slice(), tables.len().saturating_sub(NAMED)) {
        ([rest @ .., last], 0) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        (all, 0) => all.join(", "),
        (all, 1) => format!("{} and 1 more table", all.join(", ")),
        (all, more) => format!("{} and {more} more tables", all.join(", ")),
    }
}

fn help(database: &Database, table: &Table, fk: &ForeignKey, subject: &str) -> String {
    let entry = format!(
        "[[reviewed]]\nrule = \"unreviewed-cascade\"\nsubject = \"{subject}\"\n\
         action = \"cascade\"\nreason = \"…\""
    );
    let sign = match review(database.tool) {
        Review::Comment => "-- aicheck: reviewed unreviewed-cascade: why".to_owned(),
        Review::Entry => entry,
    };
    let place = match review(database.tool) {
        Review::Comment => "above the clause",
        Review::Entry => "in aicheck.toml, because the tool checksums applied files",
    };
    let nullable = fk
        .columns
        .iter()
        .all(|name| table.column(name).is_some_and(|column| column.nullable));
    let or_null = match nullable {
        true => ", or `ON DELETE SET NULL` to keep them without it",
        false => "",
    };
    format!(
        "if these rows must never outlive `{}`, sign it off {place}:{}\n\
         otherwise `ON DELETE RESTRICT` refuses the delete while they exist{or_null}{}",
        fk.parent,
        code(&sign),
        replacement(database, table, fk)
    )
}

/// Where a decision can be recorded.
enum Review {
    Comment,
    Entry,
}

/// These tools refuse to run when an applied file has changed, comments included.
fn review(tool: MigrationTool) -> Review {
    match tool {
        MigrationTool::Sqlx
        | MigrationTool::Flyway
        | MigrationTool::Prisma
        | MigrationTool::Refinery
        | MigrationTool::Atlas
        | MigrationTool::Graphile
        | MigrationTool::Liquibase => Review::Entry,
        _ => Review::Comment,
    }
}

/// The statement that changes a foreign key in use, where its name is known.
fn replacement(database: &Database, table: &Table, fk: &ForeignKey) -> String {
    if database.dialect != Dialect::Postgres || fk.parent_columns.is_empty() {
        return String::new();
    }
    let name = database.write_name(&fk.name);
    let statement = format!(
        "ALTER TABLE {}\n  DROP CONSTRAINT {name},\n  ADD CONSTRAINT {name} FOREIGN KEY ({})\n    \
         REFERENCES {} ({}) ON DELETE RESTRICT;",
        database.write_table(&table.key),
        database.write_columns(&fk.columns),
        database.write_table(&fk.parent),
        database.write_columns(&fk.parent_columns),
    );
    format!(":{}", code(&statement))
}
