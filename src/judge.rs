//! Which findings count: places, precedence, severity, directives, reviews, focus.

mod change;
mod decisions;
mod directives;
mod fingerprint;
mod precedence;
mod renamed;
mod reviews;
mod selection;
mod understood;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::config::{Baseline, Settings};
use crate::discover::{FileKind, Inputs, Unit};
use crate::facts::{FileOutcome, NoteId};
use crate::finding::{Finding, Severity};
use crate::project::Project;
use crate::rule::{Catalogue, Rule};
use crate::source::{Encoding, FileId, Loc, SourceFile, Span};
pub use change::Change;
pub use decisions::{Decision, DecisionKind, DecisionState};
use selection::Places;
pub use selection::selected;
use understood::Understood;

/// The outcome of a run, ready to be rendered.
#[derive(Debug)]
pub struct Report {
    /// The files, for names and snippets; a configuration file that a finding points into comes last.
    pub inputs: Inputs,
    /// Findings in path order: those that are printed and those below `show`.
    pub findings: Vec<Finding>,
    /// What could not be read.
    pub notes: Vec<ReportNote>,
    /// Bytes that no report may show, by file: sorted, without overlap.
    pub masks: Vec<Loc>,
    /// What a directive or review settled, in path order.
    pub settled: Vec<Settled>,
    /// Every directive and review, in path order.
    pub decisions: Vec<Decision>,
    /// How many findings the baseline knows; they are not among the others.
    pub baselined: usize,
    /// Known findings that are there no more, where everything was looked at.
    pub outlived: usize,
    /// How many findings do not belong to the change that was asked about.
    pub unchanged: usize,
    /// Findings below this are not printed.
    pub show: Severity,
    /// From which severity on the run fails; `None` = never.
    pub fail_on: Option<Severity>,
}

/// A note with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportNote {
    /// What kind.
    pub id: NoteId,
    /// Where, when it has a place.
    pub at: Option<Loc>,
    /// One sentence for the user.
    pub message: String,
}

/// A finding that somebody decided about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// What was found.
    pub finding: Finding,
    /// Who settled it, and why.
    pub by: Settlement,
}

/// A decision that settles a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// Where it is written: the rule's name in a comment, or the entry in the settings.
    pub at: Loc,
    /// In a comment, not in the settings.
    pub in_source: bool,
    /// Why, in the words of whoever decided.
    pub reason: String,
}

/// What the rules said.
#[derive(Default)]
pub struct Checked {
    /// The rules that ran to their end.
    pub ran: Vec<&'static Rule>,
    /// What they found, in any order.
    pub findings: Vec<Finding>,
}

impl Report {
    /// The findings that are printed.
    pub fn shown(&self) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(|finding| finding.severity >= self.show)
    }

    /// How many findings of a severity there are, printed or not.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    }

    /// How many files were read as something to check.
    pub fn files(&self) -> usize {
        self.checked().len()
    }

    /// How many other texts were only looked through for tokens.
    pub fn texts(&self) -> usize {
        let all: BTreeSet<FileId> = self.inputs.units.iter().map(|unit| unit.file).collect();
        all.len() - self.checked().len()
    }

    fn checked(&self) -> BTreeSet<FileId> {
        let units = self.inputs.units.iter();
        let is_text = |unit: &Unit| matches!(unit.kind, FileKind::Text | FileKind::Markdown);
        units
            .filter(|unit| unit.draft || !is_text(unit))
            .map(|unit| unit.file)
            .collect()
    }

    /// What the process exits with: 0 clean, 1 findings, 2 something could not be checked.
    pub fn exit_status(&self) -> u8 {
        if self
            .notes
            .iter()
            .any(|note| note.id == NoteId::InternalError)
        {
            return 2;
        }
        let fails = |finding: &Finding| self.fail_on.is_some_and(|least| finding.severity >= least);
        u8::from(self.findings.iter().any(fails))
    }
}

static NOTHING_KNOWN: LazyLock<Baseline> = LazyLock::new(Baseline::default);

