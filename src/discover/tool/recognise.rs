//! Which tool applies a migration: by configuration, by its marker, by what lies beside it, by its
//! name. A folder has one tool; a file in it that does not fit is no migration.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::marker::{is_structure, marker};
use super::plan::Plans;
use super::{MigrationTool, declared};
use crate::config::Settings;
use crate::discover::Planned;
use crate::discover::sidecar::Sidecars;

/// What an SQL file is to a tool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::discover) struct Recognised {
    pub(in crate::discover) tool: MigrationTool,
    /// Its place in the plan of the tool, where that keeps one.
    pub(in crate::discover) order: Option<Planned>,
    /// What tells the tool; empty for none.
    pub(in crate::discover) why: String,
}

/// Recognises SQL files, given with their texts, in the order given.
pub(in crate::discover) fn recognise(
    files: &[(&Utf8Path, &str)],
    sidecars: &Sidecars,
    settings: &Settings,
) -> Vec<Recognised> {
    let mut found = vec![Recognised::default(); files.len()];
    let mut folders: BTreeMap<Utf8PathBuf, Vec<usize>> = BTreeMap::new();
    for (nth, (path, _)) in files.iter().enumerate() {
        folders.entry(folder(path)).or_default().push(nth);
    }
    let plans = Plans::read(files, sidecars);
    let declared: BTreeMap<_, _> = declared::read(files, sidecars).into_iter().collect();
    for (folder, members) in folders {
        let members: Vec<_> = members.into_iter().map(|nth| (nth, files[nth])).collect();
        let texts: Vec<_> = members.iter().map(|(_, file)| *file).collect();
        let (tool, why) = of_folder(&folder, &texts, sidecars);
        for (nth, (path, text)) in members {
            found[nth] = match configured(path, settings) {
                Some(tool) => Recognised {
                    tool,
                    why: "configuration".to_owned(),
                    order: None,
                },
                None if let Some(planned) = declared.get(path) => Recognised {
                    tool: MigrationTool::None,
                    why: "a declared schema of Supabase".to_owned(),
                    order: Some(planned.clone()),
                },
                None if is_structure(path, text) => Recognised {
                    tool: MigrationTool::Rails,
                    why: "its `schema_migrations`".to_owned(),
                    order: None,
                },
                None if fits(path, text, tool, &plans) => Recognised {
                    tool,
                    why: why.clone(),
                    order: plans.of(path).cloned(),
                },
                None => Recognised::default(),
            };
        }
    }
    add_current(files, &mut found);
    found
}

/// graphile-migrate keeps the migration that is being written beside the folder of the committed
/// ones, in a file or a folder `current`.
fn add_current(files: &[(&Utf8Path, &str)], found: &mut [Recognised]) {
    let is_graphile = |it: &Recognised| it.tool == MigrationTool::Graphile;
    let committed = files
        .iter()
        .zip(found.iter())
        .filter(|(_, found)| is_graphile(found));
    let roots: BTreeMap<Utf8PathBuf, Recognised> = committed
        .map(|((path, _), found)| (graphile_root(path).to_owned(), found.clone()))
        .collect();
    for ((path, _), found) in files.iter().zip(found) {
        if is_current(path)
            && let Some(root) = roots.get(graphile_root(path))
        {
            found.clone_from(root);
        }
    }
}

/// `current.sql` or `current/001.sql`.
pub(crate) fn is_current(path: &Utf8Path) -> bool {
    path.file_name() == Some("current.sql")
        || path.parent().and_then(Utf8Path::file_name) == Some("current")
}

/// The folder above `committed` and `current`.
pub(crate) fn graphile_root(path: &Utf8Path) -> &Utf8Path {
    let folder = path.parent().unwrap_or(Utf8Path::new(""));
    match folder.file_name() {
        Some("committed" | "current") => folder.parent().unwrap_or(folder),
        _ => folder,
    }
}

