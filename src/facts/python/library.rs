//! What is known of Python libraries: the table in `data/python-libraries.toml`, read once.

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Deserializer};

use super::EffectKind;
use crate::facts::schema::Dialect;

/// The table.
pub(super) static LIBRARY: LazyLock<Library> = LazyLock::new(|| {
    let text = include_str!("../../../data/python-libraries.toml");
    toml::from_str(text).expect("a test reads the table")
});

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Library {
    #[serde(rename = "lookup", deserialize_with = "by_method")]
    pub(super) lookups: FxHashMap<String, Vec<Lookup>>,
    pub(super) query: Queries,
    pub(super) terminal: Vec<Terminal>,
    pub(super) mapped: Mapped,
    pub(super) responses: FxHashMap<String, u16>,
    pub(super) statuses: FxHashMap<String, u16>,
    pub(super) request: Requests,
    #[serde(rename = "conversion")]
    pub(super) conversions: Vec<Conversion>,
    pub(super) passing: Passing,
    pub(super) received: Receiving,
    pub(super) limits: Limits,
    pub(super) dialects: FxHashMap<String, Dialect>,
    #[serde(rename = "effect", deserialize_with = "effects_by_method")]
    pub(super) effects_of: FxHashMap<String, Vec<KnownEffect>>,
    pub(super) effects: Effects,
    pub(super) outage: Outage,
}

/// How a project says that it minds a database that is away.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Outage {
    pub(super) words: FxHashSet<String>,
}

/// A call that does something to a database.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KnownEffect {
    pub(super) on: Holder,
    pub(super) kind: EffectKind,
    /// Its arguments are the rows.
    #[serde(default)]
    pub(super) given: bool,
    methods: Vec<String>,
}

/// What such a call hangs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Holder {
    Session,
    Query,
    Class,
    Collection,
    Row,
    Connection,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Effects {
    pub(super) makes: FxHashSet<String>,
    pub(super) connections: FxHashSet<String>,
    pub(super) counts: FxHashSet<String>,
    pub(super) conflicts: FxHashSet<String>,
    #[serde(rename = "keep-text")]
    pub(super) keep_text: FxHashSet<String>,
}

/// A call that looks something up, and what happens when there is nothing.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Lookup {
    pub(super) id: String,
    pub(super) on: Receiver,
    methods: Vec<String>,
    pub(super) missing: Missing,
    #[serde(default)]
    pub(super) caught_by: Vec<String>,
    pub(super) key: Key,
}

/// What the call must hang on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Receiver {
    SqlalchemyQuery,
    DjangoQuery,
    AnyQuery,
    Session,
    SessionStatement,
    Cursor,
    Model,
    ClassOrCollection,
    Builtin,
}

/// What comes of it when nothing is found.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Missing {
    None(NoneWord),
    Raises(Vec<String>),
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum NoneWord {
    None,
}

/// Where the lookup key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Key {
    Query,
    Arguments,
    Both,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Queries {
    pub(super) functions: FxHashSet<String>,
    pub(super) methods: FxHashSet<String>,
    pub(super) django_managers: FxHashSet<String>,
    pub(super) sqlalchemy_managers: FxHashSet<String>,
    pub(super) django_methods: FxHashSet<String>,
    pub(super) filters: FxHashSet<String>,
    pub(super) keeping: FxHashSet<String>,
    pub(super) class_methods: FxHashMap<String, QueryVerb>,
    pub(super) aggregates: FxHashSet<String>,
    pub(super) executes: FxHashSet<String>,
    pub(super) creates: FxHashSet<String>,
    pub(super) aggregate_functions: FxHashSet<String>,
    pub(super) absences: Vec<String>,
    pub(super) sessions: FxHashSet<String>,
}

/// What a query does that a method of a class begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum QueryVerb {
    Select,
    Update,
    Delete,
}

