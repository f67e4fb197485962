//! Decides from a name alone whether what is bound to it is secret. Knows no values, no language.
//!
//! A name is read as words, and its last words say what it is: `reset_password_url` is a URL.
//! Substrings never count (`monkey`, `passed`, `tokenizer`).

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::Purpose;

/// What a name says about its value; from it follows how strong the value must look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sensitivity {
    /// A password or secret: people choose it, so any value can be real.
    Password,
    /// A key the project makes for itself (`SECRET_KEY`): any value works, so any value is live.
    OwnKey,
    /// A key or token that someone else hands out: real ones look random.
    IssuedKey,
    /// A bare `token`, `key` or `auth`: mostly something else.
    Bare,
}

const PASSWORDS: &[&str] = &[
    "password",
    "passwd",
    "pwd",
    "pswd",
    "passphrase",
    "passcode",
    "secret",
    // Options of the tools of Java and of OpenSSL.
    "keypass",
    "storepass",
    "passin",
    "passout",
];

/// Endings of words written without a break: `DATABASEPASSWORD`, `clientsecret`.
const GLUED_PASSWORDS: &[&str] = &["password", "passwd", "passphrase", "secret", "pwd"];

/// Without one of these in front, `pass` is a ticket, a stage or a verb.
const PASS_OWNERS: &[&str] = &[
    "admin", "auth", "basic", "broker", "database", "db", "email", "ftp", "http", "imap", "ldap",
    "login", "mail", "mongo", "mq", "mysql", "pg", "postgres", "proxy", "rabbitmq", "redis",
    "root", "sftp", "smtp", "sql", "ssh", "sudo", "user",
];

/// `secret_key`: what kind of key a project makes for itself.
const OWN_KEYS: &[&str] = &[
    "aes",
    "cipher",
    "crypto",
    "encryption",
    "fernet",
    "hmac",
    "jwt",
    "master",
    "secret",
    "signing",
];

/// `api_key`, `access_token`: what is handed out by someone else.
const ISSUED: &[&str] = &[
    "access",
    "account",
    "admin",
    "api",
    "app",
    "application",
    "auth",
    "authentication",
    "bearer",
    "bot",
    "client",
    "deploy",
    "identity",
    "jwt",
    "oauth",
    "personal",
    "private",
    "refresh",
    "secret",
    "security",
    "service",
    "session",
    "shared",
    "subscription",
    "verify",
    "webhook",
];

const GLUED_ISSUED: &[&str] = &[
    "apikey",
    "accesskey",
    "privatekey",
    "accesstoken",
    "apitoken",
    "authtoken",
    "bearertoken",
    "refreshtoken",
    "repotoken",
];

const GLUED_OWN_KEYS: &[&str] = &["secretkey", "signingkey", "encryptionkey"];

/// The key of one of these names it, or is made to be shown.
const IDENTIFIED: &[&str] = &[
    "blob",
    "document",
    "file",
    "folder",
    "item",
    "object",
    "publishable",
    "record",
    "row",
    "sheet",
    "site",
    "spreadsheet",
];

/// Words that turn a sensitive name into something else: a flag, a page, a message, a public or
/// deliberately false value.
const NEGATING: &[&str] = &[
    "allow",
    "ask",
    "bad",
    "cache",
    "change",
    "continuation",
    "csrf",
    "cursor",
    "dummy",
    "enable",
    "encrypted",
    "example",
    "expired",
    "fake",
    "foreign",
    "force",
    "forgot",
    "forgotten",
    "generate",
    "has",
    "hash",
    "hashed",
    "hide",
    "incorrect",
    "invalid",
    "is",
    "max",
    "min",
    "missing",
    "mock",
    "next",
    "no",
    "non",
    "not",
    "page",
    "paging",
    "partition",
    "primary",
    "prompt",
    "pub",
    "public",
    "remember",
    "require",
    "requires",
    "reset",
    "rotate",
    "sample",
    "show",
    "sort",
    "toggle",
    "update",
    "weak",
    "without",
    "wrong",
    "xsrf",
];

