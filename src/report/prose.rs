//! Lays out prose for a terminal.

use crate::finding::Severity;

/// Columns a text takes, near enough for wrapping prose.
pub(crate) fn columns(text: &str) -> usize {
    text.chars().count()
}

/// `1 file`, `2 files`.
pub(crate) fn count(n: usize, word: &str) -> String {
    match n {
        1 => format!("1 {word}"),
        _ => format!("{n} {word}s"),
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Breaks lines at spaces. A line that begins with four spaces is code and stays as it is: it is
/// there to be copied.
pub(crate) fn wrap(text: &str, width: usize, first: &str, rest: &str) -> String {
    let mut out = String::with_capacity(text.len() + first.len());
    for (index, line) in text.lines().enumerate() {
        let indent = if index == 0 { first } else { rest };
        if index > 0 {
            out.push('\n');
        }
        out.push_str(indent);
        if line.starts_with("    ") {
            out.push_str(line);
            continue;
        }
        let mut used = columns(indent);
        for (at, word) in line.split(' ').enumerate() {
            let wanted = columns(word);
            if at > 0 && used + 1 + wanted > width {
                out.push('\n');
                out.push_str(rest);
                used = columns(rest);
            } else if at > 0 {
                out.push(' ');
                used += 1;
            }
            out.push_str(word);
            used += wanted;
        }
    }
    out
}

/// Colours, or none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint(pub(crate) bool);

impl Paint {
    pub(crate) fn bold(self, text: &str) -> String {
        self.escape("1", text)
    }

    pub(crate) fn dim(self, text: &str) -> String {
        self.escape("2", text)
    }

    /// In the colour of a severity.
    pub(crate) fn severity(self, severity: Severity, text: &str) -> String {
        match severity {
            Severity::Error => self.red(text),
            Severity::Warning => self.yellow(text),
            Severity::Info => self.escape("36", text),
        }
    }

    pub(crate) fn red(self, text: &str) -> String {
        self.escape("1;31", text)
    }

    pub(crate) fn yellow(self, text: &str) -> String {
        self.escape("1;33", text)
    }

    pub(crate) fn green(self, text: &str) -> String {
        self.escape("1;32", text)
    }

    fn escape(self, code: &str, text: &str) -> String {
        match self.0 {
            true => format!("\x1b[{code}m{text}\x1b[0m"),
            false => text.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_wrapped_and_code_is_not() {
        let text =
            "add an index so that deletes stay fast:\n    CREATE INDEX i ON orders (customer_id);";
        assert_eq!(
            wrap(text, 20, "", "  "),
            "add an index so that\n  deletes stay fast:\n      CREATE INDEX i ON orders (customer_id);"
        );
    }

    #[test]
    fn words_agree_with_numbers() {
        assert_eq!(count(1, "file"), "1 file");
        assert_eq!(
            list(&[count(2, "error"), count(1, "info")]),
            "2 errors and 1 info"
        );
    }
}
