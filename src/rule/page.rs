//! Reads a rule's page: front matter, title, text and examples. Knows no rule by name; a page
//! that does not read is found by the tests, never at run time.

use serde::Deserialize;

use crate::finding::{Confidence, Severity};

/// What the front matter of a page says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Meta {
    /// Severities the rule may use; the first is its default.
    #[serde(rename = "severity", deserialize_with = "one_or_many")]
    pub severities: Vec<Severity>,
    /// The most its evidence can carry.
    #[serde(default = "certain")]
    pub confidence: Confidence,
    /// How much of the project it needs.
    pub reads: Reads,
    /// What the code it reads is written in.
    pub languages: Vec<String>,
    /// The version that brought it.
    pub since: String,
    /// Whether a `reviewed` directive settles its findings.
    #[serde(default)]
    pub reviewable: bool,
    /// Ids it had before, which go on working.
    #[serde(default)]
    pub former: Vec<String>,
}

/// How much of the project a rule needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reads {
    /// One file is enough; its subjects are names inside that file.
    File,
    /// The linked project; its subjects are names of the whole project.
    Project,
}

/// A rule's page, read.
#[derive(Clone, Debug)]
pub struct Page {
    /// The front matter.
    pub meta: Meta,
    /// The id in the title.
    pub id: String,
    /// The sentence behind the id in the title.
    pub title: String,
    /// The text between the title and the first example.
    pub why: String,
    /// The examples, in order.
    pub examples: Vec<Example>,
}

/// An example: a small project, with what the rule says of it in comments.
#[derive(Clone, Debug)]
pub struct Example {
    /// What it shows.
    pub kind: ExampleKind,
    /// The words behind the kind; `Flagged` and `Fixed` of one name belong together.
    pub name: String,
    /// The line of its heading, from 1.
    pub line: usize,
    /// Its text, without the fences.
    pub text: String,
    /// Its fences, in order.
    pub fences: Vec<Fence>,
}

/// What an example shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExampleKind {
    /// The rule finds what the comments say.
    Flagged,
    /// No rule finds anything.
    Passes,
    /// The `Flagged` example of the same name after following the help.
    Fixed,
}

/// A fenced block.
#[derive(Clone, Debug)]
pub struct Fence {
    /// The first word behind the fence.
    pub language: String,
    /// The rest of the line: a path, for files.
    pub path: String,
    /// The line of its first line of content, from 1.
    pub line: usize,
    /// The content, with its last line end.
    pub body: String,
}

/// Why a page does not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct PageError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl Meta {
    /// Reads the front matter of a page and nothing else.
    pub fn read(page: &str) -> Result<Self, PageError> {
        let (front, _) = split_front_matter(page)?;
        toml::from_str(front).map_err(|error| PageError {
            line: 1,
            message: error.to_string(),
        })
    }
}

impl Page {
    /// Reads a whole page.
    pub fn read(page: &str) -> Result<Self, PageError> {
        let meta = Meta::read(page)?;
        let (_, rest) = split_front_matter(page)?;
        let first = page.lines().count() - rest.lines().count() + 1;
        let mut sections = sections(rest, first)?.into_iter();
        let head = sections.next().expect("the text before the first heading");
        let (id, title) = head.title.split_once(": ").ok_or_else(|| PageError {
            line: head.line,
            message: "the page begins with `# id: what is wrong`".into(),
        })?;
        Ok(Self {
            meta,
            id: id.to_owned(),
            title: title.to_owned(),
            why: head.text.trim().to_owned(),
            examples: sections.map(example).collect::<Result<_, _>>()?,
        })
    }
}

fn certain() -> Confidence {
    Confidence::Certain
}

fn one_or_many<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<Severity>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany {
        One(Severity),
        Many(Vec<Severity>),
    }
    Ok(match OneOrMany::deserialize(from)? {
        OneOrMany::One(severity) => vec![severity],
        OneOrMany::Many(severities) => severities,
    })
}

fn split_front_matter(page: &str) -> Result<(&str, &str), PageError> {
    page.strip_prefix("+++\n")
        .and_then(|rest| rest.split_once("\n+++\n"))
        .ok_or_else(|| PageError {
            line: 1,
            message: "the page begins with front matter between two lines `+++`".into(),
        })
}

/// A heading with what stands below it.
#[derive(Default)]
struct Section {
    title: String,
    line: usize,
    text: String,
    fences: Vec<Fence>,
}