/// Words behind the sensitive one that do not change what it is.
const SUFFIXES: &[&str] = &[
    "current",
    "default",
    "dev",
    "development",
    "live",
    "local",
    "new",
    "old",
    "plain",
    "plaintext",
    "prod",
    "production",
    "raw",
    "sandbox",
    "stage",
    "staging",
    "str",
    "test",
    "val",
    "value",
];

/// What the name promises, or `None` for a name that promises nothing secret.
pub fn sensitivity(name: &str) -> Option<Sensitivity> {
    if !mentions_a_secret(name) {
        return None;
    }
    let mut words = words(name);
    while words.len() > 1 && SUFFIXES.contains(&words[words.len() - 1].as_str()) {
        words.pop();
    }
    if words.iter().any(|word| NEGATING.contains(&word.as_str())) {
        return None;
    }
    let last = words.last()?.as_str();
    let before = words.iter().rev().nth(1).map(String::as_str);
    let ends_glued = |list: &[&str]| list.iter().any(|tail| last.ends_with(tail));
    if ends_glued(GLUED_OWN_KEYS) {
        return Some(Sensitivity::OwnKey);
    }
    if ends_glued(GLUED_ISSUED) {
        return Some(Sensitivity::IssuedKey);
    }
    if PASSWORDS.contains(&last) || ends_glued(GLUED_PASSWORDS) {
        return Some(Sensitivity::Password);
    }
    match (before, last) {
        (Some(owner), "pass") if PASS_OWNERS.contains(&owner) => Some(Sensitivity::Password),
        (Some(owner), "key") if OWN_KEYS.contains(&owner) => Some(Sensitivity::OwnKey),
        (Some(owner), "key" | "token") if ISSUED.contains(&owner) => Some(Sensitivity::IssuedKey),
        (Some("oauth"), "verifier") => Some(Sensitivity::IssuedKey),
        (Some(thing), "key") if IDENTIFIED.contains(&thing) => None,
        (_, "key" | "token" | "auth" | "authorization" | "pass" | "credential" | "credentials") => {
            Some(Sensitivity::Bare)
        }
        _ => None,
    }
}

/// `pass`, which beside a user is a password.
pub(super) fn is_pass(name: &str) -> bool {
    words(name).last().is_some_and(|last| last == "pass")
}

/// What a secret of this name is for.
pub(super) fn purpose(name: &str, sensitivity: Sensitivity) -> Purpose {
    const SIGNERS: [&str; 9] = [
        "app", "auth", "cookie", "django", "flask", "jwt", "session", "signing", "token",
    ];
    let words = words(name);
    let has = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    let is_secret = has(&["secret"]);
    match sensitivity {
        Sensitivity::OwnKey => Purpose::Signing,
        Sensitivity::IssuedKey | Sensitivity::Bare => Purpose::Issued,
        Sensitivity::Password if has(&["client", "consumer"]) => Purpose::Issued,
        Sensitivity::Password if is_secret && (has(&SIGNERS) || words.len() == 1) => {
            Purpose::Signing
        }
        Sensitivity::Password => Purpose::Password,
    }
}

/// `DB_PASSWORD`: capitals, as variables of a process have them.
pub(super) fn is_variable(name: &str) -> bool {
    name.contains(|c: char| c.is_ascii_uppercase())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// `DB_PASSWORD`: something has this password, so the name is not that of a form's field.
pub(super) fn is_password_of_a_service(name: &str) -> bool {
    const PEOPLE: [&str; 6] = ["auth", "basic", "email", "http", "login", "user"];
    match words(name).as_slice() {
        [.., owner, last] => {
            PASS_OWNERS.contains(&owner.as_str())
                && !PEOPLE.contains(&owner.as_str())
                && PASSWORDS.contains(&last.as_str())
        }
        _ => false,
    }
}

/// Whether a name, alone or behind another one, can be sensitive at all: cheap.
pub(super) fn may_be_sensitive(name: &str) -> bool {
    mentions_a_secret(name)
}

/// What stands in every name that is sensitive.
pub(super) const STEMS: [&str; 9] = [
    "pass",
    "pwd",
    "pswd",
    "secret",
    "key",
    "token",
    "auth",
    "credential",
    "verifier",
];

/// A cheap refusal for the many names that mention nothing of the kind.
fn mentions_a_secret(name: &str) -> bool {
    static FOUND: LazyLock<AhoCorasick> = LazyLock::new(|| one_of(&STEMS));
    FOUND.is_match(name)
}

/// Looks for all of a few words at once, in whatever case.
pub(super) fn one_of(words: &[&str]) -> AhoCorasick {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::DFA))
        .build(words)
        .expect("a few short words fit")
}

