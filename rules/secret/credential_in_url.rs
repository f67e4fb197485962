//! Passwords in URLs and connection strings.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "credential-in-url",
    family: "secret",
    page: include_str!("credential_in_url.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for secret in project.suspects_that(is_in_url) {
        let first = secret.first;
        let severity = severity(secret.unit, first);
        let what = match first.purpose {
            Purpose::Issued => "key",
            _ => "password",
        };
        let message = format!("the URL in `{}` carries a {what}", first.name);
        let finding = sink
            .report(
                severity,
                secret.at(first.literal),
                first.name.as_str(),
                message,
            )
            .note("whoever reads the file can use it")
            .help(help(secret.unit, first));
        for again in &secret.again {
            finding.label(secret.at(again.literal), format!("the same {what} again"));
        }
    }
}

fn is_in_url(suspect: &Suspect) -> bool {
    let binding = suspect.binding;
    matches!(
        binding,
        Binding::Url { .. } | Binding::Shown { in_url: true }
    )
}

/// What leads to the same machine opens nothing from elsewhere, but is often kept in production.
fn severity(unit: &UnitInfo, suspect: &Suspect) -> Severity {
    let holder = suspect.binding.holder();
    let is_run = matches!(
        holder,
        Some(Holder::Workflow | Holder::WorkflowService | Holder::TestRun)
    );
    let is_for_some = is_run || unit.is_sample() || unit.is_for_development();
    match suspect.binding {
        Binding::Url {
            host: Host::Local, ..
        } if is_for_some => Severity::Info,
        Binding::Url {
            host: Host::Remote, ..
        } if !unit.is_sample() => Severity::Error,
        Binding::Url { .. } => Severity::Warning,
        // What a comment or a document shows may be made up.
        _ => Severity::Info,
    }
}

fn help(unit: &UnitInfo, suspect: &Suspect) -> String {
    let instead = unit.instead_of(suspect).unwrap_or_else(|| {
        format!(
            "read the whole URL from the environment:\n    os.environ[\"{}\"]",
            suspect.variable()
        )
    });
    format!("{instead}\nthen replace the password where it is valid: it stays in the git history")
}
