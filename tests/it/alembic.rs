//! Revisions against Alembic itself: what we replay, and the catalogue of a PostgreSQL that Alembic
//! has brought to the heads.
//!
//! `AICHECK_ALEMBIC_PATHS` (folders of revisions, separated by `:`) asks about other histories too.

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

/// The revisions of a folder leave behind what Alembic makes of them, but for the tables that the
/// replay does not vouch for.
#[track_caller]
fn replayed_as_applied(folder: impl AsRef<Path>) {
    let folder = folder.as_ref();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let own = root.join("tests/it");
    let Some(python) = venv::python(&own.join("sqlalchemy/requirements.txt")) else {
        return;
    };
    let Some(server) = Server::shared() else {
        return;
    };
    let name = server.database();
    let mut command = Command::new(&python);
    command.arg("-B").arg(own.join("alembic/upgrade.py"));
    command.arg(root.join(folder)).arg(&name);
    venv::run(command.arg(server.socket()));
    let mut theirs = of_server(&server, &name);
    let ours = replay(&root.join(folder));
    assert_eq!(ours.tool, MigrationTool::Alembic);
    let vouched = |line: &String| {
        let table = subject(line).1;
        table != "alembic_version" && !ours.open.contains(&table)
    };
    theirs.retain(vouched);
    let mut replayed = of_replay(&ours);
    replayed.retain(vouched);
    let differences = differences(&theirs, &replayed);
    assert!(
        differences.is_empty(),
        "{}: {} of {} lines differ, open: {:?}\n{}",
        folder.display(),
        differences.len(),
        theirs.len(),
        ours.open,
        differences.join("\n")
    );
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
    replayed_as_applied("tests/it/alembic/operations");
}

#[test]
fn branches_merges_and_dependencies() {
    replayed_as_applied("tests/it/alembic/branches");
}

#[test]
fn the_ticket_shop() {
    replayed_as_applied("fixtures/tickets-alembic/migrations/versions");
}

#[test]
fn histories_of_others() {
    let paths = std::env::var_os("AICHECK_ALEMBIC_PATHS").unwrap_or_default();
    let folders = std::env::split_paths(&paths);
    for folder in folders.filter(|folder| folder.is_absolute()) {
        replayed_as_applied(folder);
    }
}
