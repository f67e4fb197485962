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
        let help = secret.unit.instead_of(first).unwrap_or_default();
        let finding = sink
            .report(
                severity,
                secret.at(first.literal),
                first.name.as_str(),
                message,
            )
            .note("whoever reads the file can use it")
            .help(format!(
                "{help}\nthen replace it where it is valid: this value stays in the git history"
            ));
        for again in &secret.again {
            finding.label(secret.at(again.literal), "the same value again");
        }
    }
}

fn is_in_config(suspect: &Suspect) -> bool {
    matches!(suspect.binding, Binding::Entry(_)) && suspect.class != ValueClass::Placeholder
}

/// How grave it is, by the place; `None` where such values belong.
fn severity(unit: &UnitInfo, suspect: &Suspect) -> Option<Severity> {
    let is_common = suspect.class == ValueClass::Common;
    if unit.is_sample() {
        let is_issued = suspect.purpose == Purpose::Issued;
        return (is_issued && !is_common).then_some(Severity::Info);
    }
    let severity = match suspect.binding.holder()? {
        Holder::WorkflowService => return None,
        Holder::Workflow if is_common => return None,
        Holder::Workflow | Holder::Compose => Severity::Warning,
        Holder::Script if is_common => Severity::Info,
        Holder::Script => Severity::Warning,
        Holder::Settings if unit.holds_translations() => return None,
        _ if is_common => Severity::Warning,
        _ => Severity::Error,
    };
    Some(match unit.is_for_development() {
        true => Severity::Info,
        false => severity,
    })
}
