//! Finds secrets among the entries of configuration. Knows how formats bind a value to a name, not
//! what makes a name sensitive or a value real.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::lines::{Said, said, telling};
use super::names::{self, Sensitivity};
use super::values::{Bound, classify};
use super::{Binding, Holder, Suspect, base64, urls};
use crate::parse::config::{Document, Format, Node, Value};
use crate::source::Span;

/// The suspects of a document, in source order.
pub fn suspects(text: &str, document: &Document<'_>, format: Format) -> Vec<Suspect> {
    let mut reader = Reader {
        text,
        format,
        found: Vec::new(),
        groups: FxHashMap::default(),
    };
    for node in document.nodes() {
        if let Some(value) = node.value() {
            reader.entry(node, value);
        }
    }
    reader.found
}

struct Reader<'t> {
    text: &'t str,
    format: Format,
    found: Vec<Suspect>,
    groups: FxHashMap<String, u32>,
}

/// A value and what it is bound to.
struct Bind<'a> {
    /// The name that says what it is.
    name: Cow<'a, str>,
    name_span: Span,
    text: Cow<'a, str>,
    value: Span,
    literal: Span,
    binding: Binding,
}

impl<'t> Reader<'t> {
    fn entry(&mut self, node: Node<'_>, value: &Value<'_>) {
        let source = value.span.of(self.text);
        let may_be_a_url = source.contains("://") || source.contains(';');
        let may_interpolate = source.contains("${");
        let Some(bind) = self.bind(node, value) else {
            return;
        };
        let may_be_held = node.parent().is_some_and(is_data);
        let may_be_sensitive = names::may_be_sensitive(&bind.name) || may_be_held;
        let may_command = source.contains([' ', '?']) && telling(source).next().is_some();
        if !may_be_a_url && !may_interpolate && !may_be_sensitive && !may_command {
            return;
        }
        let before = self.found.len();
        let holder = Holder::of(self.format, node);
        if may_be_a_url {
            self.url(&bind, source, holder);
        }
        if may_interpolate {
            self.interpolations(source, value, holder);
        }
        if !is_shown(node) {
            self.literal(node, bind, holder);
        }
        if may_command {
            self.lines(source, before, is_shown(node));
        }
    }

    /// `run: deploy --token …`: what the lines of a longer text say, besides what was found in it.
    /// Of documentation, only what its URLs carry.
    fn lines(&mut self, source: &str, before: usize, is_documentation: bool) {
        let known = self.found.len();
        for line in telling(source) {
            let line = &source[line];
            let at = self.offset_of(line);
            let said = said(line).into_iter().filter(Said::is_shown);
            for said in said.filter(|said| said.in_url || !is_documentation) {
                let next = self.groups.len() as u32;
                let text = line[said.value.clone()].to_owned();
                let suspect = said.suspect(at, *self.groups.entry(text).or_insert(next));
                let mut known = self.found[before..known].iter();
                if !known.any(|it| it.value.contains(suspect.value)) {
                    self.found.push(suspect);
                }
            }
        }
    }

