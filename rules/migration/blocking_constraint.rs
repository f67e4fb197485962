//! Constraints that all rows are checked against while others wait.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "blocking-constraint",
    family: "migration",
    page: include_str!("blocking_constraint.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    super::check(project, sink, |database, change| {
        let LiveKind::Constrain { name, demand } = &change.kind else {
            return None;
        };
        (database.dialect == Dialect::Postgres).then(|| super::Report {
            severity: Severity::Warning,
            message: message(change, name, demand),
            note: "holds its lock until the last row is checked".to_owned(),
            help: help(database, change, name, demand),
            object: name.clone(),
        })
    });
}

fn message(change: &LiveChange, name: &str, demand: &Demand) -> String {
    let table = &change.table;
    match demand {
        Demand::ForeignKey(fk) if fk.parent == *table => {
            format!("nobody can write to `{table}` while `{name}` is checked against all its rows")
        }
        Demand::ForeignKey(fk) => format!(
            "nobody can write to `{table}` or `{}` while `{name}` is checked against all rows",
            fk.parent
        ),
        Demand::Check(_) => format!(
            "nobody can read or write `{table}` while `{name}` is checked against all its rows"
        ),
        Demand::Unique(_) | Demand::PrimaryKey(_) => {
            format!("nobody can read or write `{table}` while the index of `{name}` is built")
        }
    }
}

fn help(database: &Database, change: &LiveChange, name: &str, demand: &Demand) -> String {
    let table = database.write_table(&change.table);
    let name = database.write_name(name);
    let clause = match demand {
        Demand::ForeignKey(fk) => database.write_foreign_key(fk),
        Demand::Check(condition) => format!("CHECK ({})", within(condition)),
        Demand::Unique(columns) => return key_help(database, change, &name, "UNIQUE", columns),
        Demand::PrimaryKey(columns) => {
            return key_help(database, change, &name, "PRIMARY KEY", columns);
        }
    };
    let first = super::run_instead(
        database,
        &format!("ALTER TABLE {table} ADD CONSTRAINT {name} {clause} NOT VALID"),
    );
    let second = super::run(
        database,
        &[format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name}")],
    );
    format!(
        "let it hold for new rows first, which takes no more than a moment:{first}\nthen, in a \
         later migration, check the others while writers go on:{second}"
    )
}

fn key_help(
    database: &Database,
    change: &LiveChange,
    name: &str,
    kind: &str,
    columns: &[String],
) -> String {
    let table = database.write_table(&change.table);
    let on = database.write_columns(columns);
    let (place, build) = super::run_apart(
        database,
        &format!("CREATE UNIQUE INDEX CONCURRENTLY {name} ON {table} ({on})"),
    );
    let adopt = super::run_instead(
        database,
        &format!("ALTER TABLE {table} ADD CONSTRAINT {name} {kind} USING INDEX {name}"),
    );
    format!(
        "build its index {place}, while others work:{build}\nthen make it the constraint:{adopt}"
    )
}

/// A condition without the parentheses around it.
fn within(condition: &str) -> &str {
    let inner = condition
        .strip_prefix('(')
        .and_then(|it| it.strip_suffix(')'));
    inner
        .filter(|it| !it.contains(['(', ')']))
        .unwrap_or(condition)
}
