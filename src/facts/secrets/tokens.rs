//! Credentials that their own format gives away, wherever they stand: in code, comments, data, or
//! text of any kind.
//!
//! All distinctive prefixes are looked for at once; only where one stands is its whole format
//! asked, which is compiled at its first use. Knows bytes, no language and no name beside them.

use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use memchr::memmem;
use regex::bytes::{Regex, RegexBuilder};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::familiar::{has_mask_run, is_placeholder};
use super::shapes::is_slug;
use super::{Credential, Form, Worth, jwt, pem};
use crate::source::Span;

/// A kind of token, an entry of `data/secret-tokens.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TokenKind(u16);

impl TokenKind {
    /// The name of the kind: `github-token`.
    pub fn id(self) -> &'static str {
        &self.entry().id
    }

    /// What people call it: `GitHub token`.
    pub fn title(self) -> &'static str {
        &self.entry().title
    }

    /// The environment variable that usually holds it.
    pub fn variable(self) -> &'static str {
        &self.entry().variable
    }

    /// Where it is taken back.
    pub fn revoke(self) -> &'static str {
        &self.entry().revoke
    }

    fn entry(self) -> &'static Entry {
        &TABLE.entries[usize::from(self.0)]
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    title: String,
    prefixes: Vec<String>,
    #[serde(default)]
    lead: usize,
    format: String,
    variable: String,
    revoke: String,
    #[serde(default)]
    trial: bool,
    #[serde(default)]
    mixed: bool,
    #[serde(default)]
    public: Vec<String>,
    /// A page that browsers are sent may hold it.
    #[serde(default)]
    in_pages: bool,
    #[serde(skip)]
    compiled: OnceLock<Regex>,
}

impl Entry {
    fn regex(&self) -> &Regex {
        self.compiled.get_or_init(|| {
            let anchor = if self.lead == 0 { "\\A" } else { "" };
            RegexBuilder::new(&format!("{anchor}(?:{})", self.format))
                .unicode(false)
                .build()
                .expect("a test compiles every format")
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entries {
    token: Vec<Entry>,
}

/// What a prefix that was met announces.
#[derive(Clone, Copy)]
enum Announced {
    Token(TokenKind),
    Pem,
    EncodedPem,
}

struct Table {
    entries: Vec<Entry>,
    prefixes: AhoCorasick,
    announced: Vec<Announced>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let text = include_str!("../../../data/secret-tokens.toml");
    let Entries { token: entries } = toml::from_str(text).expect("a test reads the table");
    let mut prefixes = vec![pem::BEGIN, pem::ENCODED_BEGIN];
    let mut announced = vec![Announced::Pem, Announced::EncodedPem];
    for (nth, entry) in entries.iter().enumerate() {
        prefixes.extend(entry.prefixes.iter().map(String::as_str));
        announced.resize(prefixes.len(), Announced::Token(TokenKind(nth as u16)));
    }
    let prefixes = AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::DFA))
        .match_kind(MatchKind::LeftmostLongest)
        .build(&prefixes)
        .expect("a hundred short prefixes fit");
    Table {
        entries,
        prefixes,
        announced,
    }
});

/// The tokens and private keys in the part `range` of `text`, in order.
pub fn read(text: &str, range: Range<usize>) -> Vec<Credential> {
    let part = text.get(range.clone()).unwrap_or_default();
    let mut found: Vec<Credential> = Vec::new();
    let mut groups: FxHashMap<&str, u32> = FxHashMap::default();
    let mut done = 0;
    for hit in TABLE.prefixes.find_iter(part) {
        if hit.start() < done {
            continue;
        }
        let Some(Met { form, at, value }) = met(part, &hit) else {
            continue;
        };
        done = value.end;
        let next = groups.len() as u32;
        let group = *groups.entry(&part[value.clone()]).or_insert(next);
        let moved =
            |part: Range<usize>| Span::new(part.start + range.start, part.end + range.start);
        found.push(Credential {
            form,
            at: moved(at),
            value: moved(value),
            group,
        });
    }
    found
}

/// A credential, in bytes of the part.
struct Met {
    form: Form,
    at: Range<usize>,
    value: Range<usize>,
}

fn met(part: &str, hit: &aho_corasick::Match) -> Option<Met> {
    match TABLE.announced[hit.pattern().as_usize()] {
        Announced::Token(kind) => token(part, hit.range(), kind),
        Announced::Pem => pem::key(part, hit.start()).map(|key| Met {
            form: Form::PrivateKey {
                encrypted: key.encrypted,
            },
            at: key.header,
            value: key.body,
        }),
        Announced::EncodedPem => pem::encoded_key(part, hit.start()).map(|body| Met {
            form: Form::PrivateKey { encrypted: false },
            at: body.clone(),
            value: body,
        }),
    }
}

/// No token is longer.
const MAX_BYTES: usize = 8 << 10;
/// What follows the distinctive part of one that has something before it.
const MAX_BYTES_BEHIND: usize = 400;

fn token(part: &str, hit: Range<usize>, kind: TokenKind) -> Option<Met> {
    let entry = kind.entry();
    let (at, prefix) = (hit.start, hit.len());
    let bytes = part.as_bytes();
    let from = at.saturating_sub(entry.lead);
    if entry.lead == 0 && !begins_here(bytes, at) {
        return None;
    }
    let most = if entry.lead == 0 {
        MAX_BYTES
    } else {
        MAX_BYTES_BEHIND
    };
    let window = &bytes[from..bytes.len().min(at + most)];
    let matched = entry.regex().find(window)?;
    let value = from + matched.start()..from + matched.end();
    let holds_prefix = value.contains(&at);
    if !holds_prefix || !begins_here(bytes, value.start) || !ends_here(bytes, value.end) {
        return None;
    }
    let text = &part[value.clone()];
    // What stands in front of the distinctive part is as random as what follows.
    let random = if entry.lead == 0 { prefix } else { 0 };
    let worth = worth(entry, text, random)?;
    let is_used = worth != Worth::Nothing || stands_for_one(bytes, &value);
    if !is_used || is_meant_to_be_seen(entry, bytes, &value) {
        return None;
    }
    Some(Met {
        form: Form::Token { kind, worth },
        at: value.clone(),
        value,
    })
}

/// What a token opens whose part behind the prefix starts at `random`; `None` for what is none.
fn worth(entry: &Entry, token: &str, random: usize) -> Option<Worth> {
    if is_filler(&token.as_bytes()[random..]) {
        return (!has_mask_run(token)).then_some(Worth::Nothing);
    }
    if entry.id == "json-web-token" {
        return jwt::read(token);
    }
    let worth = match entry.trial {
        _ if is_placeholder(token) => Worth::Nothing,
        true => Worth::Limited,
        false => Worth::Full,
    };
    let is_mask = worth == Worth::Nothing && has_mask_run(token);
    let is_mixed = !entry.mixed || mixes(&token[random..]);
    (is_mixed && !is_mask).then_some(worth)
}

/// Digits and letters of both cases, and no words.
fn mixes(text: &str) -> bool {
    let has = |is: fn(&u8) -> bool| text.as_bytes().iter().any(is);
    has(u8::is_ascii_digit)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
        && !is_slug(text)
}

/// It is given to something, or is all that its line says.
fn stands_for_one(bytes: &[u8], value: &Range<usize>) -> bool {
    let line = &bytes[..value.start];
    let line = &line[memchr::memrchr(b'\n', line).map_or(0, |end| end + 1)..];
    let is_quote = |byte: &u8| b"\"'`".contains(byte);
    let before = match line.split_last() {
        Some((last, before)) if is_quote(last) => before.trim_ascii_end(),
        _ => line.trim_ascii_end(),
    };
    // `set("NAME", "…")`.
    let of_call = before.strip_suffix(b",").and_then(|before| before.last());
    before.is_empty()
        || [&b"="[..], b":", b"=>"]
            .iter()
            .any(|mark| before.ends_with(mark))
        || of_call.is_some_and(is_quote)
}

/// Whether a word may begin here; the letter of an escape such as `\n` belongs to no word.
fn begins_here(bytes: &[u8], at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).map(|at| bytes[at]);
    match before(1) {
        None => true,
        Some(b'n' | b'r' | b't') if before(2) == Some(b'\\') => true,
        Some(byte) => !is_word(byte) && byte != b'-',
    }
}

