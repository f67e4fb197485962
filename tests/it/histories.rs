//! Which files of a project make which database: layouts of tools, dumps and declared schemas beside
//! migrations, several databases in one repository.

use std::collections::BTreeMap;

use aicheck::config::Settings;
use aicheck::discover::{FileKind, Inputs};
use aicheck::engine;
use aicheck::project::schema::{Database, Table};
use camino::Utf8PathBuf;

struct Read {
    inputs: Inputs,
    databases: Vec<Database>,
}

fn read(files: &[(&str, &str)]) -> Read {
    let files: BTreeMap<Utf8PathBuf, Vec<u8>> = files
        .iter()
        .map(|(path, text)| (Utf8PathBuf::from(*path), text.as_bytes().to_vec()))
        .collect();
    let settings = Settings::default();
    let inputs = Inputs::from_memory(files, &settings);
    let databases = engine::read(&inputs, &settings).1.databases;
    Read { inputs, databases }
}

impl Read {
    /// Name, dialect, tool and tables of each database.
    fn told(&self) -> Vec<String> {
        let told = |database: &Database| {
            let tables: Vec<String> = database.tables.keys().map(ToString::to_string).collect();
            let (name, dialect) = (&database.name, database.dialect.as_str());
            format!(
                "{name} {dialect} {} {}",
                database.tool.name(),
                tables.join(",")
            )
        };
        self.databases.iter().map(told).collect()
    }

    fn table(&self, name: &str) -> &Table {
        let mut tables = self
            .databases
            .iter()
            .flat_map(|database| database.tables.values());
        tables.find(|table| table.key.name == name).expect(name)
    }

    /// The file that made a table.
    fn maker(&self, name: &str) -> &str {
        self.inputs.files[self.table(name).at.file.index()]
            .path
            .as_str()
    }

    fn columns(&self, name: &str) -> Vec<&str> {
        let columns = self.table(name).columns.iter();
        columns.map(|column| column.name.as_str()).collect()
    }
}

#[test]
fn drizzle_keeps_a_folder_for_each_migration() {
    let snapshot = r#"{"version": "8", "dialect": "mysql", "ddl": [{"name": "postgres"}]}"#;
    let read = read(&[
        (
            "drizzle/20240101000000_first/migration.sql",
            "CREATE TABLE `a` (`id` int primary key);",
        ),
        ("drizzle/20240101000000_first/snapshot.json", snapshot),
        (
            "drizzle/20240201000000_second/migration.sql",
            "ALTER TABLE `a` ADD `b` int;",
        ),
        ("drizzle/20240201000000_second/snapshot.json", snapshot),
    ]);
    assert_eq!(read.told(), ["drizzle mysql drizzle a"]);
    assert_eq!(read.columns("a"), ["id", "b"]);
}

#[test]
fn prisma_orders_folders_by_their_whole_names() {
    let read = read(&[
        (
            "prisma/migrations/1_b/migration.sql",
            "ALTER TABLE \"a\" ADD \"c\" int;",
        ),
        (
            "prisma/migrations/1_a/migration.sql",
            "CREATE TABLE \"a\" (\"id\" int primary key);",
        ),
        (
            "prisma/migrations/migration_lock.toml",
            "provider = \"postgresql\"\n",
        ),
    ]);
    assert_eq!(read.columns("a"), ["id", "c"]);
    assert!(read.databases[0].unordered.is_empty());
}

#[test]
fn rails_writes_a_file_for_each_database() {
    let dump = |table: &str| {
        format!(
            "CREATE TABLE public.{table} (id bigint NOT NULL);\n\
             CREATE TABLE public.schema_migrations (version character varying NOT NULL);\n\
             INSERT INTO \"schema_migrations\" (version) VALUES\n('20240101000000');\n"
        )
    };
    let read = read(&[
        ("config/database.yml", "adapter: postgresql\n"),
        ("db/structure.sql", &dump("books")),
        ("db/animals_structure.sql", &dump("dogs")),
        ("db/structure.sql.bak", &dump("gone")),
    ]);
    assert_eq!(
        read.told(),
        [
            "db/animals_structure.sql postgres rails dogs",
            "db/structure.sql postgres rails books"
        ]
    );
}

const TEAMS: &str = "-- migrate:up\nCREATE TABLE teams (id bigint PRIMARY KEY);\n-- migrate:down\n";
const PLAYERS: &str =
    "-- migrate:up\nCREATE TABLE players (id bigint PRIMARY KEY);\n-- migrate:down\n";
const DUMP: &str = "CREATE TABLE public.teams (id bigint NOT NULL);\n\
    CREATE TABLE public.players (id bigint NOT NULL);\n\
    CREATE TABLE public.schema_migrations (version character varying NOT NULL);\n\
    INSERT INTO public.schema_migrations (version) VALUES ('20240101000000'), ('20240201000000');\n";

