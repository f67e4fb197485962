//! Private keys, wherever they stand.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "private-key",
    family: "secret",
    page: include_str!("private_key.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for key in project.credentials_that(|form| matches!(form, Form::PrivateKey { .. })) {
        let (severity, note) = match key.first.form {
            Form::PrivateKey { encrypted: true } => (
                Severity::Warning,
                "only its passphrase keeps it from those who read the file",
            ),
            _ => (Severity::Error, "whoever reads the file has it"),
        };
        let message = "a private key is written into this file";
        let finding = sink
            .report(severity, key.at(key.first.at), "private-key", message)
            .note(note)
            .help(help(key.unit.lookup("PRIVATE_KEY")));
        for again in &key.again {
            finding.label(key.at(again.at), "the same key again");
        }
    }
}

fn help(lookup: Option<String>) -> String {
    let replace =
        "make a new pair of keys, and take the old one out of use: it stays in the git history";
    match lookup {
        Some(lookup) => {
            format!("{replace}; then read the new one from the environment:\n    {lookup}")
        }
        None => format!("{replace}; then keep the new one out of the repository"),
    }
}
