//! Revisions against Alembic itself: what we replay, and the catalogue of a PostgreSQL that Alembic
//! has brought to the heads.

use std::path::Path;
use std::process::Command;

use aicheck::config::Settings;
use aicheck::discover::{MigrationTool, Scope, discover};
use aicheck::engine;
use aicheck::project::schema::Database;
use camino::Utf8PathBuf;

use crate::postgres::catalogue::{differences, of_replay, of_server, subject};
use crate::postgres::server::Server;
use crate::venv;

/// The revisions of a folder leave behind what Alembic makes of them.
#[track_caller]
fn replayed_as_applied(folder: &str, open: &[&str]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let own = root.join("tests/it");
    let Some(python) = venv::python(&own.join("sqlalchemy/requirements.txt")) else {
        return;
    };
    let Some(server) = Server::shared() else {
        return;
    };
    let mut command = Command::new(&python);
    command.arg("-B").arg(own.join("alembic/upgrade.py"));
    let script = venv::run(command.arg(root.join(folder)));
    let name = server.database();
    server.psql(&name, &script).unwrap();
    let mut theirs = of_server(&server, &name);
    theirs.retain(|line| subject(line).1 != "alembic_version");
    let ours = replay(&root.join(folder));
    assert_eq!(ours.tool, MigrationTool::Alembic);
    assert_eq!(ours.open, open);
    let differences = differences(&theirs, &of_replay(&ours));
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

fn replay(folder: &Path) -> Database {
    let folder = Utf8PathBuf::from_path_buf(folder.to_owned()).unwrap();
    let settings = Settings::default();
    let inputs = discover(&Scope::of(&[folder], None).unwrap(), &settings).unwrap();
    let mut databases = engine::read(&inputs, &settings).1.databases;
    assert_eq!(databases.len(), 1);
    databases.remove(0)
}

#[test]
fn every_operation() {
    replayed_as_applied("tests/it/alembic/operations", &[]);
}

#[test]
fn branches_merges_and_dependencies() {
    replayed_as_applied("tests/it/alembic/branches", &[]);
}

#[test]
fn the_ticket_shop() {
    replayed_as_applied("fixtures/tickets-alembic/migrations/versions", &[]);
}
