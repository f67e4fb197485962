//! What machine formats share: findings without secrets, their places in lines and columns.

use camino::Utf8Path;

use super::clean::Masks;
use crate::finding::{Confidence, Finding, Fix, Severity};
use crate::judge::{Report, Settlement};
use crate::rule::Rule;
use crate::source::{Loc, Position, SourceFile};

/// A report as machines are told it.
pub(super) struct Machine<'a> {
    report: &'a Report,
    masks: Masks<'a>,
    /// What stands before every path.
    below: &'a Utf8Path,
}

/// A finding as machines are told it.
pub(super) struct Told {
    /// Id of the rule.
    pub rule: &'static str,
    /// The rule.
    pub by: Option<&'static Rule>,
    /// How much it matters.
    pub severity: Severity,
    /// How far the evidence carries.
    pub confidence: Confidence,
    /// What is wrong.
    pub message: String,
    /// What to do; may be empty.
    pub help: String,
    /// The same as edits, where there are any.
    pub fix: Option<ToldFix>,
    /// What the finding is about.
    pub subject: String,
    /// The line a developer would edit.
    pub place: Place,
    /// The words under the place, when there are any, then the evidence.
    pub labels: Vec<(Place, String)>,
    /// Names the finding across runs.
    pub fingerprint: String,
    /// Who settled it, and why.
    pub settled: Option<Settlement>,
}

/// A repair as machines are told it.
pub(super) struct ToldFix {
    /// What it does.
    pub title: String,
    /// What goes, and what comes in its place.
    pub edits: Vec<(Place, String)>,
}

/// A place in a file.
#[derive(Clone)]
pub(super) struct Place {
    /// The file.
    pub path: String,
    /// Where it begins.
    pub start: Position,
    /// One past its last character.
    pub end: Position,
    /// The columns of both in bytes, from 1.
    pub byte_columns: (u32, u32),
}

impl<'a> Machine<'a> {
    /// The report, with paths told from a folder above its root: `below` is the way down to it.
    pub(super) fn new(report: &'a Report, below: &'a Utf8Path) -> Self {
        Self {
            report,
            masks: Masks::new(report),
            below,
        }
    }

    /// The findings that are shown, in path order.
    pub(super) fn shown(&self) -> Vec<Told> {
        let shown = self.report.shown();
        shown.map(|finding| self.tell(finding, None)).collect()
    }

    /// The same, what matters most first.
    pub(super) fn by_weight(&self) -> Vec<Told> {
        let mut shown = self.shown();
        shown.sort_by_key(|told| std::cmp::Reverse(told.severity));
        shown
    }

    /// What somebody settled, in path order.
    pub(super) fn settled(&self) -> Vec<Told> {
        let settled = self.report.settled.iter();
        let settled = settled.filter(|settled| settled.finding.severity >= self.report.show);
        settled
            .map(|settled| self.tell(&settled.finding, Some(&settled.by)))
            .collect()
    }

    /// A text without secrets.
    pub(super) fn text(&self, text: &str) -> String {
        self.masks.redact(text).into_owned()
    }

    /// A place with its path.
    pub(super) fn place(&self, at: Loc) -> Place {
        let file = &self.report.inputs.files[at.file.index()];
        let (start, end) = (file.position(at.span.start), file.position(at.span.end));
        Place {
            path: self.below.join(&file.path).into_string(),
            start,
            end,
            byte_columns: (
                byte_column(file, at.span.start),
                byte_column(file, at.span.end),
            ),
        }
    }

    fn fix(&self, fix: &Fix) -> ToldFix {
        let edits = fix.edits.iter();
        ToldFix {
            title: self.text(&fix.title),
            edits: edits
                .map(|edit| (self.place(edit.at), edit.text.clone()))
                .collect(),
        }
    }

    fn tell(&self, finding: &Finding, settled: Option<&Settlement>) -> Told {
        let note = (!finding.note.is_empty()).then_some((finding.at, &finding.note));
        let labels = finding.labels.iter();
        let evidence = labels.map(|label| (label.at, &label.message));
        let labels = note.into_iter().chain(evidence);
        Told {
            rule: finding.rule,
            by: crate::rules::find(finding.rule),
            severity: finding.severity,
            confidence: finding.confidence,
            message: self.text(&finding.message),
            help: self.text(&finding.help),
            fix: finding.fix.as_ref().map(|fix| self.fix(fix)),
            subject: self.text(&finding.subject),
            place: self.place(finding.at),
            labels: labels
                .map(|(at, message)| (self.place(at), self.text(message)))
                .collect(),
            fingerprint: finding.fingerprint.clone(),
            settled: settled.map(|by| Settlement {
                reason: self.text(&by.reason),
                ..by.clone()
            }),
        }
    }
}

fn byte_column(file: &SourceFile, offset: u32) -> u32 {
    offset - file.lines.start(file.lines.line(offset)) + 1
}

impl Told {
    /// Everything in one text, for hosts that show no evidence of their own.
    pub(super) fn in_full(&self) -> String {
        let mut text = self.message.clone();
        for (place, message) in &self.labels {
            text += &format!("\n{}:{}: {message}", place.path, place.start.line);
        }
        if !self.help.is_empty() {
            text += &format!("\nhelp: {}", self.help);
        }
        text
    }
}
