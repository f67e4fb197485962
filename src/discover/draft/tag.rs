//! What the opening line of a fence says: ```` ```sql title="migrations/001.sql" ````.

use camino::Utf8PathBuf;

use super::name::source_path;
use crate::discover::FileKind;
use crate::facts::schema::Dialect;
use crate::parse::config::Format;

/// What a fence says of its block.
#[derive(Clone, Debug, Default)]
pub(super) struct Tag {
    pub(super) language: Tagged,
    /// The file it names.
    pub(super) path: Option<Utf8PathBuf>,
    /// The file that the line above the fence names.
    pub(super) above: Option<Utf8PathBuf>,
}

/// The language a fence names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Tagged {
    #[default]
    Nothing,
    Known(FileKind, Option<Dialect>),
    Diff,
    /// One that is not read.
    Foreign,
}

impl Tag {
    pub(super) fn read(info: &str, above: Option<Utf8PathBuf>) -> Self {
        let info = info.trim_start_matches(['{', '.']).trim_end_matches('}');
        let mut words = info.split_whitespace();
        let first = words.next().unwrap_or_default();
        let (word, behind_colon) = first.split_once(':').unwrap_or((first, ""));
        let path = source_path(behind_colon)
            .or_else(|| words.find_map(attribute))
            .or_else(|| source_path(first));
        let language = match language(&word.to_ascii_lowercase()) {
            Tagged::Foreign if source_path(first).is_some() => Tagged::Nothing,
            language => language,
        };
        Self {
            language,
            path,
            above,
        }
    }
}

fn language(word: &str) -> Tagged {
    use Dialect::{Mssql, Mysql, Postgres, Sqlite};
    let sql = |dialect| Tagged::Known(FileKind::Sql, dialect);
    match word {
        "" | "text" | "txt" | "plaintext" | "plain" | "code" => Tagged::Nothing,
        "python" | "py" | "python3" | "py3" => Tagged::Known(FileKind::Python, None),
        "prisma" => Tagged::Known(FileKind::Prisma, None),
        "sql" | "ddl" => sql(None),
        "postgresql" | "postgres" | "pgsql" | "psql" | "plpgsql" => sql(Some(Postgres)),
        "mysql" | "mariadb" => sql(Some(Mysql)),
        "sqlite" | "sqlite3" => sql(Some(Sqlite)),
        "tsql" | "mssql" | "sqlserver" | "t-sql" => sql(Some(Mssql)),
        "diff" | "patch" => Tagged::Diff,
        word => match format(word) {
            Some(format) => Tagged::Known(FileKind::Config(format), None),
            None => Tagged::Foreign,
        },
    }
}

fn format(word: &str) -> Option<Format> {
    let format = match word {
        "yaml" | "yml" => Format::Yaml,
        "toml" => Format::Toml,
        "json" | "jsonc" | "json5" => Format::Json,
        "cfg" | "conf" | "ini" | "properties" => Format::Ini,
        "dotenv" | "env" => Format::Dotenv,
        "containerfile" | "docker" | "dockerfile" => Format::Dockerfile,
        "hcl" | "terraform" | "tf" => Format::Hcl,
        "bash" | "sh" | "shell" | "zsh" => Format::Shell,
        _ => return None,
    };
    Some(format)
}

/// `title="app/main.py"`, `filename=app/main.py`, or the path alone.
fn attribute(word: &str) -> Option<Utf8PathBuf> {
    match word.split_once('=') {
        Some((key, value)) => {
            let key = key.trim_start_matches('{');
            let names = ["title", "filename", "file", "name", "path"];
            names.contains(&key).then(|| source_path(value))?
        }
        None => source_path(word),
    }
}
