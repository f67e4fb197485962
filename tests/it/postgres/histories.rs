//! Histories of real projects, which the repository does not hold: `AICHECK_ORACLE_PATHS` names
//! folders, divided by `:`. Their migrations are applied to PostgreSQL and to the replay, and what
//! both say of tables that are not open is compared.
//!
//! A file `prelude` in a folder makes what its only history finds: roles, the schemas of a
//! platform.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use aicheck::discover::Inputs;
use aicheck::facts::schema::Dialect;
use aicheck::project::schema::{Database, MigrationTool};
use aicheck::source::FileId;

use super::catalogue::{self, Catalogue, differences, known, subject};
use super::server::Server;
use super::tools::read;

/// How much of what a server holds must be found, and how much of what is found must be there.
const AGREEMENT: f64 = 0.99;

/// How many of the tables may be open.
const OPEN: f64 = 0.03;

/// Where tools keep their books: no part of the schema.
const BOOKS: [&str; 2] = ["schema_migrations", "_prisma_migrations"];

/// The kinds that are counted.
const KINDS: [&str; 6] = [
    "column",
    "primary key",
    "unique",
    "index",
    "foreign key",
    "check",
];

/// What was counted, by kind: what both have, what the server has, what the replay has.
#[derive(Default)]
struct Counts {
    kinds: BTreeMap<String, [usize; 3]>,
    tables: usize,
    open: usize,
}

impl Counts {
    fn add(&mut self, theirs: &Catalogue, ours: &Catalogue) {
        let mut count = |line: &String, nth: usize| {
            let (kind, _) = subject(line);
            if KINDS.contains(&kind.as_str()) {
                self.kinds.entry(kind).or_default()[nth] += 1;
            }
        };
        theirs.intersection(ours).for_each(|line| count(line, 0));
        theirs.iter().for_each(|line| count(line, 1));
        ours.iter().for_each(|line| count(line, 2));
    }

    fn join(&mut self, other: &Self) {
        for (kind, counts) in &other.kinds {
            let all = self.kinds.entry(kind.clone()).or_default();
            for (all, count) in all.iter_mut().zip(counts) {
                *all += count;
            }
        }
        self.tables += other.tables;
        self.open += other.open;
    }

    fn total(&self) -> [usize; 3] {
        let sum = |nth: usize| self.kinds.values().map(|counts| counts[nth]).sum();
        [sum(0), sum(1), sum(2)]
    }

    fn told(&self) -> String {
        let share = |[both, theirs, ours]: [usize; 3]| {
            let percent = |of: usize| 100.0 * both as f64 / of.max(1) as f64;
            format!(
                "{both}, recall {:.2} %, precision {:.2} %",
                percent(theirs),
                percent(ours)
            )
        };
        let mut told = format!("{} tables, {} open", self.tables, self.open);
        for (kind, counts) in &self.kinds {
            write!(told, "\n    {kind}: {}", share(*counts)).unwrap();
        }
        write!(told, "\n    all: {}", share(self.total())).unwrap();
        told
    }
}

/// The part of a migration that goes up, by the marks that tools document.
fn up(text: &str) -> String {
    const DOWN: [&str; 6] = [
        "-- +goose down",
        "-- +migrate down",
        "-- migrate:down",
        "--migrate:down",
        "-- down migration",
        "---- create above / drop below ----",
    ];
    const UP: [&str; 4] = [
        "-- +goose up",
        "-- +migrate up",
        "-- migrate:up",
        "-- up migration",
    ];
    let mut applied = true;
    let mut up = String::new();
    for line in text.split_inclusive('\n') {
        let mark = line.trim_start().to_lowercase();
        if DOWN.iter().any(|down| mark.starts_with(down)) {
            applied = false;
        } else if UP.iter().any(|word| mark.starts_with(word)) {
            applied = true;
        }
        if applied {
            up += line;
        }
    }
    up
}

/// Whether a migration holds what no transaction may hold; all others run in one.
fn runs_alone(text: &str) -> bool {
    let text = text.to_lowercase();
    ["concurrently", "vacuum", "add value"]
        .iter()
        .any(|words| text.contains(words))
}

