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

    /// The known name nearest to one that is not known.
    pub fn nearest(&self, name: &str) -> Option<&'static str> {
        let names = self.rules().flat_map(|rule| [rule.id, rule.family]);
        nearest(name, names)
    }
}

/// The word most like `name`, if any is like it at all.
pub fn nearest<'a>(name: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let likeness = |word: &str| strsim::jaro_winkler(name, word);
    words
        .into_iter()
        .map(|word| (likeness(word), word))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1)))
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_what_was_meant_and_nothing_else() {
        let words = ["missing-fk-index", "float-money", "schema"];
        assert_eq!(nearest("missing-fk-indx", words), Some("missing-fk-index"));
        assert_eq!(nearest("shema", words), Some("schema"));
        assert_eq!(nearest("x", words), None);
    }
}