    /// What a value is bound to, by the ways that formats have.
    fn bind<'a>(&self, node: Node<'a>, value: &'a Value<'_>) -> Option<Bind<'a>> {
        let plain = Bind {
            name: node.name().into(),
            name_span: node.name_span(),
            text: value.text.as_ref().into(),
            value: value.span,
            literal: value.literal,
            binding: Binding::Assignment,
        };
        let around = node.parent()?;
        // `- name: X` above `value: …`.
        if matches!(node.name(), "value" | "Value") {
            let name = ["name", "key", "Name", "Key"];
            let name = name.iter().find_map(|name| around.child(name));
            let Some(name) = name.filter(|name| name.text().is_some()) else {
                return Some(plain);
            };
            return Some(Bind {
                name: name.text().unwrap_or_default().into(),
                name_span: name.value().map_or(plain.name_span, |name| name.span),
                ..plain
            });
        }
        // `variable "x" { default = "…" }`, and parameters of CloudFormation.
        if matches!(node.name(), "default" | "Default") {
            let kind = around.parent().map(Node::name);
            let is_variable = matches!(kind, Some("variable" | "Parameters"));
            return Some(Bind {
                name: around.name().into(),
                name_span: around.name_span(),
                binding: Binding::EntryDefault(Holder::Terraform),
                ..plain
            })
            .filter(|_| is_variable);
        }
        match node.name() {
            "" => Some(self.split(plain)),
            _ => Some(plain),
        }
    }

    /// `- NAME=value` in a list.
    fn split<'a>(&self, bind: Bind<'a>) -> Bind<'a> {
        let source = bind.value.of(self.text);
        let is_name = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        let Some((name, _)) = source
            .split_once('=')
            .filter(|(name, _)| !name.is_empty() && name.chars().all(is_name))
            // Several lines are text of another format.
            .filter(|_| !source.contains('\n'))
        else {
            return bind;
        };
        let text = bind.text.split_once('=').map(|(_, text)| text.to_owned());
        let start = bind.value.start;
        let end = start + name.len() as u32;
        Bind {
            name: name.trim_start_matches('-').to_owned().into(),
            name_span: Span { start, end },
            text: text.unwrap_or_default().into(),
            value: Span {
                start: end + 1,
                ..bind.value
            },
            ..bind
        }
    }

    fn literal(&mut self, node: Node<'_>, mut bind: Bind<'_>, holder: Holder) {
        if holder == Holder::KubernetesSecret
            && node.parent().is_some_and(|map| map.name() == "data")
        {
            let decoded = base64::decode(bind.text.trim().as_bytes());
            let Some(text) = decoded.and_then(|bytes| String::from_utf8(bytes).ok()) else {
                return;
            };
            bind.text = text.trim_end().to_owned().into();
        }
        let is_quoted = bind.literal.of(self.text).starts_with('\'');
        if holder == Holder::Script && !is_quoted && is_a_variable(&bind.text) {
            return;
        }
        let named = sensitive_name(node, &bind.name, holder);
        // All that a Secret of Kubernetes holds is secret, if it is no name.
        let is_held = holder == Holder::KubernetesSecret && node.parent().is_some_and(is_data);
        let held = is_held.then(|| (bind.name.as_ref().into(), Sensitivity::Bare));
        let Some((word, sensitivity)) = named.or(held) else {
            return;
        };
        if bind.binding == Binding::Assignment {
            bind.binding = Binding::Entry(holder);
        }
        let class = classify(
            &bind.text,
            &Bound {
                name: &word,
                sensitivity,
                binding: bind.binding,
                is_beside: &|words| is_beside(node, words),
            },
        );
        if let Some(class) = class {
            let purpose = names::purpose(&word, sensitivity);
            self.push(&bind, bind.value, class, purpose);
        }
    }

    fn url(&mut self, bind: &Bind<'_>, source: &str, holder: Holder) {
        for found in urls::passwords(source) {
            let base = self.offset_of(source);
            let value = Span::new(base + found.password.start, base + found.password.end);
            let binding = Binding::Url {
                host: found.host,
                holder: Some(holder),
            };
            let name = match bind.name.is_empty() {
                true => found.scheme.to_owned().into(),
                false => Cow::Borrowed(bind.name.as_ref()),
            };
            let bind = Bind {
                name,
                name_span: bind.name_span,
                text: source[found.password.clone()].into(),
                value,
                literal: bind.literal,
                binding,
            };
            self.push(&bind, value, found.class, super::Purpose::Password);
        }
    }

    /// `${NAME:-literal}`, in compose files and shells; `${NAME:literal}` of Spring.
    fn interpolations(&mut self, source: &str, value: &Value<'_>, holder: Holder) {
        let base = self.offset_of(source);
        for (at, _) in source.match_indices("${") {
            let inner = &source[at + 2..];
            let length = inner
                .bytes()
                .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
                .count();
            let (name, rest) = inner.split_at(length);
            let Some(mark) = default_mark(rest) else {
                continue;
            };
            let Some(literal) = rest[mark.len()..].split('}').next() else {
                continue;
            };
            let Some(sensitivity) = names::sensitivity(name) else {
                continue;
            };
            let binding = Binding::EntryDefault(holder);
            let bound = Bound {
                name,
                sensitivity,
                binding,
                is_beside: &|_| false,
            };
            if let Some(class) = classify(literal, &bound) {
                let start = base + at + 2 + length + mark.len();
                let bind = Bind {
                    name: name.into(),
                    name_span: value.literal,
                    text: literal.into(),
                    value: Span::new(start, start + literal.len()),
                    literal: value.literal,
                    binding,
                };
                let purpose = names::purpose(name, sensitivity);
                self.push(&bind, bind.value, class, purpose);
            }
        }
    }

    fn push(
        &mut self,
        bind: &Bind<'_>,
        value: Span,
        class: super::ValueClass,
        purpose: super::Purpose,
    ) {
        let next = self.groups.len() as u32;
        let group = *self.groups.entry(bind.text.to_string()).or_insert(next);
        self.found.push(Suspect {
            value,
            literal: bind.literal,
            name: bind.name.to_string(),
            name_span: bind.name_span,
            class,
            binding: bind.binding,
            group,
            purpose,
            refused: false,
        });
    }

    /// Where a part of the text starts.
    fn offset_of(&self, part: &str) -> usize {
        part.as_ptr() as usize - self.text.as_ptr() as usize
    }
}

