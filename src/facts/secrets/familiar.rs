//! Values that everybody knows: hints to put another one here, what people type to see something
//! work, and what whoever guesses tries first. Knows texts only.

use super::names;
use super::shapes::is_alphabet;

/// One character all the way, or the alphabet in a row: works where anything does.
pub(super) fn is_typed_by_hand(value: &str) -> bool {
    let bytes = value.as_bytes();
    let is_run = || bytes.len() >= 8 && bytes.iter().all(|byte| *byte == bytes[0]);
    let is_plain = bytes.iter().all(u8::is_ascii_alphanumeric);
    is_plain && !value.starts_with(['x', 'X']) && (is_run() || is_alphabet(value))
}

/// The key that a provider's documents show: `wJalr…EXAMPLEKEY`.
pub(super) fn is_documented(value: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"/+=_-".contains(&byte);
    value.len() >= 16
        && value.contains("EXAMPLE")
        && value.contains(|c: char| c.is_ascii_digit())
        && value.bytes().all(is_part)
}

/// What the tools of Java protect their stores with until told otherwise.
pub(super) fn is_of_java(value: &str) -> bool {
    value == "changeit"
}

/// Whoever tries passwords tries this one first.
pub(super) fn is_common(value: &str) -> bool {
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

pub(super) fn is_mask(value: &str) -> bool {
    let mut chars = value.chars();
    let Some(first) = chars.next() else {
        return true;
    };
    chars.all(|c| c == first) || value.chars().all(|c| "*•.-_#?xX…".contains(c))
}

/// Publicly known: a hint to put the real one here, or a name for "the one of development".
pub(super) fn is_placeholder(value: &str) -> bool {
    const HINTS: [&str; 36] = [
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
        "notforprod",
        "onlyfortest",
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
        || has_hint(&names::words(value))
        || is_stand_in(value)
}

/// `your`, in the languages that people write their samples in: `ваш_пароль`, `tu_clave`; and
/// `secure_password_here`.
fn has_hint(words: &[String]) -> bool {
    const ANYWHERE: [&str; 9] = [
        "your", "sample", "fake", "ваш", "ваша", "твой", "votre", "deine", "twoje",
    ];
    const IN_FRONT: [&str; 6] = ["tu", "su", "seu", "sua", "dein", "ihr"];
    let is_one = |word: &String| ANYWHERE.contains(&word.as_str());
    let is_said = |first: &String| words.len() > 1 && IN_FRONT.contains(&first.as_str());
    words.iter().any(is_one)
        || words.first().is_some_and(is_said)
        || words.len() > 1 && words.last().is_some_and(|last| last == "here")
}

/// `sk-xxxxxxxx`, `AKIA****`.
pub(super) fn has_mask_run(value: &str) -> bool {
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
    const PLACES: [&str; 16] = [
        "ci",
        "e2e",
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
    const SECRETS: [&str; 28] = [
        "admin",
        "refresh",
        "reset",
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
        "verification",
        "workflow",
        "tokens",
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
