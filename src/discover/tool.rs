//! The tools that apply migrations, and their names.

mod changelog;
mod declared;
pub(super) mod marker;
mod plan;
pub(super) mod recognise;

/// The tool that applies a migration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MigrationTool {
    /// No migration: a schema file, a draft, or loose SQL.
    #[default]
    None,
    /// Numbered files that some runner applies in order.
    Numbered,
    /// `x.up.sql` and `x.down.sql`.
    GolangMigrate,
    /// `-- +goose Up`.
    Goose,
    /// `-- migrate:up`.
    Dbmate,
    /// `<version>_name/up.sql`.
    Diesel,
    /// `migrations/<ts>_name/migration.sql`.
    Prisma,
    /// `supabase/migrations/`.
    Supabase,
    /// sqlx.
    Sqlx,
    /// `V1__name.sql`.
    Flyway,
    /// `V1__name.sql` beside a dependency on refinery: `U1__name.sql` goes up too.
    Refinery,
    /// `-- +migrate Up`.
    SqlMigrate,
    /// `---- create above / drop below ----`.
    Tern,
    /// `meta/_journal.json`.
    Drizzle,
    /// `atlas.sum`.
    Atlas,
    /// `sqitch.plan` with `deploy/`, `revert/` and `verify/`.
    Sqitch,
    /// `-- Up Migration`.
    NodePgMigrate,
    /// `migrations/committed/` with `--! Previous:`.
    Graphile,
    /// `--liquibase formatted sql`.
    Liquibase,
    /// `db/structure.sql`, which Rails writes after its migrations in Ruby.
    Rails,
    /// Python with `revision` and `down_revision`.
    Alembic,
    /// `class Migration` of Django.
    Django,
}

impl super::Unit {
    /// Whether it bears the mark that its tool wants to see in every migration. What a draft lacks
    /// may be added to it.
    pub fn bears_mark(&self) -> bool {
        let wants_mark = matches!(
            self.tool,
            MigrationTool::Goose | MigrationTool::Dbmate | MigrationTool::SqlMigrate
        );
        let text = self.text.get(self.range.clone()).unwrap_or_default();
        let found = || marker::marker(text).is_some_and(|(tool, _)| tool == self.tool);
        self.draft || !wants_mark || found()
    }
}

impl MigrationTool {
    /// Every tool.
    pub const ALL: &[Self] = &[
        Self::None,
        Self::Numbered,
        Self::GolangMigrate,
        Self::Goose,
        Self::Dbmate,
        Self::Diesel,
        Self::Prisma,
        Self::Supabase,
        Self::Sqlx,
        Self::Flyway,
        Self::Refinery,
        Self::SqlMigrate,
        Self::Tern,
        Self::Drizzle,
        Self::Atlas,
        Self::Sqitch,
        Self::NodePgMigrate,
        Self::Graphile,
        Self::Liquibase,
        Self::Rails,
        Self::Alembic,
        Self::Django,
    ];

    /// Whether its migrations are Python.
    pub fn is_python(self) -> bool {
        matches!(self, Self::Alembic | Self::Django)
    }

    /// What people call it in a sentence.
    pub fn title(self) -> &'static str {
        match self {
            Self::None | Self::Numbered => "the tool",
            Self::Goose => "goose",
            Self::Dbmate => "dbmate",
            Self::Sqlx => "sqlx",
            Self::Tern => "tern",
            Self::Diesel => "Diesel",
            Self::Prisma => "Prisma",
            Self::Supabase => "Supabase",
            Self::Flyway => "Flyway",
            Self::Refinery => "refinery",
            Self::Drizzle => "Drizzle",
            Self::Atlas => "Atlas",
            Self::Sqitch => "Sqitch",
            Self::Liquibase => "Liquibase",
            Self::Rails => "Rails",
            Self::Alembic => "Alembic",
            Self::Django => "Django",
            Self::GolangMigrate | Self::SqlMigrate | Self::NodePgMigrate | Self::Graphile => {
                self.name()
            }
        }
    }

    /// The name users read and write.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Numbered => "numbered",
            Self::GolangMigrate => "golang-migrate",
            Self::Goose => "goose",
            Self::Dbmate => "dbmate",
            Self::Diesel => "diesel",
            Self::Prisma => "prisma",
            Self::Supabase => "supabase",
            Self::Sqlx => "sqlx",
            Self::Flyway => "flyway",
            Self::Refinery => "refinery",
            Self::SqlMigrate => "sql-migrate",
            Self::Tern => "tern",
            Self::Drizzle => "drizzle",
            Self::Atlas => "atlas",
            Self::Sqitch => "sqitch",
            Self::NodePgMigrate => "node-pg-migrate",
            Self::Graphile => "graphile-migrate",
            Self::Liquibase => "liquibase",
            Self::Rails => "rails",
            Self::Alembic => "alembic",
            Self::Django => "django",
        }
    }
}
