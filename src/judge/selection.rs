//! Which rules run, and where. Knows names, paths and profiles; no finding's content.

use crate::config::{PerPath, Settings};
use crate::discover::{Inputs, Profile, Unit};
use crate::finding::Severity;
use crate::rule::{Catalogue, Rule};
use crate::source::{Loc, SourceFile};

/// The rules to run. What directives get wrong is said whatever is selected, unless it is ignored.
pub fn selected(catalogue: &Catalogue, settings: &Settings) -> Vec<&'static Rule> {
    let asked = |rule: &Rule| {
        settings.select.is_empty() || rule.family == "directive" || any(&settings.select, rule)
    };
    catalogue
        .rules()
        .filter(|rule| asked(rule) && !any(&settings.ignore, rule))
        .collect()
}

/// Whether one of the names stands for the rule.
fn any(names: &[String], rule: &Rule) -> bool {
    names.iter().any(|name| rule.is(name))
}

/// What holds where a finding stands.
pub(super) struct Places<'a> {
    /// By file: the `per-path` entries that match it.
    per_path: Vec<Vec<&'a PerPath>>,
    /// By file: its units.
    units: Vec<Vec<&'a Unit>>,
}

impl<'a> Places<'a> {
    pub(super) fn new(inputs: &'a Inputs, settings: &'a Settings) -> Self {
        let matching = |file: &SourceFile| {
            let entries = settings.per_path.iter();
            entries
                .filter(|entry| entry.paths.is_match(&file.path))
                .collect()
        };
        let mut units = vec![Vec::new(); inputs.files.len()];
        for unit in &inputs.units {
            units[unit.file.index()].push(unit);
        }
        Self {
            per_path: inputs.files.iter().map(matching).collect(),
            units,
        }
    }

    /// The highest severity a rule may have at a place; `None` = it does not run there.
    pub(super) fn ceiling(&self, at: Loc, rule: &Rule) -> Option<Severity> {
        let mut entries = self.per_path[at.file.index()].iter();
        if entries.any(|entry| any(&entry.ignore, rule)) {
            return None;
        }
        match (self.profile(at), rule.family) {
            (Profile::Production, _) | (_, "directive") => Some(Severity::Error),
            (Profile::Test, "handler" | "query" | "security" | "deploy" | "draft") => None,
            (Profile::Test | Profile::Example, _) => Some(Severity::Info),
        }
    }

    fn profile(&self, at: Loc) -> Profile {
        let start = at.span.start as usize;
        let mut units = self.units[at.file.index()].iter();
        units
            .find(|unit| unit.range.start <= start && start <= unit.range.end)
            .map_or(Profile::Production, |unit| unit.profile)
    }

    /// What the user wants the severity of a rule to be here: later entries for the path win over
    /// earlier ones, those over the whole project's; a rule's id wins over its family.
    pub(super) fn wanted(&self, at: Loc, rule: &Rule, settings: &Settings) -> Option<Severity> {
        let entries = self.per_path[at.file.index()].iter().rev();
        entries
            .map(|entry| &entry.severity)
            .chain([&settings.severity])
            .find_map(|table| override_of(table, rule))
    }
}

fn override_of(table: &[(String, Severity)], rule: &Rule) -> Option<Severity> {
    let of = |name: &str| table.iter().rev().find(|(key, _)| key == name);
    of(rule.id)
        .or_else(|| of(rule.family))
        .map(|(_, severity)| *severity)
}
