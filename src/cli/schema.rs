//! `aicheck schema`: the databases that migrations, schema files and models leave behind.

use std::io::{self, Write};

use super::args::{InputArgs, SchemaFormat};
use super::failure::Failure;
use super::{FAILURE, hint_at_stdin, settings, to_stdout};
use crate::discover::{self, Inputs};
use crate::engine;
use crate::facts::{FileOutcome, NoteId};
use crate::judge;
use crate::project::Project;
use crate::project::schema::Database;
use crate::report::schema::{json, mermaid, sql};
use crate::report::{Masks, neutralise};

pub(super) fn run(args: &InputArgs, format: SchemaFormat) -> Result<u8, Failure> {
    let (scope, settings) = settings::of_input(args)?;
    hint_at_stdin(&scope);
    let inputs = discover::discover(&scope, &settings)?;
    let (outcomes, project) = engine::read(&inputs, &settings);
    let text = text(&in_focus(&project, &inputs), format, &inputs);
    // A default may hold a secret.
    let secrets = judge::masks(&inputs, &outcomes);
    let masks = Masks::of(&inputs.files, &secrets);
    to_stdout(|out| out.write_all(masks.redact(&text).as_bytes()))?;
    Ok(status(&outcomes, &project))
}

fn text(databases: &[&Database], format: SchemaFormat, inputs: &Inputs) -> String {
    match format {
        SchemaFormat::Sql => sql::write(databases),
        SchemaFormat::Mermaid => mermaid::write(databases),
        SchemaFormat::Json => json::write(databases, &inputs.files),
    }
}

/// Files that are named select the databases they make; all where they make none. Migrations that
/// leave nothing behind make none.
fn in_focus<'a>(project: &'a Project, inputs: &Inputs) -> Vec<&'a Database> {
    let is_named = |database: &&Database| {
        let mut files = database.tables.values().map(|table| table.at.file);
        files.any(|file| inputs.in_focus(file))
    };
    let all = || project.databases.iter().filter(|it| !it.is_empty());
    let named: Vec<&Database> = all().filter(is_named).collect();
    match named.is_empty() {
        true => all().collect(),
        false => named,
    }
}

/// Says what broke.
pub(super) fn status(outcomes: &[FileOutcome], project: &Project) -> u8 {
    let of_files = outcomes.iter().flat_map(|outcome| &outcome.notes);
    let of_files = of_files.map(|note| (note.id, &note.message));
    let of_project = project.notes.iter().map(|note| (note.id, &note.message));
    let mut status = 0;
    for (id, message) in of_files.chain(of_project) {
        if id == NoteId::InternalError {
            status = FAILURE;
            // Nobody is left to tell when standard error is closed.
            let _ = writeln!(io::stderr(), "{}", neutralise(message));
        }
    }
    status
}
