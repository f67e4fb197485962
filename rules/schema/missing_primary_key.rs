//! Tables that have no primary key at the end of all migrations.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "missing-primary-key",
    family: "schema",
    page: include_str!("missing_primary_key.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for database in &project.databases {
        for table in database.tables_without_primary_key() {
            let name = &table.key;
            let (severity, message) = match table.row_key() {
                Some(key) => (
                    Severity::Info,
                    format!(
                        "`{name}` has no primary key, though `{}` tells its rows apart: \
                         replication and many tools ask for the primary key",
                        key.join(", ")
                    ),
                ),
                None => (
                    Severity::Warning,
                    format!(
                        "`{name}` has no primary key: nothing tells equal rows apart, and no \
                         statement can change just one of them"
                    ),
                ),
            };
            let place = database.place(table, |table| Some(table.at));
            let place = place.unwrap_or(table.at.into());
            let subject = project.subject(database, name.to_string());
            let finding = sink
                .report(severity, place, subject, message)
                .confidence(super::confidence(database, table))
                .note("no statement gives it a primary key")
                .help(help(database, table, database.idiom(&place)));
            for (key, at) in table.dropped.iter().filter(|(index, _)| index.unique) {
                let columns = key.keys.join("`, `");
                finding.label(*at, format!("this takes the key over `{columns}` away"));
            }
        }
    }
}

fn help(database: &Database, table: &Table, idiom: Idiom) -> String {
    if database.has_partitions(table) {
        return "declare one in the table that also holds the columns it is partitioned by; \
                PostgreSQL takes no other"
            .to_owned();
    }
    let columns = table.natural_key();
    let declared = declared(database, table, idiom, columns.as_deref());
    if let Idiom::Model(orm) = idiom {
        return match database.migrate(orm) {
            "" => declared,
            then => format!("{declared}, {then}"),
        };
    }
    let add = match idiom {
        _ if database.dialect == Dialect::Sqlite => {
            return format!(
                "{declared}; SQLite gives none to a table in use, so that one is made anew and \
                 filled from the old one"
            );
        }
        Idiom::Alembic => operations(table, columns.as_deref()),
        _ => statement(database, table, columns.as_deref()),
    };
    format!(
        "{declared}; where the table is in use already:{}",
        code(&add)
    )
}

/// What the definition of the table says: that some of its columns are the key, or a new one.
fn declared(
    database: &Database,
    table: &Table,
    idiom: Idiom,
    columns: Option<&[String]>,
) -> String {
    let new = match idiom {
        Idiom::Sql => new_column(database.dialect),
        Idiom::Alembic => "sa.Column(\"id\", sa.BigInteger(), primary_key=True)",
        Idiom::DjangoMigration | Idiom::Model(Orm::Django) => {
            "id = models.BigAutoField(primary_key=True)"
        }
        Idiom::Model(Orm::SqlAlchemy) => "id = mapped_column(BigInteger, primary_key=True)",
        Idiom::Model(Orm::Prisma) => "id BigInt @id @default(autoincrement())",
    };
    match (columns, idiom) {
        (None, _) => format!("declare one in the table, `{new}`"),
        (Some(columns), Idiom::Sql) => {
            let listed = database.write_columns(columns);
            format!("declare it in the table, `PRIMARY KEY ({listed})`")
        }
        (Some(columns), Idiom::Model(Orm::Prisma)) => {
            let fields = database.attributes(Orm::Prisma, &table.key, columns);
            format!("declare it in the model, `@@id([{}])`", fields.join(", "))
        }
        (Some(columns), _) => format!("say `primary_key=True` in `{}`", columns.join("` and `")),
    }
}

fn new_column(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Postgres => "id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        Dialect::Mysql => "id BIGINT AUTO_INCREMENT PRIMARY KEY",
        Dialect::Mssql => "id BIGINT IDENTITY(1,1) PRIMARY KEY",
        Dialect::Sqlite => "id INTEGER PRIMARY KEY",
    }
}

fn statement(database: &Database, table: &Table, columns: Option<&[String]>) -> String {
    let add = match (columns, database.dialect) {
        (Some(columns), _) => format!("ADD PRIMARY KEY ({})", database.write_columns(columns)),
        (None, Dialect::Mssql) => format!("ADD {}", new_column(Dialect::Mssql)),
        (None, dialect) => format!("ADD COLUMN {}", new_column(dialect)),
    };
    format!("ALTER TABLE {} {add};", database.write_table(&table.key))
}

/// The same as operations of Alembic.
fn operations(table: &Table, columns: Option<&[String]>) -> String {
    let name = operation::string(&table.key.name);
    let id = ["id".to_owned()];
    let key = [
        operation::string(&format!("pk_{}", table.key.name)),
        name.clone(),
        operation::strings(columns.unwrap_or(&id)),
    ];
    let key = operation::operation("create_primary_key", &key, &table.key);
    if columns.is_some() {
        return key;
    }
    let column = "sa.Column(\"id\", sa.BigInteger(), sa.Identity(), nullable=False)".to_owned();
    let column = operation::operation("add_column", &[name, column], &table.key);
    format!("{column}\n{key}")
}
