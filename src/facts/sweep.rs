//! Statements that change or remove every row of a table.

use serde::{Deserialize, Serialize};

use super::schema::{Section, TableName};
use crate::source::Span;

/// `UPDATE` or `DELETE` without a condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sweep {
    /// The statement.
    pub span: Span,
    /// Its direction.
    pub section: Section,
    /// The table.
    pub table: TableName,
    /// The columns that are written; none where rows are removed.
    pub columns: Vec<String>,
    /// Each row gets what its own values say.
    pub converts: bool,
    /// A comment beside it says why.
    pub explained: bool,
}

/// Whether a comment stands above or beside what begins and ends at these bytes, which is more than
/// a mark of a tool.
pub(super) fn is_explained(text: &str, span: Span, mark: &str) -> bool {
    !comments(text, span, mark).is_empty()
}

/// The comments above, inside and beside what begins and ends at these bytes, but for marks of tools.
pub(super) fn comments<'t>(text: &'t str, span: Span, mark: &str) -> Vec<&'t str> {
    let (start, end) = (span.start as usize, span.end as usize);
    let before = text.get(..start).unwrap_or_default();
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let mut lines = before[..line].trim_end_matches('\n').lines().rev();
    // A comment may stand above several such statements, one below the other.
    let is_sweep = |line: &&str| {
        let word = line.split_whitespace().next().unwrap_or_default();
        ["delete", "update"]
            .iter()
            .any(|verb| word.eq_ignore_ascii_case(verb))
    };
    let above = lines.find(|line| !is_sweep(line));
    let behind = text.get(end..).unwrap_or_default().lines().next();
    let says = |comment: &&str| {
        let words = comment.trim_start_matches(['-', '#', '/', '*', ' ']);
        let is_mark = ["+", "!", "migrate:", "aicheck:", "noqa", "type:"];
        !is_mark.iter().any(|mark| words.starts_with(mark)) && words.contains(char::is_alphabetic)
    };
    let above = above.map(str::trim).filter(|line| {
        line.starts_with(mark) || mark == "--" && (line.starts_with("/*") || line.ends_with("*/"))
    });
    let behind = behind.and_then(|line| {
        let block = (mark == "--").then(|| line.find("/*")).flatten();
        line.find(mark).or(block).map(|at| &line[at..])
    });
    let inside = text.get(start..end).unwrap_or_default();
    let inside =
        (mark == "--" && (inside.contains("--") || inside.contains("/*"))).then_some(inside);
    let outside = above.into_iter().chain(behind).filter(says);
    outside.chain(inside).collect()
}

/// Words of a comment that speaks of all rows, or of a table that has one.
const ALL: [&str; 12] = [
    "all",
    "any",
    "each",
    "entire",
    "every",
    "everyone",
    "everything",
    "global",
    "other",
    "others",
    "singleton",
    "whole",
];

/// Whether a comment speaks of all rows.
pub(super) fn speaks_of_all(comment: &str) -> bool {
    let mut words = comment.split(|c: char| !c.is_alphanumeric());
    words.any(|word| ALL.iter().any(|all| word.eq_ignore_ascii_case(all)))
}

/// Words of a comment that speaks of a table that is emptied, or of what was there.
const EMPTYING: [&str; 9] = [
    "clear", "empty", "existing", "flush", "old", "previous", "purge", "reset", "truncate",
];

/// Whether a comment speaks of a table that is emptied.
pub(super) fn speaks_of_emptying(comment: &str) -> bool {
    let mut words = comment.split(|c: char| !c.is_alphanumeric());
    words.any(|word| EMPTYING.iter().any(|it| word.eq_ignore_ascii_case(it)))
}
