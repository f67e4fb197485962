//! Columns of text without a limit where one is wanted: what clients fill, and what an index or a
//! short code holds in databases that keep long texts apart.

use std::collections::BTreeMap;

use super::words::{fold, nouns, words};
use super::{Column, Database, Family, Table, Typed, expression};
use crate::facts::schema::Dialect;
use crate::project::Project;
use crate::project::python::TextField;

/// A column of text without a limit.
#[derive(Clone, Debug)]
pub struct Unlimited<'a> {
    /// The column.
    pub text: Typed<'a>,
    /// Why it should have one.
    pub because: Because<'a>,
}

/// Why a text should have a limit.
#[derive(Clone, Copy, Debug)]
pub enum Because<'a> {
    /// A client fills it through this field.
    Client(&'a TextField),
    /// An index or a key holds it.
    Indexed,
    /// It holds a short code.
    Code,
}

/// Last words of names of texts that have no natural length.
const PROSE: &str = "about abstract analysis answer answers article bio biography body caption comment comments content \
    components contents css data definition desc description details diff docs document documentation draft error essay excerpt \
    explanation expression feedback formula html instruction instructions introduction json log logs \
    long markdown markup message messages metadata note notes output overview params payload plan \
    policy prompt query question questions raw reason remark remarks reply resolution response result review runbook schema script \
    snippet source sql statement stderr stdout story summary svg template text traceback transcript \
    transcription translation value xml yaml";

/// Last words of names of what another system gives or takes, as long as that wants it.
const ADDRESSES: &str = "href id link path token uri url uuid";

/// Last words of names of short codes.
const CODES: &str = "code currency email phone sku slug status";

/// What clients put around the name of a thing when they send it.
const AROUND: &str = "add api base body create data dto edit form in input json model new params patch payload \
    post put register request save schema serializer signup submit update upsert write";

impl Project {
    /// Columns of text without a limit where one is wanted, by database.
    pub fn unlimited_texts(&self) -> Vec<(&Database, Unlimited<'_>)> {
        let mut found = Vec::new();
        let sent = self.sent_texts();
        for database in &self.databases {
            for typed in database.unlimited_columns() {
                let (table, column) = (typed.table, typed.column);
                let of_client = || {
                    let field = sent.get(&(fold(&table.key.name), column.name.as_str()))?;
                    let holders = self
                        .databases
                        .iter()
                        .filter(|it| it.tables.contains_key(&table.key));
                    (holders.count() == 1 && !is_prose(&column.name) && !is_key(&column.name))
                        .then_some(Because::Client(field))
                };
                let because = database.wants_limit(table, column).or_else(of_client);
                found.extend(because.map(|because| {
                    (
                        database,
                        Unlimited {
                            text: typed,
                            because,
                        },
                    )
                }));
            }
        }
        found
    }

    /// Texts that clients send, by the table that the model is named after, and the column.
    fn sent_texts(&self) -> BTreeMap<(String, &str), &TextField> {
        let mut sent = BTreeMap::new();
        let fields = self
            .handlers
            .iter()
            .flat_map(|handler| &handler.unlimited_texts);
        for field in fields {
            let thing = thing(&field.model);
            for noun in nouns(&thing).into_iter().filter(|_| !thing.is_empty()) {
                sent.entry((noun, field.name.as_str())).or_insert(field);
            }
        }
        sent
    }
}

impl Database {
    /// Columns of text whose length nothing in the database limits.
    fn unlimited_columns(&self) -> impl Iterator<Item = Typed<'_>> {
        let typed = self.typed_columns();
        typed.filter(|typed| {
            let (table, column) = (typed.table, typed.column);
            let mut checks = table.checks.iter();
            self.is_unlimited(typed)
                && !table.is_open()
                && !column.listed
                && column.generated.is_none()
                && !checks.any(|check| expression::mentions(&check.condition, &column.name))
                && !self.is_limited_in_model(table, column)
        })
    }

    fn is_unlimited(&self, typed: &Typed) -> bool {
        let is_text = self.family(typed.ty) == Some(Family::Text) && typed.domain.is_none();
        let base = typed.ty.base.as_str();
        is_text
            && match self.dialect {
                Dialect::Postgres | Dialect::Sqlite => {
                    typed.ty.args.is_empty() && base != "character"
                }
                Dialect::Mysql => base.ends_with("text"),
                Dialect::Mssql => base.ends_with("text") || typed.ty.args == ["max"],
            }
    }

    fn is_limited_in_model(&self, table: &Table, column: &Column) -> bool {
        let models = self.models.as_deref();
        let model = models.and_then(|models| models.tables.get(&table.key));
        let declared = model.and_then(|model| model.column(&column.name));
        declared.is_some_and(|declared| {
            declared.listed
                || declared
                    .ty
                    .as_ref()
                    .is_none_or(|(ty, _)| !ty.args.is_empty())
        })
    }

    /// Where the database keeps long texts apart from the row, and its indexes hold short ones only.
    fn wants_limit(&self, table: &Table, column: &Column) -> Option<Because<'static>> {
        let name = &column.name;
        let is_long = is_prose(name) || lists(ADDRESSES, &last_word(name));
        if !matches!(self.dialect, Dialect::Mysql | Dialect::Mssql) || is_long {
            return None;
        }
        let in_key = table.keys().any(|key| key.columns.contains(name));
        let in_index = table.indexes.iter().any(|index| {
            let plain = index.method != "fulltext";
            plain && index.columns.iter().flatten().any(|held| held == name)
        });
        if in_key || in_index {
            Some(Because::Indexed)
        } else if lists(CODES, &last_word(name)) {
            Some(Because::Code)
        } else {
            None
        }
    }
}

/// Whether a name says that the text identifies something.
fn is_key(name: &str) -> bool {
    matches!(last_word(name).as_str(), "id" | "uuid" | "token")
}

fn is_prose(name: &str) -> bool {
    lists(PROSE, &last_word(name))
}

fn lists(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|listed| listed == word)
}

fn last_word(name: &str) -> String {
    words(name).pop().unwrap_or_default()
}

/// The thing that a model of a body stands for: `UserCreate`, `NewUserRequest` and `UserIn` are users.
fn thing(model: &str) -> String {
    let name = model.rsplit('.').next().unwrap_or(model);
    let words = words(name);
    let kept = words.iter().filter(|word| !lists(AROUND, word));
    kept.map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_of_bodies_are_named_after_things() {
        for model in [
            "UserCreate",
            "CreateUserRequest",
            "UserIn",
            "NewUser",
            "User",
            "schemas.UserBase",
        ] {
            assert_eq!(thing(model), "user", "{model}");
        }
        assert_eq!(thing("OrderItemUpdate"), "orderitem");
        assert_eq!(thing("CreateRequest"), "");
    }

    #[test]
    fn prose_has_no_natural_length() {
        for name in ["body", "order_notes", "html", "cancelReason"] {
            assert!(is_prose(name), "{name}");
        }
        for name in ["name", "title", "notes_title", "email"] {
            assert!(!is_prose(name), "{name}");
        }
    }
}