#[test]
fn a_dump_of_what_migrations_leave_behind_is_a_copy() {
    let read = read(&[
        ("db/migrations/20240101000000_teams.sql", TEAMS),
        ("db/migrations/20240201000000_players.sql", PLAYERS),
        ("db/schema.sql", DUMP),
    ]);
    assert_eq!(read.told(), ["db/migrations postgres dbmate players,teams"]);
    assert_eq!(
        read.maker("teams"),
        "db/migrations/20240101000000_teams.sql"
    );
}

#[test]
fn a_dump_is_the_base_of_migrations_that_do_not_reach_back() {
    let read = read(&[
        ("db/migrations/20240201000000_players.sql", PLAYERS),
        (
            "db/migrations/20240301000000_kit.sql",
            "-- migrate:up\nALTER TABLE teams ADD kit text;\n",
        ),
        ("db/schema.sql", DUMP),
    ]);
    assert_eq!(read.told(), ["db/migrations postgres dbmate players,teams"]);
    assert_eq!(read.maker("teams"), "db/schema.sql");
    assert_eq!(read.columns("teams"), ["id", "kit"]);
}

#[test]
fn a_declared_schema_is_what_its_migrations_are_written_from() {
    let migration = "CREATE TABLE notes (id bigint PRIMARY KEY);\n";
    let declared = "CREATE TABLE notes (id bigint PRIMARY KEY, body text);\n";
    let policies = "ALTER TABLE notes ENABLE ROW LEVEL SECURITY;\n";
    let files = [
        ("supabase/migrations/20240101000000_notes.sql", migration),
        ("supabase/schemas/01_notes.sql", declared),
        ("supabase/schemas/02_policies.sql", policies),
    ];
    let both = read(&files);
    assert_eq!(both.told(), ["supabase/migrations postgres supabase notes"]);
    assert_eq!(both.maker("notes"), "supabase/schemas/01_notes.sql");
    assert_eq!(both.columns("notes"), ["id", "body"]);
    assert_eq!(
        read(&files[1..]).told(),
        ["supabase postgres supabase notes"]
    );
}

#[test]
fn a_folder_for_each_dialect_is_a_database_each() {
    let sql = "CREATE TABLE users (id int PRIMARY KEY);";
    let read = read(&[
        ("internal/db/migrations/mysql/001_users.sql", sql),
        ("internal/db/migrations/postgres/001_users.sql", sql),
        ("internal/db/migrations/sqlite3/001_users.sql", sql),
        ("internal/db/migrations/clickhouse/001_users.sql", sql),
    ]);
    assert_eq!(
        read.told(),
        [
            "internal/db/migrations/mysql mysql numbered users",
            "internal/db/migrations/postgres postgres numbered users",
            "internal/db/migrations/sqlite3 sqlite numbered users",
        ]
    );
}

#[test]
fn services_are_databases_each() {
    let users = "CREATE TABLE users (id int PRIMARY KEY);";
    let orders = "CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users (id));";
    let read = read(&[
        (
            "services/users/go.mod",
            "require github.com/jackc/pgx/v5 v5.5.0\n",
        ),
        ("services/users/migrations/001_users.up.sql", users),
        ("services/orders/requirements.txt", "pymysql\n"),
        ("services/orders/migrations/001_orders.sql", orders),
        (
            "services/orders/schema.sql",
            "CREATE TABLE stock (id int PRIMARY KEY);",
        ),
    ]);
    assert_eq!(
        read.told(),
        [
            "services/orders mysql none stock",
            "services/orders/migrations mysql numbered orders",
            "services/users/migrations postgres golang-migrate users",
        ]
    );
}

#[test]
fn a_step_that_is_not_read_opens_the_tables_it_names() {
    let go = "package migrations\nfunc up() {\n\ttx.Exec(`CREATE INDEX ON events (at)`)\n}\n";
    let rows = "package migrations\nfunc up() {\n\ttx.Exec(`UPDATE users SET a = 1`)\n}\n";
    let files = [
        (
            "sql/00001_a.sql",
            "-- +goose Up\nCREATE TABLE events (at date);\nCREATE TABLE users (a int);\n",
        ),
        ("sql/00002_b.go", go),
        ("sql/00003_c.go", rows),
        ("sql/00004_c_test.go", &go.replace("events", "users")),
        (
            "sql/00005_d.sql",
            "-- +goose Up\nCREATE TABLE later (at date);\n",
        ),
        ("cmd/00002_b.go", &go.replace("events", "users")),
    ];
    let read = read(&files);
    assert_eq!(read.told(), ["sql postgres goose events,later,users"]);
    assert_eq!(read.databases[0].open, ["events"]);
    let steps = read
        .inputs
        .units
        .iter()
        .filter(|unit| unit.kind == FileKind::Step);
    let paths: Vec<&str> = steps.map(|unit| unit.path.as_str()).collect();
    assert_eq!(paths, ["sql/00002_b.go", "sql/00003_c.go"]);
}
