//! Private keys: a header followed by a body. A header alone is none: parsers and tests name it.

use std::ops::Range;

use memchr::memmem;

use super::base64;

/// How a key begins.
pub(super) const BEGIN: &str = "-----BEGIN ";
/// The same in base64, as secrets of Kubernetes and environment variables hold it.
pub(super) const ENCODED_BEGIN: &str = "LS0tLS1CRUdJTi";

/// A key, in bytes of the text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// `-----BEGIN PRIVATE KEY-----`.
    pub(super) header: Range<usize>,
    /// Its lines.
    pub(super) body: Range<usize>,
    /// A passphrase protects it.
    pub(super) encrypted: bool,
}

/// A shorter line is the last of its body, or no line of one.
const LINE: usize = 40;
/// The only line of the shortest keys (Ed25519).
const ONLY_LINE: usize = 60;
/// Between header and body: `Proc-Type`, `DEK-Info`, the version of PGP.
const BEFORE_BODY: usize = 200;
/// Between lines: line ends as they are or escaped, quotes, marks of comments, indentation.
const BETWEEN_LINES: usize = 60;
/// Even short keys have more different characters.
const DISTINCT: usize = 20;

/// The key whose header begins here.
pub(super) fn key(text: &str, begin: usize) -> Option<Key> {
    let header = header(text, begin)?;
    let rest = &text.as_bytes()[header.end..];
    let mut body: Option<Range<usize>> = None;
    let (mut lines, mut longest) = (0, 0);
    let mut at = 0;
    while let Some(run) = next_run(rest, at) {
        let gap = &rest[at..run.start];
        let most = if lines == 0 {
            BEFORE_BODY
        } else {
            BETWEEN_LINES
        };
        let since = body.as_ref().map_or(0, |body| body.end);
        if run.start - since > most || memmem::find(gap, b"-----").is_some() {
            break;
        }
        at = run.end;
        if run.len() >= LINE {
            lines += 1;
            longest = longest.max(run.len());
        }
        if lines > 0 {
            let start = body.map_or(run.start, |body| body.start);
            body = Some(start..run.end);
        }
    }
    let body = body.filter(|_| lines > 1 || longest >= ONLY_LINE)?;
    let between = &rest[..body.start];
    let encrypted =
        memmem::find(between, b"ENCRYPTED").is_some() || text[header.clone()].contains("ENCRYPTED");
    is_mixed(&rest[body.clone()]).then(|| Key {
        body: header.end + body.start..header.end + body.end,
        header,
        encrypted,
    })
}

/// The key in base64 that begins here.
pub(super) fn encoded_key(text: &str, begin: usize) -> Option<Range<usize>> {
    const HEADER: usize = 60;
    let run = next_run(text.as_bytes(), begin)?;
    let head = base64::decode(text.as_bytes().get(begin..begin + HEADER)?)?;
    let names_key = memmem::find(&head, b"PRIVATE KEY").is_some();
    (names_key && run.len() >= 3 * LINE).then_some(run)
}

/// `-----BEGIN RSA PRIVATE KEY-----`.
fn header(text: &str, begin: usize) -> Option<Range<usize>> {
    const WORDS: usize = 40;
    let rest = &text.as_bytes()[begin + BEGIN.len()..];
    let rest = &rest[..rest.len().min(WORDS)];
    let words = memmem::find(rest, b"-----")?;
    let is_key = rest[..words].ends_with(b"PRIVATE KEY") || rest[..words].ends_with(b"KEY BLOCK");
    let is_private = memmem::find(&rest[..words], b"PRIVATE").is_some();
    (is_key && is_private).then(|| begin..begin + BEGIN.len() + words + 5)
}

fn next_run(bytes: &[u8], from: usize) -> Option<Range<usize>> {
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
    let start = from + bytes[from..].iter().position(is_base64)?;
    let end = bytes[start..].iter().position(|byte| !is_base64(byte));
    Some(start..end.map_or(bytes.len(), |end| start + end))
}

fn is_mixed(body: &[u8]) -> bool {
    let mut seen = [false; 256];
    body.iter().for_each(|byte| seen[usize::from(*byte)] = true);
    seen.iter().filter(|seen| **seen).count() >= DISTINCT
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: [&str; 3] = [
        "MHcCAQEEIIrYSSNQFaA2Hwf1duRSxKtLYX5CB04fSeQ6tF1aY0ulMoAoGCCqGSM4",
        "9AwEHoUQDQgAEPR3tU2Fta9ktY0r6pTj2dGk9wXjVqUoYqZ3bHn1LcKe8sRz5Wv7",
        "Dm4Qa6Tg0JpXhYbLw2Cf9NiUoA==",
    ];

    fn found(text: &str) -> Option<(&str, bool)> {
        let begin = text.find(BEGIN)?;
        key(text, begin).map(|key| (&text[key.body], key.encrypted))
    }

    #[test]
    fn a_body_may_be_written_in_many_ways() {
        for (open, between, close) in [
            ("", "\n", "\n"),
            ("# ", "\n# ", "\n# "),
            ("'", "\\n", "\\n'"),
            ("\"", "\\n\"\n    \"", "\\n\""),
            ("+", "\r\n+", "\r\n"),
            ("  ", "\n  ", "\n  "),
        ] {
            let text = format!(
                "{open}-----BEGIN EC PRIVATE KEY-----{between}{}{close}-----END EC PRIVATE KEY-----",
                LINES.join(between)
            );
            let (body, encrypted) = found(&text).unwrap_or_else(|| panic!("{text}"));
            let lines: Vec<&str> = LINES.into_iter().collect();
            assert!(lines.iter().all(|line| body.contains(line)), "{text}");
            assert!(!body.contains("END") && !encrypted, "{text}");
        }
    }

    #[test]
    fn a_header_alone_is_no_key() {
        let body = LINES[0];
        for text in [
            "-----BEGIN RSA PRIVATE KEY-----",
            "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
            "-----BEGIN PRIVATE KEY-----\nyour key goes here, in some lines\n-----END PRIVATE KEY-----",
            "if pem.startswith('-----BEGIN PRIVATE KEY-----'):\n    return load_private_key_from_pem(pem)",
            &format!("-----BEGIN PUBLIC KEY-----\n{body}\n{body}\n"),
            &format!("-----BEGIN PRIVATE KEY-----\n{0}\n{0}\n", "x".repeat(64)),
            &format!("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n{body}\n{body}\n"),
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }

    #[test]
    fn one_long_line_is_a_body_and_headers_may_say_that_it_is_encrypted() {
        let one = format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----",
            LINES[0]
        );
        assert_eq!(found(&one), Some((LINES[0], false)));
        let lines = LINES.join("\n");
        let old = format!(
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A1B\n\n{lines}\n"
        );
        assert_eq!(found(&old), Some((lines.as_str(), true)));
    }

    #[test]
    fn a_key_in_base64_is_looked_into() {
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n", LINES.join("\n"));
        let text = format!(
            "tls.key: {}\n",
            base64::encode(pem.as_bytes()).replace(['-', '_'], "A")
        );
        let begin = text.find(ENCODED_BEGIN).unwrap();
        assert_eq!(encoded_key(&text, begin), Some(begin..text.len() - 1));
        let other =
            base64::encode(b"-----BEGIN CERTIFICATE-----\nMIIB and more of it that is public");
        assert_eq!(encoded_key(&other, 0), None);
    }
}
