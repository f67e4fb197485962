//! What is to be said of rules that go by another name now. Their old names go on working.

use std::collections::BTreeSet;

use super::ReportNote;
use crate::config::Settings;
use crate::discover::Inputs;
use crate::facts::{FileOutcome, NoteId};
use crate::rule::Catalogue;
use crate::source::Loc;

/// Of the settings, once for each name, and of comments, each in its place.
pub(super) fn notes(
    inputs: &Inputs,
    outcomes: &[FileOutcome],
    catalogue: &Catalogue,
    settings: &Settings,
) -> Vec<ReportNote> {
    let in_settings: BTreeSet<&String> = settings.renamed.iter().collect();
    let in_settings = in_settings.into_iter().cloned();
    let mut notes: Vec<ReportNote> = in_settings.map(|said| note(None, said)).collect();
    for (unit, outcome) in inputs.units.iter().zip(outcomes) {
        let named = outcome.directives.iter().flat_map(|it| &it.rules);
        for (name, span) in named {
            if let Some(now) = catalogue.former().get(name) {
                let (file, span) = (unit.file, *span);
                let said = format!("`{name}` is called `{now}` now");
                notes.push(note(Some(Loc { file, span }), said));
            }
        }
    }
    notes
}

/// Of a baseline that knows findings by these names of rules.
pub(super) fn of_baseline(former: &BTreeSet<String>, catalogue: &Catalogue) -> Vec<ReportNote> {
    let renamed = former.iter().filter_map(|name| {
        let now = catalogue.former().get(name)?;
        let said = format!(
            "the baseline names `{name}`, which is called `{now}` now; `aicheck baseline prune` corrects it"
        );
        Some(note(None, said))
    });
    renamed.collect()
}

fn note(at: Option<Loc>, message: String) -> ReportNote {
    ReportNote {
        id: NoteId::RenamedRule,
        at,
        message,
    }
}
