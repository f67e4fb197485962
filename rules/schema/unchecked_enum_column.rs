//! Columns that hold one of a few words, and nothing that says which.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unchecked-enum-column",
    family: "schema",
    page: include_str!("unchecked_enum_column.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for database in &project.databases {
        for (table, column) in database.unchecked_enums() {
            let name = table.subject(std::slice::from_ref(&column.name));
            let message = format!(
                "`{name}` holds one of a few words and takes any text: a misspelt one is stored, and \
                 matches no branch that reads it"
            );
            let at = |table: &Table| Some(table.column(&column.name)?.declared_at());
            let place = database.place(table, at).unwrap_or(column.at.into());
            let subject = project.subject(database, name);
            let idiom = database.idiom(&place);
            sink.report(Severity::Info, place, subject, message)
                .confidence(super::confidence(database, table))
                .help(help(database, table, column, idiom));
        }
    }
}

fn help(database: &Database, table: &Table, column: &Column, idiom: Idiom) -> String {
    let name = database.write_name(&column.name);
    let condition = format!("{name} IN ({}'…')", first_word(column));
    let constraint = format!("{}_{}_check", table.key.name, column.name);
    match idiom {
        Idiom::Sql if database.dialect == Dialect::Sqlite => {
            let clause = code(&format!("CHECK ({condition})"));
            format!("list the words in the clause of `{name}`:{clause}")
        }
        Idiom::Sql => {
            let statement = format!(
                "ALTER TABLE {} ADD CONSTRAINT {}\n  CHECK ({condition});",
                database.write_table(&table.key),
                database.write_name(&constraint),
            );
            format!("list the words:{}", code(&statement))
        }
        Idiom::Alembic => {
            let arguments = [
                operation::string(&constraint),
                operation::string(&table.key.name),
                operation::string(&condition),
            ];
            let create = operation::operation("create_check_constraint", &arguments, &table.key);
            format!("list the words, in a new revision:{}", code(&create))
        }
        Idiom::DjangoMigration | Idiom::Model(Orm::Django) => {
            "list the words in a `models.TextChoices`, give them to the field as `choices`, and to \
             the table as a `models.CheckConstraint`"
                .to_owned()
        }
        Idiom::Model(Orm::SqlAlchemy) => {
            "list the words in an `enum.Enum` and make the column an `Enum` of it".to_owned()
        }
        Idiom::Model(Orm::Prisma) => {
            "list the words in an `enum` and give the field that type".to_owned()
        }
    }
}

/// The word that the column begins with, as the first of a list.
fn first_word(column: &Column) -> String {
    let default = column.default.as_ref().map(|default| default.text.as_str());
    match default {
        Some(text) if text.starts_with('\'') && text.ends_with('\'') => format!("{text}, "),
        _ => String::new(),
    }
}
