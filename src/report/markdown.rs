//! The report as Markdown: the summary of a GitHub job, a comment on a pull request.

use std::fmt::Write as _;
use std::io;

use camino::Utf8Path;

use super::Summary;
use super::clean::neutralise;
use super::machine::{Machine, Told};
use super::prose::count;
use crate::judge::Report;

/// GitHub takes a summary of 1 MiB; what does not fit is counted.
const LIMIT: usize = 1_000_000;

/// Writes the report; `below` is the way from the top of the repository to the checked root.
pub fn write(report: &Report, below: &Utf8Path, out: &mut dyn io::Write) -> io::Result<()> {
    let told = Machine::new(report, below).by_weight();
    let summary = Summary::of(report);
    let mut text = format!(
        "## aicheck: {}, {}\n\n",
        count(summary.errors, "error"),
        count(summary.warnings, "warning"),
    );
    if told.is_empty() {
        let files = summary.checked();
        let _ = writeln!(text, "Nothing was found in {files}.\n");
    }
    for (nth, finding) in told.iter().enumerate() {
        let entry = entry(finding);
        if text.len() + entry.len() > LIMIT {
            let more = count(told.len() - nth, "finding");
            let _ = writeln!(text, "{more} more than fit here.\n");
            break;
        }
        text += &entry;
    }
    if summary.notes > 0 {
        let things = count(summary.notes, "thing");
        let _ = writeln!(
            text,
            "{things} could not be read; `aicheck -v` lists them.\n"
        );
    }
    out.write_all(text.as_bytes())
}

fn entry(told: &Told) -> String {
    let rule = match told.by {
        Some(rule) => format!("[{}]({})", told.rule, super::url(rule)),
        None => told.rule.to_owned(),
    };
    let severity = told.severity.as_str();
    let place = format!("{}:{}", told.place.path, told.place.start.line);
    let mut text = format!(
        "#### {severity} {rule} · `{place}`\n\n{}\n\n",
        prose(&told.message)
    );
    for (place, message) in &told.labels {
        let _ = writeln!(
            text,
            "- `{}:{}` {}",
            place.path,
            place.start.line,
            prose(message)
        );
    }
    if !told.labels.is_empty() {
        text.push('\n');
    }
    text += &help(&told.help);
    text
}

/// Code to paste stands in lines that begin with four spaces.
fn help(help: &str) -> String {
    let mut text = String::new();
    let mut in_code = false;
    for line in help.lines() {
        let code = line.strip_prefix("    ");
        if code.is_some() != in_code {
            text += if in_code { "```\n\n" } else { "\n```\n" };
            in_code = !in_code;
        }
        match code {
            Some(code) => text += &neutralise(code),
            None => text += &prose(line),
        }
        text.push('\n');
    }
    if in_code {
        text += "```\n";
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

/// Prose in which nothing but its own `code` means anything to Markdown or HTML.
fn prose(text: &str) -> String {
    let text = neutralise(text);
    let balanced = text.matches('`').count().is_multiple_of(2);
    let mut out = String::with_capacity(text.len());
    let mut in_code = false;
    for c in text.chars() {
        in_code ^= c == '`' && balanced;
        match c {
            '`' if balanced => out.push(c),
            '<' if !in_code => out += "&lt;",
            '&' if !in_code => out += "&amp;",
            '`' | '\\' | '*' | '_' | '[' | ']' | '#' | '|' | '@' | '~' if !in_code => {
                // A number sign or an at sign would name an issue or a person.
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_code_of_a_message_means_anything() {
        assert_eq!(prose("`a_b` <b> a_b *x*"), "`a_b` &lt;b> a\\_b \\*x\\*");
        assert_eq!(prose("an odd ` tick"), "an odd \\` tick");
    }

    #[test]
    fn code_to_paste_is_fenced() {
        let text = help("do this:\n    SELECT 1;\nthen that");
        assert_eq!(text, "do this:\n\n```\nSELECT 1;\n```\n\nthen that\n\n");
    }
}
