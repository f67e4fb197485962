//! `aicheck schema`: the databases that migrations, schema files and models leave behind.

use std::io;

use super::args::{InputArgs, SchemaFormat};
use super::failure::Failure;
use super::{hint_at_stdin, settings, to_stdout};
use crate::discover::{self, Inputs};
use crate::engine;
use crate::project::Project;
use crate::project::schema::Database;
use crate::report::schema::{json, sql};

pub(super) fn run(args: &InputArgs, format: SchemaFormat) -> Result<u8, Failure> {
    let (scope, settings) = settings::of_input(args)?;
    hint_at_stdin(&scope);
    let inputs = discover::discover(&scope, &settings)?;
    let (_, project) = engine::read(&inputs, &settings);
    let databases = in_focus(&project, &inputs);
    to_stdout(|out| write(&databases, format, &inputs, out))?;
    Ok(0)
}

fn write(
    databases: &[&Database],
    format: SchemaFormat,
    inputs: &Inputs,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    match format {
        SchemaFormat::Sql => sql::write(databases, out),
        SchemaFormat::Json => json::write(databases, &inputs.files, out),
    }
}

/// Files that are named select the databases they make; all where they make none. Migrations that
/// leave nothing behind make none.
fn in_focus<'a>(project: &'a Project, inputs: &Inputs) -> Vec<&'a Database> {
    let is_named = |database: &&Database| {
        let mut files = database.tables.values().map(|table| table.at.file);
        files.any(|file| inputs.focus.contains(&file))
    };
    let all = || project.databases.iter().filter(|it| !it.is_empty());
    let named: Vec<&Database> = all().filter(is_named).collect();
    match named.is_empty() {
        true => all().collect(),
        false => named,
    }
}
