//! The report for people: each finding with the lines that prove it, then what to know beside.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;

use super::Summary;
use super::block::{Block, PROSE};
use super::clean::Masks;
use super::prose::{Paint, columns, count, list, wrap};
use crate::facts::NoteId;
use crate::finding::{Finding, Severity};
use crate::judge::{Report, ReportNote};
use crate::source::{FileId, Loc, SourceFile, Span};

/// How the report looks; what it says never depends on it.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Columns to wrap prose at.
    pub width: usize,
    /// Write colour escapes.
    pub color: bool,
    /// Which part of the report to write.
    pub detail: Detail,
}

/// How much of the report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// Findings only.
    Quiet,
    /// Findings, the first notes and the summary.
    #[default]
    Normal,
    /// Everything, every note.
    Verbose,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            width: 100,
            color: false,
            detail: Detail::Normal,
        }
    }
}

/// More findings than this of one kind become one block.
const FOLD: usize = 3;
/// Notes listed unless all are asked for.
const NOTES: usize = 5;
/// Narrower terminals are written to as if they had this many columns.
const MIN_WIDTH: usize = 60;

/// Writes the report.
pub fn write(report: &Report, style: Style, out: &mut dyn io::Write) -> io::Result<()> {
    let human = Human {
        report,
        masks: Masks::new(report),
        width: style.width.max(MIN_WIDTH),
        paint: Paint(style.color),
    };
    human.findings(style.detail == Detail::Verbose, out)?;
    human.internal_errors(out)?;
    if style.detail == Detail::Quiet {
        return Ok(());
    }
    human.notes(style.detail == Detail::Verbose, out)?;
    human.summary(out)
}

/// A fault in a file that steers the run, with the place.
pub fn fault(file: &SourceFile, span: Span, message: &str, help: &str, style: Style) -> String {
    Block::fault(file, span, message, help, style.width.max(MIN_WIDTH)).render(Paint(style.color))
}

/// Why a run could not do its work, and what to do.
pub fn failure(message: &str, help: &str, style: Style, out: &mut dyn io::Write) -> io::Result<()> {
    let paint = Paint(style.color);
    let width = style.width.max(MIN_WIDTH);
    let line = wrap(&super::neutralise(message), width, "", "  ");
    writeln!(out, "{}: {line}", paint.red("error"))?;
    if !help.is_empty() {
        let line = wrap(&super::neutralise(help), width - 8, "", "        ");
        writeln!(out, "  help: {line}")?;
    }
    Ok(())
}

struct Human<'a> {
    report: &'a Report,
    masks: Masks<'a>,
    width: usize,
    paint: Paint,
}

