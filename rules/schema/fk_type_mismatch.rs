//! Foreign keys whose columns are of another type than those they refer to.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "fk-type-mismatch",
    family: "schema",
    page: include_str!("fk_type_mismatch.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for database in &project.databases {
        for mismatch in database.mismatches() {
            let Mismatch {
                fk, child, parent, ..
            } = &mismatch;
            let name = subject(child);
            let place = super::place_of_type(database, child);
            let of_parent = database.write_type(parent.ty);
            let finding = sink
                .report(
                    severity(database, &mismatch),
                    place,
                    project.subject(database, name),
                    message(database, &mismatch),
                )
                .confidence(super::confidence(database, child.table))
                .note("another type than that of the column it refers to")
                .help(help(database, &mismatch, database.idiom(&place)))
                .label(parent.at, format!("`{}` is `{of_parent}`", subject(parent)));
            if fk.columns_at != child.column.at {
                finding.label(fk.columns_at, "this refers to it");
            }
            super::label_origin(finding, child);
        }
    }
}

fn subject(typed: &Typed) -> String {
    typed
        .table
        .subject(std::slice::from_ref(&typed.column.name))
}

/// Where the database takes it, a column that is too wide does no harm.
fn severity(database: &Database, mismatch: &Mismatch) -> Severity {
    match mismatch.misfit {
        Misfit::Wider if !database.wants_equal_types() => Severity::Info,
        _ => Severity::Error,
    }
}

/// MySQL minds the width of numbers and not the length of texts.
fn is_refused(database: &Database, mismatch: &Mismatch) -> bool {
    let is_text = database.family(mismatch.child.ty) == Some(Family::Text);
    database.wants_equal_types() && !(database.dialect == Dialect::Mysql && is_text)
}

fn message(database: &Database, mismatch: &Mismatch) -> String {
    let Mismatch { child, parent, .. } = mismatch;
    let name = match database.dialect {
        Dialect::Mysql => "MySQL",
        _ => "SQL Server",
    };
    let so = match mismatch.misfit {
        _ if is_refused(database, mismatch) => format!("{name} refuses the foreign key"),
        Misfit::Narrower => "keys that do not fit into it cannot be stored".to_owned(),
        Misfit::Wider => "it takes more room than any key needs".to_owned(),
        Misfit::Kind | Misfit::Sign => "no value of the one is a value of the other".to_owned(),
    };
    format!(
        "`{}` is `{}` and refers to `{}`, which is `{}`: {so}",
        subject(child),
        database.write_type(child.ty),
        subject(parent),
        database.write_type(parent.ty)
    )
}

fn help(database: &Database, mismatch: &Mismatch, idiom: Idiom) -> String {
    let Mismatch { child, parent, .. } = mismatch;
    if child.ty.array {
        return "a list refers to nothing: keep the pairs in a table of their own".to_owned();
    }
    let sql = database.write_type(parent.ty);
    let class = sqlalchemy(parent);
    let using = format!("{{}}::{sql}");
    let to = NewType {
        sql: &sql,
        alembic: &format!("sa.{class}"),
        sqlalchemy: &class,
        django: "",
        prisma: "",
        using: (mismatch.misfit == Misfit::Kind).then_some(&using),
    };
    let is_spelled = match idiom {
        Idiom::Sql => true,
        Idiom::Alembic | Idiom::Model(Orm::SqlAlchemy) => !class.is_empty(),
        Idiom::DjangoMigration | Idiom::Model(_) => false,
    };
    if !is_spelled {
        return format!("declare it like `{}`", subject(parent));
    }
    // Between text and other values there is a conversion, between numbers and UUIDs none.
    let is_text = |typed: &Typed| database.family(typed.ty) == Some(Family::Text);
    if mismatch.misfit == Misfit::Kind && !is_text(child) && !is_text(parent) {
        return format!(
            "declare `{}`; where the table is in use already, add a column of that type, fill it \
             and drop this one",
            to.written(idiom)
        );
    }
    match database.retype(child.table, child.column, to, idiom) {
        Some(modify) if database.dialect == Dialect::Mysql && idiom == Idiom::Sql => {
            format!("declare `{sql}`{}", apart(database, mismatch, &modify))
        }
        _ => super::declare(database, idiom, &[child], to),
    }
}

/// MySQL changes no column that a foreign key is on. One that it refuses is not there.
fn apart(database: &Database, mismatch: &Mismatch, modify: &str) -> String {
    if is_refused(database, mismatch) {
        return format!(
            "; where the table is in use already, convert it:{}",
            code(modify)
        );
    }
    let Mismatch { fk, child, .. } = mismatch;
    let table = database.write_table(&child.table.key);
    let name = database.write_name(&fk.name);
    let clause = database.write_foreign_key(fk);
    let steps = format!(
        "ALTER TABLE {table} DROP FOREIGN KEY {name};\n{modify}\n\
         ALTER TABLE {table} ADD CONSTRAINT {name} {clause};"
    );
    format!(
        "; where the table is in use already, convert it without the foreign key, as MySQL changes \
         no column that has one:{}",
        code(&steps)
    )
}

/// The type in SQLAlchemy; empty where it has no name of its own there.
fn sqlalchemy(typed: &Typed) -> String {
    let name = match typed.ty.base.as_str() {
        "bigint" => "BigInteger",
        "character varying" => "String",
        "integer" => "Integer",
        "smallint" => "SmallInteger",
        "text" => "Text",
        "uuid" => "Uuid",
        _ => return String::new(),
    };
    format!("{name}({})", typed.ty.args.join(", "))
}
