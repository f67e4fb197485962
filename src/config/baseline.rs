//! The findings that were there when aicheck came: known by their fingerprints, counted, and not
//! reported again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The name of the file that is read where no other is named.
pub const BASELINE: &str = "aicheck-baseline.json";

/// The version of the file.
const VERSION: u32 = 1;

/// Known findings, by fingerprint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline(BTreeMap<String, Known>);

/// A known finding. All but the fingerprint is there for people.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// The file it stood in, relative to the root.
    pub path: String,
    /// Id of the rule.
    pub rule: String,
    /// What it was about.
    pub subject: String,
    /// Its name across runs.
    pub fingerprint: String,
}

/// A baseline, as it is written.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    /// The version of this format.
    version: u32,
    /// In path order.
    findings: Vec<Known>,
}

/// A file that is no baseline.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// Not written by `aicheck baseline write`.
    #[error("{0}")]
    Malformed(#[from] serde_json::Error),
    /// Written by a newer aicheck.
    #[error("its version is {0}, this aicheck reads version {VERSION}")]
    Version(u32),
}

impl Baseline {
    /// Reads the text of a file.
    pub fn read(text: &str) -> Result<Self, BaselineError> {
        let Document { version, findings } = serde_json::from_str(text)?;
        if version != VERSION {
            return Err(BaselineError::Version(version));
        }
        Ok(findings.into_iter().collect())
    }

    /// The text of its file: an entry a line, so that changes are easy to review.
    pub fn write(&self) -> String {
        let mut known: Vec<&Known> = self.0.values().collect();
        known.sort();
        let entries: Vec<String> = known
            .iter()
            .map(|known| {
                let entry = serde_json::to_string(known).expect("strings are JSON");
                format!("    {entry}")
            })
            .collect();
        match entries.is_empty() {
            true => format!("{{\n  \"version\": {VERSION},\n  \"findings\": []\n}}\n"),
            false => format!(
                "{{\n  \"version\": {VERSION},\n  \"findings\": [\n{}\n  ]\n}}\n",
                entries.join(",\n")
            ),
        }
    }

    /// The entry of the finding that has one of these names.
    pub fn known<'n>(&self, mut names: impl Iterator<Item = &'n String>) -> Option<&Known> {
        names.find_map(|name| self.0.get(name))
    }

    /// How many findings are known.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Known> for Baseline {
    fn from_iter<I: IntoIterator<Item = Known>>(known: I) -> Self {
        let named = known.into_iter();
        Self(
            named
                .map(|known| (known.fingerprint.clone(), known))
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(path: &str, fingerprint: &str) -> Known {
        Known {
            path: path.into(),
            rule: "float-money".into(),
            subject: "orders.\"total\"".into(),
            fingerprint: fingerprint.into(),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        for findings in [vec![], vec![known("b.sql", "01"), known("a.sql", "02")]] {
            let baseline: Baseline = findings.into_iter().collect();
            let text = baseline.write();
            assert_eq!(Baseline::read(&text).unwrap(), baseline, "{text}");
        }
        let baseline: Baseline = [known("b.sql", "01"), known("a.sql", "02")]
            .into_iter()
            .collect();
        let text = baseline.write();
        assert!(text.find("a.sql") < text.find("b.sql"), "{text}");
    }

    #[test]
    fn other_files_are_none() {
        assert!(Baseline::read("[]").is_err());
        let newer = Baseline::read("{\"version\": 2, \"findings\": []}").unwrap_err();
        assert!(newer.to_string().contains("version is 2"));
    }
}
