//! Literals bound to sensitive names, and credentials that their own form gives away. A fact never
//! holds the value, only where it stands.

mod base64;
mod jwt;
pub mod names;
mod pem;
pub mod python;
mod shapes;
pub mod tokens;
mod values;

use serde::{Deserialize, Serialize};

use crate::source::Span;
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
}

/// What the value of a suspect looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ValueClass {
    /// A real value.
    Secret,
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

/// What a credential is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Form {
    /// A token of a provider.
    Token {
        /// Whose.
        kind: TokenKind,
        /// It opens a test environment only, or ends by itself.
        limited: bool,
    },
    /// A private key.
    PrivateKey {
        /// A passphrase protects it.
        encrypted: bool,
    },
}
