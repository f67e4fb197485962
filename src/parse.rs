//! Parsers: text in, tree and notes out; they never fail.

pub mod markdown;
pub mod pasted;
pub mod patch;
pub mod prisma;
pub mod python;
pub mod sql;
