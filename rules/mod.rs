//! The catalogue: one folder a family, one page and one file a rule.

use crate::rule::Rule;

/// All rules, by family and id.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    let families: [&'static [Rule]; 0] = [];
    families.into_iter().flatten()
}
