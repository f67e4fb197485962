//! From paths to units, as a user meets it: drafts, projects around them, and any bytes at all.

use std::collections::BTreeMap;

use aicheck::config::{Pattern, Settings};
use aicheck::discover::{FileKind, Inputs, MigrationTool, Profile, Scope, Unit, discover};
use aicheck::engine;
use aicheck::facts::schema::Dialect;
use camino::{Utf8Path, Utf8PathBuf};
use proptest::prelude::*;

fn memory(files: &[(&str, &str)], settings: &Settings) -> Inputs {
    let file = |(path, text): &(&str, &str)| (Utf8PathBuf::from(*path), text.as_bytes().to_vec());
    Inputs::from_memory(files.iter().map(file).collect(), settings)
}

fn draft(text: &str) -> Vec<Unit> {
    documents(Inputs::from_draft(
        text.as_bytes().to_vec(),
        &Settings::default(),
    ))
}

/// The units of languages.
fn documents(inputs: Inputs) -> Vec<Unit> {
    let units = inputs.units.into_iter();
    units
        .filter(|unit| !matches!(unit.kind, FileKind::Config(_) | FileKind::Text))
        .collect()
}

fn paths(units: &[Unit]) -> Vec<&str> {
    units.iter().map(|unit| unit.path.as_str()).collect()
}

fn code(unit: &Unit) -> &str {
    &unit.text[unit.range.clone()]
}

#[test]
fn a_draft_is_its_blocks() {
    let units = draft(
        "Table:\n```sql\nCREATE TABLE a (b int);\n```\n\n```py app.py\nimport asyncpg\n```\n",
    );
    assert_eq!(paths(&units), ["block_001.sql", "app.py"]);
    assert_eq!(code(&units[0]), "CREATE TABLE a (b int);\n");
    assert_eq!(units[0].dialect, Some(Dialect::Postgres));
    assert_eq!(units[0].why, "by its fence; postgres by the drivers in use");
    assert!(units.iter().all(|unit| unit.draft));
}

#[test]
fn a_draft_may_be_bare_code_or_a_diff() {
    let units = draft("import os\nx = os.getenv('A')\n");
    assert_eq!(
        (units[0].kind, code(&units[0])),
        (FileKind::Python, "import os\nx = os.getenv('A')\n")
    );
    let units = draft("Sure!\n\nCREATE TABLE a (b int auto_increment);\n\nHope this helps you.\n");
    assert_eq!(code(&units[0]), "CREATE TABLE a (b int auto_increment);\n");
    assert_eq!(units[0].dialect, Some(Dialect::Mysql));
    let units = draft(
        "diff --git a/m/1_a.sql b/m/1_a.sql\n--- /dev/null\n+++ b/m/1_a.sql\n@@ -0,0 +1 @@\n+SELECT 1;\n",
    );
    assert_eq!(
        (units[0].path.as_str(), code(&units[0]).trim()),
        ("m/1_a.sql", "SELECT 1;")
    );
}

#[test]
fn a_draft_without_code_says_so() {
    let inputs = Inputs::from_draft(b"Just prose.\n".to_vec(), &Settings::default());
    let [all] = &inputs.units[..] else {
        panic!("the text of the draft: {:?}", inputs.units)
    };
    assert_eq!((all.kind, code(all)), (FileKind::Text, "Just prose.\n"));
    assert_eq!(
        inputs.notes[0].1.message,
        "no SQL, no Python and no Prisma schema was found in the draft"
    );
}

#[test]
fn standard_input_can_be_told_its_name_and_language() {
    let named = Settings {
        stdin_name: Some("app/a.py".into()),
        ..Settings::default()
    };
    let inputs = Inputs::from_draft(b"x".to_vec(), &named);
    assert_eq!(
        (inputs.units[0].path.as_str(), inputs.units[0].kind),
        ("app/a.py", FileKind::Python)
    );
    let told = Settings {
        language: Some(FileKind::Sql),
        ..Settings::default()
    };
    let inputs = Inputs::from_draft(b"x".to_vec(), &told);
    assert_eq!(inputs.units[0].kind, FileKind::Sql);
    assert_eq!(inputs.files[0].path, "<stdin>");
}

#[test]
fn markdown_met_in_a_walk_is_no_draft() {
    let inputs = memory(
        &[("README.md", "```sql\nSELECT 1;\n```\n")],
        &Settings::default(),
    );
    assert_eq!(
        (inputs.units.len(), inputs.units[0].kind),
        (1, FileKind::Markdown)
    );
}

