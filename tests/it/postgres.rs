//! The replay against a real PostgreSQL: the same statements, applied to a server and to the model,
//! leave the same catalogue.
//!
//! Without a server these tests say so and pass, unless `AICHECK_ORACLES=1` demands one.

mod advice;
pub(crate) mod catalogue;
mod digits;
mod drops;
mod histories;
mod labels;
mod live;
mod random;
mod rights;
pub(crate) mod rollbacks;
pub(crate) mod server;
mod tools;
