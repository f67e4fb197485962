//! Blanks what stands in front of the lines of a block, without moving a byte of the code.

use std::ops::Range;
use std::sync::Arc;

/// Widens the marks by the indentation that all lines share.
pub(super) fn with_common_indentation(
    text: &str,
    lines: &[Range<usize>],
    marks: &[Range<usize>],
) -> Vec<Range<usize>> {
    let indentation = |at: usize, line: &Range<usize>| {
        let content = &text[at..line.end.max(at)];
        let blank = content.len() - content.trim_start_matches([' ', '\t']).len();
        let is_empty = content.trim().is_empty();
        (blank, is_empty)
    };
    let common = lines
        .iter()
        .zip(marks)
        .map(|(line, mark)| indentation(mark.end, line))
        .filter(|(_, is_empty)| !is_empty)
        .map(|(blank, _)| blank)
        .min()
        .unwrap_or(0);
    lines
        .iter()
        .zip(marks)
        .map(|(line, mark)| mark.start..mark.end + indentation(mark.end, line).0.min(common))
        .collect()
}

/// A copy of equal length with the marks blanked; the text itself where there are none.
///
/// To Python blanks in front of a statement have a meaning, so they change places with the end of
/// the line above: `a⏎␣␣b` becomes `a␣␣⏎b`. The code stays where it is.
pub(super) fn blanked(text: &Arc<str>, blocks: &[Vec<Range<usize>>]) -> Arc<str> {
    if blocks.iter().flatten().all(|mark| mark.is_empty()) {
        return text.clone();
    }
    let mut bytes = text.as_bytes().to_vec();
    for marks in blocks {
        for (nth, mark) in marks.iter().enumerate() {
            bytes[mark.clone()].fill(b' ');
            if nth > 0 {
                swap_with_line_end(&mut bytes, mark);
            }
        }
    }
    String::from_utf8(bytes)
        .expect("marks are cut at character boundaries")
        .into()
}

fn swap_with_line_end(bytes: &mut [u8], mark: &Range<usize>) {
    let above = &bytes[..mark.start];
    let end = match above {
        [.., b'\r', b'\n'] => 2,
        [.., b'\n' | b'\r'] => 1,
        _ => return,
    };
    let start = mark.start - end;
    // Behind a backslash the end of the line must stay; the blanks mean nothing there.
    if !above[..start].ends_with(b"\\") {
        bytes[start..mark.end].rotate_left(end);
    }
}
