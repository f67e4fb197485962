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
        let Form::Token { kind, worth } = token.first.form else {
            continue;
        };
        let severity = match worth {
            Worth::Full => Severity::Error,
            Worth::Limited => Severity::Warning,
            // To show what one looks like is what documents and samples are for.
            Worth::Nothing if token.unit.is_document() || token.unit.is_sample() => continue,
            Worth::Nothing => Severity::Info,
        };
        let message = format!("a credential is written into this file: {}", kind.title());
        let lookup = token.unit.lookup(kind.variable());
        let (note, help) = match worth {
            Worth::Nothing => (
                "this one opens nothing: it is typed by hand, unsigned, or known to everybody",
                instead(kind, lookup),
            ),
            _ => ("whoever reads the file can use it", help(kind, lookup)),
        };
        let finding = sink
            .report(severity, token.at(token.first.at), kind.id(), message)
            .note(note)
            .help(help);
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

/// Where a real one will come from.
fn instead(kind: TokenKind, lookup: Option<String>) -> String {
    match lookup {
        Some(lookup) => {
            format!(
                "see that no real one takes its place; read it from the environment:\n    {lookup}"
            )
        }
        None => format!(
            "see that no real one takes its place; keep it out of the repository, in `{}`",
            kind.variable()
        ),
    }
}
