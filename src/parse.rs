//! Parsers: text in, tree and notes out; they never fail.

pub mod sql;
