//! Passwords in URLs and connection strings.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "credential-in-url",
    family: "secret",
    page: include_str!("credential_in_url.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for secret in project.suspects_that(|suspect| host(suspect).is_some()) {
        let first = secret.first;
        let severity = severity(secret.unit, first);
        let message = format!("the URL in `{}` carries a password", first.name);
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
            finding.label(secret.at(again.literal), "the same password again");
        }
    }
}

fn host(suspect: &Suspect) -> Option<Host> {
    match suspect.binding {
        Binding::Url { host, .. } => Some(host),
        _ => None,
    }
}

/// What leads to the same machine opens nothing from elsewhere, but is often kept in production.
fn severity(unit: &UnitInfo, suspect: &Suspect) -> Severity {
    let holder = suspect.binding.holder();
    let is_run = matches!(holder, Some(Holder::Workflow | Holder::WorkflowService));
    let is_for_some = is_run || unit.is_sample() || unit.is_for_development();
    match host(suspect) {
        Some(Host::Local) if is_for_some => Severity::Info,
        Some(Host::Remote) if !unit.is_sample() => Severity::Error,
        _ => Severity::Warning,
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
