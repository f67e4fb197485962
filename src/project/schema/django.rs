//! Django: how its models and migrations become a schema. `field` reads what a call says, `scope`
//! what the names in it mean, `apps` which application it belongs to, `state` holds the models at
//! some point of a project's history, and `column` and `table` say what a database makes of them.
//! `history` orders migrations, `migrate` runs their operations.

mod alike;
mod alter;
mod apps;
mod column;
mod editor;
mod expression;
mod field;
mod history;
mod introspect;
pub(super) mod library;
mod meta;
mod migrate;
mod names;
mod operation;
mod options;
mod referring;
mod rename;
mod rows;
mod scope;
mod state;
mod table;
mod way_back;

pub(super) use apps::Apps;
pub(super) use field::{Field, Kind, ModelKey, Options, Relation};
pub(super) use library::Known;
pub(super) use migrate::databases;
pub(super) use scope::Scope;
pub(super) use state::{MetaConstraint, MetaIndex, Model, State, Together};