fn ends_here(bytes: &[u8], at: usize) -> bool {
    bytes.get(at).is_none_or(|byte| !is_word(*byte))
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// What people type in the place of a token: few different characters, or those of the keyboard and
/// the alphabet in a row.
fn is_filler(bytes: &[u8]) -> bool {
    const SEQUENCE: usize = 7;
    const DISTINCT: usize = 8;
    let mut seen = [false; 256];
    bytes
        .iter()
        .for_each(|byte| seen[usize::from(*byte)] = true);
    let distinct = seen.iter().filter(|seen| **seen).count();
    let follows = |pair: &[u8]| {
        let (a, b) = (pair[0].to_ascii_lowercase(), pair[1].to_ascii_lowercase());
        a.checked_add(1) == Some(b) || (a, b) == (b'9', b'0')
    };
    let run = |is: &dyn Fn(&[u8]) -> bool| {
        let mut run = 0;
        bytes.windows(2).any(|pair| {
            run = if is(pair) { run + 1 } else { 0 };
            run >= SEQUENCE
        })
    };
    distinct < DISTINCT || run(&follows) || run(&|pair| pair[0] == pair[1])
}

/// Keys that browsers are given are no secrets; what stands around them tells.
fn is_meant_to_be_seen(entry: &Entry, bytes: &[u8], value: &Range<usize>) -> bool {
    const AROUND: usize = 300;
    let from = value.start.saturating_sub(AROUND);
    let around = &bytes[from..bytes.len().min(value.end + AROUND)];
    let stands = |word: &String| memmem::find(around, word.as_bytes()).is_some();
    let line = &bytes[from..value.start];
    let line = &line[memchr::memrchr(b'\n', line).map_or(0, |end| end + 1)..];
    // What a form shows where nothing was typed yet.
    memmem::find(line, b"placeholder").is_some()
        || entry.public.iter().any(stands)
        || entry.in_pages && is_in_page(&bytes[..value.start])
}

/// Whether what ends here stands in a page of HTML: the document is one, or holds one.
fn is_in_page(before: &[u8]) -> bool {
    let last = |word: &[u8]| memmem::rfind(before, word);
    let is_page = before.trim_ascii_start().starts_with(b"<");
    let begin = last(b"<html").max(last(b"<body"));
    begin.is_some_and(|begin| is_page || last(b"</html").is_none_or(|end| end < begin))
}

#[cfg(test)]
mod tests;
