//! What the pages say of MySQL, against MariaDB: what a finding says is refused is refused once each
//! table holds a row, and all the rest is taken.
//!
//! Without a server these tests say so and pass, unless `AICHECK_ORACLES=1` demands one.

mod digits;
mod pages;
mod server;
