//! Reads `aicheck.toml` and the `[tool.aicheck]` table of `pyproject.toml`, keeping every place.

use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{ConfigError, Fault};
use super::words::{self, Unknown};
use super::{Pattern, PerPath, Review, Settings};
use crate::finding::Severity;
use crate::source::{SourceFile, Span};

pub(super) const KEYS: [&str; 12] = [
    "profile",
    "select",
    "ignore",
    "severity",
    "per-path",
    "exclude",
    "dialect",
    "postgres-version",
    "migrations",
    "reviewed",
    "baseline",
    "vocabulary",
];

pub(super) const PATH_KEYS: [&str; 4] = ["ignore", "severity", "dialect", "profile"];
pub(super) const REVIEW_KEYS: [&str; 4] = ["rule", "subject", "reason", "action"];

type Value<'a> = Spanned<DeValue<'a>>;

/// Reads a configuration file; `names` are the rules and families there are.
///
/// Of a `pyproject.toml` only `[tool.aicheck]` is read; without that table there are no settings.
pub fn parse(file: SourceFile, names: &[&str]) -> Result<Option<Settings>, ConfigError> {
    let in_pyproject = file.path.file_name() == Some("pyproject.toml");
    if in_pyproject && !file.text.contains("aicheck") {
        return Ok(None);
    }
    let mut reader = Reader {
        names,
        settings: Settings::default(),
        faults: Vec::new(),
    };
    let mut found = true;
    match DeTable::parse(&file.text) {
        Err(error) => {
            let span = error.span().unwrap_or_default().into();
            reader.fault(span, error.message(), None);
        }
        Ok(document) if in_pyproject => match tool_table(document.get_ref()) {
            Some(value) => reader.root(value),
            None => found = false,
        },
        Ok(document) => reader.keys(document.get_ref()),
    }
    let file = Arc::new(file);
    let Reader {
        mut settings,
        mut faults,
        ..
    } = reader;
    if !faults.is_empty() {
        faults.sort_by_key(|fault| fault.span);
        return Err(ConfigError { file, faults });
    }
    settings.file = Some(file);
    Ok(found.then_some(settings))
}

fn tool_table<'a, 'i>(document: &'a DeTable<'i>) -> Option<&'a Value<'i>> {
    document.get("tool")?.get_ref().as_table()?.get("aicheck")
}

