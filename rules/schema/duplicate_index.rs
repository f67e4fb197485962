//! Indexes that do nothing another index or key does not do as well.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "duplicate-index",
    family: "schema",
    page: include_str!("duplicate_index.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for database in &project.databases {
        for redundant in database.redundant_indexes() {
            let Redundant {
                table, access, by, ..
            } = redundant;
            let severity = match redundant.is_same {
                true => Severity::Warning,
                false => Severity::Info,
            };
            let place = place(database, &redundant);
            let subject = match access.name() {
                "" => table.subject(&access.columns()),
                name => format!("{}.{name}", table.key),
            };
            let (note, label) = match redundant.is_same {
                true => (
                    "adds nothing",
                    "this finds the same rows by the same columns",
                ),
                false => ("adds nothing", "this begins with the same columns"),
            };
            sink.report(
                severity,
                place,
                project.subject(database, subject),
                message(&redundant),
            )
            .confidence(super::confidence(database, table))
            .note(note)
            .help(help(database, &redundant, database.idiom(&place)))
            .label(by.at(), label);
        }
    }
}

/// The same in the model, or in the migration.
fn place(database: &Database, redundant: &Redundant) -> Place {
    let access = redundant.access;
    let declared = database.place(redundant.table, |table| match access {
        _ if std::ptr::eq(table, redundant.table) => Some(access.at()),
        Access::Primary(_) => None,
        Access::Unique(key) => {
            let mut keys = table.uniques.iter();
            Some(keys.find(|other| other.columns == key.columns)?.at)
        }
        Access::Index(index) => {
            let same = |other: &&Index| other.name == index.name && other.keys == index.keys;
            Some(table.indexes.iter().find(same)?.at)
        }
    });
    declared.unwrap_or(access.at().into())
}

fn message(redundant: &Redundant) -> String {
    let Redundant { table, by, .. } = redundant;
    let what = match (redundant.access, redundant.access.name()) {
        (Access::Index(_), "") => "this index".to_owned(),
        (Access::Index(_), name) => format!("index `{name}`"),
        (_, "") => "this unique constraint".to_owned(),
        (_, name) => format!("unique constraint `{name}`"),
    };
    if !by.name().is_empty() && by.name() == redundant.access.name() {
        return format!("{what} of `{}` is made twice: its name is taken", table.key);
    }
    let other = match (by, by.name()) {
        (Access::Primary(_), _) => format!("the primary key of `{}`", table.key),
        (Access::Unique(_), "") => format!("a unique constraint of `{}`", table.key),
        (Access::Unique(_), name) => format!("the unique constraint `{name}`"),
        (Access::Index(_), "") => format!("another index of `{}`", table.key),
        (Access::Index(_), name) => format!("index `{name}`"),
    };
    match redundant.is_same {
        true => format!("{what} repeats {other}: every write keeps both, and no query gains"),
        false => format!("{what} is the beginning of {other}, which finds the same rows"),
    }
}

fn help(database: &Database, redundant: &Redundant, idiom: Idiom) -> String {
    let drop = match idiom {
        Idiom::Sql => drop_statement(database, redundant),
        Idiom::Alembic => drop_operation(redundant),
        Idiom::DjangoMigration | Idiom::Model(Orm::Django) => {
            let leave = match redundant.comes_along() {
                true => "say `db_index=False` in the field",
                false => "leave it out",
            };
            return format!("{leave}, {}", database.migrate(Orm::Django));
        }
        Idiom::Model(orm) => {
            return match database.migrate(orm) {
                "" => "leave it out".to_owned(),
                then => format!("leave it out, {then}"),
            };
        }
    };
    let is_twice = redundant.by.name() == redundant.access.name();
    match drop.filter(|_| !is_twice) {
        Some(drop) => format!("leave it out; where it was built already:{}", code(&drop)),
        None => "leave it out".to_owned(),
    }
}

fn drop_statement(database: &Database, redundant: &Redundant) -> Option<String> {
    let table = &redundant.table.key;
    let name = Some(redundant.access.name()).filter(|name| !name.is_empty())?;
    let is_constraint = !matches!(redundant.access, Access::Index(_));
    let written = database.write_name(name);
    let on = database.write_table(table);
    Some(match database.dialect {
        Dialect::Mysql => format!("DROP INDEX {written} ON {on};"),
        Dialect::Sqlite if is_constraint => return None,
        _ if is_constraint => format!("ALTER TABLE {on} DROP CONSTRAINT {written};"),
        Dialect::Mssql => format!("DROP INDEX {written} ON {on};"),
        Dialect::Postgres | Dialect::Sqlite => {
            let index = TableKey {
                schema: table.schema.clone(),
                name: name.to_owned(),
            };
            format!("DROP INDEX {};", database.write_table(&index))
        }
    })
}

fn drop_operation(redundant: &Redundant) -> Option<String> {
    let name = Some(redundant.access.name()).filter(|name| !name.is_empty())?;
    let table = &redundant.table.key;
    let name = operation::string(name);
    let on = operation::string(&table.name);
    Some(match redundant.access {
        Access::Index(_) => {
            let arguments = [name, format!("table_name={on}")];
            operation::operation("drop_index", &arguments, table)
        }
        Access::Primary(_) | Access::Unique(_) => {
            let arguments = [name, on, "type_=\"unique\"".to_owned()];
            operation::operation("drop_constraint", &arguments, table)
        }
    })
}
