//! `aicheck init`: the files that switch aicheck on in a repository. What is there stays as it is.

mod hook;

use std::fs::{self, File};
use std::io::{self, Write};

use camino::Utf8Path;

use super::args::{InitArgs, InputArgs, Profile};
use super::failure::Failure;
use super::{settings, to_stdout};
use crate::config::{BASELINE, Settings};
use crate::discover::{self, MigrationTool, Scope};
use crate::engine;
use crate::finding::Severity;
use crate::project::schema::Database;
use crate::report::prose::count;

const WORKFLOW: &str = include_str!("init/github.yml");
const JOB: &str = include_str!("init/gitlab.yml");

/// What became of a file.
enum Outcome {
    /// It is new.
    Written,
    /// Something was added at its end.
    Added,
    /// It was there already.
    Kept,
    /// It is there, and this is what to add by hand.
    ByHand(String),
}

pub(super) fn run(args: &InitArgs) -> Result<u8, Failure> {
    let input = InputArgs::of(args.folder.as_deref().unwrap_or(Utf8Path::new(".")));
    let (scope, settings) = settings::of_input(&input)?;
    let below = scope.below_repository();
    let top = scope.root.ancestors().nth(below.components().count());
    let top = top.unwrap_or(&scope.root);
    let is_repository = top.join(".git").exists();
    let is_gitlab = top.join(".gitlab-ci.yml").exists();
    let all = !args.pre_commit && !args.github;

    let mut done = vec![("aicheck.toml", write_settings(args, &scope, &settings)?)];
    if args.pre_commit || all && is_repository {
        done.push((hook::FILE, hook::add(top, &below)?));
    }
    if args.github || all && is_repository && !is_gitlab {
        let path = ".github/workflows/aicheck.yml";
        done.push((path, write(&top.join(path), &workflow(&below))?));
    }
    if all && is_gitlab {
        done.push((".gitlab-ci.yml", Outcome::ByHand(JOB.to_owned())));
    }
    let has_hook = done.iter().any(|(path, _)| *path == hook::FILE);
    let next = what_is_next(has_hook, &scope, &settings)?;
    to_stdout(|out| {
        for (path, outcome) in &done {
            say(path, outcome, out)?;
        }
        write!(out, "{next}")
    })?;
    Ok(0)
}

fn say(path: &str, outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    match outcome {
        Outcome::Written => writeln!(out, "wrote  {path}"),
        Outcome::Added => writeln!(out, "added  a hook at the end of {path}"),
        Outcome::Kept => writeln!(out, "kept   {path}, which was there already"),
        Outcome::ByHand(text) => {
            let lines: String = text.lines().map(|line| format!("    {line}\n")).collect();
            write!(out, "kept   {path}; add to it:\n{lines}")
        }
    }
}

/// Writes a file that is not there.
fn write(path: &Utf8Path, text: &str) -> Result<Outcome, Failure> {
    let written = path.parent().map_or(Ok(()), fs::create_dir_all);
    let written = written.and_then(|()| File::create_new(path)?.write_all(text.as_bytes()));
    match written {
        Ok(()) => Ok(Outcome::Written),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(Outcome::Kept),
        Err(source) => Err(Failure::Output {
            option: "init",
            path: path.to_owned(),
            source,
        }),
    }
}

/// Settings that a `pyproject.toml` gives count as there.
fn write_settings(args: &InitArgs, scope: &Scope, settings: &Settings) -> Result<Outcome, Failure> {
    if settings.file.is_some() {
        return Ok(Outcome::Kept);
    }
    let inputs = discover::discover(scope, settings)?;
    let (_, project) = engine::read(&inputs, settings);
    let text = settings_text(args.profile, &project.databases);
    write(&scope.root.join("aicheck.toml"), &text)
}

fn settings_text(profile: Profile, databases: &[Database]) -> String {
    let profile = match profile {
        Profile::Default => "default",
        Profile::Strict => "strict",
    };
    let page = concat!(env!("CARGO_PKG_REPOSITORY"), "#settings");
    let mut text = format!(
        "# How aicheck judges this project: {page}\n\n\
         profile = \"{profile}\"             # strict: warnings fail too, infos are printed\n"
    );
    let found = databases.iter().filter(|database| !database.is_empty());
    let found: Vec<&Database> = found.collect();
    let Some(first) = found.first() else {
        return text;
    };
    text += "\n# What was told by names and content; say it here where it is told wrongly.\n";
    if found.iter().all(|it| it.dialect == first.dialect) {
        text += &format!("# dialect = \"{}\"\n", first.dialect.as_str());
    }
    let by_tool = |it: &&&Database| it.tool != MigrationTool::None && !it.name.is_empty();
    let by_tool: Vec<_> = found.iter().filter(by_tool).collect();
    if !by_tool.is_empty() {
        text += "#\n# [migrations]\n";
    }
    for database in by_tool {
        text += &format!("# {:?} = \"{}\"\n", database.name, database.tool.name());
    }
    text
}

/// A project below the top of its repository is named.
fn workflow(below: &Utf8Path) -> String {
    match below.as_str() {
        "" => WORKFLOW.to_owned(),
        below => format!("{WORKFLOW}        with:\n          path: {below:?}\n"),
    }
}

/// What there is to do, with what is found already.
fn what_is_next(has_hook: bool, scope: &Scope, settings: &Settings) -> Result<String, Failure> {
    let report = engine::check(discover::discover(scope, settings)?, settings);
    let errors = report.count(Severity::Error);
    let mut text = String::new();
    if has_hook {
        text += "\nNext: `pre-commit install` switches the hook on.\n";
    }
    if errors > 0 && !scope.root.join(BASELINE).exists() {
        let found = count(errors, "error");
        text += &format!(
            "\n{found} found already: `aicheck` shows them, `aicheck baseline write` takes them as \
             known.\n"
        );
    }
    Ok(text)
}
