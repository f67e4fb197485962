//! Which SQL a document is written in: as said, by its path, by its tool, by the project, by its
//! syntax.

use std::collections::BTreeSet;

use camino::Utf8Path;
use rayon::prelude::*;

use super::Unit;
use super::sidecar::{driver, only};
use super::tool::MigrationTool;
use super::tool::recognise::is_numbered;
use crate::facts::schema::Dialect;

/// A dialect that a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    Known(Dialect),
    /// One that is not read.
    Foreign(&'static str),
}

/// The dialect that a path names: by a part of its file name, else by its nearest folder.
pub(super) fn by_path(path: &Utf8Path) -> Option<Named> {
    by_name(path).or_else(|| {
        let folders = path.parent()?.components().rev();
        folders
            .map(|folder| folder.as_str().to_ascii_lowercase())
            .find_map(|folder| by_folder(&folder))
    })
}

/// The dialect that the name of the file itself names.
pub(super) fn by_name(path: &Utf8Path) -> Option<Named> {
    let name = path.file_name()?.to_ascii_lowercase();
    by_file_name(&name, is_numbered(path))
}

/// Parts between dots always count (`001_a.mysql.up.sql`), words only at the borders of a name
/// that is no step of a history: `add_mysql_export` is about something else.
fn by_file_name(name: &str, is_numbered: bool) -> Option<Named> {
    let dotted = name.split('.').skip(1).find_map(word);
    dotted.or_else(|| {
        let words: Vec<_> = name.split('.').next()?.split(['_', '-']).collect();
        let borders = [*words.first()?, *words.last()?];
        let known = |name: &str| word(name).filter(|named| matches!(named, Named::Known(_)));
        (!is_numbered).then(|| borders.into_iter().find_map(known))?
    })
}

/// A folder that starts with a number is a migration, whose name is about something else.
fn by_folder(name: &str) -> Option<Named> {
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    word(name).or_else(|| {
        let known = |name: &str| word(name).filter(|named| matches!(named, Named::Known(_)));
        name.split(['_', '-', '.']).find_map(known)
    })
}

fn word(word: &str) -> Option<Named> {
    match word {
        "postgres" | "postgresql" | "pg" | "psql" | "pgsql" => {
            Some(Named::Known(Dialect::Postgres))
        }
        "mysql" | "mariadb" => Some(Named::Known(Dialect::Mysql)),
        "sqlite" | "sqlite3" => Some(Named::Known(Dialect::Sqlite)),
        "mssql" | "sqlserver" => Some(Named::Known(Dialect::Mssql)),
        "clickhouse" => Some(Named::Foreign("ClickHouse")),
        "cockroach" | "cockroachdb" => Some(Named::Foreign("CockroachDB")),
        "oracle" => Some(Named::Foreign("Oracle")),
        "snowflake" => Some(Named::Foreign("Snowflake")),
        "bigquery" => Some(Named::Foreign("BigQuery")),
        "redshift" => Some(Named::Foreign("Redshift")),
        "duckdb" => Some(Named::Foreign("DuckDB")),
        _ => None,
    }
}

/// Tools that know one database only.
pub(super) fn by_tool(tool: MigrationTool) -> Option<Dialect> {
    match tool {
        MigrationTool::Supabase
        | MigrationTool::Tern
        | MigrationTool::Graphile
        | MigrationTool::NodePgMigrate => Some(Dialect::Postgres),
        _ => None,
    }
}

/// The dialect of the drivers that Python documents import and of the addresses they name.
pub(super) fn by_drivers(units: &[&Unit]) -> Option<Dialect> {
    let said: BTreeSet<Dialect> = units
        .par_iter()
        .flat_map_iter(|unit| unit.text[unit.range.clone()].lines())
        .flat_map_iter(drivers)
        .collect();
    let said = said.into_iter().map(|dialect| (dialect, ())).collect();
    only(said).map(|(dialect, ())| dialect)
}

/// What a line imports, the scheme of an address in it (`postgresql+asyncpg://`), or the backend of
/// Django that it names.
fn drivers(line: &str) -> impl Iterator<Item = Dialect> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let line = line.trim_start();
    let is_import = line.starts_with("import ") || line.starts_with("from ");
    let words = match line.split_once("://") {
        Some((before, _)) => {
            let scheme = before.trim_end_matches(|c| is_word(c) || matches!(c, '+' | '.' | '-'));
            &before[scheme.len()..]
        }
        None if is_import => line,
        None => line.split_once("db.backends.").map_or("", |(_, rest)| rest),
    };
    let words = words.split(move |c| !is_word(c));
    words.filter_map(|word| driver(&word.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drivers_are_imported_or_named_by_an_address() {
        let of = |line| drivers(line).collect::<Vec<_>>();
        assert_eq!(of("from psycopg2 import connect"), [Dialect::Postgres]);
        assert_eq!(
            of("URL = \"mysql+pymysql://x\""),
            [Dialect::Mysql, Dialect::Mysql]
        );
        assert_eq!(
            of("'ENGINE': 'django.db.backends.sqlite3',"),
            [Dialect::Sqlite]
        );
        assert_eq!(of("# pg: see https://example.org"), []);
        assert_eq!(of("pg = 1"), []);
    }

    #[test]
    fn paths_name_dialects() {
        let of = |path: &str| by_path(path.into());
        let known = |dialect| Some(Named::Known(dialect));
        assert_eq!(of("db/postgres/001.sql"), known(Dialect::Postgres));
        assert_eq!(of("db/migrations-mysql/001.sql"), known(Dialect::Mysql));
        assert_eq!(of("db/pg/a.sqlite.up.sql"), known(Dialect::Sqlite));
        assert_eq!(of("schema_mssql.sql"), known(Dialect::Mssql));
        assert_eq!(of("m/001_add_mysql.sql"), None);
        assert_eq!(of("m/export_mysql_data.sql"), None);
        assert_eq!(of("m/20240101_add_pg_trgm/migration.sql"), None);
        assert_eq!(
            of("m/1.cockroach.up.sql"),
            Some(Named::Foreign("CockroachDB"))
        );
        assert_eq!(of("clickhouse/1.sql"), Some(Named::Foreign("ClickHouse")));
        assert_eq!(of("price-oracle/1.sql"), None);
    }
}
