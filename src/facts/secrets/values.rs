//! Decides whether a literal looks like a real secret. Knows no language, only text and what its
//! name promised.
//!
//! A value is first read as everything else it could be; what is left must be as strong as its name
//! demands. There is no free entropy test: a hash and a hex secret have equal entropy.

use super::names::{self, Sensitivity};
use super::shapes::{is_language, is_name, is_slug, is_uuid, refers_elsewhere};
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
    if matches!(bound.binding, Binding::Entry(_)) && is_sentence(value) {
        return None;
    }
    if is_placeholder(value) {
        return Some(ValueClass::Placeholder);
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
    let strong = match bound.sensitivity {
        Sensitivity::Password => value.chars().count() >= 4,
        Sensitivity::OwnKey => value.chars().count() >= 6 && !value.contains(' '),
        Sensitivity::IssuedKey => !is_uuid(value) && is_issued(value, 8),
        Sensitivity::Bare => !is_uuid(value) && is_issued(value, 16) && is_random(value),
    };
    let class = match bound.binding {
        Binding::Entry(_) | Binding::Statement if is_common(value) => ValueClass::Common,
        _ => ValueClass::Secret,
    };
    strong.then_some(class)
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
    let is_listed = matches!(bound.binding, Binding::DictValue | Binding::KeywordArgument);
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

/// Whoever tries passwords tries this one first.
fn is_common(value: &str) -> bool {
    const WORDS: [&str; 30] = [
        "admin",
        "changeme",
        "db",
        "dev",
        "docker",
        "django",
        "example",
        "guest",
        "letmein",
        "localhost",
        "master",
        "minio",
        "minioadmin",
        "mongo",
        "mysql",
        "pass",
        "passw",
        "password",
        "postgres",
        "postgresql",
        "qwerty",
        "rabbitmq",
        "redis",
        "root",
        "secret",
        "supersecret",
        "test",
        "user",
        "welcome",
        "wordpress",
    ];
    let word = value.trim_end_matches(|c: char| c.is_ascii_digit() || "!@#".contains(c));
    word.is_empty() || WORDS.contains(&word.to_ascii_lowercase().as_str())
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

pub(super) fn is_mask(value: &str) -> bool {
    let mut chars = value.chars();
    let Some(first) = chars.next() else {
        return true;
    };
    chars.all(|c| c == first) || value.chars().all(|c| "*•.-_#?xX…".contains(c))
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

/// Publicly known: a hint to put the real one here, or a name for "the one of development".
pub(super) fn is_placeholder(value: &str) -> bool {
    const HINTS: [&str; 34] = [
        "fakekey",
        "fakepass",
        "fakesecret",
        "faketoken",
        "cambiame",
        "cambiaesto",
        "claveaqui",
        "secretaaqui",
        "suachave",
        "tuclave",
        "changeme",
        "changethis",
        "changeit",
        "changein",
        "changebefore",
        "replaceme",
        "replacethis",
        "replacewith",
        "placeholder",
        "example",
        "dummy",
        "todo",
        "fixme",
        "insertyour",
        "putyour",
        "enteryour",
        "addyour",
        "setyour",
        "goeshere",
        "yourown",
        "notasecret",
        "notreal",
        "notsosecret",
        "inproduction",
    ];
    let bracketed = value.starts_with('<') && value.ends_with('>')
        || value.starts_with('[') && value.ends_with(']');
    let letters: String = value
        .chars()
        .filter(|c| c.is_alphabetic())
        .flat_map(char::to_lowercase)
        .collect();
    bracketed
        || has_mask_run(value)
        || is_short_of_a_token(value)
        || letters.starts_with("your")
        || HINTS.iter().any(|hint| letters.contains(hint))
        || names::words(value)
            .iter()
            .any(|word| word == "your" || word == "sample" || word == "fake")
        || is_stand_in(value)
}

/// `sk-xxxxxxxx`, `AKIA****`.
fn has_mask_run(value: &str) -> bool {
    let bytes = value.as_bytes();
    bytes
        .windows(4)
        .any(|run| matches!(run[0], b'x' | b'X' | b'*') && run.iter().all(|byte| *byte == run[0]))
        || value.contains("...")
        || value.contains('…')
}

/// `sk_test_123`: the prefix of a provider, and nothing that it would hand out.
fn is_short_of_a_token(value: &str) -> bool {
    const PREFIXES: [&str; 10] = [
        "sk_", "sk-", "pk_", "rk_", "whsec_", "ghp_", "glpat-", "xoxb-", "xoxp-", "xapp-",
    ];
    let rest = PREFIXES
        .iter()
        .find_map(|prefix| value.strip_prefix(prefix));
    rest.is_some_and(|rest| {
        let kinds = ["test_", "live_", "proj-", "ant-"];
        let kind = kinds.iter().find_map(|kind| rest.strip_prefix(kind));
        kind.unwrap_or(rest).len() < 6
    })
}

/// `dev-secret-key`, `test_token`: nothing but "the secret" and the place it is not meant for.
fn is_stand_in(value: &str) -> bool {
    const PLACES: [&str; 14] = [
        "dev",
        "develop",
        "development",
        "test",
        "testing",
        "tests",
        "local",
        "insecure",
        "unsafe",
        "default",
        "demo",
        "unused",
        "none",
        "na",
    ];
    const SECRETS: [&str; 22] = [
        "secret",
        "password",
        "key",
        "token",
        "api",
        "jwt",
        "auth",
        "access",
        "private",
        "signing",
        "session",
        "only",
        "for",
        "not",
        "in",
        "use",
        "do",
        "production",
        "prod",
        "a",
        "this",
        "is",
    ];
    let words = names::words(value);
    let is_place = |word: &String| PLACES.contains(&word.as_str());
    !value.contains(|c: char| c.is_ascii_digit())
        && words.iter().any(is_place)
        && words
            .iter()
            .all(|word| is_place(word) || SECRETS.contains(&word.as_str()))
}

/// `supersecretkey`, `my-jwt-secret`: no field is called so, people write it as the value.
pub(super) fn boasts(value: &str) -> bool {
    const BOASTS: [&str; 8] = [
        "super", "very", "top", "my", "our", "ultra", "strong", "mega",
    ];
    const OBJECTS: [&str; 9] = [
        "secret", "password", "pass", "key", "token", "jwt", "api", "super", "strong",
    ];
    let letters: String = value
        .chars()
        .filter(|c| c.is_alphabetic())
        .flat_map(char::to_lowercase)
        .collect();
    BOASTS.iter().any(|boast| {
        letters.match_indices(boast).any(|(at, _)| {
            OBJECTS
                .iter()
                .any(|object| letters[at + boast.len()..].starts_with(object))
        })
    })
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
