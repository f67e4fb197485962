//! Values that must not stand in source code.

mod credential_in_url;
mod default_secret;
mod hardcoded_secret;
mod leaked_token;
mod private_key;
mod secret_in_config;
mod sql_credential;

use crate::rule::prelude::*;

pub(super) const RULES: &[Rule] = &[
    credential_in_url::RULE,
    default_secret::RULE,
    hardcoded_secret::RULE,
    leaked_token::RULE,
    private_key::RULE,
    secret_in_config::RULE,
    sql_credential::RULE,
];
