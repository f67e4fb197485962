//! Revisions of Alembic whose name does not fit into the column that keeps it.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "revision-id-too-long",
    family: "migration",
    page: include_str!("revision_id_too_long.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for fault in &project.history_faults {
        let FaultKind::TooLong(dialect) = fault.kind else {
            continue;
        };
        let confidence = match dialect {
            Some(Dialect::Postgres) => Confidence::Certain,
            _ => Confidence::Likely,
        };
        let message = format!(
            "this revision's name has {} characters, and Alembic keeps it in `version_num \
             VARCHAR(32)`: the upgrade fails when it writes it down",
            fault.name.chars().count()
        );
        sink.report(Severity::Error, fault.at, fault.name.clone(), message)
            .confidence(confidence)
            .note("32 characters fit")
            .help(format!(
                "give it a shorter name, here and as `down_revision` of what follows:{}",
                code(&format!("revision = \"{}\"", shorter(&fault.name)))
            ));
    }
}

/// The beginning of a name, up to the last word that fits.
fn shorter(name: &str) -> String {
    let fits: String = name.chars().take(32).collect();
    let end = fits.rfind(['_', '-']).filter(|end| *end >= 12);
    fits[..end.unwrap_or(fits.len())].to_owned()
}
