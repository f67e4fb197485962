//! The command: what it reads and where it says what.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use tempfile::TempDir;

fn project() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let files = [
        (
            "a/migrations/001.sql",
            "create table one (id int primary key);",
        ),
        ("b/schema.sql", "create table two (id int primary key);"),
        ("b/app.py", "x = 1\n"),
        ("empty/query.sql", "select 1;"),
        ("aicheck.toml", ""),
        (
            "answer.md",
            "The table:\n```sql\ncreate table three (id int);\n```\n",
        ),
    ];
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// What `aicheck schema` prints, given some standard input.
fn printed(folder: &TempDir, arguments: &[&str], input: &str) -> String {
    let mut child = Command::new(env!("CARGO_BIN_EXE_aicheck"))
        .current_dir(folder.path())
        .arg("schema")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), said.as_str()), (Some(0), ""));
    String::from_utf8(output.stdout).unwrap()
}

const HEAD: &str = "-- Triggers, policies, grants and rows are not part of it.";

fn table(name: &str) -> String {
    format!(
        "CREATE TABLE {name} (\n    id integer NOT NULL,\n    \
         CONSTRAINT {name}_pkey PRIMARY KEY (id)\n);\n"
    )
}

#[test]
fn sql_is_the_default_and_databases_follow_one_another() {
    let (one, two) = (table("one"), table("two"));
    assert_eq!(
        printed(&project(), &[], ""),
        format!(
            "-- Database a/migrations: postgres, numbered, 1 table.\n{HEAD}\n\n{one}\n\
             -- Database b: postgres, 1 table.\n{HEAD}\n\n{two}"
        )
    );
}

#[test]
fn a_path_says_which_databases() {
    let folder = project();
    let of_two = format!(
        "-- Database b: postgres, 1 table.\n{HEAD}\n\n{}",
        table("two")
    );
    assert_eq!(printed(&folder, &["b/schema.sql"], ""), of_two);
    // A folder is a world of its own, a file that makes nothing a file of its project.
    let alone = of_two.replace("Database b:", "Database:");
    assert_eq!(printed(&folder, &["b"], ""), alone);
    assert!(printed(&folder, &["b/app.py"], "").contains("CREATE TABLE one"));
    assert_eq!(
        printed(&folder, &["empty"], ""),
        "-- Nothing that was read makes a table.\n"
    );
    assert_eq!(
        printed(&folder, &["empty", "--format", "mermaid"], ""),
        "%% Nothing that was read makes a table.\nerDiagram\n"
    );
    let json = printed(&folder, &["empty", "--format", "json"], "");
    assert!(json.contains("\"databases\": []"), "{json}");
}

#[test]
fn drafts_have_schemas_too() {
    let folder = project();
    let draft = printed(&folder, &["answer.md"], "");
    assert!(
        draft.contains("CREATE TABLE three (\n    id integer\n);\n"),
        "{draft}"
    );
    let arguments = ["-", "--dialect", "mysql", "--format", "sql"];
    let piped = printed(&folder, &arguments, "create table four (id int unsigned);");
    assert!(
        piped.contains("CREATE TABLE four (\n    id int unsigned\n);\n"),
        "{piped}"
    );
}

#[test]
fn secrets_stay_hidden() {
    let folder = project();
    let key = ["sk_live_", "51H8xQ2eZvKYlo2C7kT9dRw"].concat();
    let revision = format!(
        "from alembic import op\nimport sqlalchemy as sa\n\nrevision = 'a1'\ndown_revision = None\n\n\n\
         def upgrade():\n    api_key = \"{key}\"\n    \
         op.create_table('t', sa.Column('k', sa.Text(), server_default=\"{key}\"))\n"
    );
    fs::create_dir_all(folder.path().join("c/versions")).unwrap();
    fs::write(folder.path().join("c/versions/a1_t.py"), revision).unwrap();
    for format in ["sql", "json"] {
        let text = printed(&folder, &["c", "--format", format], "");
        assert!(text.contains("****") && !text.contains("51H8xQ2"), "{text}");
    }
}

#[test]
fn names_cannot_steer_a_terminal() {
    let folder = project();
    let piped = printed(&folder, &["-"], "create table \"a\u{1b}[31mb\" (id int);");
    assert!(piped.contains("CREATE TABLE \"a␛[31mb\" ("), "{piped}");
}
