//! Primary keys that number rows in 32 bits.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "narrow-primary-key",
    family: "schema",
    page: include_str!("narrow_primary_key.md"),
    check,
};

/// How many keys are shown before they are only counted.
const SHOWN: usize = 6;

const WIDE: NewType = NewType {
    sql: "BIGINT",
    alembic: "sa.BigInteger()",
    sqlalchemy: "BigInteger",
    django: "models.BigAutoField(primary_key=True)",
    prisma: "BigInt",
    using: None,
};

fn check(project: &Project, sink: &mut Sink) {
    for database in &project.databases {
        for group in database.narrow_keys() {
            report(project, database, &group, sink);
        }
    }
}

fn report(project: &Project, database: &Database, group: &[NarrowKey], sink: &mut Sink) {
    let (first, rest) = group.split_first().expect("a group holds something");
    let key = &first.key;
    let name = key.table.subject(std::slice::from_ref(&key.column.name));
    let what = match rest.len() {
        0 => format!("`{name}` numbers its rows"),
        more => format!("all {} tables of the schema number their rows", more + 1),
    };
    let end = match database.dialect {
        Dialect::Mysql => "when the numbers are used up",
        _ => "after 2,147,483,647 of them",
    };
    let message = format!("{what} in 32 bits: {end} every insert fails");
    let subject = match rest {
        [] => name,
        _ => "primary-keys".to_owned(),
    };
    let place = super::place_of_type(database, key);
    let subject = project.subject(database, subject);
    let finding = sink
        .report(Severity::Warning, place, subject, message)
        .confidence(super::confidence(database, key.table))
        .note("numbers of rows that are gone do not come back")
        .help(help(database, group, database.idiom(&place)));
    super::label_origin(finding, key);
    for other in rest.iter().take(SHOWN - 1) {
        finding.label(other.key.at, "and this one");
    }
}

fn help(database: &Database, group: &[NarrowKey], idiom: Idiom) -> String {
    let first = &group[0];
    let more = match group.len() - 1 {
        0 => String::new(),
        more => format!("\nand so for the other {more}"),
    };
    let is_bound = match database.dialect {
        Dialect::Mysql => !first.children.is_empty(),
        Dialect::Mssql => true,
        Dialect::Postgres | Dialect::Sqlite => false,
    };
    if is_bound && matches!(idiom, Idiom::Sql | Idiom::Alembic) {
        return format!(
            "declare `{}` while the table is young: later, the keys that hold the column have to \
             be dropped to convert it{more}",
            WIDE.written(idiom)
        );
    }
    // What refers to a key grows with it.
    let columns: Vec<&Typed> = std::iter::once(&first.key).chain(&first.children).collect();
    let declare = super::declare(database, idiom, &columns, WIDE);
    let sequence = database.sequence(first.key.table, first.key.column);
    let sequence = format!("ALTER SEQUENCE {sequence} AS BIGINT;");
    let widen = match idiom {
        Idiom::Sql if database.dialect == Dialect::Postgres => sequence,
        Idiom::Alembic if database.dialect == Dialect::Postgres => {
            format!("op.execute({})", operation::string(&sequence))
        }
        _ => return format!("{declare}{more}"),
    };
    format!(
        "{declare}\nwith the sequence, if `serial` made it:{}{more}",
        code(&widen)
    )
}
