//! Django: how its models and migrations become a schema. `field` reads what a call says, `scope`
//! what the names in it mean, `apps` which application it belongs to, `state` holds the models at
//! some point of a project's history, and `column` says what a database makes of them.

mod apps;
mod column;
mod expression;
mod field;
pub(super) mod library;
mod meta;
#[allow(dead_code, reason = "changes of fields have names of their own")]
mod names;
mod scope;
mod state;
mod table;

pub(super) use apps::Apps;
pub(super) use field::{Field, Kind, ModelKey, Options, Relation};
pub(super) use library::Known;
pub(super) use scope::Scope;
pub(super) use state::{MetaConstraint, MetaIndex, Model, State, Together};
