//! What may be secret where nothing was read: in comments, and in lines that do not parse. No
//! findings, but snippets show the lines around one, so these values are masked as well.

use std::ops::Range;

use super::names::{self, Sensitivity};
use super::values::{Bound, classify};
use super::{Binding, Holder};
use crate::parse::markdown::lines;
use crate::source::Span;

/// The values of lines like `name = value` that are comments, and of all lines from `unread` on.
pub fn values(text: &str, range: Range<usize>, unread: Option<usize>) -> Vec<Span> {
    let document = &text[range.clone()];
    let start = range.start;
    lines(document)
        .into_iter()
        .filter_map(|line| {
            let source = &document[line.clone()];
            let is_unread = unread.is_some_and(|unread| start + line.end > unread);
            let bare = source.trim_start();
            let is_comment = ["#", "--", "//", ";", "*", "/*"]
                .iter()
                .any(|mark| bare.starts_with(mark));
            let value = (is_comment || is_unread).then(|| value(source))??;
            let at = start + line.start;
            Some(Span::new(at + value.start, at + value.end))
        })
        .collect()
}

/// The value that a line binds to a sensitive name.
fn value(line: &str) -> Option<Range<usize>> {
    let is_mark = |c: char| c.is_whitespace() || "#-/;*\"'{[,(".contains(c);
    let mark = line.find(['=', ':'])?;
    let name = line[..mark].trim_matches(is_mark);
    let name = name.rsplit(char::is_whitespace).next().unwrap_or(name);
    let sensitivity = names::sensitivity(name).filter(|found| *found != Sensitivity::Bare)?;
    let rest = &line[mark + 1..];
    let text = rest.trim_start_matches(|c: char| c == '=' || is_mark(c));
    let from = line.len() - text.len();
    let length = text
        .find(|c: char| c.is_whitespace() || "\"',;)]}".contains(c))
        .unwrap_or(text.len());
    let bound = Bound {
        name,
        sensitivity,
        binding: Binding::Entry(Holder::Dotenv),
        is_beside_login: &|| true,
    };
    classify(&text[..length], &bound).map(|_| from..from + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str, unread: Option<usize>) -> Vec<&str> {
        let spans = values(text, 0..text.len(), unread).into_iter();
        spans.map(|span| span.of(text)).collect()
    }

    #[test]
    fn comments_and_what_was_not_read() {
        let text = "# DB_PASSWORD = \"hunt3r-2\"\nA_PASSWORD: x9-other\n// apiKey: '9fQ2x7Lm0ZtRw4Kc',\n  \"b_password\": [\"b-pw-1\", \"\n";
        assert_eq!(masked(text, None), ["hunt3r-2", "9fQ2x7Lm0ZtRw4Kc"]);
        assert_eq!(
            masked(text, Some(0)),
            ["hunt3r-2", "x9-other", "9fQ2x7Lm0ZtRw4Kc", "b-pw-1"]
        );
        assert_eq!(masked("# the password: ${A}\n# see: b\n", None), [""; 0]);
    }
}
