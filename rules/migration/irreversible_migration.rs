//! Migrations that nothing takes back, in histories whose others can be taken back.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "irreversible-migration",
    family: "migration",
    page: include_str!("irreversible_migration.md"),
    check,
};

fn check(project: &Project, sink: &mut Sink) {
    for database in &project.databases {
        for one_way in &database.one_way {
            let others = match one_way.others {
                1 => "another one of its history can be".to_owned(),
                others => format!("{others} others of its history can be"),
            };
            let (lack, place) = describe(&one_way.lack);
            let message = format!("nothing takes this migration back, as {others}: {lack}");
            let help = match one_way.undo.as_slice() {
                _ if matches!(one_way.lack, Lack::Reverse) => {
                    "say what undoes it with `reverse_code=` or `reverse_sql=`; where nothing needs \
                     to be undone, `migrations.RunPython.noop` or `migrations.RunSQL.noop` says so"
                        .to_owned()
                }
                [] => format!("write what takes it back {place}"),
                undo => {
                    let mark = match one_way.lack {
                        Lack::RollBack => "--rollback ",
                        _ => "",
                    };
                    let undo: Vec<String> = undo.iter().map(|sql| format!("{mark}{sql}")).collect();
                    format!("take it back {place}:{}", super::run(database, &undo))
                }
            };
            let subject = project.step(database, one_way.at, "way back");
            let finding = sink
                .report(Severity::Warning, one_way.at, subject, message)
                .note("a rollback of the release stops here or leaves this in place")
                .help(help);
            finding.past = one_way.followed;
        }
    }
}

/// What is missing, and where it belongs.
fn describe(lack: &Lack) -> (String, String) {
    match lack {
        Lack::File(path) => {
            let name = match path.as_str().rfind("revert/") {
                Some(at) => &path.as_str()[at..],
                None => path.file_name().unwrap_or_default(),
            };
            (
                format!("`{name}` is missing or empty"),
                format!("in `{name}`"),
            )
        }
        Lack::Pair(path) => {
            let name = path.file_name().unwrap_or_default();
            let up = name.replace(".down.sql", ".up.sql");
            (
                format!("there is no `{name}`"),
                format!("in `{name}`, and name this file `{up}`"),
            )
        }
        Lack::RollBack => (
            "its change set has no `--rollback`".to_owned(),
            "at the end of its change set".to_owned(),
        ),
        Lack::Part(mark) => (
            format!("nothing stands under `{mark}`"),
            format!("under `{mark}`"),
        ),
        Lack::Downgrade => (
            "`downgrade` is missing or does nothing".to_owned(),
            "in `downgrade`".to_owned(),
        ),
        Lack::Reverse => (
            "Django refuses to undo an operation without its reverse".to_owned(),
            "in the operation".to_owned(),
        ),
    }
}
