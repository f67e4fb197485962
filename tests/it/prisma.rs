//! Prisma schemas: what Prisma itself makes of one is what is read from it, and a schema of any
//! shape is read in linear time with all places inside the text.

use std::collections::{BTreeMap, BTreeSet};

use aicheck::config::Settings;
use aicheck::discover::{Inputs, Unit};
use aicheck::engine;
use aicheck::facts::prisma;
use aicheck::facts::schema::TypeName;
use aicheck::project::schema::{Database, Table};
use aicheck::source::Loc;
use camino::Utf8PathBuf;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::FileFailurePersistence;

fn databases(files: &[(&str, &str)]) -> Vec<Database> {
    let files: BTreeMap<Utf8PathBuf, Vec<u8>> = files
        .iter()
        .map(|(path, text)| (Utf8PathBuf::from(*path), text.as_bytes().to_vec()))
        .collect();
    let settings = Settings::default();
    let inputs = Inputs::from_memory(files, &settings);
    engine::read(&inputs, &settings).1.databases
}

/// The only database.
fn database(files: &[(&str, &str)]) -> Database {
    let mut found = databases(files);
    assert_eq!(found.len(), 1, "{:?}", names(&found));
    found.remove(0)
}

fn names(databases: &[Database]) -> Vec<&str> {
    databases.iter().map(|database| &*database.name).collect()
}

/// All that is known of a table but the places.
fn told(table: &Table) -> BTreeSet<String> {
    let ty = |ty: &Option<(TypeName, Loc)>| {
        let (ty, _) = ty.as_ref().expect("a type");
        (ty.base.clone(), ty.args.join(","), ty.array, ty.unsigned)
    };
    let columns = table.columns.iter().map(|column| {
        let default = column.default.as_ref().map(|default| default.text.clone());
        // A list is cast to the type of its column.
        let default = default.map(|text| text.split("::").next().unwrap().to_owned());
        let (name, counts) = (&column.name, column.auto_increment);
        let ty = ty(&column.ty);
        format!("{name} {ty:?} {} {counts} {default:?}", column.nullable)
    });
    let keys = table.primary_key.iter().chain(&table.uniques);
    let keys = keys.map(|key| format!("{} {:?}", key.name, key.columns));
    let indexes = table.indexes.iter().map(|index| {
        let (name, columns, method) = (&index.name, &index.columns, &index.method);
        format!(
            "{name} {columns:?} {method} {} {:?}",
            index.unique, index.predicate
        )
    });
    let foreign_keys = table.foreign_keys.iter().map(|fk| {
        let (name, columns, parent) = (&fk.name, &fk.columns, &fk.parent);
        let actions = (fk.on_delete, fk.on_update);
        format!(
            "{name} {columns:?} {parent} {:?} {actions:?}",
            fk.parent_columns
        )
    });
    let open = table.is_open().then(|| "open".to_owned());
    columns
        .chain(keys)
        .chain(indexes)
        .chain(foreign_keys)
        .chain(open)
        .collect()
}

fn tables(database: &Database) -> BTreeMap<String, BTreeSet<String>> {
    let tables = database.tables.values();
    tables
        .map(|table| (table.key.to_string(), told(table)))
        .collect()
}

#[test]
fn models_make_what_prisma_makes_of_them() {
    let cases = [
        (
            "postgresql",
            include_str!("prisma/postgres.prisma"),
            include_str!("prisma/postgres.sql"),
        ),
        (
            "sqlite",
            include_str!("prisma/sqlite.prisma"),
            include_str!("prisma/sqlite.sql"),
        ),
    ];
    for (provider, schema, sql) in cases {
        let models = database(&[("prisma/schema.prisma", schema)]);
        let lock = format!("provider = \"{provider}\"\n");
        let migrated = database(&[
            ("prisma/migrations/1_init/migration.sql", sql),
            ("prisma/migrations/migration_lock.toml", &lock),
        ]);
        assert_eq!(models.dialect, migrated.dialect);
        assert_eq!(tables(&models), tables(&migrated), "{provider}");
        assert_eq!(
            models.types.keys().collect::<Vec<_>>(),
            migrated.types.keys().collect::<Vec<_>>()
        );
        assert!(models.tables.len() > 4 && models.open.is_empty());
    }
}

#[test]
fn the_database_keeps_no_relations_that_prisma_emulates() {
    let text = "datasource db {\n provider = \"mysql\"\n relationMode = \"prisma\"\n}\n\
        model A {\n id Int @id\n b B[]\n}\n\
        model B {\n id Int @id\n aId Int\n a A @relation(fields: [aId], references: [id])\n}\n";
    let read = database(&[("schema.prisma", text)]);
    assert!(
        read.tables
            .values()
            .all(|table| table.foreign_keys.is_empty())
    );
    let real = text.replace("relationMode", "// relationMode");
    let read = database(&[("schema.prisma", &real)]);
    assert!(
        read.tables
            .values()
            .any(|table| !table.foreign_keys.is_empty())
    );
}

const SOURCE: &str = "datasource db {\n provider = \"postgresql\"\n}\n";

#[test]
fn several_files_are_one_schema() {
    let user = "model User {\n id Int @id\n posts Post[]\n}\n";
    let post = "model Post {\n id Int @id\n userId Int\n user User @relation(fields: [userId], references: [id])\n}\n";
    let expected = database(&[("prisma/schema.prisma", &[SOURCE, user, post].concat())]);
    for source in [
        "prisma/schema/base.prisma",
        "prisma/schema.prisma",
        "prisma/schema/db/source.prisma",
    ] {
        let read = database(&[
            (source, SOURCE),
            ("prisma/schema/user.prisma", user),
            ("prisma/schema/blog/post.prisma", post),
        ]);
        assert_eq!(tables(&read), tables(&expected), "{source}");
    }
}

