//! Tokens of providers, wherever they stand.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "leaked-token",
    family: "secret",
    page: include_str!("leaked_token.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for token in project.credentials_that(|form| matches!(form, Form::Token { .. })) {
        let Form::Token { kind, limited } = token.first.form else {
            continue;
        };
        let severity = if limited {
            Severity::Warning
        } else {
            Severity::Error
        };
        let message = format!("a credential is written into this file: {}", kind.title());
        let finding = sink
            .report(severity, token.at(token.first.at), kind.id(), message)
            .note("whoever reads the file can use it")
            .help(help(kind, token.unit.lookup(kind.variable())));
        for again in &token.again {
            finding.label(token.at(again.at), "the same token again");
        }
    }
}

fn help(kind: TokenKind, lookup: Option<String>) -> String {
    let revoke = format!("revoke it ({}): it stays in the git history", kind.revoke());
    match lookup {
        Some(lookup) => {
            format!("{revoke}; then read its successor from the environment:\n    {lookup}")
        }
        None => format!(
            "{revoke}; then keep its successor out of the repository, in `{}`",
            kind.variable()
        ),
    }
}
