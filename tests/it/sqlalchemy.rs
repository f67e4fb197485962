//! Models against SQLAlchemy itself: what we read out of them, and what it would create in
//! PostgreSQL.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use aicheck::config::Settings;
use aicheck::discover::Inputs;
use aicheck::engine;
use aicheck::project::schema::Database;
use camino::Utf8PathBuf;
use serde_json::Value;

use crate::folder::read;
use crate::postgres::catalogue::{Catalogue, differences, of_replay};
use crate::venv;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/sqlalchemy")
}

#[test]
fn models_declare_what_sqlalchemy_creates() {
    let Some(python) = venv::python(&folder().join("requirements.txt")) else {
        return;
    };
    let mut wrong = Vec::new();
    let mut lines = 0;
    let mut models: Vec<PathBuf> = fs::read_dir(folder().join("models"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    models.sort();
    for models in models {
        let mut command = Command::new(&python);
        let command = command.arg("-B").arg(folder().join("ddl.py")).arg(&models);
        let ddl = venv::run(command);
        let files = BTreeMap::from([("schema.sql".into(), ddl.into_bytes())]);
        let theirs = catalogue(files);
        let ours = catalogue(read(&models));
        lines += theirs.len();
        let name = models.file_name().unwrap().to_string_lossy();
        let differences = differences(&theirs, &ours);
        wrong.extend(differences.into_iter().map(|it| format!("{name}: {it}")));
    }
    assert!(lines > 200, "{lines}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the databases of a project hold; the order of columns in a model means nothing.
fn catalogue(files: BTreeMap<Utf8PathBuf, Vec<u8>>) -> Catalogue {
    let settings = Settings::default();
    let inputs = Inputs::from_memory(files, &settings);
    let (_, project) = engine::read(&inputs, &settings);
    project.databases.iter().flat_map(lines).collect()
}

fn lines(database: &Database) -> Vec<String> {
    let lines = of_replay(database).into_iter().map(|line| {
        let mut line: Vec<Value> = serde_json::from_str(&line).unwrap();
        if line[0] == "column" {
            line.remove(2);
        }
        Value::from(line).to_string()
    });
    let open = database
        .open
        .iter()
        .map(|table| format!("[\"open\",\"{table}\"]"));
    lines.chain(open).collect()
}
