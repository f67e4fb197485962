//! Plans: files in which a tool keeps the order of its migrations.

use camino::Utf8Path;

use crate::discover::sidecar::Sidecars;

/// The migrations of a folder in the order of its plan, by file name without extension.
pub(super) fn order(folder: &Utf8Path, sidecars: &Sidecars) -> Option<Vec<String>> {
    if let Some(journal) = sidecars.text(&folder.join("meta"), "_journal.json") {
        return drizzle(journal);
    }
    if folder.file_name() == Some("deploy") {
        return sidecars.text(folder.parent()?, "sqitch.plan").map(sqitch);
    }
    None
}

fn drizzle(journal: &str) -> Option<Vec<String>> {
    let journal: serde_json::Value = serde_json::from_str(journal).ok()?;
    let tag = |entry: &serde_json::Value| entry.get("tag")?.as_str().map(str::to_owned);
    let entries = journal.get("entries")?.as_array()?;
    Some(entries.iter().filter_map(tag).collect())
}

/// Lines `name [dependencies] time planner # note`; `%` starts a pragma, `@` a tag.
fn sqitch(plan: &str) -> Vec<String> {
    plan.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with(['%', '@', '#']))
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_are_read() {
        let journal =
            r#"{"dialect": "pg", "entries": [{"idx": 0, "tag": "0000_b"}, {"tag": "0001_a"}]}"#;
        assert_eq!(drizzle(journal).unwrap(), ["0000_b", "0001_a"]);
        assert_eq!(drizzle("broken"), None);
        let plan =
            "%project=shop\n\nusers 2024-01-01T00:00:00Z A <a@b> # x\n@v1\norders [users] 2024\n";
        assert_eq!(sqitch(plan), ["users", "orders"]);
    }
}
