//! Models and migrations of Django against Django itself: the schema we read out of them, and the
//! catalogue after the framework has made their tables.

mod rollbacks;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use aicheck::config::Settings;
use aicheck::discover::{Inputs, MigrationTool};
use aicheck::engine;
use aicheck::facts::schema::Dialect;
use aicheck::project::schema::Database;
use serde_json::Value;

use crate::folder::{Files, read};
use crate::postgres::catalogue::{Catalogue, differences, of_replay, of_server, subject};
use crate::postgres::server::Server;
use crate::venv;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/django")
}

/// What Django makes: from the models themselves, by the migrations it writes for them, or by those
/// that a project has.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Models,
    Migrations,
    History,
}

/// Runs Django in a copy of a project; what it prints, and the files of the copy.
fn create(
    python: &Path,
    project: &str,
    way: Way,
    [engine, name, host]: [&str; 3],
) -> (String, Files) {
    let copy = tempfile::tempdir().unwrap();
    for (path, bytes) in read(&folder().join(project)) {
        let path = copy.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let mut command = Command::new(python);
    command.arg("-B").arg(folder().join("create.py"));
    command.arg(copy.path());
    command.arg(match way {
        Way::Models => "models",
        Way::Migrations => "migrations",
        Way::History => "history",
    });
    let printed = venv::run(command.args([engine, name, host]));
    (printed, read(copy.path()))
}

/// The only database of some files.
fn database(files: Files, dialect: Dialect) -> Database {
    let settings = Settings {
        dialect: Some(dialect),
        ..Settings::default()
    };
    let inputs = Inputs::from_memory(files, &settings);
    let mut databases = engine::read(&inputs, &settings).1.databases;
    assert_eq!(databases.len(), 1);
    let database = databases.remove(0);
    assert_eq!(database.open, Vec::<String>::new());
    database
}

/// Without the tables of packages, which no file of the project makes.
fn own(catalogue: Catalogue) -> Catalogue {
    let is_own = |line: &String| {
        let table = subject(line).1;
        !table.starts_with("auth_") && !table.starts_with("django_")
    };
    catalogue.into_iter().filter(is_own).collect()
}

/// Without the order of columns, which migrations may change.
fn unordered(catalogue: Catalogue) -> Catalogue {
    let without = |line: String| {
        let mut line: Vec<Value> = serde_json::from_str(&line).unwrap();
        if line[0] == "column" {
            line.remove(2);
        }
        Value::from(line).to_string()
    };
    catalogue.into_iter().map(without).collect()
}

/// What Django makes of a project in PostgreSQL, and the files it has then.
fn in_postgres(project: &str, way: Way) -> Option<(Catalogue, Files)> {
    let python = venv::python(&folder().join("requirements.txt"))?;
    let server = Server::shared()?;
    let name = server.database();
    let host = server.socket().to_str().unwrap();
    let (_, files) = create(&python, project, way, ["postgresql", &name, host]);
    Some((own(of_server(&server, &name)), files))
}

/// What Django makes of a project in SQLite.
fn in_sqlite(project: &str, way: Way) -> Option<Catalogue> {
    let python = venv::python(&folder().join("requirements.txt"))?;
    let (ddl, _) = create(&python, project, way, ["sqlite3", ":memory:", ""]);
    let made = BTreeMap::from([("schema.sql".into(), ddl.into_bytes())]);
    Some(own(of_replay(&database(made, Dialect::Sqlite))))
}

fn compare(project: &str, theirs: &Catalogue, ours: &Catalogue) {
    assert!(ours.len() >= 25, "{project}: {}", ours.len());
    let differences = differences(theirs, ours);
    assert!(
        differences.is_empty(),
        "{project}: - Django, + ours\n{}",
        differences.join("\n")
    );
}

#[test]
fn models_declare_what_django_makes_in_postgres() {
    for project in ["models/general", "models/postgres"] {
        let Some((theirs, _)) = in_postgres(project, Way::Migrations) else {
            return;
        };
        let ours = database(read(&folder().join(project)), Dialect::Postgres);
        compare(project, &unordered(theirs), &unordered(of_replay(&ours)));
    }
}

#[test]
fn models_declare_what_django_makes_in_sqlite() {
    let project = "models/general";
    if let Some(theirs) = in_sqlite(project, Way::Models) {
        let ours = database(read(&folder().join(project)), Dialect::Sqlite);
        compare(project, &theirs, &of_replay(&ours));
    }
}

#[test]
fn migrations_leave_behind_what_django_does_in_postgres() {
    for project in ["history/general", "history/postgres"] {
        let Some((theirs, _)) = in_postgres(project, Way::History) else {
            return;
        };
        let ours = database(read(&folder().join(project)), Dialect::Postgres);
        assert_eq!(ours.tool, MigrationTool::Django);
        compare(project, &theirs, &of_replay(&ours));
    }
}

#[test]
fn migrations_leave_behind_what_django_does_in_sqlite() {
    let project = "history/general";
    if let Some(theirs) = in_sqlite(project, Way::History) {
        let ours = database(read(&folder().join(project)), Dialect::Sqlite);
        compare(project, &unordered(theirs), &unordered(of_replay(&ours)));
    }
}

#[test]
fn migrations_that_django_writes_are_read() {
    for project in ["models/general", "models/postgres"] {
        let Some((theirs, written)) = in_postgres(project, Way::Migrations) else {
            return;
        };
        let ours = database(written, Dialect::Postgres);
        assert_eq!(ours.tool, MigrationTool::Django);
        assert!(ours.models.is_some(), "{project}: the models describe it");
        compare(project, &theirs, &of_replay(&ours));
    }
}
