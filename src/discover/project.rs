//! Reads a project into units, and lays drafts over it.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use rayon::prelude::*;

use super::describe::{Surroundings, describe};
use super::draft::{self, Draft};
use super::foreign;
use super::load::{self, Failure, Loaded, SOURCE_LIMIT};
use super::sidecar::Sidecars;
use super::{DiscoverError, FileKind, Inputs, LeftOut, Scope, Tree, Unit, overlay, select};
use crate::config::Settings;
use crate::facts::{Note, NoteId};
use crate::source::{FileId, SourceFile};

/// A project that was read, with what a draft needs to be laid over it.
#[derive(Default)]
pub(super) struct Project {
    pub(super) inputs: Inputs,
    sidecars: Sidecars,
}

impl Project {
    pub(super) fn read(
        tree: &Tree,
        scope: &Scope,
        settings: &Settings,
    ) -> Result<Self, DiscoverError> {
        let mut listing = tree.list(&scope.walks);
        let named = scope.focus.iter().filter(|path| !tree.is_folder(path));
        listing.paths.extend(named.cloned());
        listing.paths.sort();
        listing.paths.dedup();
        let selection = select::select(&listing.paths, &scope.focus, settings);
        let sidecars = Sidecars::read(tree, &listing.paths);
        let notes = listing.notes.into_iter().chain(selection.notes);
        let mut inputs = Inputs {
            left_out: [listing.left_out, selection.left_out].concat(),
            notes: notes.map(|note| (None, note)).collect(),
            ..Inputs::default()
        };
        for (path, kind, loaded) in load_all(tree, &selection.files) {
            match loaded {
                Ok(loaded) => inputs.add_whole(loaded, kind),
                Err(Failure::Unreadable(source)) if is_named(path, scope) => {
                    let path = path.to_owned();
                    return Err(DiscoverError::Unreadable { path, source });
                }
                Err(failure) => match failure.why_no_text().filter(|_| is_text(kind)) {
                    Some(why) => inputs.leave_out(path, why),
                    None => inputs.notes.push((None, failure.into_note(path))),
                },
            }
        }
        inputs.left_out.sort_by(|a, b| a.path.cmp(&b.path));
        let around = Surroundings {
            settings,
            sidecars: &sidecars,
            worlds: &scope.walks,
            project: &[],
        };
        let aside = foreign::set_aside(&mut inputs.units, settings);
        inputs
            .notes
            .extend(aside.into_iter().map(|note| (None, note)));
        describe(&mut inputs.units, &around);
        // What was named may be excluded: then nothing is asked for.
        inputs.focus = (!scope.focus.is_empty()).then(|| inputs.under(&scope.focus));
        Ok(Self { inputs, sidecars })
    }

    /// Adds drafts, given with the paths they go by. Over a project they are the focus.
    pub(super) fn lay_over(&mut self, drafts: Vec<(Utf8PathBuf, Vec<u8>)>, settings: &Settings) {
        let is_alone = self.inputs.units.is_empty();
        for (path, bytes) in drafts {
            match load::text(&path, bytes) {
                Ok(loaded) => {
                    let file = self.lay_file_over(loaded, settings);
                    if !is_alone {
                        self.inputs.focus.get_or_insert_default().push(file);
                    }
                }
                Err(failure) => self.inputs.notes.push((None, failure.into_note(&path))),
            }
        }
    }