fn sections(text: &str, first: usize) -> Result<Vec<Section>, PageError> {
    let mut sections: Vec<Section> = Vec::new();
    let mut open: Option<(&str, Fence)> = None;
    for (line, content) in (first..).zip(text.lines()) {
        if let Some((opening, fence)) = &mut open {
            if content == mark(opening) {
                let (opening, fence) = open.take().expect("it is open");
                let head = sections.len() == 1;
                let section = sections.last_mut().expect("a fence stands in a section");
                section.close(opening, fence, head);
            } else {
                fence.body.push_str(content);
                fence.body.push('\n');
            }
        } else if let Some(title) = heading(content, sections.is_empty()) {
            sections.push(Section {
                title: title.to_owned(),
                line,
                ..Section::default()
            });
        } else if content.starts_with("```") && !sections.is_empty() {
            open = Some((content, fence(content, line + 1)));
        } else if let Some(section) = sections.last_mut() {
            section.text.push_str(content);
            section.text.push('\n');
        } else if !content.is_empty() {
            return error(line, "the page begins with `# id: what is wrong`");
        }
    }
    if let Some((_, fence)) = open {
        return error(fence.line, "this fence is never closed");
    }
    if sections.is_empty() {
        return error(first, "the page begins with `# id: what is wrong`");
    }
    Ok(sections)
}

impl Section {
    /// Above the examples a fence is part of the text.
    fn close(&mut self, opening: &str, fence: Fence, head: bool) {
        if head {
            let Fence { body, .. } = fence;
            self.text += &format!("{opening}\n{body}{}\n", mark(opening));
        } else {
            self.fences.push(fence);
        }
    }
}

/// The backquotes that open a fence, and close it.
fn mark(opening: &str) -> &str {
    &opening[..opening.len() - opening.trim_start_matches('`').len()]
}

fn heading(line: &str, first: bool) -> Option<&str> {
    line.strip_prefix(if first { "# " } else { "## " })
}

fn fence(line: &str, body: usize) -> Fence {
    let info = line.trim_start_matches('`').trim();
    let (language, path) = info.split_once(' ').unwrap_or((info, ""));
    Fence {
        language: language.to_owned(),
        path: path.trim().to_owned(),
        line: body,
        body: String::new(),
    }
}

fn example(section: Section) -> Result<Example, PageError> {
    let kinds = [
        ("Flagged: ", ExampleKind::Flagged),
        ("Passes: ", ExampleKind::Passes),
        ("Fixed: ", ExampleKind::Fixed),
    ];
    let found = kinds
        .iter()
        .find_map(|(word, kind)| Some((*kind, section.title.strip_prefix(word)?)));
    let Some((kind, name)) = found else {
        return error(
            section.line,
            "a heading is `## Flagged: …`, `## Passes: …` or `## Fixed: …`",
        );
    };
    Ok(Example {
        kind,
        name: name.to_owned(),
        line: section.line,
        text: section.text.trim().to_owned(),
        fences: section.fences,
    })
}

fn error<T>(line: usize, message: &str) -> Result<T, PageError> {
    Err(PageError {
        line,
        message: message.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "+++\nseverity = [\"error\", \"info\"]\nreads = \"project\"\nlanguages = [\"sql\"]\nsince = \"0.1.0\"\n+++\n# some-rule: something is wrong\nWhy it is.\n\n```sql\n## not a heading\n```\n\n## Flagged: a case\nWords.\n````sql a.sql\n```\nselect 1;\n````\n";

    #[test]
    fn reads_a_page() {
        let page = Page::read(PAGE).unwrap();
        assert_eq!(
            page.meta.severities,
            [Severity::Error, Severity::Info],
            "the first is the default"
        );
        assert_eq!(
            (page.id.as_str(), page.title.as_str()),
            ("some-rule", "something is wrong")
        );
        assert!(page.why.starts_with("Why it is."));
        let [example] = &page.examples[..] else {
            panic!("one example: {:?}", page.examples)
        };
        assert_eq!(
            (example.kind, example.name.as_str(), example.line),
            (ExampleKind::Flagged, "a case", 14)
        );
        assert_eq!(example.text, "Words.");
        let fence = &example.fences[0];
        assert_eq!(
            (fence.path.as_str(), fence.line, fence.body.as_str()),
            ("a.sql", 17, "```\nselect 1;\n")
        );
    }

    #[test]
    fn says_where_a_page_is_wrong() {
        let line = |page: &str| Page::read(page).unwrap_err().line;
        assert_eq!(line("# no front matter"), 1);
        assert_eq!(
            line(&PAGE.replace("# some-rule: something", "# some-rule something")),
            7
        );
        assert_eq!(line(&PAGE.replace("Flagged: ", "Wrong: ")), 14);
        assert_eq!(line(PAGE.strip_suffix("````\n").unwrap()), 17);
    }
}
