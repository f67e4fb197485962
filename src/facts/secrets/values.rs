//! Decides whether a literal looks like a real secret. Knows no language, only text and what its
//! name promised.
//!
//! A value is first read as everything else it could be; what is left must be as strong as its name
//! demands. There is no free entropy test: a hash and a hex secret have equal entropy.

use super::familiar::{
    is_common, is_documented, is_mask, is_of_java, is_placeholder, is_typed_by_hand,
};
use super::names::{self, Sensitivity};
use super::shapes::{is_language, is_marker, is_name, is_slug, is_uuid, refers_elsewhere};
use super::{Binding, ValueClass};

/// What a value is bound to.
pub(super) struct Bound<'a> {
    /// The part of the name that says what the value is.
    pub(super) name: &'a str,
    /// What the name promises.
    pub(super) sensitivity: Sensitivity,
    /// How it is bound.
    pub(super) binding: Binding,
    /// Tells whether a literal for one of these words stands beside it.
    pub(super) is_beside: &'a dyn Fn(&[&str]) -> bool,
}

/// What is beside one of these is the password of a login, whatever it looks like.
pub(super) const LOGIN: [&str; 9] = [
    "database", "db", "dbname", "email", "host", "hostname", "login", "user", "username",
];

/// What is beside one of these may be the password of an account.
const ACCOUNT: [&str; 12] = [
    "account",
    "confirm",
    "confirmation",
    "database",
    "email",
    "host",
    "id",
    "login",
    "mail",
    "name",
    "user",
    "username",
];

/// What the value is, or `None` when it is no secret at all.
pub(super) fn classify(value: &str, bound: &Bound<'_>) -> Option<ValueClass> {
    if is_private_key(value) {
        return Some(ValueClass::Secret);
    }
    let value = without_scheme(value.trim());
    if is_empty(value) {
        return None;
    }
    if is_sample(value, bound.sensitivity) {
        let is_meant = bound.sensitivity != Sensitivity::Bare && !bound.binding.is_fallback();
        return is_meant.then_some(ValueClass::Sample);
    }
    if is_mask(value) || refers_elsewhere(value) || names_its_scheme(value) {
        return None;
    }
    if bound.binding.is_fallback() && says_nothing(value) {
        return None;
    }
    if is_live_fallback(bound) {
        let is_known = is_placeholder(value);
        return Some(if is_known {
            ValueClass::Placeholder
        } else {
            ValueClass::Secret
        });
    }
    let is_value = bound.binding.sets_a_variable();
    if !is_value && repeats_the_name(value, bound) {
        let is_beside = (bound.is_beside)(&ACCOUNT);
        return doubtful(value, bound).filter(|_| is_beside);
    }
    let is_told = is_sentence(value) || speaks_of(value, bound.name) || is_fraction(value);
    if matches!(bound.binding, Binding::Entry(_) | Binding::DictValue) && is_told {
        return None;
    }
    if is_of_java(value) && bound.sensitivity == Sensitivity::Password && is_value {
        return Some(ValueClass::Common);
    }
    if is_placeholder(value) {
        return Some(ValueClass::Placeholder);
    }
    if is_marker(value) && may_be_in_capitals(bound) {
        return Some(ValueClass::Doubtful);
    }
    if is_language(value, bound.binding) {
        return None;
    }
    if !is_value && is_name(value, bound.binding) {
        return doubtful(value, bound);
    }
    if is_uuid(value) && may_be_a_uuid(bound) {
        return Some(ValueClass::Doubtful);
    }
    let class = match bound.binding {
        Binding::Entry(_) | Binding::Statement if is_common(value) => ValueClass::Common,
        _ => ValueClass::Secret,
    };
    is_strong(value, bound.sensitivity).then_some(class)
}

/// As strong as what the name promises.
fn is_strong(value: &str, sensitivity: Sensitivity) -> bool {
    match sensitivity {
        Sensitivity::Password => value.chars().count() >= 4,
        Sensitivity::OwnKey => value.chars().count() >= 6 && !value.contains(' '),
        Sensitivity::IssuedKey => !is_uuid(value) && is_issued(value, 8),
        Sensitivity::Bare => !is_uuid(value) && is_issued(value, 16) && is_random(value),
    }
}

/// Nothing, in quotes that something else takes away: `\"\"`.
fn is_empty(value: &str) -> bool {
    value.bytes().all(|byte| b"\\\"'".contains(&byte))
}

/// What people put where anything does.
fn is_sample(value: &str, sensitivity: Sensitivity) -> bool {
    is_typed_by_hand(value) || is_documented(value) && sensitivity == Sensitivity::IssuedKey
}

/// The value of a variable that holds a password: `DB_PASSWORD=SWORDFISH`.
fn may_be_in_capitals(bound: &Bound<'_>) -> bool {
    matches!(bound.binding, Binding::Entry(holder) if holder.holds_variables())
        && bound.sensitivity == Sensitivity::Password
}

