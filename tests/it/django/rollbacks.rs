//! What `RunSQL` says undoes it, against Django itself: each migration runs there and back, in
//! PostgreSQL and in SQLite, and aicheck is to find those that lead elsewhere.

use std::io::Write;
use std::process::{Command, Stdio};

use aicheck::config::Settings;
use aicheck::discover::Inputs;
use aicheck::engine;
use aicheck::facts::schema::Dialect;
use serde_json::{Value, json};

use super::folder;
use crate::postgres::catalogue;
use crate::postgres::rollbacks::{MORE, restored};
use crate::postgres::server::Server;
use crate::venv;

const HEAD: &str =
    "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n";

const INITIAL: &str = "    initial = True
    operations = [
        migrations.CreateModel('Customer', [('id', models.BigAutoField(primary_key=True))]),
        migrations.CreateModel(
            'Order',
            [
                ('id', models.BigAutoField(primary_key=True)),
                ('code', models.CharField(max_length=20)),
                ('note', models.CharField(max_length=200, null=True)),
                ('customer', models.ForeignKey('Customer', models.CASCADE)),
            ],
            options={'db_table': 'orders'},
        ),
        migrations.RunSQL('CREATE INDEX orders_note_idx ON orders (note)', migrations.RunSQL.noop),
        migrations.RunSQL('CREATE VIEW noted AS SELECT id, note FROM orders', 'DROP VIEW noted'),
    ]
";

