//! What could not be read, told once; and whether enough was read to argue from silence.

use std::collections::BTreeSet;

use super::ReportNote;
use crate::discover::{FileKind, Inputs};
use crate::facts::{FileOutcome, Note, NoteId};
use crate::project::Project;
use crate::rule::Reads;
use crate::source::{FileId, Loc};

/// The notes of all stages, each once, in path order.
pub(super) fn notes(
    inputs: &Inputs,
    outcomes: &[FileOutcome],
    project: &Project,
) -> Vec<ReportNote> {
    let placed = |file: Option<FileId>, note: &Note| ReportNote {
        id: note.id,
        at: file.map(|file| Loc {
            file,
            span: note.span.unwrap_or_default(),
        }),
        message: note.message.clone(),
    };
    let read = inputs.notes.iter();
    let mut notes: Vec<ReportNote> = read.map(|(file, note)| placed(*file, note)).collect();
    for (unit, outcome) in inputs.units.iter().zip(outcomes) {
        let mapped = outcome.notes.iter();
        notes.extend(mapped.map(|note| placed(Some(unit.file), note)));
    }
    notes.extend(project.notes.iter().map(|note| ReportNote {
        id: note.id,
        at: note.at,
        message: note.message.clone(),
    }));
    let path = |at: Loc| (inputs.files[at.file.index()].path.as_str(), at.span);
    notes.sort_by(|a, b| {
        let key = |note: &ReportNote| (note.at.map(path), note.id);
        key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
    });
    notes.dedup();
    notes
}

/// A run about some files tells of those; what broke is told always.
pub(super) fn in_focus(mut notes: Vec<ReportNote>, inputs: &Inputs) -> Vec<ReportNote> {
    notes.retain(|note| {
        note.id == NoteId::InternalError || note.at.is_none_or(|at| inputs.in_focus(at.file))
    });
    notes
}

/// Which files were read to their end.
pub(super) struct Understood {
    files: BTreeSet<FileId>,
    kinds: Vec<(FileId, FileKind)>,
    broken_kinds: Vec<FileKind>,
    unplaced: bool,
    part_of_the_world: bool,
}

impl Understood {
    pub(super) fn new(inputs: &Inputs, notes: &[ReportNote]) -> Self {
        let files: BTreeSet<FileId> = notes
            .iter()
            .filter_map(|note| note.at)
            .map(|at| at.file)
            .collect();
        let kinds: Vec<(FileId, FileKind)> = inputs
            .units
            .iter()
            .map(|unit| (unit.file, unit.kind))
            .collect();
        let broken = |(file, _): &&(FileId, FileKind)| files.contains(file);
        Self {
            broken_kinds: kinds.iter().filter(broken).map(|(_, kind)| *kind).collect(),
            unplaced: notes.iter().any(|note| note.at.is_none()),
            part_of_the_world: inputs.focus.is_some() || inputs.units.iter().any(|unit| unit.draft),
            files,
            kinds,
        }
    }

    /// Whether a rule saw everything that it would argue from about this file: the file itself, or
    /// for a rule over the project everything written in the same language.
    pub(super) fn for_rule(&self, reads: Reads, file: FileId) -> bool {
        let broken = |kind: &FileKind| self.broken_kinds.contains(kind);
        let mut languages = self.kinds.iter().filter(|(of, _)| *of == file);
        match reads {
            Reads::File => !self.unplaced && !self.files.contains(&file),
            Reads::Project => !self.unplaced && !languages.any(|(_, kind)| broken(kind)),
        }
    }

    /// Whether the whole project was read, and all of it.
    pub(super) fn everything(&self) -> bool {
        self.files.is_empty() && !self.unplaced && !self.part_of_the_world
    }
}