/// A call that never returns.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Terminal {
    pub(super) name: String,
    pub(super) from: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mapped {
    pub(super) names: FxHashSet<String>,
    pub(super) own: FxHashSet<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Requests {
    pub(super) types: FxHashSet<String>,
    pub(super) data: FxHashSet<String>,
    pub(super) validated: FxHashSet<String>,
    pub(super) raw: FxHashMap<String, RawKind>,
    pub(super) raw_calls: FxHashMap<String, RawKind>,
    pub(super) checks: Vec<String>,
    pub(super) validates: FxHashSet<String>,
    pub(super) harmless: FxHashSet<String>,
    pub(super) secrets: Vec<String>,
}

/// What a part of the request is before anything has checked it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RawKind {
    /// Parsed JSON: an object, a list, anything.
    Json,
    /// Fields by name; a subscript raises where there is none.
    Fields,
    /// The same where the framework answers 400 by itself.
    Answered,
    /// `request.data`: parsed by REST framework, bytes in Flask.
    Data,
    /// The bytes of the body.
    Body,
    /// Parameters of the path by name.
    Path,
    /// The text of a field.
    Text,
}

/// A call that takes only some texts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Conversion {
    pub(super) id: String,
    pub(super) names: Vec<String>,
    pub(super) raises: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Passing {
    pub(super) functions: FxHashSet<String>,
    pub(super) methods: FxHashSet<String>,
    pub(super) need_a_value: FxHashSet<String>,
    pub(super) answering: FxHashSet<String>,
    pub(super) dumping: Vec<String>,
    pub(super) validating: FxHashSet<String>,
    pub(super) storing: FxHashSet<String>,
    pub(super) form_tests: FxHashSet<String>,
    pub(super) loggers: FxHashSet<String>,
    pub(super) logging: FxHashSet<String>,
}

/// What is read out of the answer of another service.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Receiving {
    pub(super) values: FxHashSet<String>,
    pub(super) status: FxHashSet<String>,
    pub(super) told: FxHashSet<String>,
}

/// Whether a keyword argument of a call or client limits what a call may take.
pub fn is_limit(keyword: &str) -> bool {
    LIBRARY.limits.keywords.contains(keyword)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Limits {
    pub(super) keywords: FxHashSet<String>,
}

fn by_method<'de, D>(deserializer: D) -> Result<FxHashMap<String, Vec<Lookup>>, D::Error>
where
    D: Deserializer<'de>,
{
    let mut table: FxHashMap<String, Vec<Lookup>> = FxHashMap::default();
    for lookup in Vec::<Lookup>::deserialize(deserializer)? {
        for method in &lookup.methods {
            table
                .entry(method.clone())
                .or_default()
                .push(lookup.clone());
        }
    }
    Ok(table)
}

fn effects_by_method<'de, D>(
    deserializer: D,
) -> Result<FxHashMap<String, Vec<KnownEffect>>, D::Error>
where
    D: Deserializer<'de>,
{
    let mut table: FxHashMap<String, Vec<KnownEffect>> = FxHashMap::default();
    for effect in Vec::<KnownEffect>::deserialize(deserializer)? {
        for method in &effect.methods {
            table
                .entry(method.clone())
                .or_default()
                .push(effect.clone());
        }
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_and_consistent() {
        let all: Vec<&Lookup> = LIBRARY.lookups.values().flatten().collect();
        assert!(all.len() > 20);
        for lookup in all {
            let raises = matches!(&lookup.missing, Missing::Raises(types) if !types.is_empty());
            assert_eq!(raises, !lookup.caught_by.is_empty(), "{}", lookup.id);
        }
        assert!(LIBRARY.terminal.iter().any(|it| it.name == "abort"));
    }

    #[test]
    fn a_method_is_told_by_what_it_hangs_on() {
        for (method, lookups) in &LIBRARY.lookups {
            let mut ids: Vec<&str> = lookups.iter().map(|lookup| lookup.id.as_str()).collect();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), lookups.len(), "{method}");
        }
    }

    #[test]
    fn on_one_holder_a_method_has_one_effect() {
        assert!(LIBRARY.effects_of.len() > 20);
        for (method, effects) in &LIBRARY.effects_of {
            let holders = effects.iter().map(|effect| effect.on as u8);
            let distinct: FxHashSet<u8> = holders.collect();
            assert_eq!(distinct.len(), effects.len(), "{method}");
        }
    }

    #[test]
    fn responses_tell_of_failures_and_statuses_are_those_of_http() {
        let responses = LIBRARY.responses.values();
        assert!(responses.into_iter().all(|it| (400..600).contains(it)));
        let statuses = LIBRARY.statuses.values();
        assert!(statuses.into_iter().all(|it| (200..600).contains(it)));
    }
}
