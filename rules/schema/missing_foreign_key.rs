//! Columns named after a table that hold its keys without a foreign key.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "missing-foreign-key",
    family: "schema",
    page: include_str!("missing_foreign_key.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for database in &project.databases {
        for missing in database.unreferenced() {
            let (table, column, parent) = (missing.table, missing.column, missing.parent);
            let name = table.subject(std::slice::from_ref(&column.name));
            let message = format!(
                "`{name}` names rows of `{}` without a foreign key: nothing keeps out a value that \
                 names no row, nor a named row from being deleted",
                parent.key
            );
            let at = |table: &Table| Some(table.column(&column.name)?.at);
            let place = database.place(table, at).unwrap_or(column.at.into());
            let subject = project.subject(database, name);
            let idiom = database.idiom(&place);
            sink.report(Severity::Info, place, subject, message)
                .confidence(super::confidence(database, table))
                .help(help(database, &missing, idiom))
                .label(missing.key.at, "this is what it names");
        }
    }
}

fn help(database: &Database, missing: &Unreferenced, idiom: Idiom) -> String {
    let (parent, key) = (&missing.parent.key, &missing.key.name);
    match idiom {
        Idiom::Sql => sql_help(database, missing),
        Idiom::Alembic => alembic_help(missing),
        Idiom::DjangoMigration | Idiom::Model(Orm::Django) => {
            "make the field a `models.ForeignKey` of that model".to_owned()
        }
        Idiom::Model(Orm::SqlAlchemy) => {
            let clause = code(&format!("ForeignKey(\"{parent}.{key}\")"));
            format!("say what it names, in the column:{clause}")
        }
        Idiom::Model(Orm::Prisma) => {
            let fields = [missing.column.name.clone()];
            let fields = database.attributes(Orm::Prisma, &missing.table.key, &fields);
            let relation = format!("@relation(fields: [{}], references: [{key}])", fields[0]);
            format!("add a relation field with:{}", code(&relation))
        }
    }
}

/// The foreign key to add. On a table in use PostgreSQL checks its rows without blocking writers.
fn sql_help(database: &Database, missing: &Unreferenced) -> String {
    let table = database.write_table(&missing.table.key);
    let parent = database.write_table(&missing.parent.key);
    let column = database.write_name(&missing.column.name);
    let key = database.write_name(&missing.key.name);
    if database.dialect == Dialect::Sqlite {
        let clause = code(&format!("REFERENCES {parent} ({key})"));
        return format!(
            "say what it names, in the clause of `{column}` (SQLite adds no foreign key to a table \
             that exists):{clause}"
        );
    }
    let name = database.write_name(&format!(
        "{}_{}_fkey",
        missing.table.key.name, missing.column.name
    ));
    let foreign_key = format!(
        "ALTER TABLE {table} ADD CONSTRAINT {name}\n  FOREIGN KEY ({column}) REFERENCES {parent} ({key})"
    );
    let statement = match database.dialect {
        Dialect::Postgres => {
            format!("{foreign_key} NOT VALID;\nALTER TABLE {table} VALIDATE CONSTRAINT {name};")
        }
        _ => format!("{foreign_key};"),
    };
    format!(
        "say what it names, once no row names one that is gone:{}",
        code(&statement)
    )
}

fn alembic_help(missing: &Unreferenced) -> String {
    let (child, parent) = (&missing.table.key, &missing.parent.key);
    let name = format!("{}_{}_fkey", child.name, missing.column.name);
    let arguments = [
        operation::string(&name),
        operation::string(&child.name),
        operation::string(&parent.name),
        operation::strings(std::slice::from_ref(&missing.column.name)),
        operation::strings(std::slice::from_ref(&missing.key.name)),
    ];
    let create = operation::operation("create_foreign_key", &arguments, &TableKey::default());
    format!("say what it names, in a new revision:{}", code(&create))
}
