//! Why a run could not do its work: what happened, where, and what to do.

use std::io;

use camino::Utf8PathBuf;

use super::terminal::Terminal;
use crate::config::{BaselineError, ConfigError, Unknown};
use crate::discover::{DiscoverError, GitError};
use crate::report::human;

/// Why a run could not do its work.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// A path that was named cannot be read.
    #[error(transparent)]
    Discover(#[from] DiscoverError),
    /// Git cannot tell what changed.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The configuration has faults.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// No rule or family has this name.
    #[error("{option}: no rule or family is called `{}`", unknown.word)]
    Rule {
        /// Where it was typed.
        option: &'static str,
        /// The name.
        unknown: Unknown,
    },
    /// No path pattern.
    #[error("--exclude: `{glob}` is no path pattern: {why}")]
    Pattern {
        /// As typed.
        glob: String,
        /// What is wrong with it.
        why: String,
    },
    /// A file cannot be written.
    #[error("{option}: cannot write {path}: {source}")]
    Output {
        /// What asks for it.
        option: &'static str,
        /// As typed.
        path: Utf8PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A baseline that was named or asked for is not there.
    #[error("there is no baseline {path}")]
    NoBaseline {
        /// Where it was looked for.
        path: Utf8PathBuf,
    },
    /// A file is no baseline.
    #[error("{path} is no baseline: {why}")]
    Baseline {
        /// The file.
        path: Utf8PathBuf,
        /// What is wrong with it.
        why: BaselineError,
    },
    /// Standard output fails, for another reason than being closed.
    #[error("cannot write to standard output: {0}")]
    Stdout(#[source] io::Error),
}

impl Failure {
    /// Says it on standard error.
    pub(super) fn report(&self, terminal: Terminal, out: &mut dyn io::Write) -> io::Result<()> {
        if let Self::Config(error) = self {
            for fault in &error.faults {
                let help = fault.help.as_deref().unwrap_or_default();
                let style = terminal.errors();
                let text = human::fault(&error.file, fault.span, &fault.message, help, style);
                out.write_all(text.as_bytes())?;
            }
            return Ok(());
        }
        human::failure(&self.to_string(), &self.help(), terminal.errors(), out)
    }

    fn help(&self) -> String {
        match self {
            Self::Discover(DiscoverError::Unreadable { path, source }) => {
                unreadable_help(path.as_str(), source)
            }
            Self::Git(error) => git_help(error),
            Self::Config(_) => String::new(),
            Self::Rule { unknown, .. } => unknown.help.clone(),
            Self::Pattern { .. } => {
                "write it as in .gitignore: `legacy/`, `*.gen.sql`, `/db/old/**`".to_owned()
            }
            Self::Output { .. } => "name a file in a folder that exists and is yours".to_owned(),
            Self::NoBaseline { .. } => "write one: `aicheck baseline write`".to_owned(),
            Self::Baseline { .. } => "write it again: `aicheck baseline write`".to_owned(),
            Self::Stdout(_) => "write to a file with `--output FILE`".to_owned(),
        }
    }
}

fn git_help(error: &GitError) -> String {
    let help = match error {
        GitError::Missing(_) => "install git, or leave `--diff` and `--staged` out",
        GitError::NoRepository(_) => "name a folder inside a repository",
        GitError::Unknown(_) => {
            "name a branch, a tag or a commit that is here; fetch it first: `git fetch origin main`"
        }
        GitError::NoMergeBase { shallow: true, .. } => {
            "this clone holds the newest commits only: `git fetch --unshallow`, or \
             `fetch-depth: 0` for actions/checkout"
        }
        GitError::NoMergeBase { .. } => "name a commit that this one has grown from",
        GitError::Failed { .. } => "see what `git status` says in this folder",
    };
    help.to_owned()
}

fn unreadable_help(path: &str, source: &io::Error) -> String {
    let commands = super::command();
    let name = commands
        .get_subcommands()
        .map(clap::Command::get_name)
        .map(|name| (strsim::damerau_levenshtein(name, path), name))
        .min()
        .filter(|(distance, _)| *distance <= 2)
        .map(|(_, name)| name);
    match (name, source.kind()) {
        (Some(name), io::ErrorKind::NotFound) => {
            format!("did you mean the command `{name}`? `aicheck --help` lists all of them")
        }
        (None, io::ErrorKind::NotFound) => {
            "name a folder or a file that exists, or `-` for standard input".to_owned()
        }
        (_, io::ErrorKind::PermissionDenied) => {
            "make it readable for this user, or leave it out".to_owned()
        }
        _ => "name a folder or a text file".to_owned(),
    }
}