/// Operations of migrations, and where they are tried: in both databases, or in one.
const CHANGES: &[(&str, Option<Dialect>)] = &[
    (
        "migrations.RunSQL('CREATE INDEX i ON orders (code)', 'DROP INDEX i')",
        None,
    ),
    (
        "migrations.RunSQL('CREATE INDEX i ON orders (code)', 'DROP INDEX IF EXISTS i')",
        None,
    ),
    (
        "migrations.RunSQL('CREATE INDEX i ON orders (code); CREATE INDEX j ON orders (code, id)', reverse_sql='DROP INDEX i')",
        None,
    ),
    (
        "migrations.RunSQL(['CREATE INDEX i ON orders (code)', ('CREATE INDEX j ON orders (code, id)', [])], ['DROP INDEX j', 'DROP INDEX i'])",
        None,
    ),
    (
        "migrations.RunSQL(['ALTER TABLE orders ADD COLUMN mark text', 'ALTER TABLE orders ADD COLUMN sign text'], ['ALTER TABLE orders DROP COLUMN mark'])",
        None,
    ),
    (
        "migrations.RunSQL('ALTER TABLE orders ADD COLUMN mark text', 'ALTER TABLE orders DROP COLUMN mark; DROP INDEX orders_note_idx')",
        None,
    ),
    (
        "migrations.RunSQL('ALTER TABLE orders RENAME COLUMN code TO sign', 'ALTER TABLE orders RENAME COLUMN sign TO code')",
        None,
    ),
    (
        "migrations.RunSQL('ALTER TABLE orders RENAME COLUMN code TO sign', 'ALTER TABLE orders RENAME COLUMN sign TO mark')",
        None,
    ),
    (
        "migrations.RunSQL('DROP VIEW noted', 'CREATE VIEW noted AS SELECT id, note FROM orders')",
        None,
    ),
    (
        "migrations.RunSQL('DROP VIEW noted; CREATE TABLE a (id int)', 'DROP TABLE a')",
        None,
    ),
    (
        "migrations.RunSQL('CREATE UNIQUE INDEX i ON orders (code)', 'DROP INDEX IF EXISTS i'), migrations.RunSQL('ALTER TABLE orders ADD CONSTRAINT i UNIQUE USING INDEX i', 'ALTER TABLE orders DROP CONSTRAINT IF EXISTS i')",
        Some(Dialect::Postgres),
    ),
    (
        "migrations.RunSQL('CREATE TABLE a (id int)', 'DROP TABLE a'), migrations.RunSQL('CREATE INDEX i ON a (id)', 'SELECT 1')",
        None,
    ),
    (
        "migrations.RunSQL('CREATE TABLE a (id int)', 'SELECT 1'), migrations.RunSQL('CREATE INDEX i ON a (id)', 'DROP INDEX i; DROP TABLE a')",
        None,
    ),
    (
        "migrations.RunSQL('CREATE TABLE a (id int); CREATE TABLE b (id int)', 'DROP TABLE a'), migrations.RunSQL('CREATE INDEX i ON orders (code)', 'DROP INDEX i')",
        None,
    ),
    (
        "migrations.RunSQL(migrations.RunSQL.noop, 'DROP TABLE a'), migrations.RunSQL('CREATE TABLE a (id int)', migrations.RunSQL.noop)",
        None,
    ),
    (
        "migrations.RunSQL(migrations.RunSQL.noop, 'DROP INDEX orders_note_idx'), migrations.RunSQL('CREATE TABLE a (id int)', 'DROP TABLE a')",
        None,
    ),
    (
        "migrations.SeparateDatabaseAndState([migrations.RunSQL('ALTER TABLE orders ADD COLUMN mark text', 'ALTER TABLE orders DROP COLUMN mark')], [migrations.AddField('order', 'mark', models.TextField(null=True))])",
        None,
    ),
    (
        "migrations.SeparateDatabaseAndState(database_operations=[migrations.RunSQL('ALTER TABLE orders ADD COLUMN mark text; CREATE INDEX i ON orders (code)', 'ALTER TABLE orders DROP COLUMN mark')], state_operations=[migrations.AddField('order', 'mark', models.TextField(null=True))])",
        None,
    ),
    (
        "migrations.SeparateDatabaseAndState(state_operations=[migrations.RunSQL('CREATE INDEX i ON orders (code)', 'SELECT 1')])",
        None,
    ),
    (
        "migrations.AddField('order', 'mark', models.TextField(null=True)), migrations.RunSQL('CREATE INDEX i ON orders (mark)', 'SELECT 1')",
        Some(Dialect::Postgres),
    ),
    (
        "migrations.AddField('customer', 'mark', models.TextField(null=True)), migrations.RunSQL('CREATE INDEX i ON orders (code)', 'SELECT 1; DROP INDEX orders_note_idx')",
        None,
    ),
    (
        "migrations.AlterField('order', 'code', models.CharField(max_length=40, null=True)), migrations.RenameField('order', 'note', 'remark'), migrations.RunSQL('CREATE TABLE a (id int)', 'DROP TABLE a')",
        Some(Dialect::Postgres),
    ),
    (
        "migrations.AlterModelTable('Customer', 'buyers'), migrations.RunSQL('CREATE TABLE a (id int)', 'DROP TABLE IF EXISTS b')",
        None,
    ),
    (
        "migrations.RunSQL('CREATE TABLE a (id int)', 'DROP TABLE a'), migrations.RemoveField('order', 'code')",
        Some(Dialect::Postgres),
    ),
    (
        "migrations.RunSQL('ALTER TABLE orders ADD COLUMN mark text', 'ALTER TABLE orders DROP COLUMN mark', state_operations=[migrations.AddField('order', 'mark', models.TextField(null=True))])",
        None,
    ),
    (
        "migrations.RunSQL(\"CREATE TYPE mood AS ENUM ('good'); ALTER TABLE orders ADD COLUMN mood mood\", 'ALTER TABLE orders DROP COLUMN mood')",
        Some(Dialect::Postgres),
    ),
    (
        "migrations.RunSQL('ALTER TABLE orders ALTER COLUMN note SET NOT NULL', 'ALTER TABLE orders ALTER COLUMN note DROP NOT NULL')",
        Some(Dialect::Postgres),
    ),
    (
        "migrations.RunSQL(\"ALTER TABLE orders ALTER COLUMN note SET DEFAULT 'none'\", 'ALTER TABLE orders ALTER COLUMN note DROP NOT NULL')",
        Some(Dialect::Postgres),
    ),
    (
        "migrations.RunSQL('ALTER TABLE orders ADD CONSTRAINT c CHECK (id > 0)', 'ALTER TABLE orders DROP CONSTRAINT c')",
        Some(Dialect::Postgres),
    ),
    (
        "migrations.RunSQL('ALTER TABLE orders ADD CONSTRAINT c UNIQUE (code), ADD CHECK (id > 0)', 'ALTER TABLE orders DROP CONSTRAINT c')",
        Some(Dialect::Postgres),
    ),
    (
        "migrations.RunSQL('DROP VIEW noted; ALTER TABLE orders ALTER COLUMN note TYPE text', 'ALTER TABLE orders ALTER COLUMN note TYPE varchar(100); CREATE VIEW noted AS SELECT id, note FROM orders')",
        Some(Dialect::Postgres),
    ),
];

