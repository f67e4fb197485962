//! The end state of databases as text: for programs, for a server, for a document. Decides nothing.

pub mod json;
pub mod mermaid;
pub mod sql;

use super::prose::count;
use crate::project::schema::{Database, MigrationTool};

/// What a database is, in one line: `Database db/migrations: postgres, goose, 12 tables.`
fn heading(database: &Database) -> String {
    let Database {
        name,
        dialect,
        tool,
        orm,
        tables,
        ..
    } = database;
    let name = match name.as_str() {
        "." => String::new(),
        name => format!(" {name}"),
    };
    let mut facts = vec![dialect.as_str().to_owned()];
    if *tool != MigrationTool::None {
        facts.push(tool.name().to_owned());
    }
    facts.extend(orm.map(|orm| format!("models of {}", orm.name())));
    facts.push(count(tables.len(), "table"));
    format!("Database{name}: {}.", facts.join(", "))
}
