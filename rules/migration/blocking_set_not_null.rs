//! `SET NOT NULL` that reads the whole table while nobody can use it.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "blocking-set-not-null",
    family: "migration",
    page: include_str!("blocking_set_not_null.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    super::check(project, sink, |database, change| {
        let LiveKind::ForbidNull { column, proved } = &change.kind else {
            return None;
        };
        if *proved && database.trusts_checks() {
            return None;
        }
        let name = super::column(change, column);
        (database.dialect == Dialect::Postgres).then(|| super::Report {
            severity: Severity::Warning,
            message: format!(
                "`SET NOT NULL` reads all of `{}` to look for NULL in `{column}`, and nobody can \
                 read or write it meanwhile",
                change.table
            ),
            note: match proved {
                true => "before PostgreSQL 12 no check proves that no row holds NULL".to_owned(),
                false => "no check says yet that no row holds NULL".to_owned(),
            },
            help: help(database, change, column),
            object: name,
        })
    });
}

fn help(database: &Database, change: &LiveChange, column: &str) -> String {
    if !database.trusts_checks() {
        return "before PostgreSQL 12 a check that was added `NOT VALID` and validated must do \
                instead of `NOT NULL`"
            .to_owned();
    }
    let table = database.write_table(&change.table);
    let name = database.write_name(column);
    let check = database.write_name(&format!("{}_{column}_not_null", change.table.name));
    let first = super::run(
        database,
        &[format!(
            "ALTER TABLE {table} ADD CONSTRAINT {check} CHECK ({name} IS NOT NULL) NOT VALID"
        )],
    );
    let validate = format!("ALTER TABLE {table} VALIDATE CONSTRAINT {check}");
    let forbid = format!("ALTER TABLE {table} ALTER COLUMN {name} SET NOT NULL");
    let drop = format!("ALTER TABLE {table} DROP CONSTRAINT {check}");
    let second = match database.migration_idiom() {
        // Django must go on to know of it, and forbids no sooner than the check is valid.
        Idiom::DjangoMigration => code(&format!(
            "migrations.RunSQL({}),\n…,  # the operation that stands here\nmigrations.RunSQL({}),",
            operation::string(&validate),
            operation::string(&drop)
        )),
        _ => super::run(database, &[validate, forbid, drop]),
    };
    format!(
        "let a check say so, which takes no more than a moment:{first}\nthen, in a later \
         migration, read the table while others work, and take the check for proof:{second}"
    )
}
