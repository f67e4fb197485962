//! Decisions that people write into comments: `aicheck: allow RULE: reason`.

use serde::{Deserialize, Serialize};

use crate::source::Span;

/// A comment that settles findings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directive {
    /// What kind of decision.
    pub kind: DirectiveKind,
    /// The rules or families it names, each with its place.
    pub rules: Vec<(String, Span)>,
    /// Why; mandatory for the directive to work.
    pub reason: Option<String>,
    /// The text from `aicheck:` to the end of the reason.
    pub span: Span,
    /// What it covers: a statement, a clause, or for `allow-file` the document.
    pub covers: Span,
}

/// The kinds of directives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DirectiveKind {
    /// The finding is accepted.
    Allow,
    /// A person signed the decision off; only for reviewable rules.
    Reviewed,
    /// The rule does not apply to this file.
    AllowFile,
    /// Begins with `aicheck:` and is none of these.
    Unknown,
}

/// What stands before `aicheck:` in the comments of the languages we read.
const COMMENT_MARKS: [&str; 6] = ["--", "#", "//", "/*", "*", "<!--"];

impl Directive {
    /// Reads the directive of a comment, if it holds one. It covers itself; whoever knows the
    /// statement it belongs to sets `covers`.
    pub fn in_comment(text: &str, comment: Span) -> Option<Self> {
        let written = comment.of(text);
        let at = written.match_indices("aicheck:").find_map(|(at, _)| {
            let before = written[..at].trim_end();
            let opens = COMMENT_MARKS.iter().any(|mark| before.ends_with(mark));
            opens.then_some(at)
        })?;
        let line = written[at..].lines().next().unwrap_or_default();
        let line = ["*/", "-->"]
            .iter()
            .find_map(|end| line.strip_suffix(end))
            .unwrap_or(line);
        let start = comment.start as usize + at;
        let span = Span::new(start, start + line.trim_end().len());
        Some(Self::read(text, span))
    }

    fn read(text: &str, span: Span) -> Self {
        let end = span.end as usize;
        let verb = skip_blanks(text, span.start as usize + "aicheck:".len(), end);
        let rest = word_end(text, verb, end);
        let kind = match &text[verb..rest] {
            "allow" => DirectiveKind::Allow,
            "reviewed" => DirectiveKind::Reviewed,
            "allow-file" => DirectiveKind::AllowFile,
            _ => DirectiveKind::Unknown,
        };
        let colon = text[rest..end].find(':').map(|colon| rest + colon);
        let mut rules = Vec::new();
        let mut from = rest;
        for part in text[rest..colon.unwrap_or(end)].split(',') {
            let start = skip_blanks(text, from, from + part.len());
            let stop = word_end(text, start, from + part.len());
            if start < stop {
                rules.push((text[start..stop].to_owned(), Span::new(start, stop)));
            }
            from += part.len() + 1;
        }
        let reason = colon.map(|colon| text[colon + 1..end].trim());
        Self {
            kind,
            rules,
            reason: reason
                .filter(|reason| !reason.is_empty())
                .map(str::to_owned),
            span,
            covers: span,
        }
    }
}

fn skip_blanks(text: &str, from: usize, end: usize) -> usize {
    end - text[from..end].trim_start().len()
}

/// Where the word ends that begins at `from`: at a blank or a colon.
fn word_end(text: &str, from: usize, end: usize) -> usize {
    let ends = |c: char| c.is_whitespace() || c == ':';
    text[from..end]
        .find(ends)
        .map_or(end, |length| from + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(comment: &str) -> Option<Directive> {
        let text = format!("x {comment} y");
        Directive::in_comment(&text, Span::new(2, 2 + comment.len()))
    }

    fn summary(comment: &str) -> (DirectiveKind, Vec<String>, Option<String>) {
        let directive = read(comment).unwrap();
        let names = directive.rules.into_iter().map(|(name, _)| name).collect();
        (directive.kind, names, directive.reason)
    }

    #[test]
    fn reads_kind_rules_and_reason() {
        let names = |names: &[&str]| {
            names
                .iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>()
        };
        let why = || Some("it is tiny: really".to_owned());
        assert_eq!(
            summary("-- aicheck: allow a-b, c: it is tiny: really"),
            (DirectiveKind::Allow, names(&["a-b", "c"]), why())
        );
        assert_eq!(
            summary("/* aicheck: reviewed a:it is tiny: really */"),
            (DirectiveKind::Reviewed, names(&["a"]), why())
        );
        assert_eq!(
            summary("# noqa # aicheck: allow-file schema"),
            (DirectiveKind::AllowFile, names(&["schema"]), None)
        );
        assert_eq!(
            summary("# aicheck: allow a because it is tiny"),
            (DirectiveKind::Allow, names(&["a"]), None)
        );
        assert_eq!(
            summary("# aicheck: ignore: a"),
            (DirectiveKind::Unknown, names(&[]), Some("a".into()))
        );
        assert_eq!(
            summary("-- aicheck:"),
            (DirectiveKind::Unknown, names(&[]), None)
        );
    }

    #[test]
    fn a_mention_is_no_directive() {
        assert_eq!(read("-- we run aicheck: daily"), None);
        assert_eq!(read("-- aicheck is run daily"), None);
    }

    #[test]
    fn spans_point_into_the_file() {
        let comment = "-- aicheck: allow a, bc: why";
        let text = format!("x {comment} y");
        let directive = read(comment).unwrap();
        assert_eq!(directive.span.of(&text), "aicheck: allow a, bc: why");
        let places: Vec<&str> = directive
            .rules
            .iter()
            .map(|(_, span)| span.of(&text))
            .collect();
        assert_eq!(places, ["a", "bc"]);
    }
}