/// The folder whose files make one history.
pub(in crate::discover) fn folder(path: &Utf8Path) -> Utf8PathBuf {
    let folder = path.parent().unwrap_or(Utf8Path::new(""));
    let history = match folder.parent() {
        Some(above) if is_versioned_folder(path) => above,
        _ => folder,
    };
    history.to_owned()
}

/// `<version>_name/up.sql`, `<version>_name/migration.sql`.
pub(in crate::discover) fn is_versioned_folder(path: &Utf8Path) -> bool {
    let folder = path.parent().and_then(Utf8Path::file_name);
    matches!(path.file_stem(), Some("up" | "down" | "migration"))
        && folder.is_some_and(starts_with_digit)
}

/// The tool that the settings name for a path.
pub(in crate::discover) fn configured(
    path: &Utf8Path,
    settings: &Settings,
) -> Option<MigrationTool> {
    let mut entries = settings.migrations.iter().rev();
    let (_, tool) = entries.find(|(paths, _)| paths.is_match(path))?;
    Some(*tool)
}

fn of_folder(
    folder: &Utf8Path,
    files: &[(&Utf8Path, &str)],
    sidecars: &Sidecars,
) -> (MigrationTool, String) {
    let by_marker = files.iter().find_map(|(_, text)| marker(text));
    let said = |tool, why: &str| (tool, why.to_owned());
    if let Some((tool, marker)) = by_marker {
        return (tool, format!("`{marker}`"));
    }
    if let Some((tool, why)) = by_sidecar(folder, sidecars) {
        return said(tool, why);
    }
    if folder.ends_with("supabase/migrations") {
        return said(MigrationTool::Supabase, "supabase/migrations");
    }
    let names: Vec<_> = files.iter().map(|(path, _)| *path).collect();
    by_names(folder, &names, sidecars).map_or_else(Default::default, |(tool, why)| said(tool, why))
}

fn by_sidecar(folder: &Utf8Path, sidecars: &Sidecars) -> Option<(MigrationTool, &'static str)> {
    let beside = |name| sidecars.text(folder, name).is_some();
    let above = |name| {
        folder
            .parent()
            .is_some_and(|above| sidecars.text(above, name).is_some())
    };
    if beside("atlas.sum") {
        Some((MigrationTool::Atlas, "atlas.sum"))
    } else if sidecars
        .text(&folder.join("meta"), "_journal.json")
        .is_some()
    {
        Some((MigrationTool::Drizzle, "meta/_journal.json"))
    } else if beside("migration_lock.toml") {
        Some((MigrationTool::Prisma, "migration_lock.toml"))
    } else if matches!(folder.file_name(), Some("deploy" | "revert" | "verify"))
        && above("sqitch.plan")
    {
        Some((MigrationTool::Sqitch, "sqitch.plan"))
    } else if beside("tern.conf") {
        Some((MigrationTool::Tern, "tern.conf"))
    } else {
        None
    }
}

