//! The catalogue: one folder a family, one page and one file a rule.

mod directive;
mod handler;
mod migration;
mod schema;
mod secret;

use crate::rule::Rule;

/// The families, in the order they are listed.
const FAMILIES: [&[Rule]; 5] = [
    schema::RULES,
    migration::RULES,
    handler::RULES,
    secret::RULES,
    directive::RULES,
];

/// All rules, by family and id.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    FAMILIES.into_iter().flatten()
}

/// The rule of an id.
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}
