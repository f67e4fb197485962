//! Order among files of one folder, from their names alone.

use camino::Utf8Path;

use crate::discover::{MigrationTool, Unit, is_current};

/// A sort key: place in a plan, kind of migration, version, then the whole name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version {
    /// What no plan lists yet comes last.
    planned: u32,
    rank: u8,
    parts: Vec<Part>,
    name: Vec<Part>,
}

/// A piece of a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// Digits, compared as a number of any length: count, then digits, without leading zeros.
    Number(usize, String),
    /// Anything else.
    Text(String),
}

/// The version of a migration, as its tool compares versions.
/// A place in a graph of revisions is one in a plan.
pub(super) fn version(unit: &Unit, revision: Option<u32>) -> Version {
    let (rank, parts) = parts(&unit.path, unit.tool);
    let planned = unit.order.as_ref().and_then(|planned| planned.position);
    Version {
        planned: planned.or(revision).unwrap_or(u32::MAX),
        rank,
        parts,
        name: natural(unit.path.as_str()),
    }
}

fn parts(path: &Utf8Path, tool: MigrationTool) -> (u8, Vec<Part>) {
    let file = path.file_name().unwrap_or_default();
    let folder = path.parent().and_then(Utf8Path::file_name).unwrap_or(file);
    let own = match path.file_stem() {
        Some("up" | "migration") => folder,
        _ => file,
    };
    let before = own.split('_').next().unwrap_or(own);
    match tool {
        MigrationTool::Diesel => (0, vec![Part::Text(before.replace('-', ""))]),
        // These sort names as texts, Prisma whole ones.
        MigrationTool::Prisma => (0, vec![Part::Text(own.to_owned())]),
        MigrationTool::Supabase | MigrationTool::Dbmate => (0, vec![Part::Text(before.to_owned())]),
        MigrationTool::Flyway | MigrationTool::Refinery => flyway(file),
        MigrationTool::Graphile => (u8::from(is_current(path)), natural(own)),
        _ => {
            let versions = path.ancestors().skip(1).map_while(|above| {
                let name = above.file_name()?;
                is_version(name).then(|| natural(name))
            });
            let mut versions: Vec<Vec<Part>> = versions.collect();
            versions.reverse();
            let own = number(own).map_or_else(|| natural(own), |number| vec![number]);
            (0, versions.into_iter().flatten().chain(own).collect())
        }
    }
}

/// Whether a folder's name is a version or a date: `0.3`, `v2`, `2024-01`.
pub(super) fn is_version(name: &str) -> bool {
    let name = name.strip_prefix('v').unwrap_or(name);
    name.starts_with(|c: char| c.is_ascii_digit())
        && name
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '.' | '_' | '-'))
}

impl Version {
    /// Whether it is applied after the baseline, which stands for all up to it.
    pub(super) fn follows(&self, baseline: &Self) -> bool {
        self.rank > 1 || self.parts > baseline.parts
    }

    /// Whether it is applied after another one of its kind.
    pub(super) fn is_behind(&self, other: &Self) -> bool {
        self.rank == other.rank && self > other
    }

    /// Whether the part that orders both is the same.
    pub(super) fn clashes(&self, other: &Self) -> bool {
        (self.planned, self.rank, &self.parts) == (other.planned, other.rank, &other.parts)
    }
}

/// Digits compared as numbers, everything else as text.
pub(super) fn natural(name: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let digits = first.is_ascii_digit();
        let end = rest
            .find(|c: char| c.is_ascii_digit() != digits)
            .unwrap_or(rest.len());
        let (part, behind) = rest.split_at(end);
        parts.push(if digits {
            digits_part(part)
        } else {
            Part::Text(part.to_owned())
        });
        rest = behind;
    }
    parts
}

/// Where an SQL file stands, its number, and what it is called behind that.
pub(super) fn description(path: &Utf8Path) -> Option<(&Utf8Path, &str, &str)> {
    let (folder, file) = (path.parent()?, path.file_name()?);
    let (folder, own) = match file {
        "up.sql" => (folder.parent()?, folder.file_name()?),
        _ => (folder, file.strip_suffix(".sql")?),
    };
    let own = own.strip_prefix(['V', 'v']).unwrap_or(own);
    let (number, name) = own.split_at(own.find(char::is_alphabetic)?);
    let name = name.split('.').next()?;
    (!number.is_empty()).then_some((folder, number, name))
}

/// The number a name begins with.
pub(super) fn number(name: &str) -> Option<Part> {
    let end = name
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(name.len());
    (end > 0).then(|| digits_part(&name[..end]))
}

