//! New columns whose value differs from row to row, so that PostgreSQL writes the table anew and SQLite
//! refuses them.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "volatile-default",
    family: "migration",
    page: include_str!("volatile_default.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    super::check(project, sink, |database, change| {
        let LiveKind::AddColumn { column } = &change.kind else {
            return None;
        };
        let varies = database.varies(column)?;
        let name = super::column(change, &column.name);
        if let Varies::Refused = varies {
            return Some(super::Report {
                severity: Severity::Error,
                message: format!(
                    "SQLite adds `{name}` to no table that holds a row: what it would hold there is \
                     no constant"
                ),
                note: "with a single row in the table, the migration fails".to_owned(),
                help: fill(database, change, column),
                object: name,
            });
        }
        Some(super::Report {
            severity: Severity::Warning,
            message: format!(
                "adding `{name}` writes all of `{}` anew, and nobody can read or write it \
                 meanwhile: {}",
                change.table,
                reason(varies)
            ),
            note: note(varies).to_owned(),
            help: help(database, change, column, varies),
            object: name,
        })
    });
}

fn reason(varies: Varies) -> String {
    match varies {
        Varies::Function(name) => format!("`{name}()` gives each row a value of its own"),
        Varies::Number => "each row gets a number of its own".to_owned(),
        Varies::Constant => {
            "before PostgreSQL 11 each row gets its own copy of the default".to_owned()
        }
        Varies::Computed => "each row gets what its other columns make".to_owned(),
        Varies::Refused => "its value is no constant".to_owned(),
    }
}

/// Statements that SQLite takes.
fn fill(database: &Database, change: &LiveChange, column: &Column) -> String {
    let table = database.write_table(&change.table);
    let name = database.write_name(&column.name);
    let (Some(default), Some((ty, _))) = (&column.default, &column.ty) else {
        return "declare it `VIRTUAL`, or make the table anew with it".to_owned();
    };
    let steps = super::run(
        database,
        &[
            format!(
                "ALTER TABLE {table} ADD COLUMN {name} {}",
                database.write_type(ty)
            ),
            format!("UPDATE {table} SET {name} = {}", default.text),
        ],
    );
    format!(
        "add it without the default and fill the rows that are there; new ones are given a value by \
         who writes them, or by the default once the table is made anew with it:{steps}"
    )
}

fn note(varies: Varies) -> &'static str {
    match varies {
        Varies::Function(_) | Varies::Number => "no row can share this value with another",
        Varies::Constant => "every row is written to hold it",
        Varies::Computed | Varies::Refused => "every row is written to hold its own",
    }
}

fn help(database: &Database, change: &LiveChange, column: &Column, varies: Varies) -> String {
    let table = database.write_table(&change.table);
    let name = database.write_name(&column.name);
    let default = column.default.as_ref().map(|default| &default.text);
    let (Varies::Function(_) | Varies::Constant, Some(default), Some((ty, _))) =
        (varies, default, &column.ty)
    else {
        return "add a plain column, let a trigger or the application fill it for new rows, fill \
                the others in small parts, then give it what fills it by itself"
            .to_owned();
    };
    if database.migration_idiom() == Idiom::DjangoMigration {
        return "add the field with `null=True` and without `db_default`, give it `db_default` in \
                an `AlterField` behind that, which touches no row, and fill the rows that are \
                there in small parts"
            .to_owned();
    }
    let ty = database.write_type(ty);
    let steps = super::run(
        database,
        &[
            format!("ALTER TABLE {table} ADD COLUMN {name} {ty}"),
            format!("ALTER TABLE {table} ALTER COLUMN {name} SET DEFAULT {default}"),
        ],
    );
    format!(
        "add the column first and its default then, which touches no row; fill those that are \
         there in small parts:{steps}"
    )
}