/// Decides about what the rules reported.
pub fn judge(
    mut inputs: Inputs,
    outcomes: &[FileOutcome],
    project: &Project,
    checked: Checked,
    catalogue: &Catalogue,
    settings: &Settings,
) -> Report {
    let config = append_config(&mut inputs, settings);
    let notes = understood::notes(&inputs, outcomes, project);
    let judge = Judge {
        places: Places::new(&inputs, settings),
        understood: Understood::new(&inputs, &notes),
        ran: &checked.ran,
        inputs: &inputs,
        catalogue,
        settings,
    };
    let Judged {
        mut findings,
        mut settled,
        mut decisions,
    } = judge.decide(checked.findings, outcomes, project, config);
    findings.retain(|finding| in_focus(finding, &inputs));
    settled.retain(|settled| in_focus(&settled.finding, &inputs));
    decisions.retain(|decision| inputs.in_focus(decision.at.file));
    let baseline = settings.baseline.as_deref().unwrap_or(&NOTHING_KNOWN);
    let before = findings.len();
    let mut notes = notes;
    notes.extend(renamed::notes(&inputs, outcomes, catalogue, settings));
    let mut outdated = BTreeSet::new();
    findings.retain(|finding| match baseline.known(finding.names()) {
        Some(known) => {
            outdated.extend((known.rule != finding.rule).then(|| known.rule.clone()));
            false
        }
        None => true,
    });
    let baselined = before - findings.len();
    notes.extend(renamed::of_baseline(&outdated, catalogue));
    let looked_at_all = inputs.focus.is_none() && settings.select.is_empty();
    Report {
        findings,
        notes: understood::in_focus(notes, &inputs),
        masks: masks(&inputs, outcomes),
        settled,
        decisions,
        baselined,
        unchanged: 0,
        outlived: if looked_at_all {
            baseline.len() - baselined
        } else {
            0
        },
        show: settings.show,
        fail_on: settings.fail_on,
        inputs,
    }
}

/// Gives the configuration a place among the files, so that findings about its entries have one.
fn append_config(inputs: &mut Inputs, settings: &Settings) -> FileId {
    let id = FileId(inputs.files.len() as u32);
    if !settings.reviewed.is_empty() {
        let unknown = || SourceFile::new("aicheck.toml", "", Encoding::Utf8);
        let file = settings.file.as_deref().cloned();
        inputs.files.push(file.unwrap_or_else(unknown));
    }
    id
}

/// What every decision looks at.
struct Judge<'a> {
    inputs: &'a Inputs,
    places: Places<'a>,
    understood: Understood,
    ran: &'a [&'static Rule],
    catalogue: &'a Catalogue,
    settings: &'a Settings,
}

/// What was decided, all in report order.
struct Judged {
    /// The findings that count.
    findings: Vec<Finding>,
    /// Those that a decision settled.
    settled: Vec<Settled>,
    /// All decisions.
    decisions: Vec<Decision>,
}

