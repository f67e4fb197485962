//! Everything that is tested through the library or the binary, one module a subject.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod alembic;
mod baseline;
mod changes;
mod cli;
mod discover;
mod django;
mod fixes;
mod fixtures;
mod folder;
mod formats;
mod handlers;
mod histories;
mod hosts;
mod init;
mod json;
mod labelled;
mod mysql;
mod postgres;
mod prisma;
mod properties;
mod python;
mod readers;
mod readme;
mod recall;
mod recall_handlers;
mod redaction;
mod renamed;
mod report;
mod repository;
mod reviews;
mod routes;
mod schema;
mod sql;
mod sqlalchemy;
mod sqlite;
mod sweeps;
mod tidy;
mod venv;