/// Some hand out keys of this form; most of what has it names a thing.
fn may_be_a_uuid(bound: &Bound<'_>) -> bool {
    let is_token = || {
        names::words(bound.name)
            .pop()
            .is_some_and(|last| last == "token")
    };
    let names_things = bound.binding.is_listed() && bound.binding.holder().is_some();
    match bound.sensitivity {
        _ if names_things => false,
        Sensitivity::IssuedKey => true,
        Sensitivity::Bare => is_token(),
        _ => false,
    }
}

/// What reads as the name of a password, and may be one all the same: that of an account in a test,
/// or in settings one that is called after what it opens (`redis-password`).
fn doubtful(value: &str, bound: &Bound<'_>) -> Option<ValueClass> {
    let is_listed = matches!(
        bound.binding,
        Binding::DictValue | Binding::KeywordArgument | Binding::Assignment
    );
    let last = names::words(bound.name).pop().unwrap_or_default();
    let may_be = match bound.binding {
        // The `secret` of a manifest is the name of one.
        Binding::Entry(_) => names::sensitivity(value).is_some() && !last.ends_with("secret"),
        _ => is_listed && (bound.is_beside)(&ACCOUNT),
    };
    let is_text = is_slug(value) && !value.contains(['.', ':']) && value.len() >= 4;
    let is_small = !value.contains(|c: char| c.is_ascii_uppercase());
    let is_password = bound.sensitivity == Sensitivity::Password;
    (is_password && may_be && is_text && is_small).then_some(ValueClass::Doubtful)
}

/// What is said to people, in whatever words: `Please enter your new password.`
fn is_sentence(value: &str) -> bool {
    value.split_whitespace().count() >= 4 && value.starts_with(char::is_uppercase)
}

/// `password: "User's password"` tells what belongs there.
fn speaks_of(value: &str, name: &str) -> bool {
    let words = |text: &str| text.split_whitespace().next_back().map(str::to_lowercase);
    value.contains(' ') && words(value) == words(name)
}

/// `Hardcoded password: 0.15` is a setting about passwords.
fn is_fraction(value: &str) -> bool {
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit());
    value
        .split_once('.')
        .is_some_and(|(whole, part)| is_digits(whole) && is_digits(part))
}

/// What is kept instead of a password: a digest, with or without its scheme.
pub(super) fn is_digest(value: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=*".contains(&byte);
    names_its_scheme(value) || value.len() >= 32 && value.bytes().all(is_part)
}

/// `$2b$12$…`, `{SSHA}…`, `pbkdf2_sha256$…`: nobody logs in with it.
fn names_its_scheme(value: &str) -> bool {
    const SCHEMES: [&str; 9] = [
        "pbkdf2",
        "bcrypt",
        "argon2",
        "scram-sha",
        "sha1$",
        "md5$",
        "{sha",
        "{ssha",
        "{crypt}",
    ];
    let lower = value.to_ascii_lowercase();
    let is_crypt = lower.starts_with('$') && lower.matches('$').count() >= 3;
    value.len() > 16 && (is_crypt || SCHEMES.iter().any(|scheme| lower.starts_with(scheme)))
}

/// What stands in for a missing password or signing key works, however weak it is: `"dev"` and
/// `"secret"` are values too.
fn is_live_fallback(bound: &Bound<'_>) -> bool {
    bound.binding.is_fallback()
        && matches!(
            bound.sensitivity,
            Sensitivity::Password | Sensitivity::OwnKey
        )
}

/// A default that says that there is none: `None`, `NOT_SET`, `missing`.
fn says_nothing(value: &str) -> bool {
    const WORDS: [&str; 16] = [
        "no",
        "not",
        "none",
        "null",
        "nil",
        "undefined",
        "defined",
        "false",
        "true",
        "unset",
        "set",
        "missing",
        "provided",
        "configured",
        "unknown",
        "empty",
    ];
    names::words(value)
        .iter()
        .all(|word| WORDS.contains(&word.as_str()))
        && !value.contains(|c: char| c.is_ascii_digit())
}

/// `Bearer abc` carries its secret behind the scheme.
fn without_scheme(value: &str) -> &str {
    ["Bearer ", "Basic ", "Token ", "bearer ", "basic ", "token "]
        .iter()
        .find_map(|scheme| value.strip_prefix(scheme))
        .unwrap_or(value)
        .trim_start()
}

/// A header alone is no key: parsers and tests name it.
fn is_private_key(value: &str) -> bool {
    let Some((_, body)) = value.split_once("PRIVATE KEY-----") else {
        return false;
    };
    let body = body.split("-----END").next().unwrap_or_default();
    let is_base64 = |c: &char| c.is_ascii_alphanumeric() || "+/=".contains(*c);
    value.contains("-----BEGIN") && body.chars().filter(is_base64).count() >= 64
}

/// `PASSWORD = "password"` names a field; the password of a database, or one beside its user, does
/// not.
fn repeats_the_name(value: &str, bound: &Bound<'_>) -> bool {
    let squeeze = |text: &str| -> String {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    };
    squeeze(bound.name).contains(&squeeze(value))
        && !names::is_password_of_a_service(bound.name)
        && !(bound.is_beside)(&LOGIN)
}

