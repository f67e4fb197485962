//! Migrations whose way back does not lead back.

use std::collections::BTreeSet;

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "incomplete-rollback",
    family: "migration",
    page: include_str!("incomplete_rollback.md"),
    check,
};

/// How many differences a message lists.
const LISTED: usize = 3;

fn check(project: &Project, sink: &mut Sink) {
    for database in &project.databases {
        for rollback in &database.rollbacks {
            let mut all = describe(&rollback.faults);
            let more = all.len().saturating_sub(LISTED);
            all.truncate(LISTED);
            let rest = match more {
                0 => String::new(),
                1 => ", and 1 more thing".to_owned(),
                more => format!(", and {more} more things"),
            };
            let message = format!(
                "a rollback leaves another schema than there was: {}{rest}",
                all.join(", ")
            );
            let mut repairs: Vec<String> = Vec::new();
            for repair in rollback.faults.iter().rev().flat_map(|it| &it.repair) {
                if !repairs.contains(repair) {
                    repairs.push(repair.clone());
                }
            }
            let help = match repairs.as_slice() {
                [] => "let the way back undo what the migration does, and nothing else".to_owned(),
                repairs if matches!(database.migration_idiom(), Idiom::DjangoMigration) => {
                    let text = |sql: &String| format!("{},", operation::string(sql));
                    let texts: Vec<String> = repairs.iter().map(text).collect();
                    let texts = code(&texts.join("\n"));
                    format!("run also in `reverse_sql`, which may be a list:{texts}")
                }
                repairs => format!("write in the way back:{}", super::run(database, repairs)),
            };
            let subject = project.step(database, rollback.at, "rollback");
            let finding = sink
                .report(Severity::Warning, rollback.at, subject, message)
                .note("a rollback runs this")
                .help(help);
            finding.past = rollback.followed;
            let causes: BTreeSet<Loc> = rollback.faults.iter().filter_map(|it| it.cause).collect();
            for cause in causes {
                finding.label(cause, "this is not undone");
            }
        }
    }
}

/// What is not what it was, thing by thing.
fn describe(faults: &[Fault]) -> Vec<String> {
    let alike = faults.chunk_by(|left, right| left.thing == right.thing);
    let told = alike.map(|faults| {
        let mut hows: Vec<String> = faults.iter().map(|fault| how(&fault.how)).collect();
        hows.dedup();
        let Thing { kind, table, name } = &faults[0].thing;
        let thing = match table {
            Some(table) if *kind == "column" => format!("column `{table}.{name}`"),
            Some(table) => format!("{kind} `{name}` of `{table}`"),
            None => format!("{kind} `{name}`"),
        };
        format!("{thing} {}", hows.join(" and "))
    });
    told.collect()
}

fn how(how: &How) -> String {
    match how {
        How::Stays => "stays".to_owned(),
        How::Missing => "does not come back".to_owned(),
        How::Taken => "goes, which this migration did not make".to_owned(),
        How::Renamed(to) => format!("stays `{to}`"),
        How::Type(is, was) => format!("is {is}, not {was}"),
        How::Nullable(true) => "takes NULL".to_owned(),
        How::Nullable(false) => "refuses NULL".to_owned(),
        How::Default(None, _) => "lacks its default".to_owned(),
        How::Default(Some(is), None) => format!("keeps the default {is}"),
        How::Default(Some(is), Some(was)) => format!("has the default {is}, not {was}"),
        How::Numbered(true) => "keeps numbering itself".to_owned(),
        How::Numbered(false) => "numbers itself no more".to_owned(),
        How::Differs(is, was) => format!("is {is}, not {was}"),
        How::OnDelete(is, was) => format!("says ON DELETE {is}, not {was}"),
        How::Secured(true) => "keeps row security".to_owned(),
        How::Secured(false) => "has no row security".to_owned(),
    }
}