struct Reader<'n> {
    names: &'n [&'n str],
    settings: Settings,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn root(&mut self, value: &Value<'_>) {
        if let Some(table) = self.table(value, "`tool.aicheck`") {
            self.keys(table);
        }
    }

    fn keys(&mut self, table: &DeTable<'_>) {
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            match name {
                "profile" => {
                    let profile = self.word(value, "a profile", words::strictness);
                    profile.into_iter().for_each(|it| self.settings.judge(it));
                }
                "select" => self.settings.select = self.rules(value, name),
                "ignore" => self.settings.ignore = self.rules(value, name),
                "severity" => self.settings.severity = self.severities(value),
                "per-path" => self.per_path(value),
                "exclude" => self.exclude(value),
                "dialect" => self.settings.dialect = self.word(value, "a dialect", words::dialect),
                "postgres-version" => self.settings.postgres_version = self.version(value),
                "migrations" => self.migrations(value),
                "reviewed" => self.reviewed(value),
                "baseline" => {
                    let path = self.string(value, "`baseline`");
                    self.settings.baseline_file = path.map(Into::into);
                }
                "vocabulary" => {
                    let message = format!("`{name}` is not supported yet");
                    self.fault(key.span().into(), &message, None);
                }
                _ => self.unknown_key(key.span().into(), name, &KEYS),
            }
        }
    }

    /// The major version of PostgreSQL: 9 to 99.
    fn version(&mut self, value: &Value<'_>) -> Option<u32> {
        let number = value
            .get_ref()
            .as_integer()
            .and_then(|it| it.as_str().parse().ok());
        let version = number.filter(|number| (9..100).contains(number));
        if version.is_none() {
            self.expected(value, "`postgres-version`", "a major version, like 14");
        }
        version
    }

    fn severities(&mut self, value: &Value<'_>) -> Vec<(String, Severity)> {
        let Some(table) = self.table(value, "`severity`") else {
            return Vec::new();
        };
        let mut severities = Vec::new();
        for (key, value) in table {
            let rule = self.rule(key.get_ref(), key.span().into());
            let severity = self.word(value, "a severity", words::severity);
            severities.extend(rule.zip(severity));
        }
        severities
    }

    fn exclude(&mut self, value: &Value<'_>) {
        for (text, span) in self.strings(value, "`exclude`") {
            if let Some(pattern) = self.pattern(&text, span) {
                self.settings.exclude.push(pattern);
            }
        }
    }

    fn per_path(&mut self, value: &Value<'_>) {
        let Some(table) = self.table(value, "`per-path`") else {
            return;
        };
        for (key, value) in table {
            let pattern = self.pattern(key.get_ref(), key.span().into());
            let Some(entries) = self.table(value, "an entry of `per-path`") else {
                continue;
            };
            let Some(paths) = pattern else { continue };
            let mut entry = PerPath::new(paths);
            for (key, value) in entries {
                match key.get_ref().as_ref() {
                    "ignore" => entry.ignore = self.rules(value, "ignore"),
                    "severity" => entry.severity = self.severities(value),
                    "dialect" => entry.dialect = self.word(value, "a dialect", words::dialect),
                    "profile" => entry.profile = self.word(value, "a profile", words::profile),
                    name => self.unknown_key(key.span().into(), name, &PATH_KEYS),
                }
            }
            self.settings.per_path.push(entry);
        }
    }

    fn migrations(&mut self, value: &Value<'_>) {
        let Some(table) = self.table(value, "`migrations`") else {
            return;
        };
        for (key, value) in table {
            let pattern = self.pattern(key.get_ref(), key.span().into());
            let tool = self.word(value, "a migration tool", words::tool);
            if let (Some(pattern), Some(tool)) = (pattern, tool) {
                self.settings.migrations.push((pattern, tool));
            }
        }
    }

    fn reviewed(&mut self, value: &Value<'_>) {
        let Some(entries) = value.get_ref().as_array() else {
            self.expected(value, "`reviewed`", "tables `[[reviewed]]`");
            return;
        };
        for entry in entries {
            if let Some(table) = self.table(entry, "an entry of `reviewed`") {
                self.review(table, entry.span().into());
            }
        }
    }

    fn review(&mut self, table: &DeTable<'_>, span: Span) {
        let mut found = [const { None }; REVIEW_KEYS.len()];
        let mut text = span;
        for (key, value) in table {
            text = text.to(value.span().into());
            let name = key.get_ref().as_ref();
            match REVIEW_KEYS.iter().position(|known| *known == name) {
                Some(nth) => found[nth] = self.review_value(name, value),
                None => self.unknown_key(key.span().into(), name, &REVIEW_KEYS),
            }
        }
        for name in &REVIEW_KEYS[..3] {
            if !table.contains_key(*name) {
                self.fault(span, &format!("a review needs `{name}`"), None);
            }
        }
        if let [Some(rule), Some(subject), Some(reason), action] = found {
            self.settings.reviewed.push(Review {
                rule,
                subject,
                reason,
                action,
                span,
                text,
            });
        }
    }

    fn review_value(&mut self, name: &str, value: &Value<'_>) -> Option<String> {
        let text = self.string(value, &format!("`{name}`"))?;
        if text.trim().is_empty() {
            self.fault(value.span().into(), &format!("`{name}` is empty"), None);
            return None;
        }
        if name == "rule" {
            return self.rule(&text, value.span().into());
        }
        Some(text)
    }

    fn rules(&mut self, value: &Value<'_>, key: &str) -> Vec<String> {
        let words = self.strings(value, &format!("`{key}`"));
        words
            .into_iter()
            .filter_map(|(word, span)| self.rule(&word, span))
            .collect()
    }

    fn rule(&mut self, word: &str, span: Span) -> Option<String> {
        let found = words::rule(word, self.names);
        self.known(found, "rule or family", span)
    }

    fn pattern(&mut self, text: &str, span: Span) -> Option<Pattern> {
        let pattern = Pattern::new(text);
        pattern
            .map_err(|why| self.fault(span, &format!("`{text}` is no path pattern: {why}"), None))
            .ok()
    }

    fn word<T>(
        &mut self,
        value: &Value<'_>,
        what: &str,
        meaning: fn(&str) -> Result<T, Unknown>,
    ) -> Option<T> {
        let word = self.string(value, what)?;
        self.known(meaning(&word), what, value.span().into())
    }

    fn known<T>(&mut self, found: Result<T, Unknown>, what: &str, span: Span) -> Option<T> {
        let what = what.trim_start_matches("a ");
        found
            .map_err(|Unknown { word, help }| {
                self.fault(span, &format!("unknown {what} `{word}`"), Some(help));
            })
            .ok()
    }

    fn unknown_key(&mut self, span: Span, name: &str, known: &[&str]) {
        let Unknown { word, help } = words::unknown(name, known);
        self.fault(span, &format!("unknown key `{word}`"), Some(help));
    }

    fn strings(&mut self, value: &Value<'_>, what: &str) -> Vec<(String, Span)> {
        let Some(items) = value.get_ref().as_array() else {
            self.expected(value, what, "a list of strings");
            return Vec::new();
        };
        items
            .iter()
            .filter_map(|item| {
                let text = self.string(item, &format!("an item of {what}"))?;
                Some((text, item.span().into()))
            })
            .collect()
    }

    fn string(&mut self, value: &Value<'_>, what: &str) -> Option<String> {
        let found = value.get_ref().as_str().map(str::to_owned);
        if found.is_none() {
            self.expected(value, what, "a string");
        }
        found
    }

    fn table<'a, 'i>(&mut self, value: &'a Value<'i>, what: &str) -> Option<&'a DeTable<'i>> {
        let found = value.get_ref().as_table();
        if found.is_none() {
            self.expected(value, what, "a table");
        }
        found
    }

    fn expected(&mut self, value: &Value<'_>, what: &str, expected: &str) {
        let message = format!(
            "{what} must be {expected}, not {}",
            value.get_ref().type_str()
        );
        self.fault(value.span().into(), &message, None);
    }

    fn fault(&mut self, span: Span, message: &str, help: Option<String>) {
        self.faults.push(Fault {
            span,
            message: message.to_owned(),
            help,
        });
    }
}
