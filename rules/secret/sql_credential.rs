//! Passwords in statements of SQL.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "sql-credential",
    family: "secret",
    page: include_str!("sql_credential.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for secret in project.suspects_that(|suspect| suspect.binding == Binding::Statement) {
        let first = secret.first;
        let severity = match first.class {
            ValueClass::Secret => Severity::Error,
            ValueClass::Sample => Severity::Info,
            ValueClass::Common | ValueClass::Doubtful | ValueClass::Placeholder => {
                Severity::Warning
            }
        };
        let message = format!(
            "the password of `{}` is written into this statement",
            first.name
        );
        let finding = sink
            .report(severity, secret.at(first.literal), first.name.as_str(), message)
            .note("whoever reads the file can use it")
            .help(
                "let whoever runs it give the password, or set it outside of the migrations:\n    PASSWORD :'app_password'\nthen change the password: this one stays in the git history",
            );
        for again in &secret.again {
            finding.label(secret.at(again.literal), "the same password again");
        }
    }
}
