//! What tools make people write into their migrations.

use camino::Utf8Path;
use memchr::memmem;

use crate::discover::MigrationTool;

/// How far into a file a marker is looked for that may stand anywhere.
const WINDOW: usize = 256 * 1024;

/// The tool whose marker a migration holds, and the marker.
pub(super) fn marker(text: &str) -> Option<(MigrationTool, &'static str)> {
    in_head(text).or_else(|| {
        let head = &text.as_bytes()[..text.len().min(WINDOW)];
        let anywhere = [
            ("---- create above / drop below ----", MigrationTool::Tern),
            ("--> statement-breakpoint", MigrationTool::Drizzle),
        ];
        anywhere
            .into_iter()
            .find(|(marker, _)| memmem::find(head, marker.as_bytes()).is_some())
            .map(|(marker, tool)| (tool, marker))
    })
}

/// Markers that stand before the first statement.
fn in_head(text: &str) -> Option<(MigrationTool, &'static str)> {
    text.lines()
        .map(str::trim_end)
        .take_while(|line| line.is_empty() || line.starts_with("--"))
        .find_map(|line| {
            let comment = line.strip_prefix("--")?;
            let words = comment.trim_start();
            let found = |tool, marker| Some((tool, marker));
            if words.starts_with("+goose ") {
                found(MigrationTool::Goose, "-- +goose")
            } else if words.starts_with("migrate:up") {
                found(MigrationTool::Dbmate, "-- migrate:up")
            } else if words.starts_with("+migrate ") {
                found(MigrationTool::SqlMigrate, "-- +migrate")
            } else if words.starts_with("liquibase formatted sql") {
                found(MigrationTool::Liquibase, "--liquibase formatted sql")
            } else if words.eq_ignore_ascii_case("up migration") {
                found(MigrationTool::NodePgMigrate, "-- Up Migration")
            } else if comment.starts_with("! Previous:") || comment.starts_with("! Hash:") {
                found(MigrationTool::Graphile, "--! Previous:")
            } else if words.starts_with("Deploy ") && words.contains(':') {
                found(MigrationTool::Sqitch, "-- Deploy")
            } else {
                None
            }
        })
}

/// Whether a file is the schema as Rails writes it after its migrations: called so, with the
/// versions that made it.
pub(super) fn is_structure(path: &Utf8Path, text: &str) -> bool {
    let stem = path.file_stem().unwrap_or_default();
    (stem == "structure" || stem.ends_with("_structure"))
        && memmem::find(text.as_bytes(), b"schema_migrations").is_some()
}

/// The tool whose migration a Python module is, and what tells it.
pub(in crate::discover) fn python_marker(text: &str) -> Option<(MigrationTool, &'static str)> {
    if is_revision(text) {
        Some((MigrationTool::Alembic, "`down_revision`"))
    } else if is_django(text) {
        Some((MigrationTool::Django, "`class Migration`"))
    } else {
        None
    }
}

/// A module of Django's holds `class Migration`, of `django.db.migrations` or of a class of the
/// project that descends from it, and then says what it follows and what it does.
fn is_django(text: &str) -> bool {
    const CLASS: &str = "class Migration(";
    let holds = |word: &str| memmem::find(text.as_bytes(), word.as_bytes()).is_some();
    let tells = holds("\n    dependencies = [") && holds("\n    operations = [");
    holds(CLASS)
        && (holds("django.db") && holds("migrations") || tells)
        && text.lines().any(|line| line.starts_with(CLASS))
}

/// A revision of Alembic says which one it is and which it follows.
fn is_revision(text: &str) -> bool {
    if memmem::find(text.as_bytes(), b"down_revision").is_none() {
        return false;
    }
    let assigns = |name: &str| {
        text.lines().any(|line| {
            let rest = line.strip_prefix(name).map(str::trim_start);
            rest.is_some_and(|rest| rest.starts_with(['=', ':']) && rest.contains('='))
        })
    };
    assigns("revision") && assigns("down_revision")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_say_what_they_follow() {
        let typed = "revision: str = \"a1\"\ndown_revision: Union[str, None] = None\n";
        assert!(is_revision(typed));
        assert!(is_revision("revision = 'b'\ndown_revision = ('a', 'c')\n"));
        assert!(!is_revision(
            "def f():\n    revision = 1\n    down_revision = 2\n"
        ));
        assert!(!is_revision("revision = ${repr(up_revision)}\n"));
    }

    #[test]
    fn migrations_of_django_hold_a_class() {
        let own = "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n";
        assert!(is_django(own));
        let south = "from django.db import models\nclass Migration(SchemaMigration):\n";
        assert!(!is_django(south));
        let of_project = "from shop.base import Quiet\nclass Migration(Quiet):\n    \
            dependencies = []\n    operations = []\n";
        assert!(is_django(of_project));
        assert!(!is_django(&own.replace("\nclass", "\n  class")));
    }

    #[test]
    fn markers_tell_the_tool() {
        for (text, tool) in [
            ("-- +goose Up\nSELECT 1;", MigrationTool::Goose),
            (
                "-- a\n\n-- migrate:up transaction:false\n",
                MigrationTool::Dbmate,
            ),
            ("-- +migrate Up\n", MigrationTool::SqlMigrate),
            ("--liquibase formatted sql\n", MigrationTool::Liquibase),
            ("-- Up Migration\n", MigrationTool::NodePgMigrate),
            ("--! Previous: -\n--! Hash: x\n", MigrationTool::Graphile),
            ("-- Deploy shop:orders to pg\n", MigrationTool::Sqitch),
            (
                "SELECT 1;\n---- create above / drop below ----\n",
                MigrationTool::Tern,
            ),
            (
                "SELECT 1;\n--> statement-breakpoint\n",
                MigrationTool::Drizzle,
            ),
        ] {
            assert_eq!(marker(text).map(|found| found.0), Some(tool), "{text}");
        }
        assert_eq!(marker("SELECT 1; -- +goose Up\n"), None);
        assert_eq!(marker("CREATE TABLE a ();\n-- +goose Up\n"), None);
    }
}
