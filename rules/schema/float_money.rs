//! Money columns in binary floating point.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "float-money",
    family: "schema",
    page: include_str!("float_money.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for database in &project.databases {
        for money in database.float_money() {
            let columns = std::slice::from_ref(&money.column.name);
            let name = money.table.subject(columns);
            let message = format!(
                "`{name}` keeps money in binary floating point (`{}`), which has no exact value \
                 for most amounts: sums and comparisons go wrong by cents",
                money.ty.base
            );
            let subject = project.subject(database, name);
            let place = super::place_of_type(database, &money);
            let finding = sink
                .report(Severity::Error, place, subject, message)
                .confidence(super::confidence(database, money.table))
                .note("0.10 has no exact value in this type")
                .help(help(database, &money, database.idiom(&place)));
            super::label_origin(finding, &money);
        }
    }
}

fn help(database: &Database, money: &Typed, idiom: Idiom) -> String {
    match idiom {
        Idiom::Alembic if database.dialect != Dialect::Sqlite => alembic_help(money),
        Idiom::Alembic | Idiom::Sql => sql_help(database, money),
        Idiom::DjangoMigration => model_help(database, money, Orm::Django),
        Idiom::Model(orm) => model_help(database, money, orm),
    }
}

/// The exact type as a model declares it.
fn model_help(database: &Database, money: &Typed, orm: Orm) -> String {
    let exact = match orm {
        Orm::SqlAlchemy => "mapped_column(Numeric(19, 4))",
        Orm::Django => "models.DecimalField(max_digits=19, decimal_places=4)",
        Orm::Prisma if money.ty.array => "Decimal[] @db.Decimal(19, 4)",
        Orm::Prisma if money.column.nullable => "Decimal? @db.Decimal(19, 4)",
        Orm::Prisma => "Decimal @db.Decimal(19, 4)",
    };
    let whole = match orm {
        Orm::SqlAlchemy => "BigInteger",
        Orm::Django => "BigIntegerField",
        Orm::Prisma => "BigInt",
    };
    let then = match database.migrate(orm) {
        "" => String::new(),
        then => format!(", {then}"),
    };
    if orm == Orm::Prisma && database.dialect == Dialect::Sqlite {
        return format!("SQLite has no exact decimals: count minor units in a `{whole}`{then}");
    }
    let exact = code(exact);
    format!("count minor units in a `{whole}`{then}, or declare it exactly:{exact}")
}

fn sql_help(database: &Database, money: &Typed) -> String {
    let table = database.write_table(&money.table.key);
    let name = &money.column.name;
    let column = database.write_name(name);
    let null = if money.column.nullable {
        ""
    } else {
        " NOT NULL"
    };
    let array = if money.ty.array { "[]" } else { "" };
    let default = match &money.column.default {
        Some(default) => format!(" DEFAULT {}", default.text),
        None => String::new(),
    };
    let convert = match database.dialect {
        Dialect::Postgres => format!("ALTER COLUMN {column} TYPE NUMERIC(19,4){array}"),
        Dialect::Mysql => format!("MODIFY {column} DECIMAL(19,4){null}{default}"),
        Dialect::Mssql => format!("ALTER COLUMN {column} DECIMAL(19,4){null}"),
        Dialect::Sqlite => return sqlite_help(database, money),
    };
    let exact = match database.dialect {
        Dialect::Postgres => "NUMERIC(19,4)",
        _ => "DECIMAL(19,4)",
    };
    let convert = code(&format!("ALTER TABLE {table} {convert};"));
    format!(
        "declare it `{exact}`, or count minor units in a BIGINT; where the table is in use already, \
         convert it:{convert}"
    )
}

fn alembic_help(money: &Typed) -> String {
    let exact = match money.ty.array {
        true => "sa.ARRAY(sa.Numeric(19, 4))",
        false => "sa.Numeric(19, 4)",
    };
    let table = &money.table.key;
    let arguments = [
        operation::string(&table.name),
        operation::string(&money.column.name),
        format!("type_={exact}"),
    ];
    let convert = code(&operation::operation("alter_column", &arguments, table));
    format!(
        "declare it `{exact}`, or count minor units in a `sa.BigInteger`; where the table is in use \
         already, convert it in a new revision:{convert}"
    )
}

/// SQLite keeps what it calls NUMERIC as a float as well.
fn sqlite_help(database: &Database, money: &Typed) -> String {
    let table = database.write_table(&money.table.key);
    let column = database.write_name(&money.column.name);
    let cents = database.write_name(&format!("{}_cents", money.column.name));
    let convert = code(&format!(
        "ALTER TABLE {table} ADD COLUMN {cents} INTEGER;\n\
         UPDATE {table} SET {cents} = CAST(ROUND({column} * 100) AS INTEGER);\n\
         ALTER TABLE {table} DROP COLUMN {column};"
    ));
    format!(
        "SQLite has no exact decimals (its NUMERIC is a float too): count minor units, \
         `{cents} INTEGER`; where the table is in use already, convert it:{convert}"
    )
}
