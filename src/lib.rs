//! aicheck reviews generated backend code: schema, queries, handlers and configuration, read together.
//!
//! Data goes one way: `discover` → `map` (one file → facts) → `link` (all facts → project) → `check`
//! (rules over the project) → `judge` → `report`. Each module below is one stage; see ARCHITECTURE.md.

pub mod cli;
pub mod config;
pub mod discover;
pub mod engine;
pub mod facts;
pub mod finding;
pub mod judge;
pub mod parse;
pub mod project;
pub mod report;
pub mod rule;
pub mod source;

#[path = "../rules/mod.rs"]
pub mod rules;
