//! Literals bound to sensitive names, and credentials that their own form gives away. A fact never
//! holds the value, only where it stands.

mod base64;
mod commands;
pub mod config;
mod familiar;
mod holder;
mod jwt;
mod lines;
pub mod names;
pub mod neighbours;
mod pem;
pub mod python;
mod refusals;
mod shapes;
pub mod sql;
pub mod tokens;
mod urls;
mod values;

use serde::{Deserialize, Serialize};

use crate::source::Span;
pub use holder::Holder;
pub use tokens::TokenKind;

/// A literal that is, or may be, a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspect {
    /// The bytes of the value, without quotes: masked in every report.
    pub value: Span,
    /// The whole literal, with quotes and prefix.
    pub literal: Span,
    /// The name it is bound to, as written: `DB_PASSWORD`, `config["api_key"]`.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// What the value looks like.
    pub class: ValueClass,
    /// How it is bound.
    pub binding: Binding,
    /// Groups equal values inside one file, without telling anything of the value.
    pub group: u32,
    /// What its name says that it is for.
    pub purpose: Purpose,
    /// The file refuses this value, or looks at what the name holds and may refuse it.
    pub refused: bool,
}

impl Suspect {
    /// `api_key` of `config["api_key"]` and of `self.api_key`.
    pub fn key(&self) -> &str {
        let name = self.name.trim_end_matches(['"', '\'', ']']);
        name.rsplit(['.', '[', '"', '\'']).next().unwrap_or(name)
    }

    /// The environment variable that would hold it: `DB_PASSWORD` for `dbPassword`.
    pub fn variable(&self) -> String {
        let mut variable = String::new();
        let mut after_lower = false;
        for c in self.key().chars() {
            if after_lower && c.is_uppercase() {
                variable.push('_');
            }
            after_lower = c.is_lowercase();
            variable.push(if c.is_alphanumeric() { c } else { '_' });
        }
        variable.trim_matches('_').to_uppercase()
    }
}

/// What a secret is for, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Purpose {
    /// The project signs or encrypts with it: whoever knows it makes sessions and tokens of his own.
    Signing,
    /// A password, or a secret that people choose.
    Password,
    /// Someone else hands it out; one that is made up opens nothing.
    Issued,
}

/// What the value of a suspect looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ValueClass {
    /// A real value.
    Secret,
    /// `redis-password` for a password: the value, or the name of what holds it.
    Doubtful,
    /// A real value that everybody tries first: `postgres`, `admin123`.
    Common,
    /// Typed by hand or copied from documents: `AAAAAAAA`, the alphabet, `…EXAMPLEKEY`.
    Sample,
    /// `change-me`, `your-key-here`: no secret, but a publicly known value.
    Placeholder,
}

/// How a suspect is bound to its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Binding {
    /// `name = "…"`, also annotated, attribute or subscript targets.
    Assignment,
    /// `call(name="…")`.
    KeywordArgument,
    /// `{"name": "…"}`.
    DictValue,
    /// `def f(name="…")`.
    ParameterDefault,
    /// `name == "…"`.
    Comparison,
    /// A fallback: `os.getenv("NAME", "…")`.
    EnvironmentDefault,
    /// The default of a field that a settings class reads from the environment.
    SettingsField,
    /// An entry of a file of configuration.
    Entry(Holder),
    /// What such a file says for a variable that nobody set: `${NAME:-…}`.
    EntryDefault(Holder),
    /// A statement of SQL that takes a password, or writes a plain one into a row.
    Statement,
    /// A line of a comment, of a document or of a text in a program: `# password = "…"`.
    Shown {
        /// Inside a URL.
        in_url: bool,
    },
    /// The password of a URL or of a connection string.
    Url {
        /// Where it leads.
        host: Host,
        /// The configuration that it stands in; `None` = code.
        holder: Option<Holder>,
    },
}

impl Binding {
    /// The configuration that holds the value.
    pub fn holder(self) -> Option<Holder> {
        match self {
            Self::Entry(holder) | Self::EntryDefault(holder) => Some(holder),
            Self::Url { holder, .. } => holder,
            _ => None,
        }
    }

    /// The value counts when nobody says another one.
    fn is_fallback(self) -> bool {
        matches!(self, Self::EnvironmentDefault | Self::EntryDefault(_))
    }

    /// Sets a variable: what stands there is its value, even when it looks like a name or a word.
    fn sets_a_variable(self) -> bool {
        match self {
            Self::Entry(holder) => holder.holds_variables(),
            Self::Statement => true,
            _ => false,
        }
    }

    /// One of many entries, which may be labels, states or texts for people.
    fn is_listed(self) -> bool {
        match self {
            Self::DictValue | Self::KeywordArgument => true,
            Self::Entry(holder) => !holder.holds_variables(),
            _ => false,
        }
    }
}

/// Where a URL with a password leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Host {
    /// To the same machine, or to a neighbour that only containers see.
    Local,
    /// Somewhere else.
    Remote,
    /// That is only known at run time.
    Unknown,
}

/// A credential that needs no name: its form gives it away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// What it is.
    pub form: Form,
    /// What a finding points at: the value, or the header of a key.
    pub at: Span,
    /// The bytes that are secret: masked in every report.
    pub value: Span,
    /// Groups equal values inside one file, without telling anything of the value.
    pub group: u32,
}

/// What a token opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Worth {
    /// Whatever its owner may do.
    Full,
    /// A test environment only, or it ends by itself.
    Limited,
    /// Nothing: it has the whole form, and is typed by hand, unsigned, or known to everybody.
    Nothing,
}

/// What a credential is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Form {
    /// A token of a provider.
    Token {
        /// Whose.
        kind: TokenKind,
        /// What it opens.
        worth: Worth,
    },
    /// A private key.
    PrivateKey {
        /// A passphrase protects it.
        encrypted: bool,
    },
}
