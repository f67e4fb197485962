//! What the pages of the rules about tables in use flag makes others wait for the server, and what
//! they advise instead does not.

use std::fs;
use std::path::Path;
use std::process::Command;

use aicheck::rule::page::{Example, ExampleKind};

use super::live::makes_wait;
use super::server::Server;
use crate::venv;

/// The rules that say that others wait.
const RULES: [&str; 5] = [
    "blocking-constraint",
    "blocking-index-build",
    "blocking-set-not-null",
    "column-type-rewrite",
    "volatile-default",
];

/// The statements of each migration of an example.
type Migrations = Vec<Vec<String>>;

/// The examples of that name on the page of a rule.
fn examples(rule: &str, name: &str) -> Vec<Example> {
    let rule = aicheck::rules::find(rule).unwrap();
    let mut examples = rule.read_page().examples;
    examples.retain(|example| example.name == name);
    examples
}

/// Of files of SQL.
fn written(example: &Example) -> Migrations {
    let files = example
        .fences
        .iter()
        .filter(|fence| fence.language == "sql");
    let statements = files.map(|file| file.body.split_inclusive(';').map(str::to_owned));
    statements
        .map(|statements| statements.filter(|text| text.contains(';')).collect())
        .collect()
}

/// Of files of Python, as the framework tells that a script asks.
fn told(example: &Example, asking: &mut Command, folder: &str) -> Migrations {
    let project = tempfile::tempdir().unwrap();
    for file in example
        .fences
        .iter()
        .filter(|fence| fence.language == "python")
    {
        let path = project.path().join(&file.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &file.body).unwrap();
    }
    let printed = venv::run(asking.arg(project.path().join(folder)));
    serde_json::from_str(&printed).unwrap()
}

/// A script of the tests, for the interpreter with the packages it needs.
fn script(requirements: &str, script: &str) -> Option<Command> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let python = venv::python(&tests.join(requirements))?;
    let mut command = Command::new(python);
    command.arg("-B").arg(tests.join(script));
    Some(command)
}

/// Whether others wait for a statement of the migrations behind the first, each in a transaction of
/// its own.
fn some_makes_wait(server: &Server, migrations: &Migrations) -> bool {
    let (first, others) = migrations.split_first().unwrap();
    let database = server.database();
    for statement in first {
        server.psql(&database, statement).unwrap();
    }
    let mut some = false;
    for statement in others.iter().flatten() {
        // What the server takes in no transaction holds writers off at no time.
        some |= match makes_wait(server, &database, statement) {
            Some(waits) => waits,
            None => !statement.contains("CONCURRENTLY"),
        };
        server.psql(&database, statement).unwrap();
    }
    some
}

/// Asks the server about the examples of that name; how many were flagged and how many not.
fn ask(
    server: &Server,
    name: &str,
    mut statements: impl FnMut(&Example) -> Migrations,
) -> (usize, usize) {
    let (mut flagged, mut others) = (0, 0);
    for rule in RULES {
        for example in examples(rule, name) {
            let waits = some_makes_wait(server, &statements(&example));
            let is_flagged = example.kind == ExampleKind::Flagged;
            assert_eq!(waits, is_flagged, "{rule}, line {}", example.line);
            *if is_flagged {
                &mut flagged
            } else {
                &mut others
            } += 1;
        }
    }
    (flagged, others)
}

#[test]
fn sql() {
    let Some(server) = Server::shared() else {
        return;
    };
    assert_eq!(ask(&server, "SQL", written), (5, 5));
}

#[test]
fn alembic() {
    let Some(server) = Server::shared() else {
        return;
    };
    let requirements = "sqlalchemy/requirements.txt";
    if script(requirements, "").is_none() {
        return;
    }
    let asked = ["Alembic", "Alembic, a check first"].map(|name| {
        ask(&server, name, |example| {
            let mut asking = script(requirements, "alembic/statements.py").unwrap();
            told(example, &mut asking, "migrations/versions")
        })
    });
    assert_eq!(asked, [(5, 3), (0, 1)]);
}

#[test]
fn django() {
    let Some(server) = Server::shared() else {
        return;
    };
    let requirements = "django/requirements.txt";
    if script(requirements, "").is_none() {
        return;
    }
    let database = server.database();
    let names = [
        "Django",
        "Django, concurrently",
        "Django, the default comes later",
    ];
    let asked = names.map(|name| {
        ask(&server, name, |example| {
            let mut asking = script(requirements, "django/statements.py").unwrap();
            asking.arg(&database).arg(server.socket());
            told(example, &mut asking, "")
        })
    });
    assert_eq!(asked, [(5, 0), (0, 1), (0, 1)]);
}

#[test]
fn rows_refuse_a_column_that_must_be_filled() {
    let Some(server) = Server::shared() else {
        return;
    };
    for example in examples("not-null-without-default", "SQL") {
        let migrations = written(&example);
        let database = server.database();
        server.psql(&database, &migrations[0].concat()).unwrap();
        let row = "INSERT INTO orders (id, placed_at) VALUES (1, now());";
        server.psql(&database, row).unwrap();
        match server.psql(&database, &migrations[1].concat()) {
            Ok(_) => assert_eq!(example.kind, ExampleKind::Fixed),
            Err(why) => {
                assert_eq!(example.kind, ExampleKind::Flagged, "{why}");
                assert!(why.contains("contains null values"), "{why}");
            }
        }
    }
}