fn by_names(
    folder: &Utf8Path,
    paths: &[&Utf8Path],
    sidecars: &Sidecars,
) -> Option<(MigrationTool, &'static str)> {
    let all = |fits: fn(&Utf8Path) -> bool| paths.iter().filter(|path| fits(path)).count();
    let rust = |word| sidecars.speaks_of(folder, "Cargo.toml", word);
    let most = paths.len().div_ceil(2);
    if all(is_versioned_folder) >= most {
        let beside = |path: &&&Utf8Path| {
            let folder = path.parent()?;
            sidecars.text(folder, "snapshot.json")
        };
        let is_prisma = paths.iter().any(|path| path.ends_with("migration.sql"));
        return Some(match is_prisma {
            true if paths.iter().any(|path| beside(&path).is_some()) => {
                (MigrationTool::Drizzle, "<version>_name/snapshot.json")
            }
            true => (MigrationTool::Prisma, "<version>_name/migration.sql"),
            false => (MigrationTool::Diesel, "<version>_name/up.sql"),
        });
    }
    if all(is_flyway) >= most {
        return Some(match rust("refinery") {
            true => (MigrationTool::Refinery, "V<version>__name.sql and refinery"),
            false => (MigrationTool::Flyway, "V<version>__name.sql"),
        });
    }
    let numbered = all(is_numbered);
    if all(is_up_or_down) > 0 && all(is_up_or_down) * 2 >= numbered {
        return Some(match rust("sqlx") {
            true => (MigrationTool::Sqlx, "<version>_name.up.sql and sqlx"),
            false => (MigrationTool::GolangMigrate, "<version>_name.up.sql"),
        });
    }
    // `migration/sqlite/0.21/00__name.sql` is three folders deep.
    let mut places = folder.components().rev().take(3);
    let is_place = places.any(|place| is_migration_folder(place.as_str()));
    if numbered == 0 || !is_place && (numbered < 2 || numbered < most) {
        None
    } else if rust("sqlx") {
        Some((MigrationTool::Sqlx, "<version>_name.sql and sqlx"))
    } else {
        Some((MigrationTool::Numbered, "the names of the folder"))
    }
}

/// Whether a file in a folder of the tool is one of its migrations.
fn fits(path: &Utf8Path, text: &str, tool: MigrationTool, plans: &Plans) -> bool {
    match tool {
        MigrationTool::None => false,
        MigrationTool::Diesel | MigrationTool::Prisma => is_versioned_folder(path),
        MigrationTool::Flyway | MigrationTool::Refinery => is_flyway(path),
        MigrationTool::Sqitch => plans.of(path).is_some() || !plans.rule(&folder(path)),
        MigrationTool::Liquibase => marker(text).is_some() || plans.of(path).is_some(),
        MigrationTool::Drizzle => is_numbered(path) || is_versioned_folder(path),
        _ => is_numbered(path) || marker(text).is_some_and(|(found, _)| found == tool),
    }
}

/// `001_name.sql`, `2024-01-01-name.sql`, `7.sql`, `v2_name.sql`.
pub(in crate::discover) fn is_numbered(path: &Utf8Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    starts_with_digit(name.strip_prefix(['v', 'V']).unwrap_or(name))
}

fn is_up_or_down(path: &Utf8Path) -> bool {
    let stem = path.file_stem().unwrap_or_default();
    is_numbered(path) && (stem.ends_with(".up") || stem.ends_with(".down"))
}

/// `V1_2__name.sql`, `R__name.sql`.
fn is_flyway(path: &Utf8Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    let Some((before, _)) = name.split_once("__") else {
        return false;
    };
    let mut chars = before.chars();
    let is_version = |rest: &str| {
        rest.starts_with(|c: char| c.is_ascii_digit())
            && rest
                .chars()
                .all(|c| c.is_ascii_digit() || matches!(c, '.' | '_'))
    };
    match chars.next() {
        Some('V' | 'v' | 'U' | 'B') => is_version(chars.as_str()),
        Some('R') => chars.as_str().is_empty(),
        _ => false,
    }
}

fn starts_with_digit(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_digit())
}

