//! The published JSON schema of the settings, made from the words that the reader knows.

use serde_json::{Value, json};

use super::super::file::{KEYS, PATH_KEYS, REVIEW_KEYS};
use super::super::words::{DIALECTS, PROFILES, SEVERITIES, STRICTNESS};
use crate::discover::MigrationTool;
use crate::rule::Catalogue;

fn words<T>(words: &[(&'static str, T)]) -> Vec<&'static str> {
    words.iter().map(|(word, _)| *word).collect()
}

fn described(text: &str, mut schema: Value) -> Value {
    schema["description"] = text.into();
    schema
}

fn rules() -> Value {
    json!({ "type": "array", "items": { "$ref": "#/$defs/rule" } })
}

fn severity() -> Value {
    json!({
        "description": "Severities that replace a rule's own, by rule or family.",
        "type": "object",
        "propertyNames": { "$ref": "#/$defs/rule" },
        "additionalProperties": { "enum": words(SEVERITIES) },
    })
}

fn dialect() -> Value {
    json!({ "description": "The dialect of the SQL.", "enum": words(DIALECTS) })
}

fn per_path() -> Value {
    json!({
        "description": "What differs below some paths; later entries win.",
        "type": "object",
        "additionalProperties": {
            "type": "object",
            "additionalProperties": false,
            "properties": {
                "ignore": described("Do not run these there.", rules()),
                "severity": severity(),
                "dialect": dialect(),
                "profile": {
                    "description": "What the code there is for.",
                    "enum": words(PROFILES),
                },
            },
        },
    })
}

fn review() -> Value {
    let action =
        "The clause that was reviewed; the entry is stale when the clause says something else.";
    let text = json!({ "type": "string", "pattern": "\\S" });
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": REVIEW_KEYS[..3],
        "properties": {
            "rule": { "$ref": "#/$defs/rule" },
            "subject": text,
            "reason": text,
            "action": described(action, text),
        },
    })
}

fn schema() -> Value {
    let catalogue = Catalogue::new(crate::rules::all());
    let tools: Vec<&str> = MigrationTool::ALL.iter().map(|tool| tool.name()).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "aicheck.toml",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "profile": {
                "description": "How strictly to judge where nothing else says more.",
                "enum": words(STRICTNESS),
            },
            "select": described("Run only these rules or families.", rules()),
            "ignore": described("Do not run these rules or families.", rules()),
            "severity": severity(),
            "per-path": per_path(),
            "exclude": {
                "description": "Paths that are not read, patterns as in .gitignore.",
                "type": "array",
                "items": { "type": "string", "minLength": 1 },
            },
            "dialect": dialect(),
            "postgres-version": {
                "description": "The oldest version of PostgreSQL that the migrations run on.",
                "type": "integer",
                "minimum": 9,
                "maximum": 99,
            },
            "migrations": {
                "description": "Folders of migrations with the tool that applies them.",
                "type": "object",
                "additionalProperties": { "enum": tools },
            },
            "reviewed": {
                "description": "Decisions about code that must not be edited any more.",
                "type": "array",
                "items": { "$ref": "#/$defs/review" },
            },
            "baseline": {
                "description": "The file of known findings, relative to the root.",
                "type": "string",
            },
        },
        "$defs": {
            "rule": { "description": "A rule or a family.", "enum": catalogue.names() },
            "review": review(),
        },
    })
}

#[test]
fn the_published_schema_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/aicheck.schema.json");
    let current = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    if std::env::var_os("AICHECK_BLESS").is_some() {
        std::fs::write(path, &current).unwrap();
    }
    let published = std::fs::read_to_string(path).unwrap_or_default();
    assert!(published == current, "AICHECK_BLESS=1 rewrites it");
}

#[test]
fn the_schema_knows_every_key() {
    let schema = schema();
    let of = |pointer: &str| -> Vec<String> {
        let properties = schema.pointer(pointer).unwrap().as_object().unwrap();
        let mut keys: Vec<String> = properties.keys().cloned().collect();
        keys.sort();
        keys
    };
    let sorted = |keys: &[&str]| {
        let mut keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        // Nobody can use it yet.
        keys.retain(|key| key != "vocabulary");
        keys.sort();
        keys
    };
    assert_eq!(of("/properties"), sorted(&KEYS));
    let below = "/properties/per-path/additionalProperties/properties";
    assert_eq!(of(below), sorted(&PATH_KEYS));
    assert_eq!(of("/$defs/review/properties"), sorted(&REVIEW_KEYS));
}
