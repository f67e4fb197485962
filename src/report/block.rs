//! One finding in full, drawn by miette.

use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, ThemeCharacters, ThemeStyles,
};

use super::clean::{Masks, neutralise};
use super::excerpt::Excerpt;
use super::prose::{Paint, wrap};
use crate::finding::{Confidence, Finding, Severity};
use crate::judge::Report;
use crate::source::{FileId, Loc, SourceFile, Span};

/// Source lines are never cut shorter than this.
const MIN_LINE: usize = 120;
/// Prose is never wider than this.
pub(super) const PROSE: usize = 110;
/// Words below a place get at least this many columns.
const MIN_LABEL: usize = 40;
/// What stands left of the source and of the words below a place.
const GUTTER: usize = 12;

/// One finding as miette wants it.
pub(super) struct Block {
    severity: Severity,
    code: String,
    message: String,
    help: String,
    labels: Vec<LabeledSpan>,
    excerpt: Excerpt,
}

impl Block {
    pub(super) fn new(report: &Report, masks: &Masks, finding: &Finding, width: usize) -> Self {
        let places: Vec<Loc> = std::iter::once(finding.at)
            .chain(finding.labels.iter().map(|label| label.at))
            .collect();
        let line = width.max(MIN_LINE);
        let excerpt = Excerpt::new(&report.inputs.files, masks, &places, line);
        let texts = std::iter::once(finding.note.as_str())
            .chain(finding.labels.iter().map(|label| label.message.as_str()));
        let prose = width.min(PROSE);
        let labels = excerpt
            .spans()
            .zip(excerpt.columns())
            .zip(texts)
            .enumerate()
            .map(|(index, ((span, column), text))| {
                let text = masks.message(text);
                let room = prose.saturating_sub(column + GUTTER).max(MIN_LABEL);
                let text = wrap(&text, room, "", "");
                let text = (!text.is_empty()).then_some(text);
                match index {
                    0 => LabeledSpan::new_primary_with_span(text, span),
                    _ => LabeledSpan::new_with_span(text, span),
                }
            })
            .collect();
        let doubt = match finding.confidence {
            Confidence::Certain => String::new(),
            other => format!(" ({})", other.as_str()),
        };
        Self {
            severity: finding.severity,
            code: format!("{}[{}]{doubt}", finding.severity.as_str(), finding.rule),
            message: wrap(&masks.message(&finding.message), prose - 6, "", ""),
            help: wrap(&masks.message(&finding.help), prose - 10, "", ""),
            labels,
            excerpt,
        }
    }

    /// A fault in a file that steers the run.
    pub(super) fn fault(
        file: &SourceFile,
        span: Span,
        message: &str,
        help: &str,
        width: usize,
    ) -> Self {
        let place = Loc {
            file: FileId(0),
            span,
        };
        let file = std::slice::from_ref(file);
        let excerpt = Excerpt::new(file, &Masks::none(), &[place], width.max(MIN_LINE));
        Self {
            severity: Severity::Error,
            code: "error[configuration]".to_owned(),
            message: wrap(&neutralise(message), width - 6, "", ""),
            help: wrap(&neutralise(help), width - 10, "", ""),
            labels: excerpt
                .spans()
                .map(|span| LabeledSpan::new_primary_with_span(None, span))
                .collect(),
            excerpt,
        }
    }

    /// The text, with a blank line after it.
    pub(super) fn render(&self, paint: Paint) -> String {
        let theme = GraphicalTheme {
            characters: ThemeCharacters::unicode(),
            styles: match paint.0 {
                true => self.styles(),
                false => ThemeStyles::none(),
            },
        };
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_links(false)
            .with_wrap_lines(false)
            .without_syntax_highlighting();
        let mut text = String::new();
        handler
            .render_report(&mut text, self)
            .expect("a string takes every write and every label lies in the excerpt");
        tidied(&text)
    }

    /// The primary place in the colour of the severity, evidence in another one.
    fn styles(&self) -> ThemeStyles {
        let mut styles = ThemeStyles::ansi();
        let primary = match self.severity {
            Severity::Error => styles.error,
            Severity::Warning => styles.warning,
            Severity::Info => styles.advice,
        };
        let mut order: Vec<&LabeledSpan> = self.labels.iter().collect();
        order.sort_by_key(|label| label.offset());
        styles.highlights = order
            .iter()
            .map(|label| match label.primary() {
                true => primary.bold(),
                false => styles.help,
            })
            .collect();
        styles
    }
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code)
    }
}

impl std::error::Error for Block {}

impl Diagnostic for Block {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Info => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        (!self.help.is_empty()).then(|| Box::new(&self.help) as Box<dyn fmt::Display>)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        Some(&self.excerpt)
    }
}

/// Without spaces at the ends of lines, with a blank line at the end, and with the frames of all
/// windows in one column, which miette indents by the width of their own line numbers.
fn tidied(text: &str) -> String {
    let corner = |line: &str| {
        let frame = line.trim_start_matches(' ');
        frame.starts_with("╭─[").then_some(line.len() - frame.len())
    };
    let column = text.lines().filter_map(corner).max().unwrap_or_default();
    let mut out = String::with_capacity(text.len() + 1);
    let mut pad = 0;
    for line in text.lines() {
        if let Some(at) = corner(line) {
            pad = column - at;
        }
        let line = line.trim_end();
        if !line.is_empty() {
            out.extend(std::iter::repeat_n(' ', pad));
            out.push_str(line);
        }
        out.push('\n');
        if line.trim_start().starts_with("╰────") {
            pad = 0;
        }
    }
    out.push('\n');
    out
}
