//! Columns that mark a row as deleted instead of removing it.

use super::{Column, Database, Family, Table};
use crate::facts::schema::Dialect;

/// What such a row is said to be.
const GONE: [&str; 6] = [
    "deleted",
    "discarded",
    "erased",
    "removed",
    "softdeleted",
    "trashed",
];

/// Rows are put away instead of being deleted where it is told when; a mark alone may also say that
/// something is kept elsewhere, or folded away in a list.
const PUT_AWAY: &str = "archived";

/// What stands around that word in the name of a moment.
const WHEN: [&str; 6] = ["at", "date", "datetime", "on", "time", "timestamp"];

/// What stands around it in the name of a mark.
const WHETHER: [&str; 4] = ["flag", "hasbeen", "is", "was"];

impl Database {
    /// The column by which the rows of a table are marked as deleted.
    pub fn soft_delete<'a>(&self, table: &'a Table) -> Option<&'a Column> {
        let marks = |column: &&Column| self.marks_deleted(column);
        table.columns.iter().find(marks)
    }

    /// A moment that most rows do not have, or a mark that is true or false.
    fn marks_deleted(&self, column: &Column) -> bool {
        let Some(form) = Form::of(&column.name) else {
            return false;
        };
        let Some((ty, _)) = &column.ty else {
            return false;
        };
        let starts_at_zero = column
            .default
            .as_ref()
            .is_some_and(|default| default.text.trim_matches(['\'', '(', ')']) == "0");
        let is_moment = match self.family(ty) {
            Some(Family::Timestamp | Family::Date) => column.nullable,
            Some(Family::Integer) => column.nullable || starts_at_zero,
            // SQLite keeps moments as text.
            Some(Family::Text) => column.nullable && self.dialect == Dialect::Sqlite,
            _ => false,
        };
        let is_mark = match self.family(ty) {
            Some(Family::Boolean) => true,
            Some(Family::Timestamp | Family::Date) => column.nullable,
            // SQLite has no booleans, MySQL keeps them in its smallest numbers; a count is larger.
            Some(Family::Integer) => {
                ty.base == "tinyint" || self.dialect == Dialect::Sqlite && starts_at_zero
            }
            _ => ty.base == "bit",
        };
        match form {
            Form::Moment => is_moment,
            Form::Mark => is_mark,
        }
    }
}

/// What the name of a column that marks deleted rows speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// `deleted_at`: when.
    Moment,
    /// `is_deleted`, `deleted`: whether.
    Mark,
}

impl Form {
    /// Databases fold `deletedAt` to `deletedat`, so the words are told without what divides them.
    fn of(name: &str) -> Option<Self> {
        let name: String = name.to_lowercase().split(['_', ' ', '-']).collect();
        let is_gone = |rest: &str| GONE.contains(&rest);
        let is_gone_or_away = |rest: &str| is_gone(rest) || rest == PUT_AWAY;
        let around = |word: &str, says: &dyn Fn(&str) -> bool| {
            let before = name.strip_prefix(word).is_some_and(says);
            before || name.strip_suffix(word).is_some_and(says)
        };
        if WHEN.iter().any(|word| around(word, &is_gone_or_away)) {
            Some(Self::Moment)
        } else if is_gone(&name) || WHETHER.iter().any(|word| around(word, &is_gone)) {
            Some(Self::Mark)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_when_or_whether() {
        for name in
            "deleted_at deletedAt deletedat deleted_on date_deleted archived_at removed_time"
                .split(' ')
        {
            assert_eq!(Form::of(name), Some(Form::Moment), "{name}");
        }
        for name in
            "deleted is_deleted isDeleted isremoved removed deleted_flag soft_deleted".split(' ')
        {
            assert_eq!(Form::of(name), Some(Form::Mark), "{name}");
        }
        for name in "deleted_by deleted_by_id delete_at deletion_scheduled_at can_delete is_active \
            undeleted_at deleted_count archived is_archived archived_messages archive_path at is"
            .split_whitespace()
        {
            assert_eq!(Form::of(name), None, "{name}");
        }
    }
}
