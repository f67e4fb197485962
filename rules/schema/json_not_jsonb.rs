//! Columns of PostgreSQL's type `json`, which is text.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "json-not-jsonb",
    family: "schema",
    page: include_str!("json_not_jsonb.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    let postgres = |database: &&Database| database.dialect == Dialect::Postgres;
    for database in project.databases.iter().filter(postgres) {
        let typed = database.typed_columns();
        for typed in typed.filter(|typed| typed.ty.base == "json") {
            let name = typed
                .table
                .subject(std::slice::from_ref(&typed.column.name));
            let message = format!(
                "`{name}` is of type `json`, which is kept as text: every query parses it anew, \
                 and no index can look into it"
            );
            let subject = project.subject(database, name);
            let place = super::place_of_type(database, &typed);
            let idiom = database.idiom(&place);
            let to = binary(typed.ty.array);
            let declare = super::declare(database, idiom, &[&typed], to);
            let finding = sink
                .report(Severity::Info, place, subject, message)
                .confidence(super::confidence(database, typed.table))
                .note("has no equality and no index")
                .help(declare);
            super::label_origin(finding, &typed);
        }
    }
}

fn binary(is_array: bool) -> NewType<'static> {
    match is_array {
        false => NewType {
            sql: "jsonb",
            alembic: "postgresql.JSONB()",
            sqlalchemy: "JSONB",
            django: "models.JSONField()",
            prisma: "Json",
            using: Some("{}::jsonb"),
        },
        true => NewType {
            sql: "jsonb[]",
            alembic: "sa.ARRAY(postgresql.JSONB())",
            sqlalchemy: "ARRAY(JSONB)",
            django: "ArrayField(models.JSONField())",
            prisma: "Json[]",
            using: Some("{}::jsonb[]"),
        },
    }
}
