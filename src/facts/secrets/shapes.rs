//! What a text can be other than a secret: a template, a reference, a path, a name, words for
//! people. Knows texts only.

use super::familiar::boasts;
use super::{Binding, names};

/// The value is made elsewhere: templates, references into a vault, URLs, paths, patterns.
pub(super) fn refers_elsewhere(value: &str) -> bool {
    is_template(value)
        || is_reference(value)
        || value.contains("://")
        || is_path(value)
        || is_pattern(value)
        || is_selector(value)
        || is_alphabet(value)
}

/// A table of characters, as encodings and generators have them.
pub(super) fn is_alphabet(value: &str) -> bool {
    ["abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
        .iter()
        .any(|letters| value.contains(letters))
}

fn is_template(value: &str) -> bool {
    const MARKS: [&str; 9] = ["{{", "}}", "${", "$(", "#{", "<%", "%(", "%s", "{%"];
    let wrapped = |open: &str, close: &str| {
        value
            .strip_prefix(open)
            .and_then(|rest| rest.strip_suffix(close))
            .is_some_and(is_identifier)
    };
    let marked = MARKS.iter().any(|mark| value.contains(mark)) || has_format_hole(value);
    marked && closes_what_it_opens(value)
        || unescaped(value)
            .strip_prefix('$')
            .is_some_and(is_constant_name)
        || value.strip_prefix(':').is_some_and(is_identifier)
        || wrapped("%", "%")
        || wrapped("%%", "%%")
        || wrapped("@", "@")
        || wrapped("__", "__")
        || wrapped(":'", "'")
}

/// `\$NAME`, in a script that writes a script.
fn unescaped(value: &str) -> &str {
    value.strip_prefix('\\').unwrap_or(value)
}

/// Templates do; a password that holds their marks by chance does not.
fn closes_what_it_opens(value: &str) -> bool {
    let mut open = Vec::new();
    for c in value.chars() {
        match c {
            '(' => open.push(')'),
            '[' => open.push(']'),
            '{' => open.push('}'),
            ')' | ']' | '}' if open.pop() != Some(c) => return false,
            _ => {}
        }
    }
    open.is_empty()
}

/// `{name}` or `{}` of `str.format`.
fn has_format_hole(value: &str) -> bool {
    value.split('{').skip(1).any(|rest| {
        rest.split_once('}').is_some_and(|(hole, _)| {
            hole.is_empty() || is_identifier(hole.split(['.', ':', '!']).next().unwrap_or(hole))
        })
    })
}

fn is_reference(value: &str) -> bool {
    const PREFIXES: [&str; 13] = [
        "env(",
        "vault:",
        "arn:",
        "ssm:",
        "sops:",
        "ENC[",
        "env:",
        "file:",
        "keyring:",
        "secret:",
        "!vault",
        "@Microsoft.KeyVault",
        "sm:",
    ];
    PREFIXES.iter().any(|prefix| value.starts_with(prefix)) || is_service_action(value)
}

/// `s3:GetObject`: a permission.
fn is_service_action(value: &str) -> bool {
    value.split_once(':').is_some_and(|(service, action)| {
        !service.is_empty()
            && service
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
            && action.starts_with(|c: char| c.is_ascii_uppercase() || c == '*')
            && action.chars().all(|c| c.is_ascii_alphabetic() || c == '*')
    })
}

fn is_path(value: &str) -> bool {
    const EXTENSIONS: [&str; 18] = [
        ".pem", ".key", ".txt", ".json", ".yml", ".yaml", ".env", ".crt", ".cer", ".p12", ".pfx",
        ".ini", ".cfg", ".conf", ".html", ".py", ".toml", ".pub",
    ];
    if value.contains(char::is_whitespace) {
        return false;
    }
    if EXTENSIONS
        .iter()
        .any(|extension| value.ends_with(extension))
    {
        return true;
    }
    let rooted = ["./", "../", "~/", "C:\\"];
    let is_plain = |c: char| c.is_alphanumeric() || "/._-".contains(c);
    rooted.iter().any(|root| value.starts_with(root))
        || value.starts_with('/') && value.chars().all(is_plain)
        || value.contains('/') && value.split('/').all(is_slug)
}

fn is_pattern(value: &str) -> bool {
    const MARKS: [&str; 9] = [
        "\\s", "\\d", "\\w", "(?", "[^", ".*", "[a-z", "[A-Z", "[0-9",
    ];
    (value.starts_with('^') && value.ends_with('$'))
        || MARKS.iter().any(|mark| value.contains(mark))
}

/// A place in a page: `#password`, `input[type=password]`, `//input[@id='pw']`.
fn is_selector(value: &str) -> bool {
    let named =
        |rest: &str| !rest.is_empty() && rest.chars().all(|c| c.is_alphabetic() || c == '-');
    value.strip_prefix('#').is_some_and(named)
        || value.strip_prefix('.').is_some_and(named)
        || [
            "[name=", "[type=", "[id=", "@id=", "@name=", "css=", "xpath=",
        ]
        .iter()
        .any(|mark| value.contains(mark))
}

const VOCABULARY: [&str; 64] = [
    "access",
    "allow",
    "always",
    "deny",
    "error",
    "high",
    "ignore",
    "info",
    "ldap",
    "low",
    "medium",
    "never",
    "off",
    "prompt",
    "random",
    "warn",
    "warning",
    "basic",
    "bearer",
    "body",
    "boolean",
    "bytes",
    "char",
    "cookie",
    "default",
    "digest",
    "disabled",
    "empty",
    "enabled",
    "false",
    "form",
    "hash",
    "header",
    "hidden",
    "input",
    "integer",
    "invalid",
    "jwt",
    "masked",
    "missing",
    "none",
    "null",
    "number",
    "oauth",
    "oauth2",
    "object",
    "optional",
    "plain",
    "plaintext",
    "query",
    "redacted",
    "refresh",
    "required",
    "str",
    "string",
    "text",
    "true",
    "undefined",
    "unknown",
    "unset",
    "varchar",
    "yes",
    "client_credentials",
    "authorization_code",
];

/// Words for people: prose, labels, translations, and the vocabulary of schemas and protocols.
pub(super) fn is_language(value: &str, binding: Binding) -> bool {
    let lower = value.to_lowercase();
    let bare = lower.trim_matches(|c: char| !c.is_alphanumeric());
    if VOCABULARY.contains(&bare) || value.contains('\n') {
        return true;
    }
    let words: Vec<&str> = value.split_whitespace().collect();
    let is_word = |word: &&str| {
        word.trim_end_matches([':', '.', '!', '?', ','])
            .chars()
            .all(char::is_alphabetic)
    };
    match words.as_slice() {
        [word] => is_label(word, binding),
        [_, _] => words.iter().all(is_word),
        _ => true,
    }
}

/// A marker (`LDAP`), any word of another script, and among keys and values a capitalised word
/// (`Passwort`).
fn is_label(word: &str, binding: Binding) -> bool {
    if !word.chars().all(char::is_alphabetic) {
        return false;
    }
    let listed = binding.is_listed();
    let mut rest = word.chars().skip(1);
    let capitalised = word.starts_with(char::is_uppercase) && rest.all(char::is_lowercase);
    is_marker(word) || !word.is_ascii() || (capitalised && listed)
}

/// `LDAP`.
pub(super) fn is_marker(word: &str) -> bool {
    word.chars().count() < 16
        && word.chars().all(char::is_uppercase)
        && !VOCABULARY.contains(&word.to_lowercase().as_str())
}

/// The name of something: of a setting, an attribute, a field that holds the secret, and among keys
/// and values of a state (`invalid_auth`).
pub(super) fn is_name(value: &str, binding: Binding) -> bool {
    let is_state = binding.is_listed()
        && value.contains('_')
        && value.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let is_field = || names::words(value).len() > 1 && names::sensitivity(value).is_some();
    is_constant_name(value) && value.contains('_')
        || is_dotted_name(value)
        || is_slug(value) && !boasts(value) && (is_state || is_field())
}

fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

pub(super) fn is_constant_name(text: &str) -> bool {
    is_identifier(text) && !text.contains(|c: char| c.is_ascii_lowercase()) && is_slug(text)
}

/// `settings.SECRET_KEY`; the parts of a real token (a JWT, say) do not look like words.
fn is_dotted_name(value: &str) -> bool {
    value.contains('.')
        && value
            .split('.')
            .all(|part| is_identifier(part) && (part.len() < 16 || is_slug(part)))
}

pub(super) fn is_uuid(value: &str) -> bool {
    let groups: Vec<usize> = value.split('-').map(str::len).collect();
    groups == [8, 4, 4, 4, 12] && value.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

/// Words and short numbers joined by separators: `user-access_token.v2`, also the empty string.
pub(super) fn is_slug(value: &str) -> bool {
    value.split(['-', '_', '.', ':', ' ']).all(is_wordy)
}

/// Letters that read as words, in camel case too, with few digits: `IPv6Dns`, `report2024`.
fn is_wordy(piece: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).count();
    let letters = piece.chars().filter(|c| c.is_alphabetic()).count();
    let inside = digits(piece.trim_end_matches(|c: char| c.is_ascii_digit()));
    let words = names::words(piece).len();
    letters + digits(piece) == piece.chars().count()
        && digits(piece) <= 4
        && inside <= 2
        && (words <= 1 || letters >= 3 * words)
}
