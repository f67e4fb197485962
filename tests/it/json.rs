//! The JSON report holds what it should, and its published schema describes it.

use aicheck::finding::Edit;
use aicheck::report::json::Document;
use serde_json::{Value, json};

use crate::report::{MIGRATION, at, finding, report, settled};

fn document() -> Value {
    let mut report = report(&[("db/é.sql", MIGRATION), ("app.py", "db.delete(customer)\n")]);
    let mut finding = finding(
        "unused-directive",
        at(&report, 0, "on delete cascade"),
        "a message",
    );
    finding.note("under it");
    finding.label(at(&report, 1, "customer"), "elsewhere");
    finding.help("do that");
    let edits = vec![Edit {
        at: at(&report, 0, "on delete cascade"),
        text: "that".into(),
    }];
    finding.fix("Do that", edits);
    finding.subject = "orders.customer_id".into();
    finding.fingerprint = "0123".into();
    report.findings.push(finding);
    report.notes.push(aicheck::judge::ReportNote {
        id: aicheck::facts::NoteId::UnparsedSql,
        at: None,
        message: "not read".into(),
    });
    report.settled = settled(3);
    serde_json::to_value(Document::new(&report)).unwrap()
}

#[test]
fn version_1() {
    let place = |path: &str, line: u32, from: [u32; 2], to: [u32; 2]| {
        json!({
            "path": path,
            "start": { "line": line, "column": from[0], "offset": from[1] },
            "end": { "line": line, "column": to[0], "offset": to[1] },
        })
    };
    let here = place("db/é.sql", 7, [59, 162], [76, 179]);
    let expected = json!({
        "version": 1,
        "tool": { "name": "aicheck", "version": env!("CARGO_PKG_VERSION") },
        "summary": {
            "files": 2, "texts": 0, "errors": 1, "warnings": 0, "infos": 0,
            "suppressed": 3, "baselined": 0, "unchanged": 0, "notes": 1,
        },
        "findings": [{
            "rule": "unused-directive",
            "family": "directive",
            "severity": "error",
            "confidence": "certain",
            "message": "a message",
            "help": "do that",
            "subject": "orders.customer_id",
            "location": here,
            "labels": [
                { "location": here, "message": "under it" },
                { "location": place("app.py", 1, [11, 10], [19, 18]), "message": "elsewhere" },
            ],
            "fix": {
                "title": "Do that",
                "safety": "unsafe",
                "edits": [
                    { "path": "db/é.sql", "start": 162, "end": 179, "replacement": "that" },
                ],
            },
            "fingerprint": "0123",
            "url": "https://github.com/aicheck/aicheck/blob/main/rules/directive/unused_directive.md",
        }],
        "notes": [{ "id": "unparsed-sql", "location": null, "message": "not read" }],
    });
    assert_eq!(document(), expected);
}

#[test]
fn the_schema_describes_the_report() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/report.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let document = document();
    assert_eq!(faults(&schema, &schema, &document, "report"), "");
    let mut wrong = document.clone();
    wrong["findings"][0]["severity"] = json!("fatal");
    wrong["findings"][0]["location"]["start"]["line"] = json!("7");
    wrong["notes"][0]["message"].take();
    wrong.as_object_mut().unwrap().remove("tool");
    let found = faults(&schema, &schema, &wrong, "report");
    for expected in ["severity", "start.line", "notes[0].message", "no tool"] {
        assert!(found.contains(expected), "{expected}: {found}");
    }
}

/// What of a JSON schema the published one uses.
pub(crate) fn faults(root: &Value, schema: &Value, value: &Value, at: &str) -> String {
    let mut found = String::new();
    if let Some(reference) = schema["$ref"].as_str() {
        let target = root.pointer(reference.trim_start_matches('#')).unwrap();
        found += &faults(root, target, value, at);
    }
    if let Some(choices) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
        let fits = |choice: &Value| faults(root, choice, value, at).is_empty();
        if !choices.iter().any(fits) {
            found += &format!("{at}: {value} is none of the choices\n");
        }
    }
    let types = match &schema["type"] {
        Value::Array(types) => types.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    };
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    if !types.is_empty() && !types.iter().any(|name| name == kind) {
        found += &format!("{at}: {kind}, not {types:?}\n");
    }
    if schema.get("const").is_some_and(|wanted| wanted != value) {
        found += &format!("{at}: {value} is not {}\n", schema["const"]);
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        let name = name.as_str().unwrap();
        if value.get(name).is_none() {
            found += &format!("{at}: no {name}\n");
        }
    }
    for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(value) = value.get(name) {
            found += &faults(root, schema, value, &format!("{at}.{name}"));
        }
    }
    if let (Some(items), Some(values)) = (schema.get("items"), value.as_array()) {
        for (nth, value) in values.iter().enumerate() {
            found += &faults(root, items, value, &format!("{at}[{nth}]"));
        }
    }
    found
}