    fn lay_file_over(&mut self, loaded: Loaded, settings: &Settings) -> FileId {
        let id = self.inputs.add(loaded);
        let file = &self.inputs.files[id.index()];
        let draft = match settings.language.or_else(|| select::kind(&file.path)) {
            Some(
                kind @ (FileKind::Sql | FileKind::Python | FileKind::Prisma | FileKind::Config(_)),
            ) => draft::whole(file, kind),
            Some(FileKind::Text) => draft::nothing(file),
            _ => draft::read(&file.text),
        };
        if draft.blocks.is_empty() && select::kind(&file.path) != Some(FileKind::Text) {
            let message =
                "no SQL, no Python and no Prisma schema was found in the draft".to_owned();
            self.inputs.note(id, NoteId::Unreadable, message);
        }
        let (mut blocks, named) = self.inputs.blocks(id, draft);
        overlay::place(&mut blocks, &named, &self.inputs.units);
        let around = Surroundings {
            settings,
            sidecars: &self.sidecars,
            worlds: &[],
            project: &self.inputs.units,
        };
        describe(&mut blocks, &around);
        let replaced: BTreeSet<_> = blocks.iter().map(|block| &block.path).collect();
        let stays = |unit: &Unit| unit.draft || !replaced.contains(&unit.path);
        self.inputs.units.retain(stays);
        self.inputs.units.extend(blocks);
        let file = &self.inputs.files[id.index()];
        self.inputs.units.push(Unit {
            draft: true,
            why: "all of the draft".to_owned(),
            ..Unit::whole(id, file, FileKind::Text)
        });
        id
    }
}

type LoadedFile<'a> = (&'a Utf8Path, FileKind, Result<Loaded, Failure>);

fn load_all<'a>(tree: &Tree, files: &[(&'a Utf8Path, FileKind)]) -> Vec<LoadedFile<'a>> {
    let load =
        |&(path, kind): &(&'a Utf8Path, FileKind)| (path, kind, load::load(tree, path, kind));
    files.par_iter().map(load).collect()
}

/// Nobody called it code.
fn is_text(kind: FileKind) -> bool {
    matches!(kind, FileKind::Config(_) | FileKind::Text)
}

fn is_named(path: &Utf8Path, scope: &Scope) -> bool {
    scope.focus.iter().any(|named| named == path)
}

impl Inputs {
    fn add(&mut self, Loaded { file, notes }: Loaded) -> FileId {
        let id = FileId(self.files.len() as u32);
        self.notes
            .extend(notes.into_iter().map(|note| (Some(id), note)));
        self.files.push(file);
        id
    }

    fn add_whole(&mut self, loaded: Loaded, kind: FileKind) {
        let id = self.add(loaded);
        let unit = Unit::whole(id, &self.files[id.index()], kind);
        self.units.push(unit);
    }

    fn leave_out(&mut self, path: &Utf8Path, why: &str) {
        self.left_out.push(LeftOut {
            path: path.to_owned(),
            why: why.to_owned(),
        });
    }

    fn note(&mut self, file: FileId, id: NoteId, message: String) {
        let note = Note {
            id,
            span: None,
            message,
        };
        self.notes.push((Some(file), note));
    }

    /// The blocks of a draft as units, with whether the draft names them.
    fn blocks(&mut self, file: FileId, draft: Draft) -> (Vec<Unit>, Vec<bool>) {
        let mut units = Vec::new();
        let mut named = Vec::new();
        for block in draft.blocks {
            if block.kind != FileKind::Sql && block.range.len() as u64 > SOURCE_LIMIT {
                let message = format!("a block of {} bytes was skipped", block.range.len());
                self.note(file, NoteId::SkippedSize, message);
                continue;
            }
            named.push(block.named);
            units.push(Unit {
                path: block.path,
                text: draft.text.clone(),
                range: block.range,
                dialect: block.dialect,
                draft: true,
                why: block.why.to_owned(),
                ..Unit::whole(file, &self.files[file.index()], block.kind)
            });
        }
        (units, named)
    }

    fn under(&self, named: &[Utf8PathBuf]) -> Vec<FileId> {
        let named: BTreeSet<&Utf8Path> = named.iter().map(Utf8PathBuf::as_path).collect();
        let is_under = |file: &SourceFile| file.path.ancestors().any(|path| named.contains(path));
        let files = self.files.iter().enumerate();
        files
            .filter(|(_, file)| is_under(file))
            .map(|(id, _)| FileId(id as u32))
            .collect()
    }
}
