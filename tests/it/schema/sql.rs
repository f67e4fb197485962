//! `--format sql`: reading the script again gives the same database, and PostgreSQL takes it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use aicheck::config::Settings;
use aicheck::discover::{Inputs, MigrationTool, Scope, discover};
use aicheck::engine;
use aicheck::facts::schema::Dialect;
use aicheck::facts::sql;
use aicheck::project::schema::{Database, Replay};
use aicheck::report::schema::sql::script;
use aicheck::rule::page::Page;
use aicheck::source::FileId;
use camino::Utf8PathBuf;

use super::outline::{is_told, open, outline};
use crate::postgres::catalogue::{
    Catalogue, QUERY, differences, of_replay, of_server, printed, subject,
};
use crate::postgres::server::Server;

/// Every database that the tests know, with where it comes from: those of the fixtures, of the
/// histories of all tools, and of the examples of the rules.
pub(super) fn databases() -> Vec<(String, Database)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["fixtures", "tests/replay"];
    let entries = folders
        .iter()
        .flat_map(|it| fs::read_dir(root.join(it)).unwrap());
    let mut folders: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    folders.retain(|folder| folder.is_dir());
    folders.sort();
    let mut found = Vec::new();
    for folder in folders {
        let path = Utf8PathBuf::from_path_buf(folder).unwrap();
        let inputs = discover(
            &Scope::of(std::slice::from_ref(&path), None).unwrap(),
            &Settings::default(),
        );
        add(&inputs.unwrap(), path.as_str(), &mut found);
    }
    // Examples of names that stand for nothing cannot be made again.
    let rules = aicheck::rules::all().filter(|rule| rule.id != "unknown-reference");
    for rule in rules {
        for example in Page::read(rule.page).unwrap().examples {
            let fences = example.fences.iter().filter(|fence| !fence.path.is_empty());
            let files = fences.map(|it| (it.path.clone().into(), it.body.clone().into_bytes()));
            let inputs = Inputs::from_memory(files.collect(), &Settings::default());
            add(
                &inputs,
                &format!("{}:{}", rule.id, example.line),
                &mut found,
            );
        }
    }
    found
}

fn add(inputs: &Inputs, from: &str, found: &mut Vec<(String, Database)>) {
    let (_, project) = engine::read(inputs, &Settings::default());
    for database in project.databases {
        found.push((format!("{from} {}", database.name), database));
    }
}

/// The database that a script makes.
fn replayed(text: &str, dialect: Dialect) -> Database {
    let outcome = sql::read(text, 0..text.len(), Some(dialect));
    assert_eq!(outcome.notes, [], "{text}");
    let mut replay = Replay::new("script".into(), dialect, MigrationTool::None);
    for statement in &outcome.facts.schema {
        replay.apply(FileId(0), statement);
    }
    replay.finish().0
}

