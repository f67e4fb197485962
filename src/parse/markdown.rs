//! Fenced code blocks of Markdown. Knows nothing of what stands in them.

use std::ops::Range;

use crate::source::LineIndex;

/// A fenced block. All ranges are bytes of the text it was found in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fence {
    /// The opening line.
    pub opening: Range<usize>,
    /// What stands behind the fence, trimmed: `sql title="x.sql"`.
    pub info: Range<usize>,
    /// The lines between the fences, with their ends.
    pub lines: Vec<Range<usize>>,
    /// At the start of each line, what belongs to the document around it: indentation of a list,
    /// `>` of a quotation.
    pub marks: Vec<Range<usize>>,
}

/// The lines of a text, each with its end.
pub fn lines(text: &str) -> Vec<Range<usize>> {
    let index = LineIndex::new(text);
    let start = |line| index.start(line) as usize;
    (0..index.count())
        .map(|line| match line + 1 < index.count() {
            true => start(line)..start(line + 1),
            false => start(line)..text.len(),
        })
        .filter(|line| !line.is_empty())
        .collect()
}

/// The fenced blocks, in order. One that is never closed ends with the text. A fence tagged
/// `markdown` is looked into: assistants wrap whole answers in one.
pub fn fences(text: &str) -> Vec<Fence> {
    let mut found: Vec<Fence> = Vec::new();
    let mut open: Option<Opening> = None;
    for line in lines(text) {
        match &open {
            None => {
                let Some(opening) = Opening::at(text, &line) else {
                    continue;
                };
                if matches!(&text[opening.info.clone()], "markdown" | "md") {
                    continue;
                }
                found.push(Fence {
                    opening: line,
                    info: opening.info.clone(),
                    lines: Vec::new(),
                    marks: Vec::new(),
                });
                open = Some(opening);
            }
            Some(opening) if opening.is_closed_by(&text[line.clone()]) => open = None,
            Some(opening) => {
                let fence = found.last_mut().expect("an open fence was pushed");
                let width = opening.mark_width(&text[line.clone()]);
                fence.marks.push(line.start..line.start + width);
                fence.lines.push(line);
            }
        }
    }
    found
}

struct Opening {
    /// Columns in front of the fence.
    indent: usize,
    quoted: bool,
    fence: u8,
    length: usize,
    info: Range<usize>,
}

impl Opening {
    fn at(text: &str, line: &Range<usize>) -> Option<Self> {
        let content = &text[line.clone()];
        let before = content.len() - unlisted(content).len();
        let rest = &content[before..];
        let fence = *rest.as_bytes().first()?;
        let length = run(rest, fence);
        if !matches!(fence, b'`' | b'~') || length < 3 {
            return None;
        }
        let info = rest[length..].trim();
        if fence == b'`' && info.contains('`') {
            return None;
        }
        let start = match info.is_empty() {
            true => line.start + before + length,
            false => info.as_ptr() as usize - text.as_ptr() as usize,
        };
        Some(Self {
            indent: before,
            quoted: content[..before].contains('>'),
            fence,
            length,
            info: start..start + info.len(),
        })
    }

    fn is_closed_by(&self, line: &str) -> bool {
        let rest =
            line.trim_start_matches(|c: char| c.is_ascii_whitespace() || self.quoted && c == '>');
        let length = run(rest, self.fence);
        length >= self.length && rest[length..].trim().is_empty()
    }

    fn mark_width(&self, line: &str) -> usize {
        let is_mark = |byte: &u8| matches!(byte, b' ' | b'\t') || self.quoted && *byte == b'>';
        line.bytes().take(self.indent).take_while(is_mark).count()
    }
}

/// A line without its indentation, quotation marks and list bullet.
fn unlisted(line: &str) -> &str {
    let rest = line.trim_start_matches([' ', '\t', '>']);
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let bullet = match rest.as_bytes().get(digits) {
        Some(b'.' | b')') if digits > 0 => digits + 1,
        Some(b'-' | b'*' | b'+') if digits == 0 => 1,
        _ => return rest,
    };
    let item = &rest[bullet..];
    let inner = item.trim_start_matches([' ', '\t']);
    if inner.len() < item.len() {
        inner
    } else {
        rest
    }
}

fn run(text: &str, byte: u8) -> usize {
    text.bytes().take_while(|found| *found == byte).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Info and body (without marks) of each fence.
    fn read(text: &str) -> Vec<(&str, String)> {
        fences(text)
            .into_iter()
            .map(|fence| {
                let lines = fence.lines.iter().zip(&fence.marks);
                let body = lines
                    .map(|(line, mark)| &text[mark.end..line.end])
                    .collect();
                (&text[fence.info], body)
            })
            .collect()
    }

    #[test]
    fn both_kinds_of_fences_with_and_without_info() {
        let text = "a\n```sql x=1 \nA\n```\n~~~\nB\n```\n~~~~\n";
        assert_eq!(
            read(text),
            [("sql x=1", "A\n".into()), ("", "B\n```\n".into())]
        );
    }

    #[test]
    fn marks_of_lists_and_quotations_are_told_apart_from_code() {
        let text = "1. x\n   ```py\n   if a:\n       b\n  c\n   ```\n> ```\n> d\n> ```\n- ```\n  e\n  ```\n";
        assert_eq!(
            read(text),
            [
                ("py", "if a:\n    b\nc\n".into()),
                ("", "d\n".into()),
                ("", "e\n".into())
            ]
        );
    }

    #[test]
    fn an_unclosed_fence_ends_with_the_text() {
        assert_eq!(read("```sql\r\nA\r\nB"), [("sql", "A\r\nB".into())]);
        assert_eq!(read("```"), [("", String::new())]);
    }

    #[test]
    fn inline_code_opens_nothing() {
        assert_eq!(read("```x``` y\n``\n"), []);
    }

    #[test]
    fn a_markdown_fence_is_looked_into() {
        let text = "````markdown\n```sql\nA\n```\n````\n";
        assert_eq!(read(text)[0], ("sql", "A\n".into()));
    }
}
