//! SARIF 2.1.0, which GitHub's code scanning and other hosts show beside the code.
//!
//! Kept within the limits of GitHub: 25,000 results of a run, 1,000 locations of a result.

use std::collections::BTreeMap;
use std::io;

use camino::Utf8Path;
use serde_json::{Value, json};

use super::machine::{Machine, Place, Told, ToldFix};
use crate::finding::{Confidence, Severity};
use crate::judge::{Report, ReportNote};
use crate::rule::Rule;

const RESULTS: usize = 25_000;
const LOCATIONS: usize = 1_000;
/// What hosts take for the top of the repository.
const ROOT: &str = "%SRCROOT%";

/// Writes the report; `below` is the way from the top of the repository to the checked root.
pub fn write(report: &Report, below: &Utf8Path, out: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &log(report, below))?;
    writeln!(out)
}

fn log(report: &Report, below: &Utf8Path) -> Value {
    let machine = Machine::new(report, below);
    let mut told = machine.by_weight();
    told.extend(machine.settled());
    told.truncate(RESULTS);
    let rules: BTreeMap<&str, &Rule> = told
        .iter()
        .filter_map(|told| Some((told.rule, told.by?)))
        .collect();
    let index: BTreeMap<&str, usize> = rules.keys().copied().zip(0..).collect();
    let results = told.iter().map(|told| result(told, &index));
    let notes = report.notes.iter().map(|note| notification(note, &machine));
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": env!("CARGO_PKG_NAME"),
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules.values().map(|rule| descriptor(rule)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { ROOT: {
                "description": { "text": "The top of the repository." }
            } },
            "invocations": [{
                "executionSuccessful": report.exit_status() != 2,
                "toolExecutionNotifications": notes.collect::<Vec<_>>(),
            }],
            "results": results.collect::<Vec<_>>(),
        }],
    })
}

fn descriptor(rule: &Rule) -> Value {
    let page = rule.read_page();
    let severity = page.meta.severities.first().copied();
    let mut descriptor = json!({
        "id": rule.id,
        "shortDescription": { "text": page.title },
        "fullDescription": { "text": page.why },
        "help": { "text": page.why, "markdown": page.why },
        "helpUri": super::url(rule),
        "defaultConfiguration": { "level": level(severity.unwrap_or(Severity::Warning)) },
        "properties": {
            "tags": [rule.family],
            "precision": precision(page.meta.confidence),
            "problem.severity": problem(severity.unwrap_or(Severity::Warning)),
        },
    });
    if !page.meta.former.is_empty() {
        descriptor["deprecatedIds"] = json!(page.meta.former);
    }
    descriptor
}

fn result(told: &Told, index: &BTreeMap<&str, usize>) -> Value {
    let text = match told.help.as_str() {
        "" => told.message.clone(),
        help => format!("{}\n\n{help}", told.message),
    };
    let related = told.labels.iter().take(LOCATIONS).zip(1..);
    let related: Vec<Value> = related
        .map(|((place, message), id)| {
            let mut location = location(place);
            location["id"] = json!(id);
            location["message"] = json!({ "text": message });
            location
        })
        .collect();
    let mut result = json!({
        "ruleId": told.rule,
        "level": level(told.severity),
        "message": { "text": text },
        "locations": [location(&told.place)],
        "relatedLocations": related,
        "partialFingerprints": {
            // Without it GitHub's upload through its interface would make every run new alerts.
            "primaryLocationLineHash": format!("{}:1", told.fingerprint),
            "aicheck/v1": told.fingerprint,
        },
        "properties": {
            "subject": told.subject,
            "confidence": told.confidence.as_str(),
        },
    });
    if let Some(fix) = &told.fix {
        result["fixes"] = json!([repair(fix)]);
    }
    if let Some(index) = index.get(told.rule) {
        result["ruleIndex"] = json!(index);
    }
    if let Some(settled) = &told.settled {
        let kind = if settled.in_source {
            "inSource"
        } else {
            "external"
        };
        result["suppressions"] = json!([{
            "kind": kind,
            "status": "accepted",
            "justification": settled.reason,
        }]);
    }
    result
}

/// Edits in one file.
fn repair(fix: &ToldFix) -> Value {
    let replacements = fix.edits.iter().map(|(place, text)| {
        json!({ "deletedRegion": region(place), "insertedContent": { "text": text } })
    });
    let file = fix.edits.first().map(|(place, _)| artifact(place));
    json!({
        "description": { "text": fix.title },
        "artifactChanges": [{
            "artifactLocation": file,
            "replacements": replacements.collect::<Vec<_>>(),
        }],
    })
}

fn location(place: &Place) -> Value {
    json!({ "physicalLocation": {
        "artifactLocation": artifact(place),
        "region": region(place),
    } })
}

fn artifact(place: &Place) -> Value {
    json!({ "uri": uri(&place.path), "uriBaseId": ROOT })
}

fn region(place: &Place) -> Value {
    json!({
        "startLine": place.start.line,
        "startColumn": place.start.column,
        "endLine": place.end.line,
        "endColumn": place.end.column,
    })
}

fn notification(note: &ReportNote, machine: &Machine) -> Value {
    let locations: Vec<Value> = note
        .at
        .map(|at| location(&machine.place(at)))
        .into_iter()
        .collect();
    json!({
        "level": "note",
        "message": { "text": machine.text(&note.message) },
        "locations": locations,
    })
}

/// A path as a relative URI: everything that a URI could take for something else is escaped.
fn uri(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/@+=,".contains(&byte);
    let escaped = path.bytes().map(|byte| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    });
    escaped.collect()
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// What GitHub calls severities.
fn problem(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "recommendation",
    }
}

/// What GitHub calls confidence.
fn precision(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Certain => "very-high",
        Confidence::Likely => "high",
        Confidence::Possible => "medium",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_says_how_it_was_called() {
        let rule = *crate::rules::find("float-money").unwrap();
        assert_eq!(descriptor(&rule).get("deprecatedIds"), None);
        let front = "+++\nformer = [\"float-price\"]\n";
        let renamed = Rule {
            page: rule.page.replacen("+++\n", front, 1).leak(),
            ..rule
        };
        let descriptor = descriptor(&renamed);
        assert_eq!(descriptor["id"], "float-money");
        assert_eq!(descriptor["deprecatedIds"], json!(["float-price"]));
    }
}
