//! `aicheck files`: what each file is taken for, and why.

use std::io;

use super::args::InputArgs;
use super::failure::Failure;
use super::terminal::Terminal;
use super::{hint_at_stdin, settings, to_stdout};
use crate::discover::{self, FileKind, Inputs, MigrationTool, Profile, Unit};
use crate::engine;
use crate::project::schema::Database;
use crate::report::neutralise;
use crate::report::prose::{Paint, columns, count, list};

pub(super) fn run(args: &InputArgs, terminal: Terminal) -> Result<u8, Failure> {
    let (scope, settings) = settings::of_input(args)?;
    hint_at_stdin(&scope);
    let inputs = discover::discover(&scope, &settings)?;
    let (_, project) = engine::read(&inputs, &settings);
    let paint = Paint(terminal.output().color);
    to_stdout(|out| {
        documents(&inputs, paint, out)?;
        for database in &project.databases {
            writeln!(out, "{}", neutralise(&described(database)))?;
        }
        let all = count(inputs.units.len(), "document");
        writeln!(out, "{}", paint.bold(&format!("{all} to check.")))
    })?;
    Ok(0)
}

fn documents(inputs: &Inputs, paint: Paint, out: &mut dyn io::Write) -> io::Result<()> {
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
    Ok(())
}

/// What the migrations of a folder leave behind.
fn described(database: &Database) -> String {
    let mut words = vec![database.dialect.as_str().to_owned()];
    if database.tool != MigrationTool::None {
        words.push(database.tool.name().to_owned());
    }
    words.extend(database.orm.map(|orm| format!("models of {}", orm.name())));
    words.push(count(database.tables.len(), "table"));
    if !database.open.is_empty() {
        words.push(format!("not fully understood: {}", list(&database.open)));
    }
    let place = match database.name.as_str() {
        "" => String::new(),
        name => format!(" in {name}"),
    };
    format!("Database{place}: {}.", words.join(", "))
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
        FileKind::Prisma => "Prisma".to_owned(),
        FileKind::Step => "step".to_owned(),
        FileKind::Markdown => "Markdown".to_owned(),
        FileKind::Config(format) => format.name().to_owned(),
        FileKind::Text => "text".to_owned(),
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
