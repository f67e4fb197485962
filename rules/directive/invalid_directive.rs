//! Found by `judge`, which alone reads directives.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "invalid-directive",
    family: "directive",
    page: include_str!("invalid_directive.md"),
    check: |_, _| {},
};
