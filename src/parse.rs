//! Parsers: text in, tree and notes out; they never fail.

pub mod python;
pub mod sql;
