//! The rules a run knows, by name. Knows none of them itself.

use std::collections::BTreeMap;

use super::{Meta, Rule};

/// Rules by id, each with its front matter read.
#[derive(Default)]
pub struct Catalogue {
    rules: BTreeMap<&'static str, (&'static Rule, Meta)>,
    former: BTreeMap<String, &'static str>,
}

impl Catalogue {
    /// Reads the front matter of every rule.
    pub fn new(rules: impl IntoIterator<Item = &'static Rule>) -> Self {
        let entry = |rule: &'static Rule| (rule.id, (rule, rule.meta()));
        let rules: BTreeMap<_, _> = rules.into_iter().map(entry).collect();
        let renamed = rules.iter().flat_map(|(id, (_, meta))| {
            let former = meta.former.iter();
            former.map(|former| (former.clone(), *id))
        });
        Self {
            former: renamed.collect(),
            rules,
        }
    }

    /// The rules, by id.
    pub fn rules(&self) -> impl Iterator<Item = &'static Rule> {
        self.rules.values().map(|(rule, _)| *rule)
    }

    /// The rules that a name stands for: one by its id or a former one, all of a family by its name.
    pub fn named(&self, name: &str) -> Vec<&'static Rule> {
        let name = self.former.get(name).copied().unwrap_or(name);
        self.rules().filter(|rule| rule.is(name)).collect()
    }

    /// Ids that rules had before, with the present ones.
    pub fn former(&self) -> &BTreeMap<String, &'static str> {
        &self.former
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

    /// Every name that people may write: rules, by former ids too, and families.
    pub fn names(&self) -> Vec<&str> {
        let present = self.rules().flat_map(|rule| [rule.id, rule.family]);
        let former = self.former.keys().map(String::as_str);
        let mut names: Vec<&str> = present.chain(former).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}