#[test]
fn the_dialect_is_told_by_the_nearest_evidence() {
    let migrations = ("db/001_a.sql", "create table a (b int auto_increment);");
    let requirements = ("requirements.txt", "psycopg\n");
    let settings = |dialect| Settings {
        dialect,
        ..Settings::default()
    };
    let of = |files: &[(&str, &str)], dialect| memory(files, &settings(dialect)).units[0].dialect;
    assert_eq!(of(&[migrations], None), Some(Dialect::Mysql));
    assert_eq!(
        of(&[migrations, requirements], None),
        Some(Dialect::Postgres)
    );
    assert_eq!(
        of(&[("db/sqlite/1.sql", ""), requirements], None),
        Some(Dialect::Sqlite)
    );
    assert_eq!(
        of(&[migrations, requirements], Some(Dialect::Mssql)),
        Some(Dialect::Mssql)
    );
    assert_eq!(of(&[("db/001_a.sql", "select 1;")], None), None);
    let variants = [
        ("m/1_a.up.sql", "select 1;"),
        ("m/1_a.mysql.up.sql", ""),
        requirements,
    ];
    let inputs = memory(&variants, &Settings::default());
    let units = documents(inputs).into_iter();
    let dialects: Vec<_> = units.map(|unit| unit.dialect).collect();
    assert_eq!(dialects, [Some(Dialect::Mysql), None]);
}

#[test]
fn guesses_can_be_overridden() {
    let settings = Settings {
        migrations: vec![(Pattern::new("db/").unwrap(), MigrationTool::Flyway)],
        ..Settings::default()
    };
    let inputs = memory(&[("db/x.sql", "select 1;")], &settings);
    assert_eq!(inputs.units[0].tool, MigrationTool::Flyway);
    assert_eq!(inputs.units[0].why, "flyway by configuration");
}

