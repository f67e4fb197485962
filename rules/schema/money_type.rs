//! Columns of PostgreSQL's type `money`.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "money-type",
    family: "schema",
    page: include_str!("money_type.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    let postgres = |database: &&Database| database.dialect == Dialect::Postgres;
    for database in project.databases.iter().filter(postgres) {
        let typed = database.typed_columns();
        for typed in typed.filter(|typed| typed.ty.base == "money") {
            let name = typed
                .table
                .subject(std::slice::from_ref(&typed.column.name));
            let message = format!(
                "`{name}` is of type `money`, whose currency and decimals are those of the \
                 server's locale: a move to another server changes what is stored"
            );
            let subject = project.subject(database, name);
            let place = super::place_of_type(database, &typed);
            let idiom = database.idiom(&place);
            let to = exact(typed.ty.array);
            let declare = super::declare(database, idiom, &[&typed], to);
            let finding = sink
                .report(Severity::Warning, place, subject, message)
                .confidence(super::confidence(database, typed.table))
                .note("the locale decides what this amount means")
                .help(format!(
                    "keep the currency in a column of its own, and {declare}"
                ));
            super::label_origin(finding, &typed);
        }
    }
}

fn exact(is_array: bool) -> NewType<'static> {
    match is_array {
        false => NewType {
            sql: "NUMERIC(19,4)",
            alembic: "sa.Numeric(19, 4)",
            sqlalchemy: "Numeric(19, 4)",
            django: "models.DecimalField(max_digits=19, decimal_places=4)",
            prisma: "Decimal @db.Decimal(19, 4)",
            using: Some("{}::numeric"),
        },
        true => NewType {
            sql: "NUMERIC(19,4)[]",
            alembic: "sa.ARRAY(sa.Numeric(19, 4))",
            sqlalchemy: "ARRAY(Numeric(19, 4))",
            django: "ArrayField(models.DecimalField(max_digits=19, decimal_places=4))",
            prisma: "Decimal[] @db.Decimal(19, 4)",
            using: Some("{}::numeric[]"),
        },
    }
}
