//! What the comments of an example say about its lines: `-- error: [id] "text"` and the like.
//! They are cut off before the example is read by the tool.

use aicheck::config;
use aicheck::finding::Severity;
use aicheck::rule::page::Fence;

/// One statement about one line of one file.
#[derive(Clone, Debug)]
pub(crate) struct Assertion {
    /// The line in the page.
    pub(crate) page_line: usize,
    /// The file.
    pub(crate) path: String,
    /// The line in the file, from 1.
    pub(crate) line: u32,
    /// What is to be there.
    pub(crate) what: What,
}

/// What is to be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// A finding of a rule, with the text it underlines when that is said.
    Finding(Severity, String, Option<String>),
    /// Evidence of a finding of a rule.
    Label(String),
    /// A note.
    Note(String),
    /// A table that is open, wherever.
    Open(String),
}

/// Cuts the assertions off the lines of a fence.
pub(crate) fn cut(fence: &Fence) -> (String, Vec<Assertion>) {
    let mut body = String::new();
    let mut assertions = Vec::new();
    for (index, line) in fence.body.lines().enumerate() {
        let mut rest = line;
        while let Some((before, what)) = last(rest) {
            rest = before.trim_end();
            assertions.push(Assertion {
                page_line: fence.line + index,
                path: fence.path.clone(),
                line: index as u32 + 1,
                what,
            });
        }
        body.push_str(rest);
        body.push('\n');
    }
    (body, assertions)
}

/// The assertion at the end of a line, and what stands before it.
fn last(line: &str) -> Option<(&str, What)> {
    let markers = line.char_indices().rev().map(|(at, _)| line.split_at(at));
    markers
        .filter_map(|(before, comment)| {
            let marks = ["--", "#", "//"];
            let text = marks.iter().find_map(|mark| comment.strip_prefix(mark))?;
            Some((before, parse(text.trim())?))
        })
        .next()
}

/// `error: [id] "text"`, `label: [id]`, `note: [id]`, `open: table`.
fn parse(text: &str) -> Option<What> {
    let (word, rest) = text.split_once(": ")?;
    if word == "open" {
        let is_name = rest
            .chars()
            .all(|c| c.is_alphanumeric() || "_.".contains(c));
        return is_name.then(|| What::Open(rest.to_owned()));
    }
    let (id, rest) = rest.strip_prefix('[')?.split_once(']')?;
    let id = id.to_owned();
    let rest = rest.trim();
    match word {
        "label" if rest.is_empty() => Some(What::Label(id)),
        "note" if rest.is_empty() => Some(What::Note(id)),
        "label" | "note" => None,
        _ => {
            let severity = config::severity(word).ok()?;
            let text = match rest {
                "" => None,
                _ => Some(rest.strip_prefix('"')?.strip_suffix('"')?.to_owned()),
            };
            Some(What::Finding(severity, id, text))
        }
    }
}

/// The lines of an `expect` fence, for formats without comments: `path «snippet» error [id]`.
pub(crate) fn expected(
    fence: &Fence,
    files: &[(String, String)],
) -> Result<Vec<Assertion>, String> {
    let lines = (fence.line..).zip(fence.body.lines());
    lines
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(page_line, line)| {
            expected_line(page_line, line, files)
                .ok_or_else(|| format!("line {page_line}: write `path «snippet» error [id]`, with a snippet that stands once in the file"))
        })
        .collect()
}

fn expected_line(page_line: usize, line: &str, files: &[(String, String)]) -> Option<Assertion> {
    let (path, rest) = line.split_once(" «")?;
    let (snippet, rest) = rest.split_once("» ")?;
    let (_, body) = files.iter().find(|(name, _)| name == path)?;
    let mut places = body.match_indices(snippet);
    let (at, _) = places.next()?;
    let (severity, id) = rest.split_once(' ')?;
    let what = parse(&format!("{severity}: {id}"))?;
    places.next().is_none().then(|| Assertion {
        page_line,
        path: path.to_owned(),
        line: body[..at].matches('\n').count() as u32 + 1,
        what,
    })
}
