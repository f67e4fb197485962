//! Decisions in comments and in the configuration that do not hold (any more).

mod invalid_directive;
mod unused_directive;

use crate::rule::prelude::*;

pub(super) const RULES: &[Rule] = &[invalid_directive::RULE, unused_directive::RULE];
