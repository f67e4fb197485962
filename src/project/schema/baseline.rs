//! Migrations that an empty database never sees: those a baseline stands for, and what a platform
//! makes itself.

use super::version::Version;
use crate::discover::{MigrationTool, Unit};

/// The migrations that are applied to an empty database, of those of a history in order.
pub(super) fn since<'a>(
    mut members: Vec<usize>,
    file: impl Fn(usize) -> (&'a Unit, &'a Version),
) -> Vec<usize> {
    if members
        .first()
        .is_some_and(|first| is_platform(file(*first).0))
    {
        members.remove(0);
    }
    let baseline = members
        .iter()
        .rposition(|index| is_baseline(file(*index).0));
    let Some(baseline) = baseline.map(|nth| members[nth]) else {
        return members;
    };
    let version = file(baseline).1;
    members.retain(|index| *index == baseline || file(*index).1.follows(version));
    members
}

fn is_baseline(unit: &Unit) -> bool {
    match unit.tool {
        MigrationTool::Flyway => {
            let name = unit.path.file_name().unwrap_or_default();
            name.starts_with(['B', 'b'])
        }
        MigrationTool::Atlas => {
            let text = unit.text.get(unit.range.clone()).unwrap_or_default();
            let head = text.lines().take_while(|line| line.starts_with("--"));
            let mut words = head.map(|line| line.trim_start_matches('-').trim());
            words.any(|words| words.starts_with("atlas:checkpoint"))
        }
        _ => false,
    }
}

/// Supabase made such a file of what it had made itself, until 9 December 2021.
fn is_platform(unit: &Unit) -> bool {
    let name = unit.path.file_name().unwrap_or_default();
    let digits = name.strip_suffix("_init.sql").unwrap_or_default();
    unit.tool == MigrationTool::Supabase && digits.len() == 14 && digits < "20211209000000"
}
