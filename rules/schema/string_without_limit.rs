//! Texts that may be of any length where one is wanted.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "string-without-limit",
    family: "schema",
    page: include_str!("string_without_limit.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for (database, unlimited) in project.unlimited_texts() {
        let Typed { table, column, .. } = unlimited.text;
        let name = table.subject(std::slice::from_ref(&column.name));
        let at = |table: &Table| Some(table.column(&column.name)?.declared_at());
        let place = database.place(table, at).unwrap_or(column.at.into());
        let idiom = database.idiom(&place);
        // That a model stands for a table is told by their names.
        let confidence = match unlimited.because {
            Because::Client(_) => Confidence::Likely,
            Because::Indexed | Because::Code => super::confidence(database, table),
        };
        let (severity, message) = match unlimited.because {
            Because::Client(field) => (
                Severity::Info,
                format!(
                    "clients fill `{name}` with text of any length: nothing from `{}` to the column \
                     limits it",
                    field.model
                ),
            ),
            Because::Indexed => (
                Severity::Warning,
                format!(
                    "`{name}` is text of any length and stands in an index, which holds only the \
                     beginning of it, or none"
                ),
            ),
            Because::Code => (
                Severity::Warning,
                format!("`{name}` holds a short code and takes text of any length"),
            ),
        };
        let subject = project.subject(database, name);
        let finding = sink
            .report(severity, place, subject, message)
            .confidence(confidence)
            .help(help(database, &unlimited, idiom));
        if let Because::Client(field) = unlimited.because {
            finding.label(field.at, "takes any text");
        }
    }
}

fn help(database: &Database, unlimited: &Unlimited, idiom: Idiom) -> String {
    let Typed { table, column, .. } = unlimited.text;
    let length = length(&column.name);
    if let Because::Client(field) = unlimited.because {
        let field = code(&format!("{}: str = Field(max_length={length})", field.name));
        let check = check_length(database, table, column, length);
        return match idiom {
            Idiom::Sql if database.dialect == Dialect::Postgres => format!(
                "limit it where it comes in:{field}\nand where it stays:{}",
                code(&check)
            ),
            _ => format!("limit it where it comes in:{field}"),
        };
    }
    let varchar = match database.dialect {
        Dialect::Mssql => format!("NVARCHAR({length})"),
        _ => format!("VARCHAR({length})"),
    };
    let of_sqlalchemy = format!("sa.String({length})");
    let of_django = format!("models.CharField(max_length={length})");
    let of_prisma = format!("@db.VarChar({length})");
    let to = NewType {
        sql: &varchar,
        alembic: &of_sqlalchemy,
        sqlalchemy: &of_sqlalchemy,
        django: &of_django,
        prisma: &of_prisma,
        using: None,
    };
    match database.retype(table, column, to, idiom) {
        Some(statement) => format!("give it a length:{}", code(&statement)),
        None => format!("give it a length: `{}`", to.written(idiom)),
    }
}

fn check_length(database: &Database, table: &Table, column: &Column, length: u32) -> String {
    let constraint = format!("{}_{}_length", table.key.name, column.name);
    format!(
        "ALTER TABLE {} ADD CONSTRAINT {}\n  CHECK (char_length({}) <= {length}) NOT VALID;",
        database.write_table(&table.key),
        database.write_name(&constraint),
        database.write_name(&column.name),
    )
}

/// A length that fits what the name says.
fn length(name: &str) -> u32 {
    let name = name.to_lowercase();
    match name.rsplit('_').next().unwrap_or_default() {
        "email" => 320,
        "url" | "uri" | "link" => 2048,
        "phone" => 32,
        "currency" => 3,
        "code" | "sku" | "status" => 50,
        _ => 200,
    }
}
