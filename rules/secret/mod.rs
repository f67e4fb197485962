//! Values that must not stand in source code.

mod hardcoded_secret;

use crate::rule::prelude::*;

pub(super) const RULES: &[Rule] = &[hardcoded_secret::RULE];