/// What someone hands out is long and no chain of words; without a digit it must be longer still.
fn is_issued(value: &str, least: usize) -> bool {
    let has = |is: fn(&char) -> bool| value.chars().any(|c| is(&c));
    let scrambled = match has(char::is_ascii_digit) {
        true => !is_slug(value),
        false if is_slug(value) => value.len() >= 20 && is_unbroken(value) && entropy(value) > 3.6,
        false => value.len() >= 16,
    };
    value.len() >= least
        && !has(|c| c.is_whitespace())
        && has(char::is_ascii_alphabetic)
        && scrambled
}

/// Letters of one case.
fn is_unbroken(value: &str) -> bool {
    let all = |is: fn(&u8) -> bool| value.as_bytes().iter().all(is);
    all(u8::is_ascii_lowercase) || all(u8::is_ascii_uppercase)
}

/// Holds one unbroken run of letters and digits that no person would write.
fn is_random(value: &str) -> bool {
    let is_run = |run: &str| {
        run.len() >= 12
            && run.contains(|c: char| c.is_ascii_digit())
            && run.contains(|c: char| c.is_ascii_alphabetic())
    };
    entropy(value) >= 3.0
        && value
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(is_run)
        && value
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_=+/.~".contains(c))
}

/// Shannon entropy in bits a byte.
fn entropy(value: &str) -> f64 {
    let mut counts = [0u32; 256];
    for byte in value.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let total = value.len() as f64;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = f64::from(*count) / total;
            -share * share.log2()
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::ValueClass::{Placeholder, Secret};
    use super::*;

    fn class(name: &str, value: &str) -> Option<ValueClass> {
        let sensitivity = names::sensitivity(name).expect("the name is sensitive");
        let bound = Bound {
            name,
            sensitivity,
            binding: Binding::Assignment,
            is_beside: &|_| false,
        };
        classify(value, &bound)
    }

    #[test]
    fn people_choose_any_password() {
        for value in [
            "1234",
            "hunter2",
            "admin",
            "testing123",
            "pa ss1",
            "p@$$w0rd!",
        ] {
            assert_eq!(class("db_password", value), Some(Secret), "{value}");
        }
        assert_eq!(class("db_password", "ab1"), None);
        assert_eq!(class("DB_PASSWORD", "password"), Some(Secret));
        assert_eq!(class("CONF_PASSWORD", "password"), None);
        let uuid = "0b5f8a3e-3c0e-4f6b-9d53-0f6c1f1f2a11";
        assert_eq!(class("CLIENT_SECRET", uuid), Some(Secret));
    }

    #[test]
    fn any_value_works_as_an_own_key() {
        for value in [
            "supersecretkey",
            "my-jwt-secret",
            "blablabla",
            "django-insecure-8f^2k)q",
        ] {
            assert_eq!(class("SECRET_KEY", value), Some(Secret), "{value}");
        }
        for value in ["secret_key", "db-password", "user.signing_key"] {
            assert_eq!(class("SECRET_KEY", value), None, "{value}");
        }
    }

    #[test]
    fn what_is_handed_out_looks_random() {
        for value in [
            "9fQ2x7Lm0ZtRw4Kc",
            "sk-proj-8fJ2kd93kLm2",
            "aBcDeFgHiJkLmNoP",
        ] {
            assert_eq!(class("api_key", value), Some(Secret), "{value}");
        }
        for value in [
            "customer-list",
            "report-2024-01",
            "oauth2_client",
            "AccessTokenKey",
        ] {
            assert_eq!(class("api_key", value), None, "{value}");
        }
        assert_eq!(class("token", "ghp_16C7e42F292c6912E7710c83"), Some(Secret));
        assert_eq!(class("token", "9fQ2x7Lm"), None);
        assert_eq!(class("key", "users:active:2024-01-01:page"), None);
    }

    #[test]
    fn placeholders_are_known_to_everybody() {
        for value in [
            "dev",
            "change-me",
            "changethis",
            "your-secret-key-here",
            "<password>",
            "sk-xxxxxxxx",
            "dev-secret-key",
            "test-secret-key-not-for-production",
            "super-secret-change-in-production",
            "example-key",
            "Your secret key goes here",
        ] {
            assert_eq!(class("SECRET_KEY", value), Some(Placeholder), "{value}");
        }
    }

    #[test]
    fn a_private_key_needs_a_body() {
        let header = "-----BEGIN RSA PRIVATE KEY-----";
        let body = "MIIEowIBAAKCAQEA7v0Qk2Jp0m1sXcR9dZ8YwV7uT6sR5qP4oN3mL2kJ1iH0gF9e";
        let key = format!("{header}\n{body}\n-----END RSA PRIVATE KEY-----");
        assert_eq!(class("private_key", header), None);
        assert_eq!(class("private_key", &key), Some(Secret));
    }
}