/// The words of a name, lower case: `dbPassword2`, `DB_PASSWORD` and `db-password` are `db password`.
pub fn words(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for (at, &c) in chars.iter().enumerate() {
        if !c.is_alphabetic() {
            words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()));
            continue;
        }
        let after_lower = at > 0 && chars[at - 1].is_lowercase();
        let starts_lower = at > 0
            && chars[at - 1].is_uppercase()
            && chars.get(at + 1).is_some_and(|next| next.is_lowercase());
        if c.is_uppercase() && (after_lower || starts_lower) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        word.extend(c.to_lowercase());
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    join_pass_word(words)
}

/// `passWord` is one word to whoever wrote it.
fn join_pass_word(words: Vec<String>) -> Vec<String> {
    let mut joined: Vec<String> = Vec::with_capacity(words.len());
    for word in words {
        match joined.last_mut() {
            Some(last) if last == "pass" && ["word", "wd", "phrase", "code"].contains(&&*word) => {
                last.push_str(&word);
            }
            _ => joined.push(word),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::Sensitivity::{Bare, IssuedKey, OwnKey, Password};
    use super::*;

    #[test]
    fn names_are_split_into_words() {
        assert_eq!(words("DB_PASSWORD"), ["db", "password"]);
        assert_eq!(words("dbPassword2"), ["db", "password"]);
        assert_eq!(words("X-Api-Key"), ["x", "api", "key"]);
        assert_eq!(words("AWSSecretKey"), ["aws", "secret", "key"]);
        assert_eq!(words("userPassWord"), ["user", "password"]);
        assert_eq!(words("__"), Vec::<String>::new());
    }

    #[test]
    fn names_say_what_a_secret_is_for() {
        for (name, expected) in [
            ("SECRET_KEY", Purpose::Signing),
            ("JWT_SECRET", Purpose::Signing),
            ("secret", Purpose::Signing),
            ("DB_PASSWORD", Purpose::Password),
            ("WEBHOOK_SECRET", Purpose::Password),
            ("GOOGLE_CLIENT_SECRET", Purpose::Issued),
            ("OPENAI_API_KEY", Purpose::Issued),
        ] {
            let sensitivity = sensitivity(name).unwrap();
            assert_eq!(purpose(name, sensitivity), expected, "{name}");
        }
    }

    #[test]
    fn the_last_words_decide() {
        for (name, expected) in [
            ("password", Password),
            ("DATABASEPASSWORD", Password),
            ("password1", Password),
            ("DB_PASSWORD_PROD", Password),
            ("smtp_pass", Password),
            ("client_secret", Password),
            ("SECRET_KEY", OwnKey),
            ("jwtSigningKey", OwnKey),
            ("app_secretkey", OwnKey),
            ("AWS_SECRET_ACCESS_KEY", IssuedKey),
            ("apiKey", IssuedKey),
            ("X-API-Key", IssuedKey),
            ("refresh_token", IssuedKey),
            ("github_token", Bare),
            ("key", Bare),
            ("Authorization", Bare),
        ] {
            assert_eq!(sensitivity(name), Some(expected), "{name}");
        }
    }

    #[test]
    fn other_names_promise_nothing() {
        for name in [
            "password_hash",
            "hashed_password",
            "password_url",
            "token_type",
            "api_key_header",
            "secret_name",
            "access_key_id",
            "reset_password",
            "csrf_token",
            "next_token",
            "public_key",
            "primary_key",
            "spreadsheet_key",
            "RECAPTCHA_SITE_KEY",
            "cache_key",
            "is_secret",
            "has_password",
            "passed",
            "bypass",
            "monkey",
            "turkey",
            "tokenizer",
            "keyboard",
            "author",
            "api_keys",
            "password_min_length",
            "invalid_token",
            "",
        ] {
            assert_eq!(sensitivity(name), None, "{name}");
        }
    }
}
