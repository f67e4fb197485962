//! Which tools run a migration inside a transaction, and how they are told not to.

use super::{Database, MigrationTool};

/// How a tool runs the statements of a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrapping {
    /// In a transaction; with what keeps a migration out of it, if anything does.
    Transaction(Option<&'static str>),
    /// All at once, which is a transaction as soon as there are several.
    AtOnce,
    /// One by one.
    Apart,
    /// That depends on the program that runs them.
    Unknown,
}

impl Database {
    /// How the tool of its migrations runs each of them, unless that says otherwise.
    pub fn wrapping(&self) -> Wrapping {
        use Wrapping::{Apart, AtOnce, Transaction, Unknown};
        match self.tool {
            MigrationTool::GolangMigrate | MigrationTool::Prisma => AtOnce,
            MigrationTool::Goose => Transaction(Some("`-- +goose NO TRANSACTION` on a line above")),
            MigrationTool::Dbmate => Transaction(Some("`-- migrate:up transaction:false`")),
            MigrationTool::Diesel => Transaction(Some(
                "`run_in_transaction = false` in a `metadata.toml` beside it",
            )),
            MigrationTool::Sqlx => Transaction(Some("`-- no-transaction` as its first line")),
            MigrationTool::SqlMigrate => Transaction(Some("`-- +migrate Up notransaction`")),
            MigrationTool::Tern => Transaction(Some("`---- tern: disable-tx ----`")),
            MigrationTool::Atlas => Transaction(Some("`-- atlas:txmode none` as its first line")),
            MigrationTool::Graphile => Transaction(Some("`--! no-transaction`")),
            MigrationTool::Liquibase => {
                Transaction(Some("`runInTransaction:false` behind `--changeset`"))
            }
            MigrationTool::Alembic => Transaction(Some(
                "`with op.get_context().autocommit_block():` around it",
            )),
            MigrationTool::Django => Transaction(Some("`atomic = False` in the class")),
            MigrationTool::Drizzle | MigrationTool::Refinery | MigrationTool::NodePgMigrate => {
                Transaction(None)
            }
            // Flyway sees which statements no transaction takes.
            MigrationTool::Flyway | MigrationTool::Sqitch => Apart,
            MigrationTool::None
            | MigrationTool::Numbered
            | MigrationTool::Rails
            | MigrationTool::Supabase => Unknown,
        }
    }
}