#[test]
fn reading_a_script_again_gives_the_same_database() {
    let databases = databases();
    assert!(databases.len() > 100, "{}", databases.len());
    let mut different = Vec::new();
    for (from, database) in databases {
        let text = script(&database);
        let open = open(&database);
        let told = outline(&database, &open);
        let read = outline(&replayed(&text, database.dialect), &open);
        let missing = told.difference(&read).map(|line| format!("- {line}"));
        let new = read.difference(&told).map(|line| format!("+ {line}"));
        let lines: Vec<String> = missing.chain(new).collect();
        if !lines.is_empty() {
            different.push(format!("{from}\n{}\n{text}", lines.join("\n")));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n\n"));
}

#[test]
fn postgres_takes_every_script_and_ends_where_it_began() {
    let Some(server) = Server::shared() else {
        return;
    };
    let name = server.database();
    let mut databases = databases();
    databases.retain(|(from, database)| {
        database.dialect == Dialect::Postgres && !from.starts_with(REFUSED)
    });
    let session = |database: &Database| {
        let text = format!("{}{}", elsewhere(database), script(database));
        format!("begin;\n{text}{QUERY}\nrollback;\n")
    };
    // One session for all: starting the client takes longer than all it does.
    let all = databases.iter();
    let all = all.map(|(_, it)| format!("{}\\echo {NEXT}\n", session(it)));
    let output = server.client(&name, &all.collect::<String>());
    let output = String::from_utf8(output.stdout).unwrap();
    let mut faults = Vec::new();
    for ((from, database), lines) in databases.iter().zip(output.split(NEXT)) {
        let lines = unlike(database, printed(lines.trim()));
        if !lines.is_empty() {
            let said = server.psql(&name, &session(database)).err();
            let why = said.unwrap_or_else(|| lines.join("\n"));
            faults.push(format!("{from}\n{why}\n{}", script(database)));
        }
    }
    assert!(
        faults.is_empty(),
        "{}\n{} faults",
        faults.join("\n\n"),
        faults.len()
    );
}

/// A rule that is about what PostgreSQL refuses.
const REFUSED: &str = "fk-type-mismatch:";

/// What is printed between two scripts.
const NEXT: &str = "-- next --";

/// In what the server and the replay differ, where everything is known.
fn unlike(database: &Database, server: Catalogue) -> Vec<String> {
    let open = open(database);
    let names = database.tables.keys().map(ToString::to_string);
    let known: BTreeSet<String> = names.filter(|name| !open.contains(name)).collect();
    let of_known = |lines: Catalogue| {
        let lines = lines.into_iter();
        lines
            .filter(|line| known.contains(&subject(line).1))
            .collect()
    };
    let mut told = database.clone();
    for table in told.tables.values_mut() {
        table
            .indexes
            .retain(|index| index.keys.iter().all(|key| is_told(key)));
    }
    differences(&of_known(server), &of_known(of_replay(&told)))
}

/// The tables that foreign keys lead to and nothing makes: those of another program.
fn elsewhere(database: &Database) -> String {
    let mut made: BTreeMap<String, String> = BTreeMap::new();
    for table in database.tables.values() {
        let foreign_keys = table.foreign_keys.iter();
        for fk in foreign_keys.filter(|fk| !database.tables.contains_key(&fk.parent)) {
            let columns = fk
                .columns
                .iter()
                .zip(&fk.parent_columns)
                .map(|(own, name)| {
                    let ty = table.column(own).and_then(|column| column.ty.as_ref());
                    let ty = ty.map_or("bigint".to_owned(), |(ty, _)| database.write_type(ty));
                    format!("{} {ty}", database.write_name(name))
                });
            let columns = columns.collect::<Vec<_>>().join(", ");
            let keys = database.write_columns(&fk.parent_columns);
            let parent = database.write_table(&fk.parent);
            let schema = match fk.parent.schema.as_str() {
                "" => String::new(),
                schema => format!(
                    "create schema if not exists {};",
                    database.write_name(schema)
                ),
            };
            let text =
                format!("{schema}create table {parent} ({columns}, primary key ({keys}));\n");
            made.insert(parent, text);
        }
    }
    made.into_values().collect()
}

const EVERYTHING: &str = include_str!("everything.sql");

pub(super) fn everything() -> Database {
    replayed(EVERYTHING, Dialect::Postgres)
}

#[test]
fn everything_is_written() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/it/schema/everything.out.sql"
    );
    let text = script(&everything());
    if std::env::var_os("AICHECK_BLESS").is_some() {
        fs::write(path, &text).unwrap();
    }
    let expected = fs::read_to_string(path).unwrap();
    assert!(text == expected, "AICHECK_BLESS=1 rewrites it: {text}");
}

#[test]
fn postgres_makes_of_the_script_what_it_made_of_the_history() {
    let Some(server) = Server::shared() else {
        return;
    };
    let made = |text: &str| {
        let name = server.database();
        server.psql(&name, text).unwrap();
        of_server(&server, &name)
    };
    let differences = differences(&made(EVERYTHING), &made(&script(&everything())));
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// The script of what a text makes, behind its head.
fn scripted(text: &str) -> String {
    let text = script(&replayed(text, Dialect::Postgres));
    text.split_once("not part of it.\n\n").unwrap().1.to_owned()
}

#[test]
fn what_is_not_known_stands_in_comments() {
    let text = scripted(
        "create type pair as (a int); alter type pair add attribute b int;
         alter table later add column a int, add constraint b foreign key (a) references elsewhere (id);
         create table made as select f() as one, 2::bigint as two; create index on made (two);
         create index on made (one); alter table made add check (one > 0);
         create view v as select a from later; create view w as select a from v;
         alter table later rename column a to b;",
    );
    assert_eq!(
        text,
        "\
-- This type was altered since it was made; what it is made of is not known.
-- CREATE TYPE pair …;

-- Open: nothing that was read makes this table, it is only altered.
CREATE TABLE later (
    b integer
);

CREATE TABLE made (
    -- not known: one
    two bigint
    -- not known: CONSTRAINT made_one_check CHECK (one > 0)
);
CREATE INDEX made_two_idx ON made (two);
-- CREATE INDEX made_one_idx ON made (one);

-- Nothing that was read makes elsewhere.
ALTER TABLE later ADD CONSTRAINT b FOREIGN KEY (b) REFERENCES elsewhere (id);

-- Something that this view names was renamed since it was made.
-- CREATE VIEW v (a) AS …;

-- This view reads from v, which is not known.
-- CREATE VIEW w as select a from v;
"
    );
}
