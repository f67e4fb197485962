//! Columns that hold one of a few words, and nothing that says which.

use super::words::words;
use super::{Column, Database, Family, Table, expression};
use crate::facts::schema::TypeName;
use crate::source::Loc;

/// Last words of the names of such columns.
const NAMES: &[&str] = &["kind", "role", "state", "status", "type"];

/// Words before `type` that make it name something nobody lists: a format, a class, or another
/// program's word.
const OPEN: &[&str] = &[
    "browser", "content", "context", "data", "device", "entity", "event", "file", "grant", "media",
    "mime", "model", "object", "resource", "token",
];

/// Columns beside a `state` that make it a part of a country, or a token of a login.
const NOT_A_STATUS: &[&str] = &[
    "address",
    "city",
    "code_verifier",
    "country",
    "county",
    "nonce",
    "postal_code",
    "postcode",
    "redirect_uri",
    "redirect_url",
    "street",
    "zip",
    "zip_code",
    "zipcode",
];

impl Database {
    /// Columns of plain text that hold one of a few words which nothing in the database limits.
    pub fn unchecked_enums(&self) -> impl Iterator<Item = (&Table, &Column)> {
        self.tables.values().flat_map(|table| {
            let columns = table.columns.iter();
            columns
                .filter(|column| self.is_unchecked_enum(table, column))
                .map(move |column| (table, column))
        })
    }

    fn is_unchecked_enum(&self, table: &Table, column: &Column) -> bool {
        // A domain has checks of its own.
        let is_plain =
            |ty: &TypeName| self.family(ty) == Some(Family::Text) && self.type_of(ty).is_none();
        column.ty.as_ref().is_some_and(|(ty, _)| is_plain(ty))
            && !table.is_open()
            && column.created
            // Nothing branches on what only tells what was.
            && !table.is_record()
            && table.names_an_enum(column)
            && !table.limits_values(&column.name)
            && !self.is_listed(table, column)
    }

    /// Whether the code that writes the column lists its values; the model knows better than the
    /// migrations.
    fn is_listed(&self, table: &Table, column: &Column) -> bool {
        let models = self.models.as_deref();
        let model = models.and_then(|models| models.tables.get(&table.key));
        let declared = model.and_then(|model| model.column(&column.name));
        let is_enum = |(ty, _): &(TypeName, Loc)| self.family(ty) != Some(Family::Text);
        match declared {
            Some(declared) => declared.listed || declared.ty.as_ref().is_some_and(is_enum),
            None => column.listed,
        }
    }
}

impl Table {
    fn names_an_enum(&self, column: &Column) -> bool {
        let words = words(&column.name);
        let Some((last, before)) = words.split_last() else {
            return false;
        };
        let holds = |name: &str| self.columns.iter().any(|c| words_joined(&c.name) == name);
        let stem = before.join("_");
        let tells_a_table = ["id", "pk", "uuid"]
            .iter()
            .any(|end| holds(&format!("{stem}_{end}")));
        match last.as_str() {
            "type"
                if before
                    .last()
                    .is_some_and(|word| OPEN.contains(&word.as_str())) =>
            {
                false
            }
            "type" if !before.is_empty() && tells_a_table => false,
            // `state_of_mind` and `emotional_state` are described, not chosen.
            "state" if !before.is_empty() => column.starts_with_a_word(),
            "state" => !NOT_A_STATUS.iter().any(|name| holds(name)),
            last => NAMES.contains(&last),
        }
    }

    /// Whether a constraint decides what the column may hold.
    fn limits_values(&self, column: &str) -> bool {
        let checked = |text: &str| expression::mentions(text, column);
        self.checks.iter().any(|check| checked(&check.condition))
            || self.foreign_keys.iter().any(|fk| fk.columns.iter().any(|name| name == column))
            // What identifies a row is no word out of a few.
            || self.keys().any(|key| matches!(&key.columns[..], [only] if only == column))
    }
}

impl Column {
    /// Whether its default is a word.
    fn starts_with_a_word(&self) -> bool {
        let default = self.default.as_ref();
        default.is_some_and(|default| default.text.starts_with(['\'', '"']))
    }
}

fn words_joined(name: &str) -> String {
    words(name).join("_")
}
