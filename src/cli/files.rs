//! `aicheck files`: what each file is taken for, and why.

use std::io;

use super::args::InputArgs;
use super::failure::Failure;
use super::terminal::Terminal;
use super::{hint_at_stdin, settings, to_stdout};
use crate::discover::{self, FileKind, Inputs, MigrationTool, Profile, Unit};
use crate::report::neutralise;
use crate::report::prose::{Paint, columns, count};

pub(super) fn run(args: &InputArgs, terminal: Terminal) -> Result<u8, Failure> {
    let (scope, settings) = settings::of_input(args)?;
    hint_at_stdin(&scope);
    let inputs = discover::discover(&scope, &settings)?;
    to_stdout(|out| list(&inputs, Paint(terminal.output().color), out))?;
    Ok(0)
}

fn list(inputs: &Inputs, paint: Paint, out: &mut dyn io::Write) -> io::Result<()> {
    let rows: Vec<[String; 3]> = inputs
        .units
        .iter()
        .map(|unit| {
            let place = neutralise(&place(inputs, unit)).into_owned();
            [place, taken_for(unit), unit.why.clone()]
        })
        .collect();
    let left_out = inputs.left_out.iter().map(|left| {
        let path = neutralise(left.path.as_str()).into_owned();
        [path, "left out".to_owned(), left.why.clone()]
    });
    let rows: Vec<_> = rows.into_iter().chain(left_out).collect();
    let width = |nth: usize| rows.iter().map(|row| columns(&row[nth])).max().unwrap_or(0);
    let (first, second) = (width(0).min(60), width(1).min(40));
    for [path, what, why] in &rows {
        let line = format!("{path:<first$}  {what:<second$}  {}", paint.dim(why));
        writeln!(out, "{}", line.trim_end())?;
    }
    for (file, note) in &inputs.notes {
        let place = file.map(|id| format!("{}: ", inputs.files[id.index()].path));
        let text = format!("{}{}", place.unwrap_or_default(), note.message);
        writeln!(out, "{}", paint.yellow(&neutralise(&text)))?;
    }
    let files = inputs.units.len();
    writeln!(
        out,
        "{}",
        paint.bold(&format!("{} to check.", count(files, "document")))
    )
}

/// The path; a block of a draft is found by its line.
fn place(inputs: &Inputs, unit: &Unit) -> String {
    let file = &inputs.files[unit.file.index()];
    if unit.path == file.path {
        return unit.path.to_string();
    }
    let line = file.position(unit.range.start as u32).line;
    format!("{}:{line} ({})", file.path, unit.path)
}

/// Its kind, then what differs from the usual.
fn taken_for(unit: &Unit) -> String {
    let mut words = vec![match unit.kind {
        FileKind::Sql => "SQL".to_owned(),
        FileKind::Python => "Python".to_owned(),
        FileKind::Markdown => "Markdown".to_owned(),
    }];
    words.extend(unit.dialect.map(|dialect| dialect.as_str().to_owned()));
    if unit.tool != MigrationTool::None {
        words.push(unit.tool.name().to_owned());
    }
    match unit.profile {
        Profile::Production => {}
        Profile::Test => words.push("test".to_owned()),
        Profile::Example => words.push("example".to_owned()),
    }
    if unit.draft {
        words.push("draft".to_owned());
    }
    words.join(", ")
}
