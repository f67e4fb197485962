//! What was typed. Knows nothing of what it means; see [`super::settings`].

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// Reviews generated backend code before it is merged: schema, queries, handlers and
/// configuration, read together.
#[derive(Debug, Parser)]
#[command(
    name = "aicheck",
    version,
    args_conflicts_with_subcommands = true,
    disable_help_subcommand = true,
    max_term_width = 100,
    after_help = "Exit status: 0 nothing to fail on, 1 findings, 2 could not do the work.\n\
                  `aicheck PATH` is short for `aicheck check PATH`."
)]
pub struct Cli {
    /// The command; none = check.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The arguments of check, when no command is named.
    #[command(flatten)]
    pub check: CheckArgs,
    /// What every command takes.
    #[command(flatten)]
    pub global: GlobalArgs,
}

/// What to do with a baseline.
#[derive(Debug, Subcommand)]
pub enum BaselineCommand {
    /// Take all that is found now as known
    Write(InputArgs),
    /// Forget what is found no more
    Prune(InputArgs),
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check a project, files of it, or a draft (the default command)
    Check(CheckArgs),
    /// List the rules
    Rules {
        /// How to write the list
        #[arg(long, value_name = "FORMAT", default_value = "human")]
        format: Format,
    },
    /// Say what a rule finds, why, and how to settle it
    Explain {
        /// The id of the rule
        rule: String,
    },
    /// Say what each file is taken for, and why
    Files(InputArgs),
    /// Print the databases that migrations, schema files and models leave behind
    Schema {
        /// What is read.
        #[command(flatten)]
        input: InputArgs,
        /// How to write them
        #[arg(long, value_name = "FORMAT", default_value = "sql")]
        format: SchemaFormat,
    },
    /// Print the routes of a project: who may call them, what they answer, the tables they touch
    Routes {
        /// What is read.
        #[command(flatten)]
        input: InputArgs,
        /// How to write them
        #[arg(long, value_name = "FORMAT", default_value = "human")]
        format: Format,
    },
    /// List what was decided about findings: why, by whom, and what has changed since
    Reviews {
        /// What is read.
        #[command(flatten)]
        input: InputArgs,
        /// How to write the list
        #[arg(long, value_name = "FORMAT", default_value = "human")]
        format: Format,
    },
    /// Keep the findings that are known and not reported again
    Baseline {
        /// What to do with them
        #[command(subcommand)]
        command: BaselineCommand,
    },
    /// Switch aicheck on in a repository: settings, pre-commit hook and workflow
    Init(InitArgs),
    /// Write a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// What every command takes.
#[derive(Debug, Args)]
pub struct GlobalArgs {
    /// Use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// Say less: findings only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more: every note, and what was read
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

/// The arguments of check.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// What is read.
    #[command(flatten)]
    pub input: InputArgs,

    /// How to write the report
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "human",
        help_heading = "Report"
    )]
    pub format: ReportFormat,
    /// Write the report to a file
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub output: Option<Utf8PathBuf>,
    /// Print findings from this severity on [default: warning]
    #[arg(long, value_name = "SEVERITY", help_heading = "Report")]
    pub show: Option<Show>,
    /// Exit with 1 from this severity on [default: error]
    #[arg(long, value_name = "SEVERITY", help_heading = "Report")]
    pub fail_on: Option<FailOn>,
    /// How strictly to judge where no other option says more
    #[arg(long, value_name = "PROFILE", help_heading = "Report")]
    pub profile: Option<Profile>,
    /// Report only what changed since the work on a branch began: new findings, and those that
    /// cite an added line
    #[arg(long, value_name = "REF", help_heading = "Report")]
    pub diff: Option<String>,
    /// The same for what is staged, which is read instead of the files on disk
    #[arg(long, conflicts_with = "diff", help_heading = "Report")]
    pub staged: bool,
    /// Do not report the findings this file knows [default: aicheck-baseline.json, where it is]
    #[arg(long, value_name = "FILE", help_heading = "Report")]
    pub baseline: Option<Utf8PathBuf>,
    /// Report known findings too
    #[arg(long, conflicts_with = "baseline", help_heading = "Report")]
    pub no_baseline: bool,
    /// Write the time of each stage to standard error
    #[arg(long, help_heading = "Report")]
    pub stats: bool,

    /// Run only these rules or families, separated by commas
    #[arg(
        long,
        value_name = "RULE",
        value_delimiter = ',',
        help_heading = "Rules"
    )]
    pub select: Vec<String>,
    /// Do not run these rules or families
    #[arg(
        long,
        value_name = "RULE",
        value_delimiter = ',',
        help_heading = "Rules"
    )]
    pub ignore: Vec<String>,
}