fn migration(operations: &str) -> String {
    format!(
        "{HEAD}    dependencies = [('shop', '0001_initial')]\n    operations = [{operations}]\n"
    )
}

/// What Django says of each migration: whether it leads elsewhere.
fn told(engine: &str, name: &str, host: &str, changes: &[&str]) -> Option<Vec<bool>> {
    let python = venv::python(&folder().join("requirements.txt"))?;
    let copy = tempfile::tempdir().unwrap();
    let texts: Vec<String> = changes.iter().map(|it| migration(it)).collect();
    let queries: Vec<&str> = catalogue::QUERY
        .split_inclusive(";\n")
        .chain(MORE.split_inclusive(";\n"))
        .filter(|query| {
            query
                .lines()
                .any(|line| !line.starts_with("--") && !line.is_empty())
        })
        .collect();
    let given =
        json!({ "initial": format!("{HEAD}{INITIAL}"), "changes": texts, "queries": queries });
    let mut command = Command::new(python);
    command.arg("-B").arg(folder().join("rollbacks.py"));
    command
        .args([engine, name, host])
        .arg(copy.path().join("project"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(given.to_string().as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let seen: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let lines = |value: &Value| -> Vec<String> {
        let lines = value.as_array().unwrap().iter();
        let lines: Vec<&str> = lines.map(|line| line.as_str().unwrap()).collect();
        match engine {
            "postgresql" => restored(&lines.join("\n")),
            _ => {
                let mut lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
                lines.sort();
                lines
            }
        }
    };
    let told = seen.iter().zip(changes).map(|(seen, change)| {
        assert!(seen.get("refused").is_none(), "{change}: {seen}");
        lines(&seen["before"]) != lines(&seen["after"])
    });
    Some(told.collect())
}

/// Whether aicheck finds that of a migration.
fn finds(dialect: Dialect, change: &str) -> bool {
    let file = |name: &str, text: String| {
        (
            format!("shop/migrations/{name}.py").into(),
            text.into_bytes(),
        )
    };
    let files = [
        file("0001_initial", format!("{HEAD}{INITIAL}")),
        file("0002_change", migration(change)),
    ];
    let settings = Settings {
        dialect: Some(dialect),
        ..Settings::default()
    };
    let report = engine::check(Inputs::from_memory(files.into(), &settings), &settings);
    let mut findings = report.findings.iter();
    findings.any(|finding| finding.rule == "incomplete-rollback")
}

fn compare(dialect: Dialect, engine: &str, name: &str, host: &str) {
    let tried = CHANGES
        .iter()
        .filter(|(_, only)| only.is_none_or(|only| only == dialect));
    let changes: Vec<&str> = tried.map(|(change, _)| *change).collect();
    let Some(told) = told(engine, name, host, &changes) else {
        return;
    };
    let wrong = changes
        .iter()
        .zip(&told)
        .filter(|(change, told)| finds(dialect, change) != **told);
    let wrong: Vec<String> = wrong
        .map(|(change, told)| format!("{change}: leads elsewhere: {told}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let elsewhere = told.iter().filter(|told| **told).count();
    assert!(
        elsewhere >= 8 && told.len() - elsewhere >= 8,
        "{elsewhere} of {}",
        told.len()
    );
}

#[test]
fn what_run_sql_says_undoes_it_in_postgres() {
    if let Some(server) = Server::shared() {
        let name = server.database();
        compare(
            Dialect::Postgres,
            "postgresql",
            &name,
            server.socket().to_str().unwrap(),
        );
    }
}

#[test]
fn what_run_sql_says_undoes_it_in_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.sqlite3");
    compare(Dialect::Sqlite, "sqlite3", file.to_str().unwrap(), "");
}
