//! Files beside the code that tell which database and which tool it uses. Only words are looked
//! for; no format is parsed further than that.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;

use super::Tree;
use crate::facts::schema::Dialect;

/// What the files beside the code say, by folder and name.
#[derive(Debug, Default)]
pub(super) struct Sidecars {
    folders: BTreeMap<Utf8PathBuf, Vec<Sidecar>>,
}

#[derive(Debug)]
struct Sidecar {
    path: Utf8PathBuf,
    text: String,
    role: Role,
    dialects: BTreeSet<Dialect>,
}

/// What a file is to the project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// Configures the tool that writes to the database.
    Tool,
    /// Names drivers, addresses and images.
    Project,
    /// Says in which order SQL is applied, and nothing of a database.
    Changelog,
    /// Says how its tool runs one migration.
    Switch,
}

/// Nobody writes such a file by hand beyond this size.
const LIMIT: u64 = 1 << 20;

impl Sidecars {
    pub(super) fn read(tree: &Tree, paths: &[Utf8PathBuf]) -> Self {
        let read = |path: &Utf8PathBuf| {
            let role = role(path)?;
            if tree.size(path).ok()? > LIMIT {
                return None;
            }
            let bytes = tree.read(path).ok()?;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let dialects = match role {
                Role::Tool | Role::Project => dialects(path, &text),
                Role::Changelog | Role::Switch => BTreeSet::new(),
            };
            Some(Sidecar {
                path: path.clone(),
                text,
                role,
                dialects,
            })
        };
        let files: Vec<Sidecar> = paths.par_iter().filter_map(read).collect();
        let mut folders: BTreeMap<Utf8PathBuf, Vec<Sidecar>> = BTreeMap::new();
        for file in files {
            let folder = file.path.parent().unwrap_or(Utf8Path::new(""));
            folders.entry(folder.to_owned()).or_default().push(file);
        }
        Self { folders }
    }

    /// The text of a file in this very folder.
    pub(super) fn text(&self, folder: &Utf8Path, name: &str) -> Option<&str> {
        let mut files = self.folders.get(folder)?.iter();
        let file = files.find(|file| file.path.file_name() == Some(name))?;
        Some(&file.text)
    }

    /// The changelogs of Liquibase.
    pub(super) fn changelogs(&self) -> impl Iterator<Item = (&Utf8Path, &str)> {
        let files = self.folders.values().flatten();
        let changelogs = files.filter(|file| file.role == Role::Changelog);
        let changelogs = changelogs.filter(|file| file.text.contains("databaseChangeLog"));
        changelogs.map(|file| (file.path.as_path(), file.text.as_str()))
    }

    /// Whether a file beside a migration has its tool run it in no transaction: `metadata.toml` of
    /// Diesel, `V1__a.sql.conf` of Flyway.
    pub(super) fn decline_transaction(&self, migration: &Utf8Path) -> bool {
        let Some((folder, name)) = migration.parent().zip(migration.file_name()) else {
            return false;
        };
        let says = |name: &str, key: &str| {
            let lines = self.text(folder, name).unwrap_or_default().lines();
            let mut pairs = lines.filter_map(|line| line.split_once('='));
            pairs.any(|(found, value)| found.trim() == key && value.trim() == "false")
        };
        says("metadata.toml", "run_in_transaction")
            || says(&format!("{name}.conf"), "executeInTransaction")
    }

    /// Whether the nearest file of that name, here or above, holds the word.
    pub(super) fn speaks_of(&self, folder: &Utf8Path, name: &str, word: &str) -> bool {
        let mut above = folder.ancestors();
        let text = above.find_map(|folder| self.text(folder, name));
        text.is_some_and(|text| words(text).any(|found| found == word))
    }

    /// What the nearest configuration of a migration tool, here or above, says.
    pub(super) fn of_tool(&self, folder: &Utf8Path) -> Option<(Dialect, &Utf8Path)> {
        self.nearest(folder, Role::Tool)
    }

    /// What the nearest list of dependencies, address or image says; failing that, what all of
    /// them together do.
    pub(super) fn of_project(&self, folder: &Utf8Path) -> Option<(Dialect, &Utf8Path)> {
        self.nearest(folder, Role::Project)
            .or_else(|| agreed(self.folders.values().flatten()))
    }

