//! Histories of migrations that their tool cannot put in one line.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "branching-history",
    family: "migration",
    page: include_str!("branching_history.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for fault in &project.history_faults {
        let (message, note, help) = match &fault.kind {
            FaultKind::TooLong(_) => continue,
            FaultKind::Ends(others) => (
                format!(
                    "{} and this migration are both the last: {}",
                    listed(others),
                    refusal(fault.tool)
                ),
                "nothing follows it",
                one_line(fault, &others[others.len() - 1]),
            ),
            FaultKind::Missing(parent) => (
                format!(
                    "`{parent}`, which this migration follows, is missing: {} applies none of them",
                    fault.tool.title()
                ),
                "there is no such migration",
                "add the file, or name the one that it follows instead".to_owned(),
            ),
            FaultKind::Twice => (
                format!(
                    "`{}` stands in several migrations: {} refuses them, or leaves all but one out",
                    fault.name,
                    fault.tool.title()
                ),
                "this name is taken",
                "give this one a name of its own, behind all others".to_owned(),
            ),
            FaultKind::Circle => (
                format!(
                    "this migration follows itself by way of others: {} applies none of them",
                    fault.tool.title()
                ),
                "it is part of a circle",
                "let each follow one that is older".to_owned(),
            ),
        };
        let finding = sink
            .report(Severity::Error, fault.at, fault.name.clone(), message)
            .note(note)
            .help(help);
        for other in &fault.others {
            finding.label(
                *other,
                match fault.kind {
                    FaultKind::Ends(_) => "nothing follows this one either",
                    _ => "it is taken here",
                },
            );
        }
    }
}

fn listed(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

fn refusal(tool: MigrationTool) -> &'static str {
    match tool {
        MigrationTool::Django => "`migrate` refuses an application with several",
        _ => "`alembic upgrade head` refuses a history with several heads",
    }
}

/// How one of two last migrations is made to follow the other.
fn one_line(fault: &HistoryFault, other: &str) -> String {
    let (line, merge) = match fault.tool {
        MigrationTool::Django => {
            let app = fault.name.split('.').next().unwrap_or_default();
            (
                format!("dependencies = [(\"{app}\", \"{other}\")]"),
                "python manage.py makemigrations --merge",
            )
        }
        _ => (
            format!("down_revision = \"{other}\""),
            "alembic merge heads -m \"merge\"",
        ),
    };
    format!(
        "let one follow the other where neither was applied yet:{}\nelse join them:{}",
        code(&line),
        code(merge)
    )
}
