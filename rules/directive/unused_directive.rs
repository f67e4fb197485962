//! Found by `judge`, which alone knows what a directive settled.

use crate::rule::prelude::*;

pub(super) const RULE: Rule = Rule {
    id: "unused-directive",
    family: "directive",
    page: include_str!("unused_directive.md"),
    check: |_, _| {},
};
