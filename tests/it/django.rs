//! Models of Django against Django itself: the schema we read out of classes, and the catalogue
//! after the framework has made their tables.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use aicheck::config::Settings;
use aicheck::discover::Inputs;
use aicheck::engine;
use aicheck::facts::schema::Dialect;
use aicheck::project::schema::Database;
use camino::Utf8PathBuf;
use serde_json::Value;

use crate::postgres::catalogue::{Catalogue, differences, of_replay, of_server, subject};
use crate::postgres::server::Server;
use crate::venv;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/django")
}

/// What Django makes: from the models themselves, or by the migrations it writes for them.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Models,
    Migrations,
}

/// Runs Django in a copy of a project; what it prints.
fn create(python: &Path, project: &str, way: Way, engine: &str, name: &str, host: &str) -> String {
    let copy = tempfile::tempdir().unwrap();
    for (path, bytes) in files(&folder().join("models").join(project)) {
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
    });
    venv::run(command.args([engine, name, host]))
}

fn files(folder: &Path) -> BTreeMap<Utf8PathBuf, Vec<u8>> {
    let mut folders = vec![folder.to_owned()];
    let mut files = BTreeMap::new();
    while let Some(at) = folders.pop() {
        for entry in fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap();
                files.insert(name.into(), fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// The only database of some files.
fn database(files: BTreeMap<Utf8PathBuf, Vec<u8>>, dialect: Dialect) -> Database {
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

#[test]
fn models_declare_what_django_makes_in_postgres() {
    let Some(python) = venv::python(&folder().join("requirements.txt")) else {
        return;
    };
    let Some(server) = Server::shared() else {
        return;
    };
    let mut wrong = Vec::new();
    for project in ["general", "postgres"] {
        let name = server.database();
        let host = server.socket().to_str().unwrap();
        create(&python, project, Way::Migrations, "postgresql", &name, host);
        let theirs = unordered(own(of_server(&server, &name)));
        let ours = files(&folder().join("models").join(project));
        let ours = unordered(of_replay(&database(ours, Dialect::Postgres)));
        assert!(ours.len() >= 40, "{project}: {}", ours.len());
        let differences = differences(&theirs, &ours);
        wrong.extend(differences.into_iter().map(|it| format!("{project}: {it}")));
    }
    assert!(wrong.is_empty(), "- Django, + ours\n{}", wrong.join("\n"));
}

#[test]
fn models_declare_what_django_makes_in_sqlite() {
    let Some(python) = venv::python(&folder().join("requirements.txt")) else {
        return;
    };
    let ddl = create(&python, "general", Way::Models, "sqlite3", ":memory:", "");
    let theirs = BTreeMap::from([("schema.sql".into(), ddl.into_bytes())]);
    let theirs = own(of_replay(&database(theirs, Dialect::Sqlite)));
    let ours = database(files(&folder().join("models/general")), Dialect::Sqlite);
    let differences = differences(&theirs, &of_replay(&ours));
    assert!(
        differences.is_empty(),
        "- Django, + ours\n{}",
        differences.join("\n")
    );
}
