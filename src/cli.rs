//! The command line: parses what was typed, runs one command, says what went wrong.
//!
//! [`args`] is what was typed, `settings` what it means; each command has a file of its own.

pub mod args;
mod baseline;
mod change;
mod check;
mod explain;
mod failure;
mod files;
mod init;
mod reviews;
mod routes;
mod rules;
mod schema;
mod settings;
mod stats;
mod terminal;

use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::discover::{DraftSource, Scope};
use args::{Cli, Command};
use failure::Failure;
use terminal::Terminal;

/// Could not do its work.
const FAILURE: u8 = 2;

/// Runs a command line; the first argument is the name of the program.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    std::panic::set_hook(Box::new(tell_where));
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help that goes to a closed pipe is no error.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { FAILURE } else { 0 });
        }
    };
    let terminal = Terminal::new(&cli.global);
    let outcome = match &cli.command {
        None => check::run(&cli.check, terminal),
        Some(Command::Check(args)) => check::run(args, terminal),
        Some(Command::Rules { format }) => rules::run(*format, terminal),
        Some(Command::Explain { rule }) => explain::run(rule, terminal),
        Some(Command::Files(args)) => files::run(args, terminal),
        Some(Command::Schema { input, format }) => schema::run(input, *format),
        Some(Command::Routes { input, format }) => routes::run(input, *format, terminal),
        Some(Command::Reviews { input, format }) => reviews::run(input, *format, terminal),
        Some(Command::Baseline { command }) => baseline::run(command),
        Some(Command::Init(args)) => init::run(args),
        Some(Command::Completions { shell }) => completions(*shell),
    };
    ExitCode::from(outcome.unwrap_or_else(|failure| {
        // Nobody is left to tell when standard error is closed.
        let _ = failure.report(terminal, &mut io::stderr().lock());
        FAILURE
    }))
}

/// Tells where the program broke, and not what it said: that may quote the source, and a secret.
fn tell_where(panic: &std::panic::PanicHookInfo<'_>) {
    if let Some(place) = panic.location() {
        // Nobody is left to tell when standard error is closed.
        let _ = writeln!(io::stderr(), "internal error at {place}");
    }
}

/// The command line as clap knows it, for help and completions.
pub fn command() -> clap::Command {
    Cli::command()
}

fn completions(shell: clap_complete::Shell) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "aicheck", &mut script);
    to_stdout(|out| out.write_all(&script))?;
    Ok(0)
}

/// Writes to standard output; a reader that has seen enough is no failure.
fn to_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    let written = write(&mut out).and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            // What is still buffered has no reader either.
            let _ = out.into_parts();
            Ok(())
        }
        other => other.map_err(Failure::Stdout),
    }
}

/// Tells a person at a terminal what the program is waiting for.
fn hint_at_stdin(scope: &Scope) {
    if scope.drafts.contains(&DraftSource::Stdin) && io::stdin().is_terminal() {
        let hint = "Paste the draft, then end it with Ctrl-D on a line of its own.\n";
        let _ = io::stderr().write_all(hint.as_bytes());
    }
}
