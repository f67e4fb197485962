//! What a project answers as text: a table for people, JSON for programs. Decides nothing.

pub mod human;
pub mod json;
