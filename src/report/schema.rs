//! The end state of databases as text: for programs, for a server, for a document. Decides nothing.

pub mod json;
pub mod sql;
