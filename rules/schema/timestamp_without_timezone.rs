//! Moments that PostgreSQL keeps without their time zone.

use std::collections::BTreeSet;

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "timestamp-without-timezone",
    family: "schema",
    page: include_str!("timestamp_without_timezone.md"),
    check,
};

/// How many columns are shown before they are only counted.
const SHOWN: usize = 6;

fn check(project: &Project, sink: &mut Sink) {
    for database in &project.databases {
        for moments in database.zoneless_moments() {
            report(project, database, &moments, sink);
        }
    }
}

fn report(project: &Project, database: &Database, moments: &[Typed], sink: &mut Sink) {
    let (first, rest) = moments.split_first().expect("a group holds something");
    let tables = tables(moments);
    let names: Vec<String> = moments.iter().map(|it| it.column.name.clone()).collect();
    let subject = match tables {
        1 => first.table.subject(&names),
        _ => "timestamps".to_owned(),
    };
    let subject = project.subject(database, subject);
    let place = super::place_of_type(database, first);
    let declare = super::declare(
        database,
        database.idiom(&place),
        &moments.iter().collect::<Vec<_>>(),
        ZONED,
    );
    let finding = sink
        .report(Severity::Warning, place, subject, message(moments, tables))
        .confidence(super::confidence(database, first.table))
        .note("keeps what a clock shows, and not where it hangs")
        .help(format!("if the times were written as UTC, {declare}"));
    super::label_origin(finding, first);
    for other in rest.iter().take(SHOWN - 1) {
        finding.label(other.at, "and this one");
    }
}

fn tables(moments: &[Typed]) -> usize {
    let keys: BTreeSet<&TableKey> = moments.iter().map(|moment| &moment.table.key).collect();
    keys.len()
}

fn message(moments: &[Typed], tables: usize) -> String {
    let first = &moments[0];
    let what = match (moments.len(), tables) {
        (1, _) => format!("`{}.{}` keeps a moment", first.table.key, first.column.name),
        (count, 1) => format!("`{}` keeps {count} moments", first.table.key),
        (count, tables) => format!("the schema keeps all its {count} moments, in {tables} tables,"),
    };
    format!(
        "{what} without a time zone: sessions of other zones read and write another time than \
         was meant"
    )
}

/// The same moments, written in UTC so far.
const ZONED: NewType = NewType {
    sql: "timestamptz",
    alembic: "sa.DateTime(timezone=True)",
    sqlalchemy: "DateTime(timezone=True)",
    django: "models.DateTimeField()",
    prisma: "DateTime @db.Timestamptz(3)",
    using: Some("{} AT TIME ZONE 'UTC'"),
};
