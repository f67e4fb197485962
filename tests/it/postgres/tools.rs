//! One small history for every tool, with the traps of its order and its sections. What the tool
//! applies, and in which order, stands in its file `applied`, written from the tool's documents.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use aicheck::config::Settings;
use aicheck::discover::{Inputs, MigrationTool, Scope, discover};
use aicheck::engine;
use aicheck::project::schema::Database;
use camino::Utf8PathBuf;

use super::catalogue::{self, differences};
use super::server::Server;

/// What a tool does with a folder: its name on the first line, then a path a line, with the lines
/// it applies where that is not the whole file. `#` begins a comment.
struct Applied {
    tool: String,
    script: String,
}

impl Applied {
    fn read(folder: &Path) -> Self {
        let text = fs::read_to_string(folder.join("applied")).unwrap();
        let lines = text
            .lines()
            .map(|line| line.split('#').next().unwrap().trim());
        let mut lines = lines.filter(|line| !line.is_empty());
        Self {
            tool: lines.next().unwrap().to_owned(),
            script: lines.map(|line| part(folder, line)).collect(),
        }
    }
}

/// `path` or `path:first-last`.
fn part(folder: &Path, line: &str) -> String {
    let (path, range) = match line.split_once(".sql:") {
        Some((stem, range)) => (format!("{stem}.sql"), range.split_once('-')),
        None => (line.to_owned(), None),
    };
    let text = fs::read_to_string(folder.join(path)).expect(line);
    let lines: Vec<&str> = text.lines().collect();
    let number = |digits: &str| digits.parse::<usize>().unwrap();
    let lines = match range {
        Some((first, last)) => &lines[number(first) - 1..number(last)],
        None => &lines[..],
    };
    lines.join("\n") + "\n"
}

/// A folder, and the databases that its files make.
pub(super) fn read(folder: &Path) -> (Inputs, Vec<Database>) {
    let folder = Utf8PathBuf::from_path_buf(folder.to_owned()).unwrap();
    let settings = Settings::default();
    let inputs = discover(&Scope::of(&[folder], None).unwrap(), &settings).unwrap();
    let databases = engine::read(&inputs, &settings).1.databases;
    (inputs, databases)
}

fn histories() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/replay");
    let mut folders: Vec<PathBuf> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.sort();
    folders
}

/// What is wrong with our reading of a history.
fn faults(server: &Server, folder: &Path) -> Vec<String> {
    let applied = Applied::read(folder);
    let (_, databases) = read(folder);
    let [ours] = &databases[..] else {
        let names: Vec<&str> = databases
            .iter()
            .map(|database| database.name.as_str())
            .collect();
        return vec![format!("one database, not {names:?}")];
    };
    let mut faults: Vec<String> = ours
        .open
        .iter()
        .map(|table| format!("{table} is open"))
        .collect();
    if ours.tool.name() != applied.tool {
        faults.push(format!("taken for {}", ours.tool.name()));
    }
    let database = server.database();
    match server.psql(&database, &applied.script) {
        Ok(_) => {
            let theirs = catalogue::of_server(server, &database);
            faults.extend(differences(&theirs, &catalogue::of_replay(ours)));
        }
        Err(error) => faults.push(error),
    }
    faults
}

#[test]
fn every_tool_leaves_behind_what_the_replay_does() {
    let Some(server) = Server::shared() else {
        return;
    };
    let faults: Vec<String> = histories()
        .iter()
        .flat_map(|folder| {
            let name = folder.file_name().unwrap().to_string_lossy().into_owned();
            faults(&server, folder)
                .into_iter()
                .map(move |fault| format!("{name}: {fault}"))
        })
        .collect();
    assert!(
        faults.is_empty(),
        "- the server, + the replay\n{}",
        faults.join("\n")
    );
}

#[test]
fn every_tool_has_a_history() {
    let tools: BTreeSet<String> = histories()
        .iter()
        .map(|folder| Applied::read(folder).tool)
        .collect();
    // Migrations in Python are held to the frameworks themselves.
    let in_sql =
        |tool: &&MigrationTool| !matches!(tool, MigrationTool::Alembic | MigrationTool::Django);
    let known = MigrationTool::ALL
        .iter()
        .filter(in_sql)
        .map(|tool| tool.name().to_owned());
    assert_eq!(tools, known.collect());
}