impl Human<'_> {
    fn findings(&self, all: bool, out: &mut dyn io::Write) -> io::Result<()> {
        let mut reviewable: BTreeMap<&str, bool> = BTreeMap::new();
        let mut kin = |finding| Kin::of(finding, &mut reviewable);
        let mut groups: BTreeMap<Kin, Vec<&Finding>> = BTreeMap::new();
        for finding in self.report.shown() {
            groups.entry(kin(finding)).or_default().push(finding);
        }
        groups.retain(|_, group| group.len() > FOLD && !all);
        for finding in self.report.shown() {
            let kin = kin(finding);
            match groups.get(&kin) {
                Some(group) if !std::ptr::eq(group[0], finding) => {}
                group => {
                    out.write_all(self.block(finding).as_bytes())?;
                    if let Some(group) = group {
                        out.write_all(self.folded(kin, &group[1..]).as_bytes())?;
                    }
                }
            }
        }
        Ok(())
    }

    fn block(&self, finding: &Finding) -> String {
        Block::new(self.report, &self.masks, finding, self.width).render(self.paint)
    }

    /// The others of a kind: those of one decision a line or two each, those with the same repair by
    /// their places.
    fn folded(&self, kin: Kin, rest: &[&Finding]) -> String {
        match kin {
            Kin::Decision(..) => self.told(rest),
            Kin::Repair(..) => self.placed(rest),
        }
    }

    /// The places of findings, a line for each file.
    fn placed(&self, rest: &[&Finding]) -> String {
        let mut text = format!("  and {} more, to be repaired alike:\n", rest.len());
        for of_file in rest.chunk_by(|one, other| one.at.file == other.at.file) {
            let file = &self.report.inputs.files[of_file[0].at.file.index()];
            let lines = of_file.iter().map(|finding| {
                let line = file.position(finding.at.span.start).line;
                line.to_string()
            });
            let lines: Vec<String> = lines.collect();
            let path = super::neutralise(file.path.as_str());
            let row = format!("{path}: {}", lines.join(", "));
            let row = wrap(&row, self.width.min(PROSE), "    ", "      ");
            let _ = writeln!(text, "{}", self.paint.dim(&row));
        }
        text.push('\n');
        text
    }

    /// What findings of one file say.
    fn told(&self, rest: &[&Finding]) -> String {
        let rows: Vec<(String, String)> = rest
            .iter()
            .map(|finding| {
                let file = &self.report.inputs.files[finding.at.file.index()];
                let position = file.position(finding.at.span.start);
                let place = format!("{}:{}", position.line, position.column);
                (place, self.masks.message(&finding.message))
            })
            .collect();
        let column = rows.iter().map(|(place, _)| columns(place)).max();
        let column = column.unwrap_or_default();
        let hanging = " ".repeat(column + 6);
        let mut text = format!("  and {} more in this file:\n", rest.len());
        for (place, message) in rows {
            let message = wrap(&message, self.width.min(PROSE), &hanging, &hanging);
            let place = self.paint.dim(&format!("{place:>column$}"));
            let _ = writeln!(text, "    {place}  {}", message.trim_start());
        }
        text.push('\n');
        text
    }

    /// A fault of ours is never left out: part of the work was not done.
    fn internal_errors(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let (errors, _) = self.parted_notes();
        for note in &errors {
            let text = wrap(&self.note(note), self.width - 7, "", "  ");
            writeln!(out, "{}: {text}", self.paint.red("error"))?;
        }
        if !errors.is_empty() {
            let issues = concat!(env!("CARGO_PKG_REPOSITORY"), "/issues");
            writeln!(
                out,
                "  help: this is a fault of aicheck; please report it at {issues}\n"
            )?;
        }
        Ok(())
    }

    fn parted_notes(&self) -> (Vec<&ReportNote>, Vec<&ReportNote>) {
        let notes = self.report.notes.iter();
        notes.partition(|note| note.id == NoteId::InternalError)
    }

    fn notes(&self, all: bool, out: &mut dyn io::Write) -> io::Result<()> {
        let (_, notes) = self.parted_notes();
        if notes.is_empty() {
            return Ok(());
        }
        let limit = if all { notes.len() } else { NOTES };
        writeln!(
            out,
            "{}",
            self.paint.bold("Not fully understood, so not judged:")
        )?;
        for note in notes.iter().take(limit) {
            let text = self.note(note);
            writeln!(out, "{}", wrap(&text, self.width - 4, "  ", "    "))?;
        }
        if notes.len() > limit {
            let more = notes.len() - limit;
            writeln!(out, "  … and {more} more; `-v` lists them all.")?;
        }
        writeln!(out)
    }

    fn note(&self, note: &ReportNote) -> String {
        let message = self.masks.message(&note.message);
        match note.at {
            Some(at) => format!("{}: {message}", self.place(at)),
            None => message,
        }
    }

    fn place(&self, at: Loc) -> String {
        let file = &self.report.inputs.files[at.file.index()];
        let position = file.position(at.span.start);
        let path = super::neutralise(file.path.as_str());
        format!("{path}:{}:{}", position.line, position.column)
    }

    fn summary(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let summary = Summary::of(self.report);
        writeln!(out, "{}", self.headline(summary))?;
        let beside = self.beside(summary);
        if !beside.is_empty() {
            let text = wrap(&beside.join(" · "), self.width - 2, "  ", "  ");
            writeln!(out, "{}", self.paint.dim(&text))?;
        }
        if let Some(first) = self.report.shown().next() {
            let text = format!("  `aicheck explain {}` says why", first.rule);
            writeln!(out, "{}", self.paint.dim(&text))?;
        }
        Ok(())
    }

    /// What was found, of what is shown.
    fn headline(&self, summary: Summary) -> String {
        let files = summary.checked();
        let shown: Vec<Severity> = [Severity::Error, Severity::Warning, Severity::Info]
            .into_iter()
            .filter(|severity| *severity >= self.report.show)
            .collect();
        let found: Vec<String> = shown
            .iter()
            .map(|severity| (self.report.count(*severity), severity.as_str()))
            .filter(|(n, _)| *n > 0)
            .map(|(n, word)| count(n, word))
            .collect();
        let all = summary.errors + summary.warnings + summary.infos;
        match (summary.files, found.as_slice()) {
            (_, []) if !self.parted_notes().0.is_empty() => {
                let line = format!("✗ Not everything in {files} could be checked.");
                self.paint.red(&line)
            }
            (0, []) if summary.texts == 0 => "No SQL, Python or draft to check here.".to_owned(),
            (_, []) if all == 0 => self.paint.green(&format!("✓ No findings in {files}.")),
            (_, []) => {
                let words: Vec<_> = shown.iter().map(|s| format!("{}s", s.as_str())).collect();
                let line = format!("✓ No {} in {files}.", words.join(" or "));
                self.paint.green(&line)
            }
            (_, found) if summary.errors > 0 => {
                self.paint.red(&format!("✗ {} in {files}.", list(found)))
            }
            (_, found) => self.paint.yellow(&format!("⚠ {} in {files}.", list(found))),
        }
    }

    /// What the summary adds in small print.
    fn beside(&self, summary: Summary) -> Vec<String> {
        let mut parts = Vec::new();
        for severity in [Severity::Warning, Severity::Info] {
            let n = self.report.count(severity);
            if severity < self.report.show && n > 0 {
                let word = severity.as_str();
                parts.push(format!("{} hidden, see with --show {word}", count(n, word)));
            }
        }
        if summary.files > 0 && summary.texts > 0 {
            let texts = count(summary.texts, "text");
            parts.push(format!("{texts} looked through for tokens"));
        }
        if summary.suppressed > 0 {
            parts.push(format!(
                "{} settled by a decision",
                count(summary.suppressed, "finding")
            ));
        }
        if summary.baselined > 0 {
            parts.push(format!(
                "{} known before",
                count(summary.baselined, "finding")
            ));
        }
        if summary.unchanged > 0 {
            let old = count(summary.unchanged, "finding");
            parts.push(format!("{old} outside the change"));
        }
        if self.report.outlived > 0 {
            let gone = count(self.report.outlived, "known finding");
            parts.push(format!("{gone} gone, forget with `aicheck baseline prune`"));
        }
        if summary.notes > 0 {
            parts.push(count(summary.notes, "note"));
        }
        parts
    }
}

/// Findings that need not be told at length one by one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kin<'a> {
    /// Those of a rule in one file are one decision rather than many repairs.
    Decision(&'a str, FileId),
    /// The same help repairs all of them.
    Repair(&'a str, Severity, &'a str),
}

impl<'a> Kin<'a> {
    /// `reviewable` remembers which rules are.
    fn of(finding: &'a Finding, reviewable: &mut BTreeMap<&str, bool>) -> Self {
        let rule = reviewable.entry(finding.rule).or_insert_with(|| {
            crate::rules::find(finding.rule).is_some_and(|rule| rule.meta().reviewable)
        });
        match *rule {
            true => Self::Decision(finding.rule, finding.at.file),
            false => Self::Repair(finding.rule, finding.severity, &finding.help),
        }
    }
}