/// A folder on disk, and what a draft laid over it becomes.
fn overlay(files: &[(&str, &str)], draft: &str) -> Inputs {
    let folder = tempfile::tempdir().unwrap();
    let root = Utf8Path::from_path(folder.path()).unwrap();
    for (path, text) in files {
        let path = root.join("project").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let answer = root.join("answer.md");
    std::fs::write(&answer, draft).unwrap();
    let scope = Scope::of(&[answer], Some(&root.join("project"))).unwrap();
    discover(&scope, &Settings::default()).unwrap()
}

const PROJECT: [(&str, &str); 4] = [
    ("requirements.txt", "asyncpg"),
    ("backend/app/main.py", "old = 1\n"),
    (
        "backend/db/migrations/008_a.sql",
        "create table a (id int);",
    ),
    (
        "backend/db/migrations/009_b.sql",
        "create table b (id int);",
    ),
];

#[test]
fn a_draft_is_laid_over_a_project() {
    let text = "**app/main.py**\n```python\nnew = 1\n```\n```sql\nalter table a add c int;\n```\n";
    let inputs = overlay(&PROJECT, text);
    let focus = inputs.focus.iter().flatten();
    let focus: Vec<_> = focus
        .map(|id| inputs.files[id.index()].path.clone())
        .collect();
    assert_eq!(focus, ["answer.md"]);
    let units = documents(inputs);
    assert_eq!(
        paths(&units),
        [
            "backend/db/migrations/008_a.sql",
            "backend/db/migrations/009_b.sql",
            "backend/app/main.py",
            "backend/db/migrations/010_draft.sql",
        ]
    );
    let [.., main, migration] = &units[..] else {
        panic!("four units")
    };
    assert_eq!(code(main), "new = 1\n");
    assert_eq!(migration.tool, MigrationTool::Numbered);
    assert_eq!(migration.dialect, Some(Dialect::Postgres));
}

#[test]
fn a_named_migration_joins_the_folder_it_was_written_for() {
    let inputs = overlay(&PROJECT, "```sql migrations/010_c.sql\nselect 1;\n```\n");
    let units = documents(inputs);
    let unit = units.last().unwrap();
    assert_eq!(unit.path, "backend/db/migrations/010_c.sql");
    assert_eq!(unit.tool, MigrationTool::Numbered);
}

#[test]
fn unnamed_sql_follows_the_names_of_the_tool() {
    for (last, next) in [
        (
            "migrations/2024-01-02-000000_a/up.sql",
            "migrations/2025_draft/up.sql",
        ),
        (
            "migrations/20240102_a/migration.sql",
            "migrations/20240103_draft/migration.sql",
        ),
        ("db/migration/V7__a.sql", "db/migration/V8__draft.sql"),
        ("migrations/0007_a.up.sql", "migrations/0008_draft.up.sql"),
    ] {
        let inputs = overlay(&[(last, "select 1;")], "```sql\nselect 2;\n```\n");
        let units = documents(inputs);
        assert_eq!(paths(&units), [last, next]);
        assert_eq!(units[0].tool, units[1].tool, "{last}");
    }
}

#[test]
fn unnamed_models_belong_to_the_only_schema() {
    let source = "datasource db {\n  provider = \"mysql\"\n}\n";
    let answer = "```prisma\nmodel A {\n  id Int @id\n}\n```\n";
    let inputs = overlay(&[("prisma/schema/base.prisma", source)], answer);
    let units = documents(inputs);
    let unit = units.last().unwrap();
    assert_eq!(unit.path, "prisma/schema/block_001.prisma");
    assert_eq!(
        (unit.kind, unit.dialect),
        (FileKind::Prisma, Some(Dialect::Mysql))
    );
    let two = [("a/schema.prisma", source), ("b/schema.prisma", source)];
    let inputs = overlay(&two, answer);
    assert_eq!(documents(inputs).last().unwrap().path, "block_001.prisma");
}

#[test]
fn profiles_are_told_below_the_folder_that_was_named() {
    let folder = tempfile::tempdir().unwrap();
    let root = Utf8Path::from_path(folder.path()).unwrap();
    std::fs::create_dir_all(root.join("fixtures/shop/tests")).unwrap();
    std::fs::write(root.join("fixtures/shop/main.py"), "").unwrap();
    std::fs::write(root.join("fixtures/shop/tests/a.py"), "").unwrap();
    let profiles = |path: &str| -> Vec<Profile> {
        let scope = Scope::of(&[root.join(path)], None).unwrap();
        let inputs = discover(&scope, &Settings::default()).unwrap();
        inputs.units.iter().map(|unit| unit.profile).collect()
    };
    assert_eq!(
        profiles("fixtures/shop"),
        [Profile::Production, Profile::Test]
    );
    assert_eq!(profiles("."), [Profile::Test, Profile::Test]);
}

/// Lines that lead far into the reading of drafts.
const LINES: [&str; 24] = [
    "```sql migrations/001.sql\n",
    "  ```python\r\n",
    "> ~~~\n",
    "```diff\n",
    "```\n",
    "~~~~\n",
    "````markdown\n",
    "--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n",
    "diff --git a/é.sql b/é.sql\n",
    "+CREATE TABLE t (é int);\n",
    "-drop table ünïts;\n",
    " \u{2003}x = 1\n",
    "    return x\n",
    "\\\n",
    "CREATE TABLE t (id int)\n",
    "CREATE FUNCTION f() RETURNS int AS $$\n",
    "$$;\n",
    "import os\n",
    "def f(a):\n",
    "x = \"\"\"\n",
    "Now change `app/main.py` like this:\n",
    "\r",
    "\u{feff}\u{0}é\n",
    "\n",
];

fn drafts() -> impl Strategy<Value = Vec<u8>> {
    let lines = proptest::collection::vec(proptest::sample::select(&LINES[..]), 0..40);
    prop_oneof![
        lines.prop_map(|lines| lines.concat().into_bytes()),
        proptest::collection::vec(any::<u8>(), 0..300),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn any_draft_is_read_and_no_byte_of_its_code_moves(bytes in drafts()) {
        let inputs = Inputs::from_draft(bytes, &Settings::default());
        let mut paths = BTreeMap::new();
        for unit in &inputs.units {
            let text = &inputs.files[unit.file.index()].text;
            prop_assert_eq!(unit.text.len(), text.len());
            prop_assert!(unit.text.get(unit.range.clone()).is_some());
            prop_assert!(text.get(unit.range.clone()).is_some());
            for (copy, original) in unit.text.bytes().zip(text.bytes()) {
                prop_assert!(copy == original || copy.is_ascii_whitespace());
            }
            prop_assert!(unit.path.is_relative());
            prop_assert_eq!(paths.insert(&unit.path, ()), None);
            engine::map(unit);
        }
    }

    #[test]
    fn any_bytes_are_decoded_to_text_with_true_offsets(bytes in drafts()) {
        let name = Settings { language: Some(FileKind::Sql), ..Settings::default() };
        let inputs = Inputs::from_draft(bytes.clone(), &name);
        for file in &inputs.files {
            let end = file.position(file.text.len() as u32).offset as usize;
            prop_assert!(end == bytes.len() || bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF"));
        }
    }
}

#[test]
fn a_file_of_no_dialect_belongs_to_the_database_of_each() {
    let table = "create table a (id bigint primary key);";
    let files = [
        ("migrations/0001_a.postgres.up.sql", table),
        ("migrations/0001_a.sqlite3.up.sql", table),
        (
            "migrations/0002_b.up.sql",
            "create table b (a_id bigint references a);",
        ),
    ];
    let settings = Settings::default();
    let (_, project) = engine::read(&memory(&files, &settings), &settings);
    let tables: Vec<usize> = project.databases.iter().map(|it| it.tables.len()).collect();
    assert_eq!(tables, [2, 2]);
}