impl Judge<'_> {
    fn decide(
        &self,
        findings: Vec<Finding>,
        outcomes: &[FileOutcome],
        project: &Project,
        config: FileId,
    ) -> Judged {
        let (findings, elsewhere) = self.where_they_run(findings);
        let databases = project.databases.iter();
        let databases: Vec<&str> = databases.map(|database| database.name.as_str()).collect();
        let findings = precedence::fold(findings, &databases);
        let findings = precedence::fold_tables(findings);
        let (mut findings, beaten) = precedence::root_causes(findings);
        self.weigh_and_name(&mut findings);

        let (mut decisions, mut said) = directives::read(self, outcomes);
        let by_directive = directives::settle(&mut decisions, &findings);
        for silent in [elsewhere, beaten] {
            directives::settle(&mut decisions, &silent);
        }
        let reviews = reviews::settle(self, config, &findings);
        said.extend(directives::unused(self, &decisions));
        said.extend(reviews.said);
        let told = said.clone();
        said.retain(|finding| self.has_run(finding.rule));
        let (mut said, _) = self.where_they_run(said);
        self.weigh_and_name(&mut said);

        let settlements = by_directive.into_iter().zip(reviews.settled);
        let (mut open, mut settled) = (Vec::new(), Vec::new());
        for (finding, (directive, review)) in findings.into_iter().zip(settlements) {
            match directive.or(review) {
                Some(by) => settled.push(Settled { finding, by }),
                None => open.push(finding),
            }
        }
        open.extend(said);
        open.sort_by(|a, b| self.order(a).cmp(&self.order(b)));
        let decisions = decisions::all(self, outcomes, config, &settled, &told);
        Judged {
            findings: open,
            settled,
            decisions,
        }
    }

    fn has_run(&self, rule: &str) -> bool {
        self.ran.iter().any(|ran| ran.id == rule)
    }

    /// Parts findings of rules that run at their place from the others.
    fn where_they_run(&self, findings: Vec<Finding>) -> (Vec<Finding>, Vec<Finding>) {
        findings.into_iter().partition(|finding| {
            let rule = self.catalogue.rule(finding.rule);
            self.places.ceiling(finding.at, rule).is_some()
        })
    }

    /// The user's wish first, then what the evidence carries, then what the place allows.
    fn weigh_and_name(&self, findings: &mut [Finding]) {
        for finding in &mut *findings {
            let rule = self.catalogue.rule(finding.rule);
            let most = self.catalogue.meta(finding.rule).confidence;
            finding.confidence = finding.confidence.min(most);
            if let Some(wanted) = self.places.wanted(finding.at, rule, self.settings) {
                finding.severity = wanted;
            }
            let ceiling = self.places.ceiling(finding.at, rule);
            finding.severity = finding
                .severity
                .min(finding.confidence.cap())
                .min(ceiling.unwrap_or(Severity::Info));
            if finding.past && !self.is_new(finding.at.file) {
                finding.severity = Severity::Info;
            }
        }
        findings.sort_by(|a, b| self.order(a).cmp(&self.order(b)));
        fingerprint::name(findings, self.inputs, self.catalogue);
    }

    /// Whether a file is asked about as something to come: a draft, a file by its name, a change.
    fn is_new(&self, file: FileId) -> bool {
        let mut units = self.inputs.units.iter();
        let named = self.inputs.focus.as_ref();
        self.inputs.changed
            || named.is_some_and(|focus| focus.contains(&file))
            || units.any(|unit| unit.draft && unit.file == file)
    }

    /// Path, place, rule; the rest only keeps the order total.
    fn order<'f>(&'f self, finding: &'f Finding) -> impl Ord + 'f {
        let path = self.inputs.files[finding.at.file.index()].path.as_str();
        let rest = (&finding.subject, &finding.message);
        (path, finding.at.span, finding.rule, rest)
    }
}

/// A finding concerns a file that it stands in or cites.
fn in_focus(finding: &Finding, inputs: &Inputs) -> bool {
    let labels = finding.labels.iter().map(|label| label.at);
    let mut places = std::iter::once(finding.at).chain(labels);
    places.any(|at| inputs.in_focus(at.file))
}

/// Where secrets stand, whatever was decided about them: sorted, without overlap.
pub fn masks(inputs: &Inputs, outcomes: &[FileOutcome]) -> Vec<Loc> {
    let mut all: Vec<Loc> = inputs
        .units
        .iter()
        .zip(outcomes)
        .flat_map(|(unit, outcome)| {
            let spans = outcome.facts.secret_spans();
            spans.map(|span| Loc {
                file: unit.file,
                span,
            })
        })
        .collect();
    all.sort();
    let mut masks: Vec<Loc> = Vec::new();
    for mask in all {
        match masks.last_mut() {
            Some(last) if last.file == mask.file && mask.span.start <= last.span.end => {
                last.span = Span {
                    start: last.span.start,
                    end: last.span.end.max(mask.span.end),
                };
            }
            _ => masks.push(mask),
        }
    }
    masks
}

#[cfg(test)]
mod tests;
