//! Values that stand in for a secret that nobody set.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "default-secret",
    family: "secret",
    page: include_str!("default_secret.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for secret in project.suspects_that(is_live_default) {
        let first = secret.first;
        if first.binding.holder().is_some() && secret.unit.is_sample() {
            continue;
        }
        let (severity, consequence) = match first.purpose {
            _ if secret.unit.is_for_development() && first.binding.holder().is_some() => {
                (Severity::Info, "whoever reads the file knows it")
            }
            Purpose::Signing if !matches!(first.binding, Binding::Entry(_)) => (
                Severity::Error,
                "whoever reads the code can sign for this application",
            ),
            _ => (Severity::Warning, "whoever reads the code can use it"),
        };
        let message = match first.binding {
            Binding::Entry(_) => format!("`{}` has a value that everybody knows", first.name),
            _ => format!(
                "`{}` has a default that everybody can read, and nothing fails when it is not set",
                first.name
            ),
        };
        let finding = sink
            .report(
                severity,
                secret.at(first.literal),
                first.name.as_str(),
                message,
            )
            .note(consequence)
            .help(help(secret.unit, first));
        for again in &secret.again {
            finding.label(secret.at(again.literal), "the same value again");
        }
    }
}

/// A made-up key of someone else's service opens nothing, and its first use tells.
fn is_live_default(suspect: &Suspect) -> bool {
    let is_own = suspect.purpose != Purpose::Issued;
    let is_default = match (suspect.binding, suspect.class) {
        (Binding::EnvironmentDefault, ValueClass::Secret) => true,
        (Binding::EnvironmentDefault | Binding::SettingsField, ValueClass::Placeholder) => is_own,
        (Binding::Assignment, ValueClass::Placeholder) => suspect.purpose == Purpose::Signing,
        (Binding::EntryDefault(_), ValueClass::Placeholder) => is_own,
        (Binding::EntryDefault(_), _) => true,
        (Binding::Entry(holder), ValueClass::Placeholder) => is_own && runs(holder),
        _ => false,
    };
    is_default && !suspect.refused
}

/// What a workflow, a runner of tests or a script of the developers sets is for that run alone.
fn runs(holder: Holder) -> bool {
    !matches!(
        holder,
        Holder::Workflow | Holder::WorkflowService | Holder::TestRun | Holder::Script
    )
}

fn help(unit: &UnitInfo, suspect: &Suspect) -> String {
    if let Some(instead) = unit.instead_of(suspect) {
        return match suspect.binding {
            Binding::EntryDefault(_) => format!("take the default away; {instead}"),
            _ => instead,
        };
    }
    let key = suspect.key();
    let lookup = format!("os.environ[\"{}\"]", suspect.variable());
    let code = match suspect.binding {
        Binding::SettingsField => format!("{key}: SecretStr"),
        Binding::Assignment => format!("{} = {lookup}", suspect.name),
        _ => lookup,
    };
    format!("take the default away, so that nothing starts without it:\n    {code}")
}
