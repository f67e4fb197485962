//! `aicheck check`: the whole run, and its report.

use std::io::{self, BufWriter, Write};

use super::args::{CheckArgs, Format};
use super::failure::Failure;
use super::settings;
use super::stats::Stats;
use super::terminal::Terminal;
use super::{hint_at_stdin, to_stdout};
use crate::config::Settings;
use crate::discover::{self, Scope};
use crate::engine;
use crate::judge::Report;
use crate::report::human::Style;
use crate::report::{human, json, neutralise};

pub(super) fn run(args: &CheckArgs, terminal: Terminal) -> Result<u8, Failure> {
    let (scope, settings) = settings::of_check(args)?;
    hint_at_stdin(&scope);
    if terminal.is_verbose() {
        say_what_is_read(&scope, &settings);
    }
    let mut stats = Stats::start();
    let inputs = discover::discover(&scope, &settings)?;
    stats.done("discover");
    let report = engine::check_observed(crate::rules::all(), inputs, &settings, &mut |stage| {
        stats.done(stage);
    });
    match &args.output {
        None => to_stdout(|out| write(&report, args.format, terminal.output(), out))?,
        Some(path) => {
            let file = std::fs::File::create(path).map(BufWriter::new);
            file.and_then(|mut file| {
                write(&report, args.format, terminal.file(), &mut file)?;
                file.flush()
            })
            .map_err(|source| Failure::Output {
                path: path.clone(),
                source,
            })?;
        }
    }
    stats.done("report");
    if args.stats {
        stats.print(&report);
    }
    Ok(report.exit_status())
}

fn write(report: &Report, format: Format, style: Style, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Human => human::write(report, style, out),
        Format::Json => json::write(report, out),
    }
}

/// For `--verbose`, on standard error: reports hold no absolute path.
fn say_what_is_read(scope: &Scope, settings: &Settings) {
    let config = settings.file.as_ref();
    let config = config.map_or("none", |file| file.path.as_str());
    let text = format!("root: {}\nsettings: {config}\n", scope.root);
    let _ = io::stderr().write_all(neutralise(&text).as_bytes());
}
