//! A fence `output` pins what people see: the human report, 100 columns wide, without colour.

use aicheck::judge::Report;
use aicheck::report::human::{self, Style};
use aicheck::rule::page::Example;

/// A fence whose content is to be replaced.
pub(crate) struct Blessing {
    /// The line of its first line of content, from 1.
    line: usize,
    /// How many lines it has.
    count: usize,
    /// What it should say.
    text: String,
}

/// The fences of an example that say something else than the report.
pub(crate) fn stale(example: &Example, report: &Report) -> Vec<Blessing> {
    let mut rendered = Vec::new();
    human::write(report, Style::default(), &mut rendered).expect("memory takes everything");
    let text = String::from_utf8(rendered).expect("a report is text");
    let text = format!("{}\n", text.trim_end());
    let outputs = example
        .fences
        .iter()
        .filter(|fence| fence.language == "output");
    outputs
        .filter(|fence| fence.body != text)
        .map(|fence| Blessing {
            line: fence.line,
            count: fence.body.lines().count(),
            text: text.clone(),
        })
        .collect()
}

/// Whether expected outputs are to be rewritten.
pub(crate) fn blessing() -> bool {
    std::env::var_os("AICHECK_BLESS").is_some()
}

impl Blessing {
    /// What to say when nothing is rewritten.
    pub(crate) fn fault(&self) -> String {
        format!(
            "line {}: the output is now\n{}AICHECK_BLESS=1 rewrites it",
            self.line, self.text
        )
    }
}

/// The page with its outputs rewritten.
pub(crate) fn apply(page: &str, blessings: &[Blessing]) -> String {
    let mut lines: Vec<&str> = page.lines().collect();
    for blessing in blessings.iter().rev() {
        let start = blessing.line - 1;
        lines.splice(start..start + blessing.count, blessing.text.lines());
    }
    lines.join("\n") + "\n"
}
