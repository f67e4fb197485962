//! Which findings a change brought: those that cite a line it added, and those that were not there
//! before it.
//!
//! A dropped index or a removed handler leaves no added line, so what there was is told by a run
//! over the state before. Equal findings are counted: one more than before is a new one.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::Report;
use crate::discover::{Changes, Inputs};
use crate::finding::Finding;
use crate::rule::{Catalogue, Reads};
use crate::source::Loc;

/// What a run needs to know of the change it is about.
pub struct Change {
    catalogue: Catalogue,
    changes: Changes,
    before: BTreeMap<Name, usize>,
}

/// What equal findings have in common: the rule, what they are about and, where one file is a world
/// of its own, the file.
type Name = (&'static str, String, Utf8PathBuf);

impl Change {
    /// The change from a state with this report.
    pub fn new(changes: Changes, before: &Report, catalogue: Catalogue) -> Self {
        let mut counted = BTreeMap::new();
        for finding in &before.findings {
            let name = name(finding, &before.inputs, &catalogue, Utf8Path::to_owned);
            *counted.entry(name).or_default() += 1;
        }
        Self {
            changes,
            before: counted,
            catalogue,
        }
    }

    /// Leaves in a report only what belongs to the change.
    pub fn limit(&self, report: &mut Report) {
        let kept = self.kept(report);
        let before = report.findings.len();
        let mut nth = 0..;
        let findings = &mut report.findings;
        findings.retain(|_| nth.next().is_some_and(|nth| kept.contains(&nth)));
        report.unchanged += before - report.findings.len();
    }

    /// Which findings belong to the change, by position.
    fn kept(&self, report: &Report) -> BTreeSet<usize> {
        let Report {
            findings, inputs, ..
        } = report;
        let named: Vec<Name> = findings
            .iter()
            .map(|finding| name(finding, inputs, &self.catalogue, |path| self.old_path(path)))
            .collect();
        let mut new: BTreeMap<&Name, usize> = BTreeMap::new();
        for name in &named {
            *new.entry(name).or_default() += 1;
        }
        for (name, count) in &mut new {
            *count -= self.before.get(*name).copied().unwrap_or(0).min(*count);
        }
        let touched: BTreeSet<usize> = (0..findings.len())
            .filter(|nth| self.touches(&findings[*nth], inputs))
            .collect();
        for nth in &touched {
            let count = new.get_mut(&named[*nth]).expect("every name was counted");
            *count = count.saturating_sub(1);
        }
        // Of equal findings the last is taken for the one that is new.
        let mut kept = touched;
        for (nth, name) in named.iter().enumerate().rev() {
            let count = new.get_mut(name).expect("every name was counted");
            if *count > 0 && kept.insert(nth) {
                *count -= 1;
            }
        }
        kept
    }

    fn old_path(&self, path: &Utf8Path) -> Utf8PathBuf {
        let old = self.changes.renamed.get(path);
        old.map_or_else(|| path.to_owned(), Utf8PathBuf::clone)
    }

    /// Whether the finding stands on or cites an added line.
    fn touches(&self, finding: &Finding, inputs: &Inputs) -> bool {
        let is_added = |at: Loc| {
            let file = &inputs.files[at.file.index()];
            let first = file.position(at.span.start).line;
            let last = file.position(at.span.end.max(at.span.start + 1) - 1).line;
            self.changes.touch(&file.path, first, last)
        };
        is_added(finding.at) || finding.labels.iter().any(|label| is_added(label.at))
    }
}

fn name(
    finding: &Finding,
    inputs: &Inputs,
    catalogue: &Catalogue,
    path: impl Fn(&Utf8Path) -> Utf8PathBuf,
) -> Name {
    let file = match catalogue.meta(finding.rule).reads {
        Reads::File => path(&inputs.files[finding.at.file.index()].path),
        Reads::Project => Utf8PathBuf::new(),
    };
    (finding.rule, finding.subject.clone(), file)
}
