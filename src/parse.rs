//! Parsers: text in, tree and notes out; they never fail.

pub mod config;
mod dockerfile;
mod dotenv;
mod hcl;
mod ini;
mod json;
pub mod markdown;
pub mod pasted;
pub mod patch;
pub mod prisma;
pub mod python;
mod shell;
pub mod sql;
mod syntax;
mod toml;
mod yaml;
