//! Everything the tool knows of one file: the page to read before writing a rule.
//!
//! Facts are owned, small and path-free; they carry spans, `link` adds the file. They know no rule
//! and hold no syntax tree. What could not be understood is a [`Note`], never an error.

pub mod alembic;
pub mod config;
pub mod directives;
pub mod django;
pub mod prisma;
pub mod python;
pub mod schema;
pub mod secrets;
pub mod sql;
pub(crate) mod sqlalchemy;
pub mod step;
pub mod sweep;
pub mod transaction;
pub mod way_back;

use serde::{Deserialize, Serialize};

use crate::source::Span;
pub use directives::Directive;

/// What `map` returns for one document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileOutcome {
    /// What was understood.
    pub facts: Facts,
    /// What people decided in comments.
    pub directives: Vec<Directive>,
    /// What was not understood.
    pub notes: Vec<Note>,
}

/// The facts of one document, by subject.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Statements that change the schema, in order.
    pub schema: Vec<schema::SchemaStatement>,
    /// Tables that get rows whose values are written out, on the way up.
    pub seeded: Vec<schema::TableName>,
    /// What the queries of a file need that keeps them by name, for code to call (`-- name: order :one`),
    /// and those that Python builds with a client of PostgREST.
    pub queries: Vec<schema::Reads>,
    /// Statements that change or remove every row of a table.
    pub sweeps: Vec<sweep::Sweep>,
    /// How it treats transactions, for migrations.
    pub transactions: transaction::Transactions,
    /// What it does on the way back, for migrations.
    pub way_back: way_back::WayBack,
    /// Its place in the graph of revisions, for Alembic's.
    pub revision: Option<alembic::Revision>,
    /// It may say how wide the column is in which Alembic keeps its revision.
    pub widens_versions: bool,
    /// What operations run besides Django's own statements, for Django's migrations.
    pub runs: Vec<django::Run>,
    /// The Python module, for Python documents.
    pub python: Option<python::Module>,
    /// The models, for Prisma schemas.
    pub prisma: Option<prisma::Schema>,
    /// Literals bound to sensitive names; every one is masked in reports.
    pub secrets: Vec<secrets::Suspect>,
    /// Tokens, keys and other credentials that need no name; masked as well.
    pub credentials: Vec<secrets::Credential>,
    /// What may be secret where nothing was read; only masked.
    pub unread_secrets: Vec<Span>,
}

impl Facts {
    /// What no report may show.
    pub fn secret_spans(&self) -> impl Iterator<Item = Span> {
        let suspects = self.secrets.iter().map(|suspect| suspect.value);
        let credentials = self.credentials.iter().map(|credential| credential.value);
        suspects
            .chain(credentials)
            .chain(self.unread_secrets.iter().copied())
    }
}

/// Yes, no, or not known. Only a yes may become an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Answer {
    /// Proved.
    Yes,
    /// Disproved.
    No,
    /// The code does not tell.
    #[default]
    Unknown,
}

impl Answer {
    /// Yes if one is yes, no only if both are no.
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (Self::No, Self::No) => Self::No,
            _ => Self::Unknown,
        }
    }
}

/// Something the tool could not read or had to leave out. Notes never change the exit status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// What kind.
    pub id: NoteId,
    /// Where, when it has a place.
    pub span: Option<Span>,
    /// One sentence for the user.
    pub message: String,
}

/// The kinds of notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum NoteId {
    /// SQL that neither parser nor skeleton understood.
    UnparsedSql,
    /// Python with a syntax error; the enclosing function is unknown.
    UnparsedPython,
    /// Lines of a Prisma schema that are none.
    UnparsedPrisma,
    /// Configuration that does not parse.
    UnparsedConfig,
    /// Template placeholders stand in the text.
    Templated,
    /// Too large to be read whole.
    SkippedSize,
    /// A dialect that is not supported.
    UnsupportedDialect,
    /// Bytes that are no text.
    Undecodable,
    /// A file that could not be read.
    Unreadable,
    /// A table whose definition was not fully understood.
    OpenTable,
    /// A rule goes by another name now.
    RenamedRule,
    /// A panic in one file or rule; the run exits 2.
    InternalError,
}
