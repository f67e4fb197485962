//! Passwords and keys that configuration carries.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "secret-in-config",
    family: "secret",
    page: include_str!("secret_in_config.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for secret in project.suspects_that(is_in_config) {
        let first = secret.first;
        let Some(severity) = severity(secret.unit, first) else {
            continue;
        };
        let message = format!("the value of `{}` is written into this file", first.name);
        let help = secret.unit.instead_of(first).unwrap_or_else(|| {
            let variable = first.variable();
            format!("show the name alone:\n    {variable}=<from the secret store>")
        });
        let finding = sink
            .report(
                severity,
                secret.at(first.literal),
                first.name.as_str(),
                message,
            )
            .note(match first.class {
                ValueClass::Sample => "everybody can guess it, if anything takes it",
                ValueClass::Doubtful => {
                    "whoever reads the file can use it, unless it only names something"
                }
                _ => "whoever reads the file can use it",
            })
            .help(format!(
                "{help}\nthen replace it where it is valid: this value stays in the git history"
            ));
        for again in &secret.again {
            finding.label(secret.at(again.literal), "the same value again");
        }
    }
}

fn is_in_config(suspect: &Suspect) -> bool {
    matches!(
        suspect.binding,
        Binding::Entry(_) | Binding::Shown { in_url: false }
    ) && suspect.class != ValueClass::Placeholder
}

/// How grave it is, by the place; `None` for texts in many languages.
fn severity(unit: &UnitInfo, suspect: &Suspect) -> Option<Severity> {
    let is_common = suspect.class == ValueClass::Common;
    let is_shown = suspect.class == ValueClass::Sample && (unit.is_sample() || unit.is_document());
    let severity = match suspect.binding.holder() {
        Some(Holder::Settings) if unit.holds_translations() => return None,
        // To show what one looks like is what documents and samples are for.
        _ if is_shown => return None,
        _ if matches!(suspect.class, ValueClass::Doubtful | ValueClass::Sample) => Severity::Info,
        // What a comment or a document shows may be made up.
        None | Some(Holder::WorkflowService | Holder::TestRun) => Severity::Info,
        Some(Holder::Workflow | Holder::Script) if is_common => Severity::Info,
        Some(Holder::Workflow | Holder::Compose | Holder::Script) => Severity::Warning,
        _ if is_common => Severity::Warning,
        _ => Severity::Error,
    };
    Some(match unit.is_sample() || unit.is_for_development() {
        true => Severity::Info,
        false => severity,
    })
}