fn digits_part(digits: &str) -> Part {
    let digits = digits.trim_start_matches('0');
    Part::Number(digits.len(), digits.to_owned())
}

/// Baselines, then versions compared number by number, then repeatable ones by description.
fn flyway(file: &str) -> (u8, Vec<Part>) {
    let (before, description) = file.split_once("__").unwrap_or((file, file));
    let mut letters = before.chars();
    let rank = match letters.next() {
        Some('B' | 'b') => 0,
        Some('R' | 'r') => return (2, vec![Part::Text(description.to_owned())]),
        _ => 1,
    };
    let mut numbers: Vec<Part> = letters
        .as_str()
        .split(['.', '_'])
        .map(digits_part)
        .collect();
    // 1.0 is 1.
    while numbers.last() == Some(&digits_part("0")) {
        numbers.pop();
    }
    (rank, numbers)
}

/// Whether a file takes changes back. It is never replayed.
pub(super) fn is_way_back(path: &Utf8Path, tool: MigrationTool) -> bool {
    if tool == MigrationTool::Alembic {
        return false;
    }
    let stem = path.file_stem().unwrap_or_default().to_ascii_lowercase();
    let folder = path.parent().and_then(Utf8Path::file_name);
    let undo = tool == MigrationTool::Flyway && stem.starts_with('u');
    matches!(
        folder,
        Some("down" | "rollback" | "rollbacks" | "revert" | "undo")
    ) || tool == MigrationTool::Sqitch && folder == Some("verify")
        || stem == "down"
        || [
            ".down",
            "_down",
            "-down",
            ".rollback",
            "_rollback",
            "-rollback",
            ".undo",
            "_undo",
            "-undo",
            ".revert",
            "_revert",
            "-revert",
        ]
        .iter()
        .any(|end| stem.ends_with(end))
        || ["rollback_", "rollback-"]
            .iter()
            .any(|start| stem.starts_with(start))
        || undo
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(tool: MigrationTool, paths: &[&'static str]) -> Vec<&'static str> {
        let mut paths = paths.to_vec();
        paths.sort_by_key(|path| parts(Utf8Path::new(path), tool));
        paths
    }

    #[test]
    fn numbers_are_numbers() {
        assert_eq!(
            sorted(
                MigrationTool::Numbered,
                &["m/10_a.sql", "m/2_b.sql", "m/1_c.sql"]
            ),
            ["m/1_c.sql", "m/2_b.sql", "m/10_a.sql"]
        );
        assert_eq!(
            sorted(MigrationTool::Goose, &["m/20240101_a.sql", "m/00002_b.sql"]),
            ["m/00002_b.sql", "m/20240101_a.sql"]
        );
    }

    #[test]
    fn diesel_ignores_dashes() {
        assert_eq!(
            sorted(
                MigrationTool::Diesel,
                &["m/2017-09-23-182408_x/up.sql", "m/20170309122510_y/up.sql"]
            ),
            ["m/20170309122510_y/up.sql", "m/2017-09-23-182408_x/up.sql"]
        );
    }

    #[test]
    fn flyway_compares_version_numbers() {
        assert_eq!(
            sorted(
                MigrationTool::Flyway,
                &[
                    "R__views.sql",
                    "V10__a.sql",
                    "V2_1__b.sql",
                    "V2__c.sql",
                    "B1__base.sql"
                ]
            ),
            [
                "B1__base.sql",
                "V2__c.sql",
                "V2_1__b.sql",
                "V10__a.sql",
                "R__views.sql"
            ]
        );
        let of = |path: &str| parts(Utf8Path::new(path), MigrationTool::Flyway);
        assert_eq!(of("V1.0__a.sql"), of("V1__b.sql"));
        assert_ne!(of("V1.1__a.sql"), of("V1__b.sql"));
    }

    #[test]
    fn knows_the_way_back() {
        let back = |path: &str| is_way_back(Utf8Path::new(path), MigrationTool::Numbered);
        for path in [
            "m/001_a.down.sql",
            "m/1_x/down.sql",
            "m/down/001.sql",
            "m/002_rollback.sql",
            "m/003_names.undo.sql",
        ] {
            assert!(back(path), "{path}");
        }
        for path in [
            "m/001_a.up.sql",
            "m/002_countdown.sql",
            "m/003_revert_names.sql",
        ] {
            assert!(!back(path), "{path}");
        }
        assert!(is_way_back(
            Utf8Path::new("U1__x.sql"),
            MigrationTool::Flyway
        ));
        assert!(!is_way_back(Utf8Path::new("u1.sql"), MigrationTool::None));
    }
}