fn is_migration_folder(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("migrat")
        || matches!(
            name.as_str(),
            "versions"
                | "changes"
                | "changelog"
                | "changesets"
                | "patches"
                | "deltas"
                | "upgrades"
                | "updates"
                | "revisions"
                | "evolutions"
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discover::Tree;

    /// The tool of each SQL file.
    fn tools(files: &[(&str, &str)]) -> Vec<(String, MigrationTool)> {
        let files: BTreeMap<_, _> = files
            .iter()
            .map(|(path, text)| (Utf8PathBuf::from(*path), text.as_bytes().to_vec()))
            .collect();
        let paths: Vec<_> = files.keys().cloned().collect();
        let sidecars = Sidecars::read(&Tree::Memory(files.clone()), &paths);
        let sql: Vec<_> = files
            .iter()
            .filter(|(path, _)| path.extension() == Some("sql"))
            .map(|(path, bytes)| (path.as_path(), std::str::from_utf8(bytes).unwrap()))
            .collect();
        let found = recognise(&sql, &sidecars, &Settings::default());
        sql.iter()
            .zip(found)
            .map(|((path, _), found)| (path.to_string(), found.tool))
            .collect()
    }

    fn tool(paths: &[&str]) -> MigrationTool {
        let files: Vec<_> = paths.iter().map(|path| (*path, "")).collect();
        tools(&files)[0].1
    }

    #[test]
    fn names_tell_the_tool() {
        for (paths, expected) in [
            (
                &["m/001_a.up.sql", "m/001_a.down.sql"][..],
                MigrationTool::GolangMigrate,
            ),
            (
                &["m/001_a.up.sql", "m/001_a.down.sql", "Cargo.toml"],
                MigrationTool::GolangMigrate,
            ),
            (
                &[
                    "m/2024-01-01-000000_a/up.sql",
                    "m/2024-01-01-000000_a/down.sql",
                ],
                MigrationTool::Diesel,
            ),
            (
                &["prisma/migrations/20240101_a/migration.sql"],
                MigrationTool::Prisma,
            ),
            (
                &["supabase/migrations/20240101_a.sql"],
                MigrationTool::Supabase,
            ),
            (
                &["db/migration/V1__a.sql", "db/migration/V1.1__b.sql"],
                MigrationTool::Flyway,
            ),
            (&["db/001_a.sql", "db/002_b.sql"], MigrationTool::Numbered),
            (&["db/migrations/001_a.sql"], MigrationTool::Numbered),
            (&["db/001_a.sql"], MigrationTool::None),
            (&["migration/mysql/0.2/00__a.sql"], MigrationTool::Numbered),
            (
                &["m/V0001.a.up.sql", "m/V0001.a.down.sql"],
                MigrationTool::GolangMigrate,
            ),
            (&["db/v1_a.sql", "db/v2_b.sql"], MigrationTool::Numbered),
            (&["db/schema.sql", "db/queries.sql"], MigrationTool::None),
        ] {
            assert_eq!(tool(paths), expected, "{paths:?}");
        }
    }

    #[test]
    fn rust_projects_name_their_tool() {
        let cargo = |dependency| ("Cargo.toml", dependency);
        let sqlx = [cargo("sqlx = \"0.8\""), ("migrations/1_a.sql", "")];
        assert_eq!(tools(&sqlx)[0].1, MigrationTool::Sqlx);
        let refinery = [cargo("refinery = \"1\""), ("migrations/V1__a.sql", "")];
        assert_eq!(tools(&refinery)[0].1, MigrationTool::Refinery);
    }

    #[test]
    fn a_marker_holds_for_its_folder_and_files_that_do_not_fit_are_no_migrations() {
        let files = [
            ("db/001_a.sql", "-- +goose Up\n"),
            ("db/002_b.sql", "-- +goose Up\n"),
            ("db/schema.sql", ""),
        ];
        let found: Vec<_> = tools(&files).into_iter().map(|found| found.1).collect();
        assert_eq!(
            found,
            [
                MigrationTool::Goose,
                MigrationTool::Goose,
                MigrationTool::None
            ]
        );
    }

    #[test]
    fn a_plan_gives_the_order() {
        let sql = [
            (Utf8Path::new("deploy/a.sql"), ""),
            (Utf8Path::new("deploy/b.sql"), ""),
        ];
        let files = BTreeMap::from([("sqitch.plan".into(), b"b 2024\na 2024\n".to_vec())]);
        let sidecars = Sidecars::read(&Tree::Memory(files), &["sqitch.plan".into()]);
        let found = recognise(&sql, &sidecars, &Settings::default());
        let position = |nth: usize| found[nth].order.as_ref().unwrap().position;
        assert_eq!((position(0), position(1)), (Some(1), Some(0)));
        assert_eq!(found[0].tool, MigrationTool::Sqitch);
    }
}
