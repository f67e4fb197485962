//! `aicheck routes`: what the project answers.

use super::args::{Format, InputArgs};
use super::failure::Failure;
use super::terminal::Terminal;
use super::{hint_at_stdin, schema, settings, to_stdout};
use crate::discover::{self, Inputs};
use crate::engine;
use crate::judge;
use crate::project::Project;
use crate::project::python::Endpoint;
use crate::report::Masks;
use crate::report::routes::{human, json};

pub(super) fn run(args: &InputArgs, format: Format, terminal: Terminal) -> Result<u8, Failure> {
    let (scope, settings) = settings::of_input(args)?;
    hint_at_stdin(&scope);
    let inputs = discover::discover(&scope, &settings)?;
    let (outcomes, project) = engine::read(&inputs, &settings);
    let routes = in_focus(&project, &inputs);
    let text = match format {
        Format::Human => {
            let color = terminal.output().color;
            human::write(&project, &routes, &inputs.files, Terminal::columns(), color)
        }
        Format::Json => json::write(&project, &routes, &inputs.files),
    };
    let secrets = judge::masks(&inputs, &outcomes);
    let masks = Masks::of(&inputs.files, &secrets);
    to_stdout(|out| out.write_all(masks.redact(&text).as_bytes()))?;
    Ok(schema::status(&outcomes, &project))
}

/// Files that are named select the routes whose functions they hold; all where they hold none.
fn in_focus<'a>(project: &'a Project, inputs: &Inputs) -> Vec<&'a Endpoint> {
    let all = project.endpoints.iter();
    let named = all.filter(|it| inputs.in_focus(it.at.file));
    let named: Vec<&Endpoint> = named.collect();
    match named.is_empty() {
        true => project.endpoints.iter().collect(),
        false => named,
    }
}
