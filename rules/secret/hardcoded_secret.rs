//! Literals that are bound to sensitive names and look real.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "hardcoded-secret",
    family: "secret",
    page: include_str!("hardcoded_secret.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for secret in project.suspects_that(is_hardcoded) {
        let first = secret.first;
        let is_shown = first.class == ValueClass::Sample && secret.unit.is_sample();
        if secret.unit.holds_translations() || is_shown {
            continue;
        }
        let message = format!("the value of `{}` is written into the code", first.name);
        let at = secret.at(first.literal);
        let (severity, note) = match first.class {
            ValueClass::Doubtful => (
                Severity::Info,
                "whoever reads the code can use it, unless it only names something",
            ),
            ValueClass::Sample => (
                Severity::Info,
                "everybody can guess it, if anything takes it",
            ),
            _ => (Severity::Error, "whoever reads the code can use it"),
        };
        let finding = sink
            .report(severity, at, first.name.as_str(), message)
            .note(note)
            .help(help(first));
        for again in &secret.again {
            finding.label(secret.at(again.literal), "the same value again");
        }
    }
}

/// A placeholder and the fallback of an environment variable are other faults; what a comparison
/// refuses opens nothing.
fn is_hardcoded(suspect: &Suspect) -> bool {
    let is_refused = suspect.binding == Binding::Comparison && suspect.refused;
    matches!(
        suspect.class,
        ValueClass::Secret | ValueClass::Doubtful | ValueClass::Sample
    ) && !is_refused
        && !matches!(
            suspect.binding,
            Binding::EnvironmentDefault
                | Binding::Entry(_)
                | Binding::EntryDefault(_)
                | Binding::Statement
                | Binding::Shown { .. }
                | Binding::Url { .. }
        )
}

fn help(suspect: &Suspect) -> String {
    let (name, key) = (&suspect.name, suspect.key());
    let lookup = format!("os.environ[\"{}\"]", suspect.variable());
    let (remedy, code) = match suspect.binding {
        Binding::KeywordArgument => ("read it from the environment", format!("{key}={lookup}")),
        Binding::DictValue => (
            "read it from the environment",
            format!("{}: {lookup}", written_key(suspect)),
        ),
        Binding::ParameterDefault => (
            "take it without a default, and let the caller pass",
            format!("{key}={lookup}"),
        ),
        Binding::Comparison => (
            "compare it with what the environment holds",
            format!("hmac.compare_digest({name}, {lookup})"),
        ),
        Binding::SettingsField => (
            "declare it without a default, so that nothing starts without it",
            format!("{key}: SecretStr"),
        ),
        _ => (
            "read it when the program starts",
            format!("{name} = {lookup}"),
        ),
    };
    format!(
        "{remedy}:\n    {code}\n\
         then replace it where it is valid: this value stays in the git history"
    )
}

/// The key of a dictionary, in quotes where it is a string.
fn written_key(suspect: &Suspect) -> String {
    let span = suspect.name_span;
    match (span.end - span.start) as usize > suspect.name.len() {
        true => format!("\"{}\"", suspect.name),
        false => suspect.name.clone(),
    }
}