/// `$secret_key`, which a shell puts in.
fn is_a_variable(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.strip_prefix('$')
        .is_some_and(|name| !name.is_empty() && name.bytes().all(is_part))
}

/// What stands between a variable and its default. `${NAME:?message}` fails, `${NAME:+text}` shows
/// that it is set, and `${NAME:0:8}` is a part of it.
fn default_mark(rest: &str) -> Option<&'static str> {
    const MARKS: [&str; 5] = [":-", ":=", "-", "=", ":"];
    let mark = MARKS.into_iter().find(|mark| rest.starts_with(mark))?;
    let literal = &rest[mark.len()..];
    let is_part = literal.starts_with(|c: char| c.is_ascii_digit()) && literal.contains(':');
    let is_other = literal.starts_with(['?', '+']) || is_part;
    (mark != ":" || !is_other).then_some(mark)
}

/// What the name promises, alone or behind the one around it: `smtp: {pass: …}`.
fn sensitive_name<'a>(
    node: Node<'_>,
    name: &'a str,
    holder: Holder,
) -> Option<(Cow<'a, str>, Sensitivity)> {
    // `nginx.ingress.kubernetes.io/auth-secret` names the object that holds it.
    if name
        .split_once('/')
        .is_some_and(|(domain, _)| domain.contains('.'))
    {
        return None;
    }
    let alone = names::sensitivity(name);
    let is_variable = holder.holds_variables() && names::is_variable(name);
    if alone.is_some() && is_variable && name.contains('_') && names::is_pass(name) {
        return Some((name.into(), Sensitivity::Password));
    }
    if let Some(found) = alone.filter(|found| *found != Sensitivity::Bare) {
        return Some((name.into(), found));
    }
    let around = node.parent().map(Node::name).unwrap_or_default();
    let joined = format!("{around}_{name}");
    let is_own = names::words(name).len() == 1;
    match names::sensitivity(&joined).filter(|_| is_own) {
        Some(found) if found != Sensitivity::Bare => Some((joined.into(), found)),
        // The `key` of a list of settings names something.
        _ if !holder.holds_variables()
            && names::words(name).last().is_some_and(|word| word == "key") =>
        {
            None
        }
        _ => alone.map(|found| (name.into(), found)),
    }
}

/// What a Secret of Kubernetes holds its values in.
fn is_data(map: Node<'_>) -> bool {
    matches!(map.name(), "data" | "stringData")
}

/// Inside documentation: `example: {password: …}`.
fn is_shown(node: Node<'_>) -> bool {
    const SHOWN: [&str; 6] = [
        "example",
        "examples",
        "placeholder",
        "placeholders",
        "description",
        "properties",
    ];
    node.ancestors()
        .any(|around| SHOWN.contains(&around.name()))
}

/// Beside a literal for one of the words.
fn is_beside(node: Node<'_>, known: &[&str]) -> bool {
    // Longer collections are data.
    const MAX_SIBLINGS: usize = 50;
    let siblings = node.parent().into_iter().flat_map(Node::children);
    siblings.take(MAX_SIBLINGS).any(|sibling| {
        let words = names::words(sibling.name());
        let is_login = words
            .last()
            .is_some_and(|last| known.contains(&last.as_str()));
        is_login && sibling.text().is_some_and(|text| !text.is_empty())
    })
}

#[cfg(test)]
mod tests;
