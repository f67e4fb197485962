//! `aicheck schema`: what it prints of a project, in each format.

mod command;
mod json;
mod mermaid;
mod outline;
mod sql;

use aicheck::config::Settings;
use aicheck::discover::Inputs;
use aicheck::engine;
use aicheck::project::schema::Database;

/// Some files as a project, and the databases they make.
fn read(files: &[(&str, &str)]) -> (Inputs, Vec<Database>) {
    let files = files.iter();
    let files = files.map(|(path, text)| ((*path).into(), text.as_bytes().to_vec()));
    let settings = Settings::default();
    let inputs = Inputs::from_memory(files.collect(), &settings);
    let (_, project) = engine::read(&inputs, &settings);
    (inputs, project.databases)
}
