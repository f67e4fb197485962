//! Columns that keep moments in time.

use super::{Column, Database, Table, Typed, habit};
use crate::facts::schema::Dialect;

const WITH_ZONE: &str = "timestamp with time zone";

impl Database {
    /// Moments that PostgreSQL keeps without their time zone: by table, or together where that is
    /// the habit of the schema. Other databases have no better type.
    pub fn zoneless_moments(&self) -> Vec<Vec<Typed<'_>>> {
        if self.dialect != Dialect::Postgres {
            return Vec::new();
        }
        let found: Vec<Typed> = self
            .typed_columns()
            .filter(|typed| typed.ty.base == "timestamp" && typed.table.has_moment(typed.column))
            .collect();
        let by_table = found
            .chunk_by(|left, right| left.table.key == right.table.key)
            .map(<[Typed]>::to_vec);
        let mixed = self.typed_columns().any(|typed| typed.ty.base == WITH_ZONE);
        habit::once(by_table.collect(), mixed)
    }
}

impl Table {
    /// Whether a column keeps a moment, and no time of day at some place: its name says so, and in
    /// a table that names time zones also its default.
    fn has_moment(&self, column: &Column) -> bool {
        let default = column.default.as_ref().map(|default| &default.text);
        let is_now = default.is_some_and(|text| {
            let text = text.to_ascii_lowercase();
            ["now()", "current_timestamp", "clock_timestamp()"]
                .iter()
                .any(|now| text.contains(now))
        });
        names_moment(&column.name)
            && (is_now || !self.columns.iter().any(|other| names_zone(&other.name)))
    }
}

/// `created_at`, `startTime`, and no `local_start_time`.
fn names_moment(name: &str) -> bool {
    let ends = ["_at", "_time", "At", "Time"];
    ends.iter().any(|end| name.ends_with(end)) && !name.to_ascii_lowercase().contains("local")
}

/// `timezone`, `time_zone`, `event_tz`.
fn names_zone(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('_', "");
    name.ends_with("timezone") || name.ends_with("tz")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for name in ["created_at", "createdAt", "start_time", "startTime"] {
            assert!(names_moment(name), "{name}");
        }
        for name in [
            "format",
            "flat",
            "lifetime",
            "local_start_time",
            "localTime",
            "due_date",
        ] {
            assert!(!names_moment(name), "{name}");
        }
        for name in ["timezone", "time_zone", "eventTimeZone", "event_tz", "tz"] {
            assert!(names_zone(name), "{name}");
        }
        assert!(!names_zone("zone_time"));
    }
}