    fn nearest(&self, folder: &Utf8Path, role: Role) -> Option<(Dialect, &Utf8Path)> {
        folder.ancestors().find_map(|folder| {
            let here = self.folders.get(folder)?.iter();
            agreed(here.filter(|file| file.role == role))
        })
    }
}

/// The one dialect that the files speak of. SQLite beside another is for tests.
fn agreed<'a>(files: impl Iterator<Item = &'a Sidecar>) -> Option<(Dialect, &'a Utf8Path)> {
    let mut said: BTreeMap<Dialect, &Utf8Path> = BTreeMap::new();
    for file in files {
        for dialect in &file.dialects {
            said.entry(*dialect).or_insert(&file.path);
        }
    }
    only(said)
}

/// The only entry, SQLite beside another left out.
pub(super) fn only<T>(mut said: BTreeMap<Dialect, T>) -> Option<(Dialect, T)> {
    if said.len() > 1 {
        said.remove(&Dialect::Sqlite);
    }
    let first = said.pop_first();
    if said.is_empty() { first } else { None }
}

/// Files that configure a tool which writes to the database.
const TOOL: &[&str] = &[
    "alembic.ini",
    "migration_lock.toml",
    "_journal.json",
    "drizzle.config.ts",
    "drizzle.config.js",
    "drizzle.config.mjs",
    "drizzle.config.mts",
    "diesel.toml",
    "sqitch.conf",
    "sqitch.plan",
    "flyway.conf",
    "flyway.toml",
    "liquibase.properties",
    "sqlc.yaml",
    "sqlc.yml",
    "sqlc.json",
    "atlas.hcl",
    "atlas.sum",
    "database.yml",
    "dbconfig.yml",
    "tern.conf",
    "wrangler.toml",
    "wrangler.json",
    "wrangler.jsonc",
    "knexfile.js",
    "knexfile.ts",
];

/// Files that name drivers, addresses and images.
const PROJECT: &[&str] = &[
    "pyproject.toml",
    "Pipfile",
    "setup.py",
    "setup.cfg",
    "environment.yml",
    "package.json",
    "go.mod",
    "Cargo.toml",
    "Gemfile",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "application.properties",
    "application.yml",
    "application.yaml",
];

fn role(path: &Utf8Path) -> Option<Role> {
    let name = path.file_name()?;
    let folder = path.parent().and_then(Utf8Path::file_name);
    let is_compose = (name.starts_with("docker-compose") || name.starts_with("compose"))
        && (name.ends_with(".yml") || name.ends_with(".yaml"));
    let is_requirements = matches!(path.extension(), Some("txt" | "in"))
        && (name.contains("requirements") || folder == Some("requirements"));
    let starts_with_digit = |name: &str| name.starts_with(|c: char| c.is_ascii_digit());
    let is_snapshot = name == "snapshot.json" && folder.is_some_and(starts_with_digit);
    let is_supabase = name == "config.toml" && folder == Some("supabase");
    if name == "metadata.toml" || name.ends_with(".sql.conf") {
        Some(Role::Switch)
    } else if TOOL.contains(&name)
        || is_supabase
        || is_snapshot
        || path.extension() == Some("prisma")
    {
        Some(Role::Tool)
    } else if PROJECT.contains(&name)
        || is_compose
        || is_requirements
        || name == ".env"
        || name.starts_with(".env.")
    {
        Some(Role::Project)
    } else if name.to_ascii_lowercase().contains("changelog")
        && matches!(path.extension(), Some("xml" | "yaml" | "yml" | "json"))
    {
        Some(Role::Changelog)
    } else {
        None
    }
}

/// The databases that a file speaks of.
pub(super) fn dialects(path: &Utf8Path, text: &str) -> BTreeSet<Dialect> {
    // Models may be called anything; only the data source counts.
    let counts = |line: &&str| path.extension() != Some("prisma") || line.contains("provider");
    let text = match path.file_name() {
        // So may what a snapshot holds.
        Some("snapshot.json") => dialect_value(text),
        _ => text,
    };
    text.lines()
        .filter(|line| {
            !line.trim_start().starts_with(['#', ';']) && !line.trim_start().starts_with("//")
        })
        .filter(counts)
        .flat_map(words)
        .filter_map(|word| driver(&word))
        .collect()
}

