//! The examples of all pages that are MySQL, statement by statement.

use std::collections::BTreeMap;

use aicheck::config::Settings;
use aicheck::discover::Inputs;
use aicheck::engine;
use aicheck::facts::schema::Dialect;
use aicheck::rule::page::Example;

use super::server::Server;

/// The rules that say that the database refuses a statement.
const REFUSED: [&str; 3] = [
    "fk-type-mismatch",
    "not-null-without-default",
    "unknown-reference",
];

/// The files of SQL that go up, of an example that is MySQL and nothing else.
fn scripts(example: &Example) -> Vec<&str> {
    if example.fences.iter().all(|fence| fence.language != "sql") {
        return Vec::new();
    }
    let files = example.fences.iter();
    let files = files.filter(|fence| !["expect", "output"].contains(&fence.language.as_str()));
    let files: BTreeMap<_, _> = files
        .map(|fence| (fence.path.as_str().into(), fence.body.clone().into_bytes()))
        .collect();
    let settings = Settings::default();
    let (_, project) = engine::read(&Inputs::from_memory(files, &settings), &settings);
    let [database] = project.databases.as_slice() else {
        return Vec::new();
    };
    let is_other = |path: &str| path.ends_with(".down.sql") || has_variant(example, path);
    let scripts = example.fences.iter();
    scripts
        .filter(|fence| database.dialect == Dialect::Mysql && fence.language == "sql")
        .filter(|fence| !is_other(&fence.path))
        .map(|fence| fence.body.split("-- +goose Down").next().unwrap())
        .collect()
}

/// Whether MySQL has a file of its own for this step.
fn has_variant(example: &Example, path: &str) -> bool {
    let own = path.replace(".up.sql", ".mysql.up.sql");
    own != path && example.fences.iter().any(|fence| fence.path == own)
}

/// The statements, each with its first line and with what the comments behind it say.
fn statements(script: &str) -> Vec<(usize, String)> {
    let mut statements: Vec<(usize, String)> = Vec::new();
    let mut is_open = false;
    for (number, line) in script.split_inclusive('\n').enumerate() {
        let text = line.split("-- ").next().unwrap().trim();
        if is_open {
            statements.last_mut().unwrap().1.push_str(line);
        } else if !text.is_empty() {
            statements.push((number + 1, line.to_owned()));
        } else {
            continue;
        }
        is_open = !text.ends_with(';');
    }
    statements
}

/// Whether a finding says that the database refuses the statement.
fn is_told(statement: &str) -> bool {
    let told = REFUSED.map(|rule| format!("-- error: [{rule}]"));
    told.iter().any(|told| statement.contains(told))
}

/// What the server says of the statements that begin at these lines.
fn said(output: &str, line: usize) -> Option<&str> {
    let at = format!(" at line {line}: ");
    let mut errors = output.lines().filter(|said| said.starts_with("ERROR "));
    errors.find(|said| said.contains(&at))
}

#[test]
fn the_pages_say_what_mariadb_does() {
    let Some(server) = Server::shared() else {
        return;
    };
    let (mut taken, mut refused) = (0, 0);
    let mut wrong = Vec::new();
    for rule in aicheck::rules::all() {
        for example in rule.read_page().examples {
            let scripts = scripts(&example);
            if scripts.is_empty() {
                continue;
            }
            let database = server.database();
            for script in scripts {
                server.fill(&database);
                let output = server.client(&database, script);
                // A statement may be told for what the next one makes of it.
                let mut is_due = false;
                for (line, statement) in statements(script) {
                    let said = said(&output, line);
                    let is_told = is_told(&statement);
                    if is_told && said.is_none() && !is_due {
                        is_due = true;
                        continue;
                    }
                    let is_told = is_told || is_due;
                    is_due = false;
                    if said.is_some() != is_told {
                        let place = format!("{}: {}", rule.id, example.name);
                        wrong.push(format!("{place}\n{statement}{said:?}"));
                    }
                    taken += u32::from(!is_told);
                    refused += u32::from(is_told);
                }
                assert!(!is_due, "{}: {}", rule.id, example.name);
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(
        taken >= 50 && refused >= 5,
        "{taken} taken, {refused} refused"
    );
}
