//! Columns without a default that rows which are there already could only fill with NULL.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "not-null-without-default",
    family: "migration",
    page: include_str!("not_null_without_default.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    super::check(project, sink, |database, change| {
        let LiveKind::AddColumn { column } = &change.kind else {
            return None;
        };
        let name = super::column(change, &column.name);
        let zeros = database.refuses_zeros(change, column);
        let (message, note, help) = match zeros {
            Some(fk) => (
                format!(
                    "`{name}` is added `NOT NULL` without a default, and MySQL fills in zeros: with a \
                     single row in the table, the foreign key to `{}` is refused",
                    fk.parent
                ),
                "the rows that are there get 0, to which no parent answers",
                nullable(database, change, column, fk),
            ),
            None if database.leaves_rows_out(column) => (
                format!(
                    "`{name}` is added `NOT NULL` without a default: with a single row in the table, \
                     the migration fails"
                ),
                "the rows that are there have no value for it",
                help(database, change, column),
            ),
            None => return None,
        };
        Some(super::Report {
            severity: Severity::Error,
            message,
            note: note.to_owned(),
            help,
            object: name,
        })
    });
}

/// MySQL takes a foreign key on a column that holds NULL.
fn nullable(database: &Database, change: &LiveChange, column: &Column, fk: &ForeignKey) -> String {
    if database.migration_idiom() == Idiom::DjangoMigration {
        return help(database, change, column);
    }
    let table = database.write_table(&change.table);
    let name = database.write_name(&column.name);
    let ty = ty(database, column);
    let key = database.write_name(&fk.name);
    let clause = database.write_foreign_key(fk);
    let steps = [
        format!("ALTER TABLE {table} ADD COLUMN {name} {ty} NULL"),
        format!("UPDATE {table} SET {name} = … WHERE {name} IS NULL"),
        format!("ALTER TABLE {table} MODIFY {name} {ty} NOT NULL, ADD CONSTRAINT {key} {clause}"),
    ];
    format!(
        "add it, fill it, then forbid `NULL` and add the foreign key:{}",
        super::run(database, &steps)
    )
}

fn help(database: &Database, change: &LiveChange, column: &Column) -> String {
    let table = database.write_table(&change.table);
    let name = database.write_name(&column.name);
    let quoted = |names: &[&str]| -> Vec<String> {
        names.iter().map(|name| operation::string(name)).collect()
    };
    let update = format!("UPDATE {table} SET {name} = … WHERE {name} IS NULL");
    let steps = match database.migration_idiom() {
        Idiom::DjangoMigration => {
            return "give the field a `default`, which Django gives to the rows that are there; or \
                    add it with `null=True`, fill it by `RunPython`, then take `null=True` away, \
                    each in a migration of its own"
                .to_owned();
        }
        Idiom::Alembic => {
            let mut add = quoted(&[&change.table.name]);
            add.push(format!("sa.Column({}, …)", operation::string(&column.name)));
            let mut forbid = quoted(&[&change.table.name, &column.name]);
            forbid.push("nullable=False".to_owned());
            [
                operation::operation("add_column", &add, &change.table),
                format!("op.execute({})", operation::string(&update)),
                operation::operation("alter_column", &forbid, &change.table),
            ]
        }
        Idiom::Sql | Idiom::Model(_) => [
            format!(
                "ALTER TABLE {table} ADD COLUMN {name} {};",
                ty(database, column)
            ),
            format!("{update};"),
            format!("ALTER TABLE {table} ALTER COLUMN {name} SET NOT NULL;"),
        ],
    };
    let default = match database.migration_idiom() {
        Idiom::Alembic => "`server_default`",
        _ => "`DEFAULT`",
    };
    if database.dialect != Dialect::Postgres {
        return format!("give it a {default}");
    }
    format!(
        "give it a constant {default}, which costs nothing since PostgreSQL 11, however many rows \
         there are; or add it, fill it, then forbid `NULL`, each in a migration of its own:{}",
        code(&steps.join("\n"))
    )
}

fn ty(database: &Database, column: &Column) -> String {
    let ty = column.ty.as_ref();
    ty.map_or_else(|| "…".to_owned(), |(ty, _)| database.write_type(ty))
}