/// The value of the first `"dialect"`.
fn dialect_value(json: &str) -> &str {
    let (_, behind) = json.split_once("\"dialect\"").unwrap_or_default();
    let end = behind.find([',', '}']).unwrap_or(behind.len());
    &behind[..end]
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-')
        .map(str::to_ascii_lowercase)
}

/// The database that a driver, an image or the scheme of an address belongs to.
pub(super) fn driver(word: &str) -> Option<Dialect> {
    match word {
        "postgres"
        | "postgresql"
        | "postgresql_psycopg2"
        | "postgis"
        | "pgvector"
        | "timescaledb"
        | "psycopg"
        | "psycopg2"
        | "psycopg2-binary"
        | "psycopg-binary"
        | "psycopg_pool"
        | "asyncpg"
        | "aiopg"
        | "pg8000"
        | "pg"
        | "pq"
        | "pgx"
        | "tokio-postgres"
        | "sqlx-postgres" => Some(Dialect::Postgres),
        "mysql"
        | "mysql2"
        | "mariadb"
        | "mysqlclient"
        | "mysqldb"
        | "pymysql"
        | "aiomysql"
        | "asyncmy"
        | "mysql-connector-python"
        | "mysql_async" => Some(Dialect::Mysql),
        "sqlite" | "sqlite3" | "aiosqlite" | "better-sqlite3" | "rusqlite" | "go-sqlite3"
        | "d1_databases" => Some(Dialect::Sqlite),
        "mssql" | "sqlserver" | "pymssql" | "tedious" | "go-mssqldb" => Some(Dialect::Mssql),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(files: &[(&str, &str)]) -> Sidecars {
        let files: BTreeMap<_, _> = files
            .iter()
            .map(|(path, text)| (Utf8PathBuf::from(*path), text.as_bytes().to_vec()))
            .collect();
        let paths: Vec<_> = files.keys().cloned().collect();
        Sidecars::read(&Tree::Memory(files), &paths)
    }

    fn project(files: &[(&str, &str)], folder: &str) -> Option<Dialect> {
        let sidecars = read(files);
        let (dialect, _) = sidecars.of_project(folder.into())?;
        Some(dialect)
    }

    #[test]
    fn the_nearest_file_that_says_something_counts() {
        let files = [
            ("a/requirements.txt", "psycopg[binary]>=3\n"),
            ("b/package.json", r#"{"dependencies": {"mysql2": "1"}}"#),
            (
                "docker-compose.yml",
                "image: mcr.microsoft.com/mssql/server\n",
            ),
        ];
        assert_eq!(project(&files, "a/db"), Some(Dialect::Postgres));
        assert_eq!(project(&files, "b/x/y"), Some(Dialect::Mysql));
        assert_eq!(project(&files, "c"), Some(Dialect::Mssql));
    }

    #[test]
    fn several_dialects_in_one_place_say_nothing_but_sqlite_gives_way() {
        let both = [("requirements.txt", "asyncpg\naiosqlite\n")];
        assert_eq!(project(&both, ""), Some(Dialect::Postgres));
        let both = [("requirements.txt", "asyncpg\npymysql\n")];
        assert_eq!(project(&both, ""), None);
        let comment = [(".env.example", "# mysql://x\nURL=postgresql+asyncpg://x\n")];
        assert_eq!(project(&comment, ""), Some(Dialect::Postgres));
    }

    #[test]
    fn the_configuration_of_a_tool_is_told_apart() {
        let sidecars = read(&[
            (
                "prisma/schema.prisma",
                "datasource db {\n provider = \"sqlite\"\n}\nmodel Mysql {\n}\n",
            ),
            ("package.json", r#"{"dependencies": {"pg": "1"}}"#),
        ]);
        let (dialect, path) = sidecars.of_tool("prisma/migrations".into()).unwrap();
        assert_eq!(
            (dialect, path.as_str()),
            (Dialect::Sqlite, "prisma/schema.prisma")
        );
    }
}
