//! SQL text into statements of tokens, with byte-exact spans. Knows no schema and no rule.
//!
//! Four dialects, their quoting and their clients' commands; templates and drivers' placeholders.
//! Nothing here fails: what is no SQL comes out as tokens all the same.

mod batch;
pub mod cutter;
mod evidence;
pub mod lexer;
mod marker;
pub mod opinion;
pub mod template;

pub use cutter::{Statement, Statements};
pub use evidence::dialect_evidence;
pub use lexer::{Lexer, Piece, Token, TokenKind};
