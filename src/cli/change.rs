//! `--diff` and `--staged`: which files are read, and which findings belong to the change.

use std::sync::Arc;

use super::args::CheckArgs;
use super::failure::Failure;
use crate::config::Settings;
use crate::discover::{self, Repository, Scope, Since, Tree};
use crate::engine;
use crate::judge::Change;
use crate::rule::Catalogue;

/// The files as they are after the change, and the change; none where none was asked for.
pub(super) fn of(
    args: &CheckArgs,
    scope: &Scope,
    settings: &Settings,
) -> Result<Option<(Tree, Change)>, Failure> {
    let repository = || Repository::around(&scope.root);
    let (before, after, changes) = match &args.diff {
        Some(reference) => {
            let repository = repository()?;
            let base = repository.merge_base(reference)?;
            let changes = repository.changes(Since::Commit(&base))?;
            (
                repository.at(&base)?,
                Tree::Disk(scope.root.clone()),
                changes,
            )
        }
        None if args.staged => {
            let repository = repository()?;
            let changes = repository.changes(Since::Staged)?;
            let after = Tree::Git(Arc::new(repository.index()?));
            (repository.head()?, after, changes)
        }
        None => return Ok(None),
    };
    // A file may have come from anywhere, so the whole project is asked what there was.
    let scope = Scope {
        focus: Vec::new(),
        drafts: Vec::new(),
        ..scope.clone()
    };
    let settings = Settings {
        baseline: None,
        ..settings.clone()
    };
    let inputs = discover::discover_in(&Tree::Git(Arc::new(before)), &scope, &settings)?;
    let before = engine::check(inputs, &settings);
    let catalogue = Catalogue::new(crate::rules::all());
    Ok(Some((after, Change::new(changes, &before, catalogue))))
}
