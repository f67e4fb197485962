//! Unified diffs: the new side of each file. Knows nothing of what stands in them.

use std::ops::Range;

/// The new side of one file in a diff. All ranges are bytes of the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patched {
    /// The file, where a header names it.
    pub path: Option<Range<usize>>,
    /// The lines, with those that are not part of the new side.
    pub lines: Vec<Range<usize>>,
    /// The `+` or blank in front of each line; removed lines and headers whole.
    pub marks: Vec<Range<usize>>,
}

/// Whether a text is the output of `diff` or of `git show`.
pub fn is_patch(text: &str) -> bool {
    let mut before = ["", ""];
    text.lines().any(|line| {
        let [old, new] = before;
        before = [new, line];
        line.starts_with("diff --git ")
            || line.starts_with("@@ -") && old.starts_with("--- ") && new.starts_with("+++ ")
    })
}

/// Reads the lines of a diff; `marks` say what stands in front of each already.
pub fn files(text: &str, lines: &[Range<usize>], marks: &[Range<usize>]) -> Vec<Patched> {
    let mut files = vec![Patched::default()];
    let mut in_header = true;
    for (line, mark) in lines.iter().zip(marks) {
        let content = &text[mark.end..line.end];
        let starts_file = content.starts_with("diff --git ")
            || content.starts_with("--- ") && !in_header && next_is_new_side(text, line.end);
        if starts_file {
            files.push(Patched::default());
            in_header = true;
        }
        let file = files.last_mut().expect("there is always one");
        if in_header && content.starts_with("+++ ") {
            file.path = path(text, mark.end + 4..line.end);
        }
        let is_hunk = content.starts_with("@@");
        let width = match content.as_bytes().first() {
            _ if is_hunk || content.starts_with('\\') => content.len(),
            _ if in_header && is_header(content) => content.len(),
            Some(b'-') => content.len(),
            Some(b'+' | b' ') => 1,
            _ => 0,
        };
        in_header &= !is_hunk && is_header(content);
        let end = mark.end + width.min(content.trim_end_matches(['\r', '\n']).len());
        file.marks.push(mark.start..end);
        file.lines.push(line.clone());
    }
    files.retain(|file| !file.lines.is_empty());
    files
}

/// Lines between the name of a file and its first hunk.
fn is_header(line: &str) -> bool {
    const HEADERS: [&str; 13] = [
        "diff ",
        "index ",
        "--- ",
        "+++ ",
        "new file",
        "deleted file",
        "old mode",
        "new mode",
        "similarity ",
        "dissimilarity ",
        "rename ",
        "copy ",
        "Binary files ",
    ];
    line.trim().is_empty() || HEADERS.iter().any(|header| line.starts_with(header))
}

fn next_is_new_side(text: &str, at: usize) -> bool {
    let rest = text[at..].trim_start_matches([' ', '\t', '>']);
    rest.starts_with("+++ ")
}

fn path(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let named = text[range.clone()].split('\t').next()?.trim();
    let name = named.strip_prefix("b/").unwrap_or(named);
    let start = name.as_ptr() as usize - text.as_ptr() as usize;
    (!name.is_empty() && name != "/dev/null").then(|| start..start + name.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::markdown::lines;

    fn read(text: &str) -> Vec<(Option<&str>, String)> {
        let lines = lines(text);
        let marks: Vec<_> = lines.iter().map(|line| line.start..line.start).collect();
        files(text, &lines, &marks)
            .into_iter()
            .map(|file| {
                let lines = file.lines.iter().zip(&file.marks);
                let body = lines
                    .map(|(line, mark)| &text[mark.end..line.end])
                    .collect();
                (file.path.map(|path| &text[path]), body)
            })
            .collect()
    }

    #[test]
    fn the_new_side_of_each_file() {
        let text = "diff --git a/x.py b/x.py\nindex 1..2 100644\n--- a/x.py\n+++ b/x.py\n@@ -1,2 +1,2 @@ def f():\n a = 1\n-b = 2\n+b = 3\n\\ No newline at end of file\n--- /dev/null\n+++ b/y.sql\n@@ -0,0 +1 @@\n+SELECT 1;\n";
        assert_eq!(
            read(text),
            [
                (Some("x.py"), "\n\n\n\n\na = 1\n\nb = 3\n\n".into()),
                (Some("y.sql"), "\n\n\nSELECT 1;\n".into()),
            ]
        );
    }

    #[test]
    fn a_hunk_without_headers() {
        let text = " a = 1\n-b = 2\n+b = 3\n+\nc = 4\n";
        assert_eq!(read(text), [(None, "a = 1\n\nb = 3\n\nc = 4\n".into())]);
    }

    #[test]
    fn removed_sql_comments_and_rulers_are_no_headers() {
        let text = "--- a/x.sql\n+++ b/x.sql\n@@ -1 +1 @@\n--- gone\n+-- kept\n--- also gone\n";
        assert_eq!(read(text), [(Some("x.sql"), "\n\n\n\n-- kept\n\n".into())]);
    }

    #[test]
    fn patches_are_recognised() {
        assert!(is_patch("commit 1\n\ndiff --git a/x b/x\n"));
        assert!(is_patch("--- a\n+++ b\n@@ -1 +1 @@\n"));
        assert!(!is_patch("--- a comment\nSELECT 1;\n"));
    }
}