#[test]
fn schemas_of_several_databases_stay_apart() {
    let mysql = SOURCE.replace("postgresql", "mysql");
    let user = "model User {\n id Int @id\n}\n";
    let of = |source: &str| [source, user].concat();
    let beside = [
        ("prisma/mysql.prisma", &*of(&mysql)),
        ("prisma/schema.prisma", &*of(SOURCE)),
        // For which of them it is, nobody knows.
        ("prisma/shared.prisma", "model Extra {\n id Int @id\n}\n"),
    ];
    let read = databases(&beside);
    assert_eq!(read.len(), 2);
    assert!(read.iter().all(|database| database.tables.len() == 1));
    let services = [
        ("apps/a/prisma/schema.prisma", &*of(SOURCE)),
        ("apps/b/prisma/schema.prisma", &*of(SOURCE)),
    ];
    assert_eq!(
        names(&databases(&services)),
        ["apps/a/prisma", "apps/b/prisma"]
    );
}

#[test]
fn models_describe_the_database_of_their_own_service() {
    let user = "model User {\n id Int @id\n}\n";
    let mut orders = [SOURCE, user].concat();
    for name in ["Order", "Line", "Invoice"] {
        orders += &format!("model {name} {{\n id Int @id\n}}\n");
    }
    let users = [SOURCE, user].concat();
    let migration = "CREATE TABLE \"User\" (id int primary key);";
    let lock = "provider = \"postgresql\"\n";
    let read = databases(&[
        ("a/prisma/schema.prisma", &users),
        ("a/prisma/migrations/1_init/migration.sql", migration),
        ("a/prisma/migrations/migration_lock.toml", lock),
        ("b/prisma/schema.prisma", &orders),
    ]);
    assert_eq!(names(&read), ["a/prisma/migrations", "b/prisma"]);
    let tables_of = |database: &Database| database.tables.len();
    assert_eq!(read[0].models.as_deref().map(tables_of), Some(1));
    assert_eq!((tables_of(&read[1]), read[1].models.is_some()), (4, false));
    // Models ahead of their own migrations.
    let read = databases(&[
        ("a/prisma/schema.prisma", &orders),
        ("a/prisma/migrations/1_init/migration.sql", migration),
        ("a/prisma/migrations/migration_lock.toml", lock),
    ]);
    assert_eq!(names(&read), ["a/prisma/migrations"]);
    assert_eq!(read[0].models.as_deref().map(tables_of), Some(4));
}

#[test]
fn a_draft_replaces_models_of_the_project() {
    let files = BTreeMap::from([(
        Utf8PathBuf::from("schema.prisma"),
        format!("{SOURCE}model A {{\n id Int @id\n}}\n").into_bytes(),
    )]);
    let settings = Settings::default();
    let mut inputs = Inputs::from_memory(files, &settings);
    inputs.units.push(Unit {
        path: "block.prisma".into(),
        text: "model A {\n id Int @id\n b Int\n}\n".into(),
        range: 0..31,
        draft: true,
        ..inputs.units[0].clone()
    });
    let project = engine::read(&inputs, &settings).1;
    let columns = project.databases[0]
        .tables
        .values()
        .map(|table| table.columns.len());
    assert_eq!(columns.collect::<Vec<_>>(), [2]);
}

#[test]
fn what_is_not_understood_opens_its_table() {
    let text = format!(
        "{SOURCE}model A {{\n id Int @id\n ?? x\n}}\nmodel B {{\n id Int @id\n c Missing\n}}\n\
         model C {{\n id Int @id\n aId Int\n a Gone @relation(fields: [aId], references: [id])\n}}\n\
         view V {{\n id Int\n}}\n"
    );
    let read = database(&[("schema.prisma", &text)]);
    assert_eq!(read.open, ["A", "B"]);
    assert_eq!(read.tables.len(), 3);
    let mongo = SOURCE.replace("postgresql", "mongodb");
    let text = format!("{mongo}model A {{\n id String @id @map(\"_id\")\n}}\n");
    assert_eq!(names(&databases(&[("schema.prisma", &text)])), [""; 0]);
}

/// Words that lead far into the readers.
const WORDS: &str = "model|enum|datasource db|view|type|A|B|{|}|(|)|[|]|[]|?|!|,|:|=|.|@|@@|@id|@unique|@map(|@db.|\
    @relation(fields: [|@@index([|@@id(|@@map(|@default(|now()|references: [id])|onDelete: Cascade|Int|\
    String|Unsupported(\"x\")|\"|\\\"|'|//|///|/*|*/|-1.5|0|// aicheck: allow a: b|é|\u{a0}|\u{feff}|\0|\n|\n|\n|\r\n";

fn soup() -> impl Strategy<Value = String> {
    let words: Vec<&str> = WORDS.split('|').collect();
    let piece = prop_oneof![
        12 => select(words).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_text_is_read_with_its_places_inside_it(text in soup()) {
        let outcome = prisma::read(&text, 0..text.len());
        prop_assert_eq!(super::sql::stray_span(&text, &outcome), None);
        // With many of these a file counts as binary.
        let text = text.replace('\0', "");
        let files = [("schema.prisma", &*format!("{SOURCE}model Z {{\n id Int @id\n}}\n{text}"))];
        prop_assert!(!databases(&files).is_empty());
    }
}
