//! The rules a run knows, by name. Knows none of them itself.

use std::collections::BTreeMap;

use super::{Meta, Rule};

/// Rules by id, each with its front matter read.
#[derive(Default)]
pub struct Catalogue {
    rules: BTreeMap<&'static str, (&'static Rule, Meta)>,
}

impl Catalogue {
    /// Reads the front matter of every rule.
    pub fn new(rules: impl IntoIterator<Item = &'static Rule>) -> Self {
        let entry = |rule: &'static Rule| (rule.id, (rule, rule.meta()));
        Self {
            rules: rules.into_iter().map(entry).collect(),
        }
    }

    /// The rules, by id.
    pub fn rules(&self) -> impl Iterator<Item = &'static Rule> {
        self.rules.values().map(|(rule, _)| *rule)
    }

    /// The rules that a name stands for: one by its id, all of a family by its name.
    pub fn named(&self, name: &str) -> Vec<&'static Rule> {
        self.rules().filter(|rule| rule.is(name)).collect()
    }

    /// The front matter of a rule.
    pub fn meta(&self, rule: &str) -> &Meta {
        let (_, meta) = self.rules.get(rule).expect("findings name their rule");
        meta
    }

    /// The rule of an id.
    pub fn rule(&self, id: &str) -> &'static Rule {
        let (rule, _) = self.rules.get(id).expect("findings name their rule");
        rule
    }

    /// Every name that people may write: rules and families.
    pub fn names(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self
            .rules()
            .flat_map(|rule| [rule.id, rule.family])
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}
