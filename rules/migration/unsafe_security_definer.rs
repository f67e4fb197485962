//! Functions with the rights of their owner that look names up where their callers say.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unsafe-security-definer",
    family: "migration",
    page: include_str!("unsafe_security_definer.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for database in &project.databases {
        for function in database.unsafe_definers() {
            let subject = project.subject(database, function.key.to_string());
            // For functions of their own, callers need a schema that lets them make any.
            let (severity, what, put) = match function.unqualified {
                true => (
                    Severity::Warning,
                    "names",
                    "can put a table of the same name",
                ),
                false => (
                    Severity::Info,
                    "functions and operators",
                    "may put some of the same names",
                ),
            };
            let message = format!(
                "`{}` runs with the rights of its owner and looks {what} up on the path of its \
                 caller, who {put} in front",
                function.key
            );
            sink.report(severity, function.at, subject, message)
                .note("`SECURITY DEFINER` without a `search_path` of its own")
                .help(help(database, function));
        }
    }
}

fn help(database: &Database, function: &Function) -> String {
    let schema = match function.key.schema.as_str() {
        "" => "public".to_owned(),
        schema => database.write_name(schema),
    };
    let alter = super::run(
        database,
        &[format!(
            "ALTER {} {}({}) SET search_path = {schema}, pg_temp",
            function.routine,
            database.write_table(&function.key),
            function.arguments
        )],
    );
    format!(
        "say where its names are, and temporary tables last:{alter}\nnobody else may make anything \
         in `{schema}` then: `REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC`, which PostgreSQL 15 \
         does for `public`"
    )
}
