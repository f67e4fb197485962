//! Django: how its models and migrations become a schema. `field` reads what a call says, `scope`
//! what the names in it mean, `apps` which application it belongs to, `state` holds the models at
//! some point of a project's history, and `column` says what a database makes of them.

#![allow(
    dead_code,
    reason = "what reads models and migrations is built on this"
)]

mod apps;
mod column;
mod field;
mod library;
mod names;
mod scope;
mod state;
