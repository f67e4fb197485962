//! The pipeline, on one screen.

use rayon::prelude::*;

use crate::config::Settings;
use crate::discover::{FileKind, Inputs, Unit};
use crate::facts::FileOutcome;
use crate::finding::Finding;
use crate::judge::{Report, judge};
use crate::project::Project;
use crate::rule::{Rule, Sink};

/// Checks what discovery found.
pub fn check(inputs: Inputs, settings: &Settings) -> Report {
    let outcomes: Vec<FileOutcome> = inputs.units.par_iter().map(map).collect();
    let project = Project::link(&inputs.units, &outcomes, settings);
    let findings = run(&project);
    judge(inputs, &outcomes, &project, findings, settings)
}

/// Reads one document into facts; sees nothing else.
pub fn map(unit: &Unit) -> FileOutcome {
    match unit.kind {
        FileKind::Sql | FileKind::Python | FileKind::Markdown => FileOutcome::default(),
    }
}

fn run(project: &Project) -> Vec<Finding> {
    let rules: Vec<&'static Rule> = crate::rules::all().collect();
    rules
        .par_iter()
        .flat_map_iter(|rule| {
            let mut sink = Sink::new(rule.id);
            (rule.check)(project, &mut sink);
            sink.into_findings()
        })
        .collect()
}
