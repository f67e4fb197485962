//! `aicheck check`: the whole run, and its report.

use std::io::{self, BufWriter, Write};

use camino::{Utf8Path, Utf8PathBuf};

use super::args::{CheckArgs, ReportFormat};
use super::failure::Failure;
use super::settings;
use super::stats::Stats;
use super::terminal::Terminal;
use super::{change, hint_at_stdin, to_stdout};
use crate::config::Settings;
use crate::discover::{self, Scope};
use crate::engine;
use crate::judge::Report;
use crate::report::{github, gitlab, human, json, junit, markdown, neutralise, rdjson, sarif};

pub(super) fn run(args: &CheckArgs, terminal: Terminal) -> Result<u8, Failure> {
    let (scope, settings) = settings::of_check(args)?;
    hint_at_stdin(&scope);
    if terminal.is_verbose() {
        say_what_is_read(&scope, &settings);
    }
    let mut stats = Stats::start();
    let change = change::of(args, &scope, &settings)?;
    if change.is_some() {
        stats.done("before the change");
    }
    let (inputs, change) = match change {
        Some((tree, change)) => {
            let mut inputs = discover::discover_in(&tree, &scope, &settings)?;
            inputs.changed = true;
            (inputs, Some(change))
        }
        None => (discover::discover(&scope, &settings)?, None),
    };
    stats.done("discover");
    let mut report = engine::check_observed(crate::rules::all(), inputs, &settings, &mut |stage| {
        stats.done(stage);
    });
    if let Some(change) = &change {
        change.limit(&mut report);
    }
    let below = scope.below_repository();
    let write = |style, out: &mut dyn Write| match args.format {
        ReportFormat::Human => human::write(&report, style, out),
        ReportFormat::Json => json::write(&report, out),
        ReportFormat::Sarif => sarif::write(&report, &below, out),
        ReportFormat::Github => github::write(&report, &below, out),
        ReportFormat::Gitlab => gitlab::write(&report, &below, out),
        ReportFormat::Junit => junit::write(&report, &below, out),
        ReportFormat::Rdjson => rdjson::write(&report, &below, out),
        ReportFormat::Markdown => markdown::write(&report, &below, out),
    };
    match &args.output {
        None => to_stdout(|out| write(terminal.output(), out))?,
        Some(path) => {
            let file = std::fs::File::create(path);
            to_file(path, file, |out| write(terminal.file(), out))?;
        }
    }
    if args.format == ReportFormat::Github {
        summarise_job(&report, &below)?;
    }
    stats.done("report");
    if args.stats {
        stats.print(&report);
    }
    Ok(report.exit_status())
}

/// GitHub shows what steps append to this file below the jobs of a run.
fn summarise_job(report: &Report, below: &Utf8Path) -> Result<(), Failure> {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    let file = std::fs::File::options()
        .append(true)
        .create(true)
        .open(&path);
    let path = Utf8PathBuf::from(path.to_string_lossy().into_owned());
    to_file(&path, file, |out| markdown::write(report, below, out))
}

fn to_file(
    path: &Utf8Path,
    file: io::Result<std::fs::File>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let written = file.map(BufWriter::new).and_then(|mut file| {
        write(&mut file)?;
        file.flush()
    });
    written.map_err(|source| Failure::Output {
        option: "--output",
        path: path.to_owned(),
        source,
    })
}

/// For `--verbose`, on standard error: reports hold no absolute path.
fn say_what_is_read(scope: &Scope, settings: &Settings) {
    let config = settings.file.as_ref();
    let config = config.map_or("none", |file| file.path.as_str());
    let text = format!("root: {}\nsettings: {config}\n", scope.root);
    let _ = io::stderr().write_all(neutralise(&text).as_bytes());
}
