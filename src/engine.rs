//! The pipeline, on one screen.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rayon::prelude::*;

use crate::config::Settings;
use crate::discover::{FileKind, Inputs, Profile, Unit};
use crate::facts::schema::Dialect;
use crate::facts::secrets::neighbours::{self, Unread};
use crate::facts::secrets::tokens;
use crate::facts::{self, FileOutcome, Note, NoteId};
use crate::finding::Finding;
use crate::judge::{Checked, Report, judge, selected};
use crate::parse::config::Format;
use crate::project::{LinkNote, Project};
use crate::rule::{Catalogue, Rule, Sink};

/// Parsers recurse over what they read: a statement nested a thousand levels deep fits.
const STACK: usize = 32 << 20;

/// Checks what discovery found, with all rules.
pub fn check(inputs: Inputs, settings: &Settings) -> Report {
    check_with(crate::rules::all(), inputs, settings)
}

/// Checks what discovery found, with the rules given.
pub fn check_with(
    rules: impl IntoIterator<Item = &'static Rule>,
    inputs: Inputs,
    settings: &Settings,
) -> Report {
    check_observed(rules, inputs, settings, &mut |_| {})
}

/// The same, telling the name of each stage when it is done.
pub fn check_observed(
    rules: impl IntoIterator<Item = &'static Rule>,
    inputs: Inputs,
    settings: &Settings,
    done: &mut (dyn FnMut(&'static str) + Send),
) -> Report {
    let catalogue = Catalogue::new(rules);
    with_threads(settings.jobs, || {
        let outcomes = map_all(&inputs);
        done("map");
        let mut project = link(&inputs, &outcomes, settings);
        done("link");
        let checked = run(&selected(&catalogue, settings), &mut project);
        done("check");
        let report = judge(inputs, &outcomes, &project, checked, &catalogue, settings);
        done("judge");
        report
    })
}

/// Maps every unit and links what they say.
pub fn read(inputs: &Inputs, settings: &Settings) -> (Vec<FileOutcome>, Project) {
    with_threads(settings.jobs, || {
        let outcomes = map_all(inputs);
        let project = link(inputs, &outcomes, settings);
        (outcomes, project)
    })
}

fn map_all(inputs: &Inputs) -> Vec<FileOutcome> {
    inputs.units.par_iter().map(map_for_link).collect()
}

/// No production code imports its tests, and rules about code do not run in them.
fn map_for_link(unit: &Unit) -> FileOutcome {
    let mut outcome = map(unit);
    if unit.profile == Profile::Test {
        outcome.facts.python = None;
    }
    outcome
}

fn link(inputs: &Inputs, outcomes: &[FileOutcome], settings: &Settings) -> Project {
    let linked = isolated(|| Project::link(&inputs.units, outcomes, settings));
    linked.unwrap_or_else(|| Project {
        notes: vec![internal_error(
            "linking the project; no rule could run".into(),
        )],
        ..Project::default()
    })
}

/// Reads one document into facts; sees nothing else.
pub fn map(unit: &Unit) -> FileOutcome {
    let outcome = isolated(|| {
        let mut outcome = map_by_kind(unit);
        // The blocks of a draft are part of its text, which is a unit of its own.
        if !unit.draft || unit.kind == FileKind::Text {
            outcome.facts.credentials = tokens::read(&unit.text, unit.range.clone());
        }
        if let Some(unread) = unread(unit, &outcome.notes) {
            let known = &outcome.facts.secrets;
            let found = neighbours::read(&unit.text, unit.range.clone(), &unread, known);
            outcome.facts.secrets.extend(found.shown);
            outcome.facts.unread_secrets = found.values;
        }
        if unit.draft && matches!(unit.kind, FileKind::Config(_)) {
            // What is pasted leaves things out (`...`), and says so itself.
            outcome.notes.clear();
        }
        outcome
    });
    outcome.unwrap_or_else(|| FileOutcome {
        notes: vec![Note {
            id: NoteId::InternalError,
            span: Some((unit.range.start..unit.range.start).into()),
            message: "internal error while reading this; nothing in it was checked".into(),
        }],
        ..FileOutcome::default()
    })
}

/// The lines that nothing was read of: comments, documents, and configuration that does not parse.
fn unread(unit: &Unit, notes: &[Note]) -> Option<Unread> {
    let is_document = matches!(unit.path.extension(), Some("md" | "markdown"));
    match unit.kind {
        FileKind::Text | FileKind::Markdown => {
            (is_document && !unit.draft).then_some(Unread::Document)
        }
        // The parser may have stumbled behind the line that is at fault.
        FileKind::Config(_) if !notes.is_empty() => Some(Unread::From(unit.range.start)),
        FileKind::Config(Format::Shell | Format::Dockerfile) => Some(Unread::Script),
        FileKind::Config(_) => Some(Unread::Settings),
        _ => Some(Unread::Comments),
    }
}

fn map_by_kind(unit: &Unit) -> FileOutcome {
    match unit.kind {
        FileKind::Python => {
            let dialect = unit.dialect.unwrap_or(Dialect::Postgres);
            let migration = unit.tool.is_python().then_some((unit.tool, dialect));
            facts::python::read(&unit.text, unit.range.clone(), migration)
        }
        FileKind::Sql => facts::sql::read(&unit.text, unit.range.clone(), unit.dialect),
        FileKind::Prisma => facts::prisma::read(&unit.text, unit.range.clone()),
        FileKind::Step => facts::step::read(&unit.text, unit.range.clone()),
        FileKind::Config(format) => config(unit, format),
        FileKind::Markdown | FileKind::Text => FileOutcome::default(),
    }
}

fn config(unit: &Unit, format: Format) -> FileOutcome {
    facts::config::read(&unit.text, unit.range.clone(), format)
}

fn run(rules: &[&'static Rule], project: &mut Project) -> Checked {
    let results: Vec<Option<Vec<Finding>>> = rules
        .par_iter()
        .map(|rule| {
            let mut sink = Sink::new(rule.id);
            isolated(|| (rule.check)(project, &mut sink)).map(|()| sink.into_findings())
        })
        .collect();
    let mut checked = Checked::default();
    for (rule, result) in rules.iter().zip(results) {
        match result {
            Some(findings) => {
                checked.ran.push(rule);
                checked.findings.extend(findings);
            }
            None => project
                .notes
                .push(internal_error(format!("the rule {}", rule.id))),
        }
    }
    checked
}

/// Runs on threads of our own, whose stacks are deep enough.
fn with_threads<T: Send>(jobs: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new()
        .num_threads(jobs)
        .stack_size(STACK)
        .build()
        .expect("the system gives threads")
        .install(work)
}

/// `None` after a panic. What it said is not kept: it may quote the source, and with it a secret.
fn isolated<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

fn internal_error(during: String) -> LinkNote {
    LinkNote {
        id: NoteId::InternalError,
        at: None,
        message: format!("internal error in {during}"),
    }
}
