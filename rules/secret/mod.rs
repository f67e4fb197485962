//! Values that must not stand in source code.

mod default_secret;
mod hardcoded_secret;
mod leaked_token;
mod private_key;

use crate::rule::prelude::*;

pub(super) const RULES: &[Rule] = &[
    default_secret::RULE,
    hardcoded_secret::RULE,
    leaked_token::RULE,
    private_key::RULE,
];