/// The arguments of init.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The project [default: the current folder]
    #[arg(value_name = "DIR")]
    pub folder: Option<Utf8PathBuf>,
    /// How strictly to judge
    #[arg(long, value_name = "PROFILE", default_value = "default")]
    pub profile: Profile,
    /// Write the pre-commit hook, and of the others only what is asked for too
    #[arg(long)]
    pub pre_commit: bool,
    /// Write the workflow for GitHub, and of the others only what is asked for too
    #[arg(long)]
    pub github: bool,
}

/// What is read, and what it is taken for.
#[derive(Debug, Args)]
pub struct InputArgs {
    /// Folders, files or drafts; `-` is standard input [default: the current folder]
    ///
    /// A folder is a project of its own. A file is looked at within its project: everything is
    /// read, and findings that touch the file are reported. Standard input and Markdown files are
    /// drafts, whose fenced blocks are checked together.
    #[arg(value_name = "PATH")]
    pub paths: Vec<Utf8PathBuf>,

    /// Check drafts and files outside against the project in this folder
    #[arg(long, value_name = "DIR", help_heading = "Input")]
    pub project: Option<Utf8PathBuf>,
    /// The name that standard input goes by
    #[arg(long, value_name = "NAME", help_heading = "Input")]
    pub stdin_filename: Option<Utf8PathBuf>,
    /// What standard input is written in
    #[arg(
        long,
        value_name = "LANGUAGE",
        default_value = "auto",
        help_heading = "Input"
    )]
    pub lang: Language,
    /// The dialect of all SQL
    #[arg(long, value_name = "DIALECT", help_heading = "Input")]
    pub dialect: Option<Dialect>,
    /// Leave out paths, by patterns as in .gitignore
    #[arg(long, value_name = "GLOB", help_heading = "Input")]
    pub exclude: Vec<String>,
    /// Leave excluded paths out even when they are named
    #[arg(long, help_heading = "Input")]
    pub force_exclude: bool,
    /// Read the settings from this file
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub config: Option<Utf8PathBuf>,
    /// How many threads to use [default: one per core]
    #[arg(long, value_name = "N", help_heading = "Input")]
    pub jobs: Option<std::num::NonZeroUsize>,
}

impl InputArgs {
    /// A folder, taken for what it is.
    pub fn of(folder: &Utf8Path) -> Self {
        Self {
            paths: vec![folder.to_owned()],
            project: None,
            stdin_filename: None,
            lang: Language::Auto,
            dialect: None,
            exclude: Vec::new(),
            force_exclude: false,
            config: None,
            jobs: None,
        }
    }
}

/// Formats of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people
    Human,
    /// For programs, version 1
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of a GitHub workflow; also fills the summary of the job
    Github,
    /// GitLab's code quality report
    Gitlab,
    /// Test results as JUnit writes them
    Junit,
    /// Diagnostics for reviewdog
    Rdjson,
    /// For a comment or a document
    Markdown,
}

/// Formats of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Human,
    /// For programs, version 1
    Json,
}

/// Formats of a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaFormat {
    /// A script for a server
    Sql,
    /// For programs, version 1
    Json,
    /// An entity relationship diagram for a document; several databases make a Markdown file
    Mermaid,
}

/// From which severity on findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Show {
    /// Errors only
    Error,
    /// Errors and warnings
    Warning,
    /// Everything
    Info,
}

/// From which severity on the run fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Errors
    Error,
    /// Errors and warnings
    Warning,
    /// Any finding
    Info,
    /// No finding
    Never,
}

/// How strictly a run is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    /// Errors fail, warnings are printed
    Default,
    /// Warnings fail too, infos are printed
    Strict,
}

/// What standard input is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// By name and content
    Auto,
    /// One SQL file
    Sql,
    /// One Python file
    Python,
    /// One Prisma schema
    Prisma,
    /// Fenced blocks
    Markdown,
}

/// The dialect of all SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Dialect {
    /// By settings, names and content
    Auto,
    /// PostgreSQL
    #[value(alias = "postgresql")]
    Postgres,
    /// MySQL and MariaDB
    #[value(alias = "mariadb")]
    Mysql,
    /// SQLite
    Sqlite,
    /// Microsoft SQL Server
    #[value(alias = "sqlserver")]
    Mssql,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}
