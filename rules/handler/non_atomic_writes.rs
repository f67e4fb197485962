//! Writes of related tables that one request keeps one by one.

use std::collections::BTreeSet;

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "non-atomic-writes",
    family: "handler",
    page: include_str!("non_atomic_writes.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    let mut seen = BTreeSet::new();
    for handler in &project.handlers {
        for split in &handler.writes.split {
            // What one commit keeps too early is one fault, however much comes behind it.
            if !seen.insert(split.commit.unwrap_or(split.at)) {
                continue;
            }
            let message = format!(
                "when this fails, the row of `{}` is kept already: half of what the client asked for \
                 stays",
                split.first_table
            );
            let subject = format!("{}::{}", handler.route, split.table);
            let finding = sink
                .report(Severity::Warning, split.at, subject, message)
                .note(format!(
                    "writes `{}`, in a transaction of its own",
                    split.table
                ))
                .label(split.first, first(split))
                .help(remedy(handler));
            if let Some(commit) = split.commit {
                finding.label(commit, "keeps that, whatever comes");
            }
            finding.confidence(match split.apart {
                true => Confidence::Possible,
                false => Confidence::Likely,
            });
        }
    }
}

fn first(split: &SplitWrite) -> String {
    let relation = match split.child_first {
        true => "which belongs to it",
        false => "which it belongs to",
    };
    format!("writes `{}`, {relation}", split.first_table)
}

fn remedy(handler: &Handler) -> String {
    match handler.framework {
        Framework::Django | Framework::Drf => format!(
            "write both in one transaction:{}",
            code("with transaction.atomic():\n    …")
        ),
        _ => "`flush()` gives the first row its key without keeping it: commit once, when everything is \
              written"
            .to_owned(),
    }
}