/// Applies the files of a database, each in a session of its own; what the server refused.
fn apply(server: &Server, name: &str, inputs: &Inputs, ours: &Database) -> String {
    let copies = tempfile::tempdir().unwrap();
    let mut script = String::from("\\set ON_ERROR_ROLLBACK on\n");
    let path = |file: &FileId| inputs.files[file.index()].path.as_str();
    // What a step in another language does is not known to the replay either.
    let in_sql = |file: &&FileId| path(file).ends_with(".sql");
    let files: Vec<&FileId> = ours.files.iter().filter(in_sql).collect();
    for (nth, file) in files.iter().enumerate() {
        let text = up(&inputs.files[file.index()].text);
        let copy = copies.path().join(format!("{nth:05}.sql"));
        fs::write(&copy, format!("{text}\n")).unwrap();
        let include = format!("\\i '{}'", copy.display());
        let statements = match runs_alone(&text) {
            true => include,
            false => format!("begin;\n{include}\ncommit;"),
        };
        writeln!(script, "\\connect -\n{statements}").unwrap();
    }
    let output = server.client(name, &script);
    let mut refused = String::from_utf8_lossy(&output.stderr).into_owned();
    for (nth, file) in files.iter().enumerate() {
        let copy = copies.path().join(format!("{nth:05}.sql"));
        refused = refused.replace(copy.to_str().unwrap(), path(file));
    }
    let errors = refused.lines().filter(|line| line.contains("ERROR:"));
    errors.collect::<Vec<&str>>().join("\n")
}

/// Compares one database of a folder, and tells of it.
fn compare(server: &Server, folder: &Path, inputs: &Inputs, ours: &Database) -> Counts {
    let name = server.database();
    if let Ok(prelude) = fs::read_to_string(folder.join("prelude")) {
        // Roles are there already after the first database.
        server.client(&name, &prelude);
    }
    let before = catalogue::of_server(server, &name);
    let refused = apply(server, &name, inputs, ours);
    let theirs = catalogue::of_server(server, &name);
    let is_book = |line: &String| BOOKS.iter().any(|book| subject(line).1.ends_with(book));
    let made = theirs.difference(&before).filter(|line| !is_book(line));
    let theirs = known(made.cloned().collect(), ours);
    let ours_known = known(catalogue::of_replay(ours), ours);
    let mut counts = Counts {
        tables: ours.tables.len(),
        open: ours.tables.values().filter(|table| table.is_open()).count(),
        ..Counts::default()
    };
    counts.add(&theirs, &ours_known);
    let told = format!(
        "\n{}: {}, {} files, {} statements refused\n    {}\n{refused}\nopen: {:?}\n{}\n",
        folder.join(&ours.name).display(),
        ours.tool.name(),
        ours.files.len(),
        refused.lines().count(),
        counts.told(),
        ours.open,
        differences(&theirs, &ours_known).join("\n"),
    );
    io::stderr().write_all(told.as_bytes()).unwrap();
    counts
}

#[test]
fn real_histories_leave_behind_what_the_replay_says() {
    let Some(paths) = std::env::var_os("AICHECK_ORACLE_PATHS") else {
        return;
    };
    let server = Server::shared().expect("AICHECK_ORACLE_PATHS needs PostgreSQL");
    let mut all = Counts::default();
    for folder in std::env::split_paths(&paths) {
        let (inputs, databases) = read(&folder);
        let in_sql = |database: &&Database| {
            database.dialect == Dialect::Postgres
                && database.orm.is_none()
                && !matches!(
                    database.tool,
                    MigrationTool::Alembic | MigrationTool::Django
                )
        };
        for database in databases.iter().filter(in_sql) {
            all.join(&compare(&server, &folder, &inputs, database));
        }
    }
    let told = format!("\nall: {}\n", all.told());
    io::stderr().write_all(told.as_bytes()).unwrap();
    let [both, theirs, ours] = all.total().map(|count| count as f64);
    assert!(
        both >= AGREEMENT * theirs && both >= AGREEMENT * ours,
        "{told}"
    );
    assert!(all.open as f64 <= OPEN * all.tables as f64, "{told}");
}
