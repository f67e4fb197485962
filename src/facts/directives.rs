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

/// The directives among the comments of a document, each with what it covers: the innermost of
/// the `places` (statements, clauses, headers) that holds the code it is written for. A comment
/// behind code is written for all code on its line, one on lines of its own for the code below.
///
/// `comments` are all comments of the document, in order.
pub fn read(
    text: &str,
    document: Span,
    comments: &[Span],
    places: impl Fn() -> Vec<Span>,
) -> Vec<Directive> {
    let mut directives: Vec<Directive> = comments
        .iter()
        .filter_map(|comment| Directive::in_comment(text, *comment))
        .collect();
    if directives.is_empty() {
        return directives;
    }
    let code = Code {
        text,
        document,
        comments,
    };
    let places = places();
    for directive in &mut directives {
        directive.covers = match directive.kind {
            DirectiveKind::AllowFile => document,
            _ => code.written_for(directive.span, &places),
        };
    }
    directives
}

/// A document of which only the code counts, not the comments.
struct Code<'a> {
    text: &'a str,
    document: Span,
    comments: &'a [Span],
}

impl Code<'_> {
    fn written_for(&self, directive: Span, places: &[Span]) -> Span {
        let innermost = |at: u32| {
            let at = Span { start: at, end: at };
            let holding = places.iter().filter(|place| place.touches(at));
            let innermost = holding.min_by_key(|place| (place.end - place.start, place.start));
            innermost.copied().unwrap_or(at)
        };
        let line = self.line_start(directive.start);
        let behind = self.before(directive.start, line);
        let Some(at) = behind else {
            return self.after(directive.end).map_or(directive, innermost);
        };
        let first = self.after(line).unwrap_or(at);
        innermost(at).to(Span::new(first as usize, at as usize))
    }

    fn line_start(&self, offset: u32) -> u32 {
        let before = &self.text[..offset as usize];
        let start = before.rfind(['\n', '\r']).map_or(0, |at| at as u32 + 1);
        start.max(self.document.start)
    }

    /// The last character of code between two offsets.
    fn before(&self, offset: u32, start: u32) -> Option<u32> {
        let mut end = offset;
        loop {
            let code = Span { start, end }.of(self.text);
            let code = code.trim_end_matches(is_between);
            let last = code.char_indices().next_back();
            let at = start + last?.0 as u32;
            match self.comment_at(at) {
                Some(comment) if comment.start < start => return None,
                Some(comment) => end = comment.start,
                None => return Some(at),
            }
        }
    }

    /// The first character of code from an offset on.
    fn after(&self, offset: u32) -> Option<u32> {
        let mut start = offset;
        loop {
            if let Some(comment) = self.comment_at(start) {
                start = comment.end.max(start + 1);
                continue;
            }
            let end = self.document.end;
            let rest = self.text.get(start as usize..end as usize)?;
            let code = rest.trim_start_matches(is_between);
            if code.is_empty() {
                return None;
            }
            start = end - code.len() as u32;
            if self.comment_at(start).is_none() {
                return Some(start);
            }
        }
    }

    fn comment_at(&self, offset: u32) -> Option<Span> {
        let index = self
            .comments
            .partition_point(|comment| comment.end <= offset);
        let comment = self.comments.get(index)?;
        (comment.start <= offset).then_some(*comment)
    }
}

/// What separates statements and clauses and belongs to none.
fn is_between(c: char) -> bool {
    c.is_whitespace() || c == ',' || c == ';'
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

    /// Covered text by directive, in a text whose `#` comments end with the line and whose places
    /// are lines in parentheses and everything up to a semicolon.
    fn covered(text: &str) -> Vec<&str> {
        let lines = text.split_inclusive('\n').scan(0, |at, line| {
            let start = *at;
            *at += line.len();
            Some((start, line))
        });
        let comments: Vec<Span> = lines
            .filter_map(|(start, line)| {
                let comment = line.find('#')?;
                Some(Span::new(start + comment, start + line.trim_end().len()))
            })
            .collect();
        let mut places = Vec::new();
        for (at, _) in text.match_indices("item") {
            places.push(Span::new(at, at + 6));
        }
        for (at, _) in text.match_indices("begin") {
            places.push(Span::new(at, at + text[at..].find(';').unwrap()));
        }
        let document = Span::new(0, text.len());
        let found = super::read(text, document, &comments, || places.clone());
        found
            .iter()
            .map(|directive| directive.covers.of(text))
            .collect()
    }

    #[test]
    fn a_directive_covers_the_code_it_is_written_for() {
        let clause = "begin (\n item 1, # aicheck: allow a: behind\n # aicheck: allow a: above\n # more\n\n item 2\n);";
        assert_eq!(covered(clause), ["item 1", "item 2"]);
        let line = "begin (\n item 1, item 2, # aicheck: allow a: both\n item 3\n);";
        assert_eq!(covered(line), ["item 1, item 2"]);
        let whole = "# aicheck: allow a: above\nbegin (\n item 1\n); # aicheck: allow a: behind";
        let statement = "begin (\n item 1\n)";
        assert_eq!(covered(whole), [statement, statement]);
        let first_line = "begin ( # aicheck: allow a: r\n item 1\n);";
        assert_eq!(covered(first_line), [first_line.strip_suffix(';').unwrap()]);
        assert_eq!(
            covered("begin x; # aicheck: allow-file a: r"),
            ["begin x; # aicheck: allow-file a: r"]
        );
        assert_eq!(
            covered("begin x;\n# aicheck: allow a: r\n# end"),
            ["aicheck: allow a: r"]
        );
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
